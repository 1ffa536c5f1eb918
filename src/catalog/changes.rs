//! What one version changes against another: what a reviewer reads first.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    hash::Hash,
    sync::Arc,
};

use futures_util::future::{try_join, try_join_all};
use serde_json::Value as Json;

use super::{
    content::{Content, ContentOf},
    course_files::{CourseFileId, LessonFileRow, MEDIA},
    model::{
        CourseId, ItemRole, LessonId, NewItem, NewLesson, NewQuestion, NewTranslation, QuestionId, QuestionRow, QuizId,
        QuizRow, SectionId, SectionRow, SubmissionRow, VersionId, VersionRow,
    },
    store::{CourseById, DescriptionOf, PrerequisitesOf, VersionById},
};
use crate::platform::{
    fault::Fault,
    graphql::{Call, grouped},
};

crate::text_enum!(
    /// What happened to something between two versions.
    ChangeKind {
        /// It is new.
        Added = "ADDED",
        /// It says something else.
        Changed = "CHANGED",
        /// It stands elsewhere.
        Moved = "MOVED",
        /// It is there no more.
        Removed = "REMOVED",
    }
);

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What changed: titles from the course down, then the field.
    pub path: String,
    /// How.
    pub kind: ChangeKind,
    /// What was there.
    pub before: Option<String>,
    /// What is there.
    pub after: Option<String>,
}

/// Changes told at most.
pub const MOST: usize = 2_000;

/// What a submitted version changes against the one that was published when it was submitted; all of it is new where there was none.
///
/// # Errors
/// `BAD_USER_INPUT` where that is asked of many at once, and those of the database.
pub async fn of(call: &Call, submission: &SubmissionRow) -> Result<Vec<Difference>, Fault> {
    let before = async {
        match submission.base_id {
            Some(base) => Whole::read(call, base).await,
            None => Ok(None),
        }
    };
    let (before, after) = try_join(before, Whole::read(call, submission.version_id)).await?;
    let after = after.ok_or_else(|| anyhow::anyhow!("a submission without a version"))?;
    // Of two long courses it takes a while.
    let told = tokio::task::spawn_blocking(move || between(before.as_ref(), &after));
    Ok(told.await.map_err(anyhow::Error::from)?)
}

/// A version with all that it holds.
struct Whole {
    version: VersionRow,
    description: String,
    /// Titles of the courses that it asks for.
    prerequisites: Vec<String>,
    content: Arc<Content>,
}

impl Whole {
    async fn read(call: &Call, id: VersionId) -> Result<Option<Self>, Fault> {
        let Some(version) = call.load(VersionById(id)).await? else { return Ok(None) };
        let asked = call.load(PrerequisitesOf(id)).await?.unwrap_or_default();
        let titles = try_join_all(asked.into_iter().map(|course| title_of(call, course))).await?;
        Ok(Some(Self {
            version,
            description: call.load(DescriptionOf(id)).await?.unwrap_or_default(),
            prerequisites: titles.into_iter().flatten().collect(),
            content: call.load(ContentOf(id)).await?.unwrap_or_default(),
        }))
    }
}

async fn title_of(call: &Call, course: CourseId) -> Result<Option<String>, Fault> {
    let Some(row) = call.load(CourseById(course)).await? else { return Ok(None) };
    let Some(shown) = row.published_id.or(row.latest_id) else { return Ok(None) };
    Ok(call.load(VersionById(shown)).await?.map(|version| version.title))
}

fn between(before: Option<&Whole>, after: &Whole) -> Vec<Difference> {
    let mut told = Told::default();
    if let Some(before) = before {
        course(before, after, &mut told);
    }
    let none = Content::default();
    let (before, after) = (Index::of(before.map_or(&none, |whole| &*whole.content)), Index::of(&after.content));
    sections(&before, &after, &mut told);
    lessons(&before, &after, &mut told);
    quizzes(&before, &after, &mut told);
    told.0
}

