//! `Course`, its runs and its draft.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};

use super::{lesson::Section, submission::CourseSubmission};
use crate::{
    catalog::{
        authority,
        content::LengthOf,
        model::{BodyFormat, CourseId, CourseLevel, CourseRow, CourseStatus, RunId, RunRow, VersionRow},
        rendering,
        store::{
            self, CourseById, DescriptionOf, InstructorsOf, PrerequisitesOf, RunById, RunsOf, SubmissionOf, VersionById,
        },
    },
    enrolment::{graphql::Enrolment, store::SeatedIn},
    instructors::graphql::InstructorProfile,
    platform::{
        duration::CalendarDuration,
        fault::Fault,
        graphql::{
            Call, CallExt, List, PageArgs,
            money::Money,
            page::list,
            scalars::{Duration, Locale},
        },
        id::GlobalId,
        privacy::UserId,
    },
    reviews::{
        graphql::Review,
        store::{Rating, RatingOf},
    },
};

/// A course.
#[derive(Clone)]
pub struct Course {
    pub(super) row: CourseRow,
    pub(super) version: VersionRow,
}

impl Course {
    /// A course in the version that is shown, whoever asks: for rooms that know that the viewer may have it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn load(call: &Call, id: CourseId) -> Result<Option<Self>, Fault> {
        let Some(row) = call.load(CourseById(id)).await? else { return Ok(None) };
        let shown = row.published_id.or(row.latest_id);
        let shown = shown.ok_or_else(|| anyhow::anyhow!("a course without a version"))?;
        Ok(call.load(VersionById(shown)).await?.map(|version| Self { row, version }))
    }

    /// A course by its id, if the viewer may see it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn by_id(call: &Call, id: CourseId) -> Result<Option<Self>, Fault> {
        let found = Self::load(call, id).await?;
        match found {
            Some(course) if authority::may_see(call, &course.row).await? => Ok(Some(course)),
            _ => Ok(None),
        }
    }

    /// A course by its name in addresses, if the viewer may see it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn by_slug(call: &Call, slug: &str) -> Result<Option<Self>, Fault> {
        match store::by_slug(&*call.reader().await?, slug).await? {
            Some(id) => Self::by_id(call, id).await,
            None => Ok(None),
        }
    }

    async fn rating(&self, call: &Call) -> Result<Rating, Fault> {
        Ok(call.load(RatingOf(self.row.id)).await?.unwrap_or_default())
    }

    /// Courses, newest first.
    ///
    /// # Errors
    /// `BAD_USER_INPUT`, and those of the database.
    pub async fn all(call: &Call, filter: store::CourseFilter, page: &PageArgs) -> Result<List<Self>, Fault> {
        let page = page.page(call, "courses")?;
        let rows = page.cut(store::newest(&*call.reader().await?, &page, &filter).await?);
        list(
            call,
            "courses",
            rows,
            |(row, _)| (row.created_at, row.id),
            |(row, version)| Self { row, version },
            move |call| {
                let filter = filter.clone();
                Box::pin(async move { store::count(&*call.reader().await?, &filter).await })
            },
        )
    }
}

/// A course: what the catalogue shows of it, and more for who writes and reviews it.
#[Object]
impl Course {
    /// The global id.
    pub async fn id(&self) -> GlobalId {
        self.row.id.global()
    }

    /// Its name in addresses.
    async fn slug(&self) -> &str {
        &self.row.slug
    }

    /// Its title.
    async fn title(&self) -> &str {
        &self.version.title
    }

    /// What it is about, in a sentence or two.
    async fn summary(&self) -> &str {
        &self.version.summary
    }

    /// What it is about, Markdown.
    async fn description(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(ctx.call().load(DescriptionOf(self.version.id)).await?.unwrap_or_default())
    }

    /// What it is about, as safe HTML.
    async fn description_html(&self, ctx: &Context<'_>) -> Result<String> {
        let description = ctx.call().load(DescriptionOf(self.version.id)).await?.unwrap_or_default();
        Ok(rendering::html_of(ctx.call(), description, BodyFormat::Markdown).await?)
    }

    /// Its own language.
    async fn locale(&self) -> Locale {
        Locale(self.row.locale.clone())
    }

    /// For whom it is.
    async fn level(&self) -> CourseLevel {
        self.version.level
    }

    /// What to find it by.
    async fn tags(&self) -> &[String] {
        &self.version.tags
    }

    /// Whether the catalogue shows it.
    async fn status(&self) -> CourseStatus {
        self.row.status
    }

    /// The number of the version that is shown.
    async fn version(&self) -> i32 {
        self.version.number
    }

    /// Since when that version is published.
    async fn published_at(&self) -> Option<DateTime<Utc>> {
        self.row.published_at
    }

