//! The laws: what one can't see in a diff is a test.

mod catalog;
mod letters;
mod logs;
mod migrations;
mod readme;
mod requirements;
mod rooms;
mod roots;
mod schema;
mod subject;
mod visibility;
