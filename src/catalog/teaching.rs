//! Who teaches a course: they write it, and see its learners as far as the academy's policy shares them, from when they join until they
//! leave.

use super::{
    authority,
    model::{CourseId, NewAssignment},
    store,
};
use crate::{
    accounts, instructors,
    platform::{
        fault::Fault,
        graphql::{Call, UserErrorCode, user_error::Objection},
        privacy::{Role, UserId},
    },
};

/// Instructors of one course.
pub const INSTRUCTORS: i64 = 20;

/// Adds an instructor to a course that the viewer may edit; that they are one already is as good.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn add(call: &Call, course: CourseId, user: UserId) -> Result<Result<CourseId, Objection>, Fault> {
    let mut tx = call.begin().await?;
    if let Err(objection) = authority::lock_to_edit(call, &mut tx, course, "course").await? {
        return Ok(Err(objection));
    }
    if store::teaches(&tx, user, course).await? {
        return Ok(Ok(course));
    }
    // Who is no instructor, and who is not there at all, are the same to who asks; so is who has no public face, whom learners would not
    // know to see them.
    let teaches = accounts::store::living_roles(&tx, user).await?.has(Role::Instructor);
    if !teaches || !instructors::store::has_face(&tx, user).await? {
        return Ok(Err(Objection::not_found("user")));
    }
    if store::count_instructors(&tx, course).await? >= INSTRUCTORS {
        let words = words!(
            "Paling banyak {INSTRUCTORS} instruktur dalam satu kursus.",
            "A course has no more than {INSTRUCTORS} instructors."
        );
        return Ok(Err(Objection::new(UserErrorCode::LimitReached, "user", words)));
    }
    let assignment = NewAssignment {
        id: call.services.random.ordered_id::<()>(&call.services.clock).uuid(),
        user_id: user,
        course_id: course,
        starts_at: call.services.clock.now(),
    };
    store::add_instructor(&mut tx, &assignment).await?;
    tx.commit().await?;
    call.forget_loaded();
    Ok(Ok(course))
}

/// Removes an instructor from a course that the viewer may edit: from then on they see none of its learners. The last one stays.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn remove(call: &Call, course: CourseId, user: UserId) -> Result<Result<CourseId, Objection>, Fault> {
    let mut tx = call.begin().await?;
    if let Err(objection) = authority::lock_to_edit(call, &mut tx, course, "course").await? {
        return Ok(Err(objection));
    }
    if !store::teaches(&tx, user, course).await? {
        return Ok(Err(Objection::not_found("user")));
    }
    if store::count_instructors(&tx, course).await? == 1 {
        let words = words!(
            "Kursus punya paling sedikit satu instruktur: tambahkan yang lain dulu.",
            "A course has at least one instructor: add another one first."
        );
        return Ok(Err(Objection::new(UserErrorCode::NotEligible, "user", words)));
    }
    store::remove_instructor(&mut tx, course, user, call.services.clock.now()).await?;
    tx.commit().await?;
    call.forget_loaded();
    Ok(Ok(course))
}
