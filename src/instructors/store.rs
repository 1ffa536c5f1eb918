//! Statements about applications and instructors.

use chrono::{DateTime, Utc};
use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sanggar_schema::tables::{instructor_applications as applications, instructor_profiles as instructors, users};

use super::model::{ApplicationId, ApplicationRow, ApplicationStatus, InstructorProfileId, InstructorRow};
use crate::platform::{
    db::page::Page,
    fault::Fault,
    privacy::{Personal, UserId},
};

/// Adds an application.
///
/// # Errors
/// Those of the database.
pub async fn insert(connection: &mut AsyncPgConnection, row: &ApplicationRow) -> Result<(), Fault> {
    diesel::insert_into(applications::table).values(row).execute(connection).await?;
    Ok(())
}

/// The application of a person that is still open.
///
/// # Errors
/// Those of the database.
pub async fn open_of(mut connection: &AsyncPgConnection, user: UserId) -> Result<Option<ApplicationRow>, Fault> {
    let open = [ApplicationStatus::Pending, ApplicationStatus::ChangesRequested];
    let found = applications::table
        .filter(applications::user_id.eq(user))
        .filter(applications::status.eq_any(open))
        .select(ApplicationRow::as_select())
        .first(&mut connection)
        .await
        .optional()?;
    Ok(found)
}

/// An application, locked for a decision.
///
/// # Errors
/// Those of the database.
pub async fn by_id(mut connection: &AsyncPgConnection, id: ApplicationId) -> Result<Option<ApplicationRow>, Fault> {
    let row = applications::table.filter(applications::id.eq(id)).select(ApplicationRow::as_select());
    Ok(row.first(&mut connection).await.optional()?)
}

/// An application, locked: it is decided once.
///
/// # Errors
/// Those of the database.
pub async fn lock(connection: &mut AsyncPgConnection, id: ApplicationId) -> Result<Option<ApplicationRow>, Fault> {
    let found = applications::table
        .filter(applications::id.eq(id))
        .select(ApplicationRow::as_select())
        .for_update()
        .first(connection)
        .await
        .optional()?;
    Ok(found)
}

