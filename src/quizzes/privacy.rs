//! What taking a quiz leaves behind. Its rows are handed out only through `Attempt`, which is guarded whole.

use crate::platform::privacy::{Audience, PersonalDataClass, RetentionStart, Shared, Table};

crate::datum!(
    /// That a person took a quiz, when, and what it came to: read whole, through `Attempt`.
    Graded {
        subject: "Attempt",
        field: "score",
        columns: &[
            "attempts.status",
            "attempts.started_at",
            "attempts.deadline",
            "attempts.submitted_at",
            "attempts.score",
            "attempts.passed",
        ],
        class: PersonalDataClass::Learning,
        audience: &[Audience::Self_, Audience::Guardian, Audience::Instructor, Audience::Admin],
        shared_as: &[Shared::QuizScores],
        purposes: &["course_delivery"],
        guarded_whole: true,
        starts: RetentionStart::AccountClosed,
    }
);

crate::datum!(
    /// What a person answered, and how it was graded.
    Answered {
        subject: "Attempt",
        field: "answers",
        columns: &["answers.choice_ids", "answers.score", "answers.saved_at"],
        class: PersonalDataClass::Learning,
        audience: &[Audience::Self_],
        purposes: &["course_delivery"],
        guarded_whole: true,
        starts: RetentionStart::AccountClosed,
    }
);

/// The room's tables.
pub const TABLES: &[Table] = &[
    Table::of_person(
        "attempts",
        "user_id",
        &[
            "academy_id",
            "id",
            "enrolment_id",
            "user_id",
            "course_id",
            "version_id",
            "quiz_id",
            "number",
            "locale",
            "question_ids",
            "max_score",
        ],
    ),
    Table::of_row_of("answers", "attempt_id", "attempts", &["academy_id", "attempt_id", "question_id"]),
];
