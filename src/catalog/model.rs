//! Rows of courses and of what their versions hold.
#![expect(missing_docs, reason = "the columns are commented in the migration")]

use chrono::{DateTime, Utc};
use diesel::{Insertable, Queryable, Selectable};
use sanggar_schema::tables::{
    choices, course_prerequisites, course_runs, course_submissions, course_versions, courses, invitation_codes,
    lesson_quizzes, lesson_translations, lessons, question_files, questions, quizzes, sections, teaching_assignments,
};
use serde_json::Value as Json;

use super::course_files::CourseFileId;
use crate::platform::{
    money::{Currency, Money},
    privacy::UserId,
};

crate::id_kind!(CourseId, CourseKind, "Course", 8);
crate::id_kind!(SectionId, SectionKind, "Section", 9);
crate::id_kind!(LessonId, LessonKindOfId, "Lesson", 10);
crate::id_kind!(QuizId, QuizKind, "Quiz", 11);
crate::id_kind!(QuestionId, QuestionKindOfId, "Question", 12);
crate::id_kind!(ItemId, ItemKind, "Item", 13);
crate::id_kind!(SubmissionId, SubmissionKind, "CourseSubmission", 14);
crate::id_kind!(RunId, RunKind, "CourseRun", 15);
crate::id_kind!(VersionId, VersionKind, "CourseVersion", 16);

crate::text_enum!(
    /// Whether the catalogue shows a course.
    CourseStatus {
        /// It was never published.
        Draft = "DRAFT",
        /// The catalogue shows it.
        Published = "PUBLISHED",
        /// The catalogue hides it; who is enrolled still has it.
        Archived = "ARCHIVED",
    }
);

crate::text_enum!(
    /// For whom a course is.
    CourseLevel {
        /// For who knows nothing of it yet.
        Beginner = "BEGINNER",
        /// For who knows the basics.
        Intermediate = "INTERMEDIATE",
        /// For who knows it well.
        Advanced = "ADVANCED",
    }
);

crate::text_enum!(
    /// What a lesson is.
    LessonKind {
        /// A text.
        Article = "ARTICLE",
        /// A video.
        Video = "VIDEO",
        /// A quiz.
        Quiz = "QUIZ",
        /// A file.
        File = "FILE",
        /// A meeting.
        Live = "LIVE",
    }
);

crate::text_enum!(
    /// What a text is written in.
    BodyFormat {
        /// Markdown, with HTML in it as it allows.
        Markdown = "MARKDOWN",
        /// HTML.
        Html = "HTML",
    }
);

crate::text_enum!(
    /// What a question asks for.
    QuestionKind {
        /// To tick choices.
        Choice = "CHOICE",
        /// To write a few words.
        ShortAnswer = "SHORT_ANSWER",
        /// To write a number.
        Numeric = "NUMERIC",
        /// To match stems with options.
        Matching = "MATCHING",
        /// To put items in order.
        Ordering = "ORDERING",
        /// To write a text that a person grades.
        Essay = "ESSAY",
    }
);

crate::text_enum!(
    /// What an item of a question is there for.
    ItemRole {
        /// To be ticked.
        Choice = "CHOICE",
        /// To be matched.
        Stem = "STEM",
        /// To be matched with.
        Option = "OPTION",
        /// To be put in its place.
        Item = "ITEM",
    }
);

crate::text_enum!(
    /// What the texts of a question are written in.
    TextFormat {
        /// Plain text, shown to the letter.
        Plain = "PLAIN",
        /// Markdown, with HTML in it as it allows.
        Markdown = "MARKDOWN",
        /// HTML.
        Html = "HTML",
    }
);

crate::text_enum!(
    /// When learners see the answer key of a quiz.
    FeedbackPolicy {
        /// Never.
        Never = "NEVER",
        /// After each attempt.
        AfterEachAttempt = "AFTER_EACH_ATTEMPT",
        /// After the last attempt that they have.
        AfterLastAttempt = "AFTER_LAST_ATTEMPT",
        /// Once they have passed.
        AfterPassing = "AFTER_PASSING",
    }
);

crate::text_enum!(
    /// How far a submission is.
    SubmissionStatus {
        /// A reviewer will read it.
        Pending = "PENDING",
        /// A reviewer asks for changes.
        ChangesRequested = "CHANGES_REQUESTED",
        /// It is published.
        Approved = "APPROVED",
        /// It was refused.
        Rejected = "REJECTED",
        /// Its instructors took it back.
        Withdrawn = "WITHDRAWN",
    }
);

