//! What taking a quiz leaves behind. Its rows are handed out only through `Attempt`, which is guarded whole.

use crate::platform::privacy::{Audience, PersonalDataClass, RetentionStart, Table};

crate::datum!(
    /// What a person answered, and how it was graded.
    Answered {
        subject: "Attempt",
        field: "answers",
        columns: &[
            "attempts.status",
            "attempts.started_at",
            "attempts.deadline",
            "attempts.submitted_at",
            "attempts.score",
            "attempts.passed",
            "answers.choice_ids",
            "answers.score",
            "answers.saved_at",
        ],
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
