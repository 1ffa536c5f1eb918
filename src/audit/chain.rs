//! What an entry, a link and a head say, as bytes. No I/O.

use sha2::{Digest, Sha256};

use super::model::EntryRow;
use crate::platform::{db::AcademyId, privacy::Duty};

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

/// The digest of a link: of the one before, and of its entry.
pub(super) fn of_link(before: &[u8], number: i64, entry: &[u8]) -> Vec<u8> {
    let parts = [b"sanggar.audit-link.v1".as_slice(), before, &number.to_be_bytes(), entry];
    Sha256::digest(parts.concat()).to_vec()
}

/// What is signed under a link.
pub(super) fn of_head(academy: AcademyId, number: i64, link: &[u8]) -> Vec<u8> {
    [b"sanggar.audit-head.v1".as_slice(), academy.uuid().as_bytes(), &number.to_be_bytes(), link].concat()
}
