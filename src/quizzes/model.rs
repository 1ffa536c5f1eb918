//! Rows of attempts.
#![expect(missing_docs, reason = "the columns are commented in the migration")]

use chrono::{DateTime, Utc};
use diesel::{AsChangeset, Insertable, Queryable, Selectable};
use sanggar_schema::tables::{answers, attempts, grading_tasks, quiz_extensions, score_changes};

use crate::{
    catalog::model::{CourseId, ItemId, QuestionId, QuizId, VersionId},
    enrolment::model::EnrolmentId,
    platform::privacy::UserId,
};

crate::id_kind!(AttemptId, AttemptKind, "Attempt", 18);
crate::id_kind!(TaskId, TaskKind, "GradingTask", 29);

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
    pub contest: Option<String>,
    pub contested_at: Option<DateTime<Utc>>,
    pub contest_decided_at: Option<DateTime<Utc>>,
}

#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = answers, check_for_backend(diesel::pg::Pg))]
pub struct AnswerRow {
    pub attempt_id: AttemptId,
    pub question_id: QuestionId,
    #[diesel(embed)]
    pub response: ResponseColumns,
    pub score: Option<i64>,
    pub saved_at: DateTime<Utc>,
    pub feedback: Option<String>,
    pub graded_at: Option<DateTime<Utc>>,
}

/// What was answered: [`super::response`] says what each kind of question keeps where.
#[derive(Queryable, Selectable, Insertable, AsChangeset, Clone, Debug, Default, PartialEq, Eq)]
#[diesel(table_name = answers, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
pub struct ResponseColumns {
    pub choice_ids: Vec<ItemId>,
    pub option_ids: Option<Vec<ItemId>>,
    pub text: Option<String>,
}

/// An answer that waits for a person, or has been graded by one.
#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = grading_tasks, check_for_backend(diesel::pg::Pg))]
pub struct TaskRow {
    pub id: TaskId,
    pub course_id: CourseId,
    pub quiz_id: QuizId,
    pub attempt_id: AttemptId,
    pub question_id: QuestionId,
    pub submitted_at: DateTime<Utc>,
    pub graded_at: Option<DateTime<Utc>>,
}

crate::text_enum!(
    /// Why an answer was graded again.
    ScoreCause {
        /// The key of its question was corrected.
        KeyCorrected = "KEY_CORRECTED",
        /// A person graded it.
        Graded = "GRADED",
    }
);

/// What an answer earned before and after it was graded again.
#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = score_changes, check_for_backend(diesel::pg::Pg))]
pub struct ScoreChange {
    pub id: uuid::Uuid,
    pub attempt_id: AttemptId,
    pub question_id: QuestionId,
    pub cause: ScoreCause,
    pub before: Option<i64>,
    pub after: i64,
    pub at: DateTime<Utc>,
}

/// More time and more attempts at a quiz for one learner.
#[derive(Queryable, Selectable, Insertable, Clone, Copy, Debug)]
#[diesel(table_name = quiz_extensions, check_for_backend(diesel::pg::Pg))]
pub struct ExtensionRow {
    pub quiz_id: QuizId,
    pub user_id: UserId,
    pub extra_time: i32,
    pub extra_attempts: i32,
    pub granted_at: DateTime<Utc>,
}
