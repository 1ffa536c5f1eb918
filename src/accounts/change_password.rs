//! Another password for who knows the one that they have.

use super::{
    events::{self, Event},
    model::Login,
    password::{self, Verdict},
    password_reset::fitting,
    session::{self, Opened, Presence},
    store, tries,
};
use crate::platform::{
    fault::Fault,
    graphql::{Call, UserErrorCode, user_error::Objection},
    privacy::Duty,
};

/// Sets another password. Every session ends; the client goes on in a new one. `about` is what else is known of the person: no password
/// holds it.
///
/// # Errors
/// `UNAUTHENTICATED`, `RATE_LIMITED` where too many passwords were wrong, and those of the database.
pub async fn change_password(
    call: &Call,
    current_password: String,
    new_password: String,
    about: &[&str],
) -> Result<Result<Opened, Objection>, Fault> {
    let user = call.viewer().holder()?;
    if let Err(objection) = fitting(call, user, &new_password, about).await? {
        return Ok(Err(objection));
    }
    let login = store::login_of(&*call.reader().await?, user).await?;
    call.give_back_reader().await;
    let guess = tries::own_password(call, user).await?;
    let settings = &call.services.settings;
    let hash_of =
        |login: Option<Login>| login.and_then(|login| login.password_hash.for_duty(Duty::Authenticate).clone());
    let had = hash_of(login);
    let wrong = || {
        let words = words!(
            "Kata sandi sekarang tidak cocok; bila lupa, minta yang baru (requestPasswordReset).",
            "That is not the password that you have; if it is lost, ask for another (requestPasswordReset)."
        );
        Objection::new(UserErrorCode::Invalid, "currentPassword", words)
    };
    if password::matches(settings, current_password, had.clone()).await? == Verdict::Wrong {
        return Ok(Err(wrong()));
    }
    let hash = password::hash(settings, new_password).await?;
    let mut tx = call.begin().await?;
    // Another one was set, or the session was ended, while this one was looked at.
    if hash_of(store::lock_login(&mut tx, user).await?) != had {
        return Ok(Err(wrong()));
    }
    let session = call.viewer().session.ok_or_else(Fault::unauthenticated)?;
    if !store::session_lives(&tx, session).await? {
        return Err(Fault::unauthenticated());
    }
    store::void_mailed(&mut tx, user, call.services.clock.now()).await?;
    store::set_password(&mut tx, user, hash, call.services.clock.now()).await?;
    store::end_sessions(&mut tx, user, None).await?;
    events::note(&mut tx, call, user, Event::PasswordChanged).await?;
    let opened = session::open(&mut tx, call, user, Presence::Here, None).await?;
    tx.commit().await?;
    guess.was_right(call).await;
    Ok(Ok(opened))
}
