//! Questions of quizzes: what they ask, what is right, and how they are written.

pub mod correct;
pub mod key;
pub mod store;
pub mod write;
pub mod written;

pub use key::{AnswerKey, Key, OtherKey};
