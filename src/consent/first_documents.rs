//! The documents that a new academy starts with: short, and true of the platform. An academy publishes its own over them.

use chrono::{DateTime, Utc};

use super::{
    model::{NewDocument, PolicyKind},
    store,
};
use crate::platform::{db::Tx, fault::Fault, graphql::Services};

const FIRST: [(PolicyKind, &str, &str); 4] = [
    (PolicyKind::PrivacyPolicy, "id", include_str!("first/privacy.id.md")),
    (PolicyKind::PrivacyPolicy, "en", include_str!("first/privacy.en.md")),
    (PolicyKind::TermsOfService, "id", include_str!("first/terms.id.md")),
    (PolicyKind::TermsOfService, "en", include_str!("first/terms.en.md")),
];

/// Publishes them in the academy of a transaction of the caller's, in force at once.
///
/// # Errors
/// Those of the database.
pub async fn publish(tx: &mut Tx, services: &Services) -> Result<(), Fault> {
    let effective_at: DateTime<Utc> = services.clock.now();
    for (kind, locale, body) in FIRST {
        let document = NewDocument {
            id: services.random.ordered_id(&services.clock),
            kind,
            version: "1",
            locale,
            body,
            required: true,
            effective_at,
        };
        store::insert_document(tx, &document).await?;
    }
    Ok(())
}