#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = courses, check_for_backend(diesel::pg::Pg))]
pub struct CourseRow {
    pub id: CourseId,
    pub slug: String,
    pub locale: String,
    pub status: CourseStatus,
    pub latest_id: Option<VersionId>,
    pub published_id: Option<VersionId>,
    pub published_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub source: Option<String>,
}

/// A version, without its description: that is read only where it is asked for.
#[derive(Queryable, Selectable, Clone, Debug)]
#[diesel(table_name = course_versions, check_for_backend(diesel::pg::Pg))]
pub struct VersionRow {
    pub id: VersionId,
    pub course_id: CourseId,
    pub number: i32,
    pub frozen_at: Option<DateTime<Utc>>,
    pub edits: i32,
    pub title: String,
    pub summary: String,
    pub level: CourseLevel,
    pub tags: Vec<String>,
    pub lessons_percent: i32,
    pub quizzes_passed: bool,
    pub minimum_score: Option<i32>,
    pub lesson_count: i32,
    #[diesel(embed)]
    pub price: PriceColumns,
    pub cover_id: Option<CourseFileId>,
}

/// When a learner has completed a version.
#[derive(Clone, Copy, Debug)]
pub struct Completion {
    /// The share of lessons that must be completed, in per cents.
    pub lessons_percent: i32,
    /// Whether every quiz must be passed.
    pub quizzes_passed: bool,
    /// What the best scores at its quizzes must be on average, in per cents.
    pub minimum_score: Option<i32>,
}

impl Default for Completion {
    /// All of it.
    fn default() -> Self {
        Self { lessons_percent: 100, quizzes_passed: true, minimum_score: None }
    }
}

/// What a version costs; nothing where there is none.
#[derive(Queryable, Selectable, Insertable, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[diesel(table_name = course_versions, check_for_backend(diesel::pg::Pg))]
pub struct PriceColumns {
    price_amount: Option<i64>,
    price_currency: Option<Currency>,
}

impl PriceColumns {
    /// The price.
    #[must_use]
    pub fn money(self) -> Option<Money> {
        Some(Money { amount: self.price_amount?, currency: self.price_currency? })
    }
}

impl From<Option<Money>> for PriceColumns {
    fn from(price: Option<Money>) -> Self {
        Self { price_amount: price.map(|money| money.amount), price_currency: price.map(|money| money.currency) }
    }
}

/// Somebody begins to teach a course.
#[derive(Insertable)]
#[diesel(table_name = teaching_assignments)]
pub(super) struct NewAssignment {
    pub id: uuid::Uuid,
    pub user_id: UserId,
    pub course_id: CourseId,
    pub starts_at: DateTime<Utc>,
}

#[derive(Insertable, Clone, Debug)]
#[diesel(table_name = course_versions)]
pub struct NewVersion {
    pub id: VersionId,
    pub course_id: CourseId,
    pub number: i32,
    pub edits: i32,
    pub title: String,
    pub summary: String,
    pub description: String,
    pub level: CourseLevel,
    pub tags: Vec<String>,
    pub lessons_percent: i32,
    pub quizzes_passed: bool,
    pub minimum_score: Option<i32>,
    pub lesson_count: i32,
    #[diesel(embed)]
    pub price: PriceColumns,
    pub cover_id: Option<CourseFileId>,
}

#[derive(Insertable, Clone, Copy, Debug)]
#[diesel(table_name = course_prerequisites)]
pub struct NewPrerequisite {
    pub version_id: VersionId,
    pub course_id: CourseId,
    pub position: i32,
}

#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = sections, check_for_backend(diesel::pg::Pg))]
pub struct SectionRow {
    pub version_id: VersionId,
    pub id: SectionId,
    pub position: i32,
    pub title: String,
    pub hidden: bool,
    pub source: Option<String>,
}

/// A lesson, without its body.
#[derive(Queryable, Selectable, Clone, Debug)]
#[diesel(table_name = lessons, check_for_backend(diesel::pg::Pg))]
pub struct LessonRow {
    pub version_id: VersionId,
    pub id: LessonId,
    pub section_id: SectionId,
    pub position: i32,
    pub kind: LessonKind,
    pub preview: bool,
    pub title: String,
    pub media_url: Option<String>,
    pub estimated_duration: Option<i32>,
    pub quiz_id: Option<QuizId>,
    pub hidden: bool,
    pub body_format: BodyFormat,
}

