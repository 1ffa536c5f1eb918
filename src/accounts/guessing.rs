//! Somebody guesses at what a person signs in with, so often that their share is used up: it is put on record, once an hour, and the person
//! is told. Whose a name is, a worker looks up: who guesses learns nothing by it (`address_request.rs`).

use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::{address_request, mail, store, tries};
use crate::{
    academies,
    audit::{self, Action, Happened},
    notifications::notify_once,
    platform::{
        db::AcademyId,
        fault::Fault,
        graphql::{Call, Services},
        jobs::{self, Job},
        privacy::UserId,
    },
};

/// What is guessed at.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Guessed {
    /// The password that belongs to a log-in name, which may be nobody's.
    ByName(String),
    /// The password of a person, from a device of theirs or in a session.
    Password(Uuid),
    /// The second factor of a person, by who signs in: they have the password, or are them to a log-in provider.
    SecondFactor(Uuid),
    /// Passwords of many, from one address.
    OfMany,
}

/// Notes it, where it was not noted in the last hour. To be called when a share is used up.
///
/// # Errors
/// Those of the database.
pub(super) async fn note(call: &Call, guessed: &Guessed) -> Result<(), Fault> {
    let key = serde_json::to_string(guessed).map_err(anyhow::Error::from)?;
    if !tries::may_tell(call, &key).await? {
        return Ok(());
    }
    let mut tx = call.begin().await?;
    let request = address_request::put(&mut tx, &call.services, guessed).await?;
    jobs::enqueue(&mut tx, &call.services, &TellOfGuessing { request }).await?;
    tx.commit().await
}

/// Puts it on record, and tells whom it is about.
#[derive(Serialize, Deserialize)]
pub struct TellOfGuessing {
    request: Uuid,
}

impl Job for TellOfGuessing {
    const KIND: &'static str = "tell_of_guessing";

    async fn run(self, services: Services, academy: AcademyId) -> Result<(), Fault> {
        let mut tx = services.db.begin(academy).await?;
        let Some(guessed) = address_request::take::<Guessed>(&mut tx, &services, self.request).await? else {
            return Ok(());
        };
        let academy = academies::store::by_id(&tx, academy).await?;
        let (subject, at) = match guessed {
            Guessed::ByName(name) => (store::by_login(&tx, &name).await?.map(|login| login.user_id), "password"),
            Guessed::Password(user) => (Some(UserId::from_uuid(user)), "password"),
            Guessed::SecondFactor(user) => (Some(UserId::from_uuid(user)), "second factor"),
            Guessed::OfMany => (None, "passwords of many"),
        };
        match subject {
            // Nobody's, or nobody's any more: there is nobody to tell, and nothing that could be found out.
            None if at == "password" => return tx.commit().await,
            Some(user) if !tx.hold_account(user).await? => return tx.commit().await,
            Some(user) if at == "password" => {
                let letter = mail::password_guessed(&academy.name);
                notify_once(&mut tx, &services, user, Action::LogInGuessed, &letter).await?;
            }
            // Whoever guesses is past the password: its person is mailed as well.
            Some(user) => {
                let (told, letter) = ((user, academy.language()), mail::second_factor_guessed(&academy.name));
                mail::to_person(&mut tx, &services, &academy, told, Action::LogInGuessed, &letter).await?;
            }
            None => {}
        }
        tracing::warn!(academy = academy.slug, at, "somebody guesses at what people sign in with");
        let detail = json!({ "at": at });
        let happened = Happened { actor: None, action: Action::LogInGuessed, subject, reason: None, detail };
        audit::write(&mut tx, &services, vec![happened]).await?;
        tx.commit().await
    }
}
