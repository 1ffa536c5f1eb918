//! A reviewer decides on a submission. Approval publishes exactly the version that was submitted.

use serde_json::json;

use super::{
    mail,
    model::{SubmissionId, SubmissionStatus},
    store::{self, InstructorsOf, SubmissionById},
};
use crate::{
    academies, accounts, audit,
    instructors::Decision,
    platform::{
        fault::Fault,
        graphql::{Call, UserErrorCode, user_error::Objection},
        privacy::Role,
    },
};

/// Decides.
///
/// # Errors
/// `FORBIDDEN` to who is no reviewer, and those of the database.
pub async fn decide(
    call: &Call,
    id: SubmissionId,
    decision: Decision,
    reason: Option<String>,
) -> Result<Result<SubmissionId, Objection>, Fault> {
    let reviewer = call.viewer().with_role(&[Role::Reviewer, Role::Admin])?;
    let reason = match decision.reason(reason) {
        Ok(reason) => reason,
        Err(objection) => return Ok(Err(objection)),
    };
    let mut tx = call.begin().await?;
    let Some(found) = call.load_in(&tx, SubmissionById(id)).await? else {
        return Ok(Err(Objection::not_found("id")));
    };
    // The course before its submission: in the order in which its instructors take them.
    store::lock(&mut tx, found.course_id).await?;
    let Some(submission) = store::lock_submission(&mut tx, id).await? else {
        return Ok(Err(Objection::not_found("id")));
    };
    if submission.status != SubmissionStatus::Pending {
        let words = words!("Pengajuan ini sudah diputuskan.", "This submission was decided already.");
        return Ok(Err(Objection::new(UserErrorCode::AlreadyDone, "id", words)));
    }
    if store::teaches(&tx, reviewer, submission.course_id).await? {
        let words = words!("Orang lain yang meninjau kursus Anda.", "Somebody else reviews your own course.");
        return Ok(Err(Objection::new(UserErrorCode::NotEligible, "id", words)));
    }
    let now = call.services.clock.now();
    let status = match decision {
        Decision::Approve => SubmissionStatus::Approved,
        Decision::RequestChanges => SubmissionStatus::ChangesRequested,
        Decision::Reject => SubmissionStatus::Rejected,
    };
    store::decide_submission(&mut tx, id, status, reason.as_deref(), reviewer, now).await?;
    if decision == Decision::Approve {
        store::publish(&mut tx, submission.course_id, submission.version_id, now).await?;
    }
    let happened = audit::Happened {
        actor: Some(reviewer),
        action: audit::Action::SubmissionDecided,
        subject: None,
        reason: call.facts.access_reason.clone(),
        detail: json!({ "submission": id.to_string(), "status": status.as_str() }),
    };
    audit::write(&mut tx, &call.services, vec![happened]).await?;
    let academy = academies::current_in(call, &tx).await?;
    let title = store::version(&tx, submission.version_id).await?.title;
    let letter = mail::decided(&academy.name, &title, status, reason.as_deref());
    let instructors = call.load_in(&tx, InstructorsOf(submission.course_id)).await?;
    for instructor in instructors.unwrap_or_default() {
        let (told, decided) = ((instructor, academy.language()), audit::Action::SubmissionDecided);
        accounts::mail::to_person(&mut tx, &call.services, &academy, told, decided, &letter).await?;
    }
    tx.commit().await?;
    call.forget_loaded();
    Ok(Ok(id))
}
