//! Statements about what a version holds: sections, lessons, quizzes, translations. A room's second store.

use std::collections::HashMap;

use diesel::{
    AsChangeset, BoolExpressionMethods, CombineDsl, ExpressionMethods, JoinOnDsl, NullableExpressionMethods,
    OptionalEmptyChangesetExtension, OptionalExtension, QueryDsl, SelectableHelper,
    dsl::not,
    sql_types::{Array, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sanggar_schema::tables::{
    choices, course_versions, lesson_files, lesson_quizzes, lesson_translations, lessons, question_files, questions,
    quizzes, sections,
};

use super::course_files::LessonFileRow;
use super::model::{
    BodyFormat, CourseId, FeedbackPolicy, LessonId, LessonRow, NewItem, NewLesson, NewLessonQuiz, NewQuestion,
    NewTranslation, QuestionFileRow, QuestionId, QuizId, QuizRow, SectionId, SectionRow, VersionId,
};
use crate::platform::{
    fault::Fault,
    graphql::{Batch, Call, grouped},
};

/// Everything that a version holds.
#[derive(Default, Clone, Debug)]
pub struct Content {
    /// Sections.
    pub sections: Vec<SectionRow>,
    /// Quizzes.
    pub quizzes: Vec<QuizRow>,
    /// Lessons.
    pub lessons: Vec<NewLesson>,
    /// Quizzes beside lessons.
    pub beside: Vec<NewLessonQuiz>,
    /// Translations of lessons.
    pub translations: Vec<NewTranslation>,
    /// Files of lessons.
    pub files: Vec<LessonFileRow>,
    /// Questions.
    pub questions: Vec<NewQuestion>,
    /// What is ticked, matched or put in order.
    pub choices: Vec<NewItem>,
    /// Files of questions.
    pub question_files: Vec<QuestionFileRow>,
}

/// Postgres takes 65,535 values a statement; a row has at most a dozen.
const ROWS: usize = 1000;

impl Content {
    /// How many lessons learners have of it.
    #[must_use]
    pub fn lessons_shown(&self) -> i32 {
        i32::try_from(self.lessons.iter().filter(|lesson| !lesson.hidden).count()).unwrap_or(i32::MAX)
    }

    /// The same in another version.
    #[must_use]
    pub fn in_version(mut self, id: VersionId) -> Self {
        macro_rules! placed {
            ($($part:ident $(. $nested:ident)?),+) => {
                $(for row in &mut self.$part {
                    row$(.$nested)?.version_id = id;
                })+
            };
        }
        placed!(sections, quizzes, lessons, beside, translations, files, questions.row, choices.row, question_files);
        self
    }

    /// How many rows it has.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.sections.len()
            + self.quizzes.len()
            + self.lessons.len()
            + self.beside.len()
            + self.translations.len()
            + self.files.len()
            + self.questions.len()
            + self.choices.len()
            + self.question_files.len()
    }
}

/// Sees how far a long write is: rows written, of how many.
pub type Watch<'a> = &'a (dyn Fn(usize, usize) + Send + Sync);

/// For who does not look.
pub const UNWATCHED: Watch<'_> = &|_, _| {};

/// Adds content to a version.
///
/// # Errors
/// Those of the database.
pub async fn insert(connection: &mut AsyncPgConnection, content: &Content, watch: Watch<'_>) -> Result<(), Fault> {
    let (all, mut written) = (content.rows(), 0);
    macro_rules! all {
        ($table:ident, $rows:expr) => {
            for rows in $rows.chunks(ROWS) {
                watch(written, all);
                diesel::insert_into($table::table).values(rows).execute(connection).await?;
                written += rows.len();
            }
        };
    }
    all!(sections, content.sections);
    all!(quizzes, content.quizzes);
    all!(lessons, content.lessons);
    all!(lesson_quizzes, content.beside);
    all!(lesson_translations, content.translations);
    all!(lesson_files, content.files);
    all!(questions, content.questions);
    all!(choices, content.choices);
    all!(question_files, content.question_files);
    watch(written, all);
    Ok(())
}

/// Copies everything that a version holds into another.
///
/// # Errors
/// Those of the database.
pub async fn copy(connection: &mut AsyncPgConnection, from: VersionId, into: VersionId) -> Result<(), Fault> {
    // By name, table after table; the ids of things stay.
    const COPIES: [&str; 10] = [
        "insert into sections (version_id, id, position, title, hidden, source)
         select $2, id, position, title, hidden, source from sections where version_id = $1",
        "insert into quizzes (version_id, id, title, titles, pass_percent, time_limit, attempts_allowed, shuffle, feedback,
             source, draw_count)
         select $2, id, title, titles, pass_percent, time_limit, attempts_allowed, shuffle, feedback, source, draw_count
         from quizzes where version_id = $1",
        "insert into lessons (version_id, id, section_id, position, kind, preview, title, body, media_url,
             estimated_duration, quiz_id, hidden, body_format, source)
         select $2, id, section_id, position, kind, preview, title, body, media_url, estimated_duration, quiz_id, hidden,
             body_format, source
         from lessons where version_id = $1",
        "insert into lesson_quizzes (version_id, lesson_id, position, quiz_id)
         select $2, lesson_id, position, quiz_id from lesson_quizzes where version_id = $1",
        "insert into lesson_translations (version_id, lesson_id, locale, title, body)
         select $2, lesson_id, locale, title, body from lesson_translations where version_id = $1",
        "insert into lesson_files (version_id, lesson_id, position, id, file_id, name)
         select $2, lesson_id, position, id, file_id, name from lesson_files where version_id = $1",
        "insert into questions (version_id, id, quiz_id, position, multiple, prompt, prompts, points, feedback, source, kind,
             format, key)
         select $2, id, quiz_id, position, multiple, prompt, prompts, points, feedback, source, kind, format, key
         from questions where version_id = $1",
        "insert into question_files (version_id, question_id, position, file_id, name)
         select $2, question_id, position, file_id, name from question_files where version_id = $1",
        "insert into course_prerequisites (version_id, course_id, position)
         select $2, course_id, position from course_prerequisites where version_id = $1",
        "insert into choices (version_id, id, question_id, position, text, texts, fraction, feedback, role)
         select $2, id, question_id, position, text, texts, fraction, feedback, role
         from choices where version_id = $1",
    ];
    for statement in COPIES {
        diesel::sql_query(statement)
            .bind::<diesel::sql_types::Uuid, _>(from)
            .bind::<diesel::sql_types::Uuid, _>(into)
            .execute(connection)
            .await?;
    }
    Ok(())
}

