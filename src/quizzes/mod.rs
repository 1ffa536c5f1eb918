//! Quizzes taken: attempts that the server keeps the time and the score of.
//!
//! Owns `attempts`, `answers`, `grading_tasks`, `score_changes` and `quiz_extensions`. Personal data: all of it is about a learner, guarded whole. Calls catalog (questions and keys) and
//! enrolment (who may, and what passing leads to), gamification, accounts, academies and audit.

pub mod attempt;
mod average;
pub mod close;
pub mod contest;
pub mod extend;
pub mod grade_answer;
mod grading;
pub mod graphql;
pub mod mail;
pub mod model;
pub mod privacy;
pub mod regrade;
pub mod response;
pub mod store;

pub use average::average;
