//! Enrolment: a person in a run of a course, pinned to a version; what they have completed; whether they may learn.
//!
//! Owns `enrolments`, `entitlements`, `lesson_completions`, `lesson_bookmarks`. Personal data: all of it is about a learner, and its types are guarded whole.
//! Calls catalog; asks quizzes what was passed, and certificates to issue when a course is completed.

pub mod bookmarks;
pub mod complete;
pub mod enrol;
pub mod enrol_users;
pub mod expire;
pub mod graphql;
pub mod invite;
pub mod mail;
pub mod model;
pub mod move_to_latest;
pub mod privacy;
pub mod queue;
pub mod reopen;
pub mod statistics;
pub mod store;
pub mod withdraw;

use crate::{
    catalog::model::CourseId,
    platform::{fault::Fault, graphql::Call},
};

/// Whether the viewer is entitled to learn from a course now.
///
/// # Errors
/// Those of the database.
pub async fn may_learn(call: &Call, course: CourseId) -> Result<bool, Fault> {
    let Some(user) = call.viewer().participant() else { return Ok(false) };
    Ok(call.load(store::Entitled(user, course)).await?.is_some())
}

/// Whether the viewer has a live enrolment in a course.
///
/// # Errors
/// Those of the database.
pub async fn is_enrolled(call: &Call, course: CourseId) -> Result<bool, Fault> {
    let Some(user) = call.viewer().participant() else { return Ok(false) };
    Ok(call.load(store::LiveEnrolment(user, course)).await?.is_some())
}
