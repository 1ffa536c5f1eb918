//! Statements about referrals.

use chrono::{DateTime, Utc};
use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sanggar_schema::tables::{referral_codes, referral_wishes, referrals, users};

use super::model::{ReferralId, ReferralRow, ReferralStatus};
use crate::platform::{db::page::Page, fault::Fault, privacy::UserId};

/// The code of a person, where they have asked for it.
pub(super) async fn code_of(mut connection: &AsyncPgConnection, user: UserId) -> Result<Option<String>, Fault> {
    let own = referral_codes::table.filter(referral_codes::user_id.eq(user)).select(referral_codes::code);
    Ok(own.first(&mut connection).await.optional()?)
}

/// Gives a person a code, unless they have one by now.
pub(super) async fn put_code(
    connection: &mut AsyncPgConnection,
    user: UserId,
    code: String,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let row = (referral_codes::user_id.eq(user), referral_codes::code.eq(code), referral_codes::created_at.eq(now));
    diesel::insert_into(referral_codes::table).values(row).on_conflict_do_nothing().execute(connection).await?;
    Ok(())
}

/// Whose a code is, where their account lives.
pub(super) async fn by_code(mut connection: &AsyncPgConnection, code: &str) -> Result<Option<UserId>, Fault> {
    let living = users::table.filter(users::id.eq(referral_codes::user_id)).filter(users::closed_at.is_null());
    let row = referral_codes::table.filter(referral_codes::code.eq(code)).filter(diesel::dsl::exists(living));
    Ok(row.select(referral_codes::user_id).first(&mut connection).await.optional()?)
}

pub(super) async fn insert(connection: &mut AsyncPgConnection, row: &ReferralRow) -> Result<(), Fault> {
    diesel::insert_into(referrals::table).values(row).execute(connection).await?;
    Ok(())
}

/// Notes with whose code a person registered, until they prove their address.
///
/// # Errors
/// Those of the database.
pub async fn put_wish(
    connection: &mut AsyncPgConnection,
    user: UserId,
    referrer: UserId,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    use referral_wishes as wish;
    let row = (wish::user_id.eq(user), wish::referrer_id.eq(referrer), wish::wished_at.eq(now));
    diesel::insert_into(wish::table).values(row).execute(connection).await?;
    Ok(())
}

/// Takes with whose code a person registered.
pub(super) async fn take_wish(connection: &mut AsyncPgConnection, user: UserId) -> Result<Option<UserId>, Fault> {
    let own = referral_wishes::table.filter(referral_wishes::user_id.eq(user));
    Ok(diesel::delete(own).returning(referral_wishes::referrer_id).get_result(connection).await.optional()?)
}

/// Forgets with whose code a person registered.
///
/// # Errors
/// Those of the database.
pub async fn forget_wish(connection: &mut AsyncPgConnection, user: UserId) -> Result<(), Fault> {
    take_wish(connection, user).await.map(drop)
}

/// Whether a person came by another and has not completed a course yet.
pub(super) async fn waits(mut connection: &AsyncPgConnection, referred: UserId) -> Result<bool, Fault> {
    let waiting = referrals::table
        .filter(referrals::referred_id.eq(referred))
        .filter(referrals::status.eq(ReferralStatus::Pending));
    Ok(diesel::select(diesel::dsl::exists(waiting)).get_result(&mut connection).await?)
}

/// The referral of a person qualifies, if it waits to.
///
/// # Errors
/// Those of the database.
pub(super) async fn qualify(
    connection: &mut AsyncPgConnection,
    referred: UserId,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let waiting = referrals::table
        .filter(referrals::referred_id.eq(referred))
        .filter(referrals::status.eq(ReferralStatus::Pending));
    diesel::update(waiting)
        .set((referrals::status.eq(ReferralStatus::Qualified), referrals::qualified_at.eq(now)))
        .execute(connection)
        .await?;
    Ok(())
}

/// Where a referral stands among the newest.
pub(super) type Newest = (DateTime<Utc>, ReferralId);

/// The referrals of a person, newest first.
pub(super) async fn newest(
    mut connection: &AsyncPgConnection,
    page: &Page<Newest>,
    referrer: UserId,
) -> Result<Vec<ReferralRow>, Fault> {
    use referrals::{attributed_at, id};
    let own = referrals::table.filter(referrals::referrer_id.eq(referrer));
    let mut query = own.select(ReferralRow::as_select()).into_boxed();
    let (after, before) = page.bounds();
    if let Some((time, last)) = after {
        query = query.filter(attributed_at.lt(*time).or(attributed_at.eq(*time).and(id.lt(*last))));
    }
    if let Some((time, first)) = before {
        query = query.filter(attributed_at.gt(*time).or(attributed_at.eq(*time).and(id.gt(*first))));
    }
    query = if page.backwards() {
        query.order((attributed_at.asc(), id.asc()))
    } else {
        query.order((attributed_at.desc(), id.desc()))
    };
    Ok(query.limit(page.one_more()).load(&mut connection).await?)
}

/// How many people came by a person.
pub(super) async fn count(mut connection: &AsyncPgConnection, referrer: UserId) -> Result<i64, Fault> {
    let own = referrals::table.filter(referrals::referrer_id.eq(referrer));
    Ok(own.count().get_result(&mut connection).await?)
}

crate::batch!(
    /// A referral by its id.
    ReferralById(ReferralId) -> ReferralRow, referrals::id
);
