//! Profiles: what people tell about themselves, and to whom they show it.
//!
//! Owns `profiles` and `contacts`. Personal data: all of it. Calls accounts (a profile is laid beside each account) and
//! consent. Its [`store::Person`] joins the login's user name and address: a read model named in the law of the rooms.

mod access;
pub mod add_person;
pub mod graphql;
mod model;
mod policy;
pub mod privacy;
pub mod set_visibility;
pub mod sign_up;
pub mod store;
pub mod update_profile;

pub use access::{AccessTo, Seen};
pub use model::{PostalAddress, SocialLink};
