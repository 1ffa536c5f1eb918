//! What an academy publishes for whoever checks offline: its keys, as a JWK set and as a did:web document.

use ed25519_dalek::VerifyingKey;
use serde_json::{Value as Json, json};

use super::{credential, store};
use crate::platform::{db::AcademyId, fault::Fault, graphql::Services};

/// The JWK set and the DID document of an academy; the latter is nothing before its first certificate.
///
/// # Errors
/// Those of the database.
pub async fn keys(services: &Services, academy: AcademyId) -> Result<(Json, Option<Json>), Fault> {
    let reader = services.db.reader(academy);
    let rows = store::keys(&*reader.connection().await?).await?;
    let mut keys = Vec::new();
    for row in &rows {
        let bytes: [u8; 32] =
            row.public_key.clone().try_into().map_err(|_| anyhow::anyhow!("a public key of another length"))?;
        keys.push(credential::jwk(&row.issuer, &VerifyingKey::from_bytes(&bytes).map_err(anyhow::Error::from)?));
    }
    let did = rows.first().map(|row| {
        let issuer = &row.issuer;
        let methods: Vec<Json> = keys
            .iter()
            .map(|jwk| json!({ "id": jwk["kid"], "type": "JsonWebKey", "controller": issuer, "publicKeyJwk": jwk }))
            .collect();
        let ids: Vec<&Json> = methods.iter().map(|method| &method["id"]).collect();
        json!({
            "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/jwk/v1"],
            "id": issuer,
            "verificationMethod": methods,
            "assertionMethod": ids,
        })
    });
    Ok((json!({ "keys": keys }), did))
}
