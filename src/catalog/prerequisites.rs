//! Which courses are completed before another: never in a circle.

use futures_util::future::try_join_all;

use super::{
    authority,
    model::{CourseId, CourseRow, VersionId},
    policy, store,
};
use crate::platform::{
    db::Tx,
    fault::Fault,
    graphql::{Batch, Call, UserErrorCode, user_error::Objection},
};

/// Puts these in the place of those that a draft asks for.
///
/// # Errors
/// Those of the database.
pub(super) async fn put(
    call: &Call,
    tx: &mut Tx,
    course: &CourseRow,
    draft: VersionId,
    asked: &[CourseId],
) -> Result<Result<(), Objection>, Fault> {
    let field = "prerequisites";
    let most = policy::PREREQUISITES;
    if asked.len() > most {
        let words = words!("Paling banyak {most} kursus.", "No more than {most} courses.");
        return Ok(Err(Objection::new(UserErrorCode::LimitReached, field, words)));
    }
    for (index, id) in asked.iter().enumerate() {
        let at = format!("{field}.{index}");
        if asked[..index].contains(id) {
            let words = words!("Kursus ini disebut dua kali.", "This course is named twice.");
            return Ok(Err(Objection::new(UserErrorCode::Invalid, &at, words)));
        }
    }
    let keys: Vec<_> = asked.iter().map(|id| store::CourseById(*id)).collect();
    let known = <store::CourseById as Batch>::load(call, tx, &keys).await?;
    let seen = keys.iter().map(async |key| match known.get(key) {
        Some(row) => authority::may_see(call, row).await,
        None => Ok(false),
    });
    if let Some(index) = try_join_all(seen).await?.into_iter().position(|seen| !seen) {
        return Ok(Err(Objection::not_found(&format!("{field}.{index}"))));
    }
    // Two who close a circle from both of its ends at once do so one after the other.
    tx.take_name("prerequisites").await?;
    if store::ask_for(tx, asked, course.id).await? {
        let words = words!(
            "Kursus ini sendiri diminta oleh salah satunya, langsung atau lewat kursus lain.",
            "One of these asks for this very course, itself or by way of others."
        );
        return Ok(Err(Objection::new(UserErrorCode::Invalid, field, words)));
    }
    store::put_prerequisites(tx, draft, asked).await?;
    Ok(Ok(()))
}
