//! The root of mutations: each room's, merged.

use async_graphql::MergedObject;

use crate::{accounts::graphql::AccountMutations, profiles::graphql::ProfileMutations};

/// The root of mutations.
#[derive(MergedObject, Default)]
pub struct Mutation(AccountMutations, ProfileMutations);
