//! A learner asks a person to look at what a machine has graded (UU 27/2022 art. 10: nobody need bear a decision of a machine alone).

use super::{
    close::task,
    mail,
    model::{AttemptId, AttemptRow, AttemptStatus},
    store,
};
use crate::{
    academies, accounts, audit,
    catalog::{content, questions, store::InstructorsOf},
    enrolment,
    platform::{
        fault::Fault,
        graphql::{
            Call, UserErrorCode,
            user_error::{self, Objection},
        },
    },
};

/// Characters of a reason at most.
const REASON: usize = 2_000;

/// Puts the answers of the viewer's own attempt that have not earned all into the grading queue, with the reason. Once an attempt.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn contest(call: &Call, id: AttemptId, reason: &str) -> Result<Result<AttemptId, Objection>, Fault> {
    let user = call.viewer().signed_in()?;
    let reason = or_object!(user_error::text(reason, "reason", REASON));
    let mut tx = call.begin().await?;
    let not_found = || Ok(Err(Objection::not_found("attempt")));
    let Some(own) = store::by_id(&tx, id).await?.filter(|attempt| attempt.user_id == user) else { return not_found() };
    enrolment::store::lock(&mut tx, own.enrolment_id).await?;
    let Some(attempt) = store::lock(&mut tx, id).await? else { return not_found() };
    let not_eligible = |words| Ok(Err(Objection::new(UserErrorCode::NotEligible, "attempt", words)));
    match attempt.status {
        AttemptStatus::InProgress => {
            return not_eligible(words!("Kumpulkan dulu.", "Submit it first."));
        }
        AttemptStatus::Submitted => {
            return not_eligible(words!("Seseorang masih menilainya.", "A person is grading it already."));
        }
        AttemptStatus::Graded | AttemptStatus::Expired => {}
    }
    if attempt.contested_at.is_some() {
        let words = words!("Nilai ini sudah diajukan keberatan.", "This grade has been contested already.");
        return Ok(Err(Objection::new(UserErrorCode::AlreadyDone, "attempt", words)));
    }
    let worth = questions::store::rows(&tx, attempt.version_id, &attempt.question_ids).await?;
    let answers = store::answers_of(&tx, id).await?;
    let less = answers.iter().filter(|answer| {
        let most = worth.iter().find(|question| question.id == answer.question_id).map(|question| question.points);
        answer.graded_at.is_none() && answer.score < most
    });
    let now = call.services.clock.now();
    let tasks: Vec<_> = less.map(|answer| task(&call.services, &attempt, answer.question_id, now)).collect();
    if tasks.is_empty() {
        return not_eligible(words!(
            "Tak ada jawaban yang dinilai mesin dan kurang dari nilai penuh.",
            "No answer that a machine has graded earned less than it could."
        ));
    }
    store::add_tasks(&mut tx, &tasks).await?;
    let attempt = AttemptRow { contest: Some(reason), contested_at: Some(now), ..attempt };
    store::contest(&mut tx, &attempt).await?;
    let academy = academies::current_in(call, &tx).await?;
    let quiz = content::quiz(&tx, attempt.version_id, attempt.quiz_id).await?;
    let letter = mail::contested(&academy.name, &quiz.map(|quiz| quiz.title).unwrap_or_default());
    for instructor in call.load_in(&tx, InstructorsOf(attempt.course_id)).await?.unwrap_or_default() {
        let (told, happened) = ((instructor, academy.language()), audit::Action::GradeContested);
        accounts::mail::to_person(&mut tx, &call.services, &academy, told, happened, &letter).await?;
    }
    tx.commit().await?;
    call.forget_loaded();
    Ok(Ok(id))
}
