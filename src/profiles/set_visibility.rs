//! A person chooses to whom they show a field.

use super::store;
use crate::platform::{
    fault::Fault,
    graphql::Call,
    privacy::{FieldAudience, ProfileField},
};

/// Lays the choices over the earlier ones of the viewer, and gives back all.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn set_visibility(
    call: &Call,
    chosen: &[(ProfileField, FieldAudience)],
) -> Result<Vec<(ProfileField, FieldAudience)>, Fault> {
    let user = call.viewer().signed_in()?;
    let mut tx = call.begin().await?;
    let all = store::choose(&mut tx, user, chosen).await?;
    tx.commit().await?;
    call.forget_loaded();
    Ok(all)
}
