//! A person registers and gets a profile, in one transaction: when it is known whose the address is.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    model::{IdentityPart, NewProfile},
    policy, store,
};
use crate::{
    academies::{self, AcademyRow, Policy},
    accounts::{
        address_request, guardian,
        register::{self, Made, Prepared, Registration},
    },
    platform::{
        db::{AcademyId, Tx},
        fault::Fault,
        graphql::{Call, Services, UserErrorCode, user_error::Objection},
        jobs::{self, Job},
        privacy::{Personal, UserId},
    },
    referrals,
};

/// Registers a person, who may have come by another. No objections where the mail has what comes next.
///
/// # Errors
/// Those of the database.
pub async fn sign_up(
    call: &Call,
    academy: &AcademyRow,
    mut input: Registration,
    born: Option<NaiveDate>,
    referrer: Option<UserId>,
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
    let prepared = match register::prepare(call, input).await? {
        Ok(Some(prepared)) => prepared,
        Ok(None) => return Ok(Vec::new()),
        Err(objections) => return Ok(objections),
    };
    let waiting = Waiting {
        prepared,
        with_guardian: entry == Entry::WithGuardian,
        born,
        day: today,
        referrer: referrer.map(UserId::uuid),
    };
    let mut tx = call.begin().await?;
    let request = address_request::put(&mut tx, &call.services, &waiting).await?;
    jobs::enqueue(&mut tx, &call.services, &MakeRegistration { request }).await?;
    tx.commit().await?;
    Ok(Vec::new())
}

/// A registration, until it is known whose the address is.
#[derive(Serialize, Deserialize)]
struct Waiting {
    prepared: Prepared,
    with_guardian: bool,
    born: Option<NaiveDate>,
    /// The academy's day when they registered.
    day: NaiveDate,
    /// By whom they came.
    #[serde(default)]
    referrer: Option<Uuid>,
}

/// Makes the person who registered, or tells the owner of the address.
#[derive(Serialize, Deserialize)]
pub struct MakeRegistration {
    request: Uuid,
}

impl Job for MakeRegistration {
    const KIND: &'static str = "make_registration";

    async fn run(self, services: Services, academy: AcademyId) -> Result<(), Fault> {
        let mut tx = services.db.begin(academy).await?;
        let Some(waiting) = address_request::take::<Waiting>(&mut tx, &services, self.request).await? else {
            return Ok(());
        };
        let academy = academies::store::by_id(&tx, academy).await?;
        let user = match register::make(&mut tx, &services, &academy, &waiting.prepared).await? {
            Made::Person(user) => Some(user),
            // Two have registered with the address: it is not known whose it is, nor by whom they came.
            Made::Taken(owner) => {
                referrals::store::forget_wish(&mut tx, owner).await?;
                None
            }
        };
        if let Some(user) = user {
            let profile = NewProfile {
                user_id: user,
                full_name: Personal::new(waiting.prepared.full_name),
                locale: Personal::new(Some(waiting.prepared.language.tag().to_owned())),
            };
            store::insert(&mut tx, &profile).await?;
            let entry = if waiting.with_guardian { Entry::WithGuardian } else { Entry::Alone };
            note_age(&mut tx, user, entry, waiting.born, waiting.day).await?;
            if let Some(referrer) = waiting.referrer.map(UserId::from_uuid) {
                referrals::store::put_wish(&mut tx, user, referrer, services.clock.now()).await?;
            }
        }
        tx.commit().await
    }
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
