//! Postgres: the private cluster, the door to a connection, migrations, pages of lists.

pub mod connect;
pub mod embedded;
mod json;
pub mod migrate;
pub mod page;
pub mod roles;
mod tenant;
mod text_enum;
pub mod time;

pub use json::AsJson;
pub(in crate::platform) use tenant::waited_too_long;
pub use tenant::{AcademyId, AcademyKind, Db, DbSettings, Reader, Reading, Tx};

/// A connection that is set to an academy; `&` reads, `&mut` (only inside a [`Tx`]) writes.
pub type Connection = diesel_async::AsyncPgConnection;
