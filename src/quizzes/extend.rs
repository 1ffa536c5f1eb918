//! More time or more attempts at a quiz for one learner.

use chrono::TimeDelta;
use serde_json::json;

use super::{
    close::CloseAttempt,
    model::{AttemptStatus, ExtensionRow},
    store,
};
use crate::{
    audit,
    catalog::{self, authority, content, model::QuizId, policy},
    enrolment,
    platform::{
        fault::Fault,
        graphql::{Call, UserErrorCode, user_error::Objection},
        privacy::UserId,
    },
};

/// Seconds more at most: a week.
const MOST_TIME: i32 = 7 * 24 * 3600;

/// Grants a learner of the course more time, and more attempts, than others have at a quiz: in the place of what was granted before; what is
/// not given stays. An attempt that is open has the time at once. Who teaches the course or runs the academy.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn grant(
    call: &Call,
    quiz: QuizId,
    learner: UserId,
    extra_time: Option<i32>,
    extra_attempts: Option<i32>,
) -> Result<Result<(), Objection>, Fault> {
    let granter = call.viewer().signed_in()?;
    let invalid = |field, words| Ok(Err(Objection::new(UserErrorCode::Invalid, field, words)));
    if extra_time.is_none() && extra_attempts.is_none() {
        let words =
            words!("Sebutkan extraTime, extraAttempts, atau keduanya.", "Name extraTime, extraAttempts, or both.");
        return Ok(Err(Objection::new(UserErrorCode::Required, "extraTime", words)));
    }
    if extra_time.is_some_and(|seconds| !(0..=MOST_TIME).contains(&seconds)) {
        return invalid("extraTime", words!("Paling lama tujuh hari.", "Seven days at most."));
    }
    let most = policy::ATTEMPTS;
    if extra_attempts.is_some_and(|attempts| !(0..=most).contains(&attempts)) {
        return invalid("extraAttempts", words!("Dari 0 sampai {most}.", "From 0 to {most}."));
    }
    let Some(version) = call.load(content::VersionOfQuiz(quiz)).await? else {
        return Ok(Err(Objection::not_found("quiz")));
    };
    let Some(version) = call.load(catalog::store::VersionById(version)).await? else {
        return Ok(Err(Objection::not_found("quiz")));
    };
    if !authority::may_edit(call, version.course_id).await? {
        return Ok(Err(Objection::not_found("quiz")));
    }
    if learner == granter {
        let words = words!("Untuk diri sendiri, orang lain yang memberi.", "Somebody else grants it to you.");
        return Ok(Err(Objection::new(UserErrorCode::NotEligible, "learner", words)));
    }
    let mut tx = call.begin().await?;
    let not_found = || Ok(Err(Objection::not_found("learner")));
    if !tx.hold_account(learner).await? {
        return not_found();
    }
    let Some(enrolled) = enrolment::store::live(&tx, learner, version.course_id).await? else { return not_found() };
    enrolment::store::lock(&mut tx, enrolled.id).await?;
    let before = store::extension(&tx, learner, quiz).await?;
    let now = call.services.clock.now();
    let extension = ExtensionRow {
        quiz_id: quiz,
        user_id: learner,
        extra_time: extra_time.or(before.map(|before| before.extra_time)).unwrap_or(0),
        extra_attempts: extra_attempts.or(before.map(|before| before.extra_attempts)).unwrap_or(0),
        granted_at: now,
    };
    store::extend(&mut tx, &extension).await?;
    let earlier = store::of_enrolment(&tx, enrolled.id, quiz).await?;
    let open = earlier.iter().find(|attempt| attempt.status == AttemptStatus::InProgress);
    if let Some(open) = open
        && let Some(row) = content::quiz(&tx, open.version_id, quiz).await?
        && let Some(limit) = row.time_limit
    {
        store::lock(&mut tx, open.id).await?;
        let seconds = i64::from(limit) + i64::from(extension.extra_time);
        // What an open attempt has it keeps: nobody's exam ends at once because a number is put right.
        let deadline = (open.started_at + TimeDelta::seconds(seconds)).max(open.deadline.unwrap_or(now));
        store::put_off(&mut tx, open.id, deadline).await?;
        CloseAttempt::plan(&mut tx, &call.services, open.id, deadline).await?;
    }
    let happened = audit::Happened {
        actor: Some(granter),
        action: audit::Action::ExtraTimeGranted,
        subject: Some(learner),
        reason: call.facts.access_reason.clone(),
        detail: json!({ "quiz": quiz.to_string() }),
    };
    audit::write(&mut tx, &call.services, vec![happened]).await?;
    tx.commit().await?;
    call.forget_loaded();
    Ok(Ok(()))
}
