//! Quizzes taken: attempts that the server keeps the time and the score of.
//!
//! Owns `attempts` and `answers`. Personal data: all of it is about a learner, guarded whole. Calls catalog (questions and keys) and
//! enrolment (who may, and what passing leads to).

pub mod attempt;
mod average;
pub mod close;
mod grading;
pub mod graphql;
pub mod model;
pub mod privacy;
pub mod store;

pub use average::average;
