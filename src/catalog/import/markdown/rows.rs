//! A course that was read, as rows.

use std::collections::BTreeMap;

use serde_json::json;

use super::Course;
use crate::{
    catalog::{
        content::Content,
        model::{
            ChoiceRow, FeedbackPolicy, LessonKind, MILLIONTHS, NewLesson, NewLessonQuiz, NewTranslation, QuestionRow,
            QuizId, QuizRow, SectionRow, VersionId,
        },
    },
    platform::graphql::Services,
};

impl Course {
    /// The rows of the course for a version.
    #[must_use]
    pub fn content(&self, services: &Services, version_id: VersionId) -> Content {
        let mut content = Content::default();
        let ordered = || services.random.ordered_id::<()>(&services.clock).uuid();
        let mut quiz_ids: BTreeMap<u32, QuizId> = BTreeMap::new();
        for quiz in &self.quizzes {
            let id = QuizId::from_uuid(ordered());
            quiz_ids.insert(quiz.number, id);
            content.quizzes.push(QuizRow {
                version_id,
                id,
                title: quiz.title.clone(),
                titles: json!(quiz.titles),
                pass_percent: 100,
                time_limit: None,
                attempts_allowed: None,
                shuffle: false,
                feedback: FeedbackPolicy::AfterEachAttempt,
            });
            for (position, question) in (1..).zip(&quiz.questions) {
                let question_id = services.random.id();
                content.questions.push(QuestionRow {
                    version_id,
                    id: question_id,
                    quiz_id: id,
                    position,
                    multiple: false,
                    prompt: question.prompt.clone(),
                    prompts: json!(question.prompts),
                    points: MILLIONTHS,
                    feedback: None,
                });
                for (position, option) in (1..).zip(&question.options) {
                    content.choices.push(ChoiceRow {
                        version_id,
                        id: services.random.id(),
                        question_id,
                        position,
                        text: option.text.clone(),
                        texts: json!(option.texts),
                        fraction: if option.right { MILLIONTHS } else { 0 },
                        feedback: None,
                    });
                }
            }
        }
        for (position, section) in (1..).zip(&self.sections) {
            let section_id = services.random.ordered_id(&services.clock);
            content.sections.push(SectionRow { version_id, id: section_id, position, title: section.title.clone() });
            for (position, lesson) in (1..).zip(&section.lessons) {
                let id = services.random.ordered_id(&services.clock);
                let beside: Vec<QuizId> =
                    lesson.quizzes.iter().filter_map(|number| quiz_ids.get(number).copied()).collect();
                content.lessons.push(NewLesson {
                    version_id,
                    id,
                    section_id,
                    position,
                    kind: LessonKind::Article,
                    preview: false,
                    title: lesson.title.clone(),
                    body: Some(lesson.body.clone()),
                    media_url: None,
                    estimated_duration: None,
                    // The last one is the check after the lesson.
                    quiz_id: beside.last().copied(),
                });
                for (position, quiz_id) in (1..).zip(beside) {
                    content.beside.push(NewLessonQuiz { version_id, lesson_id: id, position, quiz_id });
                }
                for (locale, title, body) in &lesson.translations {
                    content.translations.push(NewTranslation {
                        version_id,
                        lesson_id: id,
                        locale: locale.clone(),
                        title: title.clone(),
                        body: Some(body.clone()),
                    });
                }
            }
        }
        content
    }
}
