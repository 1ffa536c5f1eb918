//! Sessions: opened by whoever proves who they are, found by their token.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    device,
    model::{NewAccountToken, NewSession, TokenPurpose},
    store, token,
};
use crate::platform::{
    db::{AcademyId, Reader, Tx},
    fault::{Code, Fault},
    graphql::{Call, Services},
    privacy::{Personal, Role, Roles, SessionId, UserId, Viewer},
};

/// Between two notes that a session was used.
const TOUCH: TimeDelta = TimeDelta::minutes(5);
/// For so long a right password waits for the second factor.
const CHALLENGE: TimeDelta = TimeDelta::minutes(5);
/// For so long an account that somebody else made waits for its person to complete it, from when they signed in.
const REGISTRATION: TimeDelta = TimeDelta::hours(1);
/// For so long who proved that it is them may do what is dangerous.
const PRESENT: TimeDelta = TimeDelta::minutes(10);

/// A session that was just opened.
#[derive(Debug)]
pub struct Opened {
    /// The token: shown to the client once.
    pub token: String,
    /// What the device keeps, so that it is known again.
    pub device_token: String,
    /// Its id.
    pub id: SessionId,
    /// Whose it is.
    pub viewer: Viewer,
}

/// Something else is asked for before there is a session.
#[derive(Debug)]
pub struct Challenge {
    /// With which one goes on.
    pub token: String,
    /// Until when.
    pub expires_at: DateTime<Utc>,
    /// What the person is called, as far as who sends them says so.
    pub full_name: Option<String>,
}

/// What signing in comes to.
#[derive(Debug)]
pub enum Entered {
    /// A session.
    Session(Box<Opened>),
    /// The second factor is asked for.
    SecondFactor(Challenge),
    /// Somebody else made the account: its person has to complete it.
    Registration(Challenge),
    /// A minor, whom a guardian has yet to confirm.
    Waiting,
}

/// Who says that it is the person.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Presence {
    /// They have proved it here and now.
    Here,
    /// Another does, who may not have asked them for long: what is dangerous asks once more.
    ByAnother,
}

/// Signs somebody in who has proved one factor: into a session, or to where what is still lacking is asked for. There is no other way in.
///
/// # Errors
/// Those of the database.
pub async fn enter(
    tx: &mut Tx,
    call: &Call,
    user: UserId,
    presence: Presence,
    device: Option<&str>,
) -> Result<Entered, Fault> {
    // What is asked for does not change meanwhile.
    store::lock_login(tx, user).await?;
    if store::is_incomplete(tx, user).await? {
        let purpose = TokenPurpose::CompleteRegistration;
        return Ok(Entered::Registration(challenge(tx, call, user, purpose, REGISTRATION).await?));
    }
    if store::waits_for_guardian(tx, user).await? {
        return Ok(Entered::Waiting);
    }
    if store::has_second_factor(tx, user).await? {
        return Ok(Entered::SecondFactor(challenge(tx, call, user, TokenPurpose::CompleteMfa, CHALLENGE).await?));
    }
    Ok(Entered::Session(Box::new(open(tx, call, user, presence, device).await?)))
}

async fn challenge(
    tx: &mut Tx,
    call: &Call,
    user: UserId,
    purpose: TokenPurpose,
    good_for: TimeDelta,
) -> Result<Challenge, Fault> {
    let services = &call.services;
    let (token, digest) = token::new(&services.random, token::Kind::Challenge);
    let expires_at = services.clock.now() + good_for;
    let new = NewAccountToken {
        id: services.random.ordered_id::<()>(&services.clock).uuid(),
        user_id: user,
        purpose,
        token_hash: Personal::new(digest),
        expires_at,
    };
    store::insert_token(tx, &new).await?;
    Ok(Challenge { token, expires_at, full_name: None })
}

