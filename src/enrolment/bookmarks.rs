//! A person marks lessons that they want to find again. Nobody else sees them.

use super::store;
use crate::{
    catalog::{graphql::Lesson, model::LessonId},
    platform::{
        fault::Fault,
        graphql::{Call, UserErrorCode, user_error::Objection},
    },
};

/// Bookmarks of one person at most.
pub const MOST: i64 = 1_000;

/// Marks a lesson that the viewer may see; one that is marked already stays so.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn add(call: &Call, lesson: LessonId) -> Result<Result<LessonId, Objection>, Fault> {
    let user = call.viewer().signed_in()?;
    if Lesson::by_id(call, lesson).await?.is_none() {
        return Ok(Err(Objection::not_found("id")));
    }
    let mut tx = call.begin().await?;
    // Two at once are counted one after the other.
    tx.take_name(&format!("bookmarks {}", user.uuid())).await?;
    if store::count_bookmarks(&tx, user).await? >= MOST {
        let words = words!(
            "Paling banyak {MOST} penanda; hapus yang tidak perlu lagi (removeBookmark).",
            "No more than {MOST} bookmarks; remove those that you need no more (removeBookmark)."
        );
        return Ok(Err(Objection::new(UserErrorCode::LimitReached, "id", words)));
    }
    store::add_bookmark(&mut tx, user, lesson, call.services.clock.now()).await?;
    tx.commit().await?;
    call.forget_loaded();
    Ok(Ok(lesson))
}

/// Takes a mark off; that there was none is as good.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn remove(call: &Call, lesson: LessonId) -> Result<Result<LessonId, Objection>, Fault> {
    let user = call.viewer().signed_in()?;
    let mut tx = call.begin().await?;
    store::remove_bookmark(&mut tx, user, lesson).await?;
    tx.commit().await?;
    call.forget_loaded();
    Ok(Ok(lesson))
}
