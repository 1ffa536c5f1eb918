//! The laws: what one can't see in a diff is a test.

mod catalog;
mod migrations;
mod readme;
mod rooms;
mod schema;
mod visibility;
