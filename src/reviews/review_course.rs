//! A learner says what they think of a course: once, and anew when they think otherwise.

use std::ops::RangeInclusive;

use super::{
    model::{ReviewId, ReviewRow},
    privacy::Reviewed,
    store,
};
use crate::{
    catalog::{self, model::CourseId},
    enrolment::{self, model::EnrolmentStatus},
    platform::{
        fault::Fault,
        graphql::{
            Call, UserErrorCode,
            user_error::{self, Objection},
        },
        privacy::{Datum, Personal},
    },
};

/// From the worst to the best.
const RATINGS: RangeInclusive<i32> = 1..=5;
/// Characters of a review at most.
const BODY: usize = 5_000;

/// Writes the viewer's review of a course, or over the one that they wrote before.
///
/// # Errors
/// `UNAUTHENTICATED`, `NOT_OFFERED`, and those of the database.
pub async fn review_course(
    call: &Call,
    course: CourseId,
    rating: i32,
    body: Option<String>,
) -> Result<Result<ReviewId, Vec<Objection>>, Fault> {
    let user = call.viewer().signed_in()?;
    if !call.sharing().holds(&Reviewed::ENTRY) {
        return Err(Fault::not_offered());
    }
    let mut objections = Vec::new();
    if !RATINGS.contains(&rating) {
        let words = words!("Nilai adalah bilangan dari 1 sampai 5.", "A rating is a number from 1 to 5.");
        objections.push(Objection::new(UserErrorCode::Invalid, "rating", words));
    }
    let body = body.map(|body| user_error::lines(&body, "body", BODY)).transpose().unwrap_or_else(|objection| {
        objections.push(objection);
        None
    });
    if !objections.is_empty() {
        return Ok(Err(objections));
    }
    let mut tx = call.begin().await?;
    // Who does not learn it can't tell a draft from a course that never was.
    let learnt = enrolment::store::live(&tx, user, course).await?;
    if !learnt.is_some_and(|row| matches!(row.status, EnrolmentStatus::Active | EnrolmentStatus::Completed)) {
        return Ok(Err(vec![Objection::not_found("course")]));
    }
    if catalog::store::teaches(&tx, user, course).await? {
        let words = words!("Kursus sendiri tidak diulas sendiri.", "Nobody reviews a course of their own.");
        return Ok(Err(vec![Objection::new(UserErrorCode::NotEligible, "course", words)]));
    }
    let now = call.services.clock.now();
    let row = ReviewRow {
        id: call.services.random.ordered_id(&call.services.clock),
        course_id: course,
        user_id: user,
        rating,
        body: Personal::new(body.filter(|body| !body.is_empty())),
        created_at: now,
        updated_at: now,
    };
    let id = store::put(&mut tx, &row).await?;
    tx.commit().await?;
    call.forget_loaded();
    Ok(Ok(id))
}
