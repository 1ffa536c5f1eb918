//! The GraphQL face: what stands in front of the library, and the kit that every room's `graphql.rs` uses.

mod answer;
mod bounds;
pub mod call;
pub mod document;
mod endings;
pub mod endpoint;
pub mod error;
mod given;
mod global_id;
mod hearing;
pub mod money;
pub mod page;
mod request;
pub mod scalars;
mod shares;
pub mod shown;
pub mod socket;
mod turns;
pub mod user_error;
pub mod weight;

pub use call::{Batch, ById, Call, CallExt, Guarded, Services, grouped, paged};
pub use page::{List, PageArgs, Total};
pub use request::language;
pub use shown::{Shown, shown};
pub use user_error::{UserError, UserErrorCode};
