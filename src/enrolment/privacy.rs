//! What learning leaves behind. Its rows are handed out only through types that are guarded whole.

use crate::platform::privacy::{Audience, PersonalDataClass, RetentionStart, Shared, Table};

crate::datum!(
    /// What a person is enrolled in, and how far they are: read whole, through `Enrolment`.
    Learning {
        field: "enrolments",
        columns: &[
            "enrolments.status",
            "enrolments.enrolled_at",
            "enrolments.completed_at",
            "enrolments.last_activity_at",
            "lesson_completions.completed_at",
        ],
        class: PersonalDataClass::Learning,
        audience: &[Audience::Self_, Audience::Guardian, Audience::Instructor, Audience::Admin],
        shared_as: &[Shared::EnrolmentStatus, Shared::Progress],
        purposes: &["course_delivery", "certificates"],
        guarded_whole: true,
        starts: RetentionStart::AccountClosed,
    }
);

crate::datum!(
    /// That a person wants to find a lesson again: read whole, through `Viewer.bookmarks`.
    Bookmarked {
        subject: "Viewer",
        field: "bookmarks",
        columns: &["lesson_bookmarks.created_at"],
        class: PersonalDataClass::Usage,
        audience: &[Audience::Self_],
        purposes: &["course_delivery"],
        guarded_whole: true,
        starts: RetentionStart::AccountClosed,
    }
);

/// The room's tables.
pub const TABLES: &[Table] = &[
    Table::of_person("enrolments", "user_id", &["academy_id", "id", "user_id", "course_id", "run_id", "version_id"]),
    Table::of_person(
        "entitlements",
        "user_id",
        &["academy_id", "id", "user_id", "course_id", "source", "starts_at", "ends_at"],
    ),
    Table::of_person("lesson_bookmarks", "user_id", &["academy_id", "user_id", "lesson_id"]),
    Table::of_row_of("lesson_completions", "enrolment_id", "enrolments", &["academy_id", "enrolment_id", "lesson_id"]),
];
