//! The root of queries.

use async_graphql::{Context, Object, Result, SimpleObject};
use futures_util::future::try_join_all;

use super::node::Node;
use crate::{
    academies::{self, graphql::Academy},
    accounts::graphql::Viewer,
    app,
    audit::graphql::{AuditEntry, AuditFilter},
    catalog::{
        self,
        graphql::{Course, CourseFacets, CourseFilter, CourseSubmission, search},
        model::SubmissionStatus,
        store::CourseOrder,
    },
    certificates::graphql::CertificateVerification,
    instructors::{
        ApplicationStatus,
        graphql::{InstructorApplication, InstructorProfile},
    },
    platform::{
        fault::Fault,
        graphql::{CallExt, List, PageArgs, scalars::Duration},
        id::GlobalId,
        privacy::{
            Audience, Entry, Erasure, LegalBasis, PersonalDataClass, RetentionAction, RetentionStart, Sensitivity,
            Sharing,
        },
    },
    profiles::{self, graphql::User},
};

/// The root of queries.
pub struct Query;

/// The root of queries.
#[Object]
impl Query {
    /// Whatever has this id, if the viewer may know of it; null otherwise.
    async fn node(&self, ctx: &Context<'_>, #[graphql(desc = "The global id.")] id: GlobalId) -> Result<Option<Node>> {
        Ok(Node::by_id(ctx, id).await?)
    }

    /// Whatever has these ids, in their order; null where the viewer may not know of it.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ids: no more than 100.")] ids: Vec<GlobalId>,
    ) -> Result<Vec<Option<Node>>> {
        let most = ctx.call().services.settings.limits.page_size;
        if ids.len() > most as usize {
            return Err(Fault::bad_input(words!("Paling banyak {most} id.", "No more than {most} ids.")).into());
        }
        Ok(try_join_all(ids.into_iter().map(|id| Node::by_id(ctx, id))).await?)
    }

    /// Every limit that this API applies: depth, cost, page size, body size, rates, timeouts.
    async fn service_limits(&self, ctx: &Context<'_>) -> Vec<ServiceLimit> {
        let limits = ctx.call().services.settings.limits.published();
        limits
            .into_iter()
            .chain(catalog::policy::published())
            .chain(profiles::published())
            .map(|(name, limit, unit, description)| ServiceLimit {
                name,
                limit: i32::try_from(limit).unwrap_or(i32::MAX),
                unit,
                description,
            })
            .collect()
    }

    /// The tenant that this request is for: by host name, by the X-Academy header, or the only one there is.
    async fn academy(&self, ctx: &Context<'_>) -> Result<Academy> {
        Ok(Academy(academies::current(ctx.call()).await?))
    }

    /// The signed-in account, or null.
    async fn viewer(&self, ctx: &Context<'_>) -> Option<Viewer> {
        Viewer::of(ctx.call())
    }

    /// Null where there is no such person or where nothing of them is visible to the viewer: the two cannot be told apart, by
    /// answer or by timing.
    async fn user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The name that they are found by.")] username: String,
    ) -> Result<Option<User>> {
        Ok(User::by_username(ctx.call(), &username).await?)
    }

    /// The people of the academy, newest first. Staff.
    async fn users(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the start; 20 where none is asked for, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end; 100 at most.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Result<List<User>> {
        Ok(User::all(ctx.call(), &PageArgs { first, after, last, before }).await?)
    }

    /// A course by its name in addresses, if the viewer may see it.
    async fn course(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its name in addresses.")] slug: String,
    ) -> Result<Option<Course>> {
        Ok(Course::by_slug(ctx.call(), &slug).await?)
    }

    /// The catalogue: published courses.
    #[expect(clippy::too_many_arguments, reason = "what the contract lets a client ask")]
    async fn courses(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "What to look for, in Indonesian or English as the courses are: all of its words, else what is spelt like it, and who teaches."
        )]
        query: Option<String>,
        #[graphql(desc = "Which courses.")] filter: Option<CourseFilter>,
        #[graphql(desc = "In which order: by relevance with a query, else the newest first.")] order_by: Option<
            CourseOrder,
        >,
        #[graphql(desc = "So many from the start; 20 where none is asked for, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end; 100 at most.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Result<List<Course>> {
        let page = PageArgs { first, after, last, before };
        let search = search(ctx.call(), query, filter, order_by).await?;
        Ok(Course::all(ctx.call(), search, &page).await?)
    }

    /// How many courses of the catalogue there are of each kind.
    async fn course_facets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to look for, as of `courses`.")] query: Option<String>,
        #[graphql(desc = "Which courses.")] filter: Option<CourseFilter>,
    ) -> Result<CourseFacets> {
        let search = search(ctx.call(), query, filter, None).await?;
        Ok(CourseFacets::of(ctx.call(), &search).await?)
    }

    /// Who teaches here, newest first.
    async fn instructors(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the start; 20 where none is asked for, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end; 100 at most.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Result<List<InstructorProfile>> {
        Ok(InstructorProfile::all(ctx.call(), &PageArgs { first, after, last, before }).await?)
    }

    /// Courses that were submitted, newest first. Reviewers.
    async fn course_submissions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that are this far.")] status: Option<SubmissionStatus>,
        #[graphql(desc = "So many from the start; 20 where none is asked for, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end; 100 at most.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Result<List<CourseSubmission>> {
        let page = PageArgs { first, after, last, before };
        Ok(CourseSubmission::all(ctx.call(), status, &page).await?)
    }

    /// Anyone may ask. Never errors for an unknown code: status NOT_FOUND.
    async fn certificate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code, with or without hyphens, in any case.")] code: String,
    ) -> Result<CertificateVerification> {
        Ok(CertificateVerification::of_code(ctx.call(), &code).await?)
    }

    /// Applications to teach, newest first. Reviewers.
    async fn instructor_applications(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that are this far.")] status: Option<ApplicationStatus>,
        #[graphql(desc = "So many from the start; 20 where none is asked for, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end; 100 at most.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Result<List<InstructorApplication>> {
        let page = PageArgs { first, after, last, before };
        Ok(InstructorApplication::all(ctx.call(), status, None, &page).await?)
    }

    /// The audit log, newest first. Privacy officers and admins.
    async fn audit_log(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which entries.")] filter: Option<AuditFilter>,
        #[graphql(desc = "So many from the start; 20 where none is asked for, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end; 100 at most.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Result<List<AuditEntry>> {
        let page = PageArgs { first, after, last, before };
        Ok(AuditEntry::all(ctx.call(), filter.unwrap_or_default().into(), &page).await?)
    }

    /// What personal data this academy holds, why, for how long and who may read it: the record of processing, generated
    /// from the code.
    async fn data_inventory(&self, ctx: &Context<'_>) -> Vec<DataInventoryEntry> {
        let sharing = ctx.call().sharing();
        let held = app::data().into_iter().filter(|datum| sharing.holds(datum));
        held.map(|entry| DataInventoryEntry::of(&entry, &sharing)).collect()
    }
}

