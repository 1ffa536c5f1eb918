//! Statements about accounts.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension, QueryDsl,
    SelectableHelper,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sanggar_schema::tables::{
    account_tokens, address_requests, guardian_requests, held_usernames, logins, recovery_codes, second_factors,
    sessions, suspensions, users,
};

use super::{
    forget_unfinished::FINISHING,
    model::{
        Login, NewAccountToken, NewSession, NewSuspension, NewUser, SecondFactor, SessionRow, SuspensionRow,
        TokenPurpose,
    },
    policy,
    privacy::{
        AddressRequest, Email, GrantedRoles, GuardianEmail, HeldUsername, MailedToken, PasswordHash, PendingEmail,
        RecoveryCode, SessionToken, SuspensionContest, SuspensionReason, Username,
    },
    session::Standing,
};
use crate::platform::{
    db::Tx,
    fault::Fault,
    graphql::{Batch, Call, grouped},
    privacy::{Duty, Personal, Role, Roles, SessionId, UserId},
};

/// Adds a person with their way to sign in.
///
/// # Errors
/// Those of the database: an address that is taken among them.
pub async fn insert(connection: &mut AsyncPgConnection, user: &NewUser, login: &Login) -> Result<(), Fault> {
    diesel::insert_into(users::table).values(user).execute(connection).await?;
    diesel::insert_into(logins::table).values(login).execute(connection).await?;
    Ok(())
}

/// The login with this address.
///
/// # Errors
/// Those of the database.
pub async fn login_by_email(mut connection: &AsyncPgConnection, email_key: &str) -> Result<Option<Login>, Fault> {
    let key: Personal<Option<String>, Email> = Personal::new(Some(email_key.to_owned()));
    let found = logins::table
        .filter(logins::email_key.eq(&key))
        .select(Login::as_select())
        .first(&mut connection)
        .await
        .optional()?;
    Ok(found)
}

/// The login with this user name.
///
/// # Errors
/// Those of the database.
pub async fn login_by_username(mut connection: &AsyncPgConnection, username_key: &str) -> Result<Option<Login>, Fault> {
    let key: Personal<Option<String>, Username> = Personal::new(Some(username_key.to_owned()));
    let found = logins::table
        .filter(logins::username_key.eq(&key))
        .select(Login::as_select())
        .first(&mut connection)
        .await
        .optional()?;
    Ok(found)
}

/// The login with this address or user name.
///
/// # Errors
/// Those of the database.
pub async fn by_login(connection: &AsyncPgConnection, login: &str) -> Result<Option<Login>, Fault> {
    let key = policy::key(login);
    if key.contains('@') { login_by_email(connection, &key).await } else { login_by_username(connection, &key).await }
}

/// Whether there is, or was, a person of this id here.
///
/// # Errors
/// Those of the database.
pub async fn exists(mut connection: &AsyncPgConnection, user: UserId) -> Result<bool, Fault> {
    let row = users::table.filter(users::id.eq(user));
    Ok(diesel::select(diesel::dsl::exists(row)).get_result(&mut connection).await?)
}

/// The login of a person.
///
/// # Errors
/// Those of the database.
pub async fn login_of(mut connection: &AsyncPgConnection, user: UserId) -> Result<Option<Login>, Fault> {
    let found = logins::table
        .filter(logins::user_id.eq(user))
        .select(Login::as_select())
        .first(&mut connection)
        .await
        .optional()?;
    Ok(found)
}

/// The login of a person, locked: what they sign in with is changed, and used to sign in, one after the other. Taken after the account is
/// held and before any other row of theirs: two orders would meet.
///
/// # Errors
/// Those of the database.
pub(super) async fn lock_login(connection: &mut AsyncPgConnection, user: UserId) -> Result<Option<Login>, Fault> {
    let own = logins::table.filter(logins::user_id.eq(user)).select(Login::as_select()).for_update();
    Ok(own.first(connection).await.optional()?)
}

/// Uses up all that was mailed to a person, and forgets the address that they asked for: whoever has it proves nothing any more.
///
/// # Errors
/// Those of the database.
pub(super) async fn void_mailed(
    connection: &mut AsyncPgConnection,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let left = account_tokens::table
        .filter(account_tokens::user_id.eq(user))
        .filter(account_tokens::purpose.ne(TokenPurpose::ConfirmGuardianship))
        .filter(account_tokens::used_at.is_null());
    diesel::update(left).set(account_tokens::used_at.eq(now)).execute(connection).await?;
    set_pending_email(connection, user, None).await
}

