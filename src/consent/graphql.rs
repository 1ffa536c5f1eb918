//! `PolicyDocument`.

use async_graphql::{Context, Object};
use chrono::{DateTime, Utc};

use super::{DocumentId, PolicyDocumentRow, PolicyKind, store::InForce};
use crate::platform::{
    fault::Fault,
    graphql::{Call, CallExt, scalars::Locale},
    id::GlobalId,
};

/// A document that people accept, in one language.
#[derive(Clone)]
pub struct PolicyDocument(PolicyDocumentRow);

impl PolicyDocument {
    /// The documents in force.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn current(call: &Call) -> Result<Vec<Self>, Fault> {
        let rows = call.load(InForce).await?.unwrap_or_default();
        Ok(rows.iter().cloned().map(Self).collect())
    }

    /// A document in force, by its id.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn by_id(ctx: &Context<'_>, id: DocumentId) -> Result<Option<Self>, Fault> {
        Ok(Self::current(ctx.call()).await?.into_iter().find(|document| document.0.id == id))
    }
}

/// A document that people accept, in one language.
#[Object]
impl PolicyDocument {
    /// The global id; `acceptedDocuments` takes it.
    pub async fn id(&self) -> GlobalId {
        self.0.id.global()
    }

    /// What kind of document it is.
    async fn kind(&self) -> PolicyKind {
        self.0.kind
    }

    /// Its version: the same in all its languages.
    async fn version(&self) -> &str {
        &self.0.version
    }

    /// Its language.
    async fn locale(&self) -> Locale {
        Locale(self.0.locale.clone())
    }

    /// Since when it is in force.
    async fn effective_at(&self) -> DateTime<Utc> {
        self.0.effective_at
    }

    /// Its text, Markdown.
    async fn body(&self) -> &str {
        &self.0.body
    }

    /// Whether nobody may register without accepting it.
    async fn required(&self) -> bool {
        self.0.required
    }
}