#[derive(Default)]
struct Told(Vec<Difference>);

impl Told {
    fn push(&mut self, path: String, kind: ChangeKind, before: Option<String>, after: Option<String>) {
        match self.0.len() {
            ..MOST => self.0.push(Difference { path, kind, before, after }),
            // The last one says that it is not all.
            MOST => {
                self.0
                    .push(Difference { path: "…".to_owned(), kind: ChangeKind::Changed, before: None, after: None });
            }
            _ => {}
        }
    }

    fn field(&mut self, path: &str, name: &str, before: &str, after: &str) {
        if before != after {
            let (before, after) = what_differs(before, after);
            self.push(below(path, name), ChangeKind::Changed, Some(before), Some(after));
        }
    }

    /// A text in each language that it was or is translated to.
    fn translated<'a>(
        &mut self,
        path: &str,
        name: &str,
        locales: BTreeSet<&'a str>,
        before: impl Fn(&'a str) -> String,
        after: impl Fn(&'a str) -> String,
    ) {
        for locale in locales {
            self.field(path, &format!("{name} ({locale})"), &before(locale), &after(locale));
        }
    }
}

/// The languages of a text.
fn locales(texts: &Json) -> impl Iterator<Item = &str> {
    texts.as_object().into_iter().flatten().map(|(locale, _)| locale.as_str())
}

fn in_locale<'a>(texts: &'a Json, locale: &str) -> &'a str {
    texts[locale].as_str().unwrap_or_default()
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path} / {name}") }
}

/// The lines that differ, without those that both texts begin and end with.
fn what_differs(before: &str, after: &str) -> (String, String) {
    let (old, new): (Vec<_>, Vec<_>) = (before.lines().collect(), after.lines().collect());
    if old == new {
        return (before.to_owned(), after.to_owned());
    }
    let same = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let (old, new) = (&old[same..], &new[same..]);
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count();
    (old[..old.len() - tail].join("\n"), new[..new.len() - tail].join("\n"))
}

fn course(before: &Whole, after: &Whole, told: &mut Told) {
    let (old, new) = (&before.version, &after.version);
    told.field("", "title", &old.title, &new.title);
    told.field("", "summary", &old.summary, &new.summary);
    told.field("", "description", &before.description, &after.description);
    told.field("", "level", old.level.as_str(), new.level.as_str());
    told.field("", "tags", &old.tags.join(", "), &new.tags.join(", "));
    let price = |version: &VersionRow| {
        version
            .price
            .money()
            .map_or_else(String::new, |money| format!("{} {}", money.decimal(), money.currency.as_str()))
    };
    told.field("", "price", &price(old), &price(new));
    told.field("", "prerequisites", &before.prerequisites.join(", "), &after.prerequisites.join(", "));
    if old.cover_id != new.cover_id {
        let cover = |version: &VersionRow| version.cover_id.map(|_| "cover.jpg".to_owned());
        told.push("coverUrl".to_owned(), ChangeKind::Changed, cover(old), cover(new));
    }
    let percent = |version: &VersionRow| version.lessons_percent.to_string();
    told.field("", "completionRule.lessonsPercent", &percent(old), &percent(new));
    let passed = |version: &VersionRow| version.quizzes_passed.to_string();
    told.field("", "completionRule.quizzesPassed", &passed(old), &passed(new));
    let score = |version: &VersionRow| shown(version.minimum_score);
    told.field("", "completionRule.minimumScore", &score(old), &score(new));
}

fn shown<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

/// Content by its ids.
struct Index<'a> {
    all: &'a Content,
    sections: HashMap<SectionId, &'a SectionRow>,
    lessons: HashMap<LessonId, &'a NewLesson>,
    lessons_of: HashMap<SectionId, Vec<LessonId>>,
    translations_of: HashMap<LessonId, Vec<&'a NewTranslation>>,
    beside: HashMap<LessonId, Vec<(i32, QuizId)>>,
    files_of: HashMap<LessonId, Vec<&'a LessonFileRow>>,
    quizzes: HashMap<QuizId, &'a QuizRow>,
    questions: HashMap<QuestionId, &'a NewQuestion>,
    questions_of: HashMap<QuizId, Vec<QuestionId>>,
    choices_of: HashMap<QuestionId, Vec<&'a NewItem>>,
}

