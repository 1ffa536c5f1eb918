//! Notifications: what people are told of what happens to them, read in the client and pushed to it as it happens. What is mailed is told
//! here as well, to who has no address too; what a mail alone may hold (links, codes) is not.
//!
//! Owns `notifications`. Personal data: all of it is its person's, and nobody else reads it. Calls nobody but the audit log, for its words.

pub mod following;
pub mod graphql;
pub mod mark_read;
pub mod model;
pub mod privacy;
pub mod store;

use crate::{
    audit::Action,
    platform::{
        db::{AsJson, Tx},
        fault::Fault,
        graphql::Services,
        mail::Letter,
        privacy::{Personal, UserId},
        text::Words,
    },
};

/// Tells a person what happened, unless they were told of such a thing and have not read it yet: for what anybody can have us tell.
///
/// # Errors
/// Those of the database.
pub async fn notify_once(
    tx: &mut Tx,
    services: &Services,
    user: UserId,
    happened: Action,
    letter: &Letter,
) -> Result<(), Fault> {
    if store::is_unread(tx, user, happened.as_str()).await? {
        return Ok(());
    }
    notify(tx, services, user, happened, letter).await
}

/// Tells a person what happened, in the transaction in which it does: the letter without what it asks to be done.
///
/// # Errors
/// Those of the database.
pub async fn notify(
    tx: &mut Tx,
    services: &Services,
    user: UserId,
    happened: Action,
    letter: &Letter,
) -> Result<(), Fault> {
    let paragraphs = |of: fn(&Words) -> &str| letter.paragraphs.iter().map(of).collect::<Vec<_>>().join("\n\n");
    let body = Words { id: paragraphs(|words| &words.id).into(), en: paragraphs(|words| &words.en).into() };
    let row = model::NotificationRow {
        id: services.random.ordered_id(&services.clock),
        user_id: user,
        kind: happened.as_str().to_owned(),
        title: Personal::new(AsJson(letter.subject.clone())),
        body: Personal::new(AsJson(body)),
        created_at: services.clock.now(),
        read_at: None,
    };
    store::insert(tx, &row).await
}
