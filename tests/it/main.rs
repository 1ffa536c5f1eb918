//! The one integration binary: real HTTP to a real server on real Postgres. The harness, the laws, then a module a room.

mod harness;

mod laws;

mod academies;
mod accounts;
mod audit;
mod drills;
mod gamification;
mod instructors;
mod line;
mod notifications;
mod platform;
mod profiles;
mod referrals;
mod reviews;
