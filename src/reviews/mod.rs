//! Reviews: what a learner says of a course. Each counts in the course's rating; who reads it, its author chooses.
//!
//! Owns `reviews`. Personal data: all of it is its author's, and the type is guarded whole. Calls audit, profiles, catalog
//! and enrolment.

pub mod delete_review;
pub mod graphql;
pub mod model;
pub mod privacy;
pub mod review_course;
pub mod store;
