//! Rows of referrals.
#![expect(missing_docs, reason = "the columns are commented in the migration")]

use chrono::{DateTime, Utc};
use diesel::{Insertable, Queryable, Selectable};
use sanggar_schema::tables::referrals;

use crate::platform::privacy::UserId;

crate::id_kind!(
    /// The id of a referral.
    ReferralId, ReferralKind, "Referral", 27
);

crate::text_enum!(
    /// How far a referral is.
    ReferralStatus {
        /// The person has not completed a course yet.
        Pending = "PENDING",
        /// They have.
        Qualified = "QUALIFIED",
        /// It does not count: who referred and who came are the same person.
        Rejected = "REJECTED",
    }
);

#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = referrals, check_for_backend(diesel::pg::Pg))]
pub struct ReferralRow {
    pub id: ReferralId,
    pub referrer_id: UserId,
    pub referred_id: UserId,
    pub status: ReferralStatus,
    pub attributed_at: DateTime<Utc>,
    pub qualified_at: Option<DateTime<Utc>>,
}
