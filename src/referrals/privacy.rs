//! What referrals tell of people.

use crate::platform::privacy::{PersonalDataClass, Purpose, RetentionStart, Table};

crate::datum!(
    /// The code that a person refers others with.
    ReferralCode {
        subject: "Viewer",
        field: "referral",
        columns: &["referral_codes.code", "referral_codes.created_at"],
        class: PersonalDataClass::Engagement,
        only_for: Some(Purpose::Referrals),
        purposes: &["referrals"],
        guarded_whole: true,
        starts: RetentionStart::AccountClosed,
    }
);

crate::datum!(
    /// Who came by whom, and what became of it: read whole, through `Referral`.
    Referred {
        subject: "ReferralAccount",
        field: "referred",
        columns: &["referrals.status", "referrals.attributed_at", "referrals.qualified_at", "referral_wishes.wished_at"],
        class: PersonalDataClass::Engagement,
        only_for: Some(Purpose::Referrals),
        purposes: &["referrals"],
        guarded_whole: true,
        starts: RetentionStart::AccountClosed,
    }
);

/// The room's tables.
pub const TABLES: &[Table] = &[
    Table::of_person("referral_codes", "user_id", &["academy_id", "user_id"]),
    Table::of_person("referral_wishes", "user_id", &["academy_id", "user_id", "referrer_id"]),
    Table::of_both("referrals", "referred_id", "referrer_id", &["academy_id", "id", "referrer_id", "referred_id"]),
];
