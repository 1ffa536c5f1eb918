//! Statements about courses, by what they are about; those about what a version holds stand in `content.rs`.

mod courses;
mod prerequisites;
mod runs;
mod submissions;
mod teaching;

pub use courses::*;
pub use prerequisites::*;
pub use runs::*;
pub use submissions::*;
pub use teaching::*;
