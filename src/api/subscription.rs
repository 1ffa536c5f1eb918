//! The root of subscriptions.

use std::time::Duration;

use async_graphql::{Context, Result, Subscription};
use chrono::{DateTime, Utc};
use futures_util::{Stream, TryStreamExt};

use crate::{
    catalog::import::{self, graphql::Import, model::ImportId},
    notifications::{following, graphql::Notification},
    platform::graphql::CallExt,
};

/// The root of subscriptions.
pub struct Subscription;

/// The root of subscriptions.
#[Subscription]
impl Subscription {
    /// The server's clock, once a second: what a countdown to a deadline counts by. Open to anyone.
    async fn server_time(&self, ctx: &Context<'_>) -> impl Stream<Item = DateTime<Utc>> + use<> {
        let clock = ctx.call().services.clock.clone();
        futures_util::stream::unfold(tokio::time::interval(Duration::from_secs(1)), move |mut ticks| {
            let clock = clock.clone();
            async move {
                ticks.tick().await;
                Some((clock.now(), ticks))
            }
        })
    }

    /// How an import of the viewer's own goes: how it is now, then each change, until it has ended.
    async fn import_progress(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The import.")] id: ImportId,
    ) -> Result<impl Stream<Item = Result<Import>> + use<>> {
        let call = ctx.call();
        let user = call.viewer().holder()?;
        let told = import::following::follow(call.services.clone(), call.academy, user, id).await?;
        Ok(told.map_ok(Import).map_err(Into::into))
    }

    /// What the viewer is told from now on, as it is told: whichever server it happens on, and each once. What was told before is in
    /// `viewer.notifications`, and so is what ended the session, with which the socket closes: another password, a role. Whoever is signed in.
    async fn viewer_notified(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "First what was told in the last ten minutes, once more: who has read the list just before misses nothing, and knows \
                    by the ids what they have.",
            default
        )]
        replay: bool,
    ) -> Result<impl Stream<Item = Result<Notification>> + use<>> {
        let call = ctx.call();
        let user = call.viewer().holder()?;
        let told = following::follow(call.services.clone(), call.academy, user, replay).await?;
        Ok(told.map_ok(Notification).map_err(Into::into))
    }
}