impl<'a> Index<'a> {
    fn of(all: &'a Content) -> Self {
        let mut choices_of: HashMap<QuestionId, Vec<&NewItem>> =
            grouped(all.choices.iter().map(|item| (item.row.question_id, item)));
        // The order in which they were written would tell what belongs together.
        for items in choices_of.values_mut().filter(|items| items.iter().any(|item| item.row.role != ItemRole::Choice))
        {
            items.sort_unstable_by_key(|item| (item.row.role, item.row.id));
        }
        Self {
            all,
            sections: all.sections.iter().map(|row| (row.id, row)).collect(),
            lessons: all.lessons.iter().map(|row| (row.id, row)).collect(),
            lessons_of: grouped(all.lessons.iter().map(|row| (row.section_id, row.id))),
            translations_of: grouped(all.translations.iter().map(|row| (row.lesson_id, row))),
            beside: grouped(all.beside.iter().map(|row| (row.lesson_id, (row.position, row.quiz_id)))),
            files_of: grouped(all.files.iter().map(|row| (row.lesson_id, row))),
            quizzes: all.quizzes.iter().map(|row| (row.id, row)).collect(),
            questions: all.questions.iter().map(|question| (question.row.id, question)).collect(),
            questions_of: grouped(all.questions.iter().map(|question| (question.row.quiz_id, question.row.id))),
            choices_of,
        }
    }

    fn sections_in_order(&self) -> Vec<SectionId> {
        self.all.sections.iter().map(|row| row.id).collect()
    }

    fn lessons_in_order(&self) -> Vec<LessonId> {
        let of = |section| self.lessons_of.get(&section).into_iter().flatten().copied();
        self.sections_in_order().into_iter().flat_map(of).collect()
    }

    fn questions_in_order(&self, quiz: QuizId) -> Vec<QuestionId> {
        self.questions_of.get(&quiz).cloned().unwrap_or_default()
    }

    fn section(&self, lesson: &NewLesson) -> String {
        self.sections.get(&lesson.section_id).map(|row| row.title.clone()).unwrap_or_default()
    }

    fn path(&self, lesson: &NewLesson) -> String {
        below(&self.section(lesson), &lesson.title)
    }

    fn quiz(&self, id: Option<QuizId>) -> &str {
        id.and_then(|id| self.quizzes.get(&id)).map(|row| row.title.as_str()).unwrap_or_default()
    }

    /// The quizzes beside a lesson, in their order.
    fn quizzes_beside(&self, lesson: LessonId) -> Vec<QuizId> {
        let mut beside = self.beside.get(&lesson).cloned().unwrap_or_default();
        beside.sort_unstable_by_key(|(position, _)| *position);
        beside.into_iter().map(|(_, quiz)| quiz).collect()
    }

    /// The media of a lesson, or what is attached to it: names and files.
    fn files(&self, lesson: LessonId, media: bool) -> Vec<(&'a str, CourseFileId)> {
        let own = self.files_of.get(&lesson).into_iter().flatten();
        own.filter(|row| (row.position == MEDIA) == media).map(|row| (row.name.as_str(), row.file_id)).collect()
    }

    fn translations(&self, lesson: LessonId) -> &[&'a NewTranslation] {
        self.translations_of.get(&lesson).map(Vec::as_slice).unwrap_or_default()
    }

    fn choices_in(&self, question: QuestionId, locale: &str) -> String {
        let own = self.choices_of.get(&question).into_iter().flatten();
        own.map(|choice| in_locale(&choice.row.texts, locale)).collect::<Vec<_>>().join("\n")
    }

