//! Accounts: who a person is here, how they sign in, and their sessions.
//!
//! Owns `users` (the tombstone with an id), `logins`, `held_usernames`, `sessions`, `account_tokens`, `second_factors`, `recovery_codes`, `suspensions`,
//! `guardian_requests`, `linked_identities`, `provider_log_ins`, `address_requests`.
//! Personal data: address, password hash, roles, devices, accounts at log-in providers, secrets. Calls academies, audit and consent; profiles lays a profile beside each account it makes.

mod address;
pub mod address_request;
pub mod change_email;
pub mod change_password;
pub mod complete_mfa;
pub mod complete_registration;
mod device;
mod events;
pub mod forget_unfinished;
pub mod graphql;
pub mod guardian;
pub mod guessing;
pub mod invite;
pub mod log_in;
pub mod log_out;
pub mod mail;
mod mailed;
pub mod model;
pub mod password;
pub mod password_reset;
pub mod policy;
pub mod privacy;
pub mod providers;
pub mod reauthenticate;
pub mod register;
pub mod resend_verification;
pub mod revoke_session;
pub mod roles;
mod second_factor;
pub mod session;
pub mod store;
pub mod suspension;
pub mod tidy;
mod token;
pub mod totp_setup;
mod tries;
pub mod verify_email;
