//! Mutations that change what a draft holds: update, move, delete.

use async_graphql::{Context, InputObject, MaybeUndefined, Object, Result};

use super::{
    lesson::Lesson,
    writing::{CompletionRuleInput, CoursePayload, LessonPayload, fixed_seconds},
};
use crate::{
    catalog::{
        course_files::attach::{self, FileChange},
        delete,
        model::{BodyFormat, CourseId, CourseLevel, LessonId, QuizId, SectionId},
        reorder,
        update_content::{self, UpdateLesson, UpdateSection},
        update_course::{self, UpdateCourse},
        write::Written,
    },
    platform::{
        change::Change,
        fault::Fault,
        graphql::{
            Call, CallExt,
            money::MoneyInput,
            scalars::{Duration, Locale, Url},
            user_error::{self, Objection},
        },
        id::GlobalId,
    },
    uploads::UploadId,
};

/// What changes of a course: what is absent stays, null clears.
#[derive(InputObject)]
pub struct UpdateCourseInput {
    /// The course.
    id: CourseId,
    /// Its title.
    title: MaybeUndefined<String>,
    /// What it is about, in a sentence or two.
    summary: MaybeUndefined<String>,
    /// What it is about, Markdown.
    description: MaybeUndefined<String>,
    /// Its language: until it is published.
    locale: MaybeUndefined<Locale>,
    /// For whom it is.
    level: MaybeUndefined<CourseLevel>,
    /// What to find it by.
    tags: MaybeUndefined<Vec<String>>,
    /// What it costs; null: nothing.
    price: MaybeUndefined<MoneyInput>,
    /// Courses that a learner has completed before they enrol in this one; never in a circle.
    prerequisites: MaybeUndefined<Vec<CourseId>>,
    /// Its picture: an upload for `COURSE_COVER`, PNG or JPEG, of which the middle is taken, sixteen to nine; null: none.
    cover_upload: MaybeUndefined<UploadId>,
    /// When a learner has completed it: what is left out of the rule stays; null: all lessons and all quizzes.
    completion_rule: MaybeUndefined<CompletionRuleInput>,
    /// `draft.version` as the client has read it: another one answers CONFLICT.
    version: Option<i32>,
}

impl TryFrom<UpdateCourseInput> for UpdateCourse {
    type Error = Objection;

    fn try_from(input: UpdateCourseInput) -> Result<Self, Objection> {
        let (lessons_percent, quizzes_passed, minimum_score) = match input.completion_rule {
            MaybeUndefined::Undefined => (Change::Keep, Change::Keep, Change::Keep),
            MaybeUndefined::Null => (Change::Clear, Change::Clear, Change::Clear),
            MaybeUndefined::Value(rule) => {
                let CompletionRuleInput { lessons_percent, quizzes_passed, minimum_score } = rule;
                (
                    lessons_percent.map_or(Change::Keep, Change::Set),
                    quizzes_passed.map_or(Change::Keep, Change::Set),
                    minimum_score.into(),
                )
            }
        };
        Ok(Self {
            title: input.title.into(),
            summary: input.summary.into(),
            description: input.description.into(),
            locale: input.locale.map_value(|locale| locale.0).into(),
            level: input.level.into(),
            tags: input.tags.into(),
            lessons_percent,
            quizzes_passed,
            minimum_score,
            price: Change::from(input.price).try_map(|price| price.price("price"))?,
            prerequisites: input.prerequisites.into(),
            cover: input.cover_upload.into(),
        })
    }
}

/// What changes of a section: what is absent stays.
#[derive(InputObject)]
pub struct UpdateSectionInput {
    /// The section.
    id: SectionId,
    /// Its title.
    title: MaybeUndefined<String>,
    /// Whether only its instructors and staff see it and its lessons: hiding it hides them all, showing it shows them all.
    hidden: MaybeUndefined<bool>,
}

/// What changes of a lesson: what is absent stays, null clears.
#[derive(InputObject)]
pub struct UpdateLessonInput {
    /// The lesson.
    id: LessonId,
    /// Its title.
    title: MaybeUndefined<String>,
    /// Its text.
    body: MaybeUndefined<String>,
    /// What the text is written in.
    body_format: MaybeUndefined<BodyFormat>,
    /// A video or file elsewhere.
    media_url: MaybeUndefined<Url>,
    /// Whether anybody may read it.
    preview: MaybeUndefined<bool>,
    /// Whether only its instructors and staff see it.
    hidden: MaybeUndefined<bool>,
    /// About how long it takes.
    estimated_duration: MaybeUndefined<Duration>,
    /// The quiz of a lesson that is one.
    quiz: MaybeUndefined<QuizId>,
    /// Its video, sound, picture or PDF: an upload for `LESSON_MEDIA`, in place of `mediaUrl`.
    media_upload: MaybeUndefined<UploadId>,
    /// All that is attached to it, in its order: uploads for `ATTACHMENT`, and the ids of attachments that stay.
    attachment_uploads: MaybeUndefined<Vec<GlobalId>>,
    /// `draft.version` of the course as the client has read it: another one answers CONFLICT.
    version: Option<i32>,
}