/// The last position of a version's sections.
///
/// # Errors
/// Those of the database.
pub async fn last_section(mut connection: &AsyncPgConnection, version: VersionId) -> Result<i32, Fault> {
    let last: Option<i32> = sections::table
        .filter(sections::version_id.eq(version))
        .select(diesel::dsl::max(sections::position))
        .first(&mut connection)
        .await?;
    Ok(last.unwrap_or(0))
}

/// The last position of a section's lessons.
///
/// # Errors
/// Those of the database.
pub async fn last_lesson(
    mut connection: &AsyncPgConnection,
    version: VersionId,
    section: SectionId,
) -> Result<i32, Fault> {
    let last: Option<i32> = lessons::table
        .filter(lessons::version_id.eq(version))
        .filter(lessons::section_id.eq(section))
        .select(diesel::dsl::max(lessons::position))
        .first(&mut connection)
        .await?;
    Ok(last.unwrap_or(0))
}

/// The sections of a version in their order.
///
/// # Errors
/// Those of the database.
pub(super) async fn section_order(
    mut connection: &AsyncPgConnection,
    version: VersionId,
) -> Result<Vec<SectionId>, Fault> {
    let own = sections::table.filter(sections::version_id.eq(version)).order((sections::position, sections::id));
    Ok(own.select(sections::id).load(&mut connection).await?)
}

