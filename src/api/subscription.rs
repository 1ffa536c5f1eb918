//! The root of subscriptions.

use std::time::Duration;

use async_graphql::{Context, Subscription};
use chrono::{DateTime, Utc};
use futures_util::Stream;

use crate::platform::graphql::CallExt;

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
}
