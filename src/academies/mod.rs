//! Academies: the tenants, and which of them a request is for.
//!
//! Owns `academies` (a platform table: names and settings, no person's data). Calls nobody.

mod create;
mod directory;
pub mod graphql;
mod model;
pub mod privacy;
pub mod store;

pub use create::{CreateAcademy, create};
pub use directory::Directory;
pub use model::AcademyRow;
