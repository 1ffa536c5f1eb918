//! Referrals: who came by whom. Everybody has a code where the academy's policy lists the purpose; who registers with it was referred
//! once they prove their address, and that qualifies when they complete their first course. The first code counts: an account is made once.
//!
//! Owns `referral_codes`, `referral_wishes` and `referrals`. Personal data: a referral is of both; who referred sees that somebody came, and
//! who it is only where that person is seen. Calls academies, accounts and audit; learning tells it of a completed course.

pub mod attribute;
pub mod graphql;
pub mod model;
pub mod own_code;
pub mod privacy;
pub mod store;
