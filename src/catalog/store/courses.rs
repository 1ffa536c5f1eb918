//! Statements about courses and their versions.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{
    AsChangeset, BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods,
    OptionalEmptyChangesetExtension, OptionalExtension, QueryDsl, SelectableHelper, dsl::exists,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sanggar_schema::tables::{course_instructors, course_runs, course_versions, courses, lessons};

use super::add_instructor;
use crate::catalog::course_files::CourseFileId;
use crate::{
    catalog::model::{
        CourseId, CourseLevel, CourseRow, CourseStatus, NewAssignment, NewVersion, RunRow, VersionId, VersionRow,
    },
    platform::{
        db::page::Page,
        fault::Fault,
        graphql::{Batch, Call},
        money::Currency,
        privacy::UserId,
    },
};

/// Adds a course with its first version, its instructor (if there is one yet) and the run that is always open.
///
/// # Errors
/// Those of the database.
pub(in crate::catalog) async fn insert(
    connection: &mut AsyncPgConnection,
    course: &CourseRow,
    version: &NewVersion,
    instructor: Option<&NewAssignment>,
    run: &RunRow,
) -> Result<(), Fault> {
    diesel::insert_into(courses::table).values(course).execute(connection).await?;
    diesel::insert_into(course_versions::table).values(version).execute(connection).await?;
    diesel::update(courses::table.filter(courses::id.eq(course.id)))
        .set(courses::latest_id.eq(version.id))
        .execute(connection)
        .await?;
    if let Some(instructor) = instructor {
        add_instructor(connection, instructor).await?;
    }
    diesel::insert_into(course_runs::table).values(run).execute(connection).await?;
    Ok(())
}

/// Slugs of the academy that begin with this one.
///
/// # Errors
/// Those of the database.
pub async fn slugs_like(mut connection: &AsyncPgConnection, slug: &str) -> Result<Vec<String>, Fault> {
    use diesel::TextExpressionMethods;
    let pattern = format!("{slug}%");
    Ok(courses::table.filter(courses::slug.like(pattern)).select(courses::slug).load(&mut connection).await?)
}

/// The course with this slug.
///
/// # Errors
/// Those of the database.
pub async fn by_slug(mut connection: &AsyncPgConnection, slug: &str) -> Result<Option<CourseId>, Fault> {
    Ok(courses::table.filter(courses::slug.eq(slug)).select(courses::id).first(&mut connection).await.optional()?)
}

/// The name in addresses of a course.
///
/// # Errors
/// Those of the database.
pub async fn slug_of(mut connection: &AsyncPgConnection, id: CourseId) -> Result<String, Fault> {
    Ok(courses::table.filter(courses::id.eq(id)).select(courses::slug).first(&mut connection).await?)
}

/// A course.
///
/// # Errors
/// Those of the database.
pub async fn course(mut connection: &AsyncPgConnection, id: CourseId) -> Result<Option<CourseRow>, Fault> {
    let row = courses::table.filter(courses::id.eq(id)).select(CourseRow::as_select());
    Ok(row.first(&mut connection).await.optional()?)
}

/// A course, locked for a change. Who enrols meanwhile waits for nobody.
///
/// # Errors
/// Those of the database.
pub async fn lock(connection: &mut AsyncPgConnection, id: CourseId) -> Result<Option<CourseRow>, Fault> {
    let found = courses::table
        .filter(courses::id.eq(id))
        .select(CourseRow::as_select())
        .for_no_key_update()
        .first(connection)
        .await
        .optional()?;
    Ok(found)
}

/// A version.
///
/// # Errors
/// Those of the database.
pub async fn version(mut connection: &AsyncPgConnection, id: VersionId) -> Result<VersionRow, Fault> {
    let row = course_versions::table.filter(course_versions::id.eq(id));
    Ok(row.select(VersionRow::as_select()).first(&mut connection).await?)
}

/// The description of a version.
///
/// # Errors
/// Those of the database.
pub async fn description(mut connection: &AsyncPgConnection, id: VersionId) -> Result<String, Fault> {
    let row = course_versions::table.filter(course_versions::id.eq(id));
    Ok(row.select(course_versions::description).first(&mut connection).await?)
}

