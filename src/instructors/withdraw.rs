//! An applicant takes their application back while it is open.

use super::{ApplicationId, ApplicationStatus, model::ApplicationRow, store};
use crate::platform::{
    fault::Fault,
    graphql::{Call, UserErrorCode, user_error::Objection},
};

/// Takes it back.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn withdraw(call: &Call, id: ApplicationId) -> Result<Result<ApplicationRow, Objection>, Fault> {
    let user = call.viewer().signed_in()?;
    let mut tx = call.begin().await?;
    let Some(row) = store::lock(&mut tx, id).await?.filter(|row| row.user_id == user) else {
        return Ok(Err(Objection::not_found("id")));
    };
    if !matches!(row.status, ApplicationStatus::Pending | ApplicationStatus::ChangesRequested) {
        let words = words!("Lamaran ini tidak terbuka lagi.", "This application is not open any more.");
        return Ok(Err(Objection::new(UserErrorCode::AlreadyDone, "id", words)));
    }
    store::withdraw(&mut tx, id).await?;
    tx.commit().await?;
    call.forget_loaded();
    Ok(Ok(ApplicationRow { status: ApplicationStatus::Withdrawn, ..row }))
}
