//! `Course`, `CourseDraft`, `Section`, `Lesson`, `CourseSubmission`, and the mutations that write courses.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};

use super::{
    authority,
    content::{
        BodyOf, LessonsOf, QuizIn, QuizzesBeside, SectionsOf, TranslatedBodyOf, TranslationsOf, version_of_lesson,
        version_of_section,
    },
    create_course::{self, NewCourse},
    decide_submission,
    model::{
        CourseId, CourseLevel, CourseRow, CourseStatus, LessonId, LessonKind, LessonRow, QuizId, RunId, RunRow,
        SectionId, SectionRow, SubmissionId, SubmissionRow, SubmissionStatus, VersionId, VersionRow,
    },
    quiz_graphql::Quiz,
    rendering,
    store::{self, CourseById, DescriptionOf, InstructorsOf, RunById, RunsOf, SubmissionById, VersionById},
    submit_course,
    write::{self, LessonInput},
};
use crate::{
    enrolment::graphql::Enrolment,
    instructors::{Decision, graphql::InstructorProfile},
    platform::{
        fault::Fault,
        graphql::{
            Call, CallExt, List, PageArgs, Shown, UserError, error,
            page::list,
            scalars::{Duration, Locale, Url},
            user_error::{self, Objection},
        },
        id::GlobalId,
        privacy::{Role, UserId},
    },
};

/// A course.
#[derive(Clone)]
pub struct Course {
    row: CourseRow,
    version: VersionRow,
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
        match store::by_slug(call.reader().await?, slug).await? {
            Some(id) => Self::by_id(call, id).await,
            None => Ok(None),
        }
    }

    /// Courses, newest first.
    ///
    /// # Errors
    /// `BAD_USER_INPUT`, and those of the database.
    pub async fn all(call: &Call, filter: store::CourseFilter, page: &PageArgs) -> Result<List<Self>, Fault> {
        let page = page.page(call, "courses")?;
        let rows = page.cut(store::newest(call.reader().await?, &page, &filter).await?);
        list(
            call,
            "courses",
            rows,
            |(row, _)| (row.created_at, row.id),
            |(row, version)| Self { row, version },
            move |call| {
                let filter = filter.clone();
                Box::pin(async move { store::count(call.reader().await?, &filter).await })
            },
        )
    }

    async fn may_see_draft(&self, call: &Call) -> Result<bool, Fault> {
        Ok(call.viewer().roles.has(Role::Reviewer) || authority::may_edit(call, self.row.id).await?)
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
        Ok(rendering::html(&ctx.call().load(DescriptionOf(self.version.id)).await?.unwrap_or_default()))
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
        if !self.may_see_draft(call).await? {
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
        let (after, before) = page.bounds();
        let mut rows: Vec<RunRow> = all
            .into_iter()
            .filter(|run| after.is_none_or(|after| (run.created_at, run.id) > *after))
            .filter(|run| before.is_none_or(|before| (run.created_at, run.id) < *before))
            .collect();
        if page.backwards() {
            rows.reverse();
        }
        rows.truncate(page.limit + 1);
        let rows = page.cut(rows);
        Ok(list(
            call,
            "runs",
            rows,
            |run| (run.created_at, run.id),
            CourseRun,
            move |_| Box::pin(async move { Ok(total) }),
        )?)
    }

    /// When a learner has completed it.
    async fn completion_rule(&self) -> CompletionRule {
        CompletionRule { lessons_percent: self.version.lessons_percent, quizzes_passed: self.version.quizzes_passed }
    }
}

/// When a learner has completed a course.
#[derive(SimpleObject)]
pub struct CompletionRule {
    /// The share of lessons that must be completed.
    lessons_percent: i32,
    /// Whether every quiz must be passed.
    quizzes_passed: bool,
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

    /// Its sections.
    async fn sections(&self, ctx: &Context<'_>) -> Result<Vec<Section>> {
        Ok(Section::of_version(ctx.call(), self.course.id, &self.course.locale, self.version.id).await?)
    }

    /// Whether there is something to submit: the newest version is not the published one.
    async fn changed_since_published(&self) -> bool {
        self.course.latest_id != self.course.published_id
    }
}

/// A part of a course.
#[derive(Clone)]
pub struct Section {
    course: CourseId,
    locale: String,
    row: SectionRow,
}

