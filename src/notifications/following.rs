//! What a person is told from now on, as it is told. News only says that there is something: what, is read from the table, so that nothing
//! is lost while nobody hears, or told twice.

use std::collections::{HashSet, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::Stream;

use super::{
    model::{NotificationId, NotificationRow},
    store,
};
use crate::platform::{db::AcademyId, fault::Fault, graphql::Services, news::Follower, privacy::UserId};

/// What was written so long ago is committed by now, or never: no transaction lasts longer.
const OVERLAP: TimeDelta = TimeDelta::minutes(10);

struct Following {
    services: Services,
    academy: AcademyId,
    user: UserId,
    news: Follower,
    /// What was there when this began, or was told since; as far back as [`OVERLAP`].
    known: HashSet<NotificationId>,
    waiting: VecDeque<NotificationRow>,
}

/// What a person is told from now on, and was told since a moment. It ends with the first failure: the client looks at the list, and
/// follows again.
///
/// # Errors
/// `BAD_USER_INPUT` where the moment is long ago, and those of the database.
pub async fn follow(
    services: Services,
    academy: AcademyId,
    user: UserId,
    since: Option<DateTime<Utc>>,
) -> Result<impl Stream<Item = Result<NotificationRow, Fault>>, Fault> {
    if since.is_some_and(|since| since < services.clock.now() - OVERLAP) {
        return Err(Fault::bad_input(words!(
            "since paling lama sepuluh menit lalu; yang sebelumnya ada di viewer.notifications.",
            "since is ten minutes ago at most; what was told before is in viewer.notifications."
        )));
    }
    // Before the first look: what comes between is told.
    let news = services.news.follow(user.uuid());
    let mut following = Following { services, academy, user, news, known: HashSet::new(), waiting: VecDeque::new() };
    following.look().await?;
    following.waiting.retain(|row| since.is_some_and(|since| row.created_at >= since));
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
            self.look().await?;
        }
    }

    /// Looks for what is new; by a connection that is given back, since the next news may be long in coming.
    async fn look(&mut self) -> Result<(), Fault> {
        let reader = self.services.db.reader(self.academy);
        let since = self.services.clock.now() - OVERLAP;
        let rows = store::since(&*reader.connection().await?, self.user, since).await?;
        let seen = rows.iter().map(|row| row.id).collect();
        let known = std::mem::replace(&mut self.known, seen);
        self.waiting.extend(rows.into_iter().filter(|row| !known.contains(&row.id)));
        Ok(())
    }
}
