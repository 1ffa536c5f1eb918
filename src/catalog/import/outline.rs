//! A course that was read, whatever form it came in, and its rows.

use std::collections::{BTreeMap, HashMap};

use serde_json::json;
use uuid::Uuid;

use super::{bank, enclosed::Kept};
use crate::{
    catalog::{
        content::Content,
        course_files::{LessonFileRow, names},
        model::{
            BodyFormat, FeedbackPolicy, ItemRole, ItemRow, LessonId, LessonKind, NewItem, NewLesson, NewLessonQuiz,
            NewQuestion, NewTranslation, QuestionKind, QuestionRow, QuizRow, SectionRow, TextFormat, VersionId,
        },
        policy,
        questions::written::{self, Asks, Place, QuestionInput},
    },
    platform::{
        graphql::Services,
        id::{Id, Random},
        text::Words,
    },
};

/// What a course holds. What has a `source` is named by it within the course, whichever kind it is of.
#[derive(Default, Clone, Debug)]
pub struct Outline {
    /// Its sections, in their order.
    pub sections: Vec<Section>,
    /// Its quizzes; lessons name them by where they stand here.
    pub quizzes: Vec<Quiz>,
}

/// A section.
#[derive(Clone, Debug)]
pub struct Section {
    /// What its source calls it.
    pub source: String,
    /// Its title.
    pub title: String,
    /// Whether only instructors and staff see it.
    pub hidden: bool,
    /// Its lessons, in their order.
    pub lessons: Vec<Lesson>,
}

/// A lesson.
#[derive(Clone, Debug)]
pub struct Lesson {
    /// What its source calls it.
    pub source: String,
    /// Its title.
    pub title: String,
    /// What it is.
    pub kind: LessonKind,
    /// Whether only instructors and staff see it.
    pub hidden: bool,
    /// Its text.
    pub body: Option<String>,
    /// What the text is written in.
    pub body_format: BodyFormat,
    /// Its video.
    pub media_url: Option<String>,
    /// Seconds.
    pub estimated_duration: Option<i32>,
    /// Language, title, text.
    pub translations: Vec<(String, String, String)>,
    /// The files that its text points to.
    pub files: Vec<Enclosed>,
    /// The quizzes beside it, in their order; the last one is the check after it, or all that it is.
    pub quizzes: Vec<usize>,
}

impl Lesson {
    fn file_rows(
        &self,
        services: &Services,
        version_id: VersionId,
        lesson_id: LessonId,
        kept: &Kept,
    ) -> impl Iterator<Item = LessonFileRow> {
        let files = self.files.iter().filter_map(|file| Some((kept.file(&file.path)?, file.name.clone())));
        (1..).zip(files).map(move |(position, (file_id, name))| {
            let id = services.random.ordered_id(&services.clock);
            LessonFileRow { version_id, lesson_id, position, id, file_id, name }
        })
    }
}

/// A file of the source that a lesson has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enclosed {
    /// As the text of the lesson calls it.
    pub name: String,
    /// Where it is in the source.
    pub path: String,
}

/// Adds a file to those of a lesson, once; false where there is no room, or another one is called like that.
pub(super) fn enclose(files: &mut Vec<Enclosed>, name: String, path: &str) -> bool {
    if let Some(known) = files.iter().find(|file| file.name == name) {
        return known.path == path;
    }
    let fits = files.len() < policy::ATTACHMENTS
        && name.chars().count() <= names::NAME
        && !name.chars().any(|c| c.is_control() || names::turns_text(c));
    if fits {
        files.push(Enclosed { name, path: path.to_owned() });
    }
    fits
}

/// A quiz.
#[derive(Clone, Debug)]
pub struct Quiz {
    /// What its source calls it.
    pub source: String,
    /// Its title.
    pub title: String,
    /// The title in other languages.
    pub titles: BTreeMap<String, String>,
    /// From which share of the points it is passed.
    pub pass_percent: i32,
    /// How often a learner may try.
    pub attempts_allowed: Option<i32>,
    /// Whether questions and choices come in another order each attempt.
    pub shuffle: bool,
    /// When learners see the key.
    pub feedback: FeedbackPolicy,
    /// Its questions, in their order.
    pub questions: Vec<Question>,
}

/// A question.
#[derive(Clone, Debug)]
pub struct Question {
    /// What its source calls it.
    pub source: String,
    /// Whether several choices may be ticked.
    pub multiple: bool,
    /// What is asked.
    pub prompt: String,
    /// The same in other languages.
    pub prompts: BTreeMap<String, String>,
    /// Millionths of a point.
    pub points: i64,
    /// What a learner is told with the key.
    pub feedback: Option<String>,
    /// What may be ticked, in its order.
    pub options: Vec<Choice>,
    /// What it asks for, where that is not to tick: sound, as its reader has seen.
    pub asks: Option<Asks>,
}

impl Question {
    /// What an author would write, where it asks for something else than to tick.
    fn written(&self) -> Option<QuestionInput> {
        Some(QuestionInput {
            prompt: self.prompt.clone(),
            format: None,
            points: self.points,
            feedback: self.feedback.clone(),
            asks: self.asks.clone()?,
        })
    }

    /// Why it can't be taken over as it is, where it asks for something else than to tick.
    #[must_use]
    pub fn unsound(&self) -> Option<Words> {
        bank::sound(&Random::system(), &self.written()?).err()
    }