    /// Who teaches it.
    async fn instructors(&self, ctx: &Context<'_>) -> Result<Vec<InstructorProfile>> {
        let call = ctx.call();
        let users = call.load(InstructorsOf(self.row.id)).await?.unwrap_or_default();
        let profiles =
            futures_util::future::try_join_all(users.into_iter().map(|user| InstructorProfile::of(call, user)));
        Ok(profiles.await?.into_iter().flatten().collect())
    }

    /// The sections of the version that is shown; a learner's own version is `Enrolment.sections`.
    async fn sections(&self, ctx: &Context<'_>) -> Result<Vec<Section>> {
        Ok(Section::of_version(ctx.call(), self.row.id, &self.row.locale, self.version.id).await?)
    }

    /// What its instructors are writing. Its instructors, reviewers and admins; null to others.
    async fn draft(&self, ctx: &Context<'_>) -> Result<Option<CourseDraft>> {
        let call = ctx.call();
        if !authority::sees_drafts(call, self.row.id).await? {
            return Ok(None);
        }
        let latest = self.row.latest_id.ok_or_else(|| Fault::from(anyhow::anyhow!("a course without a version")))?;
        let version = call.load(VersionById(latest)).await?;
        Ok(version.map(|version| CourseDraft { course: self.row.clone(), version }))
    }

    /// The viewer's own live enrolment.
    async fn viewer_enrolment(&self, ctx: &Context<'_>) -> Result<Option<Enrolment>> {
        Ok(Enrolment::of_viewer(ctx.call(), self.row.id).await?)
    }

    /// How many lessons the version that is shown has.
    async fn lesson_count(&self) -> i32 {
        self.version.lesson_count
    }

    /// Its offerings: every course has one that is always open; cohorts and school years are more.
    async fn runs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the start; 20 where none is asked for, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end; 100 at most.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Result<List<CourseRun>> {
        let call = ctx.call();
        let page = PageArgs { first, after, last, before }.page::<(DateTime<Utc>, RunId)>(call, "runs")?;
        // Few a course: read whole, cut here.
        let all = call.load(RunsOf(self.row.id)).await?.unwrap_or_default();
        let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
        let rows = page.of_few(all, |run| (run.created_at, run.id));
        Ok(list(
            call,
            "runs",
            rows,
            |run| (run.created_at, run.id),
            CourseRun,
            move |_| Box::pin(async move { Ok(total) }),
        )?)
    }

    /// What learners give it, from 1 to 5, to a tenth; null while so few have rated it that one could tell who gave what.
    async fn average_rating(&self, ctx: &Context<'_>) -> Result<Option<f64>> {
        Ok(self.rating(ctx.call()).await?.average())
    }

    /// How many have rated it, whoever may read what they say.
    async fn review_count(&self, ctx: &Context<'_>) -> Result<i32> {
        Ok(i32::try_from(self.rating(ctx.call()).await?.count).unwrap_or(i32::MAX))
    }

    /// What learners say of it, newest first: what its authors show to the viewer.
    async fn reviews(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the start; 20 where none is asked for, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end; 100 at most.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Result<List<Review>> {
        Ok(Review::of_course(ctx.call(), self.row.id, &PageArgs { first, after, last, before }).await?)
    }

    /// When a learner has completed it.
    async fn completion_rule(&self) -> CompletionRule {
        CompletionRule {
            lessons_percent: self.version.lessons_percent,
            quizzes_passed: self.version.quizzes_passed,
            minimum_score: self.version.minimum_score,
        }
    }

    /// What it costs; null: nothing.
    async fn price(&self) -> Option<Money> {
        self.version.price.money().map(Money::from)
    }

    /// About how long its lessons take together; null where none of them says.
    async fn estimated_duration(&self, ctx: &Context<'_>) -> Result<Option<Duration>> {
        let seconds = ctx.call().load(LengthOf(self.version.id)).await?;
        let seconds = seconds.and_then(|seconds| u32::try_from(seconds).ok());
        Ok(seconds.map(|seconds| Duration(CalendarDuration::seconds(seconds))))
    }

    /// Courses that a learner has completed before they enrol in this one, as far as the viewer may see them.
    async fn prerequisites(&self, ctx: &Context<'_>) -> Result<Vec<Self>> {
        let call = ctx.call();
        let asked = call.load(PrerequisitesOf(self.version.id)).await?.unwrap_or_default();
        let courses = futures_util::future::try_join_all(asked.into_iter().map(|id| Self::by_id(call, id))).await?;
        Ok(courses.into_iter().flatten().collect())
    }

    /// Who learns by it or has, newest first, as far as the academy's policy shares them. Its instructors and admins; null to others.
    async fn roster(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the start; 20 where none is asked for, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end; 100 at most.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Result<Option<List<Enrolment>>> {
        let call = ctx.call();
        if !authority::may_edit(call, self.row.id).await? {
            return Ok(None);
        }
        let page = PageArgs { first, after, last, before };
        Ok(Some(Enrolment::of_course(call, self.row.id, &page).await?))
    }
}

/// When a learner has completed a course.
#[derive(SimpleObject)]
pub struct CompletionRule {
    /// The share of lessons that must be completed.
    lessons_percent: i32,
    /// Whether every quiz must be passed.
    quizzes_passed: bool,
    /// What the best scores at its quizzes must be on average, in whole per cents; null: none is asked.
    minimum_score: Option<i32>,
}

/// An offering of a course.
pub struct CourseRun(pub RunRow);

impl CourseRun {
    /// A run by its id, if the viewer may see its course.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn by_id(call: &Call, id: RunId) -> Result<Option<Self>, Fault> {
        let Some(row) = call.load(RunById(id)).await? else { return Ok(None) };
        let seen = Course::by_id(call, row.course_id).await?.is_some();
        Ok(seen.then_some(Self(row)))
    }
}

/// An offering of a course.
#[Object]
impl CourseRun {
    /// The global id.
    pub async fn id(&self) -> GlobalId {
        self.0.id.global()
    }

