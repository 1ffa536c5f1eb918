//! What Postgres tells every replica (triggers, NOTIFY), by one connection of each: sessions that have ended, and news of what somebody
//! follows. Who is told looks: what was missed while nobody listened is found then.

use std::time::{Duration, Instant};

use diesel_async::SimpleAsyncConnection;
use futures_util::StreamExt;

use super::{call::Services, endings::Endings, endpoint::Gateway};
use crate::platform::privacy::SessionId;

const SESSIONS: &str = "sanggar_sessions";
const NEWS: &str = "sanggar_news";
/// Between two looks at the sessions of all open sockets.
const LOOK: Duration = Duration::from_mins(1);
/// Before it is tried again to listen.
const PAUSE: Duration = Duration::from_secs(1);

/// Hears what is told, for ever.
pub(super) async fn hear(services: &Services, endings: &Endings, gateway: &dyn Gateway) {
    loop {
        if let Err(error) = hear_once(services, endings, gateway).await {
            tracing::warn!(cause = format!("{error:#}"), "what happens elsewhere is not heard of for a moment");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn hear_once(services: &Services, endings: &Endings, gateway: &dyn Gateway) -> anyhow::Result<()> {
    let mut connection = services.db.listen(&[SESSIONS, NEWS]).await?;
    // From this moment on it listens; what came before is looked for.
    services.news.tell_all();
    loop {
        endings.look(services, gateway).await;
        let begun = Instant::now();
        {
            let mut told = std::pin::pin!(connection.notifications_stream());
            while let Ok(next) = tokio::time::timeout(LOOK.saturating_sub(begun.elapsed()), told.next()).await {
                let Some(notification) = next else { anyhow::bail!("the connection has ended") };
                let notification = notification?;
                let Ok(id) = notification.payload.parse() else { continue };
                match notification.channel.as_str() {
                    SESSIONS => endings.end(SessionId::from_uuid(id)),
                    NEWS => services.news.tell(id),
                    _ => {}
                }
            }
        }
        // A connection that has gone silently says nothing either.
        tokio::time::timeout(Duration::from_secs(5), connection.batch_execute("select 1")).await??;
    }
}