/// Opens a session for who has proved all factors that they have.
///
/// # Errors
/// Those of the database.
pub(super) async fn open(
    tx: &mut Tx,
    call: &Call,
    user: UserId,
    presence: Presence,
    device: Option<&str>,
) -> Result<Opened, Fault> {
    let (services, facts) = (&call.services, &call.facts);
    let now = services.clock.now();
    let (token, digest) = token::new(&services.random, token::Kind::Session);
    let device = device.map(str::trim).filter(|name| !name.is_empty()).unwrap_or(&facts.device);
    let id = services.random.ordered_id(&services.clock);
    let authenticated_at = (presence == Presence::Here).then_some(now);
    let session = NewSession {
        id,
        user_id: user,
        token_hash: Personal::new(digest),
        device: Personal::new(device.chars().take(200).collect()),
        ip_address: Personal::new(facts.ip_address.clone()),
        created_at: now,
        last_seen_at: now,
        expires_at: now + TimeDelta::days(services.settings.session_days.into()),
        authenticated_at,
    };
    store::insert_session(tx, &session).await?;
    let standing = store::standing_of(tx, user).await?;
    let viewer = viewer_of(call.sharing().mfa_required_for, user, id, authenticated_at, &standing);
    let device_token = device::token(services, call.academy, user)?;
    Ok(Opened { token, device_token, id, viewer })
}

/// What an account may do, as the database has it.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    pub(super) roles: Roles,
    pub(super) has_second_factor: bool,
    pub(super) suspended: bool,
}

fn viewer_of(
    mfa_required_for: Roles,
    user: UserId,
    session: SessionId,
    authenticated_at: Option<DateTime<Utc>>,
    standing: &Standing,
) -> Viewer {
    // What is asked of everybody is asked for every role.
    let asked = |role: Role| mfa_required_for.has(role) || mfa_required_for.has(Role::Learner);
    let waits = |role: &Role| asked(*role) && !standing.has_second_factor;
    // Who is suspended has no role at all.
    let held = if standing.suspended { Roles::default() } else { standing.roles };
    Viewer {
        user: Some(user),
        session: Some(session),
        roles: held.iter().filter(|role| !waits(role)).collect(),
        waiting: held.iter().filter(waits).collect(),
        authenticated_at,
        suspended: standing.suspended,
    }
}

/// Who asks with this token; `mfa_required_for` are the roles that are useless without a second factor.
///
/// # Errors
/// `UNAUTHENTICATED` where it is not the token of a live session of this academy.
pub async fn viewer(
    services: &Services,
    reader: &Reader,
    token: &str,
    mfa_required_for: Roles,
) -> Result<Viewer, Fault> {
    let digest = token::read(token, token::Kind::Session).ok_or_else(Fault::unauthenticated)?;
    let found = store::session_by_token(&*reader.connection().await?, digest).await?;
    let (session, standing) = found.ok_or_else(Fault::unauthenticated)?;
    let now = services.clock.now();
    let idle = TimeDelta::days(services.settings.session_idle_days.into());
    if session.expires_at <= now || session.last_seen_at + idle <= now {
        return Err(Fault::unauthenticated());
    }
    if session.last_seen_at + TOUCH <= now {
        touch(services.clone(), reader.academy(), session.id);
    }
    Ok(viewer_of(mfa_required_for, session.user_id, session.id, session.authenticated_at, &standing))
}

/// Which of these sessions have not ended.
///
/// # Errors
/// Those of the database.
pub async fn living(services: &Services, academy: AcademyId, ids: &[SessionId]) -> Result<Vec<SessionId>, Fault> {
    let now = services.clock.now();
    let idle = TimeDelta::days(services.settings.session_idle_days.into());
    let reader = services.db.reader(academy);
    store::living_sessions(&*reader.connection().await?, ids, now, now - idle).await
}

/// Who is signed in and has proved not long ago that it is them.
///
/// # Errors
/// `UNAUTHENTICATED`, and `REAUTHENTICATION_REQUIRED` where that was long ago.
pub fn present(call: &Call) -> Result<UserId, Fault> {
    let viewer = call.viewer();
    let user = viewer.holder()?;
    let now = call.services.clock.now();
    if viewer.authenticated_at.is_some_and(|at| at + PRESENT > now) {
        return Ok(user);
    }
    Err(Fault::Refused(
        Code::ReauthenticationRequired,
        words!(
            "Buktikan sekali lagi bahwa ini Anda (reauthenticate), lalu ulangi.",
            "Prove once more that it is you (reauthenticate), then try again."
        ),
    ))
}

/// Beside the request: it does not wait for it, and does not fail with it.
fn touch(services: Services, academy: AcademyId, session: SessionId) {
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