/// Where a section goes.
#[derive(InputObject)]
pub struct MoveSectionInput {
    /// The section.
    id: SectionId,
    /// Its course: it stays in it.
    into: Option<CourseId>,
    /// Behind this sibling; to the front where it is left out.
    after: Option<SectionId>,
}

/// Where a lesson goes.
#[derive(InputObject)]
pub struct MoveLessonInput {
    /// The lesson.
    id: LessonId,
    /// Into this section of its course; it stays in its own where it is left out.
    into: Option<SectionId>,
    /// Behind this sibling; to the front where it is left out.
    after: Option<LessonId>,
}

/// Which section goes.
#[derive(InputObject)]
pub struct DeleteSectionInput {
    /// The section.
    id: SectionId,
}

/// Which lesson goes.
#[derive(InputObject)]
pub struct DeleteLessonInput {
    /// The lesson.
    id: LessonId,
}

async fn course_of<I>(call: &Call, outcome: Written<I>) -> Result<CoursePayload, Fault> {
    let outcome = outcome.map(|(course, _)| course).map_err(|objection| vec![objection]);
    CoursePayload::of(call, outcome).await
}

/// Mutations that change what a draft holds.
#[derive(Default)]
pub struct CourseEditingMutations;

/// Mutations that change what a draft holds.
#[Object]
impl CourseEditingMutations {
    /// Changes what the draft says of the course. Its instructors.
    async fn update_course(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdateCourseInput,
    ) -> Result<CoursePayload> {
        let (id, seen) = (input.id, input.version);
        let outcome = match input.try_into() {
            Ok(change) => update_course::update_course(ctx.call(), id, seen, change).await?,
            Err(objection) => Err(vec![objection]),
        };
        Ok(CoursePayload::of(ctx.call(), outcome).await?)
    }

    /// Changes a section of the draft. Its course's instructors.
    async fn update_section(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdateSectionInput,
    ) -> Result<CoursePayload> {
        let change = UpdateSection { title: input.title.into(), hidden: input.hidden.into() };
        let outcome = update_content::update_section(ctx.call(), input.id, change).await?;
        Ok(course_of(ctx.call(), outcome).await?)
    }

    /// Changes a lesson of the draft. Its course's instructors.
    async fn update_lesson(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdateLessonInput,
    ) -> Result<LessonPayload> {
        let call = ctx.call();
        let estimated_duration = Change::from(input.estimated_duration)
            .try_map(|duration| fixed_seconds(Some(duration), "estimatedDuration").map(Option::unwrap_or_default));
        let attachments = Change::from(input.attachment_uploads).try_map(attach::enclosures);
        let given = estimated_duration.and_then(|duration| Ok((duration, attachments?)));
        let outcome = match given {
            Ok((estimated_duration, attachments)) => {
                let change = UpdateLesson {
                    title: input.title.into(),
                    body: input.body.into(),
                    body_format: input.body_format.into(),
                    media_url: input.media_url.map_value(|url| url.0.to_string()).into(),
                    preview: input.preview.into(),
                    hidden: input.hidden.into(),
                    estimated_duration,
                    quiz: input.quiz.into(),
                    files: FileChange { media: input.media_upload.into(), attachments },
                };
                update_content::update_lesson(call, input.id, input.version, change).await?
            }
            Err(objection) => Err(vec![objection]),
        };
        Ok(match outcome {
            Ok(id) => LessonPayload { lesson: Lesson::by_id(call, id).await?, user_errors: Vec::new() },
            Err(objections) => LessonPayload { lesson: None, user_errors: user_error::told(objections, call.language) },
        })
    }

    /// Moves a section behind a sibling, or to the front. Its course's instructors.
    async fn move_section(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Where it goes.")] input: MoveSectionInput,
    ) -> Result<CoursePayload> {
        let outcome = reorder::move_section(ctx.call(), input.id, input.into, input.after).await?;
        Ok(course_of(ctx.call(), outcome).await?)
    }

    /// Moves a lesson behind a sibling, or to the front: of its section, or of another one of the course. Its course's instructors.
    async fn move_lesson(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Where it goes.")] input: MoveLessonInput,
    ) -> Result<CoursePayload> {
        let outcome = reorder::move_lesson(ctx.call(), input.id, input.into, input.after).await?;
        Ok(course_of(ctx.call(), outcome).await?)
    }

    /// Deletes a section from the draft, with its lessons. Who learns by an earlier version keeps it. Its course's instructors.
    async fn delete_section(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: DeleteSectionInput,
    ) -> Result<CoursePayload> {
        let outcome = delete::delete_section(ctx.call(), input.id).await?;
        Ok(course_of(ctx.call(), outcome).await?)
    }

    /// Deletes a lesson from the draft; its quiz goes with it, unless another lesson has it. Who learns by an earlier version keeps it. Its
    /// course's instructors.
    async fn delete_lesson(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: DeleteLessonInput,
    ) -> Result<CoursePayload> {
        let outcome = delete::delete_lesson(ctx.call(), input.id).await?;
        Ok(course_of(ctx.call(), outcome).await?)
    }
}
