//! Statements about documents and consents.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, QueryDsl, SelectableHelper};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sanggar_schema::tables::{consents, policy_documents};
use sha2::{Digest, Sha256};

use super::model::{DocumentId, NewConsent, NewDocument, PolicyDocumentRow};
use crate::platform::{
    fault::Fault,
    graphql::{Batch, Call, Services},
    privacy::{Personal, UserId},
};

/// The documents in force: of each kind the version that took effect last, in all its languages.
///
/// # Errors
/// Those of the database.
async fn in_force(mut connection: &AsyncPgConnection, now: DateTime<Utc>) -> Result<Vec<PolicyDocumentRow>, Fault> {
    let mut rows: Vec<PolicyDocumentRow> = policy_documents::table
        .filter(policy_documents::effective_at.le(now))
        .order((policy_documents::kind, policy_documents::effective_at.desc(), policy_documents::locale))
        .select(PolicyDocumentRow::as_select())
        .load(&mut connection)
        .await?;
    let mut newest: Vec<(super::PolicyKind, String)> = Vec::new();
    rows.retain(|row| {
        if let Some((_, version)) = newest.iter().find(|(kind, _)| *kind == row.kind) {
            *version == row.version
        } else {
            newest.push((row.kind, row.version.clone()));
            true
        }
    });
    Ok(rows)
}

/// The documents in force now.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct InForce;

impl Batch for InForce {
    type Value = Arc<Vec<PolicyDocumentRow>>;

    async fn load(
        call: &Call,
        connection: &AsyncPgConnection,
        _: &[Self],
    ) -> Result<HashMap<Self, Self::Value>, Fault> {
        let rows = in_force(connection, call.services.clock.now()).await?;
        Ok(HashMap::from([(Self, Arc::new(rows))]))
    }
}

/// The documents of these ids, in force or not.
///
/// # Errors
/// Those of the database.
pub async fn documents(
    mut connection: &AsyncPgConnection,
    ids: &[DocumentId],
) -> Result<Vec<PolicyDocumentRow>, Fault> {
    let rows = policy_documents::table.filter(policy_documents::id.eq_any(ids.to_vec()));
    Ok(rows.select(PolicyDocumentRow::as_select()).load(&mut connection).await?)
}

/// Adds a document.
///
/// # Errors
/// Those of the database: the same version in the same language twice among them.
pub async fn insert_document(connection: &mut AsyncPgConnection, document: &NewDocument<'_>) -> Result<(), Fault> {
    diesel::insert_into(policy_documents::table).values(document).execute(connection).await?;
    Ok(())
}

/// Adds that a person accepted documents: where, and when.
///
/// # Errors
/// Those of the database.
pub async fn accept(
    connection: &mut AsyncPgConnection,
    services: &Services,
    user: UserId,
    documents: &[PolicyDocumentRow],
    (channel, at): (&str, DateTime<Utc>),
) -> Result<(), Fault> {
    let entries: Vec<NewConsent<'_>> = documents
        .iter()
        .map(|document| NewConsent {
            id: services.random.ordered_id(&services.clock),
            user_id: user,
            purpose: "terms",
            document_id: Some(document.id),
            given: Personal::new(true),
            text_hash: Some(Sha256::digest(document.body.as_bytes()).to_vec()),
            channel,
            at,
        })
        .collect();
    diesel::insert_into(consents::table).values(&entries).execute(connection).await?;
    Ok(())
}

/// Adds that a person agreed to a purpose, or did not: where, and when.
///
/// # Errors
/// Those of the database.
pub async fn decide(
    connection: &mut AsyncPgConnection,
    services: &Services,
    user: UserId,
    purpose: &str,
    given: bool,
    (channel, at): (&str, DateTime<Utc>),
) -> Result<(), Fault> {
    let entry = NewConsent {
        id: services.random.ordered_id(&services.clock),
        user_id: user,
        purpose,
        document_id: None,
        given: Personal::new(given),
        text_hash: None,
        channel,
        at,
    };
    diesel::insert_into(consents::table).values(&entry).execute(connection).await?;
    Ok(())
}
