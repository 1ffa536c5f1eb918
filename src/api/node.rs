//! Everything that has a global id.

use async_graphql::{Context, Interface};

use crate::{
    academies::graphql::{self as academies, Academy},
    accounts::graphql::Session,
    consent::{DocumentKind, graphql::PolicyDocument},
    platform::{
        db::AcademyKind,
        fault::Fault,
        graphql::CallExt,
        id::GlobalId,
        privacy::{SessionKind, UserKind},
    },
    profiles::graphql::User,
};

/// Whatever has a global id.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "GlobalId", desc = "The global id."))]
pub enum Node {
    /// An academy.
    Academy(Academy),
    /// A document that people accept.
    PolicyDocument(PolicyDocument),
    /// A session.
    Session(Session),
    /// A person.
    User(User),
}

impl Node {
    /// What has this id, if the viewer may know of it: hidden and unknown are the same.
    pub(super) async fn by_id(ctx: &Context<'_>, id: GlobalId) -> Result<Option<Self>, Fault> {
        if let Some(id) = id.of::<AcademyKind>() {
            return Ok(academies::by_id(ctx, id).await?.map(Self::Academy));
        }
        if let Some(id) = id.of::<DocumentKind>() {
            return Ok(PolicyDocument::by_id(ctx, id).await?.map(Self::PolicyDocument));
        }
        if let Some(id) = id.of::<SessionKind>() {
            return Ok(Session::of_viewer(ctx.call(), id).await?.map(Self::Session));
        }
        if let Some(id) = id.of::<UserKind>() {
            return Ok(User::visible(ctx.call(), id).await?.map(Self::User));
        }
        Ok(None)
    }
}
