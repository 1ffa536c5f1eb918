//! A person registers and gets a profile, in one transaction.

use super::{model::NewProfile, store};
use crate::{
    academies::AcademyRow,
    accounts::register::{self, Outcome, Registration},
    platform::{
        fault::Fault,
        graphql::{Call, UserErrorCode, user_error::Objection},
        privacy::Personal,
    },
};

/// Registers a person. No objections where the mail has what comes next.
///
/// # Errors
/// Those of the database.
pub async fn sign_up(call: &Call, academy: &AcademyRow, input: Registration) -> Result<Vec<Objection>, Fault> {
    match register::register(call, input).await? {
        Outcome::Objections(objections) => return Ok(objections),
        Outcome::Made(mut tx, registered) => {
            let profile = NewProfile {
                user_id: registered.user,
                full_name: Personal::new(registered.full_name.clone()),
                locale: Personal::new(Some(registered.language.tag().to_owned())),
            };
            store::insert(&mut tx, &profile).await?;
            register::settle(*tx, &call.services, academy, *registered).await?;
        }
    }
    Ok(Vec::new())
}

/// The academy's policy does not collect this.
#[must_use]
pub fn not_collected(field: &str) -> Objection {
    Objection::new(
        UserErrorCode::Invalid,
        field,
        words!(
            "Akademi ini tidak mengumpulkan data ini; kosongkan.",
            "This academy does not collect this; leave it out."
        ),
    )
}