/// Adds a version and makes it the newest.
///
/// # Errors
/// Those of the database.
pub async fn insert_version(connection: &mut AsyncPgConnection, version: &NewVersion) -> Result<(), Fault> {
    diesel::insert_into(course_versions::table).values(version).execute(connection).await?;
    diesel::update(courses::table.filter(courses::id.eq(version.course_id)))
        .set(courses::latest_id.eq(version.id))
        .execute(connection)
        .await?;
    Ok(())
}

/// What changes of a version.
#[derive(AsChangeset, Default, Debug)]
#[diesel(table_name = course_versions)]
pub struct CourseChange {
    /// Its title.
    pub title: Option<String>,
    /// What it is about, in a sentence or two.
    pub summary: Option<String>,
    /// What it is about, Markdown.
    pub description: Option<String>,
    /// For whom it is.
    pub level: Option<CourseLevel>,
    /// What to find it by.
    pub tags: Option<Vec<String>>,
    /// The share of lessons that must be completed.
    pub lessons_percent: Option<i32>,
    /// Whether every quiz must be passed.
    pub quizzes_passed: Option<bool>,
    /// What the best scores at its quizzes must be on average.
    pub minimum_score: Option<Option<i32>>,
    /// What it costs, in minor units.
    pub price_amount: Option<Option<i64>>,
    /// Of what.
    pub price_currency: Option<Option<Currency>>,
    /// Its picture.
    pub cover_id: Option<Option<CourseFileId>>,
}

/// Changes what a version says of its course.
///
/// # Errors
/// Those of the database.
pub(in crate::catalog) async fn change_version(
    connection: &mut AsyncPgConnection,
    version: VersionId,
    change: &CourseChange,
) -> Result<(), Fault> {
    let row = course_versions::table.filter(course_versions::id.eq(version));
    diesel::update(row).set(change).execute(connection).await.optional_empty_changeset()?;
    Ok(())
}

/// Sets the language of a course.
///
/// # Errors
/// Those of the database.
pub(in crate::catalog) async fn set_locale(
    connection: &mut AsyncPgConnection,
    course: CourseId,
    locale: &str,
) -> Result<(), Fault> {
    let row = courses::table.filter(courses::id.eq(course));
    diesel::update(row).set(courses::locale.eq(locale)).execute(connection).await?;
    Ok(())
}

