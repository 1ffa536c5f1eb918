//! What an entry, a link and a head say, as bytes. No I/O.

use chrono::{DateTime, Utc};
use ed25519_dalek::{Signature, Verifier};
use sha2::{Digest, Sha256};

use super::model::{EntryRow, HeadRow};
use crate::platform::{
    db::AcademyId,
    privacy::Duty,
    seal::{Sealer, Use},
};

/// What stands before the first link.
pub(super) const START: [u8; 32] = [0; 32];

/// The digest of an entry: each part with its length, so that no two entries are written alike.
pub(super) fn of_entry(academy: AcademyId, entry: &EntryRow) -> Vec<u8> {
    let mut digest = Sha256::new();
    let mut part = |bytes: Option<&[u8]>| {
        // No length is that long: absent and empty differ.
        digest.update(bytes.map_or(u64::MAX, |bytes| bytes.len() as u64).to_be_bytes());
        digest.update(bytes.unwrap_or_default());
    };
    part(Some(b"sanggar.audit-entry.v1"));
    part(Some(academy.uuid().as_bytes()));
    part(Some(entry.id.uuid().as_bytes()));
    part(Some(&entry.at.timestamp_micros().to_be_bytes()));
    part(entry.actor_id.map(|id| id.uuid().into_bytes()).as_ref().map(<[u8; 16]>::as_slice));
    part(Some(entry.action.as_bytes()));
    part(entry.subject_id.map(|id| id.uuid().into_bytes()).as_ref().map(<[u8; 16]>::as_slice));
    part(entry.reason.for_duty(Duty::Audit).as_deref().map(str::as_bytes));
    part(Some(canonical(&entry.detail).as_bytes()));
    digest.finalize().to_vec()
}

/// Postgres keeps a document, not its bytes: keys are put in order.
fn canonical(document: &serde_json::Value) -> String {
    let mut document = document.clone();
    document.sort_all_objects();
    document.to_string()
}

/// The digest of a link: of the one before, of its place and time, and of its entry.
pub(super) fn of_link(before: &[u8], number: i64, linked_at: DateTime<Utc>, entry: &[u8]) -> Vec<u8> {
    let time = linked_at.timestamp_micros().to_be_bytes();
    let parts = [b"sanggar.audit-link.v1".as_slice(), before, &number.to_be_bytes(), &time, entry];
    Sha256::digest(parts.concat()).to_vec()
}

/// What is signed under a link.
pub(super) fn of_head(academy: AcademyId, number: i64, at: DateTime<Utc>, link: &[u8]) -> Vec<u8> {
    let (academy, number, time) = (academy.uuid(), number.to_be_bytes(), at.timestamp_micros().to_be_bytes());
    [b"sanggar.audit-head.v1".as_slice(), academy.as_bytes(), &number, &time, link].concat()
}

/// What is wrong with the signature under a link.
pub(super) fn unsigned(sealer: &Sealer, academy: AcademyId, head: &HeadRow, link: &[u8]) -> Option<&'static str> {
    let Some(key) = sealer.verifier(Use::AuditHead, &head.key_id) else {
        return Some("signed with a key that is not in the configuration");
    };
    let said = of_head(academy, head.number, head.at, link);
    let holds = Signature::from_slice(&head.signature).is_ok_and(|signature| key.verify(&said, &signature).is_ok());
    (!holds).then_some("the signature does not hold")
}