    /// The course.
    async fn course(&self, ctx: &Context<'_>) -> Result<Course> {
        let course = Course::load(ctx.call(), self.0.course_id).await?;
        Ok(course.ok_or_else(|| Fault::from(anyhow::anyhow!("a run without a course")))?)
    }

    /// Its name; empty for the run that is always open.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// When it opens; null: it is open.
    async fn opens_at(&self) -> Option<DateTime<Utc>> {
        self.0.opens_at
    }

    /// When it closes; null: never.
    async fn closes_at(&self) -> Option<DateTime<Utc>> {
        self.0.closes_at
    }

    /// How many may enrol; null: as many as like.
    async fn seats(&self) -> Option<i32> {
        self.0.seats
    }

    /// How many seats are free; null: as many as like may enrol.
    async fn seats_left(&self, ctx: &Context<'_>) -> Result<Option<i32>> {
        let Some(seats) = self.0.seats else { return Ok(None) };
        let seated = ctx.call().load(SeatedIn(self.0.id)).await?.unwrap_or_default();
        Ok(Some(seats.saturating_sub(i32::try_from(seated).unwrap_or(i32::MAX)).max(0)))
    }

    /// Whether one enrols by invitation only.
    async fn invitation_only(&self) -> bool {
        self.0.invitation_only
    }
}

/// What the instructors of a course are writing.
pub struct CourseDraft {
    course: CourseRow,
    version: VersionRow,
}

/// What the instructors of a course are writing.
#[Object]
impl CourseDraft {
    /// The count of edits: send it back with an update, and learn of somebody else's.
    async fn version(&self) -> i32 {
        self.version.edits
    }

    /// Its title.
    async fn title(&self) -> &str {
        &self.version.title
    }

    /// What it is about, in a sentence or two.
    async fn summary(&self) -> &str {
        &self.version.summary
    }

    /// What it is about, Markdown.
    async fn description(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(ctx.call().load(DescriptionOf(self.version.id)).await?.unwrap_or_default())
    }

    /// For whom it is.
    async fn level(&self) -> CourseLevel {
        self.version.level
    }

    /// What to find it by.
    async fn tags(&self) -> &[String] {
        &self.version.tags
    }

    /// What it costs; null: nothing.
    async fn price(&self) -> Option<Money> {
        self.version.price.money().map(Money::from)
    }

    /// How its submission goes; null while it was not submitted.
    async fn submission(&self, ctx: &Context<'_>) -> Result<Option<CourseSubmission>> {
        Ok(ctx.call().load(SubmissionOf(self.version.id)).await?.map(CourseSubmission))
    }

    /// Its sections.
    async fn sections(&self, ctx: &Context<'_>) -> Result<Vec<Section>> {
        Ok(Section::of_version(ctx.call(), self.course.id, &self.course.locale, self.version.id).await?)
    }

    /// Whether this is another version than the published one. `submitCourse` takes it until it is submitted; then `submission` says
    /// how far it is, and the next edit begins another version.
    async fn changed_since_published(&self) -> bool {
        self.course.latest_id != self.course.published_id
    }
}

/// Which courses to list.
#[derive(InputObject, Default)]
pub struct CourseFilter {
    /// Only those of this level.
    level: Option<CourseLevel>,
    /// Only those with this tag.
    tag: Option<String>,
    /// Only those in this language.
    locale: Option<Locale>,
}

impl From<CourseFilter> for store::CourseFilter {
    fn from(filter: CourseFilter) -> Self {
        let CourseFilter { level, tag, locale } = filter;
        Self { level, tag, locale: locale.map(|locale| locale.0), taught_by: None }
    }
}

/// The courses that a person teaches, published or not.
///
/// # Errors
/// `BAD_USER_INPUT`, and those of the database.
pub async fn taught_by(call: &Call, user: UserId, page: &PageArgs) -> Result<List<Course>, Fault> {
    Course::all(call, store::CourseFilter { taught_by: Some(user), ..store::CourseFilter::default() }, page).await
}