impl Section {
    /// The sections of a version.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn of_version(
        call: &Call,
        course: CourseId,
        locale: &str,
        version: VersionId,
    ) -> Result<Vec<Self>, Fault> {
        let rows = call.load(SectionsOf(version)).await?.unwrap_or_default();
        Ok(rows.into_iter().map(|row| Self { course, locale: locale.to_owned(), row }).collect())
    }

    /// A section by its id, in the version that its course shows, if the viewer may see the course.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn by_id(call: &Call, id: SectionId) -> Result<Option<Self>, Fault> {
        let Some(version) = version_of_section(call.reader().await?, id).await? else { return Ok(None) };
        let Some((course, version)) = shown_version(call, version).await? else { return Ok(None) };
        let sections = Self::of_version(call, course.row.id, &course.row.locale, version).await?;
        Ok(sections.into_iter().find(|section| section.row.id == id))
    }
}

/// The course of a version, and which of its versions the viewer sees.
async fn shown_version(call: &Call, version: VersionId) -> Result<Option<(Course, VersionId)>, Fault> {
    let Some(row) = call.load(VersionById(version)).await? else { return Ok(None) };
    let Some(course) = Course::by_id(call, row.course_id).await? else { return Ok(None) };
    let draft = course.may_see_draft(call).await?;
    let shown = if draft { course.row.latest_id.unwrap_or(course.version.id) } else { course.version.id };
    Ok(Some((course, shown)))
}

/// A part of a course.
#[Object]
impl Section {
    /// The global id: the section itself, the same through all versions.
    pub async fn id(&self) -> GlobalId {
        self.row.id.global()
    }

    /// Its title.
    async fn title(&self) -> &str {
        &self.row.title
    }

    /// Where it stands among its siblings.
    async fn position(&self) -> i32 {
        self.row.position
    }

    /// Its lessons.
    async fn lessons(&self, ctx: &Context<'_>) -> Result<Vec<Lesson>> {
        let all = ctx.call().load(LessonsOf(self.row.version_id)).await?.unwrap_or_default();
        let own = all.iter().filter(|lesson| lesson.section_id == self.row.id);
        Ok(own.map(|row| Lesson { course: self.course, locale: self.locale.clone(), row: row.clone() }).collect())
    }
}

/// A lesson of a course.
#[derive(Clone)]
pub struct Lesson {
    course: CourseId,
    locale: String,
    row: LessonRow,
}

impl Lesson {
    /// A lesson of a version.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn in_version(call: &Call, version: VersionId, id: LessonId) -> Result<Option<Self>, Fault> {
        let Some(row) = call.load(VersionById(version)).await? else { return Ok(None) };
        let Some(course) = Course::load(call, row.course_id).await? else { return Ok(None) };
        let all = call.load(LessonsOf(version)).await?.unwrap_or_default();
        let found = all.iter().find(|lesson| lesson.id == id);
        Ok(found.map(|row| Self { course: course.row.id, locale: course.row.locale.clone(), row: row.clone() }))
    }

    /// A lesson by its id, in the version that its course shows, if the viewer may see the course.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn by_id(call: &Call, id: LessonId) -> Result<Option<Self>, Fault> {
        let Some(version) = version_of_lesson(call.reader().await?, id).await? else { return Ok(None) };
        match shown_version(call, version).await? {
            Some((_, version)) => Self::in_version(call, version, id).await,
            None => Ok(None),
        }
    }

    /// The body and the media are for who learns, teaches, reviews or runs it, and for anybody where it is a preview.
    async fn readable(&self, call: &Call) -> Result<bool, Fault> {
        Ok(self.row.preview
            || call.viewer().roles.has(Role::Reviewer)
            || authority::may_edit(call, self.course).await?
            || crate::enrolment::may_learn(call, self.course).await?)
    }

    async fn text(&self, call: &Call, wanted: Option<&Locale>) -> Result<Option<String>, Fault> {
        let (version, lesson) = (self.row.version_id, self.row.id);
        if let Some(tag) = self.translated(wanted)
            && let Some(body) = call.load(TranslatedBodyOf(version, lesson, tag)).await?
        {
            return Ok(body);
        }
        Ok(call.load(BodyOf(version, lesson)).await?.flatten())
    }

    /// The language asked for, where it is not the course's own.
    fn translated(&self, wanted: Option<&Locale>) -> Option<String> {
        wanted.map(|locale| locale.0.clone()).filter(|tag| *tag != self.locale)
    }

    async fn body_for_viewer(&self, call: &Call, locale: Option<&Locale>) -> Shown<String> {
        let text = async {
            if !self.readable(call).await? {
                return Err(Fault::forbidden());
            }
            self.text(call, locale).await
        };
        text.await.map_err(error::of).transpose()
    }
}

