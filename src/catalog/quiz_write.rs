//! An instructor writes quizzes into the draft.

use super::{
    content::{self, Content, QuizChange, UNWATCHED},
    draft,
    model::{CourseId, FeedbackPolicy, QuizId, QuizRow},
    policy,
    questions::write::draft_of,
    write::Written,
};
use crate::platform::{
    change::Change,
    fault::Fault,
    graphql::{
        Call, UserErrorCode,
        user_error::{self, Gathered, Objection, needed},
    },
};

/// What a quiz is made of.
#[derive(Clone, Debug)]
pub struct QuizInput {
    /// The course that it belongs to.
    pub course: CourseId,
    /// Its title.
    pub title: String,
    /// From which share of the points it is passed.
    pub pass_percent: i32,
    /// Seconds.
    pub time_limit: Option<i32>,
    /// How often a learner may try.
    pub attempts_allowed: Option<i32>,
    /// Whether questions and choices come in another order each attempt.
    pub shuffle: bool,
    /// So many of its questions an attempt asks, drawn by chance.
    pub draw_count: Option<i32>,
    /// When learners see the key.
    pub feedback: FeedbackPolicy,
}

/// Adds a quiz to a course.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn add_quiz(call: &Call, input: QuizInput) -> Result<Written<QuizId>, Fault> {
    call.viewer().signed_in()?;
    let title = or_object!(user_error::line(&input.title, "title", policy::TITLE));
    or_object!(pass_percent(input.pass_percent));
    or_object!(attempts(input.attempts_allowed));
    or_object!(draw_count(input.draw_count));
    or_object!(feedback(input.feedback, input.attempts_allowed));
    let mut tx = call.begin().await?;
    let (_, version) = or_object!(draft::open(call, &mut tx, input.course, "course", None).await?);
    let quizzes = content::count_quizzes(&tx, version.id).await?;
    or_object!(policy::room_for_one_more(quizzes, policy::QUIZZES, "course"));
    let quiz = QuizRow {
        version_id: version.id,
        id: call.services.random.ordered_id(&call.services.clock),
        title,
        titles: serde_json::json!({}),
        pass_percent: input.pass_percent,
        time_limit: input.time_limit,
        attempts_allowed: input.attempts_allowed,
        shuffle: input.shuffle,
        draw_count: input.draw_count,
        feedback: input.feedback,
        source: None,
    };
    let id = quiz.id;
    content::insert(&mut tx, &Content { quizzes: vec![quiz], ..Content::default() }, UNWATCHED).await?;
    draft::close(tx, call, &version).await?;
    Ok(Ok((input.course, id)))
}

/// What changes of a quiz.
#[derive(Default)]
pub struct UpdateQuiz {
    /// Its title.
    pub title: Change<String>,
    /// From which share of the points it is passed.
    pub pass_percent: Change<i32>,
    /// Seconds.
    pub time_limit: Change<i32>,
    /// How often a learner may try.
    pub attempts_allowed: Change<i32>,
    /// Whether questions and choices come in another order each attempt.
    pub shuffle: Change<bool>,
    /// So many of its questions an attempt asks.
    pub draw_count: Change<i32>,
    /// When learners see the key.
    pub feedback: Change<FeedbackPolicy>,
}

/// Changes a quiz of the draft; nothing is changed where there is an objection.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn update_quiz(call: &Call, id: QuizId, input: UpdateQuiz) -> Result<Result<QuizId, Vec<Objection>>, Fault> {
    call.viewer().signed_in()?;
    let mut wrong = Gathered::default();
    let title = needed(input.title, "title")
        .and_then(|given| given.map(|text| user_error::line(&text, "title", policy::TITLE)).transpose());
    let change = QuizChange {
        title: wrong.take(title).flatten(),
        pass_percent: wrong
            .take(needed(input.pass_percent, "passPercent").and_then(|given| given.map(pass_percent).transpose()))
            .flatten(),
        time_limit: input.time_limit.column(),
        attempts_allowed: wrong
            .take(input.attempts_allowed.stored(|most| attempts(Some(most)).map(|()| most)))
            .flatten(),
        shuffle: wrong.take(needed(input.shuffle, "shuffle")).flatten(),
        draw_count: wrong.take(input.draw_count.stored(|count| draw_count(Some(count)).map(|()| count))).flatten(),
        feedback: wrong.take(needed(input.feedback, "feedback")).flatten(),
    };
    if !wrong.is_empty() {
        return Ok(Err(wrong.all()));
    }
    let mut tx = call.begin().await?;
    let (_, version) = match draft_of(call, &mut tx, id, "id").await? {
        Ok(found) => found,
        Err(objection) => return Ok(Err(vec![objection])),
    };
    let Some(row) = content::quiz(&tx, version.id, id).await? else {
        return Ok(Err(vec![Objection::not_found("id")]));
    };
    let allowed = change.attempts_allowed.unwrap_or(row.attempts_allowed);
    if let Err(objection) = feedback(change.feedback.unwrap_or(row.feedback), allowed) {
        return Ok(Err(vec![objection]));
    }
    content::change_quiz(&mut tx, version.id, id, &change).await?;
    draft::close(tx, call, &version).await?;
    Ok(Ok(id))
}

fn invalid<T>(field: &str, words: crate::platform::text::Words) -> Result<T, Objection> {
    Err(Objection::new(UserErrorCode::Invalid, field, words))
}

fn pass_percent(percent: i32) -> Result<i32, Objection> {
    if (0..=100).contains(&percent) {
        return Ok(percent);
    }
    invalid("passPercent", words!("Dari 0 sampai 100.", "From 0 to 100."))
}

fn attempts(allowed: Option<i32>) -> Result<(), Objection> {
    let most = policy::ATTEMPTS;
    if allowed.is_none_or(|attempts| (1..=most).contains(&attempts)) {
        return Ok(());
    }
    invalid("attemptsAllowed", words!("Dari 1 sampai {most}.", "From 1 to {most}."))
}

/// Whether there are so many questions is seen when the course is submitted: they may come later.
fn draw_count(count: Option<i32>) -> Result<(), Objection> {
    let most = policy::ASKED;
    if count.is_none_or(|count| usize::try_from(count).is_ok_and(|count| (1..=most).contains(&count))) {
        return Ok(());
    }
    invalid("drawCount", words!("Dari 1 sampai {most}.", "From 1 to {most}."))
}

fn feedback(feedback: FeedbackPolicy, attempts_allowed: Option<i32>) -> Result<(), Objection> {
    if feedback != FeedbackPolicy::AfterLastAttempt || attempts_allowed.is_some() {
        return Ok(());
    }
    let words = words!("AFTER_LAST_ATTEMPT perlu attemptsAllowed.", "AFTER_LAST_ATTEMPT needs attemptsAllowed.");
    invalid("attemptsAllowed", words)
}
