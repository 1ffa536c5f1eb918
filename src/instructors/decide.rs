//! A reviewer decides on an application. Approval makes an instructor of the applicant, with the face that they agreed to.

use serde_json::json;

use super::{
    ApplicationId, ApplicationStatus, Decision, mail,
    model::{ApplicationRow, InstructorRow},
    privacy::Application,
    store,
};
use crate::{
    academies, accounts, audit,
    platform::{
        fault::Fault,
        graphql::{Call, UserErrorCode, shown::whole, user_error::Objection},
        privacy::{Datum, Duty, Personal, Role, Ties},
    },
};

/// Decides.
///
/// # Errors
/// `FORBIDDEN` to who is no reviewer, and those of the database.
pub async fn decide(
    call: &Call,
    id: ApplicationId,
    decision: Decision,
    reason: Option<String>,
) -> Result<Result<ApplicationRow, Objection>, Fault> {
    let reviewer = call.viewer().with_role(&[Role::Reviewer, Role::Admin])?;
    let reason = match decision.reason(reason) {
        Ok(reason) => reason,
        Err(objection) => return Ok(Err(objection)),
    };
    let mut tx = call.begin().await?;
    let Some(found) = store::by_id(&tx, id).await? else { return Ok(Err(Objection::not_found("id"))) };
    // Who decides reads: they say why before anything is written.
    if !whole(call.access_to(found.user_id, Ties::default(), Vec::new()).open(&Application::ENTRY))? {
        return Ok(Err(Objection::not_found("id")));
    }
    // Before the application, in the order in which an erasure takes them.
    if !tx.hold_account(found.user_id).await? {
        return Ok(Err(Objection::not_found("id")));
    }
    let Some(row) = store::lock(&mut tx, id).await? else { return Ok(Err(Objection::not_found("id"))) };
    if row.status != ApplicationStatus::Pending {
        return Ok(Err(Objection::new(
            UserErrorCode::AlreadyDone,
            "id",
            words!("Lamaran ini sudah diputuskan.", "This application was decided already."),
        )));
    }
    if row.user_id == reviewer {
        return Ok(Err(Objection::new(
            UserErrorCode::NotEligible,
            "id",
            words!("Orang lain yang meninjau lamaran Anda.", "Somebody else reviews your own application."),
        )));
    }
    let now = call.services.clock.now();
    let status = match decision {
        Decision::Approve => ApplicationStatus::Approved,
        Decision::RequestChanges => ApplicationStatus::ChangesRequested,
        Decision::Reject => ApplicationStatus::Rejected,
    };
    store::decide(&mut tx, id, status, reason.clone(), reviewer, now).await?;
    if decision == Decision::Approve {
        accounts::store::add_role(&mut tx, row.user_id, Role::Instructor).await?;
        let face = InstructorRow {
            id: call.services.random.ordered_id(&call.services.clock),
            user_id: row.user_id,
            // What the applicant wrote to be shown is shown now.
            display_name: Personal::new(row.display_name.for_duty(Duty::Publish).clone()),
            expertise: Personal::new(row.expertise.for_duty(Duty::Publish).clone()),
            created_at: now,
        };
        store::put_instructor(&mut tx, &face).await?;
    }
    let happened = audit::Happened {
        actor: Some(reviewer),
        action: audit::Action::ApplicationDecided,
        subject: Some(row.user_id),
        reason: call.facts.access_reason.clone(),
        detail: json!({ "application": id.to_string(), "status": status.as_str() }),
    };
    audit::write(&mut tx, &call.services, vec![happened]).await?;
    let academy = academies::current_in(call, &tx).await?;
    let letter = mail::decided(&academy.name, decision, reason.as_deref());
    let (told, decided) = ((row.user_id, academy.language()), audit::Action::ApplicationDecided);
    accounts::mail::to_person(&mut tx, &call.services, &academy, told, decided, &letter).await?;
    let decided = store::lock(&mut tx, id).await?.ok_or_else(|| anyhow::anyhow!("a locked row is gone"))?;
    tx.commit().await?;
    call.forget_loaded();
    Ok(Ok(decided))
}
