//! Adds entries, in the transaction of what they tell.

use serde_json::{Value as Json, json};

use super::{
    chain,
    link::LinkEntries,
    model::{Action, EntryRow},
    store,
};
use crate::platform::{
    db::Tx,
    fault::Fault,
    graphql::{Call, Services},
    jobs,
    privacy::{Personal, Role, UserId},
};

/// What happened.
#[derive(Clone, Debug)]
pub struct Happened {
    /// Who did it; none where the platform did.
    pub actor: Option<UserId>,
    /// What.
    pub action: Action,
    /// To whose data.
    pub subject: Option<UserId>,
    /// Why, in the words of who did it.
    pub reason: Option<String>,
    /// Names of fields, ids, roles: never what a field holds.
    pub detail: Json,
}

/// Adds entries; they are linked into the chain when the transaction is committed.
///
/// # Errors
/// Those of the database.
pub async fn write(tx: &mut Tx, services: &Services, happened: Vec<Happened>) -> Result<(), Fault> {
    if happened.is_empty() {
        return Ok(());
    }
    let (academy, at) = (tx.academy()?, services.clock.now());
    let rows: Vec<_> = happened
        .into_iter()
        .map(|happened| {
            let mut row = EntryRow {
                id: services.random.ordered_id(&services.clock),
                at,
                actor_id: happened.actor,
                action: happened.action.as_str().to_owned(),
                subject_id: happened.subject,
                reason: Personal::new(happened.reason),
                detail: happened.detail,
                hash: Vec::new(),
            };
            row.hash = chain::of_entry(academy, &row);
            row
        })
        .collect();
    store::insert(tx, &rows).await?;
    jobs::enqueue(tx, services, &LinkEntries {}).await
}

/// Writes what staff read in a request: before the answer goes out, which it does not do otherwise.
///
/// # Errors
/// Those of the database.
pub async fn note_reads(call: &Call) -> Result<(), Fault> {
    let reads = call.reads().take();
    if reads.is_empty() {
        return Ok(());
    }
    let happened = reads.into_iter().map(|read| {
        let roles: Vec<_> = read.roles.iter().map(Role::as_str).collect();
        Happened {
            actor: read.reader,
            action: Action::Read,
            subject: Some(read.subject),
            reason: call.reads().reason().map(str::to_owned),
            detail: json!({ "fields": read.fields, "roles": roles, "request": call.facts.request_id }),
        }
    });
    let happened = happened.collect();
    call.give_back_reader().await;
    // Not the viewer's own: it is written also where their account was closed meanwhile.
    let mut tx = call.services.db.begin(call.academy).await?;
    write(&mut tx, &call.services, happened).await?;
    tx.commit().await
}
