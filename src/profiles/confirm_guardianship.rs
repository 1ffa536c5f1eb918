//! A guardian answers for a minor who named them: the minor gets in, or is gone.

use super::store;
use crate::{
    academies,
    accounts::{guardian, mail},
    audit::Action,
    platform::{
        fault::Fault,
        graphql::{Call, UserErrorCode, user_error::Objection},
    },
};

/// Answers, with the token of the mail. Whoever is signed in and of age is the guardian from now on.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn confirm_guardianship(call: &Call, token: &str, consent: bool) -> Result<Result<(), Objection>, Fault> {
    let guardian = call.viewer().signed_in()?;
    let now = call.services.clock.now();
    let own = call.load(store::PersonById(guardian)).await?;
    if own.is_none_or(|person| person.is_minor(now)) {
        let words = words!("Wali haruslah orang dewasa.", "A guardian is of age.");
        return Ok(Err(Objection::new(UserErrorCode::NotEligible, "token", words)));
    }
    let academy = academies::current(call).await?;
    let mut tx = call.begin().await?;
    let ward = match guardian::answer(&mut tx, call, guardian, token).await? {
        Ok(ward) => ward,
        Err(objection) => return Ok(Err(objection)),
    };
    if !consent {
        call.services.people.forget(&mut tx, &call.services, ward, "a guardian refused").await?;
        tx.commit().await?;
        call.forget_loaded();
        return Ok(Ok(()));
    }
    store::insert_guardianship(&mut tx, ward, guardian, now).await?;
    guardian::confirmed(&mut tx, call, guardian, ward).await?;
    let (told, letter) = ((ward, academy.language()), mail::guardian_agreed(&academy.name));
    mail::to_person(&mut tx, &call.services, &academy, told, Action::GuardianshipConfirmed, &letter).await?;
    tx.commit().await?;
    call.forget_loaded();
    Ok(Ok(()))
}
