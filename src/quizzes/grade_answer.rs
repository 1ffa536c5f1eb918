//! A person grades an answer: an essay, or what a learner asked a person to look at.

use serde_json::json;

use super::{
    close::settle,
    mail,
    model::{AttemptRow, AttemptStatus, ScoreCause, ScoreChange, TaskId},
    store::{self, TaskById},
};
use crate::{
    academies, accounts, audit,
    catalog::{authority, content, policy, questions},
    enrolment,
    platform::{
        db::Tx,
        fault::Fault,
        graphql::{
            Call, UserErrorCode,
            user_error::{self, Objection},
        },
    },
};

/// Gives an answer a score, in millionths of a point, and says why; who teaches the course or runs the academy. When nothing of its
/// attempt waits any more, the attempt is graded, and its learner is told.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn grade_answer(
    call: &Call,
    id: TaskId,
    score: i64,
    feedback: Option<String>,
) -> Result<Result<TaskId, Objection>, Fault> {
    let grader = call.viewer().signed_in()?;
    or_object!(user_error::bounded(feedback.as_deref().unwrap_or_default(), "feedback", policy::PROMPT));
    let not_found = || Ok(Err(Objection::not_found("task")));
    let Some(task) = call.load(TaskById(id)).await? else { return not_found() };
    if !authority::may_edit(call, task.course_id).await? {
        return not_found();
    }
    let mut tx = call.begin().await?;
    let Some(attempt) = store::by_id(&tx, task.attempt_id).await? else { return not_found() };
    if attempt.user_id == grader {
        let words = words!("Jawaban sendiri dinilai orang lain.", "Somebody else grades your own answers.");
        return Ok(Err(Objection::new(UserErrorCode::NotEligible, "task", words)));
    }
    if !tx.hold_account(attempt.user_id).await? {
        return not_found();
    }
    enrolment::store::lock(&mut tx, attempt.enrolment_id).await?;
    let Some(attempt) = store::lock(&mut tx, task.attempt_id).await? else { return not_found() };
    let asked = questions::store::rows(&tx, attempt.version_id, &[task.question_id]).await?;
    let most = asked.first().map_or(0, |question| question.points);
    if !(0..=most).contains(&score) {
        let most = rust_decimal::Decimal::new(most, 6).normalize();
        let words = words!("Dari 0 sampai {most}.", "From 0 to {most}.");
        return Ok(Err(Objection::new(UserErrorCode::Invalid, "score", words)));
    }
    let mut answers = store::answers_of(&tx, attempt.id).await?;
    let Some(answer) = answers.iter_mut().find(|answer| answer.question_id == task.question_id) else {
        return not_found();
    };
    let now = call.services.clock.now();
    let change = ScoreChange {
        id: call.services.random.ordered_id::<()>(&call.services.clock).uuid(),
        attempt_id: attempt.id,
        question_id: answer.question_id,
        cause: ScoreCause::Graded,
        before: answer.score,
        after: score,
        at: now,
    };
    answer.score = Some(score);
    answer.feedback = feedback;
    answer.graded_at = Some(now);
    store::grade_answer(&mut tx, answer).await?;
    store::note_change(&mut tx, &change).await?;
    let happened = audit::Happened {
        actor: Some(grader),
        action: audit::Action::AnswerGraded,
        subject: None,
        reason: call.facts.access_reason.clone(),
        detail: json!({ "task": id.to_string() }),
    };
    audit::write(&mut tx, &call.services, vec![happened]).await?;
    if store::end_task(&mut tx, &task, now).await? == 0 {
        tell(call, &mut tx, &attempt, answers.iter().filter_map(|answer| answer.score).sum()).await?;
        let contested = attempt.contested_at.is_some();
        let decided = attempt.contest_decided_at.or_else(|| contested.then_some(now));
        let attempt = AttemptRow { contest_decided_at: decided, ..attempt };
        settle(&call.services, &mut tx, attempt, answers, AttemptStatus::Graded).await?;
    }
    tx.commit().await?;
    call.forget_loaded();
    Ok(Ok(id))
}

/// Tells the learner that nothing of their attempt waits any more, where they have not been told, or their score is another one.
async fn tell(call: &Call, tx: &mut Tx, attempt: &AttemptRow, score: i64) -> Result<(), Fault> {
    let academy = academies::current_in(call, tx).await?;
    let quiz = content::quiz(tx, attempt.version_id, attempt.quiz_id).await?;
    let title = quiz.map(|quiz| quiz.title).unwrap_or_default();
    let changed = attempt.score != Some(score);
    let letter = if attempt.contested_at.is_some() && attempt.contest_decided_at.is_none() {
        mail::looked_at(&academy.name, &title, changed)
    } else if changed {
        mail::graded(&academy.name, &title)
    } else {
        return Ok(());
    };
    let told = (attempt.user_id, academy.language());
    accounts::mail::to_person(tx, &call.services, &academy, told, audit::Action::AttemptGraded, &letter).await
}
