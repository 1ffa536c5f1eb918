//! Statements about referrals.

use chrono::{DateTime, Utc};
use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sanggar_schema::tables::{logins, referral_codes, referrals, users};

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
    let living = users::table
        .filter(users::id.eq(referral_codes::user_id))
        .filter(users::closed_at.is_null())
        .filter(users::suspended_at.is_null());
    let row = referral_codes::table.filter(referral_codes::code.eq(code)).filter(diesel::dsl::exists(living));
    Ok(row.select(referral_codes::user_id).first(&mut connection).await.optional()?)
}

pub(super) async fn insert(connection: &mut AsyncPgConnection, row: &ReferralRow) -> Result<(), Fault> {
    diesel::insert_into(referrals::table).values(row).execute(connection).await?;
    Ok(())
}

/// The referral of a person qualifies, if it waits to.
///
/// # Errors
/// Those of the database.
pub async fn qualify(connection: &mut AsyncPgConnection, referred: UserId, now: DateTime<Utc>) -> Result<(), Fault> {
    let waiting = referrals::table
        .filter(referrals::referred_id.eq(referred))
        .filter(referrals::status.eq(ReferralStatus::Pending));
    diesel::update(waiting)
        .set((referrals::status.eq(ReferralStatus::Qualified), referrals::qualified_at.eq(now)))
        .execute(connection)
        .await?;
    Ok(())
}

/// Who came has proved their address: before, it would tell whether the address had been free.
#[diesel::dsl::auto_type]
fn proved() -> _ {
    let own = logins::table
        .filter(logins::user_id.eq(referrals::referred_id))
        .filter(logins::email_verified_at.is_not_null());
    diesel::dsl::exists(own)
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
    let own = referrals::table.filter(referrals::referrer_id.eq(referrer)).filter(proved());
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
    let own = referrals::table.filter(referrals::referrer_id.eq(referrer)).filter(proved());
    Ok(own.count().get_result(&mut connection).await?)
}

crate::batch!(
    /// A referral by its id, once who came has proved their address.
    ReferralById(ReferralId) -> ReferralRow, referrals::id, if proved()
);
