//! What the classification knows of this room's tables: who teaches what is public.

use crate::platform::privacy::Table;

/// No personal data of its own: courses are works, and who teaches them agreed to be named.
pub const TABLES: &[Table] = &[
    Table::of_nobody(
        "courses",
        &["academy_id", "id", "slug", "locale", "status", "latest_id", "published_id", "published_at", "created_at"],
    ),
    Table::of_person(
        "teaching_assignments",
        "user_id",
        &["academy_id", "id", "user_id", "course_id", "run_id", "starts_at", "ends_at", "shares"],
    ),
    Table::of_person("course_instructors", "user_id", &["academy_id", "course_id", "user_id", "position"])
        .staying("a course has authors, if without a name"),
    Table::of_nobody(
        "course_versions",
        &[
            "academy_id",
            "id",
            "course_id",
            "number",
            "frozen_at",
            "edits",
            "title",
            "summary",
            "description",
            "level",
            "tags",
            "lessons_percent",
            "quizzes_passed",
            "lesson_count",
        ],
    ),
    Table::of_nobody("sections", &["academy_id", "version_id", "id", "position", "title"]),
    Table::of_nobody(
        "lessons",
        &[
            "academy_id",
            "version_id",
            "id",
            "section_id",
            "position",
            "kind",
            "preview",
            "title",
            "body",
            "media_url",
            "estimated_duration",
            "quiz_id",
        ],
    ),
    Table::of_nobody("lesson_translations", &["academy_id", "version_id", "lesson_id", "locale", "title", "body"]),
    Table::of_nobody("lesson_quizzes", &["academy_id", "version_id", "lesson_id", "position", "quiz_id"]),
    Table::of_nobody(
        "quizzes",
        &[
            "academy_id",
            "version_id",
            "id",
            "title",
            "titles",
            "pass_percent",
            "time_limit",
            "attempts_allowed",
            "shuffle",
            "feedback",
        ],
    ),
    Table::of_nobody(
        "questions",
        &[
            "academy_id",
            "version_id",
            "id",
            "quiz_id",
            "position",
            "multiple",
            "prompt",
            "prompts",
            "points",
            "feedback",
        ],
    ),
    Table::of_nobody(
        "choices",
        &["academy_id", "version_id", "id", "question_id", "position", "text", "texts", "fraction", "feedback"],
    ),
    Table::of_person(
        "imports",
        "user_id",
        &[
            "academy_id",
            "id",
            "user_id",
            "upload_id",
            "title",
            "status",
            "done",
            "total",
            "course_id",
            "problems",
            "created_at",
        ],
    )
    .staying("where a course came from"),
    Table::of_nobody(
        "course_runs",
        &["academy_id", "id", "course_id", "name", "opens_at", "closes_at", "seats", "invitation_only", "created_at"],
    ),
    Table::of_nobody(
        "course_submissions",
        &[
            "academy_id",
            "id",
            "course_id",
            "version_id",
            "status",
            "reason",
            "decided_by",
            "submitted_at",
            "decided_at",
        ],
    ),
];
