//! The laws: what one can't see in a diff is a test.

mod catalog;
mod letters;
mod logs;
mod migrations;
mod paths;
mod readme;
mod requirements;
mod rooms;
mod roots;
mod schema;
pub mod subject;
mod visibility;