/// A lesson of a course. `body`, `bodyHtml` and `mediaUrl` are for who is enrolled, its instructors and staff; anybody reads those of
/// a preview.
#[Object]
impl Lesson {
    /// The global id: the lesson itself, the same through all versions.
    pub async fn id(&self) -> GlobalId {
        self.row.id.global()
    }

    /// Its title, in the language asked for where there is a translation, else in the course's own.
    async fn title(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The language; the course's own is the fall-back.")] locale: Option<Locale>,
    ) -> Result<String> {
        if let Some(tag) = self.translated(locale.as_ref()) {
            let all = ctx.call().load(TranslationsOf(self.row.version_id, self.row.id)).await?.unwrap_or_default();
            if let Some((_, title)) = all.into_iter().find(|(locale, _)| *locale == tag) {
                return Ok(title);
            }
        }
        Ok(self.row.title.clone())
    }

    /// The languages that it is there in, the course's own first.
    async fn locales(&self, ctx: &Context<'_>) -> Result<Vec<Locale>> {
        let all = ctx.call().load(TranslationsOf(self.row.version_id, self.row.id)).await?.unwrap_or_default();
        let others = all.into_iter().map(|(tag, _)| Locale(tag));
        Ok(std::iter::once(Locale(self.locale.clone())).chain(others).collect())
    }

    /// Where it stands in its section.
    async fn position(&self) -> i32 {
        self.row.position
    }

    /// What it is.
    async fn kind(&self) -> LessonKind {
        self.row.kind
    }

    /// Whether anybody may read it.
    async fn preview(&self) -> bool {
        self.row.preview
    }

    /// Its text, Markdown as it was written.
    async fn body(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The language; the course's own is the fall-back.")] locale: Option<Locale>,
    ) -> Shown<String> {
        self.body_for_viewer(ctx.call(), locale.as_ref()).await
    }

    /// Its text, as safe HTML.
    async fn body_html(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The language; the course's own is the fall-back.")] locale: Option<Locale>,
    ) -> Shown<String> {
        let body = self.body_for_viewer(ctx.call(), locale.as_ref()).await?;
        Some(body.map(|text| rendering::html(&text)))
    }

    /// Its video or file.
    async fn media_url(&self, ctx: &Context<'_>) -> Shown<Url> {
        let media = async {
            if !self.readable(ctx.call()).await? {
                return Err(Fault::forbidden());
            }
            Ok(self.row.media_url.as_deref().and_then(|text| url::Url::parse(text).ok()).map(Url))
        };
        media.await.map_err(error::of).transpose()
    }

    /// Every quiz of the lesson, in their order: a warm-up before it, a check after it.
    async fn quizzes(&self, ctx: &Context<'_>) -> Result<Vec<Quiz>> {
        let call = ctx.call();
        let version = self.row.version_id;
        let beside = call.load(QuizzesBeside(version, self.row.id)).await?.unwrap_or_default();
        let own = self.row.quiz_id.filter(|own| !beside.contains(own));
        let ids = beside.into_iter().chain(own);
        let rows = futures_util::future::try_join_all(ids.map(|id| call.load(QuizIn(version, id)))).await?;
        Ok(rows.into_iter().flatten().map(|row| Quiz { course: self.course, row }).collect())
    }

    /// The quiz of a lesson that is one, or the check after one that is not.
    async fn quiz(&self, ctx: &Context<'_>) -> Result<Option<Quiz>> {
        let Some(id) = self.row.quiz_id else { return Ok(None) };
        let row = ctx.call().load(QuizIn(self.row.version_id, id)).await?;
        Ok(row.map(|row| Quiz { course: self.course, row }))
    }

    /// About how long it takes.
    async fn estimated_duration(&self) -> Option<Duration> {
        let seconds = u32::try_from(self.row.estimated_duration?).ok()?;
        Some(Duration(crate::platform::duration::CalendarDuration::seconds(seconds)))
    }
}

/// A version of a course that waits for a reviewer, or was decided.
pub struct CourseSubmission(SubmissionRow);

