//! Statements about sessions.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension, QueryDsl,
    SelectableHelper,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sanggar_schema::tables::{account_tokens, second_factors, sessions, users};

use crate::{
    accounts::{
        model::{NewSession, SessionRow, TokenPurpose},
        privacy::{GrantedRoles, SessionToken},
        session::Standing,
    },
    platform::{
        fault::Fault,
        graphql::{Batch, Call, grouped},
        privacy::{Duty, Personal, Roles, SessionId, UserId},
    },
};

/// Whether a session has not ended, looked at in a transaction.
///
/// # Errors
/// Those of the database.
pub(in crate::accounts) async fn session_lives(
    mut connection: &AsyncPgConnection,
    session: SessionId,
) -> Result<bool, Fault> {
    let row = sessions::table.filter(sessions::id.eq(session));
    Ok(diesel::select(diesel::dsl::exists(row)).get_result(&mut connection).await?)
}

/// Adds a session.
///
/// # Errors
/// Those of the database.
pub async fn insert_session(connection: &mut AsyncPgConnection, session: &NewSession) -> Result<(), Fault> {
    diesel::insert_into(sessions::table).values(session).execute(connection).await?;
    Ok(())
}

/// The session of a token, and the standing of its person.
///
/// # Errors
/// Those of the database.
pub(in crate::accounts) async fn session_by_token(
    mut connection: &AsyncPgConnection,
    digest: Vec<u8>,
) -> Result<Option<(SessionRow, Standing)>, Fault> {
    let digest: Personal<Vec<u8>, SessionToken> = Personal::new(digest);
    let found: Option<(SessionRow, StandingColumns)> = sessions::table
        .inner_join(users::table.on(users::id.eq(sessions::user_id)))
        .left_join(second_factors::table.on(second_factors::user_id.eq(sessions::user_id)))
        .filter(sessions::token_hash.eq(&digest))
        .filter(users::closed_at.is_null())
        .select((SessionRow::as_select(), (users::roles, users::suspended_at, second_factors::confirmed_at.nullable())))
        .first(&mut connection)
        .await
        .optional()?;
    Ok(found.map(|(session, columns)| (session, standing(&columns))))
}

/// Roles, since when the person is suspended, and since when there is a second factor.
type StandingColumns = (Personal<Vec<String>, GrantedRoles>, Option<DateTime<Utc>>, Option<DateTime<Utc>>);

fn standing((roles, suspended_at, confirmed_at): &StandingColumns) -> Standing {
    let roles = Roles::from_names(roles.for_duty(Duty::Authenticate).iter().map(String::as_str));
    Standing { roles, has_second_factor: confirmed_at.is_some(), suspended: suspended_at.is_some() }
}

/// What the account of a person may do.
///
/// # Errors
/// Those of the database.
pub(in crate::accounts) async fn standing_of(
    mut connection: &AsyncPgConnection,
    user: UserId,
) -> Result<Standing, Fault> {
    let columns: StandingColumns = users::table
        .left_join(second_factors::table.on(second_factors::user_id.eq(users::id)))
        .filter(users::id.eq(user))
        .select((users::roles, users::suspended_at, second_factors::confirmed_at.nullable()))
        .first(&mut connection)
        .await?;
    Ok(standing(&columns))
}

/// Where a person is signed in, newest first.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct SessionsOf(pub UserId);

impl Batch for SessionsOf {
    type Value = Vec<SessionRow>;

    async fn load(
        call: &Call,
        mut connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> Result<HashMap<Self, Self::Value>, Fault> {
        let rows: Vec<SessionRow> = sessions::table
            .filter(sessions::user_id.eq_any(keys.iter().map(|key| key.0).collect::<Vec<_>>()))
            .filter(sessions::expires_at.gt(call.services.clock.now()))
            .order((sessions::created_at.desc(), sessions::id.desc()))
            .select(SessionRow::as_select())
            .load(&mut connection)
            .await?;
        Ok(grouped(rows.into_iter().map(|row| (Self(row.user_id), row))))
    }
}

/// Which of these sessions live at a moment, and were used after another.
///
/// # Errors
/// Those of the database.
pub(in crate::accounts) async fn living_sessions(
    mut connection: &AsyncPgConnection,
    ids: &[SessionId],
    now: DateTime<Utc>,
    used_after: DateTime<Utc>,
) -> Result<Vec<SessionId>, Fault> {
    let living = sessions::table
        .inner_join(users::table.on(users::id.eq(sessions::user_id)))
        .filter(sessions::id.eq_any(ids))
        .filter(sessions::expires_at.gt(now))
        .filter(sessions::last_seen_at.gt(used_after))
        .filter(users::closed_at.is_null());
    Ok(living.select(sessions::id).load(&mut connection).await?)
}

/// Notes that a session was used.
///
/// # Errors
/// Those of the database.
pub async fn touch_session(connection: &mut AsyncPgConnection, id: SessionId, now: DateTime<Utc>) -> Result<(), Fault> {
    diesel::update(sessions::table.filter(sessions::id.eq(id)))
        .set(sessions::last_seen_at.eq(now))
        .execute(connection)
        .await?;
    Ok(())
}

/// Ends a session of a person. False where there was none.
///
/// # Errors
/// Those of the database.
pub async fn delete_session(connection: &mut AsyncPgConnection, user: UserId, id: SessionId) -> Result<bool, Fault> {
    let gone = diesel::delete(sessions::table.filter(sessions::id.eq(id)).filter(sessions::user_id.eq(user)))
        .execute(connection)
        .await?;
    Ok(gone > 0)
}

/// Ends the sessions of a person, but one: the one they ask in, where it goes on.
///
/// # Errors
/// Those of the database.
pub async fn end_sessions(
    connection: &mut AsyncPgConnection,
    user: UserId,
    but: Option<SessionId>,
) -> Result<usize, Fault> {
    // Who is in the middle of signing in begins anew.
    let challenges = account_tokens::table
        .filter(account_tokens::user_id.eq(user))
        .filter(account_tokens::purpose.eq_any(vec![TokenPurpose::CompleteMfa, TokenPurpose::CompleteRegistration]));
    diesel::delete(challenges).execute(connection).await?;
    let but = but.unwrap_or_else(|| SessionId::from_uuid(uuid::Uuid::nil()));
    let others = sessions::table.filter(sessions::user_id.eq(user)).filter(sessions::id.ne(but));
    Ok(diesel::delete(others).execute(connection).await?)
}

/// Notes that a person has proved in a session that it is them.
///
/// # Errors
/// Those of the database.
pub(in crate::accounts) async fn note_presence(
    connection: &mut AsyncPgConnection,
    session: SessionId,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    diesel::update(sessions::table.filter(sessions::id.eq(session)))
        .set(sessions::authenticated_at.eq(now))
        .execute(connection)
        .await?;
    Ok(())
}

/// Removes sessions that are over, or were not used since a moment.
///
/// # Errors
/// Those of the database.
pub(in crate::accounts) async fn forget_sessions(
    connection: &mut AsyncPgConnection,
    now: DateTime<Utc>,
    used_before: DateTime<Utc>,
) -> Result<(), Fault> {
    let over = sessions::table.filter(sessions::expires_at.le(now).or(sessions::last_seen_at.le(used_before)));
    diesel::delete(over).execute(connection).await?;
    Ok(())
}