#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = lessons, check_for_backend(diesel::pg::Pg))]
pub struct NewLesson {
    pub version_id: VersionId,
    pub id: LessonId,
    pub section_id: SectionId,
    pub position: i32,
    pub kind: LessonKind,
    pub preview: bool,
    pub title: String,
    pub body: Option<String>,
    pub media_url: Option<String>,
    pub estimated_duration: Option<i32>,
    pub quiz_id: Option<QuizId>,
    pub hidden: bool,
    pub body_format: BodyFormat,
    pub source: Option<String>,
}

#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = lesson_translations, check_for_backend(diesel::pg::Pg))]
pub struct NewTranslation {
    pub version_id: VersionId,
    pub lesson_id: LessonId,
    pub locale: String,
    pub title: String,
    pub body: Option<String>,
}

#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = lesson_quizzes, check_for_backend(diesel::pg::Pg))]
pub struct NewLessonQuiz {
    pub version_id: VersionId,
    pub lesson_id: LessonId,
    pub position: i32,
    pub quiz_id: QuizId,
}

#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = quizzes, check_for_backend(diesel::pg::Pg))]
pub struct QuizRow {
    pub version_id: VersionId,
    pub id: QuizId,
    pub title: String,
    pub titles: Json,
    pub pass_percent: i32,
    pub time_limit: Option<i32>,
    pub attempts_allowed: Option<i32>,
    pub shuffle: bool,
    pub draw_count: Option<i32>,
    pub feedback: FeedbackPolicy,
    pub source: Option<String>,
}

/// A question as learners may see it: nothing of what is right is read with it.
#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = questions, check_for_backend(diesel::pg::Pg))]
pub struct QuestionRow {
    pub version_id: VersionId,
    pub id: QuestionId,
    pub quiz_id: QuizId,
    pub position: i32,
    pub kind: QuestionKind,
    pub multiple: bool,
    pub format: TextFormat,
    pub prompt: String,
    pub prompts: Json,
    pub points: i64,
}

/// A question with its key, for who writes it.
#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = questions, check_for_backend(diesel::pg::Pg))]
pub struct NewQuestion {
    #[diesel(embed)]
    pub row: QuestionRow,
    pub feedback: Option<String>,
    pub key: Option<Json>,
    pub source: Option<String>,
}

/// Something to tick, match or put in order, as learners may see it.
#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = choices, check_for_backend(diesel::pg::Pg))]
pub struct ItemRow {
    pub version_id: VersionId,
    pub id: ItemId,
    pub question_id: QuestionId,
    pub position: i32,
    pub role: ItemRole,
    pub text: String,
    pub texts: Json,
}

/// An item with what ticking it earns, for who writes it.
#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = choices, check_for_backend(diesel::pg::Pg))]
pub struct NewItem {
    #[diesel(embed)]
    pub row: ItemRow,
    pub fraction: i64,
    pub feedback: Option<String>,
}

/// A file that the text of a question shows.
#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = question_files, check_for_backend(diesel::pg::Pg))]
pub struct QuestionFileRow {
    pub version_id: VersionId,
    pub question_id: QuestionId,
    pub position: i32,
    pub file_id: CourseFileId,
    pub name: String,
}

#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = course_runs, check_for_backend(diesel::pg::Pg))]
pub struct RunRow {
    pub id: RunId,
    pub course_id: CourseId,
    pub name: String,
    pub opens_at: Option<DateTime<Utc>>,
    pub closes_at: Option<DateTime<Utc>>,
    pub seats: Option<i32>,
    pub invitation_only: bool,
    pub created_at: DateTime<Utc>,
}

#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = course_submissions, check_for_backend(diesel::pg::Pg))]
pub struct SubmissionRow {
    pub id: SubmissionId,
    pub course_id: CourseId,
    pub version_id: VersionId,
    pub status: SubmissionStatus,
    pub reason: Option<String>,
    pub submitted_at: DateTime<Utc>,
    pub decided_at: Option<DateTime<Utc>>,
    pub base_id: Option<VersionId>,
}

/// A code that lets somebody enrol in a run.
#[derive(Insertable, Debug)]
#[diesel(table_name = invitation_codes)]
pub(super) struct NewInvitationCode {
    pub id: uuid::Uuid,
    pub run_id: RunId,
    pub code_hash: Vec<u8>,
    pub uses: Option<i32>,
    pub expires_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

/// The unit of points and fractions: exact decimals to six places.
pub const MILLIONTHS: i64 = 1_000_000;
