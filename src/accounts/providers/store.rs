//! Statements about log-in providers, and their rows.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, Selectable, SelectableHelper};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sanggar_schema::tables::{linked_identities, provider_log_ins};
use uuid::Uuid;

use crate::{
    accounts::privacy::{IdentityEmail, IdentitySubject, ProviderLogIn},
    platform::{
        fault::Fault,
        graphql::{Batch, Call, grouped},
        privacy::{Personal, UserId},
    },
};

/// An account of a person at a provider.
#[derive(Insertable, Queryable, Selectable, Clone, Debug)]
#[diesel(table_name = linked_identities, check_for_backend(diesel::pg::Pg))]
pub struct LinkedIdentityRow {
    pub user_id: UserId,
    pub provider: String,
    pub issuer: String,
    pub subject: Personal<String, IdentitySubject>,
    pub email: Personal<Option<String>, IdentityEmail>,
    pub linked_at: DateTime<Utc>,
}

/// Somebody who is at a provider.
#[derive(Insertable, Queryable, Selectable, Clone, Debug)]
#[diesel(table_name = provider_log_ins, check_for_backend(diesel::pg::Pg))]
pub struct ProviderLogInRow {
    pub id: Uuid,
    pub provider: String,
    pub state_hash: Personal<Vec<u8>, ProviderLogIn>,
    pub code_challenge: String,
    pub return_to: String,
    pub sealed: Personal<Vec<u8>, ProviderLogIn>,
    pub user_id: Option<UserId>,
    pub expires_at: DateTime<Utc>,
}

/// Notes that somebody sets out.
///
/// # Errors
/// Those of the database.
pub(super) async fn set_out(connection: &mut AsyncPgConnection, new: &ProviderLogInRow) -> Result<(), Fault> {
    diesel::insert_into(provider_log_ins::table).values(new).execute(connection).await?;
    Ok(())
}

/// Who comes back with a state: once, and in time.
///
/// # Errors
/// Those of the database.
pub(super) async fn by_state(
    connection: &mut AsyncPgConnection,
    state: Vec<u8>,
    now: DateTime<Utc>,
) -> Result<Option<ProviderLogInRow>, Fault> {
    let state: Personal<Vec<u8>, ProviderLogIn> = Personal::new(state);
    let row = provider_log_ins::table
        .filter(provider_log_ins::state_hash.eq(&state))
        .filter(provider_log_ins::code_hash.is_null())
        .filter(provider_log_ins::expires_at.gt(now))
        .for_update()
        .select(ProviderLogInRow::as_select());
    Ok(row.first(connection).await.optional()?)
}

/// Notes that somebody is back, with what the provider gave them.
///
/// # Errors
/// Those of the database.
pub(super) async fn come_back(
    connection: &mut AsyncPgConnection,
    id: Uuid,
    sealed: Vec<u8>,
    code: Vec<u8>,
) -> Result<(), Fault> {
    let sealed: Personal<Vec<u8>, ProviderLogIn> = Personal::new(sealed);
    let code: Personal<Option<Vec<u8>>, ProviderLogIn> = Personal::new(Some(code));
    diesel::update(provider_log_ins::table.filter(provider_log_ins::id.eq(id)))
        .set((provider_log_ins::sealed.eq(sealed), provider_log_ins::code_hash.eq(code)))
        .execute(connection)
        .await?;
    Ok(())
}

/// Who is back, by the code that their client was given.
///
/// # Errors
/// Those of the database.
pub(super) async fn by_code(
    mut connection: &AsyncPgConnection,
    code: Vec<u8>,
    now: DateTime<Utc>,
) -> Result<Option<ProviderLogInRow>, Fault> {
    let code: Personal<Option<Vec<u8>>, ProviderLogIn> = Personal::new(Some(code));
    let row = provider_log_ins::table
        .filter(provider_log_ins::code_hash.eq(&code))
        .filter(provider_log_ins::expires_at.gt(now))
        .select(ProviderLogInRow::as_select());
    Ok(row.first(&mut connection).await.optional()?)
}

/// Ends the way of who is back. False where it has ended already.
///
/// # Errors
/// Those of the database.
pub(super) async fn end(connection: &mut AsyncPgConnection, id: Uuid) -> Result<bool, Fault> {
    let row = provider_log_ins::table.filter(provider_log_ins::id.eq(id));
    Ok(diesel::delete(row).execute(connection).await? > 0)
}

/// Removes those who did not come back in time.
///
/// # Errors
/// Those of the database.
pub(in crate::accounts) async fn forget(connection: &mut AsyncPgConnection, now: DateTime<Utc>) -> Result<(), Fault> {
    diesel::delete(provider_log_ins::table.filter(provider_log_ins::expires_at.le(now))).execute(connection).await?;
    Ok(())
}

/// Whose an account at a provider is here.
///
/// # Errors
/// Those of the database.
pub(super) async fn owner(
    mut connection: &AsyncPgConnection,
    issuer: &str,
    subject: &str,
) -> Result<Option<UserId>, Fault> {
    let subject: Personal<String, IdentitySubject> = Personal::new(subject.to_owned());
    let row = linked_identities::table
        .filter(linked_identities::issuer.eq(issuer))
        .filter(linked_identities::subject.eq(&subject));
    Ok(row.select(linked_identities::user_id).first(&mut connection).await.optional()?)
}

/// The accounts of a person at providers.
///
/// # Errors
/// Those of the database.
pub(super) async fn of_person(mut connection: &AsyncPgConnection, user: UserId) -> Result<Vec<String>, Fault> {
    let own = linked_identities::table.filter(linked_identities::user_id.eq(user));
    Ok(own.select(linked_identities::provider).load(&mut connection).await?)
}

/// Links an account at a provider to a person.
///
/// # Errors
/// Those of the database: one that is linked already among them.
pub(super) async fn link(connection: &mut AsyncPgConnection, new: &LinkedIdentityRow) -> Result<(), Fault> {
    diesel::insert_into(linked_identities::table).values(new).execute(connection).await?;
    Ok(())
}

/// Takes the link away.
///
/// # Errors
/// Those of the database.
pub(super) async fn unlink(connection: &mut AsyncPgConnection, user: UserId, provider: &str) -> Result<(), Fault> {
    let own = linked_identities::table
        .filter(linked_identities::user_id.eq(user))
        .filter(linked_identities::provider.eq(provider));
    diesel::delete(own).execute(connection).await?;
    Ok(())
}

/// Takes all links of a person away. False where there was none.
///
/// # Errors
/// Those of the database.
pub(in crate::accounts) async fn unlink_all(connection: &mut AsyncPgConnection, user: UserId) -> Result<bool, Fault> {
    let own = linked_identities::table.filter(linked_identities::user_id.eq(user));
    Ok(diesel::delete(own).execute(connection).await? > 0)
}

/// The accounts of a person at providers, oldest first.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct IdentitiesOf(pub UserId);

impl Batch for IdentitiesOf {
    type Value = Vec<LinkedIdentityRow>;

    async fn load(
        _: &Call,
        mut connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> Result<HashMap<Self, Self::Value>, Fault> {
        let rows: Vec<LinkedIdentityRow> = linked_identities::table
            .filter(linked_identities::user_id.eq_any(keys.iter().map(|key| key.0).collect::<Vec<_>>()))
            .order((linked_identities::linked_at, linked_identities::provider))
            .select(LinkedIdentityRow::as_select())
            .load(&mut connection)
            .await?;
        Ok(grouped(rows.into_iter().map(|row| (Self(row.user_id), row))))
    }
}
