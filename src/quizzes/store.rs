//! Statements about attempts.

use std::{collections::HashMap, sync::Arc};

use diesel::{ExpressionMethods, NullableExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sanggar_schema::tables::{answers, attempts};

use super::model::{AnswerRow, AttemptId, AttemptRow, AttemptStatus};
use crate::{
    catalog::model::{QuestionId, QuizId},
    enrolment::model::EnrolmentId,
    platform::{
        fault::Fault,
        graphql::{Batch, Call, grouped},
        privacy::UserId,
    },
};

/// Adds an attempt.
///
/// # Errors
/// Those of the database.
pub async fn insert(connection: &mut AsyncPgConnection, row: &AttemptRow) -> Result<(), Fault> {
    diesel::insert_into(attempts::table).values(row).execute(connection).await?;
    Ok(())
}

/// The attempts of an enrolment at a quiz, first to last.
///
/// # Errors
/// Those of the database.
pub async fn of_enrolment(
    mut connection: &AsyncPgConnection,
    enrolment: EnrolmentId,
    quiz: QuizId,
) -> Result<Vec<AttemptRow>, Fault> {
    let rows = attempts::table
        .filter(attempts::enrolment_id.eq(enrolment))
        .filter(attempts::quiz_id.eq(quiz))
        .order(attempts::number)
        .select(AttemptRow::as_select())
        .load(&mut connection)
        .await?;
    Ok(rows)
}

/// An attempt.
///
/// # Errors
/// Those of the database.
pub async fn by_id(mut connection: &AsyncPgConnection, id: AttemptId) -> Result<Option<AttemptRow>, Fault> {
    let row = attempts::table.filter(attempts::id.eq(id)).select(AttemptRow::as_select());
    Ok(row.first(&mut connection).await.optional()?)
}

/// An attempt, locked: one answer, one submission at a time.
///
/// # Errors
/// Those of the database.
pub async fn lock(connection: &mut AsyncPgConnection, id: AttemptId) -> Result<Option<AttemptRow>, Fault> {
    let found = attempts::table
        .filter(attempts::id.eq(id))
        .select(AttemptRow::as_select())
        .for_update()
        .first(connection)
        .await
        .optional()?;
    Ok(found)
}

/// Saves an answer, over an earlier one.
///
/// # Errors
/// Those of the database.
pub async fn save(connection: &mut AsyncPgConnection, row: &AnswerRow) -> Result<(), Fault> {
    diesel::insert_into(answers::table)
        .values(row)
        .on_conflict((answers::academy_id, answers::attempt_id, answers::question_id))
        .do_update()
        .set((answers::choice_ids.eq(&row.choice_ids), answers::saved_at.eq(row.saved_at)))
        .execute(connection)
        .await?;
    Ok(())
}

/// The answers of an attempt.
///
/// # Errors
/// Those of the database.
pub async fn answers_of(mut connection: &AsyncPgConnection, id: AttemptId) -> Result<Vec<AnswerRow>, Fault> {
    let rows = answers::table.filter(answers::attempt_id.eq(id)).select(AnswerRow::as_select());
    Ok(rows.load(&mut connection).await?)
}

/// Writes the grade of an attempt and of its answers.
///
/// # Errors
/// Those of the database.
pub async fn grade(
    connection: &mut AsyncPgConnection,
    attempt: &AttemptRow,
    scores: &[AnswerRow],
) -> Result<(), Fault> {
    let (questions, earned): (Vec<QuestionId>, Vec<Option<i64>>) =
        scores.iter().map(|answer| (answer.question_id, answer.score)).unzip();
    diesel::sql_query(
        "update answers set score = graded.score from unnest($2, $3) as graded (question_id, score)
         where answers.attempt_id = $1 and answers.question_id = graded.question_id",
    )
    .bind::<diesel::sql_types::Uuid, _>(attempt.id)
    .bind::<diesel::sql_types::Array<diesel::sql_types::Uuid>, _>(questions)
    .bind::<diesel::sql_types::Array<diesel::sql_types::Nullable<diesel::sql_types::BigInt>>, _>(earned)
    .execute(connection)
    .await?;
    diesel::update(attempts::table.filter(attempts::id.eq(attempt.id)))
        .set((
            attempts::status.eq(attempt.status),
            attempts::submitted_at.eq(attempt.submitted_at),
            attempts::score.eq(attempt.score),
            attempts::passed.eq(attempt.passed),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

/// The scores of an enrolment's attempts that are graded: of which quiz, how much, of how much.
///
/// # Errors
/// Those of the database.
pub(super) async fn scores(
    mut connection: &AsyncPgConnection,
    enrolment: EnrolmentId,
) -> Result<Vec<(QuizId, i64, i64)>, Fault> {
    let graded = attempts::table.filter(attempts::enrolment_id.eq(enrolment)).filter(attempts::score.is_not_null());
    let score = attempts::score.assume_not_null();
    Ok(graded.select((attempts::quiz_id, score, attempts::max_score)).load(&mut connection).await?)
}

/// The quizzes that an enrolment has passed.
///
/// # Errors
/// Those of the database.
pub async fn passed(mut connection: &AsyncPgConnection, enrolment: EnrolmentId) -> Result<Vec<QuizId>, Fault> {
    let rows = attempts::table
        .filter(attempts::enrolment_id.eq(enrolment))
        .filter(attempts::passed.eq(true))
        .select(attempts::quiz_id)
        .distinct();
    Ok(rows.load(&mut connection).await?)
}

crate::batch!(
    /// An attempt by its id.
    AttemptById(AttemptId) -> AttemptRow, attempts::id, of user_id
);

/// The answers of an attempt.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct AnswersOf(pub AttemptId);

impl Batch for AnswersOf {
    type Value = Vec<AnswerRow>;

    async fn load(
        _: &Call,
        mut connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> Result<HashMap<Self, Vec<AnswerRow>>, Fault> {
        let rows: Vec<AnswerRow> = answers::table
            .filter(answers::attempt_id.eq_any(keys.iter().map(|key| key.0).collect::<Vec<_>>()))
            .select(AnswerRow::as_select())
            .load(&mut connection)
            .await?;
        Ok(grouped(rows.into_iter().map(|row| (Self(row.attempt_id), row))))
    }
}

/// The attempts of a person at a quiz, first to last.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct AttemptsAt(pub UserId, pub QuizId);

impl Batch for AttemptsAt {
    type Value = Arc<Vec<AttemptRow>>;

    async fn load(
        _: &Call,
        mut connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> Result<HashMap<Self, Self::Value>, Fault> {
        let rows: Vec<AttemptRow> = attempts::table
            .filter(attempts::user_id.eq_any(keys.iter().map(|key| key.0).collect::<Vec<_>>()))
            .filter(attempts::quiz_id.eq_any(keys.iter().map(|key| key.1).collect::<Vec<_>>()))
            .order((attempts::started_at, attempts::id))
            .select(AttemptRow::as_select())
            .load(&mut connection)
            .await?;
        let found = grouped(rows.into_iter().map(|row| (Self(row.user_id, row.quiz_id), row)));
        Ok(found.into_iter().map(|(key, attempts)| (key, Arc::new(attempts))).collect())
    }
}

/// The statuses in which an attempt is over.
pub const OVER: [AttemptStatus; 3] = [AttemptStatus::Submitted, AttemptStatus::Graded, AttemptStatus::Expired];
