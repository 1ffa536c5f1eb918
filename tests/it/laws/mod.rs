//! The laws: what one can't see in a diff is a test.

mod catalog;
mod ids;
mod letters;
pub mod logs;
mod migrations;
pub mod paths;
mod readme;
mod requirements;
mod rooms;
mod roots;
mod schema;
pub mod subject;
mod tenants;
mod visibility;
