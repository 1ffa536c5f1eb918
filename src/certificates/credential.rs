//! The signed document: an Open Badges 3.0 credential as a VC-JWT (1EdTech OB 3.0, "JSON Web Token Proof Format").
//!
//! The header has `alg`, `kid` and `typ: JWT` and nothing else; the payload is the credential's members with `iss`, `jti`, `nbf`, `sub`
//! that repeat them. Numbers are whole seconds, never floats.

use anyhow::{Context, ensure};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, SecondsFormat, Utc};
use ed25519_dalek::{Signer, SigningKey, Verifier, VerifyingKey};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

/// What a credential says.
#[derive(Clone, Debug)]
pub struct Statement<'a> {
    /// Its id: the address that answers for it.
    pub id: String,
    /// The academy's did:web.
    pub issuer: &'a str,
    /// The academy's name.
    pub issuer_name: &'a str,
    /// A urn of the credential's own, never an account's.
    pub subject: String,
    /// The holder's name.
    pub holder_name: &'a str,
    /// The address of the course.
    pub course_url: String,
    /// The course's title.
    pub course_title: &'a str,
    /// What the course is about.
    pub course_summary: &'a str,
    /// When it was issued.
    pub issued_at: DateTime<Utc>,
}

/// RFC 7638: the digest of the members of an Ed25519 key, in their fixed order.
#[must_use]
pub fn thumbprint(key: &VerifyingKey) -> String {
    let x = URL_SAFE_NO_PAD.encode(key.as_bytes());
    URL_SAFE_NO_PAD.encode(Sha256::digest(format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#)))
}

/// A key's id for whoever verifies, the same in a credential's header, in the JWK set and in the DID document: the URI that
/// OB 3.0 asks for.
#[must_use]
pub fn key_id(issuer: &str, key: &VerifyingKey) -> String {
    format!("{issuer}#{}", thumbprint(key))
}

/// A public key as a JWK.
#[must_use]
pub fn jwk(issuer: &str, key: &VerifyingKey) -> Json {
    json!({
        "kty": "OKP",
        "crv": "Ed25519",
        "x": URL_SAFE_NO_PAD.encode(key.as_bytes()),
        "kid": key_id(issuer, key),
        "alg": "EdDSA",
        "use": "sig",
    })
}

/// The credential, signed.
///
/// # Errors
/// Only where JSON can't be written.
pub fn sign(statement: &Statement<'_>, key: &SigningKey) -> anyhow::Result<String> {
    let header = json!({ "alg": "EdDSA", "kid": key_id(statement.issuer, &key.verifying_key()), "typ": "JWT" });
    let issued = statement.issued_at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let payload = json!({
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "id": statement.id,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": statement.course_title,
        "issuer": { "id": statement.issuer, "type": ["Profile"], "name": statement.issuer_name },
        "validFrom": issued,
        "credentialSubject": {
            "id": statement.subject,
            "type": ["AchievementSubject"],
            "name": statement.holder_name,
            "achievement": {
                "id": statement.course_url,
                "type": ["Achievement"],
                "achievementType": "CertificateOfCompletion",
                "name": statement.course_title,
                "description": statement.course_summary,
                "criteria": { "narrative": "Completed the course by the rule of its version." },
            },
        },
        "iss": statement.issuer,
        "jti": statement.id,
        "nbf": statement.issued_at.timestamp(),
        "sub": statement.subject,
    });
    let signed = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(&header)?),
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(&payload)?)
    );
    let signature = key.sign(signed.as_bytes());
    Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes())))
}

/// The payload of a credential that `keys` have signed and whose repeated members agree.
///
/// # Errors
/// Where it is none: the first reason.
pub fn verify(jwt: &str, keys: &[VerifyingKey]) -> anyhow::Result<Json> {
    let (signed, signature) = jwt.rsplit_once('.').context("no compact JWT")?;
    let (header, payload) = signed.split_once('.').context("no compact JWT")?;
    let json = |part: &str| -> anyhow::Result<Json> { Ok(serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part)?)?) };
    let header = json(header)?;
    ensure!(header["alg"] == "EdDSA", "the algorithm is not EdDSA");
    let (controller, kid) = header["kid"].as_str().and_then(|kid| kid.rsplit_once('#')).context("no key id")?;
    let key = keys.iter().find(|key| thumbprint(key) == kid).context("no key of ours")?;
    let signature: [u8; 64] =
        URL_SAFE_NO_PAD.decode(signature)?.try_into().map_err(|_| anyhow::anyhow!("no signature of 64 bytes"))?;
    key.verify(signed.as_bytes(), &signature.into()).context("the signature does not fit")?;
    let payload = json(payload)?;
    ensure!(
        payload["iss"] == payload["issuer"]["id"]
            && payload["iss"] == controller
            && payload["jti"] == payload["id"]
            && payload["sub"] == payload["credentialSubject"]["id"],
        "its members contradict each other"
    );
    Ok(payload)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed() -> (String, SigningKey) {
        let key = SigningKey::from_bytes(&[7; 32]);
        let statement = Statement {
            id: "https://a.example/credentials/X".to_owned(),
            issuer: "did:web:a.example:a:nusa",
            issuer_name: "Nusa",
            subject: "urn:uuid:5f0c1f2e-0000-4000-8000-000000000000".to_owned(),
            holder_name: "Ani",
            course_url: "https://a.example/a/nusa/courses/web".to_owned(),
            course_title: "Web",
            course_summary: "From nothing.",
            issued_at: "2026-11-22T03:00:00Z".parse().expect("a moment"),
        };
        (sign(&statement, &key).expect("signs"), key)
    }

    #[test]
    fn every_bit_counts() {
        let (jwt, key) = signed();
        let keys = [key.verifying_key()];
        assert_eq!(verify(&jwt, &keys).expect("verifies")["credentialSubject"]["name"], "Ani");
        for at in 0..jwt.len() {
            for bit in 0..7 {
                let mut bytes = jwt.clone().into_bytes();
                bytes[at] ^= 1 << bit;
                let Ok(changed) = String::from_utf8(bytes) else { continue };
                assert!(verify(&changed, &keys).is_err(), "bit {bit} of byte {at}");
            }
        }
    }

    #[test]
    fn only_our_keys_and_only_eddsa() {
        let (jwt, _) = signed();
        assert!(verify(&jwt, &[SigningKey::from_bytes(&[8; 32]).verifying_key()]).is_err());
        assert!(verify(&jwt, &[]).is_err());
        let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
        let payload = jwt.split('.').nth(1).expect("a payload");
        assert!(verify(&format!("{none}.{payload}."), &[SigningKey::from_bytes(&[7; 32]).verifying_key()]).is_err());
    }
}
