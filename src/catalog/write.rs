//! An instructor writes: sections and lessons, each into the draft.

use super::{
    content::{self, Content, UNWATCHED},
    course_files::attach::{self, FileChange},
    draft,
    model::{BodyFormat, CourseId, CourseRow, LessonId, LessonKind, NewLesson, QuizId, SectionId, SectionRow},
    policy,
    update_content::one_media,
};
use crate::platform::{
    fault::Fault,
    graphql::{
        Call, UserErrorCode,
        user_error::{self, Objection},
    },
};

/// Something was written into the draft of a course.
pub type Written<I> = Result<(CourseId, I), Objection>;

/// Adds a section at the end of a course.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn add_section(
    call: &Call,
    course: CourseId,
    title: &str,
    hidden: bool,
) -> Result<Written<SectionId>, Fault> {
    let title = or_object!(user_error::line(title, "title", policy::TITLE));
    let mut tx = call.begin().await?;
    let (_, version) = or_object!(draft::open(call, &mut tx, course, "course", None).await?);
    let last = content::last_section(&tx, version.id).await?;
    or_object!(policy::room_for_one_more(last, policy::SECTIONS, "course"));
    let section = SectionRow {
        version_id: version.id,
        id: call.services.random.ordered_id(&call.services.clock),
        position: last + 1,
        title,
        hidden,
        source: None,
    };
    let id = section.id;
    content::insert(&mut tx, &Content { sections: vec![section], ..Content::default() }, UNWATCHED).await?;
    draft::close(tx, call, &version).await?;
    Ok(Ok((course, id)))
}

/// What a lesson is made of.
#[derive(Clone, Debug)]
pub struct LessonInput {
    /// The section that it goes into, at the end.
    pub section: SectionId,
    /// Its title.
    pub title: String,
    /// What it is.
    pub kind: LessonKind,
    /// Its text.
    pub body: Option<String>,
    /// What the text is written in.
    pub body_format: BodyFormat,
    /// A video or file elsewhere.
    pub media_url: Option<String>,
    /// Whether anybody may read it.
    pub preview: bool,
    /// Whether only its instructors and staff see it.
    pub hidden: bool,
    /// Seconds.
    pub estimated_duration: Option<i32>,
    /// The quiz of a lesson that is one.
    pub quiz: Option<QuizId>,
    /// Its media, and what is attached to it.
    pub files: FileChange,
}

/// Adds a lesson at the end of a section.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn add_lesson(call: &Call, input: LessonInput) -> Result<Written<LessonId>, Fault> {
    let user = call.viewer().signed_in()?;
    or_object!(one_media(input.media_url.is_some(), &input.files.media));
    let title = or_object!(user_error::line(&input.title, "title", policy::TITLE));
    or_object!(user_error::bounded(input.body.as_deref().unwrap_or_default(), "body", policy::BODY));
    if (input.kind == LessonKind::Quiz) != input.quiz.is_some() {
        let words = words!(
            "Pelajaran berjenis QUIZ, dan hanya itu, menyebut sebuah kuis.",
            "A lesson of the kind QUIZ names a quiz, and no other does."
        );
        return Ok(Err(Objection::new(UserErrorCode::Required, "quiz", words)));
    }
    if !input.files.uploads().is_empty() {
        let known = call.load(content::VersionOfSection(input.section)).await?;
        or_object!(draft::look_at(call, known, "section", None).await?);
    }
    let ready = or_object!(attach::ready(call, user, input.files).await?);
    let mut tx = call.begin().await?;
    let (CourseRow { id: course, .. }, version) =
        or_object!(draft::of_section(call, &mut tx, input.section, "section").await?);
    let Some(section_hidden) = content::is_hidden(&tx, version.id, input.section).await? else {
        return Ok(Err(Objection::not_found("section")));
    };
    if let Some(quiz) = input.quiz
        && content::quiz(&tx, version.id, quiz).await?.is_none()
    {
        return Ok(Err(Objection::not_found("quiz")));
    }
    let last = content::last_lesson(&tx, version.id, input.section).await?;
    or_object!(policy::room_for_one_more(last, policy::LESSONS, "section"));
    let lesson = NewLesson {
        version_id: version.id,
        id: call.services.random.ordered_id(&call.services.clock),
        section_id: input.section,
        position: last + 1,
        kind: input.kind,
        preview: input.preview,
        title,
        body: input.body,
        media_url: input.media_url,
        estimated_duration: input.estimated_duration,
        quiz_id: input.quiz,
        hidden: input.hidden || section_hidden,
        body_format: input.body_format,
        source: None,
    };
    let id = lesson.id;
    content::insert(&mut tx, &Content { lessons: vec![lesson], ..Content::default() }, UNWATCHED).await?;
    let uploads = or_object!(attach::put(call, &mut tx, version.id, id, ready).await?);
    draft::close(tx, call, &version).await?;
    attach::used(call, uploads).await;
    Ok(Ok((course, id)))
}
