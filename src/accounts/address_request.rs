//! What is asked for an address by who need not have it: it is written down, sealed, and a worker looks whose the address is. The request that asks
//! knows no more afterwards than before, whatever is measured of it. That somebody guesses at a name is written down in the same way
//! (`guessing.rs`).

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::{
    mailed,
    model::{Login, TokenPurpose},
    policy, store, tries,
};
use crate::{
    academies,
    platform::{
        db::{AcademyId, Tx},
        fault::Fault,
        graphql::{Call, Services},
        jobs::{self, Job},
        privacy::{Duty, Personal},
        seal::Use,
        text::Language,
    },
};

/// Writes down what is asked for, for a job of the same transaction.
///
/// # Errors
/// Those of the database.
pub async fn put(tx: &mut Tx, services: &Services, asked: &impl Serialize) -> Result<Uuid, Fault> {
    let id = services.random.ordered_id::<()>(&services.clock).uuid();
    let plain = serde_json::to_vec(asked).map_err(anyhow::Error::from)?;
    let sealed = services.sealer.seal(Use::AddressRequest, &plain)?;
    store::put_address_request(tx, id, Personal::new(sealed), services.clock.now()).await?;
    Ok(id)
}

/// Takes it; nothing where it was answered already.
///
/// # Errors
/// Those of the database.
pub async fn take<T: DeserializeOwned>(tx: &mut Tx, services: &Services, id: Uuid) -> Result<Option<T>, Fault> {
    let Some(sealed) = store::take_address_request(tx, id).await? else { return Ok(None) };
    let plain = services.sealer.open(Use::AddressRequest, sealed.for_duty(Duty::Mail))?;
    Ok(Some(serde_json::from_slice(&plain).map_err(anyhow::Error::from)?))
}

/// What a link can be asked for that anybody asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Wanted {
    /// To prove an address that was not proved yet.
    Proof,
    /// To choose another password.
    Password,
}

impl Wanted {
    const fn purpose(self) -> TokenPurpose {
        match self {
            Self::Proof => TokenPurpose::VerifyEmail,
            Self::Password => TokenPurpose::ResetPassword,
        }
    }
}

/// A link that is asked for.
#[derive(Serialize, Deserialize)]
struct Link {
    wanted: Wanted,
    email_key: String,
    language: Language,
}

/// Asks for a link of a kind to be mailed to an address, if there is an account that it is for.
///
/// # Errors
/// `RATE_LIMITED` where one address asks too often, and those of the database.
pub(super) async fn ask(call: &Call, wanted: Wanted, email: &str) -> Result<(), Fault> {
    let email_key = policy::key(email);
    // Who was mailed enough is not mailed: that is known of an address whether or not it is somebody's.
    if !tries::mail_to(call, wanted.purpose(), &email_key).await? {
        return Ok(());
    }
    let mut tx = call.begin().await?;
    let request = put(&mut tx, &call.services, &Link { wanted, email_key, language: call.language }).await?;
    jobs::enqueue(&mut tx, &call.services, &AnswerAddressRequest { request }).await?;
    tx.commit().await
}

/// Mails the link that was asked for, where there is an account that it is for.
#[derive(Serialize, Deserialize)]
pub struct AnswerAddressRequest {
    request: Uuid,
}

impl Job for AnswerAddressRequest {
    const KIND: &'static str = "answer_address_request";

    async fn run(self, services: Services, academy: AcademyId) -> Result<(), Fault> {
        let mut tx = services.db.begin(academy).await?;
        let Some(asked) = take::<Link>(&mut tx, &services, self.request).await? else { return Ok(()) };
        let login = store::login_by_email(&tx, &asked.email_key).await?;
        let is_for = |login: &Login| asked.wanted != Wanted::Proof || login.email_verified_at.is_none();
        if let Some(login) = login.filter(is_for)
            && let Some(email) = login.email.for_duty(Duty::Mail)
            && tx.hold_account(login.user_id).await?
        {
            let academy = academies::store::by_id(&tx, academy).await?;
            let user = login.user_id;
            let token = mailed::new_token(&mut tx, &services, user, asked.wanted.purpose()).await?;
            let what = (asked.wanted.purpose(), token.as_str());
            mailed::post_token(&mut tx, &services, &academy, (user, email), what, asked.language).await?;
        }
        tx.commit().await
    }
}
