//! Mutations that write courses: a course, its sections, its lessons.

use async_graphql::{Context, InputObject, MaybeUndefined, Object, SimpleObject};

use super::{course::Course, lesson::Lesson};
use crate::{
    catalog::{
        course_files::attach::{self, FileChange},
        create_course::{self, NewCourse},
        model::{BodyFormat, Completion, CourseId, CourseLevel, LessonId, LessonKind, QuizId, SectionId},
        write::{self, LessonInput},
    },
    platform::{
        change::Change,
        fault::Fault,
        graphql::{
            Call, CallExt, UserError, UserErrorCode,
            money::MoneyInput,
            scalars::{Duration, Locale, Url},
            user_error::{self, Objection},
        },
        id::GlobalId,
    },
    uploads::UploadId,
};

/// What a course is begun with.
#[derive(InputObject)]
pub struct CreateCourseInput {
    /// Its title.
    title: String,
    /// Its name in addresses; made of the title where it is left out.
    slug: Option<String>,
    /// What it is about, in a sentence or two.
    summary: String,
    /// What it is about, Markdown.
    description: String,
    /// Its language.
    locale: Locale,
    /// For whom it is.
    level: CourseLevel,
    /// What to find it by.
    tags: Option<Vec<String>>,
    /// What it costs; free where it is left out.
    price: Option<MoneyInput>,
    /// When a learner has completed it; all lessons and all quizzes where it is left out.
    completion_rule: Option<CompletionRuleInput>,
}

/// When a learner has completed a course.
#[derive(InputObject, Default)]
pub struct CompletionRuleInput {
    /// The share of lessons that must be completed; 100 where it is left out of a new course.
    pub(super) lessons_percent: Option<i32>,
    /// Whether every quiz must be passed; yes where it is left out of a new course.
    pub(super) quizzes_passed: Option<bool>,
    /// What the best scores at its quizzes must be on average, in whole per cents; null: none is asked.
    pub(super) minimum_score: MaybeUndefined<i32>,
}

/// A section to be added at the end of a course.
#[derive(InputObject)]
pub struct CreateSectionInput {
    /// The course.
    course: CourseId,
    /// Its title.
    title: String,
    /// Whether only its instructors and staff see it and its lessons.
    hidden: Option<bool>,
}

/// A lesson to be added at the end of a section.
#[derive(InputObject)]
pub struct CreateLessonInput {
    /// The section.
    section: SectionId,
    /// Its title.
    title: String,
    /// What it is.
    kind: LessonKind,
    /// Its text.
    body: Option<String>,
    /// What the text is written in; Markdown where it is left out.
    body_format: Option<BodyFormat>,
    /// A video or file elsewhere.
    media_url: Option<Url>,
    /// Whether anybody may read it.
    preview: Option<bool>,
    /// Whether only its instructors and staff see it.
    hidden: Option<bool>,
    /// About how long it takes.
    estimated_duration: Option<Duration>,
    /// The quiz of a lesson that is one.
    quiz: Option<QuizId>,
    /// Its video, sound, picture or PDF: an upload for `LESSON_MEDIA`, in place of `mediaUrl`.
    media_upload: Option<UploadId>,
    /// What is attached to it: uploads for `ATTACHMENT`, in their order.
    attachment_uploads: Option<Vec<GlobalId>>,
}

/// A course after a change.
#[derive(SimpleObject)]
pub struct CoursePayload {
    /// The course.
    course: Option<Course>,
    /// What the person can mend.
    user_errors: Vec<UserError>,
}

impl CoursePayload {
    pub(super) async fn of(call: &Call, outcome: Result<CourseId, Vec<Objection>>) -> Result<Self, Fault> {
        Ok(match outcome {
            Ok(id) => Self { course: Course::load(call, id).await?, user_errors: Vec::new() },
            Err(objections) => Self { course: None, user_errors: user_error::told(objections, call.language) },
        })
    }
}

/// A lesson after a change.
#[derive(SimpleObject)]
pub struct LessonPayload {
    /// The lesson.
    pub(super) lesson: Option<Lesson>,
    /// What the person can mend.
    pub(super) user_errors: Vec<UserError>,
}

