//! Takes the link to an account at a provider away.

use super::{store, unknown_provider};
use crate::{
    academies,
    accounts::{
        events::{self, Event},
        session, store as accounts,
    },
    platform::{
        fault::Fault,
        graphql::{Call, UserErrorCode, user_error::Objection},
        privacy::Duty,
    },
};

/// Unlinks; refused where the person could not sign in any more. Every other session of theirs ends.
///
/// # Errors
/// `UNAUTHENTICATED`, `REAUTHENTICATION_REQUIRED`, and those of the database.
pub async fn unlink(call: &Call, provider: &str) -> Result<Result<(), Objection>, Fault> {
    let user = session::present(call)?;
    let mut tx = call.begin().await?;
    let login = accounts::lock_login(&mut tx, user).await?;
    let linked = store::of_person(&tx, user).await?;
    if !linked.iter().any(|linked| linked == provider) {
        return Ok(Err(unknown_provider()));
    }
    let has_password = login.is_some_and(|login| login.password_hash.for_duty(Duty::Authenticate).is_some());
    let academy = academies::current_in(call, &tx).await?;
    let leads_in = |other: &String| {
        let offered = call.services.settings.log_in.get(&academy.slug);
        other != provider && offered.is_some_and(|log_in| log_in.providers.contains_key(other))
    };
    if !has_password && !linked.iter().any(leads_in) {
        let words = words!(
            "Ini satu-satunya cara Anda masuk; buat kata sandi dahulu (requestPasswordReset).",
            "This is the only way in that you have; set a password first (requestPasswordReset)."
        );
        return Ok(Err(Objection::new(UserErrorCode::NotEligible, "provider", words)));
    }
    store::unlink(&mut tx, user, provider).await?;
    accounts::end_sessions(&mut tx, user, call.viewer().session).await?;
    events::note(&mut tx, call, user, Event::IdentityUnlinked).await?;
    tx.commit().await?;
    call.forget_loaded();
    Ok(Ok(()))
}
