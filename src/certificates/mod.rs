//! Certificates: issued once, by itself, when an enrolment completes; checked by anybody, online by a query or offline with a
//! public key; kept when the holder's account is gone.
//!
//! Owns `certificates`, `signing_keys`, and the platform table `certificate_codes`. Personal data: the holder's name, and the signed
//! document that has it. Calls catalog, enrolment and profiles.

pub mod code;
pub mod credential;
pub mod graphql;
pub mod issue;
pub mod model;
pub mod privacy;
pub mod published;
pub mod store;
