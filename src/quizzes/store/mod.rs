//! Statements about attempts.

pub mod statistics;

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, OptionalExtension, PgArrayExpressionMethods,
    QueryDsl, SelectableHelper,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sanggar_schema::tables::{answers, attempts, grading_tasks, quiz_extensions, score_changes};

use crate::quizzes::model::{
    AnswerRow, AttemptId, AttemptRow, AttemptStatus, ExtensionRow, ScoreChange, TaskId, TaskRow,
};
use crate::{
    catalog::model::{QuestionId, QuizId, VersionId},
    enrolment::model::EnrolmentId,
    platform::{
        db::page::Page,
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
        .set((&row.response, answers::saved_at.eq(row.saved_at)))
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
            attempts::contest_decided_at.eq(attempt.contest_decided_at),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

/// Writes that a learner asks a person to look at an attempt.
///
/// # Errors
/// Those of the database.
pub(in crate::quizzes) async fn contest(connection: &mut AsyncPgConnection, attempt: &AttemptRow) -> Result<(), Fault> {
    diesel::update(attempts::table.filter(attempts::id.eq(attempt.id)))
        .set((attempts::contest.eq(&attempt.contest), attempts::contested_at.eq(attempt.contested_at)))
        .execute(connection)
        .await?;
    Ok(())
}

/// Puts the deadline of an open attempt off.
///
/// # Errors
/// Those of the database.
pub(in crate::quizzes) async fn put_off(
    connection: &mut AsyncPgConnection,
    id: AttemptId,
    deadline: DateTime<Utc>,
) -> Result<(), Fault> {
    let row = attempts::table.filter(attempts::id.eq(id));
    diesel::update(row).set(attempts::deadline.eq(deadline)).execute(connection).await?;
    Ok(())
}

/// Writes what a person gives an answer.
///
/// # Errors
/// Those of the database.
pub(in crate::quizzes) async fn grade_answer(connection: &mut AsyncPgConnection, row: &AnswerRow) -> Result<(), Fault> {
    let own =
        answers::table.filter(answers::attempt_id.eq(row.attempt_id)).filter(answers::question_id.eq(row.question_id));
    diesel::update(own)
        .set((answers::score.eq(row.score), answers::feedback.eq(&row.feedback), answers::graded_at.eq(row.graded_at)))
        .execute(connection)
        .await?;
    Ok(())
}

/// Adds what waits for a person; of what had been graded by one, that it waits again.
///
/// # Errors
/// Those of the database.
pub(in crate::quizzes) async fn add_tasks(connection: &mut AsyncPgConnection, rows: &[TaskRow]) -> Result<(), Fault> {
    use diesel::upsert::excluded;
    diesel::insert_into(grading_tasks::table)
        .values(rows)
        .on_conflict((grading_tasks::academy_id, grading_tasks::attempt_id, grading_tasks::question_id))
        .do_update()
        .set((
            grading_tasks::submitted_at.eq(excluded(grading_tasks::submitted_at)),
            grading_tasks::graded_at.eq(None::<DateTime<Utc>>),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

/// Writes that a person has graded an answer; gives how many of its attempt still wait.
///
/// # Errors
/// Those of the database.
pub(in crate::quizzes) async fn end_task(
    connection: &mut AsyncPgConnection,
    task: &TaskRow,
    at: DateTime<Utc>,
) -> Result<i64, Fault> {
    diesel::update(grading_tasks::table.filter(grading_tasks::id.eq(task.id)))
        .set(grading_tasks::graded_at.eq(at))
        .execute(connection)
        .await?;
    let left = grading_tasks::table
        .filter(grading_tasks::attempt_id.eq(task.attempt_id))
        .filter(grading_tasks::graded_at.is_null());
    Ok(left.count().get_result(connection).await?)
}

/// Notes what answers earned before and after they were graded again.
///
/// # Errors
/// Those of the database.
pub(in crate::quizzes) async fn note_change(
    connection: &mut AsyncPgConnection,
    row: &ScoreChange,
) -> Result<(), Fault> {
    diesel::insert_into(score_changes::table).values(row).execute(connection).await?;
    Ok(())
}

/// Attempts of a quiz in these versions that asked a question, by their ids: those that are open too, since one may be about to end by the key
/// that was.
///
/// # Errors
/// Those of the database.
pub(in crate::quizzes) async fn that_asked(
    mut connection: &AsyncPgConnection,
    (quiz, question): (QuizId, QuestionId),
    versions: &[VersionId],
    after: Option<AttemptId>,
    most: i64,
) -> Result<Vec<AttemptId>, Fault> {
    let rows = attempts::table
        .filter(attempts::quiz_id.eq(quiz))
        .filter(attempts::version_id.eq_any(versions))
        .filter(attempts::question_ids.contains(vec![question]))
        .filter(attempts::id.gt(after.unwrap_or_else(|| AttemptId::from_uuid(uuid::Uuid::nil()))))
        .order(attempts::id)
        .limit(most)
        .select(attempts::id);
    Ok(rows.load(&mut connection).await?)
}

/// The attempts of a person at a quiz, in whichever enrolment, in the order in which they were started.
///
/// # Errors
/// Those of the database.
pub(in crate::quizzes) async fn of_person(
    mut connection: &AsyncPgConnection,
    user: UserId,
    quiz: QuizId,
) -> Result<Vec<AttemptRow>, Fault> {
    let rows = attempts::table.filter(attempts::user_id.eq(user)).filter(attempts::quiz_id.eq(quiz));
    let rows = rows.order((attempts::started_at, attempts::id)).select(AttemptRow::as_select());
    Ok(rows.load(&mut connection).await?)
}

/// What a learner has more than others at a quiz.
///
/// # Errors
/// Those of the database.
pub(in crate::quizzes) async fn extension(
    mut connection: &AsyncPgConnection,
    user: UserId,
    quiz: QuizId,
) -> Result<Option<ExtensionRow>, Fault> {
    let row =
        quiz_extensions::table.filter(quiz_extensions::user_id.eq(user)).filter(quiz_extensions::quiz_id.eq(quiz));
    Ok(row.select(ExtensionRow::as_select()).first(&mut connection).await.optional()?)
}

/// Writes what a learner has more than others at a quiz.
///
/// # Errors
/// Those of the database.
pub(in crate::quizzes) async fn extend(connection: &mut AsyncPgConnection, row: &ExtensionRow) -> Result<(), Fault> {
    diesel::insert_into(quiz_extensions::table)
        .values(row)
        .on_conflict((quiz_extensions::academy_id, quiz_extensions::quiz_id, quiz_extensions::user_id))
        .do_update()
        .set((
            quiz_extensions::extra_time.eq(row.extra_time),
            quiz_extensions::extra_attempts.eq(row.extra_attempts),
            quiz_extensions::granted_at.eq(row.granted_at),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

/// What a learner has more than others at a quiz.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct ExtensionFor(pub UserId, pub QuizId);

impl Batch for ExtensionFor {
    type Value = ExtensionRow;

    async fn load(
        _: &Call,
        mut connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> Result<HashMap<Self, ExtensionRow>, Fault> {
        let rows: Vec<ExtensionRow> = quiz_extensions::table
            .filter(quiz_extensions::user_id.eq_any(keys.iter().map(|key| key.0).collect::<Vec<_>>()))
            .filter(quiz_extensions::quiz_id.eq_any(keys.iter().map(|key| key.1).collect::<Vec<_>>()))
            .select(ExtensionRow::as_select())
            .load(&mut connection)
            .await?;
        Ok(rows.into_iter().map(|row| (Self(row.user_id, row.quiz_id), row)).collect())
    }
}

crate::batch!(
    /// An answer that waits for a person, or has been graded by one.
    TaskById(TaskId) -> TaskRow, grading_tasks::id
);

/// A page of what waits for a person at a quiz, longest first.
///
/// # Errors
/// Those of the database.
pub(in crate::quizzes) async fn queue(
    mut connection: &AsyncPgConnection,
    quiz: QuizId,
    page: &Page<(i64, TaskId)>,
) -> Result<Vec<TaskRow>, Fault> {
    let mut rows = grading_tasks::table
        .filter(grading_tasks::quiz_id.eq(quiz))
        .filter(grading_tasks::graded_at.is_null())
        .select(TaskRow::as_select())
        .limit(page.one_more())
        .into_boxed();
    let (after, before) = page.bounds();
    let moment = |micros: i64| DateTime::from_timestamp_micros(micros).unwrap_or_default();
    if let Some((micros, id)) = after {
        let at = moment(*micros);
        let beyond = grading_tasks::submitted_at.eq(at).and(grading_tasks::id.gt(*id));
        rows = rows.filter(grading_tasks::submitted_at.gt(at).or(beyond));
    }
    if let Some((micros, id)) = before {
        let at = moment(*micros);
        let beyond = grading_tasks::submitted_at.eq(at).and(grading_tasks::id.lt(*id));
        rows = rows.filter(grading_tasks::submitted_at.lt(at).or(beyond));
    }
    rows = if page.backwards() {
        rows.order((grading_tasks::submitted_at.desc(), grading_tasks::id.desc()))
    } else {
        rows.order((grading_tasks::submitted_at, grading_tasks::id))
    };
    Ok(rows.load(&mut connection).await?)
}

/// How much waits for a person at a quiz.
///
/// # Errors
/// Those of the database.
pub(in crate::quizzes) async fn queue_length(mut connection: &AsyncPgConnection, quiz: QuizId) -> Result<i64, Fault> {
    let rows = grading_tasks::table.filter(grading_tasks::quiz_id.eq(quiz)).filter(grading_tasks::graded_at.is_null());
    Ok(rows.count().get_result(&mut connection).await?)
}

/// The scores of an enrolment's attempts that are graded: of which quiz, how much, of how much.
///
/// # Errors
/// Those of the database.
pub(in crate::quizzes) async fn scores(
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

/// What was graded again of an attempt, first to last.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct ChangesOf(pub AttemptId);

impl Batch for ChangesOf {
    type Value = Vec<ScoreChange>;

    async fn load(
        _: &Call,
        mut connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> Result<HashMap<Self, Vec<ScoreChange>>, Fault> {
        let rows: Vec<ScoreChange> = score_changes::table
            .filter(score_changes::attempt_id.eq_any(keys.iter().map(|key| key.0).collect::<Vec<_>>()))
            .order((score_changes::at, score_changes::id))
            .select(ScoreChange::as_select())
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
