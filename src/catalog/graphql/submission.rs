//! `CourseSubmission`, and the mutations that submit and review courses.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};

use super::{course::Course, lesson::Section};
use crate::{
    catalog::{
        authority,
        changes::{self, ChangeKind, Difference},
        decide_submission,
        model::{CourseId, SubmissionId, SubmissionRow, SubmissionStatus},
        store::{self, CourseById, SubmissionById, VersionById},
        submit_course, withdraw_submission,
    },
    instructors::Decision,
    platform::{
        fault::Fault,
        graphql::{
            Call, CallExt, List, PageArgs, UserError,
            page::list,
            user_error::{self, Objection},
        },
        id::GlobalId,
        privacy::Role,
    },
};

/// A version of a course that waits for a reviewer, or was decided.
pub struct CourseSubmission(pub(super) SubmissionRow);

impl CourseSubmission {
    /// A submission, for the course's instructors and for reviewers.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn by_id(call: &Call, id: SubmissionId) -> Result<Option<Self>, Fault> {
        let Some(row) = call.load(SubmissionById(id)).await? else { return Ok(None) };
        Ok(authority::sees_drafts(call, row.course_id).await?.then_some(Self(row)))
    }

    /// Submissions, newest first. Reviewers.
    ///
    /// # Errors
    /// `UNAUTHENTICATED`, `FORBIDDEN`, and those of the database.
    pub async fn all(call: &Call, status: Option<SubmissionStatus>, page: &PageArgs) -> Result<List<Self>, Fault> {
        call.viewer().with_role(&[Role::Reviewer, Role::Admin])?;
        let page = page.page(call, "submissions")?;
        let rows = page.cut(store::newest_submissions(&*call.reader().await?, &page, status).await?);
        list(
            call,
            "submissions",
            rows,
            |row| (row.submitted_at, row.id),
            Self,
            move |call| Box::pin(async move { store::count_submissions(&*call.reader().await?, status).await }),
        )
    }
}

/// A version of a course that waits for a reviewer, or was decided.
#[Object]
impl CourseSubmission {
    /// The global id.
    pub async fn id(&self) -> GlobalId {
        self.0.id.global()
    }

    /// The course.
    async fn course(&self, ctx: &Context<'_>) -> Result<Course> {
        let course = Course::load(ctx.call(), self.0.course_id).await?;
        Ok(course.ok_or_else(|| Fault::from(anyhow::anyhow!("a submission without a course")))?)
    }

    /// The number of the version that was submitted.
    async fn version(&self, ctx: &Context<'_>) -> Result<i32> {
        Ok(ctx.call().load(VersionById(self.0.version_id)).await?.map_or(0, |version| version.number))
    }

    /// The sections of that version.
    async fn sections(&self, ctx: &Context<'_>) -> Result<Vec<Section>> {
        let call = ctx.call();
        let course = call.load(CourseById(self.0.course_id)).await?;
        let locale = course.map(|course| course.locale).unwrap_or_default();
        Ok(Section::of_version(call, self.0.course_id, &locale, self.0.version_id).await?)
    }

    /// What it changes against the version that was published when it was submitted: all is new where there was none. Of an answer key it
    /// says only that it changed; of more than 2,000 changes the last one says that there are more.
    async fn changes(&self, ctx: &Context<'_>) -> Result<Vec<CourseChange>> {
        Ok(changes::of(ctx.call(), &self.0).await?.into_iter().map(CourseChange::from).collect())
    }

    /// How far it is.
    async fn status(&self) -> SubmissionStatus {
        self.0.status
    }

    /// What the reviewer says.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// When it was submitted.
    async fn submitted_at(&self) -> DateTime<Utc> {
        self.0.submitted_at
    }

    /// When it was decided.
    async fn decided_at(&self) -> Option<DateTime<Utc>> {
        self.0.decided_at
    }
}

/// What a submitted version changes.
#[derive(SimpleObject)]
pub struct CourseChange {
    /// What changed: titles from the section down, then the field.
    path: String,
    /// How.
    kind: ChangeKind,
    /// What was there: of a text, the lines that differ.
    before: Option<String>,
    /// What is there.
    after: Option<String>,
}

impl From<Difference> for CourseChange {
    fn from(Difference { path, kind, before, after }: Difference) -> Self {
        Self { path, kind, before, after }
    }
}

/// A submission to be taken back.
#[derive(InputObject)]
pub struct WithdrawCourseSubmissionInput {
    /// The submission.
    id: SubmissionId,
}

/// A course to be submitted.
#[derive(InputObject)]
pub struct SubmitCourseInput {
    /// The course.
    id: CourseId,
}

/// A reviewer's decision on a course.
#[derive(InputObject)]
pub struct DecideCourseSubmissionInput {
    /// The submission.
    id: SubmissionId,
    /// What is decided.
    decision: Decision,
    /// What the instructors are told; required with anything but APPROVE.
    reason: Option<String>,
}

/// A submission after a change.
#[derive(SimpleObject)]
pub struct CourseSubmissionPayload {
    /// The submission.
    submission: Option<CourseSubmission>,
    /// What the person can mend.
    user_errors: Vec<UserError>,
}

impl CourseSubmissionPayload {
    async fn of(call: &Call, outcome: Result<SubmissionId, Objection>) -> Result<Self, Fault> {
        Ok(match outcome {
            Ok(id) => Self { submission: CourseSubmission::by_id(call, id).await?, user_errors: Vec::new() },
            Err(objection) => Self { submission: None, user_errors: user_error::told(vec![objection], call.language) },
        })
    }
}

/// Mutations that submit and review courses.
#[derive(Default)]
pub struct ReviewMutations;

/// Mutations that submit and review courses.
#[Object]
impl ReviewMutations {
    /// Submits a course for review: its draft is frozen, and a reviewer reads exactly that.
    async fn submit_course(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The course.")] input: SubmitCourseInput,
    ) -> Result<CourseSubmissionPayload> {
        let outcome = submit_course::submit_course(ctx.call(), input.id).await?;
        Ok(CourseSubmissionPayload::of(ctx.call(), outcome).await?)
    }

    /// Takes a submission back; it may be submitted again as it is. Its course's instructors, while it waits.
    async fn withdraw_course_submission(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The submission.")] input: WithdrawCourseSubmissionInput,
    ) -> Result<CourseSubmissionPayload> {
        let outcome = withdraw_submission::withdraw(ctx.call(), input.id).await?;
        Ok(CourseSubmissionPayload::of(ctx.call(), outcome).await?)
    }

    /// Decides on a submission; approval publishes it. Reviewers.
    async fn decide_course_submission(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The decision.")] input: DecideCourseSubmissionInput,
    ) -> Result<CourseSubmissionPayload> {
        let outcome = decide_submission::decide(ctx.call(), input.id, input.decision, input.reason).await?;
        Ok(CourseSubmissionPayload::of(ctx.call(), outcome).await?)
    }
}
