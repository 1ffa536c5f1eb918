//! An instructor begins a course: a draft, taught by them, with a run that is always open.

use super::{
    content::{self, Content, UNWATCHED, Watch},
    model::{CourseId, CourseLevel, CourseRow, CourseStatus, NewAssignment, NewVersion, RunRow, VersionId},
    policy, store,
};
use crate::platform::{
    db::Tx,
    fault::Fault,
    graphql::{
        Call, Services, UserErrorCode,
        scalars::is_language_tag,
        user_error::{self, Objection},
    },
    privacy::{Role, UserId},
};

/// What a course is begun with.
#[derive(Clone, Debug)]
pub struct NewCourse {
    /// Its title.
    pub title: String,
    /// Its name in addresses; made of the title where it is left out.
    pub slug: Option<String>,
    /// What it is about, in a sentence or two.
    pub summary: String,
    /// What it is about, Markdown.
    pub description: String,
    /// Its language.
    pub locale: String,
    /// For whom it is.
    pub level: CourseLevel,
    /// What to find it by.
    pub tags: Vec<String>,
    /// Completion: the share of lessons, and whether every quiz must be passed.
    pub completion: (i32, bool),
}

/// Begins a course.
///
/// # Errors
/// `UNAUTHENTICATED`, `FORBIDDEN` to who is no instructor, and those of the database.
pub async fn create_course(call: &Call, new: NewCourse) -> Result<Result<CourseId, Vec<Objection>>, Fault> {
    let instructor = call.viewer().with_role(&[Role::Instructor, Role::Admin])?;
    let mut tx = call.begin().await?;
    let made = insert(&mut tx, &call.services, Some(instructor), new, |_| Content::default(), UNWATCHED).await?;
    if made.is_ok() {
        tx.commit().await?;
    }
    Ok(made)
}

/// Begins a course with content, in a transaction of the caller's.
///
/// # Errors
/// Those of the database.
pub async fn insert(
    tx: &mut Tx,
    services: &Services,
    instructor: Option<UserId>,
    new: NewCourse,
    content: impl FnOnce(VersionId) -> Content,
    watch: Watch<'_>,
) -> Result<Result<CourseId, Vec<Objection>>, Fault> {
    let mut objections = Vec::new();
    let title =
        user_error::line(&new.title, "title", policy::TITLE).map_err(|objection| objections.push(objection)).ok();
    let summary =
        user_error::text(&new.summary, "summary", policy::SUMMARY).map_err(|objection| objections.push(objection)).ok();
    objections.extend(user_error::bounded(&new.description, "description", policy::DESCRIPTION).err());
    if !is_language_tag(&new.locale) {
        let words = words!("Bukan kode bahasa, misalnya id.", "Not a language tag, such as id.");
        objections.push(Objection::new(UserErrorCode::Invalid, "locale", words));
    }
    if !(0..=100).contains(&new.completion.0) {
        let words = words!("Dari 0 sampai 100.", "From 0 to 100.");
        objections.push(Objection::new(UserErrorCode::Invalid, "completionRule.lessonsPercent", words));
    }
    if new.tags.len() > 20 || new.tags.iter().any(|tag| tag.is_empty() || tag.chars().count() > 50) {
        let words = words!(
            "Paling banyak 20 tag, masing-masing 1 sampai 50 karakter.",
            "No more than 20 tags of 1 to 50 characters."
        );
        objections.push(Objection::new(UserErrorCode::LimitReached, "tags", words));
    }
    let slug = match &new.slug {
        Some(given) => match policy::slug(given) {
            Ok(slug) if is_free(tx, &slug).await? => Some(slug),
            Ok(_) => {
                let words = words!("Alamat ini sudah dipakai kursus lain.", "Another course has this address.");
                objections.push(Objection::new(UserErrorCode::Taken, "slug", words));
                None
            }
            Err(objection) => {
                objections.push(objection);
                None
            }
        },
        None => Some(free_slug(tx, &policy::slug_of(&new.title)).await?),
    };
    let (Some(title), Some(summary), Some(slug), true) = (title, summary, slug, objections.is_empty()) else {
        return Ok(Err(objections));
    };
    let now = services.clock.now();
    let course = CourseRow {
        id: services.random.ordered_id(&services.clock),
        slug,
        locale: new.locale,
        status: CourseStatus::Draft,
        latest_id: None,
        published_id: None,
        published_at: None,
        created_at: now,
    };
    let id = services.random.ordered_id(&services.clock);
    let content = content(id);
    let version = NewVersion {
        id,
        course_id: course.id,
        number: 1,
        title,
        summary,
        description: new.description,
        level: new.level,
        tags: new.tags,
        lessons_percent: new.completion.0,
        quizzes_passed: new.completion.1,
        lesson_count: i32::try_from(content.lessons.len()).unwrap_or(i32::MAX),
    };
    let run = RunRow {
        id: services.random.ordered_id(&services.clock),
        course_id: course.id,
        name: String::new(),
        opens_at: None,
        closes_at: None,
        seats: None,
        invitation_only: false,
        created_at: now,
    };
    let assignment = instructor.map(|instructor| NewAssignment {
        id: services.random.ordered_id::<()>(&services.clock).uuid(),
        user_id: instructor,
        course_id: course.id,
        starts_at: now,
    });
    store::insert(tx, &course, &version, assignment.as_ref(), &run).await?;
    content::insert(tx, &content, watch).await?;
    Ok(Ok(course.id))
}

/// Whether no course has this slug; while this transaction lasts nobody else gets it.
async fn is_free(tx: &mut Tx, slug: &str) -> Result<bool, Fault> {
    tx.take_name(&name_of(slug)).await?;
    Ok(store::by_slug(tx, slug).await?.is_none())
}

async fn free_slug(tx: &mut Tx, wanted: &str) -> Result<String, Fault> {
    let taken = store::slugs_like(tx, wanted).await?;
    let mut number = 1;
    loop {
        let slug = if number == 1 { wanted.to_owned() } else { format!("{wanted}-{number}") };
        // One that is being taken counts as taken: an import keeps its own for seconds. Who was quicker since is seen by the second look.
        if !taken.contains(&slug)
            && tx.try_take_name(&name_of(&slug)).await?
            && store::by_slug(tx, &slug).await?.is_none()
        {
            return Ok(slug);
        }
        number += 1;
    }
}

fn name_of(slug: &str) -> String {
    format!("course {slug}")
}
