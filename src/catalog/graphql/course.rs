//! `Course`, its runs and its draft.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use futures_util::future::{BoxFuture, try_join_all};
use uuid::Uuid;

use super::{files::CoverSize, lesson::Section, statistics::CourseStatistics, submission::CourseSubmission};
use crate::{
    catalog::{
        authority,
        content::LengthOf,
        course_files::address,
        model::{BodyFormat, CourseId, CourseLevel, CourseRow, CourseStatus, RunId, RunRow, VersionRow},
        rendering::{self, Links},
        store::{
            self, CataloguedBy, CountCataloguedBy, CourseById, CourseOrder, DescriptionOf, Figures, FiguresOf,
            InstructorsOf, Listed, PrerequisitesOf, Published, RunById, RunsOf, SubmissionOf, VersionById,
        },
    },
    enrolment::{graphql::Enrolment, statistics::Statistics, store::SeatedIn},
    instructors::{InstructorProfileId, graphql::InstructorProfile, store::InstructorById},
    platform::{
        db::page::Rows,
        duration::CalendarDuration,
        fault::Fault,
        graphql::{
            Call, CallExt, List, PageArgs,
            money::Money,
            page::list,
            scalars::{Duration, Locale, Url},
        },
        id::GlobalId,
        privacy::UserId,
    },
    reviews::{graphql::Review, store::Rating},
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

    /// The catalogue: published courses.
    ///
    /// # Errors
    /// `BAD_USER_INPUT`, and those of the database.
    pub async fn all(call: &Call, search: store::Search, page: &PageArgs) -> Result<List<Self>, Fault> {
        // A cursor is of one order.
        let name = format!("courses {}", search.order.as_str());
        let page = page.page(call, &name)?;
        let found = page.cut(store::listed(&*call.reader().await?, &page, &search).await?);
        Self::listed(call, &name, found, move |call| {
            let search = search.clone();
            Box::pin(async move { store::count_listed(&*call.reader().await?, &search).await })
        })
        .await
    }

    async fn listed(
        call: &Call,
        name: &str,
        found: Rows<Listed>,
        count: impl for<'a> Fn(&'a Call) -> BoxFuture<'a, Result<i64, Fault>> + Send + Sync + 'static,
    ) -> Result<List<Self>, Fault> {
        let shown = try_join_all(found.rows.iter().map(|(_, id)| call.load(Published(*id)))).await?;
        let mut shown = shown.into_iter().map(|found| found.map(|(row, version)| Self { row, version }));
        let rows = found.try_filter_map(|at| Ok::<_, Fault>(shown.next().flatten().map(|course| (at, course))))?;
        list(call, name, rows, |(at, _)| at.clone(), |(_, course)| course, count)
    }

    /// The courses of the catalogue that a person teaches, newest first.
    ///
    /// # Errors
    /// `BAD_USER_INPUT`, and those of the database.
    pub(crate) async fn of_instructor(call: &Call, user: UserId, page: &PageArgs) -> Result<List<Self>, Fault> {
        let name = "courses of an instructor";
        let page = page.page(call, name)?;
        let found = call.load(CataloguedBy { user, page: page.clone() }).await?;
        let found = found.unwrap_or_else(|| page.cut(Vec::new()));
        Self::listed(call, name, found, move |call| {
            Box::pin(async move { Ok(call.load(CountCataloguedBy(user)).await?.unwrap_or(0)) })
        })
        .await
    }

    async fn figures(&self, call: &Call) -> Result<Figures, Fault> {
        Ok(call.load(FiguresOf(self.row.id)).await?.unwrap_or_default())
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
        Ok(rendering::html_of(ctx.call(), description, BodyFormat::Markdown, Links::default()).await?)
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

    /// Its picture, for an hour or two.
    #[expect(clippy::unused_async, reason = "a resolver is")]
    async fn cover_url(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How wide.", default)] size: CoverSize,
    ) -> Result<Option<Url>> {
        let address = |cover| address::of_cover(ctx.call(), cover, size.width());
        Ok(self.version.cover_id.map(address).transpose()?)
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
        let profiles = try_join_all(users.into_iter().map(|user| InstructorProfile::of(call, user)));
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

    /// Who learns by it, or has completed it.
    async fn learner_count(&self, ctx: &Context<'_>) -> Result<i32> {
        Ok(self.figures(ctx.call()).await?.learners)
    }

    /// What learners give it, from 1 to 5, to a tenth; null while so few have rated it that one could tell who gave what.
    async fn average_rating(&self, ctx: &Context<'_>) -> Result<Option<f64>> {
        let Figures { ratings, rating_sum, .. } = self.figures(ctx.call()).await?;
        Ok(Rating { count: ratings.into(), sum: rating_sum.into() }.average())
    }

    /// How many have rated it, whoever may read what they say.
    async fn review_count(&self, ctx: &Context<'_>) -> Result<i32> {
        Ok(self.figures(ctx.call()).await?.ratings)
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
        let courses = try_join_all(asked.into_iter().map(|id| Self::by_id(call, id))).await?;
        Ok(courses.into_iter().flatten().collect())
    }

    /// How its learners get on, taken together. Its instructors and admins; null to others.
    async fn statistics(&self, ctx: &Context<'_>) -> Result<Option<CourseStatistics>> {
        let call = ctx.call();
        if !authority::may_edit(call, self.row.id).await? {
            return Ok(None);
        }
        let statistics = Statistics::of(call, self.row.id).await?;
        Ok(Some(CourseStatistics { course: self.row.clone(), version: self.version.id, statistics }))
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
    /// Only those that this instructor teaches: the id of their public face.
    instructor: Option<InstructorProfileId>,
    /// Only those that cost nothing, or, with false, those that cost something.
    free: Option<bool>,
    /// Only those rated at least so well, from 1 to 5. A course that few have rated has no rating yet.
    minimum_rating: Option<f64>,
}

/// Characters of what is looked for at most.
const QUERY: usize = 200;

/// What is asked of the catalogue.
///
/// # Errors
/// `BAD_USER_INPUT`, and those of the database.
pub async fn search(
    call: &Call,
    query: Option<String>,
    filter: Option<CourseFilter>,
    order: Option<CourseOrder>,
) -> Result<store::Search, Fault> {
    let query = query.map(|query| query.trim().to_owned()).filter(|query| !query.is_empty());
    if query.as_ref().is_some_and(|query| query.chars().count() > QUERY || query.contains('\0')) {
        return Err(Fault::bad_input(words!(
            "Pencarian paling banyak {QUERY} karakter.",
            "What is looked for has no more than {QUERY} characters."
        )));
    }
    let CourseFilter { level, tag, locale, instructor, free, minimum_rating } = filter.unwrap_or_default();
    if minimum_rating.is_some_and(|rating| !(0.0..=5.0).contains(&rating)) {
        return Err(Fault::bad_input(words!("minimumRating dari 0 sampai 5.", "minimumRating is from 0 to 5.")));
    }
    #[expect(clippy::cast_possible_truncation, reason = "from 0 to 50")]
    let minimum_rating = minimum_rating.map(|rating| (rating * 10.0).ceil() as i32);
    let instructor = match instructor {
        // Whom nobody sees teaches nothing, as far as anybody sees.
        Some(id) => {
            Some(call.load(InstructorById(id)).await?.map_or(UserId::from_uuid(Uuid::nil()), |row| row.user_id))
        }
        None => None,
    };
    let order = match (order, &query) {
        (Some(CourseOrder::Relevance) | None, None) => CourseOrder::Newest,
        (None, Some(_)) => CourseOrder::Relevance,
        (Some(order), _) => order,
    };
    Ok(store::Search { query, level, tag, locale: locale.map(|tag| tag.0), instructor, free, minimum_rating, order })
}

/// How many courses there are of a level.
#[derive(SimpleObject)]
pub struct LevelCount {
    /// The level.
    level: CourseLevel,
    /// How many.
    count: i64,
}

/// How many courses there are in a language.
#[derive(SimpleObject)]
pub struct LocaleCount {
    /// The language.
    locale: Locale,
    /// How many.
    count: i64,
}

/// How many courses there are with a tag.
#[derive(SimpleObject)]
pub struct TagCount {
    /// The tag.
    tag: String,
    /// How many.
    count: i64,
}

/// How many courses there would be with each value of a filter, the other filters being as they are.
#[derive(SimpleObject, Default)]
pub struct CourseFacets {
    /// By level.
    levels: Vec<LevelCount>,
    /// By language, the most frequent first.
    locales: Vec<LocaleCount>,
    /// By tag, the fifty most frequent.
    tags: Vec<TagCount>,
    /// Those that cost nothing.
    free: i64,
    /// Those that cost something.
    priced: i64,
}

impl CourseFacets {
    /// Those of a search.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn of(call: &Call, search: &store::Search) -> Result<Self, Fault> {
        let mut found = store::facets(&*call.reader().await?, search).await?;
        found.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
        let mut facets = Self::default();
        for store::Facet { facet, value, count } in found {
            match facet.as_str() {
                "level" => {
                    let levels = [CourseLevel::Beginner, CourseLevel::Intermediate, CourseLevel::Advanced];
                    let level = levels.into_iter().find(|level| level.as_str() == value);
                    facets.levels.extend(level.map(|level| LevelCount { level, count }));
                }
                "locale" => facets.locales.push(LocaleCount { locale: Locale(value), count }),
                "tag" => facets.tags.push(TagCount { tag: value, count }),
                _ if value == "true" => facets.free = count,
                _ => facets.priced = count,
            }
        }
        Ok(facets)
    }
}

/// The courses that a person teaches, published or not.
///
/// # Errors
/// `BAD_USER_INPUT`, and those of the database.
pub async fn taught_by(call: &Call, user: UserId, page: &PageArgs) -> Result<List<Course>, Fault> {
    let page = page.page(call, "taught")?;
    let rows = page.cut(store::taught_by(&*call.reader().await?, &page, user).await?);
    list(
        call,
        "taught",
        rows,
        |(row, _)| (row.created_at, row.id),
        |(row, version)| Course { row, version },
        move |call| Box::pin(async move { store::count_taught_by(&*call.reader().await?, user).await }),
    )
}
