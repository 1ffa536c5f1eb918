//! The database's clock: what all servers of a deployment agree on, however wrong their own clocks are. A deadline is what it says.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{dsl::sql, sql_types::Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::{Db, connect};
use crate::platform::{clock::TimeSource, fault::Fault};

/// After which it is asked again: clocks of machines drift by less than a millisecond in that time.
const ASKED: Duration = Duration::from_mins(1);

/// The database's clock, as it was read last, and what has passed since by a clock that nobody sets.
#[derive(Clone)]
pub struct DatabaseTime(Arc<RwLock<Read>>);

#[derive(Clone, Copy)]
struct Read {
    said: DateTime<Utc>,
    at: Instant,
}

impl Read {
    async fn by(connection: &mut AsyncPgConnection) -> Result<Self, diesel::result::Error> {
        let asked = Instant::now();
        let said = diesel::select(sql::<Timestamptz>("clock_timestamp()")).get_result(connection).await?;
        // It was said somewhere between the asking and the answer.
        Ok(Self { said, at: asked + asked.elapsed() / 2 })
    }
}

impl DatabaseTime {
    /// Reads the clock of the database at `url`.
    ///
    /// # Errors
    /// Where it does not answer.
    pub async fn of(url: &str) -> anyhow::Result<Self> {
        let mut connection = connect::connect(url).await?;
        Ok(Self(Arc::new(RwLock::new(Read::by(&mut connection).await?))))
    }

    /// Reads it again every minute, for as long as the program runs. Where the database does not answer, what was read before goes on.
    pub async fn keep(self, db: Db) {
        loop {
            tokio::time::sleep(ASKED).await;
            match Self::read(&db).await {
                Ok(read) => *self.0.write().unwrap_or_else(PoisonError::into_inner) = read,
                Err(fault) => tracing::warn!(?fault, "the clock of the database could not be read"),
            }
        }
    }

    async fn read(db: &Db) -> Result<Read, Fault> {
        let mut tx = db.begin_platform().await?;
        Ok(Read::by(&mut tx).await?)
    }
}

impl TimeSource for DatabaseTime {
    fn now(&self) -> DateTime<Utc> {
        let read = *self.0.read().unwrap_or_else(PoisonError::into_inner);
        read.said + TimeDelta::from_std(read.at.elapsed()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::clock::Clock;

    #[test]
    fn it_goes_on_from_what_the_database_said() {
        // A database that lives in another century than this machine.
        let said: DateTime<Utc> = "1999-12-31T23:59:58Z".parse().expect("a moment");
        let long_ago = Instant::now().checked_sub(Duration::from_secs(3)).expect("an instant");
        let time = DatabaseTime(Arc::new(RwLock::new(Read { said, at: long_ago })));
        let now = Clock::new(time).now();
        assert!((said + TimeDelta::seconds(3)..said + TimeDelta::seconds(60)).contains(&now), "{now}");
    }
}