    fn choice_locales(&self, question: QuestionId) -> impl Iterator<Item = &'a str> {
        self.choices_of.get(&question).into_iter().flatten().flat_map(|choice| locales(&choice.row.texts))
    }

    /// What may be ticked, and what is right.
    fn choices(&self, question: QuestionId) -> (Vec<&str>, Vec<(i64, Option<&str>)>) {
        let own = self.choices_of.get(&question).into_iter().flatten();
        own.map(|choice| (choice.row.text.as_str(), (choice.fraction, choice.feedback.as_deref()))).unzip()
    }
}

fn sections(before: &Index<'_>, after: &Index<'_>, told: &mut Told) {
    let moved = moved(&before.sections_in_order(), &after.sections_in_order());
    for section in &after.all.sections {
        let at = section.title.clone();
        let Some(was) = before.sections.get(&section.id) else {
            told.push(at.clone(), ChangeKind::Added, None, Some(at));
            continue;
        };
        told.field(&at, "title", &was.title, &section.title);
        told.field(&at, "hidden", &was.hidden.to_string(), &section.hidden.to_string());
        if moved.contains(&section.id) {
            told.push(at, ChangeKind::Moved, None, None);
        }
    }
    for section in before.all.sections.iter().filter(|section| !after.sections.contains_key(&section.id)) {
        told.push(section.title.clone(), ChangeKind::Removed, Some(section.title.clone()), None);
    }
}

fn lessons(before: &Index<'_>, after: &Index<'_>, told: &mut Told) {
    let moved = moved(&before.lessons_in_order(), &after.lessons_in_order());
    for id in after.lessons_in_order() {
        let lesson = after.lessons[&id];
        let at = after.path(lesson);
        let Some(was) = before.lessons.get(&id) else {
            told.push(at, ChangeKind::Added, None, Some(lesson.body.clone().unwrap_or_default()));
            continue;
        };
        let mut text = |name, before: &Option<String>, after: &Option<String>| {
            told.field(&at, name, before.as_deref().unwrap_or_default(), after.as_deref().unwrap_or_default());
        };
        text("body", &was.body, &lesson.body);
        text("mediaUrl", &was.media_url, &lesson.media_url);
        told.field(&at, "title", &was.title, &lesson.title);
        told.field(&at, "kind", was.kind.as_str(), lesson.kind.as_str());
        told.field(&at, "bodyFormat", was.body_format.as_str(), lesson.body_format.as_str());
        told.field(&at, "hidden", &was.hidden.to_string(), &lesson.hidden.to_string());
        told.field(&at, "preview", &was.preview.to_string(), &lesson.preview.to_string());
        told.field(&at, "estimatedDuration", &shown(was.estimated_duration), &shown(lesson.estimated_duration));
        told.field(&at, "quiz", before.quiz(was.quiz_id), after.quiz(lesson.quiz_id));
        for (name, media) in [("mediaUpload", true), ("attachments", false)] {
            let (old, new) = (before.files(id, media), after.files(id, media));
            // Another file may have the same name.
            if old != new {
                let names =
                    |files: &[(&str, CourseFileId)]| files.iter().map(|(name, _)| *name).collect::<Vec<_>>().join("\n");
                told.push(below(&at, name), ChangeKind::Changed, Some(names(&old)), Some(names(&new)));
            }
        }
        translations(before, after, id, &at, told);
        // Told where others stand there; what one of them says is told of the quiz.
        let (old, new) = (before.quizzes_beside(id), after.quizzes_beside(id));
        if old != new {
            let titles = |index: &Index<'_>, quizzes: Vec<QuizId>| {
                quizzes.into_iter().map(|quiz| index.quiz(Some(quiz)).to_owned()).collect::<Vec<_>>().join("\n")
            };
            let (old, new) = (titles(before, old), titles(after, new));
            told.push(below(&at, "quizzes"), ChangeKind::Changed, Some(old), Some(new));
        }
        if moved.contains(&id) || was.section_id != lesson.section_id {
            told.push(at, ChangeKind::Moved, Some(before.section(was)), Some(after.section(lesson)));
        }
    }
    for id in before.lessons_in_order().into_iter().filter(|id| !after.lessons.contains_key(id)) {
        let was = before.lessons[&id];
        told.push(before.path(was), ChangeKind::Removed, Some(was.title.clone()), None);
    }
}