impl CourseSubmission {
    /// A submission, for the course's instructors and for reviewers.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn by_id(call: &Call, id: SubmissionId) -> Result<Option<Self>, Fault> {
        let Some(row) = call.load(SubmissionById(id)).await? else { return Ok(None) };
        let may = call.viewer().roles.has(Role::Reviewer) || authority::may_edit(call, row.course_id).await?;
        Ok(may.then_some(Self(row)))
    }

    /// Submissions, newest first. Reviewers.
    ///
    /// # Errors
    /// `UNAUTHENTICATED`, `FORBIDDEN`, and those of the database.
    pub async fn all(call: &Call, status: Option<SubmissionStatus>, page: &PageArgs) -> Result<List<Self>, Fault> {
        call.viewer().with_role(&[Role::Reviewer, Role::Admin])?;
        let page = page.page(call, "submissions")?;
        let rows = page.cut(store::newest_submissions(call.reader().await?, &page, status).await?);
        list(
            call,
            "submissions",
            rows,
            |row| (row.submitted_at, row.id),
            Self,
            move |call| Box::pin(async move { store::count_submissions(call.reader().await?, status).await }),
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
    /// When a learner has completed it; all lessons and all quizzes where it is left out.
    completion_rule: Option<CompletionRuleInput>,
}

/// When a learner has completed a course.
#[derive(InputObject, Default)]
pub struct CompletionRuleInput {
    /// The share of lessons that must be completed; 100 where it is left out.
    lessons_percent: Option<i32>,
    /// Whether every quiz must be passed; yes where it is left out.
    quizzes_passed: Option<bool>,
}

/// A section to be added at the end of a course.
#[derive(InputObject)]
pub struct CreateSectionInput {
    /// The course.
    course: CourseId,
    /// Its title.
    title: String,
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
    /// Its text, Markdown.
    body: Option<String>,
    /// A video or file elsewhere.
    media_url: Option<Url>,
    /// Whether anybody may read it.
    preview: Option<bool>,
    /// About how long it takes.
    estimated_duration: Option<Duration>,
    /// The quiz of a lesson that is one.
    quiz: Option<QuizId>,
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
    lesson: Option<Lesson>,
    /// What the person can mend.
    user_errors: Vec<UserError>,
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

/// Mutations that write, submit and review courses.
#[derive(Default)]
pub struct CatalogMutations;

/// Mutations that write, submit and review courses.
#[Object]
impl CatalogMutations {
    /// Begins a course. Instructors.
    async fn create_course(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it is begun with.")] input: CreateCourseInput,
    ) -> Result<CoursePayload> {
        let rule = input.completion_rule.unwrap_or_default();
        let new = NewCourse {
            title: input.title,
            slug: input.slug,
            summary: input.summary,
            description: input.description,
            locale: input.locale.0,
            level: input.level,
            tags: input.tags.unwrap_or_default(),
            completion: (rule.lessons_percent.unwrap_or(100), rule.quizzes_passed.unwrap_or(true)),
        };
        let outcome = create_course::create_course(ctx.call(), new).await?;
        Ok(CoursePayload::of(ctx.call(), outcome).await?)
    }

    /// Adds a section at the end of a course.
    async fn create_section(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The section.")] input: CreateSectionInput,
    ) -> Result<CoursePayload> {
        let outcome = write::add_section(ctx.call(), input.course, &input.title).await?;
        let outcome = outcome.map(|(course, _)| course).map_err(|objection| vec![objection]);
        Ok(CoursePayload::of(ctx.call(), outcome).await?)
    }

    /// Adds a lesson at the end of a section.
    async fn create_lesson(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The lesson.")] input: CreateLessonInput,
    ) -> Result<LessonPayload> {
        let call = ctx.call();
        let estimated = input.estimated_duration.map(|duration| duration.0.fixed_seconds());
        if estimated == Some(None) {
            let words = words!(
                "Lebih dari nol, tanpa bulan dan tahun, misalnya PT30M.",
                "More than nothing, without months and years, such as PT30M."
            );
            let objection = Objection::new(user_error::UserErrorCode::Invalid, "estimatedDuration", words);
            return Ok(LessonPayload { lesson: None, user_errors: user_error::told(vec![objection], call.language) });
        }
        let lesson = LessonInput {
            section: input.section,
            title: input.title,
            kind: input.kind,
            body: input.body,
            media_url: input.media_url.map(|url| url.0.to_string()),
            preview: input.preview.unwrap_or(false),
            estimated_duration: estimated.flatten(),
            quiz: input.quiz,
        };
        Ok(match write::add_lesson(call, lesson).await? {
            Ok((_, id)) => LessonPayload { lesson: Lesson::by_id(call, id).await?, user_errors: Vec::new() },
            Err(objection) => {
                LessonPayload { lesson: None, user_errors: user_error::told(vec![objection], call.language) }
            }
        })
    }

    /// Submits a course for review: its draft is frozen, and a reviewer reads exactly that.
    async fn submit_course(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The course.")] input: SubmitCourseInput,
    ) -> Result<CourseSubmissionPayload> {
        let outcome = submit_course::submit_course(ctx.call(), input.id).await?;
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
