//! News: who follows something is woken when there may be something new of it, whichever replica wrote it. A trigger tells it by NOTIFY
//! when the transaction is committed. It is a hint to look, never the thing itself: what there is, the table says.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{Semaphore, SemaphorePermit, watch};
use uuid::Uuid;

/// Who is woken looks, so many at once: the connections are for requests.
const LOOKS: usize = 2;

type Followed = HashMap<Uuid, watch::Sender<()>>;

/// Who follows what, in this process.
pub struct News {
    followed: Mutex<Followed>,
    looks: Semaphore,
}

impl Default for News {
    fn default() -> Self {
        Self { followed: Mutex::default(), looks: Semaphore::new(LOOKS) }
    }
}

/// Waits for news of one thing. Dropped, it follows no more.
pub struct Follower {
    news: Arc<News>,
    of: Uuid,
    /// Nothing while it is dropped.
    changed: Option<watch::Receiver<()>>,
}

impl News {
    fn followed(&self) -> MutexGuard<'_, Followed> {
        self.followed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A turn to look, after those who were woken before.
    pub async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        // Nobody closes it.
        self.looks.acquire().await.ok()
    }

    /// Follows a thing, from now on.
    #[must_use]
    pub fn follow(self: &Arc<Self>, of: Uuid) -> Follower {
        let changed = self.followed().entry(of).or_default().subscribe();
        Follower { news: Arc::clone(self), of, changed: Some(changed) }
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
        if let Some(changed) = &mut self.changed
            && changed.changed().await.is_ok()
        {
            return;
        }
        // Whoever tells is gone with the server.
        std::future::pending::<()>().await;
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        let mut followed = self.news.followed();
        // While nobody else comes or goes.
        self.changed = None;
        if followed.get(&self.of).is_some_and(|followers| followers.receiver_count() == 0) {
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
