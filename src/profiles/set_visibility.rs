//! A person chooses to whom they show a field.

use super::{
    set_avatar,
    store::{self, PersonById},
};
use crate::platform::{
    fault::Fault,
    graphql::{Call, UserErrorCode, user_error::Objection},
    privacy::{FieldAudience, ProfileField, UserId},
};

/// Lays the choices over the earlier ones of the viewer, and gives back all. What the academy's policy does not show that widely is
/// refused, and nothing is chosen. A picture that is shown to fewer than before gets another address.
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
    let copy = if hides_picture(call, user, chosen).await? { set_avatar::copied(call, user).await? } else { None };
    let mut tx = call.begin().await?;
    let all = store::choose(&mut tx, user, chosen).await?;
    if let Some(copy) = copy {
        set_avatar::readdress(call, &mut tx, user, copy).await?;
    }
    tx.commit().await?;
    call.forget_loaded();
    Ok(Ok(all))
}

/// Whether the picture is shown to fewer than before.
async fn hides_picture(call: &Call, user: UserId, chosen: &[(ProfileField, FieldAudience)]) -> Result<bool, Fault> {
    let of = |choices: &[(ProfileField, FieldAudience)]| {
        choices.iter().rfind(|(field, _)| *field == ProfileField::Avatar).map(|(_, audience)| *audience)
    };
    let Some(now) = of(chosen) else { return Ok(false) };
    let person = call.load(PersonById(user)).await?;
    Ok(person.is_some_and(|person| now < of(&person.choices()).unwrap_or_default()))
}
