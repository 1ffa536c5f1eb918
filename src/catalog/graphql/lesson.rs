//! `Section` and `Lesson`.

use async_graphql::{Context, Object, Result};

use super::{
    course::Course,
    files::{Attachment, url_of},
    quiz::Quiz,
};
use crate::{
    catalog::{
        authority,
        content::{
            BodyOf, LessonsOf, QuizIn, QuizzesBeside, SectionsOf, TranslatedBodyOf, TranslationsOf, VersionOfLesson,
            VersionOfSection,
        },
        course_files::{
            MEDIA,
            store::{FilesOf, LessonFile},
        },
        model::{BodyFormat, CourseId, CourseRow, LessonId, LessonKind, LessonRow, SectionId, SectionRow, VersionId},
        rendering,
        store::VersionById,
    },
    enrolment::store::{Bookmarked, CompletedIn, LiveEnrolment},
    platform::{
        fault::Fault,
        graphql::{
            Call, CallExt, Shown, error,
            scalars::{Duration, Locale, Url},
        },
        id::GlobalId,
    },
};

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
        let sees_hidden = rows.iter().any(|row| row.hidden) && authority::sees_drafts(call, course).await?;
        let rows = rows.into_iter().filter(|row| sees_hidden || !row.hidden);
        Ok(rows.map(|row| Self { course, locale: locale.to_owned(), row }).collect())
    }

    /// A section by its id, in the version that its course shows, if the viewer may see the course.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn by_id(call: &Call, id: SectionId) -> Result<Option<Self>, Fault> {
        let Some(version) = call.load(VersionOfSection(id)).await? else { return Ok(None) };
        let Some((course, version)) = shown_version(call, version).await? else { return Ok(None) };
        let sections = Self::of_version(call, course.row.id, &course.row.locale, version).await?;
        Ok(sections.into_iter().find(|section| section.row.id == id))
    }
}

