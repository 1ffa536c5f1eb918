//! Profiles: what people tell about themselves, and to whom they show it.
//!
//! Owns `profiles`, `contacts`, `identities`, `guardianships` and `avatars`. Personal data: all of it. Calls accounts (a profile is laid beside each account) and
//! consent. Its [`store::Person`] joins the login's user name and address: a read model named in the law of the rooms.

mod access;
pub mod add_person;
pub mod avatar_file;
pub mod complete_registration;
pub mod confirm_guardianship;
pub mod graphql;
pub mod invite;
mod model;
mod policy;
pub mod privacy;
pub mod set_avatar;
pub mod set_visibility;
pub mod sign_up;
pub mod store;
pub mod update_profile;

use crate::platform::config::PublishedLimit;

pub use access::{AccessTo, Seen};
pub use model::{AvatarId, AvatarKind, PostalAddress, SocialLink};
pub use policy::earliest_today;

/// The published limits of a profile: name, limit, unit, of what.
#[must_use]
pub fn published() -> Vec<PublishedLimit> {
    vec![
        ("avatarBytes", crate::uploads::create_upload::PICTURE_BYTES as u64, "bytes", "A picture that is sent."),
        (
            "avatarSide",
            crate::platform::picture::SIDE_MOST.into(),
            "pixels",
            "A picture that is sent, in each direction.",
        ),
    ]
}
