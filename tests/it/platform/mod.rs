//! The face, the door and the cluster.

pub mod command_line;
mod course_import;
mod http;
mod idempotency;
mod jobs;
mod quiz_import;
pub mod socket;
mod tenancy;
mod time;
