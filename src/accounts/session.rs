//! Sessions: opened by whoever proves who they are, found by their token.

use chrono::TimeDelta;

use super::{model::NewSession, store, token};
use crate::platform::{
    db::{Reader, Tx},
    fault::Fault,
    graphql::{Services, call::RequestFacts},
    privacy::{Duty, Personal, Roles, SessionId, UserId, Viewer},
};

/// Between two notes that a session was used.
const TOUCH: TimeDelta = TimeDelta::minutes(5);

/// A session that was just opened.
#[derive(Debug)]
pub struct Opened {
    /// The token: shown to the client once.
    pub token: String,
    /// Its id.
    pub id: SessionId,
    /// Whose it is.
    pub viewer: Viewer,
}

/// Opens a session.
///
/// # Errors
/// Those of the database.
pub async fn open(
    tx: &mut Tx,
    services: &Services,
    facts: &RequestFacts,
    user: UserId,
    device: Option<&str>,
) -> Result<Opened, Fault> {
    let now = services.clock.now();
    let (token, digest) = token::new(&services.random, token::Kind::Session);
    let device = device.map(str::trim).filter(|name| !name.is_empty()).unwrap_or(&facts.device);
    let id = services.random.ordered_id(&services.clock);
    let session = NewSession {
        id,
        user_id: user,
        token_hash: Personal::new(digest),
        device: Personal::new(device.chars().take(200).collect()),
        ip_address: Personal::new(facts.ip_address.clone()),
        created_at: now,
        last_seen_at: now,
        expires_at: now + TimeDelta::days(services.settings.session_days.into()),
    };
    store::insert_session(tx, &session).await?;
    let roles = store::roles_of(tx, user).await?;
    Ok(Opened { token, id, viewer: Viewer { user: Some(user), session: Some(id), roles } })
}

/// Who asks with this token.
///
/// # Errors
/// `UNAUTHENTICATED` where it is not the token of a live session of this academy.
pub async fn viewer(services: &Services, reader: &Reader, token: &str) -> Result<Viewer, Fault> {
    let digest = token::read(token, token::Kind::Session).ok_or_else(Fault::unauthenticated)?;
    let found = store::session_by_token(&*reader.connection().await?, digest).await?;
    let (session, roles) = found.ok_or_else(Fault::unauthenticated)?;
    let now = services.clock.now();
    let idle = TimeDelta::days(services.settings.session_idle_days.into());
    if session.expires_at <= now || session.last_seen_at + idle <= now {
        return Err(Fault::unauthenticated());
    }
    if session.last_seen_at + TOUCH <= now {
        touch(services.clone(), reader.academy(), session.id);
    }
    let roles = Roles::from_names(roles.for_duty(Duty::Authenticate).iter().map(String::as_str));
    Ok(Viewer { user: Some(session.user_id), session: Some(session.id), roles })
}

/// Beside the request: it does not wait for it, and does not fail with it.
fn touch(services: Services, academy: crate::platform::db::AcademyId, session: SessionId) {
    tokio::spawn(async move {
        let noted = async {
            let mut tx = services.db.begin(academy).await?;
            store::touch_session(&mut tx, session, services.clock.now()).await?;
            tx.commit().await
        };
        if let Err(fault) = noted.await {
            tracing::warn!(?fault, "that a session was used could not be noted");
        }
    });
}
