//! Rows of enrolments.
#![expect(missing_docs, reason = "the columns are commented in the migration")]

use chrono::{DateTime, Utc};
use diesel::{Insertable, Queryable, Selectable};
use sanggar_schema::tables::{enrolments, entitlements, lesson_completions};
use uuid::Uuid;

use crate::{
    catalog::model::{CourseId, LessonId, RunId, VersionId},
    platform::privacy::UserId,
};

crate::id_kind!(EnrolmentId, EnrolmentKind, "Enrolment", 17);

crate::text_enum!(
    /// How far an enrolment is.
    EnrolmentStatus {
        /// It waits to be paid.
        PendingPayment = "PENDING_PAYMENT",
        /// It waits for a seat.
        Waitlisted = "WAITLISTED",
        /// The learner learns.
        Active = "ACTIVE",
        /// The learner has completed the course.
        Completed = "COMPLETED",
        /// The learner left.
        Withdrawn = "WITHDRAWN",
        /// Its time is over.
        Expired = "EXPIRED",
    }
);

#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = enrolments, check_for_backend(diesel::pg::Pg))]
pub struct EnrolmentRow {
    pub id: EnrolmentId,
    pub user_id: UserId,
    pub course_id: CourseId,
    pub run_id: RunId,
    pub version_id: VersionId,
    pub status: EnrolmentStatus,
    pub enrolled_at: DateTime<Utc>,
    pub completed_at: Option<DateTime<Utc>>,
    pub last_activity_at: Option<DateTime<Utc>>,
}

#[derive(Insertable, Debug)]
#[diesel(table_name = entitlements)]
pub struct NewEntitlement {
    pub id: Uuid,
    pub user_id: UserId,
    pub course_id: CourseId,
    pub source: &'static str,
    pub starts_at: DateTime<Utc>,
    pub ends_at: Option<DateTime<Utc>>,
}

#[derive(Insertable, Debug)]
#[diesel(table_name = lesson_completions)]
pub struct NewCompletion {
    pub enrolment_id: EnrolmentId,
    pub lesson_id: LessonId,
    pub completed_at: DateTime<Utc>,
}
