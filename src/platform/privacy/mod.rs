//! Privacy as code: what a datum is, who a viewer is, and the sealed value between them.
//!
//! A datum of personal data is declared once, as a [`Datum`] in the `privacy.rs` of the room that owns it. The sealed
//! column ([`Personal`]), the guard ([`Access::open`]), the directives of the published schema, the data inventory and
//! the test of every field with every viewer all read that one declaration.

mod access;
mod class;
pub mod directive;
pub mod inventory;
pub mod reads;
mod sealed;
mod sharing;
pub mod subject;
mod viewer;

pub use access::{Access, Decision, Teaching, Ties};
pub use class::{
    Audience, Controller, Datum, Entry, Erasure, FieldAudience, LegalBasis, PersonalDataClass, ProfileField,
    RetentionAction, RetentionStart, Rows, Sensitivity, Table, Whose,
};
pub use reads::Reads;
pub use sealed::{Duty, Personal};
pub use sharing::{Purpose, Shared, Sharing};
pub use viewer::{Role, Roles, SessionId, SessionKind, UserId, UserKind, Viewer};
