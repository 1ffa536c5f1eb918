//! Shares of what must not be tried often: guesses at a password, mails to an address. They are counted in Postgres, so that all replicas
//! count together, and by the generic cell rate algorithm: one moment for each thing, at which its share is whole again.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, query_dsl::methods::FilterDsl, sql_types::Timestamptz};
use diesel_async::RunQueryDsl;
use sanggar_schema::tables::throttles;

use super::{db::AcademyId, fault::Fault, graphql::Services, privacy::Table, seal::Use};

/// What is counted, as the classification knows it: digests that nobody can read back, for an hour.
pub const TABLES: &[Table] = &[Table::of_nobody("throttles", &["academy_id", "key", "until"])];

diesel::define_sql_function! {
    /// The later of two moments.
    fn greatest(one: Timestamptz, other: Timestamptz) -> Timestamptz;
}

/// How often something may be done with one thing.
#[derive(Clone, Copy, Debug)]
pub struct Share {
    /// What is done, as it tells its keys from those of others.
    pub name: &'static str,
    /// So often at once.
    pub at_once: i32,
    /// So often in an hour from then on.
    pub per_hour: i32,
}

impl Share {
    fn step(&self) -> TimeDelta {
        TimeDelta::hours(1) / self.per_hour
    }

    fn key(&self, services: &Services, of: &str) -> Vec<u8> {
        services.sealer.digest(Use::Throttle, format!("{}\n{of}", self.name).as_bytes()).to_vec()
    }
}

/// What was taken of a share.
#[must_use]
pub struct Taken {
    academy: AcademyId,
    key: Vec<u8>,
    step: TimeDelta,
}

/// Takes one from the share of `of`, whatever comes of what it is taken for: it is written at once.
///
/// # Errors
/// `RATE_LIMITED` where the share is used up, and those of the database.
pub async fn take(services: &Services, academy: AcademyId, share: &Share, of: &str) -> Result<Taken, Fault> {
    let now = services.clock.now();
    let (key, step) = (share.key(services, of), share.step());
    // The last moment at which a share may be whole again for one more to be taken.
    let latest = now + step * (share.at_once - 1);
    let mut tx = services.db.begin_without_disk(academy).await?;
    let taken = diesel::insert_into(throttles::table)
        .values((throttles::key.eq(&key), throttles::until.eq(now + step)))
        .on_conflict((throttles::academy_id, throttles::key))
        .do_update()
        .set(throttles::until.eq(greatest(throttles::until + step, now + step)))
        .filter(throttles::until.le(latest))
        .execute(&mut *tx)
        .await?;
    if taken == 0 {
        let until: Option<DateTime<Utc>> = QueryDsl::filter(throttles::table, throttles::key.eq(&key))
            .select(throttles::until)
            .first(&mut *tx)
            .await
            .optional()?;
        let wait = until.unwrap_or(latest) - latest;
        return Err(Fault::TooMany(u64::try_from(wait.num_milliseconds()).unwrap_or_default().div_ceil(1000).max(1)));
    }
    tx.commit().await?;
    Ok(Taken { academy, key, step })
}

impl Taken {
    /// Gives it back: what it was taken for is not to be counted.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn give_back(self, services: &Services) -> Result<(), Fault> {
        let mut tx = services.db.begin_without_disk(self.academy).await?;
        diesel::update(QueryDsl::filter(throttles::table, throttles::key.eq(&self.key)))
            .set(throttles::until.eq(throttles::until - self.step))
            .execute(&mut *tx)
            .await?;
        tx.commit().await
    }
}

/// Removes what means nothing any more.
///
/// # Errors
/// Those of the database.
pub async fn forget(services: &Services, academy: AcademyId) -> Result<(), Fault> {
    let mut tx = services.db.begin(academy).await?;
    let over = QueryDsl::filter(throttles::table, throttles::until.le(services.clock.now()));
    diesel::delete(over).execute(&mut *tx).await?;
    tx.commit().await
}
