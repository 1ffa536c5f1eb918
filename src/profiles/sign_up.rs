//! A person registers and gets a profile, in one transaction.

use chrono::NaiveDate;

use super::{
    model::{IdentityPart, NewProfile},
    policy, store,
};
use crate::{
    academies::{AcademyRow, Policy},
    accounts::{
        guardian,
        register::{self, Outcome, Registration},
    },
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
    let today = academy.day(call.services.clock.now());
    let age = Age { born, confirmed: input.age_confirmed };
    let given = input.guardian_email.take();
    let entry = match entry(academy.policy(), age, today) {
        Ok(entry) => entry,
        Err(objection) => return Ok(vec![objection]),
    };
    input.guardian_email = match guardian_of(entry, given.as_deref(), Some(&input.email)) {
        Ok(guardian) => guardian,
        Err(objection) => return Ok(vec![objection]),
    };
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
            note_age(&mut tx, registered.user, entry, born, today).await?;
            register::settle(*tx, &call.services, academy, *registered).await?;
        }
    }
    Ok(Vec::new())
}

/// How old somebody is, as far as they say.
#[derive(Clone, Copy)]
pub(super) struct Age {
    /// When they were born, where the academy collects it.
    pub born: Option<NaiveDate>,
    /// That they are of the age that the academy's policy asks for.
    pub confirmed: bool,
}

/// Whether somebody of an age gets in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Entry {
    /// By themselves.
    Alone,
    /// When a guardian has confirmed them.
    WithGuardian,
}

/// Whether somebody may register: by themselves, or with a guardian.
///
/// # Errors
/// Why not.
pub(super) fn entry(rules: &Policy, age: Age, today: NaiveDate) -> Result<Entry, Objection> {
    let refused = |code, words| Err(Objection::new(code, "birthDate", words));
    let Some(born) = age.born else {
        if rules.requires("birthDate") {
            return refused(UserErrorCode::Required, words!("Isi tanggal lahir Anda.", "Say when you were born."));
        }
        // Where nobody is asked when they were born, who does not say that they are old enough is not.
        let is_minor = !age.confirmed && rules.guardian_consent_below_age.is_some();
        return Ok(if is_minor { Entry::WithGuardian } else { Entry::Alone });
    };
    let years = match policy::age(born, today) {
        Some(years) if years <= policy::OLDEST => years,
        _ => return refused(UserErrorCode::Invalid, words!("Ini bukan tanggal lahir.", "That is no date of birth.")),
    };
    let below = |limit: Option<u8>| limit.filter(|limit| years < u32::from(*limit));
    if below(rules.guardian_consent_below_age).is_some() {
        return Ok(Entry::WithGuardian);
    }
    if let Some(limit) = below(rules.minimum_age) {
        let words =
            words!("Akademi ini untuk usia {limit} tahun ke atas.", "This academy is for people of {limit} and older.");
        return refused(UserErrorCode::NotEligible, words);
    }
    Ok(Entry::Alone)
}

/// The guardian's address, where there has to be one; that nobody gives one without need.
///
/// # Errors
/// What is wrong with it.
pub(super) fn guardian_of(entry: Entry, given: Option<&str>, own: Option<&str>) -> Result<Option<String>, Objection> {
    match entry {
        Entry::WithGuardian => guardian::email(given, own).map(Some),
        Entry::Alone if given.is_some() => Err(not_collected("guardianEmail")),
        Entry::Alone => Ok(None),
    }
}

/// Notes when somebody was born, where they said so, and until when they are a minor.
///
/// # Errors
/// Those of the database.
pub(super) async fn note_age(
    tx: &mut Tx,
    user: UserId,
    entry: Entry,
    born: Option<NaiveDate>,
    today: NaiveDate,
) -> Result<(), Fault> {
    let minor_until = match born {
        Some(born) => policy::of_age_on(born),
        // Of a minor who does not say when they were born: as if it were today.
        None if entry == Entry::WithGuardian => policy::of_age_on(today),
        None => return Ok(()),
    };
    let identity = IdentityPart { birth_date: Personal::new(born), minor_until: Personal::new(minor_until) };
    store::insert_identity(tx, user, identity).await
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
