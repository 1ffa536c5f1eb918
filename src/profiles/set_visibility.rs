//! A person chooses to whom they show a field.

use super::store;
use crate::platform::{
    fault::Fault,
    graphql::{Call, UserErrorCode, user_error::Objection},
    privacy::{FieldAudience, ProfileField},
};

/// Lays the choices over the earlier ones of the viewer, and gives back all. What the academy's policy does not show that widely is
/// refused, and nothing is chosen.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn set_visibility(
    call: &Call,
    chosen: &[(ProfileField, FieldAudience)],
) -> Result<Result<Vec<(ProfileField, FieldAudience)>, Vec<Objection>>, Fault> {
    let user = call.viewer().signed_in()?;
    let sharing = call.sharing();
    let beyond =
        chosen.iter().enumerate().filter(|(_, (field, audience))| sharing.narrowed(*field, *audience) != *audience);
    let objections: Vec<_> = beyond
        .map(|(index, _)| {
            let words = words!(
                "Kebijakan akademi ini tidak memperlihatkannya sejauh itu.",
                "This academy's policy does not show it that widely."
            );
            Objection::new(UserErrorCode::NotEligible, &format!("fields.{index}.audience"), words)
        })
        .collect();
    if !objections.is_empty() {
        return Ok(Err(objections));
    }
    let mut tx = call.begin().await?;
    let all = store::choose(&mut tx, user, chosen).await?;
    tx.commit().await?;
    call.forget_loaded();
    Ok(Ok(all))
}