/// What became of a user name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Named {
    /// It is the person's.
    Set,
    /// Somebody else has it, or one that looks like it, or gave it up not long ago.
    Taken,
    /// The person has given up too many already.
    TooOften,
}

/// Sets or clears a person's user name. The one that they had is held for them.
///
/// # Errors
/// Those of the database.
pub async fn set_username(
    tx: &mut Tx,
    user: UserId,
    username: Option<String>,
    now: DateTime<Utc>,
) -> Result<Named, Fault> {
    if let Some(name) = &username {
        // Before whether it is free: who has had their share does not go on asking.
        if has_gathered(tx, user, &policy::look(name), now).await? {
            return Ok(Named::TooOften);
        }
        take_username(tx, name).await?;
        if !username_is_free(tx, Some(user), name, now).await? {
            return Ok(Named::Taken);
        }
    }
    let look = username.as_deref().map(policy::look);
    if let Some(back) = look.clone() {
        let back: Personal<String, HeldUsername> = Personal::new(back);
        let own = held_usernames::table.filter(held_usernames::user_id.eq(user)).filter(held_usernames::look.eq(&back));
        diesel::delete(own).execute(&mut **tx).await?;
    }
    let had: Option<Personal<Option<String>, Username>> = logins::table
        .filter(logins::user_id.eq(user))
        .select(logins::username_look)
        .first(&mut **tx)
        .await
        .optional()?;
    let had = had.and_then(|had| had.for_duty(Duty::Update).clone());
    if let Some(had) = had.filter(|had| Some(had) != look.as_ref()) {
        hold_username(tx, user, had, now).await?;
    }
    let look: Personal<Option<String>, Username> = Personal::new(look);
    let key: Personal<Option<String>, Username> = Personal::new(username.as_deref().map(policy::key));
    let username: Personal<Option<String>, Username> = Personal::new(username);
    diesel::update(logins::table.filter(logins::user_id.eq(user)))
        .set((logins::username.eq(&username), logins::username_key.eq(&key), logins::username_look.eq(&look)))
        .execute(&mut **tx)
        .await?;
    Ok(Named::Set)
}

/// For so long a user name that was given up is nobody else's.
const HELD: TimeDelta = TimeDelta::days(90);
/// Names that are held for one person, at most.
const HELD_MOST: i64 = 3;

