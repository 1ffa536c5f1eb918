//! An instructor changes what the draft of a course says of it: what is absent stays.

use super::{
    course_files::{self, FileKind, cover, sweep},
    draft,
    model::{CourseId, CourseLevel, CourseStatus},
    policy, prerequisites,
    store::{self, CourseChange},
};
use crate::platform::{
    change::Change,
    fault::Fault,
    graphql::{
        Call, UserErrorCode,
        user_error::{self, Gathered, Objection, needed},
    },
    money::Money,
};
use crate::uploads::UploadId;

/// What changes of a course.
#[derive(Default)]
pub struct UpdateCourse {
    /// Its title.
    pub title: Change<String>,
    /// What it is about, in a sentence or two.
    pub summary: Change<String>,
    /// What it is about, Markdown.
    pub description: Change<String>,
    /// Its language: until it is published.
    pub locale: Change<String>,
    /// For whom it is.
    pub level: Change<CourseLevel>,
    /// What to find it by.
    pub tags: Change<Vec<String>>,
    /// Completion: the share of lessons, where it changes.
    pub lessons_percent: Change<i32>,
    /// Completion: whether every quiz must be passed, where it changes.
    pub quizzes_passed: Change<bool>,
    /// Completion: what the best scores must be on average, where it changes.
    pub minimum_score: Change<i32>,
    /// What it costs.
    pub price: Change<Money>,
    /// Courses that are completed before.
    pub prerequisites: Change<Vec<CourseId>>,
    /// Its picture, of an upload.
    pub cover: Change<UploadId>,
}

/// Changes the draft; nothing is changed where there is an objection. `seen` is the count of edits that the client has seen.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn update_course(
    call: &Call,
    id: CourseId,
    seen: Option<i32>,
    input: UpdateCourse,
) -> Result<Result<CourseId, Vec<Objection>>, Fault> {
    let user = call.viewer().signed_in()?;
    let mut wrong = Gathered::default();
    let title = needed(input.title, "title")
        .and_then(|given| given.map(|text| user_error::line(&text, "title", policy::TITLE)).transpose());
    let title = wrong.take(title).flatten();
    let summary = needed(input.summary, "summary")
        .and_then(|given| given.map(|text| user_error::text(&text, "summary", policy::SUMMARY)).transpose());
    let summary = wrong.take(summary).flatten();
    let description = input.description.column().map(Option::unwrap_or_default);
    wrong.take(
        description.as_deref().map_or(Ok(()), |text| user_error::bounded(text, "description", policy::DESCRIPTION)),
    );
    let level = wrong.take(needed(input.level, "level")).flatten();
    let locale = wrong.take(needed(input.locale, "locale")).flatten();
    wrong.take(locale.as_deref().map_or(Ok(()), policy::language));
    let tags = input.tags.column().map(Option::unwrap_or_default);
    wrong.take(tags.as_deref().map_or(Ok(()), policy::tags));
    // What was never said is asked of all: the rule that a course begins with.
    let lessons_percent = input.lessons_percent.column().map(|given| given.unwrap_or(100));
    wrong.take(lessons_percent.map_or(Ok(()), policy::lessons_percent));
    let quizzes_passed = input.quizzes_passed.column().map(|given| given.unwrap_or(true));
    let minimum_score = input.minimum_score.column();
    wrong.take(policy::minimum_score(minimum_score.flatten()));
    let price = input.price.column();
    if !wrong.is_empty() {
        return Ok(Err(wrong.all()));
    }
    let cover = match input.cover {
        Change::Set(upload) => {
            // The picture is looked at once: not for who may not put it there.
            if let Err(objection) = draft::look(call, id, "id", seen).await? {
                return Ok(Err(vec![objection]));
            }
            match cover::of_upload(call, user, upload).await? {
                Ok(row) => Change::Set(row),
                Err(objection) => return Ok(Err(vec![objection])),
            }
        }
        Change::Clear => Change::Clear,
        Change::Keep => Change::Keep,
    };
    let mut tx = call.begin().await?;
    let (course, version) = match draft::open(call, &mut tx, id, "id", seen).await? {
        Ok(draft) => draft,
        Err(objection) => return Ok(Err(vec![objection])),
    };
    if let Some(locale) = locale.filter(|locale| *locale != course.locale) {
        if course.status != CourseStatus::Draft {
            let words = words!(
                "Bahasa kursus yang sudah terbit tidak diganti; mulailah kursus baru darinya (duplicateCourse).",
                "The language of a course that was published stays; begin another course from it (duplicateCourse)."
            );
            return Ok(Err(vec![Objection::new(UserErrorCode::NotEligible, "locale", words)]));
        }
        store::set_locale(&mut tx, id, &locale).await?;
    }
    if let Some(asked) = input.prerequisites.column().map(Option::unwrap_or_default)
        && let Err(objection) = prerequisites::put(call, &mut tx, &course, version.id, &asked).await?
    {
        return Ok(Err(vec![objection]));
    }
    let cover_id = match cover.column() {
        Some(Some(row)) => {
            let kept = course_files::store::keep(&mut tx, FileKind::Cover, std::slice::from_ref(&row)).await?;
            Some(Some(kept[&row.digest]))
        }
        other => other.map(|_| None),
    };
    if cover_id.is_some_and(|cover| cover != version.cover_id) {
        sweep::let_go(&mut tx, &call.services, version.cover_id.as_slice()).await?;
    }
    let change = CourseChange {
        title,
        summary,
        description,
        level,
        tags,
        lessons_percent,
        quizzes_passed,
        minimum_score,
        price_amount: price.map(|price| price.map(|money| money.amount)),
        price_currency: price.map(|price| price.map(|money| money.currency)),
        cover_id,
    };
    store::change_version(&mut tx, version.id, &change).await?;
    draft::close(tx, call, &version).await?;
    Ok(Ok(id))
}
