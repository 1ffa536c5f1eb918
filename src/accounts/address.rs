//! Whose an address is: who has proved it, and not who was first to type it.

use diesel_async::AsyncPgConnection;

use super::{model::Login, store};
use crate::platform::{db::Tx, fault::Fault, graphql::Services};

/// Whether an address stays with the account that has it: it was proved, or its person was invited by it.
///
/// # Errors
/// Those of the database.
pub(super) async fn is_kept(connection: &AsyncPgConnection, login: &Login) -> Result<bool, Fault> {
    Ok(login.email_verified_at.is_some() || store::is_incomplete(connection, login.user_id).await?)
}

/// Frees an address, taken by the transaction, for who proves it: whoever registered with it and did not prove it is erased. False where it stays
/// with somebody.
///
/// # Errors
/// Those of the database.
pub(super) async fn free(tx: &mut Tx, services: &Services, email_key: &str) -> Result<bool, Fault> {
    let Some(squatter) = store::login_by_email(tx, email_key).await? else { return Ok(true) };
    if !tx.take_account(squatter.user_id).await? {
        return Ok(false);
    }
    // It may have been proved at this moment.
    let Some(squatter) = store::lock_login(tx, squatter.user_id).await? else { return Ok(false) };
    if is_kept(tx, &squatter).await? {
        return Ok(false);
    }
    services.people.forget(tx, services, squatter.user_id, "somebody else proved the address").await?;
    Ok(true)
}
