//! Gamification: the points ledger, streaks, badges. What a learner did is noted by the rooms where it happens, in their transactions.
//!
//! Owns `points_entries`, `learning_days`, `badges` and `badge_awards`. Personal data: who earned what, and when; shown as its owner
//! chose. An academy whose policy does not list the purpose collects none of it.

pub mod award;
pub mod first_badges;
pub mod graphql;
pub mod model;
pub mod policy;
pub mod privacy;
pub mod store;