fn translations(before: &Index<'_>, after: &Index<'_>, lesson: LessonId, at: &str, told: &mut Told) {
    let (old, new) = (before.translations(lesson), after.translations(lesson));
    let locales: BTreeSet<&str> = old.iter().chain(new).map(|row| row.locale.as_str()).collect();
    let title = |rows: &[&NewTranslation], locale: &str| {
        rows.iter().find(|row| row.locale == locale).map(|row| row.title.clone()).unwrap_or_default()
    };
    let body = |rows: &[&NewTranslation], locale: &str| {
        rows.iter().find(|row| row.locale == locale).and_then(|row| row.body.clone()).unwrap_or_default()
    };
    told.translated(at, "title", locales.clone(), |locale| title(old, locale), |locale| title(new, locale));
    told.translated(at, "body", locales, |locale| body(old, locale), |locale| body(new, locale));
}

fn texts(told: &mut Told, at: &str, name: &str, before: &Json, after: &Json) {
    let in_locale = |texts, locale: &str| in_locale(texts, locale).to_owned();
    let all = locales(before).chain(locales(after)).collect();
    told.translated(at, name, all, |locale| in_locale(before, locale), |locale| in_locale(after, locale));
}

fn quizzes(before: &Index<'_>, after: &Index<'_>, told: &mut Told) {
    for quiz in &after.all.quizzes {
        let at = &quiz.title;
        if let Some(was) = before.quizzes.get(&quiz.id) {
            told.field(at, "title", &was.title, &quiz.title);
            texts(told, at, "title", &was.titles, &quiz.titles);
            told.field(at, "passPercent", &was.pass_percent.to_string(), &quiz.pass_percent.to_string());
            told.field(at, "timeLimit", &shown(was.time_limit), &shown(quiz.time_limit));
            told.field(at, "attemptsAllowed", &shown(was.attempts_allowed), &shown(quiz.attempts_allowed));
            told.field(at, "shuffle", &was.shuffle.to_string(), &quiz.shuffle.to_string());
            told.field(at, "drawCount", &shown(was.draw_count), &shown(quiz.draw_count));
            told.field(at, "feedback", was.feedback.as_str(), quiz.feedback.as_str());
        } else {
            told.push(at.clone(), ChangeKind::Added, None, Some(at.clone()));
        }
        questions(before, after, quiz, told);
    }
    for quiz in before.all.quizzes.iter().filter(|quiz| !after.quizzes.contains_key(&quiz.id)) {
        told.push(quiz.title.clone(), ChangeKind::Removed, Some(quiz.title.clone()), None);
    }
}