/// Counts an edit of a draft, and anew the lessons that learners will have.
///
/// # Errors
/// Those of the database.
pub async fn count_edit(connection: &mut AsyncPgConnection, version: VersionId) -> Result<(), Fault> {
    let shown = lessons::table.filter(lessons::version_id.eq(version)).filter(diesel::dsl::not(lessons::hidden));
    let count: i64 = shown.count().get_result(connection).await?;
    diesel::update(course_versions::table.filter(course_versions::id.eq(version)))
        .set((
            course_versions::edits.eq(course_versions::edits + 1),
            course_versions::lesson_count.eq(i32::try_from(count).unwrap_or(i32::MAX)),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

/// The course of an instructor's that was imported from a source; without an instructor, one that nobody teaches.
///
/// # Errors
/// Those of the database.
pub(in crate::catalog) async fn by_source(
    mut connection: &AsyncPgConnection,
    source: &str,
    instructor: Option<UserId>,
) -> Result<Option<CourseId>, Fault> {
    let taught = course_instructors::table.filter(course_instructors::course_id.eq(courses::id));
    let mut found = courses::table.filter(courses::source.eq(source)).select(courses::id).into_boxed();
    found = match instructor {
        Some(user) => found.filter(exists(taught.filter(course_instructors::user_id.eq(user)))),
        None => found.filter(diesel::dsl::not(exists(taught))),
    };
    Ok(found.order((courses::created_at.desc(), courses::id)).first(&mut connection).await.optional()?)
}

/// Says what a course was imported from.
///
/// # Errors
/// Those of the database.
pub(in crate::catalog) async fn set_source(
    connection: &mut AsyncPgConnection,
    course: CourseId,
    source: &str,
) -> Result<(), Fault> {
    let row = courses::table.filter(courses::id.eq(course));
    diesel::update(row).set(courses::source.eq(source)).execute(connection).await?;
    Ok(())
}

/// Freezes a version: nothing of it changes from now on.
///
/// # Errors
/// Those of the database.
pub async fn freeze(connection: &mut AsyncPgConnection, version: VersionId, at: DateTime<Utc>) -> Result<(), Fault> {
    diesel::update(course_versions::table.filter(course_versions::id.eq(version)))
        .set(course_versions::frozen_at.eq(at))
        .execute(connection)
        .await?;
    Ok(())
}

/// Shows a version in the catalogue.
///
/// # Errors
/// Those of the database.
pub async fn publish(
    connection: &mut AsyncPgConnection,
    course: CourseId,
    version: VersionId,
    at: DateTime<Utc>,
) -> Result<(), Fault> {
    diesel::update(courses::table.filter(courses::id.eq(course)))
        .set((
            courses::status.eq(CourseStatus::Published),
            courses::published_id.eq(version),
            courses::published_at.eq(at),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

/// Hides a course from the catalogue.
///
/// # Errors
/// Those of the database.
pub(in crate::catalog) async fn archive(connection: &mut AsyncPgConnection, course: CourseId) -> Result<(), Fault> {
    diesel::update(courses::table.filter(courses::id.eq(course)))
        .set(courses::status.eq(CourseStatus::Archived))
        .execute(connection)
        .await?;
    Ok(())
}

/// Where a course stands among the newest.
pub type Newest<I> = (DateTime<Utc>, I);

/// The courses that a person teaches, published or not, newest first, with the version that is shown.
///
/// # Errors
/// Those of the database.
pub async fn taught_by(
    mut connection: &AsyncPgConnection,
    page: &Page<Newest<CourseId>>,
    user: UserId,
) -> Result<Vec<(CourseRow, VersionRow)>, Fault> {
    let shown = course_versions::id.eq(diesel::dsl::case_when(
        courses::published_id.is_not_null(),
        courses::published_id.assume_not_null(),
    )
    .otherwise(courses::latest_id.assume_not_null()));
    let taught =
        course_instructors::table.filter(course_instructors::user_id.eq(user)).select(course_instructors::course_id);
    let mut query = courses::table
        .inner_join(course_versions::table.on(shown))
        .filter(courses::id.eq_any(taught))
        .select((CourseRow::as_select(), VersionRow::as_select()))
        .into_boxed();
    let (after, before) = page.bounds();
    if let Some((at, id)) = after {
        query = query.filter(courses::created_at.lt(*at).or(courses::created_at.eq(*at).and(courses::id.lt(*id))));
    }
    if let Some((at, id)) = before {
        query = query.filter(courses::created_at.gt(*at).or(courses::created_at.eq(*at).and(courses::id.gt(*id))));
    }
    query = if page.backwards() {
        query.order((courses::created_at.asc(), courses::id.asc()))
    } else {
        query.order((courses::created_at.desc(), courses::id.desc()))
    };
    Ok(query.limit(page.one_more()).load(&mut connection).await?)
}

/// How many courses a person teaches.
///
/// # Errors
/// Those of the database.
pub async fn count_taught_by(mut connection: &AsyncPgConnection, user: UserId) -> Result<i64, Fault> {
    let taught = course_instructors::table.filter(course_instructors::user_id.eq(user));
    Ok(taught.count().get_result(&mut connection).await?)
}

crate::batch!(
    /// A course by its id.
    CourseById(CourseId) -> CourseRow, courses::id
);

crate::batch!(
    /// A version by its id.
    VersionById(VersionId) -> VersionRow, course_versions::id
);

/// The description of a version.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct DescriptionOf(pub VersionId);

impl Batch for DescriptionOf {
    type Value = String;

    async fn load(_: &Call, mut connection: &AsyncPgConnection, keys: &[Self]) -> Result<HashMap<Self, String>, Fault> {
        let ids: Vec<VersionId> = keys.iter().map(|key| key.0).collect();
        let rows: Vec<(VersionId, String)> = course_versions::table
            .filter(course_versions::id.eq_any(ids))
            .select((course_versions::id, course_versions::description))
            .load(&mut connection)
            .await?;
        Ok(rows.into_iter().map(|(id, text)| (Self(id), text)).collect())
    }
}
