//! Rows of attempts.
#![expect(missing_docs, reason = "the columns are commented in the migration")]

use chrono::{DateTime, Utc};
use diesel::{Insertable, Queryable, Selectable};
use sanggar_schema::tables::{answers, attempts};

use crate::{
    catalog::model::{ChoiceId, CourseId, QuestionId, QuizId, VersionId},
    enrolment::model::EnrolmentId,
    platform::privacy::UserId,
};

crate::id_kind!(AttemptId, AttemptKind, "Attempt", 18);

crate::text_enum!(
    /// How far an attempt is.
    AttemptStatus {
        /// The learner is answering.
        InProgress = "IN_PROGRESS",
        /// It waits for a person to grade it.
        Submitted = "SUBMITTED",
        /// It is graded.
        Graded = "GRADED",
        /// Its time was over before it was submitted; what had been saved was graded.
        Expired = "EXPIRED",
    }
);

#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = attempts, check_for_backend(diesel::pg::Pg))]
pub struct AttemptRow {
    pub id: AttemptId,
    pub enrolment_id: EnrolmentId,
    pub user_id: UserId,
    pub course_id: CourseId,
    pub version_id: VersionId,
    pub quiz_id: QuizId,
    pub number: i32,
    pub status: AttemptStatus,
    pub locale: Option<String>,
    pub question_ids: Vec<QuestionId>,
    pub started_at: DateTime<Utc>,
    pub deadline: Option<DateTime<Utc>>,
    pub submitted_at: Option<DateTime<Utc>>,
    pub score: Option<i64>,
    pub max_score: i64,
    pub passed: Option<bool>,
}

#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = answers, check_for_backend(diesel::pg::Pg))]
pub struct AnswerRow {
    pub attempt_id: AttemptId,
    pub question_id: QuestionId,
    pub choice_ids: Vec<ChoiceId>,
    pub score: Option<i64>,
    pub saved_at: DateTime<Utc>,
}
