//! The GraphQL face of quizzes taken.

mod attempt;
mod grading;
mod statistics;

pub use attempt::{Attempt, AttemptMutations};
pub use grading::{GradingMutations, GradingTask};
pub use statistics::QuizStatistics;