/// Whether a section of a version is hidden; nothing where the version has no such section.
///
/// # Errors
/// Those of the database.
pub(super) async fn is_hidden(
    mut connection: &AsyncPgConnection,
    version: VersionId,
    id: SectionId,
) -> Result<Option<bool>, Fault> {
    let row = sections::table.filter(sections::version_id.eq(version)).filter(sections::id.eq(id));
    Ok(row.select(sections::hidden).first(&mut connection).await.optional()?)
}

/// What changes of a section.
#[derive(AsChangeset, Default, Debug)]
#[diesel(table_name = sections)]
pub(super) struct SectionChange {
    pub title: Option<String>,
    pub hidden: Option<bool>,
}

/// Changes a section of a version.
///
/// # Errors
/// Those of the database.
pub(super) async fn change_section(
    connection: &mut AsyncPgConnection,
    version: VersionId,
    id: SectionId,
    change: &SectionChange,
) -> Result<(), Fault> {
    let row = sections::table.filter(sections::version_id.eq(version)).filter(sections::id.eq(id));
    diesel::update(row).set(change).execute(connection).await.optional_empty_changeset()?;
    Ok(())
}

/// Hides the lessons of a section with it, or shows them again.
///
/// # Errors
/// Those of the database.
pub(super) async fn hide_lessons(
    connection: &mut AsyncPgConnection,
    version: VersionId,
    section: SectionId,
    hidden: bool,
) -> Result<(), Fault> {
    let rows = lessons::table.filter(lessons::version_id.eq(version)).filter(lessons::section_id.eq(section));
    diesel::update(rows).set(lessons::hidden.eq(hidden)).execute(connection).await?;
    Ok(())
}

/// Puts the sections of a version into an order.
///
/// # Errors
/// Those of the database.
pub(super) async fn place_sections(
    connection: &mut AsyncPgConnection,
    version: VersionId,
    order: &[SectionId],
) -> Result<(), Fault> {
    diesel::sql_query(
        "update sections set position = o.position
         from unnest($2) with ordinality as o (id, position) where version_id = $1 and sections.id = o.id",
    )
    .bind::<SqlUuid, _>(version)
    .bind::<Array<SqlUuid>, _>(order)
    .execute(connection)
    .await?;
    Ok(())
}

/// Puts lessons into a section of their version, in an order.
///
/// # Errors
/// Those of the database.
pub(super) async fn place_lessons(
    connection: &mut AsyncPgConnection,
    version: VersionId,
    section: SectionId,
    order: &[LessonId],
) -> Result<(), Fault> {
    diesel::sql_query(
        "update lessons set position = o.position, section_id = $3, hidden = hidden or (
             select s.hidden from sections s where s.version_id = $1 and s.id = $3)
         from unnest($2) with ordinality as o (id, position) where version_id = $1 and lessons.id = o.id",
    )
    .bind::<SqlUuid, _>(version)
    .bind::<Array<SqlUuid>, _>(order)
    .bind::<SqlUuid, _>(section)
    .execute(connection)
    .await?;
    Ok(())
}

/// What changes of a lesson.
#[expect(clippy::option_option, reason = "absent, null and a value are three things")]
#[derive(AsChangeset, Default, Debug)]
#[diesel(table_name = lessons)]
pub(super) struct LessonChange {
    pub title: Option<String>,
    pub body: Option<Option<String>>,
    pub media_url: Option<Option<String>>,
    pub preview: Option<bool>,
    pub estimated_duration: Option<Option<i32>>,
    pub quiz_id: Option<Option<QuizId>>,
    pub hidden: Option<bool>,
    pub body_format: Option<BodyFormat>,
}

