//! What a review tells of its author: read whole, through `Review`.

use crate::platform::privacy::{Audience, PersonalDataClass, ProfileField, Purpose, RetentionStart, Table};

crate::datum!(
    /// That a person has rated courses, and how: read whole, through `Review`. It is published when its author shows it (Eterna's policy,
    /// 4.5).
    Reviewed {
        field: "reviews",
        columns: &["reviews.rating", "reviews.created_at", "reviews.updated_at"],
        class: PersonalDataClass::Engagement,
        audience: Audience::CHOSEN,
        choice: Some(ProfileField::Reviews),
        only_for: Some(Purpose::Community),
        purposes: &["community"],
        guarded_whole: true,
        starts: RetentionStart::AccountClosed,
    }
);

crate::datum!(
    /// What a person says of a course, in their own words.
    ReviewBody {
        subject: "Review",
        field: "body",
        columns: &["reviews.body"],
        class: PersonalDataClass::Engagement,
        audience: Audience::CHOSEN,
        choice: Some(ProfileField::Reviews),
        only_for: Some(Purpose::Community),
        purposes: &["community"],
        starts: RetentionStart::AccountClosed,
    }
);

/// The room's tables.
pub const TABLES: &[Table] = &[Table::of_person("reviews", "user_id", &["academy_id", "id", "course_id", "user_id"])];
