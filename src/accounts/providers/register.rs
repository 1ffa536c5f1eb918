//! Somebody whom a provider has proved, and whom the academy does not know: they become an account when they have said how old they are and
//! accepted the documents, and until then the client keeps, sealed, who they are.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use diesel_async::AsyncPgConnection;
use serde::{Deserialize, Serialize};

use super::{
    Proved,
    complete::over,
    store::{self, LinkedIdentityRow},
};
use crate::{
    accounts::{
        address,
        model::{Login, NewUser},
        policy,
        session::Challenge,
        store as accounts,
    },
    platform::{
        db::{AcademyId, Tx},
        fault::Fault,
        graphql::{Call, UserErrorCode, user_error::Objection},
        privacy::{Personal, Role, Roles, UserId},
        seal::Use,
    },
};

/// For so long.
const GOOD_FOR: TimeDelta = TimeDelta::hours(1);
const PREFIX: &str = "sgn_";

/// Whom a provider has proved, and an academy does not know.
#[derive(Serialize, Deserialize)]
pub struct Newcomer {
    academy: AcademyId,
    provider: String,
    proved: Proved,
    expires_at: DateTime<Utc>,
}

/// What their client keeps.
pub(super) fn challenge(call: &Call, provider: &str, proved: Proved) -> Result<Challenge, Fault> {
    let expires_at = call.services.clock.now() + GOOD_FOR;
    let full_name = proved.full_name.clone();
    let newcomer = Newcomer { academy: call.academy, provider: provider.to_owned(), proved, expires_at };
    let plain = serde_json::to_vec(&newcomer).map_err(anyhow::Error::from)?;
    let sealed = call.services.sealer.seal(Use::Newcomer, &plain)?;
    Ok(Challenge { token: format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(sealed)), expires_at, full_name })
}

/// Who it is; nothing where the challenge is of another kind.
///
/// # Errors
/// Where it is one, and not good (any more).
pub fn newcomer(call: &Call, challenge: &str) -> Option<Result<Newcomer, Objection>> {
    let sealed = URL_SAFE_NO_PAD.decode(challenge.trim().strip_prefix(PREFIX)?);
    let plain = sealed.ok().and_then(|sealed| call.services.sealer.open(Use::Newcomer, &sealed).ok());
    let newcomer = plain.and_then(|plain| serde_json::from_slice::<Newcomer>(&plain).ok());
    let good = newcomer.filter(|new| new.academy == call.academy && new.expires_at > call.services.clock.now());
    Some(good.ok_or_else(|| Objection { path: vec!["challenge".to_owned()], ..over() }))
}

impl Newcomer {
    /// Their address, which the provider has verified.
    #[must_use]
    pub fn email(&self) -> &str {
        self.proved.email.as_deref().unwrap_or_default()
    }

    /// What the provider calls them, where it says so.
    #[must_use]
    pub fn full_name(&self) -> Option<&str> {
        self.proved.full_name.as_deref()
    }
}

/// Makes the account, in a transaction of the caller's: a profile belongs into it.
///
/// # Errors
/// Those of the database.
pub async fn register(tx: &mut Tx, call: &Call, newcomer: Newcomer) -> Result<Result<UserId, Objection>, Fault> {
    let (services, now) = (&call.services, call.services.clock.now());
    let Newcomer { provider, proved, .. } = newcomer;
    let email = proved.email.clone().unwrap_or_default();
    let key = policy::key(&email);
    accounts::take_email(tx, &key).await?;
    take(tx, &proved).await?;
    if store::owner(tx, &proved.issuer, &proved.subject).await?.is_some() {
        return Ok(Err(Objection { path: vec!["challenge".to_owned()], ..over() }));
    }
    if !address::free(tx, services, &key).await? {
        return Ok(Err(Objection { path: vec!["challenge".to_owned()], ..taken() }));
    }
    let user: UserId = services.random.id();
    let roles: Roles = [Role::Learner].into_iter().collect();
    let new = NewUser {
        id: user,
        roles: Personal::new(accounts::names(roles)),
        created_at: Personal::new(now),
        incomplete: true,
    };
    let login = Login {
        email_key: Personal::new(Some(key)),
        email: Personal::new(Some(email)),
        email_verified_at: Some(now),
        ..Login::none(user)
    };
    accounts::insert(tx, &new, &login).await?;
    let identity = LinkedIdentityRow {
        user_id: user,
        provider,
        issuer: proved.issuer,
        subject: Personal::new(proved.subject),
        email: Personal::new(proved.email),
        linked_at: now,
    };
    store::link(tx, &identity).await?;
    Ok(Ok(user))
}

/// Takes an account at a provider for this transaction: two who link it come one after the other.
pub(super) async fn take(tx: &mut Tx, proved: &Proved) -> Result<(), Fault> {
    tx.take_name(&format!("identity {}\n{}", proved.issuer, proved.subject)).await
}

/// Whether an address is the one of an account here.
pub(super) async fn is_somebodys(connection: &AsyncPgConnection, email_key: &str) -> Result<bool, Fault> {
    let login = accounts::login_by_email(connection, email_key).await?;
    match login {
        None => Ok(false),
        Some(login) => address::is_kept(connection, &login).await,
    }
}

/// Somebody has the address: it is them, or was them, and they say so by signing in.
pub(super) fn taken() -> Objection {
    let words = words!(
        "Sudah ada akun dengan alamat ini. Masuk seperti biasa (atau lewat surat undangan), lalu tautkan (linkIdentity).",
        "There is an account with this address. Sign in as you did before (or by the mail that invited you), then link it (linkIdentity)."
    );
    Objection::new(UserErrorCode::Taken, "code", words)
}
