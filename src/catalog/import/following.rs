//! How an import goes, as it goes: what it is now, and then each change until it has ended. News only says that there is something.

use std::time::Duration;

use futures_util::Stream;

use super::{
    model::{ImportId, ImportRow, ImportStatus},
    store,
};
use crate::platform::{
    db::AcademyId,
    fault::{Code, Fault},
    graphql::Services,
    news::Follower,
    privacy::UserId,
};

/// Before it is looked again where the database has more to do than it can.
const PAUSE: Duration = Duration::from_secs(1);

struct Following {
    services: Services,
    academy: AcademyId,
    user: UserId,
    id: ImportId,
    news: Follower,
    /// What was told last: the same is not told twice.
    told: Option<(ImportStatus, i32, Option<i32>)>,
}

/// Follows an import of a person's own.
///
/// # Errors
/// `NOT_FOUND` where they have none of this id, and those of the database.
pub async fn follow(
    services: Services,
    academy: AcademyId,
    user: UserId,
    id: ImportId,
) -> Result<impl Stream<Item = Result<ImportRow, Fault>>, Fault> {
    // Before the first look: what comes between is told.
    let news = services.news.follow(id.uuid());
    let following = Following { services, academy, user, id, news, told: None };
    if following.look().await?.is_none() {
        let words = words!("Impor ini tidak ada di sini.", "There is no such import here.");
        return Err(Fault::Refused(Code::NotFound, words));
    }
    Ok(futures_util::stream::unfold(Some(following), |following| async {
        let mut following = following?;
        match following.next().await {
            Ok(Some(row)) => {
                let open = matches!(row.status, ImportStatus::Queued | ImportStatus::Running);
                Some((Ok(row), open.then_some(following)))
            }
            Ok(None) => None,
            Err(fault) => Some((Err(fault), None)),
        }
    }))
}

impl Following {
    /// What is next to be told; nothing where the import is gone.
    async fn next(&mut self) -> Result<Option<ImportRow>, Fault> {
        loop {
            if self.told.is_some() {
                self.news.changed().await;
            }
            let row = match self.look().await {
                Err(Fault::Refused(Code::Overloaded, _)) => {
                    tokio::time::sleep(PAUSE).await;
                    self.services.news.tell(self.id.uuid());
                    continue;
                }
                found => found?,
            };
            let Some(row) = row else { return Ok(None) };
            let now = (row.status, row.done, row.total);
            if self.told.replace(now) != Some(now) {
                return Ok(Some(row));
            }
        }
    }

    /// Looks how it is; by a connection that is given back, since the next news may be long in coming.
    async fn look(&self) -> Result<Option<ImportRow>, Fault> {
        let _turn = self.services.news.turn().await;
        let reader = self.services.db.reader(self.academy);
        store::own(&*reader.connection().await?, self.user, self.id).await
    }
}
