//! Uploads: bytes never travel through GraphQL. A client asks for an upload, PUTs the bytes to its address, then names its id.
//!
//! Owns `uploads`. Personal data: who sends what, under which name; it goes when the upload is used or its time is over. Calls nobody.

pub mod create_upload;
pub mod forget;
pub mod graphql;
mod model;
pub mod privacy;
pub mod receive;
pub mod store;

pub use model::{UploadId, UploadKind, UploadPurpose, UploadRow};
