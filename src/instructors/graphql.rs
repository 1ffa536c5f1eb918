//! `InstructorApplication` and `InstructorProfile`.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};

use super::{
    ApplicationId, ApplicationStatus, Decision, InstructorProfileId,
    apply::{self, Application},
    decide,
    model::{ApplicationRow, InstructorRow, Proposal},
    privacy::{DisplayName, Expertise},
    store::{self, ApplicationById, InstructorById, InstructorOf},
    withdraw,
};
use crate::{
    catalog::{graphql::Course, store::TaughtFigures},
    platform::{
        fault::Fault,
        graphql::{Call, CallExt, List, PageArgs, UserError, page::list, scalars::Url, shown::whole, user_error},
        id::GlobalId,
        privacy::{
            Access, Datum, Role, Ties, UserId,
            directive::{class, personalData, to, visibility},
        },
    },
    profiles::graphql::User,
    reviews::store::Rating,
};

/// Somebody's application to teach.
pub struct InstructorApplication {
    row: ApplicationRow,
    access: Access,
}

impl InstructorApplication {
    /// The application, for its applicant and for who decides or answers for it.
    fn for_viewer(call: &Call, row: ApplicationRow) -> Result<Option<Self>, Fault> {
        let access = call.access_to(row.user_id, Ties::default(), Vec::new());
        Ok(whole(access.open(&super::privacy::Application::ENTRY))?.then_some(Self { row, access }))
    }

    /// An application by its id.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn by_id(call: &Call, id: ApplicationId) -> Result<Option<Self>, Fault> {
        if call.viewer().user.is_none() {
            return Ok(None);
        }
        match call.load(ApplicationById(id)).await? {
            Some(row) => Self::for_viewer(call, row),
            None => Ok(None),
        }
    }

    /// Applications, newest first: all of them for reviewers, or those of one person.
    ///
    /// # Errors
    /// `UNAUTHENTICATED`, `FORBIDDEN`, and those of the database.
    pub async fn all(
        call: &Call,
        status: Option<ApplicationStatus>,
        of: Option<UserId>,
        page: &PageArgs,
    ) -> Result<List<Self>, Fault> {
        if of.is_none() {
            call.viewer().with_role(&[Role::Reviewer, Role::PrivacyOfficer, Role::Admin])?;
        }
        let page = page.page(call, "applications")?;
        let rows = page.cut(store::newest_applications(&*call.reader().await?, &page, status, of).await?);
        let rows = rows.try_filter_map(|row| Self::for_viewer(call, row))?;
        list(
            call,
            "applications",
            rows,
            |application| (application.row.created_at, application.row.id),
            |application| application,
            move |call| Box::pin(async move { store::count_applications(&*call.reader().await?, status, of).await }),
        )
    }
}

/// Somebody's application to teach.
#[Object(directive = visibility::apply(to::<super::privacy::Application>()))]
impl InstructorApplication {
    /// The global id.
    pub async fn id(&self) -> GlobalId {
        self.row.id.global()
    }

    /// Who applies.
    async fn applicant(&self) -> User {
        User(self.row.user_id)
    }

    /// What they have done.
    async fn experience(&self) -> String {
        self.row.experience.shown_to(&self.access).cloned().unwrap_or_default()
    }

    /// What they know about.
    async fn expertise(&self) -> Vec<String> {
        self.row.expertise.shown_to(&self.access).cloned().unwrap_or_default()
    }

    /// Their page on LinkedIn.
    async fn linkedin_url(&self) -> Option<Url> {
        let text = self.row.linkedin_url.shown_to(&self.access).ok()?.as_deref()?;
        url::Url::parse(text).ok().map(Url)
    }

    /// Courses that they would like to give.
    async fn proposals(&self) -> Vec<CourseProposal> {
        let Ok(json) = self.row.proposals.shown_to(&self.access) else { return Vec::new() };
        let proposals: Vec<Proposal> = serde_json::from_value(json.clone()).unwrap_or_default();
        proposals.into_iter().map(|Proposal { title, summary }| CourseProposal { title, summary }).collect()
    }

    /// How far it is.
    async fn status(&self) -> ApplicationStatus {
        self.row.status
    }

    /// What the reviewer says to the applicant.
    async fn reason(&self) -> Option<String> {
        self.row.reason.shown_to(&self.access).ok().cloned().flatten()
    }

    /// When it was sent.
    async fn created_at(&self) -> DateTime<Utc> {
        self.row.created_at
    }

    /// When it was decided.
    async fn decided_at(&self) -> Option<DateTime<Utc>> {
        self.row.decided_at
    }
}

/// A course that an applicant would like to give.
#[derive(SimpleObject)]
pub struct CourseProposal {
    /// Its title.
    title: String,
    /// What it is about.
    summary: String,
}

/// The public face of an instructor.
pub struct InstructorProfile(InstructorRow);

impl InstructorProfile {
    /// An instructor by the id of their public face.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn by_id(call: &Call, id: InstructorProfileId) -> Result<Option<Self>, Fault> {
        Ok(call.load(InstructorById(id)).await?.map(Self))
    }

    /// Who teaches, newest first.
    ///
    /// # Errors
    /// `BAD_USER_INPUT`, and those of the database.
    pub async fn all(call: &Call, page: &PageArgs) -> Result<List<Self>, Fault> {
        let page = page.page(call, "instructors")?;
        let rows = page.cut(store::newest_instructors(&*call.reader().await?, &page).await?);
        list(
            call,
            "instructors",
            rows,
            |row| (row.created_at, row.id),
            Self,
            move |call| Box::pin(async move { store::count_instructors(&*call.reader().await?).await }),
        )
    }

    /// The public face of a person who teaches.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn of(call: &Call, user: UserId) -> Result<Option<Self>, Fault> {
        Ok(call.load(InstructorOf(user)).await?.map(Self))
    }
}

