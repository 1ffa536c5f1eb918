//! Statements about user names, and those that were given up.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sanggar_schema::tables::{held_usernames, logins};

use super::logins::login_of;
use crate::{
    accounts::{
        policy,
        privacy::{HeldUsername, Username},
    },
    platform::{
        db::Tx,
        fault::Fault,
        privacy::{Duty, Personal, UserId},
    },
};

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

/// Removes user names that are held for nobody any more.
///
/// # Errors
/// Those of the database.
pub(in crate::accounts) async fn forget_held_usernames(
    connection: &mut AsyncPgConnection,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let over = held_usernames::table.filter(held_usernames::until.le(now));
    diesel::delete(over).execute(connection).await?;
    Ok(())
}

/// Takes a user name, and all that look like it, for this transaction.
///
/// # Errors
/// Those of the database.
pub async fn take_username(tx: &mut Tx, username: &str) -> Result<(), Fault> {
    tx.take_name(&format!("username {}", policy::look(username))).await
}
