//! Links entries into the chain: one sequencer an academy at a time, so that no transaction waits for another's entry.

use chrono::{DateTime, TimeDelta, Utc};
use ed25519_dalek::Signer;
use serde::{Deserialize, Serialize};

use super::{
    chain,
    model::{HeadRow, LinkRow},
    store,
};
use crate::platform::{
    db::{AcademyId, Tx},
    fault::Fault,
    graphql::Services,
    jobs::Job,
    seal::Use,
};

/// Entries of one transaction.
const BATCH: usize = 1000;
/// No transaction is open for so long: what is older than the newest link by more has been seen.
const OPEN_AT_MOST: TimeDelta = TimeDelta::hours(1);

/// Links what is not linked yet.
#[derive(Serialize, Deserialize)]
pub struct LinkEntries {}

impl Job for LinkEntries {
    const KIND: &'static str = "link_audit_entries";

    async fn run(self, services: Services, academy: AcademyId) -> Result<(), Fault> {
        while link_some(&services, academy).await? == BATCH {}
        Ok(())
    }
}

/// Links a batch, signs its last link, and says how many it were.
async fn link_some(services: &Services, academy: AcademyId) -> Result<usize, Fault> {
    let mut tx = services.db.begin(academy).await?;
    tx.take_name("audit chain").await?;
    let now = services.clock.now();
    let last = store::last_link(&tx).await?;
    if let Some(link) = &last {
        stands(&tx, services, link).await?;
    }
    let entries = store::unlinked(&tx, last.as_ref().and_then(|link| since(link, now)), BATCH).await?;
    let (mut number, mut before) = last.map_or((0, chain::START.to_vec()), |link| (link.number, link.hash));
    let links: Vec<_> = entries
        .iter()
        .map(|entry| {
            number += 1;
            before = chain::of_link(&before, number, now, &entry.hash);
            LinkRow { number, linked_at: now, entry_id: entry.id, hash: before.clone() }
        })
        .collect();
    if let Some(link) = links.last() {
        store::insert_links(&mut tx, &links).await?;
        let (key_id, key) = services.sealer.signer(Use::AuditHead);
        let signature = key.sign(&chain::of_head(academy, link.number, now, &link.hash)).to_bytes().to_vec();
        store::insert_head(&mut tx, &HeadRow { number: link.number, at: now, key_id, signature }).await?;
    }
    tx.commit().await?;
    Ok(links.len())
}

/// Refuses to go on from a link that was not signed: whoever made it would have a forgery signed with the next one.
async fn stands(tx: &Tx, services: &Services, link: &LinkRow) -> Result<(), Fault> {
    let wrong = match store::head(tx, link.number).await? {
        Some(head) => chain::unsigned(&services.sealer, tx.academy()?, &head, &link.hash),
        None => Some("it is not signed"),
    };
    match wrong {
        Some(wrong) => {
            Err(anyhow::anyhow!("the audit log does not hold at link {}: {wrong}; sanggar audit verify", link.number)
                .into())
        }
        None => Ok(()),
    }
}

/// From when on entries may not be linked. All are gone through once a day: a clock may have stood wrong.
fn since(last: &LinkRow, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    (last.linked_at.date_naive() == now.date_naive()).then(|| last.linked_at - OPEN_AT_MOST)
}