/// What is right is told to nobody here, only that it changed: who reviews a course may learn by it.
fn questions(before: &Index<'_>, after: &Index<'_>, quiz: &QuizRow, told: &mut Told) {
    let (old, new) = (before.questions_in_order(quiz.id), after.questions_in_order(quiz.id));
    let moved = moved(&old, &new);
    let path = |question: &QuestionRow| below(&quiz.title, &question.prompt.chars().take(80).collect::<String>());
    for id in new {
        let NewQuestion { row: question, key, feedback, .. } = after.questions[&id];
        let at = path(question);
        let Some(NewQuestion { row: was, key: old_key, feedback: old_feedback, .. }) = before.questions.get(&id) else {
            told.push(at, ChangeKind::Added, None, Some(question.prompt.clone()));
            continue;
        };
        told.field(&at, "kind", was.kind.as_str(), question.kind.as_str());
        told.field(&at, "format", was.format.as_str(), question.format.as_str());
        told.field(&at, "prompt", &was.prompt, &question.prompt);
        texts(told, &at, "prompt", &was.prompts, &question.prompts);
        told.field(&at, "points", &was.points.to_string(), &question.points.to_string());
        told.field(&at, "multiple", &was.multiple.to_string(), &question.multiple.to_string());
        let ((old_offer, old_shares), (offer, shares)) = (before.choices(id), after.choices(id));
        told.field(&at, "choices", &old_offer.join("\n"), &offer.join("\n"));
        let locales = before.choice_locales(id).chain(after.choice_locales(id)).collect();
        let (old_texts, texts) = (|locale| before.choices_in(id, locale), |locale| after.choices_in(id, locale));
        told.translated(&at, "choices", locales, old_texts, texts);
        if old_shares != shares || old_key != key || old_feedback != feedback {
            told.push(below(&at, "answerKey"), ChangeKind::Changed, None, None);
        }
        if moved.contains(&id) {
            told.push(at, ChangeKind::Moved, None, None);
        }
    }
    for id in old.into_iter().filter(|id| !after.questions.contains_key(id)) {
        let was = &before.questions[&id].row;
        told.push(path(was), ChangeKind::Removed, Some(was.prompt.clone()), None);
    }
}

/// Of what is in both orders, as little as possible that has to be moved to come from one to the other: all but a longest part that keeps
/// its order.
fn moved<T: Copy + Eq + Hash>(before: &[T], after: &[T]) -> HashSet<T> {
    let old: HashMap<T, usize> = before.iter().enumerate().map(|(at, id)| (*id, at)).collect();
    let both: Vec<(T, usize)> = after.iter().filter_map(|id| Some((*id, *old.get(id)?))).collect();
    // `ends[n]` is the element at which a rising part of n + 1 elements ends lowest; `behind` is the one before each.
    let mut ends: Vec<usize> = Vec::new();
    let mut behind: Vec<Option<usize>> = vec![None; both.len()];
    for (at, (_, place)) in both.iter().enumerate() {
        let length = ends.partition_point(|end| both[*end].1 < *place);
        behind[at] = length.checked_sub(1).map(|before| ends[before]);
        if length == ends.len() {
            ends.push(at);
        } else {
            ends[length] = at;
        }
    }
    let mut kept = vec![false; both.len()];
    let mut next = ends.last().copied();
    while let Some(at) = next {
        kept[at] = true;
        next = behind[at];
    }
    both.iter().zip(kept).filter(|(_, kept)| !kept).map(|((id, _), _)| *id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_little_as_possible_is_moved() {
        for (before, after, expected) in [
            (vec![1, 2, 3, 4], vec![1, 2, 3, 4], vec![]),
            (vec![1, 2, 3, 4], vec![4, 1, 2, 3], vec![4]),
            (vec![1, 2, 3, 4], vec![1, 3, 9, 4], vec![]),
            (vec![1, 2, 3], vec![3, 2, 1], vec![2, 3]),
            (vec![], vec![1, 2], vec![]),
        ] {
            let told = moved(&before, &after);
            assert_eq!(told, HashSet::from_iter(expected), "{before:?} {after:?}");
        }
    }

    #[test]
    fn only_the_lines_that_differ_are_told() {
        assert_eq!(what_differs("a\nb\nc", "a\nx\ny\nc"), ("b".to_owned(), "x\ny".to_owned()));
        assert_eq!(what_differs("a\na", "a\na\na"), (String::new(), "a".to_owned()));
        assert_eq!(what_differs("", "new"), (String::new(), "new".to_owned()));
        // Line ends that differ are no line that differs: the texts are told whole.
        assert_eq!(what_differs("a\n", "a"), ("a\n".to_owned(), "a".to_owned()));
    }
}
