//! Statements about logins: what people sign in with.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sanggar_schema::tables::logins;

use crate::{
    accounts::{
        model::Login,
        policy,
        privacy::{Email, PasswordHash, PendingEmail, Username},
    },
    platform::{
        db::Tx,
        fault::Fault,
        privacy::{Personal, UserId},
    },
};

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
pub(in crate::accounts) async fn lock_login(
    connection: &mut AsyncPgConnection,
    user: UserId,
) -> Result<Option<Login>, Fault> {
    let own = logins::table.filter(logins::user_id.eq(user)).select(Login::as_select()).for_update();
    Ok(own.first(connection).await.optional()?)
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
pub(in crate::accounts) async fn set_pending_email(
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
pub(in crate::accounts) async fn set_email(
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
pub(in crate::accounts) async fn strengthen(
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

/// Takes the password from an account whose address nobody has proved: somebody else has registered with it since, and it is not known
/// whose it is.
///
/// # Errors
/// Those of the database.
pub(in crate::accounts) async fn disown(connection: &mut AsyncPgConnection, user: UserId) -> Result<(), Fault> {
    let none: Personal<Option<String>, PasswordHash> = Personal::new(None);
    let unproved = logins::table.filter(logins::user_id.eq(user)).filter(logins::email_verified_at.is_null());
    diesel::update(unproved).set(logins::password_hash.eq(&none)).execute(connection).await?;
    Ok(())
}

/// Takes an address for this transaction. Who takes a user name too takes it after the address: two orders would meet.
///
/// # Errors
/// Those of the database.
pub async fn take_email(tx: &mut Tx, key: &str) -> Result<(), Fault> {
    tx.take_name(&format!("email {key}")).await
}
