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
            "attempts.contested_at",
            "attempts.contest_decided_at",
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
        columns: &[
            "answers.choice_ids",
            "answers.option_ids",
            "answers.text",
            "answers.score",
            "answers.saved_at",
            "answers.feedback",
            "answers.graded_at",
            "score_changes.before",
            "score_changes.after",
            "score_changes.at",
        ],
        class: PersonalDataClass::Learning,
        audience: &[Audience::Self_],
        purposes: &["course_delivery"],
        guarded_whole: true,
        starts: RetentionStart::AccountClosed,
    }
);

crate::datum!(
    /// That an answer waits for a person, and why: who grades reads it with the answer and without whose it is, through `GradingTask`.
    Graders {
        subject: "GradingTask",
        field: "contest",
        columns: &["attempts.contest", "grading_tasks.submitted_at", "grading_tasks.graded_at"],
        class: PersonalDataClass::Learning,
        audience: &[Audience::Instructor, Audience::Admin],
        purposes: &["course_delivery"],
        guarded_whole: true,
        starts: RetentionStart::AccountClosed,
    }
);

crate::datum!(
    /// That a person has more time or attempts at a quiz than others: it shows in their attempts alone.
    Extended {
        subject: "Attempt",
        field: "deadline",
        columns: &["quiz_extensions.extra_time", "quiz_extensions.extra_attempts", "quiz_extensions.granted_at"],
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
    Table::of_person("quiz_extensions", "user_id", &["academy_id", "quiz_id", "user_id"]),
    Table::of_row_of(
        "grading_tasks",
        "attempt_id",
        "attempts",
        &["academy_id", "id", "course_id", "quiz_id", "attempt_id", "question_id"],
    ),
    Table::of_row_of(
        "score_changes",
        "attempt_id",
        "attempts",
        &["academy_id", "id", "attempt_id", "question_id", "cause"],
    ),
    Table::of_row_of("answers", "attempt_id", "attempts", &["academy_id", "attempt_id", "question_id"]),
];
