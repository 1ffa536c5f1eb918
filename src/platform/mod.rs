//! Technical rooms: they know nothing of courses.

// First: its macro is used by the others.
#[macro_use]
pub mod text;

pub mod change;
pub mod clock;
pub mod code;
pub mod config;
pub mod db;
pub mod duration;
pub mod fault;
pub mod folders;
pub mod graphql;
pub mod http;
pub mod id;
pub mod idempotency;
pub mod jobs;
pub mod link;
pub mod mail;
pub mod money;
pub mod news;
pub mod outbound;
pub mod picture;
pub mod privacy;
pub mod providers;
pub mod seal;
pub mod storage;
pub mod throttle;
pub mod tls;