/// Writes a decision.
///
/// # Errors
/// Those of the database.
pub async fn decide(
    connection: &mut AsyncPgConnection,
    id: ApplicationId,
    status: ApplicationStatus,
    reason: Option<String>,
    by: UserId,
    at: DateTime<Utc>,
) -> Result<(), Fault> {
    let reason: Personal<Option<String>, super::privacy::Application> = Personal::new(reason);
    diesel::update(applications::table.filter(applications::id.eq(id)))
        .set((
            applications::status.eq(status),
            applications::reason.eq(&reason),
            applications::decided_by.eq(by),
            applications::decided_at.eq(at),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

/// Takes an application back.
///
/// # Errors
/// Those of the database.
pub async fn withdraw(connection: &mut AsyncPgConnection, id: ApplicationId) -> Result<(), Fault> {
    diesel::update(applications::table.filter(applications::id.eq(id)))
        .set(applications::status.eq(ApplicationStatus::Withdrawn))
        .execute(connection)
        .await?;
    Ok(())
}

/// Gives a person the public face that they agreed to last.
///
/// # Errors
/// Those of the database.
pub async fn put_instructor(connection: &mut AsyncPgConnection, row: &InstructorRow) -> Result<(), Fault> {
    diesel::insert_into(instructors::table)
        .values(row)
        .on_conflict((instructors::academy_id, instructors::user_id))
        .do_update()
        .set((instructors::display_name.eq(&row.display_name), instructors::expertise.eq(&row.expertise)))
        .execute(connection)
        .await?;
    Ok(())
}

/// Where an application or an instructor stands among the newest.
pub type Newest<I> = (DateTime<Utc>, I);

/// Applications, newest first.
///
/// # Errors
/// Those of the database.
pub async fn newest_applications(
    mut connection: &AsyncPgConnection,
    page: &Page<Newest<ApplicationId>>,
    status: Option<ApplicationStatus>,
    of: Option<UserId>,
) -> Result<Vec<ApplicationRow>, Fault> {
    let (after, before) = page.bounds();
    let mut query = applications::table.select(ApplicationRow::as_select()).into_boxed();
    if let Some(status) = status {
        query = query.filter(applications::status.eq(status));
    }
    if let Some(user) = of {
        query = query.filter(applications::user_id.eq(user));
    }
    if let Some((at, id)) = after {
        query = query.filter(
            applications::created_at.lt(*at).or(applications::created_at.eq(*at).and(applications::id.lt(*id))),
        );
    }
    if let Some((at, id)) = before {
        query = query.filter(
            applications::created_at.gt(*at).or(applications::created_at.eq(*at).and(applications::id.gt(*id))),
        );
    }
    query = if page.backwards() {
        query.order((applications::created_at.asc(), applications::id.asc()))
    } else {
        query.order((applications::created_at.desc(), applications::id.desc()))
    };
    Ok(query.limit(page.one_more()).load(&mut connection).await?)
}

/// How many applications there are.
///
/// # Errors
/// Those of the database.
pub async fn count_applications(
    mut connection: &AsyncPgConnection,
    status: Option<ApplicationStatus>,
    of: Option<UserId>,
) -> Result<i64, Fault> {
    let mut query = applications::table.count().into_boxed();
    if let Some(status) = status {
        query = query.filter(applications::status.eq(status));
    }
    if let Some(user) = of {
        query = query.filter(applications::user_id.eq(user));
    }
    Ok(query.get_result(&mut connection).await?)
}

crate::batch!(
    /// An application by its id.
    ApplicationById(ApplicationId) -> ApplicationRow, applications::id
);

/// A public face is shown while its person's account lives and is neither restricted nor suspended.
#[diesel::dsl::auto_type]
fn shown() -> _ {
    diesel::dsl::exists(
        users::table
            .filter(users::id.eq(instructors::user_id))
            .filter(users::closed_at.is_null())
            .filter(users::restricted_at.is_null())
            .filter(users::suspended_at.is_null()),
    )
}

crate::batch!(
    /// An instructor by the id of their public face.
    InstructorById(InstructorProfileId) -> InstructorRow, instructors::id, if shown()
);

crate::batch!(
    /// An instructor by who they are.
    InstructorOf(UserId) -> InstructorRow, instructors::user_id, if shown()
);

/// Whether a person has a public face as an instructor.
///
/// # Errors
/// Those of the database.
pub async fn has_face(mut connection: &AsyncPgConnection, user: UserId) -> Result<bool, Fault> {
    let row = instructors::table.filter(instructors::user_id.eq(user));
    Ok(diesel::select(diesel::dsl::exists(row)).get_result(&mut connection).await?)
}

/// The public faces that are shown, newest first.
///
/// # Errors
/// Those of the database.
pub async fn newest_instructors(
    mut connection: &AsyncPgConnection,
    page: &Page<Newest<InstructorProfileId>>,
) -> Result<Vec<InstructorRow>, Fault> {
    use instructors::{created_at, id};
    let (after, before) = page.bounds();
    let mut query = instructors::table.filter(shown()).select(InstructorRow::as_select()).into_boxed();
    if let Some((at, last)) = after {
        query = query.filter(created_at.lt(*at).or(created_at.eq(*at).and(id.lt(*last))));
    }
    if let Some((at, first)) = before {
        query = query.filter(created_at.gt(*at).or(created_at.eq(*at).and(id.gt(*first))));
    }
    query = if page.backwards() {
        query.order((created_at.asc(), id.asc()))
    } else {
        query.order((created_at.desc(), id.desc()))
    };
    Ok(query.limit(page.one_more()).load(&mut connection).await?)
}

/// How many public faces are shown.
///
/// # Errors
/// Those of the database.
pub async fn count_instructors(mut connection: &AsyncPgConnection) -> Result<i64, Fault> {
    Ok(instructors::table.filter(shown()).count().get_result(&mut connection).await?)
}
