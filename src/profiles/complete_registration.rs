//! A person completes an account that somebody else made, or that a log-in provider has proved them for: their name, their age, the documents.

use chrono::NaiveDate;

use super::{
    model::NewProfile,
    sign_up::{Age, Entry, entry, guardian_of, not_collected, note_age},
    store,
};
use crate::{
    academies,
    accounts::{
        complete_registration, policy,
        providers::register::{self, Newcomer},
        session::{Entered, Presence},
    },
    consent::DocumentId,
    platform::{
        fault::Fault,
        graphql::{Call, user_error::Objection},
        privacy::Personal,
    },
};

/// What was still lacking.
pub struct Completion {
    /// What signing in asked with.
    pub challenge: String,
    /// Their name, as they have it; left out, it is the one that is known.
    pub full_name: Option<String>,
    /// When they were born, where the academy collects it.
    pub born: Option<NaiveDate>,
    /// That they are of the age that the academy's policy asks for.
    pub age_confirmed: bool,
    /// The address of a guardian who has to agree, of who is not of that age.
    pub guardian_email: Option<String>,
    /// The documents that they accept.
    pub accepted_documents: Vec<DocumentId>,
}

/// Completes it and goes on with signing in. What will not do leaves the challenge as good as it was.
///
/// # Errors
/// Those of the database.
pub async fn complete_registration(call: &Call, input: Completion) -> Result<Result<Entered, Vec<Objection>>, Fault> {
    let academy = academies::current(call).await?;
    if input.born.is_some() && !academy.policy().asks("birthDate") {
        return Ok(Err(vec![not_collected("birthDate")]));
    }
    let newcomer = match register::newcomer(call, &input.challenge).transpose() {
        Ok(newcomer) => newcomer,
        Err(objection) => return Ok(Err(vec![objection])),
    };
    let known = newcomer.as_ref().map(|newcomer| newcomer.full_name().unwrap_or_default());
    // Of who was invited, the name is there already.
    let name = input.full_name.as_deref().or(known).map(policy::full_name).transpose();
    let today = academy.day(call.services.clock.now());
    let entry = entry(academy.policy(), Age { born: input.born, confirmed: input.age_confirmed }, today);
    let own = newcomer.as_ref().map(Newcomer::email);
    let guardian = entry.clone().and_then(|entry| guardian_of(entry, input.guardian_email.as_deref(), own));
    let age_known = input.age_confirmed || input.born.is_some() || entry == Ok(Entry::WithGuardian);
    let accepted = complete_registration::check(call, &input.accepted_documents, age_known).await?;
    let (name, entry, guardian, accepted) = match (name, entry, guardian, accepted) {
        (Ok(name), Ok(entry), Ok(guardian), Ok(accepted)) => (name, entry, guardian, accepted),
        (name, _, guardian, accepted) => {
            let own = [name.err(), guardian.err()].into_iter().flatten();
            return Ok(Err(own.chain(accepted.err().unwrap_or_default()).collect()));
        }
    };
    let is_new = newcomer.is_some();
    let presence = if is_new { Presence::ByAnother } else { Presence::Here };
    let mut tx = call.begin().await?;
    let begun = match newcomer {
        Some(newcomer) => register::register(&mut tx, call, newcomer).await?,
        None => complete_registration::begin(&mut tx, call, &input.challenge, guardian.as_deref()).await?,
    };
    let user = match begun {
        Ok(user) => user,
        Err(objection) => return Ok(Err(vec![objection])),
    };
    match name {
        Some(name) if is_new => {
            let locale = Personal::new(Some(call.language.tag().to_owned()));
            store::insert(&mut tx, &NewProfile { user_id: user, full_name: Personal::new(name), locale }).await?;
        }
        Some(name) => store::set_full_name(&mut tx, user, name).await?,
        None => {}
    }
    note_age(&mut tx, user, entry, input.born, today).await?;
    let entered = complete_registration::end(&mut tx, call, user, &accepted, guardian, presence).await?;
    tx.commit().await?;
    Ok(Ok(entered))
}
