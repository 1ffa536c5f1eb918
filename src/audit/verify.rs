//! Up to where the chain holds.

use std::collections::HashMap;

use ed25519_dalek::{Signature, Verifier};

use super::{chain, model::HeadRow, store};
use crate::platform::{db::AcademyId, fault::Fault, graphql::Services, seal::Use};

/// Links that are read at once.
const BATCH: i64 = 1000;

/// What became of the check.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Report {
    /// The chain holds up to this link.
    pub holds_to: i64,
    /// A signature covers it up to this link.
    pub signed_to: i64,
    /// Entries that wait to be linked.
    pub unlinked: i64,
    /// The first thing that is wrong, and where: link number and what.
    pub broken: Option<(i64, &'static str)>,
}

/// Reads the whole chain of an academy and checks each link, its entry and its signature; `seen` hears how many links were read.
///
/// # Errors
/// Those of the database.
pub async fn verify(services: &Services, academy: AcademyId, mut seen: impl FnMut(i64)) -> Result<Report, Fault> {
    let reader = services.db.reader(academy);
    let held = reader.connection().await?;
    let mut report = Report { unlinked: store::count_unlinked(&held).await?, ..Report::default() };
    let mut before = chain::START.to_vec();
    loop {
        let links = store::links_after(&held, report.holds_to, BATCH).await?;
        let heads: HashMap<i64, HeadRow> = store::heads_after(&held, report.holds_to, BATCH)
            .await?
            .into_iter()
            .map(|head| (head.number, head))
            .collect();
        if links.is_empty() {
            break;
        }
        for (link, entry) in links {
            let number = report.holds_to + 1;
            let wrong = if link.number != number {
                Some("a link is missing")
            } else if chain::of_entry(academy, &entry) != entry.hash {
                Some("the entry was changed")
            } else if chain::of_link(&before, number, &entry.hash) != link.hash {
                Some("the link was changed")
            } else {
                heads.get(&number).and_then(|head| unsigned(services, academy, head, &link.hash))
            };
            if let Some(wrong) = wrong {
                report.broken = Some((number, wrong));
                return Ok(report);
            }
            if heads.contains_key(&number) {
                report.signed_to = number;
            }
            report.holds_to = number;
            before = link.hash;
            seen(number);
        }
    }
    Ok(report)
}

/// What is wrong with a signature.
fn unsigned(services: &Services, academy: AcademyId, head: &HeadRow, link: &[u8]) -> Option<&'static str> {
    let Some(key) = services.sealer.verifier(Use::AuditHead, &head.key_id) else {
        return Some("signed with a key that is not in the configuration");
    };
    let signature = Signature::from_slice(&head.signature).ok();
    let holds =
        signature.is_some_and(|signature| key.verify(&chain::of_head(academy, head.number, link), &signature).is_ok());
    (!holds).then_some("the signature does not hold")
}
