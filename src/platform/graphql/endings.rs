//! Sessions that end while sockets are open in them: the sockets that were opened in it close. Postgres tells of each session that is gone
//! (`hearing.rs`); what was missed while nobody listened, and what has ended by its time, is looked for now and then.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::watch;

use super::{call::Services, endpoint::Gateway};
use crate::platform::{db::AcademyId, privacy::SessionId};

/// For so long a session that has ended is remembered: a socket may be opening in it.
const REMEMBERED: Duration = Duration::from_mins(1);

/// The sessions in which sockets are open.
#[derive(Default)]
pub struct Endings(Mutex<Known>);

#[derive(Default)]
struct Known {
    open: HashMap<SessionId, Open>,
    /// What has ended just now, oldest first.
    ended: VecDeque<(Instant, SessionId)>,
}

struct Open {
    academy: AcademyId,
    sockets: usize,
    end: watch::Sender<bool>,
}

/// A socket's ear for the end of its session.
pub(super) struct Ear {
    endings: Arc<Endings>,
    session: SessionId,
    end: watch::Receiver<bool>,
}

impl Endings {
    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Listens for the end of a session, which was there a moment ago.
    pub(super) fn listen(self: &Arc<Self>, academy: AcademyId, session: SessionId) -> Ear {
        let mut known = self.known();
        let has_ended = known.ended.iter().any(|(_, ended)| *ended == session);
        let open = known.open.entry(session).or_insert_with(|| Open {
            academy,
            sockets: 0,
            end: watch::Sender::new(has_ended),
        });
        open.sockets += 1;
        Ear { end: open.end.subscribe(), endings: Arc::clone(self), session }
    }

    /// A session has ended: its sockets close.
    pub(super) fn end(&self, session: SessionId) {
        let mut known = self.known();
        while known.ended.front().is_some_and(|(at, _)| at.elapsed() > REMEMBERED) {
            known.ended.pop_front();
        }
        known.ended.push_back((Instant::now(), session));
        if let Some(open) = known.open.get(&session) {
            open.end.send_replace(true);
        }
    }

    /// Ends what has ended unheard.
    pub(super) async fn look(&self, services: &Services, gateway: &dyn Gateway) {
        let mut all: HashMap<AcademyId, Vec<SessionId>> = HashMap::new();
        for (session, open) in &self.known().open {
            all.entry(open.academy).or_default().push(*session);
        }
        for (academy, sessions) in all {
            match gateway.living(services, academy, &sessions).await {
                Ok(living) => sessions.into_iter().filter(|id| !living.contains(id)).for_each(|id| self.end(id)),
                Err(fault) => tracing::warn!(?fault, "which sessions have ended could not be looked up yet"),
            }
        }
    }
}

impl Ear {
    /// Comes back when the session has ended.
    pub(super) async fn ended(&mut self) {
        if self.end.wait_for(|ended| *ended).await.is_err() {
            // Whoever tells is gone with the server.
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        let mut known = self.endings.known();
        if let Some(open) = known.open.get_mut(&self.session) {
            open.sockets -= 1;
            if open.sockets == 0 {
                known.open.remove(&self.session);
            }
        }
    }
}