/// What is public is public to everybody.
fn everybody() -> Access {
    Access::public()
}

/// The public face of an instructor.
#[Object]
impl InstructorProfile {
    /// The global id.
    pub async fn id(&self) -> GlobalId {
        self.0.id.global()
    }

    /// The person.
    async fn user(&self) -> User {
        User(self.0.user_id)
    }

    /// The name that they teach under.
    #[graphql(directive = visibility::apply(to::<DisplayName>()), directive = personalData::apply(class::<DisplayName>()))]
    async fn display_name(&self) -> String {
        self.0.display_name.shown_to(&everybody()).cloned().unwrap_or_default()
    }

    /// What they know about.
    #[graphql(directive = visibility::apply(to::<Expertise>()), directive = personalData::apply(class::<Expertise>()))]
    async fn expertise(&self) -> Vec<String> {
        self.0.expertise.shown_to(&everybody()).cloned().unwrap_or_default()
    }

    /// The courses of the catalogue that they teach, newest first.
    async fn courses(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the start; 20 where none is asked for, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end; 100 at most.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Result<List<Course>> {
        Ok(Course::of_instructor(ctx.call(), self.0.user_id, &PageArgs { first, after, last, before }).await?)
    }

    /// The learners of those courses, counted course by course.
    async fn learner_count(&self, ctx: &Context<'_>) -> Result<i64> {
        Ok(ctx.call().load(TaughtFigures(self.0.user_id)).await?.unwrap_or_default().0)
    }

    /// What learners give those courses, from 1 to 5, to a tenth; null while so few have rated them that one could tell who gave what.
    async fn average_rating(&self, ctx: &Context<'_>) -> Result<Option<f64>> {
        let (_, count, sum) = ctx.call().load(TaughtFigures(self.0.user_id)).await?.unwrap_or_default();
        Ok(Rating { count, sum }.average())
    }
}

/// What an applicant says.
#[derive(InputObject)]
pub struct ApplyToTeachInput {
    /// The name to teach under: it becomes public when the application is approved.
    display_name: String,
    /// What they have done.
    experience: String,
    /// What they know about: it becomes public when the application is approved.
    expertise: Vec<String>,
    /// Their page on LinkedIn.
    linkedin_url: Option<Url>,
    /// Courses that they would like to give.
    proposals: Vec<CourseProposalInput>,
}

/// A course that an applicant would like to give.
#[derive(InputObject)]
pub struct CourseProposalInput {
    /// Its title.
    title: String,
    /// What it is about.
    summary: String,
}

/// A reviewer's decision on an application.
#[derive(InputObject)]
pub struct DecideInstructorApplicationInput {
    /// The application.
    id: ApplicationId,
    /// What is decided.
    decision: Decision,
    /// What the applicant is told; required with anything but APPROVE.
    reason: Option<String>,
}

/// An application to be taken back.
#[derive(InputObject)]
pub struct WithdrawInstructorApplicationInput {
    /// The application.
    id: ApplicationId,
}

/// An application after a change.
#[derive(SimpleObject)]
pub struct InstructorApplicationPayload {
    /// The application.
    application: Option<InstructorApplication>,
    /// What the person can mend.
    user_errors: Vec<UserError>,
}

impl InstructorApplicationPayload {
    fn of(call: &Call, outcome: Result<ApplicationRow, Vec<user_error::Objection>>) -> Result<Self, Fault> {
        Ok(match outcome {
            Ok(row) => Self { application: InstructorApplication::for_viewer(call, row)?, user_errors: Vec::new() },
            Err(objections) => Self { application: None, user_errors: user_error::told(objections, call.language) },
        })
    }
}

/// Mutations of instructors.
#[derive(Default)]
pub struct InstructorMutations;

/// Mutations of instructors.
#[Object]
impl InstructorMutations {
    /// Applies to teach; one application at a time.
    async fn apply_to_teach(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the applicant says.")] input: ApplyToTeachInput,
    ) -> Result<InstructorApplicationPayload> {
        let proposals = input.proposals.into_iter().map(|p| Proposal { title: p.title, summary: p.summary });
        let application = Application {
            display_name: input.display_name,
            experience: input.experience,
            expertise: input.expertise,
            linkedin_url: input.linkedin_url.map(|url| url.0.to_string()),
            proposals: proposals.collect(),
        };
        let outcome = apply::apply(ctx.call(), application).await?;
        Ok(InstructorApplicationPayload::of(ctx.call(), outcome)?)
    }

    /// Takes an application back. Its applicant, while it is open.
    async fn withdraw_instructor_application(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The application.")] input: WithdrawInstructorApplicationInput,
    ) -> Result<InstructorApplicationPayload> {
        let outcome = withdraw::withdraw(ctx.call(), input.id).await?;
        Ok(InstructorApplicationPayload::of(ctx.call(), outcome.map_err(|objection| vec![objection]))?)
    }

    /// Decides on an application. Reviewers.
    async fn decide_instructor_application(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The decision.")] input: DecideInstructorApplicationInput,
    ) -> Result<InstructorApplicationPayload> {
        let outcome = decide::decide(ctx.call(), input.id, input.decision, input.reason).await?;
        Ok(InstructorApplicationPayload::of(ctx.call(), outcome.map_err(|objection| vec![objection]))?)
    }
}
