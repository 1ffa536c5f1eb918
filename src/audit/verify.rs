//! Up to where the chain holds.

use std::collections::HashMap;

use chrono::TimeDelta;

use super::{chain, model::HeadRow, store};
use crate::platform::{db::AcademyId, fault::Fault, graphql::Services, text::hex};

/// Links that are read at once.
const BATCH: i64 = 1000;
/// Where a worker runs, an entry is linked within seconds.
const WAITS_AT_MOST: TimeDelta = TimeDelta::minutes(10);

/// What became of the check.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Report {
    /// The chain holds up to this link.
    pub holds_to: i64,
    /// The digest of that link, hexadecimal: with the number, all that there is to note of the log up to there.
    pub hash: String,
    /// Entries that wait to be linked.
    pub unlinked: i64,
    /// The first thing that is wrong, and where: link number and what.
    pub broken: Option<(i64, &'static str)>,
}

/// A link that was noted elsewhere: its number and its digest, hexadecimal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Noted {
    /// Its number.
    pub number: i64,
    /// Its digest.
    pub hash: String,
}

/// Reads the whole chain of an academy and checks each link, its entry and its signature, and that what was `noted` is in it; `seen`
/// hears how many links were read.
///
/// # Errors
/// Those of the database.
pub async fn verify(
    services: &Services,
    academy: AcademyId,
    noted: Option<&Noted>,
    mut seen: impl FnMut(i64),
) -> Result<Report, Fault> {
    let reader = services.db.reader(academy);
    let held = reader.connection().await?;
    let (unlinked, oldest) = store::waiting(&held).await?;
    let mut report = Report { unlinked, ..Report::default() };
    let mut before = chain::START.to_vec();
    let mut signed_to = 0;
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
            } else if chain::of_link(&before, number, link.linked_at, &entry.hash) != link.hash {
                Some("the link was changed")
            } else if noted.is_some_and(|noted| noted.number == number && noted.hash != hex(&link.hash)) {
                Some("it is not the link that was noted")
            } else {
                let head = heads.get(&number);
                signed_to = if head.is_some() { number } else { signed_to };
                head.and_then(|head| chain::unsigned(&services.sealer, academy, head, &link.hash))
            };
            if let Some(wrong) = wrong {
                report.broken = Some((number, wrong));
                return Ok(report);
            }
            report.holds_to = number;
            before = link.hash;
            seen(number);
        }
    }
    report.hash = hex(&before);
    let last_head = store::last_head(&held).await?.unwrap_or(0);
    let shorter = noted.is_some_and(|noted| noted.number > report.holds_to);
    // Whoever links signs the last of what they link, in the same transaction.
    report.broken = if last_head > report.holds_to || shorter {
        Some((report.holds_to + 1, "a link is missing"))
    } else if signed_to < report.holds_to {
        Some((signed_to + 1, "it is not signed, nor is what follows"))
    } else if oldest.is_some_and(|at| at + WAITS_AT_MOST < services.clock.now()) {
        Some((report.holds_to + 1, "entries wait to be linked for longer than ten minutes"))
    } else {
        None
    };
    Ok(report)
}