/// Holds a name that a person gives up.
async fn hold_username(tx: &mut Tx, user: UserId, look: String, now: DateTime<Utc>) -> Result<(), Fault> {
    use held_usernames as held;
    let look: Personal<String, HeldUsername> = Personal::new(look);
    let over = held::table.filter(held::user_id.eq(user)).filter(held::until.le(now).or(held::look.eq(&look)));
    diesel::delete(over).execute(&mut **tx).await?;
    diesel::insert_into(held::table)
        .values((held::user_id.eq(user), held::look.eq(&look), held::until.eq(now + HELD)))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Whether so many names are held for a person that they take no other one: their own, and those held for them, they may.
async fn has_gathered(
    mut connection: &AsyncPgConnection,
    user: UserId,
    look: &str,
    now: DateTime<Utc>,
) -> Result<bool, Fault> {
    use held_usernames as held;
    let wished: Personal<String, HeldUsername> = Personal::new(look.to_owned());
    let current: Personal<Option<String>, Username> = Personal::new(Some(look.to_owned()));
    let own = logins::table.filter(logins::user_id.eq(user)).filter(logins::username_look.eq(&current));
    let live = held::table.filter(held::user_id.eq(user)).filter(held::until.gt(now));
    let known = diesel::dsl::exists(own).or(diesel::dsl::exists(live.filter(held::look.eq(&wished))));
    if diesel::select(known).get_result(&mut connection).await? {
        return Ok(false);
    }
    let count: i64 = live.count().get_result(&mut connection).await?;
    Ok(count >= HELD_MOST)
}

/// Whether a user name is free for a person: nobody else has one that looks like it, or gave one up not long ago.
///
/// # Errors
/// Those of the database.
pub async fn username_is_free(
    mut connection: &AsyncPgConnection,
    user: Option<UserId>,
    username: &str,
    now: DateTime<Utc>,
) -> Result<bool, Fault> {
    use held_usernames as held;
    // Nobody's id, where it is for somebody who is not there yet.
    let own = user.unwrap_or_else(|| UserId::from_uuid(uuid::Uuid::nil()));
    let key: Personal<Option<String>, Username> = Personal::new(Some(policy::key(username)));
    let look: Personal<Option<String>, Username> = Personal::new(Some(policy::look(username)));
    let given_up: Personal<String, HeldUsername> = Personal::new(policy::look(username));
    // A name from before looks were compared may have a key and no look.
    let others = logins::table.filter(logins::user_id.ne(own));
    let has_it = diesel::dsl::exists(others.filter(logins::username_key.eq(&key)));
    let looks_like_it = diesel::dsl::exists(others.filter(logins::username_look.eq(&look)));
    let held = held::table.filter(held::user_id.ne(own)).filter(held::look.eq(&given_up)).filter(held::until.gt(now));
    let taken = has_it.or(looks_like_it).or(diesel::dsl::exists(held));
    Ok(diesel::select(diesel::dsl::not(taken)).get_result(&mut connection).await?)
}

/// Gives a person the user name that they wished for when they registered, unless somebody else has it by now: then they have none.
///
/// # Errors
/// Those of the database.
pub async fn settle_username(tx: &mut Tx, user: UserId, now: DateTime<Utc>) -> Result<(), Fault> {
    let wish = login_of(tx, user).await?.and_then(|login| login.username.for_duty(Duty::Update).clone());
    if wish.is_some() && set_username(tx, user, wish, now).await? != Named::Set {
        set_username(tx, user, None, now).await?;
    }
    Ok(())
}

/// Says that the address of a person is theirs. False where that was known.
///
/// # Errors
/// Those of the database.
pub async fn mark_verified(
    connection: &mut AsyncPgConnection,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<bool, Fault> {
    let unproved = logins::table
        .filter(logins::user_id.eq(user))
        .filter(logins::email.is_not_null())
        .filter(logins::email_verified_at.is_null());
    let proved = diesel::update(unproved).set(logins::email_verified_at.eq(now)).execute(connection).await?;
    Ok(proved > 0)
}

/// Notes, or forgets, which address a person wants to have.
///
/// # Errors
/// Those of the database.
pub(super) async fn set_pending_email(
    connection: &mut AsyncPgConnection,
    user: UserId,
    email: Option<String>,
) -> Result<(), Fault> {
    let key: Personal<Option<String>, PendingEmail> = Personal::new(email.as_deref().map(policy::key));
    let email: Personal<Option<String>, PendingEmail> = Personal::new(email);
    diesel::update(logins::table.filter(logins::user_id.eq(user)))
        .set((logins::pending_email.eq(&email), logins::pending_email_key.eq(&key)))
        .execute(connection)
        .await?;
    Ok(())
}

/// Gives a person the address that they have proved.
///
/// # Errors
/// Those of the database: an address that is taken among them.
pub(super) async fn set_email(
    connection: &mut AsyncPgConnection,
    user: UserId,
    email: String,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    set_pending_email(connection, user, None).await?;
    let key: Personal<Option<String>, Email> = Personal::new(Some(policy::key(&email)));
    let email: Personal<Option<String>, Email> = Personal::new(Some(email));
    diesel::update(logins::table.filter(logins::user_id.eq(user)))
        .set((logins::email.eq(&email), logins::email_key.eq(&key), logins::email_verified_at.eq(now)))
        .execute(connection)
        .await?;
    Ok(())
}

/// Replaces a password by another: devices that were known before are not any more.
///
/// # Errors
/// Those of the database.
pub async fn set_password(
    connection: &mut AsyncPgConnection,
    user: UserId,
    hash: String,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let hash: Personal<Option<String>, PasswordHash> = Personal::new(Some(hash));
    diesel::update(logins::table.filter(logins::user_id.eq(user)))
        .set((logins::password_hash.eq(&hash), logins::password_set_at.eq(now)))
        .execute(connection)
        .await?;
    Ok(())
}

/// Replaces a hash by a stronger one of the same password, unless another password was set meanwhile.
///
/// # Errors
/// Those of the database.
pub(super) async fn strengthen(
    connection: &mut AsyncPgConnection,
    user: UserId,
    weak: &Personal<Option<String>, PasswordHash>,
    hash: String,
) -> Result<(), Fault> {
    let hash: Personal<Option<String>, PasswordHash> = Personal::new(Some(hash));
    diesel::update(logins::table.filter(logins::user_id.eq(user)).filter(logins::password_hash.eq(weak)))
        .set(logins::password_hash.eq(&hash))
        .execute(connection)
        .await?;
    Ok(())
}

/// Adds roles to a person.
///
/// # Errors
/// Those of the database.
pub async fn add_role(connection: &mut AsyncPgConnection, user: UserId, role: Role) -> Result<(), Fault> {
    change_roles(connection, user, |held| held.iter().chain([role]).collect()).await
}

/// Takes a role from a person.
///
/// # Errors
/// Those of the database.
pub(super) async fn remove_role(connection: &mut AsyncPgConnection, user: UserId, role: Role) -> Result<(), Fault> {
    change_roles(connection, user, |held| held.iter().filter(|held| *held != role).collect()).await
}

async fn change_roles(
    connection: &mut AsyncPgConnection,
    user: UserId,
    change: impl FnOnce(Roles) -> Roles,
) -> Result<(), Fault> {
    let held: Personal<Vec<String>, GrantedRoles> =
        users::table.filter(users::id.eq(user)).select(users::roles).for_update().first(connection).await?;
    let held = Roles::from_names(held.for_duty(Duty::Update).iter().map(String::as_str));
    let roles: Personal<Vec<String>, GrantedRoles> = Personal::new(names(change(held)));
    diesel::update(users::table.filter(users::id.eq(user))).set(users::roles.eq(&roles)).execute(connection).await?;
    Ok(())
}

/// Whether somebody else can run the academy: has the role, a living account that is finished, waits for no guardian, and is not
/// suspended.
///
/// # Errors
/// Those of the database.
pub(super) async fn has_other_admin(mut connection: &AsyncPgConnection, but: UserId) -> Result<bool, Fault> {
    let waits = guardian_requests::table.filter(guardian_requests::ward_id.eq(users::id));
    let others: Vec<Personal<Vec<String>, GrantedRoles>> = users::table
        .filter(users::id.ne(but))
        .inner_join(logins::table.on(logins::user_id.eq(users::id)))
        .filter(users::closed_at.is_null())
        .filter(users::suspended_at.is_null())
        .filter(users::incomplete.eq(false))
        .filter(logins::email.is_null().or(logins::email_verified_at.is_not_null()))
        .filter(diesel::dsl::not(diesel::dsl::exists(waits)))
        .filter(diesel::dsl::sql::<diesel::sql_types::Bool>("'ADMIN' = any(users.roles)"))
        .select(users::roles)
        .limit(1)
        .load(&mut connection)
        .await?;
    Ok(!others.is_empty())
}

/// Begins a suspension; the person takes no part from now on. False where they are suspended already.
///
/// # Errors
/// Those of the database.
pub(super) async fn suspend(connection: &mut AsyncPgConnection, new: &NewSuspension) -> Result<bool, Fault> {
    let own = users::table.filter(users::id.eq(new.user_id)).filter(users::suspended_at.is_null());
    if diesel::update(own).set(users::suspended_at.eq(new.suspended_at)).execute(connection).await? == 0 {
        return Ok(false);
    }
    diesel::insert_into(suspensions::table).values(new).execute(connection).await?;
    Ok(true)
}

/// Ends a suspension. False where there is none.
///
/// # Errors
/// Those of the database.
pub(super) async fn lift(
    connection: &mut AsyncPgConnection,
    user: UserId,
    by: UserId,
    reason: String,
    now: DateTime<Utc>,
) -> Result<bool, Fault> {
    let reason: Personal<Option<String>, SuspensionReason> = Personal::new(Some(reason));
    let own = suspensions::table.filter(suspensions::user_id.eq(user)).filter(suspensions::lifted_at.is_null());
    let lifted = diesel::update(own)
        .set((suspensions::lift_reason.eq(&reason), suspensions::lifted_by.eq(by), suspensions::lifted_at.eq(now)))
        .execute(connection)
        .await?;
    diesel::update(users::table.filter(users::id.eq(user)))
        .set(users::suspended_at.eq(None::<DateTime<Utc>>))
        .execute(connection)
        .await?;
    Ok(lifted > 0)
}

/// Notes what a person says to their suspension. False where there is none, or they have said something already.
///
/// # Errors
/// Those of the database.
pub(super) async fn contest(
    connection: &mut AsyncPgConnection,
    user: UserId,
    message: String,
    now: DateTime<Utc>,
) -> Result<bool, Fault> {
    let message: Personal<Option<String>, SuspensionContest> = Personal::new(Some(message));
    let own = suspensions::table
        .filter(suspensions::user_id.eq(user))
        .filter(suspensions::lifted_at.is_null())
        .filter(suspensions::contested_at.is_null());
    let noted = diesel::update(own)
        .set((suspensions::contest.eq(&message), suspensions::contested_at.eq(now)))
        .execute(connection)
        .await?;
    Ok(noted > 0)
}

crate::batch!(
    /// The suspension of a person that lasts.
    SuspensionOf(UserId) -> SuspensionRow, suspensions::user_id, if suspensions::lifted_at.is_null()
);

/// Closes an account: nobody signs in to it any more, and what runs in it ends before.
///
/// # Errors
/// Those of the database.
pub async fn close(connection: &mut AsyncPgConnection, user: UserId, now: DateTime<Utc>) -> Result<(), Fault> {
    // Whoever adds a row of theirs holds the key of this one: they end first, or wait.
    let own = users::table.filter(users::id.eq(user));
    own.select(users::id).for_update().execute(connection).await?;
    let living = users::table.filter(users::id.eq(user)).filter(users::closed_at.is_null());
    diesel::update(living).set(users::closed_at.eq(now)).execute(connection).await?;
    Ok(())
}

/// The roles of a person whose account lives; none where there is no such person.
///
/// # Errors
/// Those of the database.
pub async fn living_roles(mut connection: &AsyncPgConnection, user: UserId) -> Result<Roles, Fault> {
    let living = users::table.filter(users::id.eq(user)).filter(users::closed_at.is_null());
    let held: Option<Personal<Vec<String>, GrantedRoles>> =
        living.select(users::roles).first(&mut connection).await.optional()?;
    let held = held.map(|held| Roles::from_names(held.for_duty(Duty::Authenticate).iter().map(String::as_str)));
    Ok(held.unwrap_or_default())
}

/// Roles as the column has them.
#[must_use]
pub fn names(roles: Roles) -> Vec<String> {
    roles.iter().map(|role| role.as_str().to_owned()).collect()
}

/// Whether an account was made by somebody else, and its person has not completed it yet.
///
/// # Errors
/// Those of the database.
pub(super) async fn is_incomplete(mut connection: &AsyncPgConnection, user: UserId) -> Result<bool, Fault> {
    Ok(users::table.filter(users::id.eq(user)).select(users::incomplete).first(&mut connection).await?)
}

/// The person has completed their account.
///
/// # Errors
/// Those of the database.
pub(super) async fn complete(connection: &mut AsyncPgConnection, user: UserId) -> Result<(), Fault> {
    diesel::update(users::table.filter(users::id.eq(user)))
        .set(users::incomplete.eq(false))
        .execute(connection)
        .await?;
    Ok(())
}

/// Whose a token is, by its id.
///
/// # Errors
/// Those of the database.
pub(super) async fn token_of(mut connection: &AsyncPgConnection, token: uuid::Uuid) -> Result<Option<UserId>, Fault> {
    let row = account_tokens::table.filter(account_tokens::id.eq(token)).select(account_tokens::user_id);
    Ok(row.first(&mut connection).await.optional()?)
}

/// Whether an account was never finished: the address was not proved, its person has not completed it, or a guardian is waited for; and no
/// link is good that it could be finished with.
///
/// # Errors
/// Those of the database.
pub(super) async fn is_unfinished(
    mut connection: &AsyncPgConnection,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<bool, Fault> {
    let good = account_tokens::table
        .filter(account_tokens::user_id.eq(user))
        .filter(account_tokens::purpose.eq_any(FINISHING.to_vec()))
        .filter(account_tokens::used_at.is_null())
        .filter(account_tokens::expires_at.gt(now));
    if diesel::select(diesel::dsl::exists(good)).get_result(&mut connection).await? {
        return Ok(false);
    }
    let unproved = logins::email.is_not_null().and(logins::email_verified_at.is_null());
    let unfinished = users::table
        .inner_join(logins::table.on(logins::user_id.eq(users::id)))
        .filter(users::id.eq(user))
        .filter(users::closed_at.is_null())
        .filter(users::incomplete.or(unproved));
    let unfinished: bool = diesel::select(diesel::dsl::exists(unfinished)).get_result(&mut connection).await?;
    Ok(unfinished || waits_for_guardian(connection, user).await?)
}

/// Whether a session has not ended, looked at in a transaction.
///
/// # Errors
/// Those of the database.
pub(super) async fn session_lives(mut connection: &AsyncPgConnection, session: SessionId) -> Result<bool, Fault> {
    let row = sessions::table.filter(sessions::id.eq(session));
    Ok(diesel::select(diesel::dsl::exists(row)).get_result(&mut connection).await?)
}

/// Takes the password from an account whose address nobody has proved: somebody else has registered with it since, and it is not known
/// whose it is.
///
/// # Errors
/// Those of the database.
pub(super) async fn disown(connection: &mut AsyncPgConnection, user: UserId) -> Result<(), Fault> {
    let none: Personal<Option<String>, PasswordHash> = Personal::new(None);
    let unproved = logins::table.filter(logins::user_id.eq(user)).filter(logins::email_verified_at.is_null());
    diesel::update(unproved).set(logins::password_hash.eq(&none)).execute(connection).await?;
    Ok(())
}

/// The guardian's address that a waiting minor gave.
///
/// # Errors
/// Those of the database.
pub(super) async fn guardian_email(
    mut connection: &AsyncPgConnection,
    ward: UserId,
) -> Result<Option<Personal<String, GuardianEmail>>, Fault> {
    let own = guardian_requests::table.filter(guardian_requests::ward_id.eq(ward)).select(guardian_requests::email);
    Ok(own.first(&mut connection).await.optional()?)
}

/// Notes that a minor waits for a guardian.
///
/// # Errors
/// Those of the database.
pub(super) async fn ask_guardian(
    connection: &mut AsyncPgConnection,
    ward: UserId,
    email: String,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let email: Personal<String, GuardianEmail> = Personal::new(email);
    diesel::insert_into(guardian_requests::table)
        .values((
            guardian_requests::ward_id.eq(ward),
            guardian_requests::email.eq(email),
            guardian_requests::asked_at.eq(now),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

/// A guardian has answered.
///
/// # Errors
/// Those of the database.
pub(super) async fn forget_guardian_request(connection: &mut AsyncPgConnection, ward: UserId) -> Result<(), Fault> {
    let own = guardian_requests::table.filter(guardian_requests::ward_id.eq(ward));
    diesel::delete(own).execute(connection).await?;
    Ok(())
}

/// Whether a minor waits for a guardian.
///
/// # Errors
/// Those of the database.
pub(super) async fn waits_for_guardian(mut connection: &AsyncPgConnection, user: UserId) -> Result<bool, Fault> {
    let own = guardian_requests::table.filter(guardian_requests::ward_id.eq(user));
    Ok(diesel::select(diesel::dsl::exists(own)).get_result(&mut connection).await?)
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
pub(super) async fn session_by_token(
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
pub(super) async fn standing_of(mut connection: &AsyncPgConnection, user: UserId) -> Result<Standing, Fault> {
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
pub(super) async fn living_sessions(
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
pub(super) async fn note_presence(
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

/// Whether a person has a second factor.
///
/// # Errors
/// Those of the database.
pub(super) async fn has_second_factor(mut connection: &AsyncPgConnection, user: UserId) -> Result<bool, Fault> {
    let own = second_factors::table
        .filter(second_factors::user_id.eq(user))
        .filter(second_factors::confirmed_at.is_not_null());
    Ok(diesel::select(diesel::dsl::exists(own)).get_result(&mut connection).await?)
}

/// The authenticator app of a person, confirmed or not.
///
/// # Errors
/// Those of the database.
pub(super) async fn second_factor(
    mut connection: &AsyncPgConnection,
    user: UserId,
) -> Result<Option<SecondFactor>, Fault> {
    let own = second_factors::table.filter(second_factors::user_id.eq(user)).select(SecondFactor::as_select());
    Ok(own.first(&mut connection).await.optional()?)
}

/// Begins to set up an authenticator app: one that was begun before is replaced.
///
/// # Errors
/// Those of the database.
pub(super) async fn begin_second_factor(connection: &mut AsyncPgConnection, new: &SecondFactor) -> Result<(), Fault> {
    let begun = second_factors::table
        .filter(second_factors::user_id.eq(new.user_id))
        .filter(second_factors::confirmed_at.is_null());
    diesel::delete(begun).execute(connection).await?;
    diesel::insert_into(second_factors::table).values(new).execute(connection).await?;
    Ok(())
}

/// Takes the code of a step, and of none before it. False where that one, or a later one, was taken already.
///
/// # Errors
/// Those of the database.
pub(super) async fn take_step(connection: &mut AsyncPgConnection, user: UserId, step: i64) -> Result<bool, Fault> {
    let own = second_factors::table.filter(second_factors::user_id.eq(user)).filter(second_factors::last_step.lt(step));
    let taken = diesel::update(own).set(second_factors::last_step.eq(step)).execute(connection).await?;
    Ok(taken > 0)
}

/// From now on the second factor is asked for.
///
/// # Errors
/// Those of the database.
pub(super) async fn confirm_second_factor(
    connection: &mut AsyncPgConnection,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    diesel::update(second_factors::table.filter(second_factors::user_id.eq(user)))
        .set(second_factors::confirmed_at.eq(now))
        .execute(connection)
        .await?;
    Ok(())
}

/// Removes the second factor of a person, and their recovery codes. False where there was none.
///
/// # Errors
/// Those of the database.
pub async fn remove_second_factor(connection: &mut AsyncPgConnection, user: UserId) -> Result<bool, Fault> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::user_id.eq(user))).execute(connection).await?;
    let gone =
        diesel::delete(second_factors::table.filter(second_factors::user_id.eq(user))).execute(connection).await?;
    Ok(gone > 0)
}

/// Replaces the recovery codes of a person.
///
/// # Errors
/// Those of the database.
pub(super) async fn set_recovery_codes(
    connection: &mut AsyncPgConnection,
    user: UserId,
    digests: Vec<Vec<u8>>,
) -> Result<(), Fault> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::user_id.eq(user))).execute(connection).await?;
    let rows: Vec<_> = digests
        .into_iter()
        .map(|digest| {
            let hash: Personal<Vec<u8>, RecoveryCode> = Personal::new(digest);
            (recovery_codes::user_id.eq(user), recovery_codes::code_hash.eq(hash))
        })
        .collect();
    diesel::insert_into(recovery_codes::table).values(&rows).execute(connection).await?;
    Ok(())
}

/// Uses up a recovery code. False where it is none of the person's, or was used before.
///
/// # Errors
/// Those of the database.
pub(super) async fn use_recovery_code(
    connection: &mut AsyncPgConnection,
    user: UserId,
    digest: Vec<u8>,
    now: DateTime<Utc>,
) -> Result<bool, Fault> {
    let digest: Personal<Vec<u8>, RecoveryCode> = Personal::new(digest);
    let own = recovery_codes::table
        .filter(recovery_codes::user_id.eq(user))
        .filter(recovery_codes::code_hash.eq(&digest))
        .filter(recovery_codes::used_at.is_null());
    Ok(diesel::update(own).set(recovery_codes::used_at.eq(now)).execute(connection).await? > 0)
}

/// How many recovery codes a person has left.
///
/// # Errors
/// Those of the database.
pub(super) async fn recovery_codes_left(mut connection: &AsyncPgConnection, user: UserId) -> Result<i64, Fault> {
    let left = recovery_codes::table.filter(recovery_codes::user_id.eq(user)).filter(recovery_codes::used_at.is_null());
    Ok(left.count().get_result(&mut connection).await?)
}

/// Whose a token is that is still good: unknown, used, over and tried too often are told alike.
///
/// # Errors
/// Those of the database.
pub(super) async fn good_token(
    mut connection: &AsyncPgConnection,
    digest: &[u8],
    purposes: &[TokenPurpose],
    now: DateTime<Utc>,
) -> Result<Option<UserId>, Fault> {
    let digest: Personal<Vec<u8>, MailedToken> = Personal::new(digest.to_vec());
    let row = account_tokens::table
        .filter(account_tokens::token_hash.eq(&digest))
        .filter(account_tokens::purpose.eq_any(purposes.to_vec()))
        .filter(account_tokens::used_at.is_null())
        .filter(account_tokens::expires_at.gt(now))
        .filter(account_tokens::tries.lt(TRIES));
    Ok(row.select(account_tokens::user_id).first(&mut connection).await.optional()?)
}

/// Counts that a token was tried with something wrong; the fifth time is the last.
///
/// # Errors
/// Those of the database.
pub(super) async fn count_try(connection: &mut AsyncPgConnection, digest: &[u8]) -> Result<(), Fault> {
    let digest: Personal<Vec<u8>, MailedToken> = Personal::new(digest.to_vec());
    diesel::update(account_tokens::table.filter(account_tokens::token_hash.eq(&digest)))
        .set(account_tokens::tries.eq(account_tokens::tries + 1))
        .execute(connection)
        .await?;
    Ok(())
}

/// Tries of one token.
const TRIES: i32 = 5;

/// Removes tokens that were over before a moment.
///
/// # Errors
/// Those of the database.
pub(super) async fn forget_tokens(connection: &mut AsyncPgConnection, before: DateTime<Utc>) -> Result<(), Fault> {
    let over = account_tokens::table.filter(account_tokens::expires_at.lt(before));
    diesel::delete(over).execute(connection).await?;
    Ok(())
}

/// Removes sessions that are over, or were not used since a moment.
///
/// # Errors
/// Those of the database.
pub(super) async fn forget_sessions(
    connection: &mut AsyncPgConnection,
    now: DateTime<Utc>,
    used_before: DateTime<Utc>,
) -> Result<(), Fault> {
    let over = sessions::table.filter(sessions::expires_at.le(now).or(sessions::last_seen_at.le(used_before)));
    diesel::delete(over).execute(connection).await?;
    Ok(())
}

/// Removes user names that are held for nobody any more.
///
/// # Errors
/// Those of the database.
pub(super) async fn forget_held_usernames(connection: &mut AsyncPgConnection, now: DateTime<Utc>) -> Result<(), Fault> {
    let over = held_usernames::table.filter(held_usernames::until.le(now));
    diesel::delete(over).execute(connection).await?;
    Ok(())
}

/// Adds what a mailed link proves.
///
/// # Errors
/// Those of the database.
pub async fn insert_token(connection: &mut AsyncPgConnection, token: &NewAccountToken) -> Result<(), Fault> {
    diesel::insert_into(account_tokens::table).values(token).execute(connection).await?;
    Ok(())
}

/// Whose a mailed token is.
///
/// # Errors
/// Those of the database.
pub async fn token_owner(mut connection: &AsyncPgConnection, digest: &[u8]) -> Result<Option<UserId>, Fault> {
    let digest: Personal<Vec<u8>, MailedToken> = Personal::new(digest.to_vec());
    let row = account_tokens::table.filter(account_tokens::token_hash.eq(&digest)).select(account_tokens::user_id);
    Ok(row.first(&mut connection).await.optional()?)
}

/// Uses up a mailed token and gives back whose it is; nothing where it is unknown, used or over.
///
/// # Errors
/// Those of the database.
pub async fn use_token(
    connection: &mut AsyncPgConnection,
    digest: Vec<u8>,
    purposes: &[TokenPurpose],
    now: DateTime<Utc>,
) -> Result<Option<UserId>, Fault> {
    let digest: Personal<Vec<u8>, MailedToken> = Personal::new(digest);
    let user = diesel::update(
        account_tokens::table
            .filter(account_tokens::token_hash.eq(&digest))
            .filter(account_tokens::purpose.eq_any(purposes.to_vec()))
            .filter(account_tokens::used_at.is_null())
            .filter(account_tokens::tries.lt(TRIES))
            .filter(account_tokens::expires_at.gt(now)),
    )
    .set(account_tokens::used_at.eq(now))
    .returning(account_tokens::user_id)
    .get_result(connection)
    .await
    .optional()?;
    Ok(user)
}

/// Uses up what else was mailed to a person for the same purpose: what it would prove is proved.
///
/// # Errors
/// Those of the database.
pub async fn use_up_tokens(
    connection: &mut AsyncPgConnection,
    user: UserId,
    purpose: TokenPurpose,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let left = account_tokens::table
        .filter(account_tokens::user_id.eq(user))
        .filter(account_tokens::purpose.eq(purpose))
        .filter(account_tokens::used_at.is_null());
    diesel::update(left).set(account_tokens::used_at.eq(now)).execute(connection).await?;
    Ok(())
}

/// Takes an address for this transaction. Who takes a user name too takes it after the address: two orders would meet.
///
/// # Errors
/// Those of the database.
pub async fn take_email(tx: &mut Tx, key: &str) -> Result<(), Fault> {
    tx.take_name(&format!("email {key}")).await
}

/// Takes a user name, and all that look like it, for this transaction.
///
/// # Errors
/// Those of the database.
pub async fn take_username(tx: &mut Tx, username: &str) -> Result<(), Fault> {
    tx.take_name(&format!("username {}", policy::look(username))).await
}

/// Writes down what is asked for an address.
///
/// # Errors
/// Those of the database.
pub(super) async fn put_address_request(
    connection: &mut AsyncPgConnection,
    id: uuid::Uuid,
    sealed: Personal<Vec<u8>, AddressRequest>,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let row = (address_requests::id.eq(id), address_requests::sealed.eq(sealed), address_requests::created_at.eq(now));
    diesel::insert_into(address_requests::table).values(row).execute(connection).await?;
    Ok(())
}

/// Takes what was asked for.
///
/// # Errors
/// Those of the database.
pub(super) async fn take_address_request(
    connection: &mut AsyncPgConnection,
    id: uuid::Uuid,
) -> Result<Option<Personal<Vec<u8>, AddressRequest>>, Fault> {
    let row = diesel::delete(address_requests::table.filter(address_requests::id.eq(id)));
    Ok(row.returning(address_requests::sealed).get_result(connection).await.optional()?)
}

/// Removes what was asked for before a moment, and could not be answered.
///
/// # Errors
/// Those of the database.
pub(super) async fn forget_address_requests(
    connection: &mut AsyncPgConnection,
    before: DateTime<Utc>,
) -> Result<(), Fault> {
    let old = address_requests::table.filter(address_requests::created_at.lt(before));
    diesel::delete(old).execute(connection).await?;
    Ok(())
}
