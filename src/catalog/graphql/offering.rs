//! Mutations of how a course is offered: its runs, the codes that lead into them, its copies, its end.

use async_graphql::{Context, InputObject, MaybeUndefined, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};

use super::{course::CourseRun, writing::CoursePayload};
use crate::{
    catalog::{
        archive, duplicate,
        model::{CourseId, RunId},
        runs::{self, NewRun, UpdateRun},
    },
    platform::{
        fault::Fault,
        graphql::{
            Call, CallExt, UserError,
            user_error::{self, Objection},
        },
    },
};

/// What a run is begun with.
#[derive(InputObject)]
pub struct CreateRunInput {
    /// The course.
    course: CourseId,
    /// Its name.
    name: String,
    /// From when one enrols and learns; at once where it is left out.
    opens_at: Option<DateTime<Utc>>,
    /// Until when; without end where it is left out.
    closes_at: Option<DateTime<Utc>>,
    /// How many may enrol; as many as like where it is left out.
    seats: Option<i32>,
    /// Whether one enrols by invitation only.
    invitation_only: Option<bool>,
}

/// What changes of a run: what is absent stays, null clears.
#[derive(InputObject)]
pub struct UpdateRunInput {
    /// The run.
    id: RunId,
    /// Its name.
    name: MaybeUndefined<String>,
    /// From when one enrols and learns.
    opens_at: MaybeUndefined<DateTime<Utc>>,
    /// Until when. Who is enrolled already learns until the day that it was when they enrolled.
    closes_at: MaybeUndefined<DateTime<Utc>>,
    /// How many may enrol. Who is in stays, also where they are more.
    seats: MaybeUndefined<i32>,
    /// Whether one enrols by invitation only.
    invitation_only: MaybeUndefined<bool>,
}

/// What an invitation code is good for.
#[derive(InputObject)]
pub struct CreateInvitationCodeInput {
    /// The run that it leads into, also where one enrols by invitation only, and without paying.
    run: RunId,
    /// How many may enrol by it; as many as like where it is left out.
    uses: Option<i32>,
    /// Until when; without end where it is left out.
    expires_at: Option<DateTime<Utc>>,
}

/// A course to be duplicated.
#[derive(InputObject)]
pub struct DuplicateCourseInput {
    /// The course.
    id: CourseId,
}

/// A course to be archived.
#[derive(InputObject)]
pub struct ArchiveCourseInput {
    /// The course.
    id: CourseId,
}

/// A run after a change.
#[derive(SimpleObject)]
pub struct RunPayload {
    /// The run.
    run: Option<CourseRun>,
    /// What the person can mend.
    user_errors: Vec<UserError>,
}

impl RunPayload {
    async fn of(call: &Call, outcome: Result<RunId, Vec<Objection>>) -> Result<Self, Fault> {
        Ok(match outcome {
            Ok(id) => Self { run: CourseRun::by_id(call, id).await?, user_errors: Vec::new() },
            Err(objections) => Self { run: None, user_errors: user_error::told(objections, call.language) },
        })
    }
}

/// A new invitation code.
#[derive(SimpleObject)]
pub struct InvitationCodePayload {
    /// The code, shown this once.
    code: Option<String>,
    /// What the person can mend.
    user_errors: Vec<UserError>,
}

/// Mutations of how a course is offered.
#[derive(Default)]
pub struct OfferingMutations;

/// Mutations of how a course is offered.
#[Object]
impl OfferingMutations {
    /// Begins a run of a course: a cohort, a school year. Its instructors.
    async fn create_run(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it is begun with.")] input: CreateRunInput,
    ) -> Result<RunPayload> {
        let new = NewRun {
            course: input.course,
            name: input.name,
            opens_at: input.opens_at,
            closes_at: input.closes_at,
            seats: input.seats,
            invitation_only: input.invitation_only.unwrap_or(false),
        };
        let outcome = runs::create(ctx.call(), new).await?;
        Ok(RunPayload::of(ctx.call(), outcome).await?)
    }

    /// Changes a run. Its course's instructors.
    async fn update_run(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdateRunInput,
    ) -> Result<RunPayload> {
        let change = UpdateRun {
            name: input.name.into(),
            opens_at: input.opens_at.into(),
            closes_at: input.closes_at.into(),
            seats: input.seats.into(),
            invitation_only: input.invitation_only.into(),
        };
        let outcome = runs::update(ctx.call(), input.id, change).await?;
        Ok(RunPayload::of(ctx.call(), outcome).await?)
    }

    /// Makes a code that leads into a run. Its course's instructors.
    async fn create_invitation_code(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it is good for.")] input: CreateInvitationCodeInput,
    ) -> Result<InvitationCodePayload> {
        let call = ctx.call();
        Ok(match runs::invite(call, input.run, input.uses, input.expires_at).await? {
            Ok(code) => InvitationCodePayload { code: Some(code), user_errors: Vec::new() },
            Err(objections) => {
                InvitationCodePayload { code: None, user_errors: user_error::told(objections, call.language) }
            }
        })
    }

    /// Begins a course with the content of another one's newest version, under new ids, with nobody in it. Its instructors.
    async fn duplicate_course(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: DuplicateCourseInput,
    ) -> Result<CoursePayload> {
        let outcome = duplicate::duplicate(ctx.call(), input.id).await?;
        Ok(CoursePayload::of(ctx.call(), outcome).await?)
    }

    /// Takes a course out of the catalogue; who is enrolled keeps it. Submitted and approved anew, it is back. Its instructors.
    async fn archive_course(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: ArchiveCourseInput,
    ) -> Result<CoursePayload> {
        let outcome = archive::archive(ctx.call(), input.id).await?;
        Ok(CoursePayload::of(ctx.call(), outcome.map_err(|objection| vec![objection])).await?)
    }
}
