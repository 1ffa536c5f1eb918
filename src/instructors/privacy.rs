//! What applicants and instructors say of themselves.

use crate::platform::privacy::{Audience, PersonalDataClass, RetentionStart, Table};

const READERS: &[Audience] = &[Audience::Self_, Audience::Reviewer, Audience::PrivacyOfficer, Audience::Admin];

crate::datum!(
    /// What an applicant says, and what they are answered: one datum, read whole.
    Application {
        subject: "InstructorApplication",
        field: "experience",
        columns: &[
            "instructor_applications.display_name",
            "instructor_applications.experience",
            "instructor_applications.expertise",
            "instructor_applications.linkedin_url",
            "instructor_applications.proposals",
            "instructor_applications.reason",
        ],
        class: PersonalDataClass::Application,
        audience: READERS,
        purposes: &["community"],
        starts: RetentionStart::Resolved,
    }
);

crate::datum!(
    /// The name that an instructor teaches under: public by their own application.
    DisplayName {
        subject: "InstructorProfile",
        field: "displayName",
        columns: &["instructor_profiles.display_name"],
        class: PersonalDataClass::Profile,
        audience: &[Audience::Public],
        purposes: &["course_delivery"],
    }
);

crate::datum!(
    /// What an instructor knows about: public by their own application.
    Expertise {
        subject: "InstructorProfile",
        field: "expertise",
        columns: &["instructor_profiles.expertise"],
        class: PersonalDataClass::Profile,
        audience: &[Audience::Public],
        purposes: &["course_delivery"],
    }
);

/// The room's tables.
pub const TABLES: &[Table] = &[
    Table::of_person(
        "instructor_applications",
        "user_id",
        &["academy_id", "id", "user_id", "status", "decided_by", "decided_at", "created_at"],
    ),
    Table::of_person("instructor_profiles", "user_id", &["academy_id", "id", "user_id", "created_at"]),
];
