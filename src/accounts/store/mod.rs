//! Statements about accounts, by what they are about.

mod address_requests;
mod factors;
mod guardians;
mod logins;
mod people;
mod sessions;
mod suspensions;
mod tokens;
mod usernames;

pub(super) use self::{address_requests::*, guardians::*};
pub use self::{factors::*, logins::*, people::*, sessions::*, suspensions::*, tokens::*, usernames::*};
