//! Accounts: who a person is here, how they sign in, and their sessions.
//!
//! Owns `users` (the tombstone with an id), `logins`, `held_usernames`, `sessions`, `account_tokens`. Personal data: address, password
//! hash, roles, devices. Calls academies and consent; profiles lays a profile beside each account it makes.

pub mod graphql;
pub mod log_in;
pub mod log_out;
pub mod mail;
pub mod model;
pub mod password;
pub mod policy;
pub mod privacy;
pub mod register;
pub mod resend_verification;
pub mod session;
pub mod store;
mod token;
pub mod verify_email;