/// The course of a version, and which of its versions the viewer sees.
pub(super) async fn shown_version(call: &Call, version: VersionId) -> Result<Option<(Course, VersionId)>, Fault> {
    let Some(row) = call.load(VersionById(version)).await? else { return Ok(None) };
    let Some(course) = Course::by_id(call, row.course_id).await? else { return Ok(None) };
    let shown = if authority::sees_drafts(call, course.row.id).await? {
        course.row.latest_id.unwrap_or(course.version.id)
    } else {
        course.version.id
    };
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

    /// Whether only its instructors and staff see it.
    async fn hidden(&self) -> bool {
        self.row.hidden
    }

    /// Where it stands among its siblings.
    async fn position(&self) -> i32 {
        self.row.position
    }

    /// Its lessons.
    async fn lessons(&self, ctx: &Context<'_>) -> Result<Vec<Lesson>> {
        let call = ctx.call();
        let all = call.load(LessonsOf(self.row.version_id)).await?.unwrap_or_default();
        let own: Vec<_> = all.iter().filter(|lesson| lesson.section_id == self.row.id).collect();
        let sees_hidden = own.iter().any(|row| row.hidden) && authority::sees_drafts(call, self.course).await?;
        let own = own.into_iter().filter(|row| sees_hidden || !row.hidden);
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
        let Some(found) = all.iter().find(|lesson| lesson.id == id) else { return Ok(None) };
        if found.hidden && !authority::sees_drafts(call, course.row.id).await? {
            return Ok(None);
        }
        Ok(Some(found).map(|row| Self { course: course.row.id, locale: course.row.locale.clone(), row: row.clone() }))
    }

    /// The lessons of a version that learners have, in their order.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) async fn for_learners(call: &Call, course: &CourseRow, version: VersionId) -> Result<Vec<Self>, Fault> {
        let sections = call.load(SectionsOf(version)).await?.unwrap_or_default();
        let all = call.load(LessonsOf(version)).await?.unwrap_or_default();
        let of = |section| all.iter().filter(move |row| row.section_id == section && !row.hidden);
        let rows = sections.into_iter().flat_map(|section| of(section.id));
        Ok(rows.map(|row| Self { course: course.id, locale: course.locale.clone(), row: row.clone() }).collect())
    }

    /// The lesson itself.
    pub(super) const fn row_id(&self) -> LessonId {
        self.row.id
    }

    /// A lesson by its id, in the version that its course shows, if the viewer may see the course.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn by_id(call: &Call, id: LessonId) -> Result<Option<Self>, Fault> {
        let Some(version) = call.load(VersionOfLesson(id)).await? else { return Ok(None) };
        match shown_version(call, version).await? {
            Some((_, version)) => Self::in_version(call, version, id).await,
            None => Ok(None),
        }
    }

    /// The body and the media are for who learns, teaches, reviews or runs it, and for anybody where it is a preview.
    async fn readable(&self, call: &Call) -> Result<bool, Fault> {
        Ok(self.row.preview
            || authority::sees_drafts(call, self.course).await?
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

    async fn files(&self, call: &Call) -> Result<Vec<LessonFile>, Fault> {
        Ok(call.load(FilesOf(self.row.version_id, self.row.id)).await?.unwrap_or_default())
    }

    async fn html(&self, call: &Call, text: String) -> Result<String, Fault> {
        let attached = self.files(call).await?.into_iter().filter(|file| file.position != MEDIA);
        let links = attached.map(|file| Ok((file.name.clone(), url_of(call, &file)?.0.into())));
        rendering::html_of(call, text, self.row.body_format, links.collect::<Result<_, Fault>>()?).await
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

    /// Whether only its instructors and staff see it: a learner need not complete it.
    async fn hidden(&self) -> bool {
        self.row.hidden
    }

    /// What its text is written in.
    async fn body_format(&self) -> BodyFormat {
        self.row.body_format
    }

    /// Its text, as it was written.
    async fn body(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The language; the course's own is the fall-back.")] locale: Option<Locale>,
    ) -> Shown<String> {
        self.body_for_viewer(ctx.call(), locale.as_ref()).await
    }

    /// Its text, as safe HTML. What it calls by the name of an attachment (`![](a.png)`) leads there, for an hour or two.
    async fn body_html(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The language; the course's own is the fall-back.")] locale: Option<Locale>,
    ) -> Shown<String> {
        let body = self.body_for_viewer(ctx.call(), locale.as_ref()).await?;
        Some(match body {
            Ok(text) => self.html(ctx.call(), text).await.map_err(error::of),
            Err(error) => Err(error),
        })
    }

    /// Its video or file: an address elsewhere, or that of a file that was sent, for an hour or two.
    async fn media_url(&self, ctx: &Context<'_>) -> Shown<Url> {
        let call = ctx.call();
        let media = async {
            if !self.readable(call).await? {
                return Err(Fault::forbidden());
            }
            match self.files(call).await?.iter().find(|file| file.position == MEDIA) {
                Some(file) => Ok(Some(url_of(call, file)?)),
                None => Ok(self.row.media_url.as_deref().and_then(|text| url::Url::parse(text).ok()).map(Url)),
            }
        };
        media.await.map_err(error::of).transpose()
    }

    /// The files beside it. As of `body`, for who learns, teaches, reviews or runs it, and for anybody where it is a preview.
    async fn attachments(&self, ctx: &Context<'_>) -> Shown<Vec<Attachment>> {
        let attached = async {
            if !self.readable(ctx.call()).await? {
                return Err(Fault::forbidden());
            }
            let files = self.files(ctx.call()).await?.into_iter();
            Ok(Some(files.filter(|file| file.position != MEDIA).map(Attachment).collect()))
        };
        attached.await.map_err(error::of).transpose()
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

    /// Whether the viewer has marked it to be found again; null to who is not signed in.
    async fn bookmarked(&self, ctx: &Context<'_>) -> Result<Option<bool>> {
        let call = ctx.call();
        let Some(user) = call.viewer().user else { return Ok(None) };
        Ok(Some(call.load(Bookmarked(user, self.row.id)).await?.is_some()))
    }

    /// Whether the viewer has completed it; null where they are not enrolled.
    async fn completed(&self, ctx: &Context<'_>) -> Result<Option<bool>> {
        let call = ctx.call();
        let Some(user) = call.viewer().user else { return Ok(None) };
        let Some(enrolment) = call.load(LiveEnrolment(user, self.course)).await? else { return Ok(None) };
        let completed = call.load(CompletedIn(enrolment.id)).await?.unwrap_or_default();
        Ok(Some(completed.contains(&self.row.id)))
    }
}