/// One limit of this API.
#[derive(SimpleObject)]
pub struct ServiceLimit {
    /// Its name.
    name: &'static str,
    /// The most that is taken.
    limit: i32,
    /// Of what.
    unit: &'static str,
    /// To what it applies.
    description: &'static str,
}

/// One datum of personal data: what it is, why it is held, and who may read it.
#[derive(SimpleObject)]
pub struct DataInventoryEntry {
    /// Whose data it is.
    subject: &'static str,
    /// The datum.
    field: &'static str,
    /// What kind of data it is.
    class: PersonalDataClass,
    /// General or specific; any data of a minor is specific.
    sensitivity: Sensitivity,
    /// Whether it is sealed in the database.
    encrypted: bool,
    /// What it is used for.
    purposes: Vec<&'static str>,
    /// On what ground.
    legal_basis: LegalBasis,
    /// Who may read it here: of those whom `@visibility` names, those with whom the academy's policy shares it.
    visible_to: Vec<Audience>,
    /// Whom it is given to outside the platform.
    shared_with: Vec<&'static str>,
    /// For how long after its start; null: as long as the account lives.
    keep_for: Option<Duration>,
    /// When the clock of retention starts.
    starting_from: RetentionStart,
    /// What happens then.
    then: RetentionAction,
}

impl DataInventoryEntry {
    fn of(entry: &Entry, sharing: &Sharing) -> Self {
        Self {
            subject: entry.subject,
            field: entry.field,
            class: entry.class,
            sensitivity: entry.sensitivity,
            encrypted: entry.encrypted,
            purposes: entry.purposes.to_vec(),
            legal_basis: entry.basis,
            visible_to: sharing.in_force(entry).collect(),
            shared_with: Vec::new(),
            keep_for: None,
            starting_from: entry.starts,
            then: match entry.erasure {
                Erasure::Delete => RetentionAction::Delete,
                Erasure::Anonymise(_) => RetentionAction::Anonymise,
                Erasure::Keep(_) => RetentionAction::Keep,
            },
        }
    }
}