/// Changes a lesson of a version.
///
/// # Errors
/// Those of the database.
pub(super) async fn change_lesson(
    connection: &mut AsyncPgConnection,
    version: VersionId,
    id: LessonId,
    change: &LessonChange,
) -> Result<(), Fault> {
    let row = lessons::table.filter(lessons::version_id.eq(version)).filter(lessons::id.eq(id));
    diesel::update(row).set(change).execute(connection).await.optional_empty_changeset()?;
    Ok(())
}

/// The course that a quiz is of.
///
/// # Errors
/// Those of the database.
pub async fn course_of_quiz(mut connection: &AsyncPgConnection, id: QuizId) -> Result<Option<CourseId>, Fault> {
    let rows = quizzes::table
        .inner_join(course_versions::table.on(course_versions::id.eq(quizzes::version_id)))
        .filter(quizzes::id.eq(id))
        .select(course_versions::course_id);
    Ok(rows.first(&mut connection).await.optional()?)
}

/// What changes of a quiz.
#[expect(clippy::option_option, reason = "absent, null and a value are three things")]
#[derive(AsChangeset, Default, Debug)]
#[diesel(table_name = quizzes)]
pub(super) struct QuizChange {
    pub title: Option<String>,
    pub pass_percent: Option<i32>,
    pub time_limit: Option<Option<i32>>,
    pub attempts_allowed: Option<Option<i32>>,
    pub shuffle: Option<bool>,
    pub draw_count: Option<Option<i32>>,
    pub feedback: Option<FeedbackPolicy>,
}

/// Changes a quiz of a version.
///
/// # Errors
/// Those of the database.
pub(super) async fn change_quiz(
    connection: &mut AsyncPgConnection,
    version: VersionId,
    id: QuizId,
    change: &QuizChange,
) -> Result<(), Fault> {
    let row = quizzes::table.filter(quizzes::version_id.eq(version)).filter(quizzes::id.eq(id));
    diesel::update(row).set(change).execute(connection).await.optional_empty_changeset()?;
    Ok(())
}

/// Deletes lessons of a version, and of their quizzes those that no other lesson has.
///
/// # Errors
/// Those of the database.
pub(super) async fn delete_lessons(
    connection: &mut AsyncPgConnection,
    version: VersionId,
    ids: &[LessonId],
) -> Result<(), Fault> {
    let before = quizzes_of_lessons(connection, version).await?;
    let rows = lessons::table.filter(lessons::version_id.eq(version)).filter(lessons::id.eq_any(ids));
    diesel::delete(rows).execute(connection).await?;
    let left = quizzes_of_lessons(connection, version).await?;
    let orphans: Vec<QuizId> = before.into_iter().filter(|quiz| !left.contains(quiz)).collect();
    let rows = quizzes::table.filter(quizzes::version_id.eq(version)).filter(quizzes::id.eq_any(orphans));
    diesel::delete(rows).execute(connection).await?;
    Ok(())
}

/// Deletes a section of a version.
///
/// # Errors
/// Those of the database.
pub(super) async fn delete_section(
    connection: &mut AsyncPgConnection,
    version: VersionId,
    id: SectionId,
) -> Result<(), Fault> {
    let row = sections::table.filter(sections::version_id.eq(version)).filter(sections::id.eq(id));
    diesel::delete(row).execute(connection).await?;
    Ok(())
}