impl LessonPayload {
    /// The lesson, or why not.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn of(call: &Call, outcome: Result<LessonId, Objection>) -> Result<Self, Fault> {
        Ok(match outcome {
            Ok(id) => Self { lesson: Lesson::by_id(call, id).await?, user_errors: Vec::new() },
            Err(objection) => Self { lesson: None, user_errors: user_error::told(vec![objection], call.language) },
        })
    }
}

/// Mutations that write courses.
#[derive(Default)]
pub struct CourseWritingMutations;

/// Mutations that write courses.
#[Object]
impl CourseWritingMutations {
    /// Begins a course. Instructors.
    async fn create_course(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it is begun with.")] input: CreateCourseInput,
    ) -> async_graphql::Result<CoursePayload> {
        let rule = input.completion_rule.unwrap_or_default();
        let price = match input.price.map(|price| price.price("price")).transpose() {
            Ok(price) => price,
            Err(objection) => return Ok(CoursePayload::of(ctx.call(), Err(vec![objection])).await?),
        };
        let new = NewCourse {
            title: input.title,
            slug: input.slug,
            summary: input.summary,
            description: input.description,
            locale: input.locale.0,
            level: input.level,
            tags: input.tags.unwrap_or_default(),
            completion: Completion {
                lessons_percent: rule.lessons_percent.unwrap_or(100),
                quizzes_passed: rule.quizzes_passed.unwrap_or(true),
                minimum_score: rule.minimum_score.take(),
            },
            price,
            cover: None,
            source: None,
        };
        let outcome = create_course::create_course(ctx.call(), new).await?;
        Ok(CoursePayload::of(ctx.call(), outcome).await?)
    }

    /// Adds a section at the end of a course.
    async fn create_section(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The section.")] input: CreateSectionInput,
    ) -> async_graphql::Result<CoursePayload> {
        let outcome = write::add_section(ctx.call(), input.course, &input.title, input.hidden.unwrap_or(false)).await?;
        let outcome = outcome.map(|(course, _)| course).map_err(|objection| vec![objection]);
        Ok(CoursePayload::of(ctx.call(), outcome).await?)
    }

    /// Adds a lesson at the end of a section.
    async fn create_lesson(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The lesson.")] input: CreateLessonInput,
    ) -> async_graphql::Result<LessonPayload> {
        let call = ctx.call();
        let refused =
            |objection| LessonPayload { lesson: None, user_errors: user_error::told(vec![objection], call.language) };
        let estimated_duration = match fixed_seconds(input.estimated_duration, "estimatedDuration") {
            Ok(seconds) => seconds,
            Err(objection) => return Ok(refused(objection)),
        };
        let attachments = match input.attachment_uploads.map(attach::enclosures).transpose() {
            Ok(attachments) => attachments.map_or(Change::Keep, Change::Set),
            Err(objection) => return Ok(refused(objection)),
        };
        let lesson = LessonInput {
            section: input.section,
            title: input.title,
            kind: input.kind,
            body: input.body,
            body_format: input.body_format.unwrap_or(BodyFormat::Markdown),
            media_url: input.media_url.map(|url| url.0.to_string()),
            preview: input.preview.unwrap_or(false),
            hidden: input.hidden.unwrap_or(false),
            estimated_duration,
            quiz: input.quiz,
            files: FileChange { media: input.media_upload.map_or(Change::Keep, Change::Set), attachments },
        };
        Ok(match write::add_lesson(call, lesson).await? {
            Ok((_, id)) => LessonPayload { lesson: Lesson::by_id(call, id).await?, user_errors: Vec::new() },
            Err(objection) => refused(objection),
        })
    }
}

/// A length of time in seconds, if it was given.
///
/// # Errors
/// `INVALID`.
pub fn fixed_seconds(given: Option<Duration>, field: &str) -> Result<Option<i32>, Objection> {
    let Some(duration) = given else { return Ok(None) };
    let words = words!(
        "Lebih dari nol, tanpa bulan dan tahun, misalnya PT30M.",
        "More than nothing, without months and years, such as PT30M."
    );
    duration.0.fixed_seconds().map(Some).ok_or_else(|| Objection::new(UserErrorCode::Invalid, field, words))
}
