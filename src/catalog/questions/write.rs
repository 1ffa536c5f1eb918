//! An instructor writes the questions of a draft.

use super::{
    store::{self, Written},
    written::{self, Place, QuestionInput},
};
use crate::{
    catalog::{
        content::{self, Content, UNWATCHED},
        course_files::{self, sweep},
        draft,
        model::{CourseId, NewQuestion, QuestionId, QuizId, VersionRow},
        policy, store as catalog,
        write::Written as Edited,
    },
    platform::{
        db::Tx,
        fault::Fault,
        graphql::{Call, user_error::Objection},
    },
};

/// Adds a question at the end of a quiz.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn add_question(call: &Call, quiz: QuizId, input: QuestionInput) -> Result<Edited<QuestionId>, Fault> {
    call.viewer().signed_in()?;
    let mut tx = call.begin().await?;
    let (course, version) = or_object!(draft_of(call, &mut tx, quiz, "quiz").await?);
    let last = store::last_position(&tx, version.id, quiz).await?;
    or_object!(policy::room_for_one_more(last, policy::QUESTIONS, "quiz"));
    let id: QuestionId = call.services.random.id();
    let place = Place { version: version.id, quiz, id, position: last + 1 };
    let (question, items) = or_object!(written::rows(&call.services.random, place, input, None)?);
    let content = Content { questions: vec![question], choices: items, ..Content::default() };
    content::insert(&mut tx, &content, UNWATCHED).await?;
    draft::close(tx, call, &version).await?;
    Ok(Ok((course, id)))
}

/// Writes a question of the draft anew. What learners have of it stays as it is, its key too, until that is corrected with `regradeQuestion`.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn update_question(call: &Call, id: QuestionId, input: QuestionInput) -> Result<Edited<QuestionId>, Fault> {
    call.viewer().signed_in()?;
    let mut tx = call.begin().await?;
    let (course, version, before) = or_object!(of_draft(call, &mut tx, id).await?);
    let NewQuestion { row, .. } = &before.0;
    let place = Place { version: version.id, quiz: row.quiz_id, id, position: row.position };
    let after = or_object!(written::rows(&call.services.random, place, input, Some(&before))?);
    store::replace(&mut tx, &after).await?;
    draft::close(tx, call, &version).await?;
    Ok(Ok((course, id)))
}

/// Deletes a question of the draft.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn delete_question(call: &Call, id: QuestionId) -> Result<Edited<QuestionId>, Fault> {
    call.viewer().signed_in()?;
    let mut tx = call.begin().await?;
    let (course, version, (question, _)) = or_object!(of_draft(call, &mut tx, id).await?);
    let files = course_files::store::of_questions(&tx, version.id, &[id]).await?;
    store::delete(&mut tx, &question.row).await?;
    sweep::let_go(&mut tx, &call.services, &files).await?;
    draft::close(tx, call, &version).await?;
    Ok(Ok((course, id)))
}

/// The draft that a quiz is in, for who may edit it.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub(in crate::catalog) async fn draft_of(
    call: &Call,
    tx: &mut Tx,
    quiz: QuizId,
    field: &str,
) -> Result<Result<(CourseId, VersionRow), Objection>, Fault> {
    let Some(known) = call.load_in(tx, content::VersionOfQuiz(quiz)).await? else {
        return Ok(Err(Objection::not_found(field)));
    };
    let course = catalog::version(tx, known).await?.course_id;
    let (_, version) = or_object!(draft::open(call, tx, course, field, None).await?);
    if content::quiz(tx, version.id, quiz).await?.is_none() {
        return Ok(Err(Objection::not_found(field)));
    }
    Ok(Ok((course, version)))
}

/// A question of the draft, for who may edit it.
async fn of_draft(
    call: &Call,
    tx: &mut Tx,
    id: QuestionId,
) -> Result<Result<(CourseId, VersionRow, Written), Objection>, Fault> {
    let not_found = || Ok(Err(Objection::not_found("id")));
    let Some(quiz) = call.load_in(tx, content::QuizOfQuestion(id)).await? else { return not_found() };
    let (course, version) = or_object!(draft_of(call, tx, quiz, "id").await?);
    let Some(found) = store::written(tx, version.id, id).await? else { return not_found() };
    Ok(Ok((course, version, found)))
}