/// A batch of what the newest row of an id has: an id is the same through all versions that it is in.
macro_rules! newest {
    ($(#[$doc:meta])* $key:ident($id:ty) -> $value:ty, $table:ident :: $column:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, Debug)]
        pub struct $key(pub $id);

        impl Batch for $key {
            type Value = $value;

            async fn load(
                _: &Call,
                mut connection: &AsyncPgConnection,
                keys: &[Self],
            ) -> Result<HashMap<Self, $value>, Fault> {
                let rows: Vec<($id, $value)> = $table::table
                    .filter($table::id.eq_any(keys.iter().map(|key| key.0).collect::<Vec<_>>()))
                    .distinct_on($table::id)
                    .order(($table::id, $table::version_id.desc()))
                    .select(($table::id, $table::$column))
                    .load(&mut connection)
                    .await?;
                Ok(rows.into_iter().map(|(id, value)| (Self(id), value)).collect())
            }
        }
    };
}

newest!(
    /// The newest version that a section is in.
    VersionOfSection(SectionId) -> VersionId, sections::version_id
);

newest!(
    /// The newest version that a quiz is in.
    VersionOfQuiz(QuizId) -> VersionId, quizzes::version_id
);

newest!(
    /// The newest version that a lesson is in.
    VersionOfLesson(LessonId) -> VersionId, lessons::version_id
);

newest!(
    /// The quiz that a question is of.
    QuizOfQuestion(QuestionId) -> QuizId, questions::quiz_id
);

/// The lessons of a version in their order, without their bodies.
///
/// # Errors
/// Those of the database.
pub async fn lessons_of(mut connection: &AsyncPgConnection, version: VersionId) -> Result<Vec<LessonRow>, Fault> {
    let rows = lessons::table
        .inner_join(
            sections::table.on(sections::version_id.eq(lessons::version_id).and(sections::id.eq(lessons::section_id))),
        )
        .filter(lessons::version_id.eq(version))
        .order((sections::position, lessons::position, lessons::id))
        .select(LessonRow::as_select())
        .load(&mut connection)
        .await?;
    Ok(rows)
}

/// A quiz of a version.
///
/// # Errors
/// Those of the database.
pub async fn quiz(
    mut connection: &AsyncPgConnection,
    version: VersionId,
    id: QuizId,
) -> Result<Option<QuizRow>, Fault> {
    let row = quizzes::table.filter(quizzes::version_id.eq(version)).filter(quizzes::id.eq(id));
    Ok(row.select(QuizRow::as_select()).first(&mut connection).await.optional()?)
}

/// How many quizzes a version has.
///
/// # Errors
/// Those of the database.
pub async fn count_quizzes(mut connection: &AsyncPgConnection, version: VersionId) -> Result<i32, Fault> {
    let count: i64 = quizzes::table.filter(quizzes::version_id.eq(version)).count().get_result(&mut connection).await?;
    Ok(i32::try_from(count).unwrap_or(i32::MAX))
}

/// The quizzes that the lessons of a version have, each once.
///
/// # Errors
/// Those of the database.
pub async fn quizzes_of_lessons(mut connection: &AsyncPgConnection, version: VersionId) -> Result<Vec<QuizId>, Fault> {
    let beside = lesson_quizzes::table.filter(lesson_quizzes::version_id.eq(version)).select(lesson_quizzes::quiz_id);
    let own = lessons::table
        .filter(lessons::version_id.eq(version))
        .filter(lessons::quiz_id.is_not_null())
        .select(lessons::quiz_id.assume_not_null());
    Ok(own.union(beside).load(&mut connection).await?)
}

/// The quizzes that a learner finds in the lessons of a version, each once.
///
/// # Errors
/// Those of the database.
pub async fn quizzes_for_learners(
    mut connection: &AsyncPgConnection,
    version: VersionId,
) -> Result<Vec<QuizId>, Fault> {
    let shown = lessons::table.filter(lessons::version_id.eq(version)).filter(not(lessons::hidden));
    let beside = lesson_quizzes::table
        .filter(lesson_quizzes::version_id.eq(version))
        .filter(lesson_quizzes::lesson_id.eq_any(shown.select(lessons::id)))
        .select(lesson_quizzes::quiz_id);
    let own = shown.filter(lessons::quiz_id.is_not_null()).select(lessons::quiz_id.assume_not_null());
    Ok(own.union(beside).load(&mut connection).await?)
}

/// The quizzes of a version that hidden lessons alone lead to.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct HiddenQuizzesOf(pub VersionId);

impl Batch for HiddenQuizzesOf {
    type Value = std::collections::HashSet<QuizId>;

    async fn load(
        _: &Call,
        mut connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> Result<HashMap<Self, Self::Value>, Fault> {
        let versions: Vec<VersionId> = keys.iter().map(|key| key.0).collect();
        let own = lessons::table
            .filter(lessons::version_id.eq_any(&versions))
            .filter(lessons::quiz_id.is_not_null())
            .select((lessons::version_id, lessons::quiz_id.assume_not_null(), lessons::hidden));
        let beside =
            lesson_quizzes::table
                .inner_join(lessons::table.on(
                    lessons::version_id.eq(lesson_quizzes::version_id).and(lessons::id.eq(lesson_quizzes::lesson_id)),
                ))
                .filter(lesson_quizzes::version_id.eq_any(&versions))
                .select((lesson_quizzes::version_id, lesson_quizzes::quiz_id, lessons::hidden));
        let rows: Vec<(VersionId, QuizId, bool)> = own.union(beside).load(&mut connection).await?;
        let shown: std::collections::HashSet<_> =
            rows.iter().filter(|(.., hidden)| !hidden).map(|(version, quiz, _)| (*version, *quiz)).collect();
        let mut found: HashMap<Self, Self::Value> = HashMap::new();
        for (version, quiz, _) in rows.into_iter().filter(|(version, quiz, _)| !shown.contains(&(*version, *quiz))) {
            found.entry(Self(version)).or_default().insert(quiz);
        }
        Ok(found)
    }
}

/// The title of a quiz of a version that no lesson leads to.
///
/// # Errors
/// Those of the database.
pub async fn quiz_without_lesson(
    mut connection: &AsyncPgConnection,
    version: VersionId,
) -> Result<Option<String>, Fault> {
    let found = quizzes_of_lessons(connection, version).await?;
    let row = quizzes::table.filter(quizzes::version_id.eq(version)).filter(quizzes::id.ne_all(found));
    Ok(row.select(quizzes::title).first(&mut connection).await.optional()?)
}

/// The sections of a version.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct SectionsOf(pub VersionId);

impl Batch for SectionsOf {
    type Value = Vec<SectionRow>;

    async fn load(
        _: &Call,
        mut connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> Result<HashMap<Self, Vec<SectionRow>>, Fault> {
        let rows: Vec<SectionRow> = sections::table
            .filter(sections::version_id.eq_any(keys.iter().map(|key| key.0).collect::<Vec<_>>()))
            .order((sections::position, sections::id))
            .select(SectionRow::as_select())
            .load(&mut connection)
            .await?;
        Ok(grouped(rows.into_iter().map(|row| (Self(row.version_id), row))))
    }
}

/// The lessons of a version, by their sections' and their own order.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct LessonsOf(pub VersionId);

impl Batch for LessonsOf {
    type Value = std::sync::Arc<Vec<LessonRow>>;

    async fn load(
        _: &Call,
        mut connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> Result<HashMap<Self, Self::Value>, Fault> {
        let rows: Vec<LessonRow> = lessons::table
            .filter(lessons::version_id.eq_any(keys.iter().map(|key| key.0).collect::<Vec<_>>()))
            .order((lessons::position, lessons::id))
            .select(LessonRow::as_select())
            .load(&mut connection)
            .await?;
        Ok(grouped(rows.into_iter().map(|row| (Self(row.version_id), row)))
            .into_iter()
            .map(|(key, rows)| (key, std::sync::Arc::new(rows)))
            .collect())
    }
}

/// The body of a lesson in its own language.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct BodyOf(pub VersionId, pub LessonId);

impl Batch for BodyOf {
    type Value = Option<String>;

    async fn load(
        _: &Call,
        mut connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> Result<HashMap<Self, Option<String>>, Fault> {
        let rows: Vec<(VersionId, LessonId, Option<String>)> = lessons::table
            .filter(lessons::version_id.eq_any(keys.iter().map(|key| key.0).collect::<Vec<_>>()))
            .filter(lessons::id.eq_any(keys.iter().map(|key| key.1).collect::<Vec<_>>()))
            .select((lessons::version_id, lessons::id, lessons::body))
            .load(&mut connection)
            .await?;
        Ok(rows.into_iter().map(|(version, lesson, body)| (Self(version, lesson), body)).collect())
    }
}

/// The translations of a version's lessons: locale and title, without bodies.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct TranslationsOf(pub VersionId, pub LessonId);

impl Batch for TranslationsOf {
    type Value = Vec<(String, String)>;

    async fn load(
        _: &Call,
        mut connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> Result<HashMap<Self, Self::Value>, Fault> {
        use lesson_translations::{lesson_id, locale, table, title, version_id};
        let rows: Vec<(VersionId, LessonId, String, String)> = table
            .filter(version_id.eq_any(keys.iter().map(|key| key.0).collect::<Vec<_>>()))
            .filter(lesson_id.eq_any(keys.iter().map(|key| key.1).collect::<Vec<_>>()))
            .order(locale)
            .select((version_id, lesson_id, locale, title))
            .load(&mut connection)
            .await?;
        Ok(grouped(rows.into_iter().map(|(version, lesson, tag, text)| (Self(version, lesson), (tag, text)))))
    }
}

/// The body of a lesson in another language.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct TranslatedBodyOf(pub VersionId, pub LessonId, pub String);

impl Batch for TranslatedBodyOf {
    type Value = Option<String>;

    async fn load(
        _: &Call,
        mut connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> Result<HashMap<Self, Option<String>>, Fault> {
        use lesson_translations::{body, lesson_id, locale, table, version_id};
        let rows: Vec<(VersionId, LessonId, String, Option<String>)> = table
            .filter(version_id.eq_any(keys.iter().map(|key| key.0).collect::<Vec<_>>()))
            .filter(lesson_id.eq_any(keys.iter().map(|key| key.1).collect::<Vec<_>>()))
            .filter(locale.eq_any(keys.iter().map(|key| key.2.clone()).collect::<Vec<_>>()))
            .select((version_id, lesson_id, locale, body))
            .load(&mut connection)
            .await?;
        Ok(rows.into_iter().map(|(version, lesson, tag, text)| (Self(version, lesson, tag), text)).collect())
    }
}

/// A quiz of a version.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct QuizIn(pub VersionId, pub QuizId);

impl Batch for QuizIn {
    type Value = QuizRow;

    async fn load(
        _: &Call,
        mut connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> Result<HashMap<Self, QuizRow>, Fault> {
        let rows: Vec<QuizRow> = quizzes::table
            .filter(quizzes::version_id.eq_any(keys.iter().map(|key| key.0).collect::<Vec<_>>()))
            .filter(quizzes::id.eq_any(keys.iter().map(|key| key.1).collect::<Vec<_>>()))
            .select(QuizRow::as_select())
            .load(&mut connection)
            .await?;
        Ok(rows.into_iter().map(|row| (Self(row.version_id, row.id), row)).collect())
    }
}

/// The quizzes beside a lesson, in their order.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct QuizzesBeside(pub VersionId, pub LessonId);

impl Batch for QuizzesBeside {
    type Value = Vec<QuizId>;

    async fn load(
        _: &Call,
        mut connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> Result<HashMap<Self, Vec<QuizId>>, Fault> {
        let rows: Vec<(VersionId, LessonId, QuizId)> = lesson_quizzes::table
            .filter(lesson_quizzes::version_id.eq_any(keys.iter().map(|key| key.0).collect::<Vec<_>>()))
            .filter(lesson_quizzes::lesson_id.eq_any(keys.iter().map(|key| key.1).collect::<Vec<_>>()))
            .order(lesson_quizzes::position)
            .select((lesson_quizzes::version_id, lesson_quizzes::lesson_id, lesson_quizzes::quiz_id))
            .load(&mut connection)
            .await?;
        Ok(grouped(rows.into_iter().map(|(version, lesson, quiz)| (Self(version, lesson), quiz))))
    }
}

/// How long the lessons of a version take together, in seconds; none where no lesson says.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct LengthOf(pub VersionId);

impl Batch for LengthOf {
    type Value = i64;

    async fn load(_: &Call, mut connection: &AsyncPgConnection, keys: &[Self]) -> Result<HashMap<Self, i64>, Fault> {
        let rows: Vec<(VersionId, Option<i64>)> = lessons::table
            .filter(lessons::version_id.eq_any(keys.iter().map(|key| key.0).collect::<Vec<_>>()))
            .filter(not(lessons::hidden))
            .group_by(lessons::version_id)
            .select((lessons::version_id, diesel::dsl::sum(lessons::estimated_duration)))
            .load(&mut connection)
            .await?;
        Ok(rows.into_iter().filter_map(|(version, seconds)| Some((Self(version), seconds?))).collect())
    }
}

/// Versions that are read whole in one request at most.
const WHOLE: usize = 8;

/// Everything that a version holds, each kind in its order. It may be much: a request has few of them.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct ContentOf(pub VersionId);

impl Batch for ContentOf {
    type Value = std::sync::Arc<Content>;

    async fn load(
        _: &Call,
        connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> Result<HashMap<Self, Self::Value>, Fault> {
        if keys.len() > WHOLE {
            return Err(Fault::bad_input(words!(
                "Terlalu banyak kursus sekaligus: mintalah satu per satu.",
                "Too many courses at once: ask for one at a time."
            )));
        }
        let found = whole_of(connection, keys.iter().map(|key| key.0).collect()).await?;
        Ok(found.into_iter().map(|(id, content)| (Self(id), std::sync::Arc::new(content))).collect())
    }
}

/// Everything that a version holds, each kind in its order.
///
/// # Errors
/// Those of the database.
pub(super) async fn whole(connection: &AsyncPgConnection, version: VersionId) -> Result<Content, Fault> {
    Ok(whole_of(connection, vec![version]).await?.remove(&version).unwrap_or_default())
}

async fn whole_of(
    connection: &AsyncPgConnection,
    versions: Vec<VersionId>,
) -> Result<HashMap<VersionId, Content>, Fault> {
    let mut found: HashMap<VersionId, Content> = versions.iter().map(|id| (*id, Content::default())).collect();
    macro_rules! all {
            ($table:ident: $row:ty, $($order:ident),+ => $part:ident$(.$nested:ident)?) => {{
                let mut connection = connection;
                let rows: Vec<$row> = $table::table
                    .filter($table::version_id.eq_any(&versions))
                    .order(($($table::$order),+))
                    .select(<$row>::as_select())
                    .load(&mut connection)
                    .await?;
                for row in rows {
                    found.entry(row$(.$nested)?.version_id).or_default().$part.push(row);
                }
            }};
        }
    all!(sections: SectionRow, position, id => sections);
    all!(quizzes: QuizRow, title, id => quizzes);
    all!(lessons: NewLesson, position, id => lessons);
    all!(lesson_quizzes: NewLessonQuiz, lesson_id, position => beside);
    all!(lesson_translations: NewTranslation, lesson_id, locale => translations);
    all!(lesson_files: LessonFileRow, lesson_id, position => files);
    all!(questions: NewQuestion, position, id => questions.row);
    all!(choices: NewItem, position, id => choices.row);
    all!(question_files: QuestionFileRow, question_id, position => question_files);
    Ok(found)
}
