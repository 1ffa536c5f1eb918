//! `Idempotency-Key`: a request that is sent again (the answer was lost, the server fell) does its work once, and is answered
//! with what was made the first time.
//!
//! The key is claimed in the transaction that does the work, so that both are there or neither, whenever a process dies. Kept is
//! the id of what was made, never an answer: what the client selects is read anew, with the eyes of who asks.

use chrono::TimeDelta;
use diesel::{ExpressionMethods, Insertable, QueryDsl};
use diesel_async::RunQueryDsl;
use sanggar_schema::tables::idempotency_keys;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    db::{AcademyId, Tx, waited_too_long},
    fault::{Code, Fault},
    graphql::{Call, Services},
    id::Id,
    jobs::{self, Job},
    privacy::{Table, UserId},
};

/// The keys, as the classification knows them.
pub const TABLES: &[Table] = &[Table::of_person(
    "idempotency_keys",
    "user_id",
    &["academy_id", "id", "user_id", "key_hash", "request_hash", "outcome", "expires_at"],
)];

/// For so long a key is remembered.
pub const REMEMBERED: TimeDelta = TimeDelta::hours(24);

/// Whether a header's value can be a key.
#[must_use]
pub fn is_key(value: &[u8]) -> bool {
    (1..=255).contains(&value.len()) && value.iter().all(u8::is_ascii_graphic)
}

/// How a verb goes on.
pub enum Claimed<K> {
    /// It was done under this key: this is what it made.
    Before(Id<K>),
    /// It is done now; what it makes is told with [`Claim::made`].
    Now(Claim),
}

/// A key that waits for what is made under it; or that no key was sent.
#[must_use]
pub struct Claim(Option<Uuid>);

#[derive(Insertable)]
#[diesel(table_name = idempotency_keys)]
struct NewKey {
    id: Uuid,
    user_id: UserId,
    key_hash: Vec<u8>,
    request_hash: Vec<u8>,
    expires_at: chrono::DateTime<chrono::Utc>,
}

/// Claims the request's key, if it has one, for `verb` with `input`. Who comes second with the same key waits for the first.
///
/// # Errors
/// `IDEMPOTENCY_MISMATCH` where the key was used for something else, `UNAUTHENTICATED`, and those of the database.
pub async fn claim<K>(
    call: &Call,
    tx: &mut Tx,
    verb: &'static str,
    input: &impl Serialize,
) -> Result<Claimed<K>, Fault> {
    let Some(key) = &call.facts.idempotency_key else { return Ok(Claimed::Now(Claim(None))) };
    let user = call.viewer().signed_in()?;
    let services = &call.services;
    let request = serde_json::to_vec(&(verb, input)).map_err(anyhow::Error::from)?;
    let new = NewKey {
        id: services.random.id::<()>().uuid(),
        user_id: user,
        key_hash: Sha256::digest(key.as_bytes()).to_vec(),
        request_hash: Sha256::digest(&request).to_vec(),
        expires_at: services.clock.now() + REMEMBERED,
    };
    let added = diesel::insert_into(idempotency_keys::table)
        .values(&new)
        .on_conflict_do_nothing()
        .execute(&mut **tx)
        .await
        .map_err(waited_too_long)?;
    if added == 1 {
        jobs::enqueue_at(tx, services, &ForgetKey { key: new.id }, new.expires_at).await?;
        return Ok(Claimed::Now(Claim(Some(new.id))));
    }
    let (id, request_hash, outcome): (Uuid, Vec<u8>, Option<Uuid>) = idempotency_keys::table
        .filter(idempotency_keys::user_id.eq(user))
        .filter(idempotency_keys::key_hash.eq(&new.key_hash))
        .select((idempotency_keys::id, idempotency_keys::request_hash, idempotency_keys::outcome))
        .for_update()
        .first(&mut **tx)
        .await?;
    if request_hash != new.request_hash {
        return Err(Fault::Refused(
            Code::IdempotencyMismatch,
            words!(
                "Idempotency-Key ini sudah dipakai untuk permintaan lain; pakai kunci baru untuk tiap tindakan.",
                "This Idempotency-Key was used for another request; use a new key for each thing that is done."
            ),
        ));
    }
    Ok(outcome.map_or(Claimed::Now(Claim(Some(id))), |made| Claimed::Before(Id::from_uuid(made))))
}

impl Claim {
    /// Keeps what was made under the key; the transaction is still to be committed.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn made<K>(self, tx: &mut Tx, id: Id<K>) -> Result<(), Fault> {
        let Some(key) = self.0 else { return Ok(()) };
        diesel::update(idempotency_keys::table.filter(idempotency_keys::id.eq(key)))
            .set(idempotency_keys::outcome.eq(id.uuid()))
            .execute(&mut **tx)
            .await?;
        Ok(())
    }
}

/// Forgets a key whose time is over.
#[derive(Serialize, Deserialize)]
pub struct ForgetKey {
    key: Uuid,
}

impl Job for ForgetKey {
    const KIND: &'static str = "forget_idempotency_key";

    async fn run(self, services: Services, academy: AcademyId) -> Result<(), Fault> {
        let mut tx = services.db.begin(academy).await?;
        diesel::delete(idempotency_keys::table.filter(idempotency_keys::id.eq(self.key))).execute(&mut *tx).await?;
        tx.commit().await
    }
}

#[cfg(test)]
mod tests {
    use super::is_key;

    #[test]
    fn a_key_is_a_short_visible_word() {
        assert!(is_key(b"8e03978e-40d5-43e8-bc93-6894a57f9324") && is_key(&[b'k'; 255]));
        for none in [&b""[..], b"two words", b"line\n", "kunci-é".as_bytes(), &[b'k'; 256]] {
            assert!(!is_key(none), "{none:?}");
        }
    }
}
