//! The audit log: who did what to whose data, and why.
//!
//! Owns `audit_entries` (added in the transaction of what they tell), `audit_links` (the chain over them) and `audit_heads` (up to
//! where the chain was signed). The server may add to them and nothing else. Personal data: the reasons that staff give. Calls nobody.

mod chain;
pub mod graphql;
pub mod link;
pub mod model;
pub mod privacy;
mod store;
pub mod verify;
mod write;

pub use model::{Action, AuditEntryId, AuditEntryKind};
pub use write::{Happened, note_reads, write};
