//! Statements about what was mailed.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sanggar_schema::tables::account_tokens;

use super::logins::set_pending_email;
use crate::{
    accounts::{
        model::{NewAccountToken, TokenPurpose},
        privacy::MailedToken,
    },
    platform::{
        fault::Fault,
        privacy::{Personal, UserId},
    },
};

/// Uses up all that was mailed to a person, and forgets the address that they asked for: whoever has it proves nothing any more.
///
/// # Errors
/// Those of the database.
pub(in crate::accounts) async fn void_mailed(
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

/// Whose a token is, by its id.
///
/// # Errors
/// Those of the database.
pub(in crate::accounts) async fn token_of(
    mut connection: &AsyncPgConnection,
    token: uuid::Uuid,
) -> Result<Option<UserId>, Fault> {
    let row = account_tokens::table.filter(account_tokens::id.eq(token)).select(account_tokens::user_id);
    Ok(row.first(&mut connection).await.optional()?)
}

/// Whose a token is that is still good: unknown, used, over and tried too often are told alike.
///
/// # Errors
/// Those of the database.
pub(in crate::accounts) async fn good_token(
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
pub(in crate::accounts) async fn count_try(connection: &mut AsyncPgConnection, digest: &[u8]) -> Result<(), Fault> {
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
pub(in crate::accounts) async fn forget_tokens(
    connection: &mut AsyncPgConnection,
    before: DateTime<Utc>,
) -> Result<(), Fault> {
    let over = account_tokens::table.filter(account_tokens::expires_at.lt(before));
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
