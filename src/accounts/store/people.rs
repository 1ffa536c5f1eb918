//! Statements about people and what they may do.

use chrono::{DateTime, Utc};
use diesel::{BoolExpressionMethods, ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sanggar_schema::tables::{account_tokens, guardian_requests, logins, users};

use super::guardians::waits_for_guardian;
use crate::{
    accounts::{
        forget_unfinished::FINISHING,
        model::{Login, NewUser},
        privacy::GrantedRoles,
    },
    platform::{
        fault::Fault,
        privacy::{Duty, Personal, Role, Roles, UserId},
    },
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

/// Whether there is, or was, a person of this id here.
///
/// # Errors
/// Those of the database.
pub async fn exists(mut connection: &AsyncPgConnection, user: UserId) -> Result<bool, Fault> {
    let row = users::table.filter(users::id.eq(user));
    Ok(diesel::select(diesel::dsl::exists(row)).get_result(&mut connection).await?)
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
pub(in crate::accounts) async fn remove_role(
    connection: &mut AsyncPgConnection,
    user: UserId,
    role: Role,
) -> Result<(), Fault> {
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
pub(in crate::accounts) async fn has_other_admin(
    mut connection: &AsyncPgConnection,
    but: UserId,
) -> Result<bool, Fault> {
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

/// Holders of an office who are told of what waits for it.
const TOLD: i64 = 50;

/// Who holds an office and takes part.
///
/// # Errors
/// Those of the database.
pub(in crate::accounts) async fn in_office(
    mut connection: &AsyncPgConnection,
    role: Role,
) -> Result<Vec<UserId>, Fault> {
    let holds = diesel::dsl::sql::<diesel::sql_types::Bool>("").bind::<diesel::sql_types::Text, _>(role.as_str());
    let holders = users::table
        .filter(users::closed_at.is_null())
        .filter(users::suspended_at.is_null())
        .filter(users::restricted_at.is_null())
        .filter(users::incomplete.eq(false))
        .filter(holds.sql(" = any(users.roles)"))
        .order(users::id)
        .limit(TOLD);
    Ok(holders.select(users::id).load(&mut connection).await?)
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
pub(in crate::accounts) async fn is_incomplete(
    mut connection: &AsyncPgConnection,
    user: UserId,
) -> Result<bool, Fault> {
    Ok(users::table.filter(users::id.eq(user)).select(users::incomplete).first(&mut connection).await?)
}

/// The person has completed their account.
///
/// # Errors
/// Those of the database.
pub(in crate::accounts) async fn complete(connection: &mut AsyncPgConnection, user: UserId) -> Result<(), Fault> {
    diesel::update(users::table.filter(users::id.eq(user)))
        .set(users::incomplete.eq(false))
        .execute(connection)
        .await?;
    Ok(())
}

/// Whether an account was never finished: the address was not proved, its person has not completed it, or a guardian is waited for; and no
/// link is good that it could be finished with.
///
/// # Errors
/// Those of the database.
pub(in crate::accounts) async fn is_unfinished(
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
