//! A learner leaves a course that they have not completed, or its queue. What they have done stays: who comes back to the same run goes on
//! where they were.

use super::{
    model::{EnrolmentId, EnrolmentStatus},
    queue::FillSeats,
    store,
};
use crate::platform::{
    fault::Fault,
    graphql::{Call, UserErrorCode, user_error::Objection},
    idempotency::{self, Claimed},
};

/// Withdraws an enrolment of the viewer's own.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn withdraw(call: &Call, id: EnrolmentId) -> Result<Result<EnrolmentId, Objection>, Fault> {
    let user = call.viewer().signed_in()?;
    let mut tx = call.begin().await?;
    let claim = match idempotency::claim(call, &mut tx, "withdraw", &id).await? {
        Claimed::Before(made) => return Ok(Ok(made)),
        Claimed::Now(claim) => claim,
    };
    let field = "enrolment";
    let row = store::lock_if_there(&mut tx, id).await?.filter(|row| row.user_id == user);
    let Some(row) = row else { return Ok(Err(Objection::not_found(field))) };
    match row.status {
        EnrolmentStatus::PendingPayment | EnrolmentStatus::Waitlisted | EnrolmentStatus::Active => {}
        EnrolmentStatus::Completed => {
            let words = words!(
                "Kursus ini sudah Anda selesaikan: ia tetap milik Anda.",
                "You have completed this course: it stays yours."
            );
            return Ok(Err(Objection::new(UserErrorCode::NotEligible, field, words)));
        }
        EnrolmentStatus::Withdrawn | EnrolmentStatus::Expired => {
            let words = words!("Anda sudah tidak terdaftar di sini.", "You are not enrolled here any more.");
            return Ok(Err(Objection::new(UserErrorCode::AlreadyDone, field, words)));
        }
    }
    let now = call.services.clock.now();
    store::withdraw(&mut tx, id).await?;
    store::end_entitlements(&mut tx, user, row.course_id, now).await?;
    if row.status != EnrolmentStatus::Waitlisted {
        FillSeats::plan(&mut tx, &call.services, row.run_id).await?;
    }
    claim.made(&mut tx, id).await?;
    tx.commit().await?;
    call.forget_loaded();
    Ok(Ok(id))
}
