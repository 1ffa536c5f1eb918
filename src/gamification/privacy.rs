//! What learning earned somebody: points, streaks, badges, each shown as its owner chose.

use crate::platform::privacy::{Audience, PersonalDataClass, ProfileField, Purpose, RetentionStart, Table};

crate::datum!(
    /// What a person's learning was worth, entry by entry; the field is their sum.
    Points {
        field: "points",
        columns: &["points_entries.points", "points_entries.reason", "points_entries.at"],
        class: PersonalDataClass::Engagement,
        audience: Audience::CHOSEN,
        choice: Some(ProfileField::Points),
        only_for: Some(Purpose::Leaderboard),
        purposes: &["leaderboard"],
        guarded_whole: true,
        starts: RetentionStart::AccountClosed,
    }
);

crate::datum!(
    /// On which days a person learnt; the field is the most of them in a row.
    LongestStreak {
        field: "longestStreak",
        columns: &["learning_days.day"],
        class: PersonalDataClass::Engagement,
        audience: Audience::CHOSEN,
        choice: Some(ProfileField::Streak),
        only_for: Some(Purpose::Leaderboard),
        purposes: &["leaderboard"],
        guarded_whole: true,
        starts: RetentionStart::AccountClosed,
    }
);

crate::datum!(
    /// Which badges a person holds, and since when.
    HeldBadges {
        field: "badges",
        columns: &["badge_awards.awarded_at"],
        class: PersonalDataClass::Engagement,
        audience: Audience::CHOSEN,
        choice: Some(ProfileField::Badges),
        only_for: Some(Purpose::Badges),
        purposes: &["badges"],
        guarded_whole: true,
        starts: RetentionStart::AccountClosed,
    }
);

/// The room's tables.
pub const TABLES: &[Table] = &[
    Table::of_person("points_entries", "user_id", &["academy_id", "id", "user_id", "course_id", "cause_id"]),
    Table::of_person("learning_days", "user_id", &["academy_id", "user_id"]),
    Table::of_nobody(
        "badges",
        &["academy_id", "id", "slug", "name", "description", "measure", "at_least", "created_at"],
    ),
    Table::of_person("badge_awards", "user_id", &["academy_id", "user_id", "badge_id"]),
];
