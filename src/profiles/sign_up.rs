//! A person registers and gets a profile, in one transaction.

use chrono::NaiveDate;

use super::{
    model::{IdentityPart, NewProfile},
    policy, store,
};
use crate::{
    academies::{AcademyRow, Policy},
    accounts::register::{self, Outcome, Registration},
    platform::{
        db::Tx,
        fault::Fault,
        graphql::{Call, UserErrorCode, user_error::Objection},
        privacy::{Personal, UserId},
    },
};

/// Registers a person. No objections where the mail has what comes next.
///
/// # Errors
/// Those of the database.
pub async fn sign_up(
    call: &Call,
    academy: &AcademyRow,
    mut input: Registration,
    born: Option<NaiveDate>,
) -> Result<Vec<Objection>, Fault> {
    if let Err(objection) = old_enough(academy.policy(), born, academy.day(call.services.clock.now())) {
        return Ok(vec![objection]);
    }
    // Who says when they were born has said how old they are.
    input.age_confirmed |= born.is_some();
    match register::register(call, input).await? {
        Outcome::Objections(objections) => return Ok(objections),
        Outcome::Made(mut tx, registered) => {
            let profile = NewProfile {
                user_id: registered.user,
                full_name: Personal::new(registered.full_name.clone()),
                locale: Personal::new(Some(registered.language.tag().to_owned())),
            };
            store::insert(&mut tx, &profile).await?;
            note_birth(&mut tx, registered.user, born).await?;
            register::settle(*tx, &call.services, academy, *registered).await?;
        }
    }
    Ok(Vec::new())
}

/// Notes when somebody was born, where they said so.
///
/// # Errors
/// Those of the database.
pub(super) async fn note_birth(tx: &mut Tx, user: UserId, born: Option<NaiveDate>) -> Result<(), Fault> {
    let Some(born) = born else { return Ok(()) };
    let identity =
        IdentityPart { birth_date: Personal::new(Some(born)), minor_until: Personal::new(policy::of_age_on(born)) };
    store::insert_identity(tx, user, identity).await
}

/// Whether somebody born on that day may register by themselves.
pub(super) fn old_enough(rules: &Policy, born: Option<NaiveDate>, today: NaiveDate) -> Result<(), Objection> {
    let refused = |code, words| Err(Objection::new(code, "birthDate", words));
    let Some(born) = born else {
        return if rules.requires("birthDate") {
            refused(UserErrorCode::Required, words!("Isi tanggal lahir Anda.", "Say when you were born."))
        } else {
            Ok(())
        };
    };
    let age = match policy::age(born, today) {
        Some(age) if age <= policy::OLDEST => age,
        _ => return refused(UserErrorCode::Invalid, words!("Ini bukan tanggal lahir.", "That is no date of birth.")),
    };
    let below = |limit: Option<u8>| limit.filter(|limit| age < u32::from(*limit));
    if let Some(limit) = below(rules.guardian_consent_below_age) {
        return refused(
            UserErrorCode::NotEligible,
            words!(
                "Di bawah {limit} tahun, wali yang mendaftarkan Anda; hubungi akademi ini.",
                "Below {limit} years a guardian signs you up: ask this academy."
            ),
        );
    }
    if let Some(limit) = below(rules.minimum_age) {
        let words =
            words!("Akademi ini untuk usia {limit} tahun ke atas.", "This academy is for people of {limit} and older.");
        return refused(UserErrorCode::NotEligible, words);
    }
    Ok(())
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
