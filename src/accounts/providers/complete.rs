//! The client comes with the code that it was given: who is it?

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use super::{
    Kept, Known, Proved, Unproved, github, in_short, oidc, register, silent,
    store::{self, LinkedIdentityRow, ProviderLogInRow},
};
use crate::{
    academies,
    accounts::{
        events::{self, Event},
        policy,
        session::{self, Entered, Presence},
        store as accounts, token,
    },
    platform::{
        fault::Fault,
        graphql::{Call, UserErrorCode, user_error::Objection},
        privacy::{Duty, Personal, UserId},
        seal::Use,
    },
};

/// What it came to.
pub enum Completed {
    /// Somebody signed in.
    Entered(Entered),
    /// The account at the provider is linked to the viewer's.
    Linked,
}

/// Takes the code and its verifier, once: whatever the provider says then, who wants to try again begins anew.
///
/// # Errors
/// `OVERLOADED` where the provider does not answer, where an account is linked those of [`session::present`], and those of the database.
pub async fn complete(call: &Call, code: &str, code_verifier: &str) -> Result<Result<Completed, Objection>, Fault> {
    let services = &call.services;
    let Some(digest) = token::read(code.trim(), token::Kind::ProviderCode) else { return Ok(Err(over())) };
    // RFC 7636, 4.1: what is shorter could be guessed.
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    if !(43..=128).contains(&code_verifier.len()) || !code_verifier.bytes().all(is_letter) {
        return Ok(Err(over()));
    }
    let row = store::by_code(&*call.reader().await?, digest, services.clock.now()).await?;
    // Whose client it is, is told by what only that one has.
    let is_theirs =
        |row: &ProviderLogInRow| URL_SAFE_NO_PAD.encode(Sha256::digest(code_verifier)) == row.code_challenge;
    let Some(row) = row.filter(is_theirs) else { return Ok(Err(over())) };
    if let Some(user) = row.user_id
        && session::present(call)? != user
    {
        return Ok(Err(over()));
    }
    let academy = academies::current(call).await?;
    let Some(provider) = Known::of(&services.settings, &academy.slug, &row.provider)? else {
        return Ok(Err(over()));
    };
    let mut tx = call.begin().await?;
    if !store::end(&mut tx, row.id).await? {
        return Ok(Err(over()));
    }
    tx.commit().await?;
    let sealed = services.sealer.open(Use::ProviderLogIn, row.sealed.for_duty(Duty::Authenticate))?;
    let kept: Kept = serde_json::from_slice(&sealed).map_err(anyhow::Error::from)?;
    let code = kept.code.clone().unwrap_or_default();
    let proved = if provider.is_github() {
        github::prove(services, &provider, &kept, &code).await
    } else {
        oidc::prove(services, &provider, &kept, &code).await
    };
    let proved = match proved.and_then(Proved::bounded) {
        Ok(proved) => proved,
        Err(Unproved::Silent(cause)) => return Err(silent(&provider, &cause)),
        Err(Unproved::Refused(cause)) => {
            tracing::warn!(provider = provider.id, cause = in_short(&cause), "a log-in provider proved nobody");
            return Ok(Err(over()));
        }
    };
    match row.user_id {
        Some(user) => link(call, &provider, user, proved).await,
        None => enter(call, &provider, proved).await,
    }
}

async fn link(
    call: &Call,
    provider: &Known,
    user: UserId,
    proved: Proved,
) -> Result<Result<Completed, Objection>, Fault> {
    let taken = |words| Ok(Err(Objection::new(UserErrorCode::Taken, "code", words)));
    let mut tx = call.begin().await?;
    accounts::lock_login(&mut tx, user).await?;
    // Who ended this session while the provider was asked meant it.
    let session = call.viewer().session.ok_or_else(Fault::unauthenticated)?;
    if !accounts::session_lives(&tx, session).await? {
        return Err(Fault::unauthenticated());
    }
    register::take(&mut tx, &proved).await?;
    if store::owner(&tx, &proved.issuer, &proved.subject).await?.is_some() {
        return taken(words!(
            "Akun itu sudah tertaut dengan sebuah akun di sini.",
            "That account is linked with an account here already."
        ));
    }
    if store::of_person(&tx, user).await?.contains(&provider.id) {
        return taken(words!(
            "Akun Anda sudah tertaut dengan penyedia ini.",
            "Your account is linked with this provider already."
        ));
    }
    let identity = LinkedIdentityRow {
        user_id: user,
        provider: provider.id.clone(),
        issuer: proved.issuer,
        subject: Personal::new(proved.subject),
        email: Personal::new(proved.email),
        linked_at: call.services.clock.now(),
    };
    store::link(&mut tx, &identity).await?;
    events::note(&mut tx, call, user, Event::IdentityLinked).await?;
    tx.commit().await?;
    call.forget_loaded();
    Ok(Ok(Completed::Linked))
}

async fn enter(call: &Call, provider: &Known, proved: Proved) -> Result<Result<Completed, Objection>, Fault> {
    let mut tx = call.services.db.begin(call.academy).await?;
    let owner = store::owner(&tx, &proved.issuer, &proved.subject).await?;
    if let Some(user) = owner {
        if !tx.hold_account(user).await? {
            return Ok(Err(over()));
        }
        accounts::lock_login(&mut tx, user).await?;
        // Unlinked at this moment.
        if store::owner(&tx, &proved.issuer, &proved.subject).await? != Some(user) {
            return Ok(Err(over()));
        }
        let entered = session::enter(&mut tx, call, user, Presence::ByAnother, None).await?;
        tx.commit().await?;
        return Ok(Ok(Completed::Entered(entered)));
    }
    let name = provider.shown_name();
    let Some(email) = &proved.email else {
        let words = words!(
            "{name} belum memastikan alamat surel Anda; konfirmasikan di sana, atau daftar dengan alamat Anda (register).",
            "{name} has not verified your mail address; confirm it there, or register with your address (register)."
        );
        return Ok(Err(Objection::new(UserErrorCode::NotEligible, "code", words)));
    };
    // Nobody is linked silently: an address can be given to somebody else, and some providers say of any that it is theirs.
    if register::is_somebodys(&tx, &policy::key(email)).await? {
        return Ok(Err(register::taken()));
    }
    drop(tx);
    let challenge = register::challenge(call, &provider.id, proved)?;
    Ok(Ok(Completed::Entered(Entered::Registration(challenge))))
}

/// Unknown, used, over, of another client, or the provider says otherwise: told alike.
pub(super) fn over() -> Objection {
    let words = words!(
        "Masuk lewat penyedia ini tidak berhasil atau waktunya habis; mulai lagi (beginProviderLogIn).",
        "Signing in by this provider did not succeed, or its time is over; begin anew (beginProviderLogIn)."
    );
    Objection::new(UserErrorCode::Expired, "code", words)
}
