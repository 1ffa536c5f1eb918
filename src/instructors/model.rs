//! Rows of applications and instructors.

use chrono::{DateTime, Utc};
use diesel::{Insertable, Queryable, Selectable};
use sanggar_schema::tables::{instructor_applications, instructor_profiles};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::privacy::{Application, DisplayName, Expertise};
use crate::platform::{
    graphql::user_error::{self, Objection},
    privacy::{Personal, UserId},
};

crate::id_kind!(
    /// The id of an application to teach.
    ApplicationId, ApplicationKind, "InstructorApplication", 6
);
crate::id_kind!(
    /// The id of an instructor's public face.
    InstructorProfileId, InstructorProfileKind, "InstructorProfile", 7
);

crate::text_enum!(
    /// How far an application is.
    ApplicationStatus {
        /// A reviewer will read it.
        Pending = "PENDING",
        /// A reviewer asks for changes: apply again.
        ChangesRequested = "CHANGES_REQUESTED",
        /// The applicant teaches.
        Approved = "APPROVED",
        /// It was refused.
        Rejected = "REJECTED",
        /// The applicant took it back.
        Withdrawn = "WITHDRAWN",
    }
);

crate::text_enum!(
    /// What a reviewer says.
    Decision {
        /// Yes.
        Approve = "APPROVE",
        /// Not yet: with what has to change.
        RequestChanges = "REQUEST_CHANGES",
        /// No.
        Reject = "REJECT",
    }
);

/// Characters of a reason at most.
const REASON: usize = 2_000;

impl Decision {
    /// The reason of a decision, for whom it is about: anything but a yes has one.
    ///
    /// # Errors
    /// `REQUIRED`, `TOO_LONG`.
    pub fn reason(self, given: Option<String>) -> Result<Option<String>, Objection> {
        let given = given.unwrap_or_default();
        if self == Self::Approve && given.trim().is_empty() {
            return Ok(None);
        }
        user_error::text(&given, "reason", REASON).map(Some)
    }
}

/// An application.
#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = instructor_applications, check_for_backend(diesel::pg::Pg))]
pub struct ApplicationRow {
    pub id: ApplicationId,
    pub user_id: UserId,
    pub display_name: Personal<String, Application>,
    pub experience: Personal<String, Application>,
    pub expertise: Personal<Vec<String>, Application>,
    pub linkedin_url: Personal<Option<String>, Application>,
    pub proposals: Personal<Json, Application>,
    pub status: ApplicationStatus,
    pub reason: Personal<Option<String>, Application>,
    pub decided_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

/// The public face of an instructor.
#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = instructor_profiles, check_for_backend(diesel::pg::Pg))]
pub struct InstructorRow {
    pub id: InstructorProfileId,
    pub user_id: UserId,
    pub display_name: Personal<String, DisplayName>,
    pub expertise: Personal<Vec<String>, Expertise>,
    pub created_at: DateTime<Utc>,
}

/// A course that an applicant would like to give.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    pub title: String,
    pub summary: String,
}
