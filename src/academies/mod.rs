//! Academies: the tenants, and which of them a request is for.
//!
//! Owns `academies` (a platform table: names and settings, no person's data). Calls accounts, for who may change it, and audit.

mod create;
mod directory;
pub mod graphql;
mod model;
mod policy;
pub mod privacy;
pub mod store;
mod update;

pub use create::{CreateAcademy, create};
pub use directory::Directory;
pub use model::AcademyRow;
pub use policy::{Collected, Policy};
pub use update::{UpdateAcademy, update};

use crate::platform::{db::Tx, fault::Fault, graphql::Call};

/// The academy of the request.
///
/// # Errors
/// Those of the database.
pub async fn current(call: &Call) -> Result<AcademyRow, Fault> {
    call.load(store::AcademyById(call.academy)).await?.ok_or_else(gone)
}

/// The academy of the request, read in its transaction.
///
/// # Errors
/// Those of the database.
pub async fn current_in(call: &Call, tx: &Tx) -> Result<AcademyRow, Fault> {
    call.load_in(tx, store::AcademyById(call.academy)).await?.ok_or_else(gone)
}

fn gone() -> Fault {
    anyhow::anyhow!("the request's academy is gone").into()
}
