//! Statements about courses, by what they are about; those about what a version holds stand in `content.rs`.

mod catalogue;
mod courses;
mod prerequisites;
mod runs;
mod submissions;
mod teaching;

pub use catalogue::*;
pub use courses::*;
pub use prerequisites::*;
pub use runs::*;
pub use submissions::*;
pub use teaching::*;
