//! Links entries into the chain: one sequencer an academy at a time, so that no transaction waits for another's entry.

use chrono::{Datelike, TimeDelta};
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
    let last = store::last_link(&tx).await?;
    let since = last.as_ref().map(|(_, at)| *at - OPEN_AT_MOST);
    let entries = store::unlinked(&tx, since, BATCH).await?;
    let (mut number, mut before) = last.map_or((0, chain::START.to_vec()), |(link, _)| (link.number, link.hash));
    let today = services.clock.now().date_naive();
    let segment = today.with_day(1).unwrap_or(today);
    let links: Vec<_> = entries
        .iter()
        .map(|entry| {
            number += 1;
            before = chain::of_link(&before, number, &entry.hash);
            LinkRow { number, segment, entry_id: entry.id, hash: before.clone() }
        })
        .collect();
    if let Some(head) = links.last() {
        store::insert_links(&mut tx, &links).await?;
        sign(&mut tx, services, head).await?;
    }
    tx.commit().await?;
    Ok(links.len())
}

async fn sign(tx: &mut Tx, services: &Services, link: &LinkRow) -> Result<(), Fault> {
    let (key_id, key) = services.sealer.signer(Use::AuditHead);
    let signature = key.sign(&chain::of_head(tx.academy()?, link.number, &link.hash)).to_bytes().to_vec();
    let head = HeadRow { number: link.number, at: services.clock.now(), key_id, signature };
    store::insert_head(tx, &head).await
}
