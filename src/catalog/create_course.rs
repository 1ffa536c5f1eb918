//! An instructor begins a course: a draft, taught by them, with a run that is always open.

use super::{
    content::{self, Content, UNWATCHED, Watch},
    course_files::CourseFileId,
    model::{Completion, CourseId, CourseLevel, CourseRow, CourseStatus, NewAssignment, NewVersion, RunRow, VersionId},
    policy, store,
};
use crate::platform::{
    db::Tx,
    fault::Fault,
    graphql::{
        Call, Services, UserErrorCode,
        user_error::{self, Gathered, Objection},
    },
    money::Money,
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
    /// When a learner has completed it.
    pub completion: Completion,
    /// What it costs; nothing where there is none.
    pub price: Option<Money>,
    /// Its picture.
    pub cover: Option<CourseFileId>,
    /// What it says it is, where it was imported.
    pub source: Option<String>,
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
    let said = checked(&new);
    let slug = match &new.slug {
        Some(given) => match policy::slug(given) {
            Ok(slug) if is_free(tx, &slug).await? => Ok(slug),
            Ok(_) => {
                let words = words!("Alamat ini sudah dipakai kursus lain.", "Another course has this address.");
                Err(Objection::new(UserErrorCode::Taken, "slug", words))
            }
            Err(objection) => Err(objection),
        },
        None => Ok(free_slug(tx, &policy::slug_of(&new.title)).await?),
    };
    let ((title, summary), slug) = match (said, slug) {
        (Ok(said), Ok(slug)) => (said, slug),
        (said, slug) => return Ok(Err(said.err().into_iter().flatten().chain(slug.err()).collect())),
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
        source: new.source,
    };
    let id = services.random.ordered_id(&services.clock);
    let content = content(id);
    let version = NewVersion {
        id,
        course_id: course.id,
        number: 1,
        edits: 1,
        title,
        summary,
        description: new.description,
        level: new.level,
        tags: new.tags,
        lessons_percent: new.completion.lessons_percent,
        quizzes_passed: new.completion.quizzes_passed,
        minimum_score: new.completion.minimum_score,
        price: new.price.into(),
        lesson_count: content.lessons_shown(),
        cover_id: new.cover,
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

/// What is wrong with what a course says, all of it at once; else its title and summary as they are kept.
///
/// # Errors
/// What is wrong.
pub(super) fn checked(new: &NewCourse) -> Result<(String, String), Vec<Objection>> {
    let mut wrong = Gathered::default();
    let title = wrong.take(user_error::line(&new.title, "title", policy::TITLE));
    let summary = wrong.take(user_error::text(&new.summary, "summary", policy::SUMMARY));
    wrong.take(user_error::bounded(&new.description, "description", policy::DESCRIPTION));
    wrong.take(policy::language(&new.locale));
    wrong.take(policy::lessons_percent(new.completion.lessons_percent));
    wrong.take(policy::minimum_score(new.completion.minimum_score));
    wrong.take(policy::tags(&new.tags));
    title.zip(summary).filter(|_| wrong.is_empty()).ok_or_else(|| wrong.all())
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