    /// Adds its rows.
    fn put(&self, content: &mut Content, random: &Random, place: Place) {
        let source = Some(self.source.clone());
        if let Some(input) = self.written() {
            if let Ok(Ok((question, items))) = written::rows(random, place, input, None) {
                content.questions.push(NewQuestion { source, ..question });
                content.choices.extend(items);
            }
            return;
        }
        let row = QuestionRow {
            version_id: place.version,
            id: place.id,
            quiz_id: place.quiz,
            position: place.position,
            kind: QuestionKind::Choice,
            multiple: self.multiple,
            format: TextFormat::Plain,
            prompt: self.prompt.clone(),
            prompts: json!(self.prompts),
            points: self.points,
        };
        content.questions.push(NewQuestion { row, feedback: self.feedback.clone(), key: None, source });
        for (position, option) in (1..).zip(&self.options) {
            let row = ItemRow {
                version_id: place.version,
                id: random.id(),
                question_id: place.id,
                position,
                role: ItemRole::Choice,
                text: option.text.clone(),
                texts: json!(option.texts),
            };
            content.choices.push(NewItem { row, fraction: option.fraction, feedback: option.feedback.clone() });
        }
    }
}

/// A choice.
#[derive(Clone, Debug)]
pub struct Choice {
    /// What it says.
    pub text: String,
    /// The same in other languages.
    pub texts: BTreeMap<String, String>,
    /// Millionths of the points that ticking it earns.
    pub fraction: i64,
    /// What is said to who ticked it.
    pub feedback: Option<String>,
}

/// Under which ids a course had things before, by what their source calls them: what is the same thing keeps its id, and who has completed
/// it has.
#[derive(Default)]
pub struct Known(HashMap<(&'static str, String), Uuid>);

impl Known {
    /// What a version holds; what another one says of the same thing goes first.
    pub fn add(&mut self, content: &Content) {
        let sections = content.sections.iter().map(|row| ("section", &row.source, row.id.uuid()));
        let lessons = content.lessons.iter().map(|row| ("lesson", &row.source, row.id.uuid()));
        let quizzes = content.quizzes.iter().map(|row| ("quiz", &row.source, row.id.uuid()));
        let questions = content.questions.iter().map(|new| ("question", &new.source, new.row.id.uuid()));
        for (kind, source, id) in sections.chain(lessons).chain(quizzes).chain(questions) {
            if let Some(source) = source {
                self.0.entry((kind, source.clone())).or_insert(id);
            }
        }
    }

    /// The id of a thing, a new one where it was not there, or where two things are called alike.
    fn id<K>(&mut self, kind: &'static str, source: &str, new: impl FnOnce() -> Id<K>) -> Id<K> {
        self.0.remove(&(kind, source.to_owned())).map_or_else(new, Id::from_uuid)
    }
}

impl Outline {
    /// Its rows for a version.
    #[must_use]
    pub fn content(&self, services: &Services, version_id: VersionId, mut known: Known, kept: &Kept) -> Content {
        let mut content = Content::default();
        let Services { random, clock, .. } = services;
        let mut quiz_ids = Vec::new();
        for quiz in &self.quizzes {
            let id = known.id("quiz", &quiz.source, || random.ordered_id(clock));
            quiz_ids.push(id);
            content.quizzes.push(QuizRow {
                version_id,
                id,
                title: quiz.title.clone(),
                titles: json!(quiz.titles),
                pass_percent: quiz.pass_percent,
                time_limit: None,
                attempts_allowed: quiz.attempts_allowed,
                shuffle: quiz.shuffle,
                draw_count: None,
                feedback: quiz.feedback,
                source: Some(quiz.source.clone()),
            });
            for (position, question) in (1..).zip(&quiz.questions) {
                let question_id = known.id("question", &question.source, || random.id());
                let place = Place { version: version_id, quiz: id, id: question_id, position };
                question.put(&mut content, random, place);
            }
        }
        for (position, section) in (1..).zip(&self.sections) {
            let section_id = known.id("section", &section.source, || random.ordered_id(clock));
            content.sections.push(SectionRow {
                version_id,
                id: section_id,
                position,
                title: section.title.clone(),
                hidden: section.hidden,
                source: Some(section.source.clone()),
            });
            for (position, lesson) in (1..).zip(&section.lessons) {
                let id = known.id("lesson", &lesson.source, || random.ordered_id(clock));
                let quizzes: Vec<_> = lesson.quizzes.iter().filter_map(|at| quiz_ids.get(*at).copied()).collect();
                content.lessons.push(NewLesson {
                    version_id,
                    id,
                    section_id,
                    position,
                    kind: lesson.kind,
                    preview: false,
                    title: lesson.title.clone(),
                    body: lesson.body.clone(),
                    media_url: lesson.media_url.clone(),
                    estimated_duration: lesson.estimated_duration,
                    quiz_id: quizzes.last().copied(),
                    hidden: section.hidden || lesson.hidden,
                    body_format: lesson.body_format,
                    source: Some(lesson.source.clone()),
                });
                // What a lesson is, is not beside it.
                if lesson.kind != LessonKind::Quiz {
                    for (position, quiz_id) in (1..).zip(quizzes) {
                        content.beside.push(NewLessonQuiz { version_id, lesson_id: id, position, quiz_id });
                    }
                }
                content.files.extend(lesson.file_rows(services, version_id, id, kept));
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
