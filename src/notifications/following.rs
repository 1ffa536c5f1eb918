//! What a person is told from now on, as it is told. News only says that there is something: what, is read from the table, so that nothing
//! is lost while nobody hears, or told twice.

use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::Stream;

use super::{
    model::{NotificationId, NotificationRow},
    store,
};
use crate::platform::{
    db::AcademyId,
    fault::{Code, Fault},
    graphql::Services,
    news::Follower,
    privacy::UserId,
};

/// What was written so long ago is committed by now, or never: no transaction lasts longer.
const OVERLAP: TimeDelta = TimeDelta::minutes(10);
/// Before it is looked again where the database has more to do than it can.
const PAUSE: Duration = Duration::from_secs(1);

struct Following {
    services: Services,
    academy: AcademyId,
    user: UserId,
    news: Follower,
    /// What was there when this began, or was told since: as far back as [`OVERLAP`].
    known: HashMap<NotificationId, DateTime<Utc>>,
    waiting: VecDeque<NotificationRow>,
}

/// What a person is told from now on, and where `replay` says so, first what they were told in the last ten minutes. It ends with the first
/// failure: the client looks at the list, and follows again.
///
/// # Errors
/// Those of the database.
pub async fn follow(
    services: Services,
    academy: AcademyId,
    user: UserId,
    replay: bool,
) -> Result<impl Stream<Item = Result<NotificationRow, Fault>>, Fault> {
    // Before the first look: what comes between is told.
    let news = services.news.follow(user.uuid());
    let mut following = Following { services, academy, user, news, known: HashMap::new(), waiting: VecDeque::new() };
    following.look().await?;
    if !replay {
        following.waiting.clear();
    }
    Ok(futures_util::stream::unfold(Some(following), |following| async {
        let mut following = following?;
        match following.next().await {
            Ok(row) => Some((Ok(row), Some(following))),
            Err(fault) => Some((Err(fault), None)),
        }
    }))
}

impl Following {
    async fn next(&mut self) -> Result<NotificationRow, Fault> {
        loop {
            if let Some(row) = self.waiting.pop_front() {
                return Ok(row);
            }
            self.news.changed().await;
            while let Err(fault) = self.look().await {
                let Fault::Refused(Code::Overloaded, _) = fault else { return Err(fault) };
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    /// Looks for what is new; by a connection that is given back, since the next news may be long in coming.
    async fn look(&mut self) -> Result<(), Fault> {
        let turn = self.services.news.turn().await;
        let since = self.services.clock.now() - OVERLAP;
        self.known.retain(|_, told| *told >= since);
        let known: Vec<NotificationId> = self.known.keys().copied().collect();
        let reader = self.services.db.reader(self.academy);
        let rows = store::since(&*reader.connection().await?, self.user, since, &known).await?;
        drop((reader, turn));
        self.known.extend(rows.iter().map(|row| (row.id, row.created_at)));
        self.waiting.extend(rows);
        Ok(())
    }
}
