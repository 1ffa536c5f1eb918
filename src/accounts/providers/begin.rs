//! Sends a person to a provider.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use url::Url;

use super::{
    Known, Unproved, github, oidc, silent,
    store::{self, IdentitiesOf, ProviderLogInRow},
    unknown_provider,
};
use crate::{
    academies,
    accounts::{session, token, tries},
    platform::{
        fault::Fault,
        graphql::{Call, UserErrorCode, user_error::Objection},
        privacy::Personal,
        seal::Use,
    },
};

/// Within so long they are back.
const GOOD_FOR: TimeDelta = TimeDelta::minutes(10);
/// Characters of a challenge: SHA-256 in base 64 for URLs.
const CHALLENGE: usize = 43;

/// What a client sets out with.
pub struct SettingOut {
    /// The provider's name.
    pub provider: String,
    /// Where the client waits.
    pub return_to: Url,
    /// The digest of what it keeps.
    pub code_challenge: String,
}

/// Where to send somebody who signs in.
///
/// # Errors
/// `RATE_LIMITED` where one address sets out too often, `OVERLOADED` where the provider does not answer, and those of the database.
pub async fn log_in(call: &Call, input: SettingOut) -> Result<Result<Url, Vec<Objection>>, Fault> {
    set_out(call, input, false).await
}

/// Where to send somebody who is signed in, to link their account there to theirs here.
///
/// # Errors
/// `UNAUTHENTICATED`, `REAUTHENTICATION_REQUIRED`, and those of [`log_in`].
pub async fn link(call: &Call, input: SettingOut) -> Result<Result<Url, Vec<Objection>>, Fault> {
    let user = session::present(call)?;
    let linked = call.load(IdentitiesOf(user)).await?.unwrap_or_default();
    if linked.iter().any(|identity| identity.provider == input.provider) {
        let words = words!(
            "Akun Anda sudah tertaut dengan penyedia ini; lepaskan dahulu (unlinkIdentity).",
            "Your account is linked with this provider already; unlink that first (unlinkIdentity)."
        );
        return Ok(Err(vec![Objection::new(UserErrorCode::AlreadyDone, "provider", words)]));
    }
    set_out(call, input, true).await
}

async fn set_out(call: &Call, input: SettingOut, links: bool) -> Result<Result<Url, Vec<Objection>>, Fault> {
    let services = &call.services;
    let academy = academies::current(call).await?;
    let Some(provider) = Known::of(&services.settings, &academy.slug, &input.provider)? else {
        return Ok(Err(vec![unknown_provider()]));
    };
    let objections: Vec<_> = [challenge(&input.code_challenge), return_to(&provider, &input.return_to)]
        .into_iter()
        .filter_map(Result::err)
        .collect();
    if !objections.is_empty() {
        return Ok(Err(objections));
    }
    call.give_back_reader().await;
    tries::set_out(call).await?;
    let secret = || URL_SAFE_NO_PAD.encode(services.random.bytes::<32>());
    let (state, state_hash) = token::new(&services.random, token::Kind::ProviderState);
    let secrets = (secret(), secret());
    let gone = if provider.is_github() {
        github::authorize(&provider, state, secrets).map_err(Unproved::Silent)
    } else {
        oidc::authorize(services, &provider, state, secrets).await
    };
    let (target, kept) = gone.map_err(|unproved| match unproved {
        Unproved::Silent(cause) | Unproved::Refused(cause) => silent(&provider, &cause),
    })?;
    let kept = serde_json::to_vec(&kept).map_err(anyhow::Error::from)?;
    let row = ProviderLogInRow {
        id: services.random.ordered_id::<()>(&services.clock).uuid(),
        provider: provider.id,
        state_hash: Personal::new(state_hash),
        code_challenge: input.code_challenge,
        return_to: input.return_to.into(),
        sealed: Personal::new(services.sealer.seal(Use::ProviderLogIn, &kept)?),
        user_id: call.viewer().user.filter(|_| links),
        expires_at: services.clock.now() + GOOD_FOR,
    };
    let mut tx = call.begin().await?;
    store::set_out(&mut tx, &row).await?;
    tx.commit().await?;
    Ok(Ok(target))
}

fn challenge(given: &str) -> Result<(), Objection> {
    if given.len() == CHALLENGE && URL_SAFE_NO_PAD.decode(given).is_ok() {
        return Ok(());
    }
    let words = words!(
        "Isi SHA-256 dari codeVerifier dalam base64url tanpa padding (RFC 7636, S256).",
        "Give the SHA-256 of the codeVerifier in base64url without padding (RFC 7636, S256)."
    );
    Err(Objection::new(UserErrorCode::Invalid, "codeChallenge", words))
}

fn return_to(provider: &Known, target: &Url) -> Result<(), Objection> {
    if provider.log_in.leads_back_to(&provider.base, target) {
        return Ok(());
    }
    let words = words!(
        "Alamat ini bukan salah satu halaman yang dituju akademi ini (log_in.return_to), persis sama.",
        "This is none of the pages that this academy leads back to (log_in.return_to), to the letter."
    );
    Err(Objection::new(UserErrorCode::Invalid, "returnTo", words))
}
