//! HTTP: routes, headers that every answer has, health, and the way to stop.

pub mod addresses;
pub mod body;
mod explorer;
pub mod ranges;
mod router;
mod server;

pub use router::{Routes, router};
pub use server::{DRAIN, Readiness, Server, stopped};
