//! Rows of points, days and badges.
#![expect(missing_docs, reason = "the columns are commented in the migration")]

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{Insertable, Queryable, Selectable};
use sanggar_schema::tables::{badge_awards, badges, learning_days, points_entries};
use uuid::Uuid;

use crate::{
    catalog::model::CourseId,
    platform::{id::Id, privacy::UserId},
};

crate::id_kind!(
    /// The id of a badge.
    BadgeId, BadgeKind, "Badge", 25
);

crate::text_enum!(
    /// What points are for.
    PointsReason {
        /// A lesson was completed.
        LessonCompleted = "LESSON_COMPLETED",
        /// A quiz was passed.
        QuizPassed = "QUIZ_PASSED",
        /// A course was completed.
        CourseCompleted = "COURSE_COMPLETED",
    }
);

crate::text_enum!(
    /// What a badge's rule counts.
    Measure {
        /// Lessons completed.
        Lessons = "LESSONS",
        /// Courses completed.
        Courses = "COURSES",
        /// Days in a row.
        Streak = "STREAK",
        /// Points.
        Points = "POINTS",
    }
);

#[derive(Insertable, Debug)]
#[diesel(table_name = points_entries)]
pub(super) struct NewEntry {
    pub id: Id<()>,
    pub user_id: UserId,
    pub course_id: CourseId,
    pub reason: PointsReason,
    pub cause_id: Uuid,
    pub points: i32,
    pub at: DateTime<Utc>,
}

#[derive(Insertable, Debug)]
#[diesel(table_name = learning_days)]
pub(super) struct NewDay {
    pub user_id: UserId,
    pub day: NaiveDate,
}

#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = badges, check_for_backend(diesel::pg::Pg))]
pub struct BadgeRow {
    pub id: BadgeId,
    pub slug: String,
    pub name: String,
    pub description: String,
    pub measure: Measure,
    pub at_least: i64,
    pub created_at: DateTime<Utc>,
}

#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = badge_awards, check_for_backend(diesel::pg::Pg))]
pub struct AwardRow {
    pub user_id: UserId,
    pub badge_id: BadgeId,
    pub awarded_at: DateTime<Utc>,
}
