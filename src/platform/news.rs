//! News: who follows something is woken when there may be something new of it, whichever replica wrote it. A trigger tells it by NOTIFY
//! when the transaction is committed. It is a hint to look, never the thing itself: what there is, the table says.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;
use uuid::Uuid;

/// Who follows what, in this process.
#[derive(Default)]
pub struct News(Mutex<HashMap<Uuid, watch::Sender<()>>>);

/// Waits for news of one thing. Dropped, it follows no more.
pub struct Follower {
    news: Arc<News>,
    of: Uuid,
    changed: watch::Receiver<()>,
}

impl News {
    fn followed(&self) -> MutexGuard<'_, HashMap<Uuid, watch::Sender<()>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Follows a thing, from now on.
    #[must_use]
    pub fn follow(self: &Arc<Self>, of: Uuid) -> Follower {
        let changed = self.followed().entry(of).or_default().subscribe();
        Follower { news: Arc::clone(self), of, changed }
    }

    /// There may be something new of a thing.
    pub fn tell(&self, of: Uuid) {
        if let Some(followers) = self.followed().get(&of) {
            followers.send_replace(());
        }
    }

    /// There may be something new of everything: nobody heard for a while.
    pub fn tell_all(&self) {
        self.followed().values().for_each(|followers| {
            followers.send_replace(());
        });
    }
}

impl Follower {
    /// Comes back when there may be something new since it last did, or since the beginning.
    pub async fn changed(&mut self) {
        if self.changed.changed().await.is_err() {
            // Whoever tells is gone with the server.
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        let mut followed = self.news.followed();
        // This one among them: it is still there.
        if followed.get(&self.of).is_some_and(|followers| followers.receiver_count() == 1) {
            followed.remove(&self.of);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn who_follows_is_woken_once_and_is_forgotten_with_the_last() {
        let news = Arc::new(News::default());
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let mut first = news.follow(one);
        let mut second = news.follow(one);
        let mut third = news.follow(other);
        assert!(first.changed().now_or_never().is_none(), "there is no news yet");
        news.tell(one);
        news.tell(one);
        assert!(first.changed().now_or_never().is_some());
        assert!(first.changed().now_or_never().is_none(), "it has heard it");
        assert!(second.changed().now_or_never().is_some());
        assert!(third.changed().now_or_never().is_none(), "it follows something else");
        news.tell_all();
        assert!(first.changed().now_or_never().is_some() && third.changed().now_or_never().is_some());
        drop(first);
        assert_eq!(news.followed().len(), 2);
        drop(second);
        drop(third);
        assert!(news.followed().is_empty());
    }
}
