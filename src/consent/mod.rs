//! Consent: the documents that people accept, and what they agreed to.
//!
//! Owns `policy_documents` (a row never changes) and `consents` (rows are added, never changed). Personal data: that a
//! person agreed, to what, when and where. Calls nobody; accounts calls it when somebody registers.

pub mod first_documents;
pub mod graphql;
mod model;
pub mod privacy;
pub mod store;

pub use model::{DocumentId, DocumentKind, NewDocument, PolicyDocumentRow, PolicyKind};
