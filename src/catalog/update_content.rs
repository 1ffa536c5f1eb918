//! An instructor changes a section or a lesson of the draft: what is absent stays.

use super::{
    content::{self, LessonChange, SectionChange},
    course_files::attach::{self, FileChange},
    draft,
    model::{BodyFormat, CourseRow, LessonId, LessonKind, QuizId, SectionId},
    policy,
    write::Written,
};
use crate::platform::{
    change::Change,
    fault::Fault,
    graphql::{
        Call, UserErrorCode,
        user_error::{self, Gathered, Objection, needed},
    },
};
use crate::uploads::UploadId;

/// What changes of a section.
#[derive(Default)]
pub struct UpdateSection {
    /// Its title.
    pub title: Change<String>,
    /// Whether only its instructors and staff see it and its lessons.
    pub hidden: Change<bool>,
}

/// Changes a section of the draft; nothing is changed where there is an objection.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn update_section(call: &Call, id: SectionId, input: UpdateSection) -> Result<Written<SectionId>, Fault> {
    call.viewer().signed_in()?;
    let title = or_object!(needed(input.title, "title"));
    let title = or_object!(title.map(|title| user_error::line(&title, "title", policy::TITLE)).transpose());
    let hidden = or_object!(needed(input.hidden, "hidden"));
    let mut tx = call.begin().await?;
    let (CourseRow { id: course, .. }, version) = or_object!(draft::of_section(call, &mut tx, id, "id").await?);
    let change = SectionChange { title, hidden };
    let Some(was_hidden) = content::is_hidden(&tx, version.id, id).await? else {
        return Ok(Err(Objection::not_found("id")));
    };
    content::change_section(&mut tx, version.id, id, &change).await?;
    // What was hidden by itself stays hidden where the section does not change.
    if let Some(hidden) = hidden.filter(|hidden| *hidden != was_hidden) {
        content::hide_lessons(&mut tx, version.id, id, hidden).await?;
    }
    draft::close(tx, call, &version).await?;
    Ok(Ok((course, id)))
}

/// What changes of a lesson.
#[derive(Default)]
pub struct UpdateLesson {
    /// Its title.
    pub title: Change<String>,
    /// Its text.
    pub body: Change<String>,
    /// What the text is written in.
    pub body_format: Change<BodyFormat>,
    /// A video or file elsewhere.
    pub media_url: Change<String>,
    /// Whether anybody may read it.
    pub preview: Change<bool>,
    /// Whether only its instructors and staff see it.
    pub hidden: Change<bool>,
    /// Seconds.
    pub estimated_duration: Change<i32>,
    /// The quiz of a lesson that is one.
    pub quiz: Change<QuizId>,
    /// Its media, and what is attached to it.
    pub files: FileChange,
}

/// Changes a lesson of the draft; nothing is changed where there is an objection. `seen` is the count of edits that the client has seen.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn update_lesson(
    call: &Call,
    id: LessonId,
    seen: Option<i32>,
    input: UpdateLesson,
) -> Result<Result<LessonId, Vec<Objection>>, Fault> {
    let user = call.viewer().signed_in()?;
    let mut wrong = Gathered::default();
    let title = needed(input.title, "title")
        .and_then(|given| given.map(|text| user_error::line(&text, "title", policy::TITLE)).transpose());
    let title = wrong.take(title).flatten();
    let body = input.body.column();
    let long = body.iter().flatten().map(|text| user_error::bounded(text, "body", policy::BODY));
    wrong.take(long.collect::<Result<(), _>>());
    let preview = wrong.take(needed(input.preview, "preview")).flatten();
    let body_format = wrong.take(needed(input.body_format, "bodyFormat")).flatten();
    let hidden = wrong.take(needed(input.hidden, "hidden")).flatten();
    let media_url = input.media_url.column();
    wrong.take(one_media(matches!(media_url, Some(Some(_))), &input.files.media));
    if !wrong.is_empty() {
        return Ok(Err(wrong.all()));
    }
    let object = |objection| Ok(Err(vec![objection]));
    if !input.files.uploads().is_empty() {
        let known = call.load(content::VersionOfLesson(id)).await?;
        if let Err(objection) = draft::look_at(call, known, "id", seen).await? {
            return object(objection);
        }
    }
    let mut ready = match attach::ready(call, user, input.files).await? {
        Ok(ready) => ready,
        Err(objection) => return object(objection),
    };
    // The media of a lesson is the one or the other.
    let media_url = if ready.media.is_set() { Some(None) } else { media_url };
    if media_url.is_some() && !ready.media.is_set() {
        ready.media = Change::Clear;
    }
    let mut tx = call.begin().await?;
    let (_, version) = match draft::of_lesson(call, &mut tx, id, seen).await? {
        Ok(draft) => draft,
        Err(objection) => return object(objection),
    };
    let lessons = content::lessons_of(&tx, version.id).await?;
    let Some(lesson) = lessons.into_iter().find(|lesson| lesson.id == id) else {
        return object(Objection::not_found("id"));
    };
    if hidden == Some(false) && content::is_hidden(&tx, version.id, lesson.section_id).await? == Some(true) {
        let words = words!(
            "Bagiannya sendiri tersembunyi: tampilkan dulu bagian itu (updateSection).",
            "Its section is hidden itself: show that first (updateSection)."
        );
        return object(Objection::new(UserErrorCode::NotEligible, "hidden", words));
    }
    let quiz = input.quiz.column();
    if let Some(quiz) = quiz {
        if (lesson.kind == LessonKind::Quiz) != quiz.is_some() {
            let words = words!(
                "Pelajaran berjenis QUIZ, dan hanya itu, menyebut sebuah kuis.",
                "A lesson of the kind QUIZ names a quiz, and no other does."
            );
            return object(Objection::new(UserErrorCode::Required, "quiz", words));
        }
        if let Some(quiz) = quiz
            && content::quiz(&tx, version.id, quiz).await?.is_none()
        {
            return object(Objection::not_found("quiz"));
        }
    }
    let change = LessonChange {
        title,
        body,
        media_url,
        preview,
        estimated_duration: input.estimated_duration.column(),
        quiz_id: quiz,
        hidden,
        body_format,
    };
    content::change_lesson(&mut tx, version.id, id, &change).await?;
    let uploads = match attach::put(call, &mut tx, version.id, id, ready).await? {
        Ok(uploads) => uploads,
        Err(objection) => return object(objection),
    };
    draft::close(tx, call, &version).await?;
    attach::used(call, uploads).await;
    Ok(Ok(id))
}

/// The media of a lesson is an address, or a file that was sent.
pub(super) fn one_media(has_url: bool, file: &Change<UploadId>) -> Result<(), Objection> {
    if !(has_url && file.is_set()) {
        return Ok(());
    }
    let words =
        words!("Sebutkan mediaUrl atau mediaUpload, jangan keduanya.", "Name mediaUrl or mediaUpload, not both.");
    Err(Objection::new(UserErrorCode::Invalid, "mediaUpload", words))
}
