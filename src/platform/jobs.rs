//! Work after a transaction: enqueued in it, so that it is done if and only if the transaction was committed; taken by any
//! worker of any replica, one at a time; tried again with growing pauses; given up loudly, never silently. What ends at a
//! time (an attempt's deadline, an upload's hour) enqueues its end with its beginning.

use std::{collections::HashMap, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{BoolExpressionMethods, ExpressionMethods, Insertable, QueryDsl, Queryable, Selectable, SelectableHelper};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::future::BoxFuture;
use sanggar_schema::tables::jobs;
use serde::{Serialize, de::DeserializeOwned};
use tokio::{sync::Semaphore, task::JoinSet};
use tracing::{error, info, warn};
use uuid::Uuid;

use super::{
    db::{AcademyId, Tx},
    fault::{Code, Fault},
    graphql::Services,
    http::DRAIN,
    privacy::Table,
};

/// A kind of work: a small struct of ids. Running it twice must do no harm.
pub trait Job: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Its name in the table: never changed while jobs of it may wait.
    const KIND: &'static str;
    /// Whether it may take long: such jobs leave half of the places to others.
    const LONG: bool = false;
    /// Tries before it is given up: with the pauses between them, about a day.
    const TRIES: i32 = 16;

    /// Does it, in the academy it was enqueued in.
    fn run(self, services: Services, academy: AcademyId) -> impl Future<Output = Result<(), Fault>> + Send;

    /// Tells whoever waits for it that it will not be done: after the last try. Most have nobody to tell.
    fn give_up(self, _services: Services, _academy: AcademyId) -> impl Future<Output = Result<(), Fault>> + Send {
        std::future::ready(Ok(()))
    }
}

#[derive(Insertable)]
#[diesel(table_name = jobs)]
struct NewJob<'a> {
    id: Uuid,
    academy_id: AcademyId,
    kind: &'a str,
    payload: serde_json::Value,
    run_at: DateTime<Utc>,
    created_at: DateTime<Utc>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = jobs, check_for_backend(diesel::pg::Pg))]
struct JobRow {
    id: Uuid,
    academy_id: Option<AcademyId>,
    kind: String,
    payload: serde_json::Value,
    attempts: i32,
}

/// The queue, as the classification knows it: ids only, of no person.
pub const TABLES: &[Table] = &[Table::of_nobody(
    "jobs",
    &[
        "id",
        "academy_id",
        "kind",
        "payload",
        "run_at",
        "attempts",
        "locked_until",
        "last_error",
        "failed_at",
        "created_at",
    ],
)];

/// Tries before a job that nobody knows is given up: a newer server may.
const TRIES: i32 = 16;
/// How long a worker has a job for itself.
const LEASE: TimeDelta = TimeDelta::minutes(5);
/// After which a job is cut, well before another worker may take it.
const LIMIT: Duration = Duration::from_mins(4);

/// After the n-th failure: 10 s, 20 s, 40 s … at most 6 hours.
fn pause(attempts: i32) -> TimeDelta {
    let doublings = u32::try_from(attempts.clamp(0, 12)).unwrap_or_default();
    TimeDelta::seconds(10 * 2_i64.pow(doublings)).min(TimeDelta::hours(6))
}

/// Enqueues a job in the transaction that needs it, to be done at once.
///
/// # Errors
/// Those of the database.
pub async fn enqueue<J: Job>(tx: &mut Tx, services: &Services, job: &J) -> Result<(), Fault> {
    enqueue_at(tx, services, job, services.clock.now()).await
}

/// Enqueues a job in the transaction that needs it, to be done at a time.
///
/// # Errors
/// Those of the database.
pub async fn enqueue_at<J: Job>(tx: &mut Tx, services: &Services, job: &J, at: DateTime<Utc>) -> Result<(), Fault> {
    let new = NewJob {
        id: services.random.ordered_id::<()>(&services.clock).uuid(),
        academy_id: tx.academy()?,
        kind: J::KIND,
        payload: serde_json::to_value(job).map_err(anyhow::Error::from)?,
        run_at: at,
        created_at: services.clock.now(),
    };
    diesel::insert_into(jobs::table).values(&new).execute(&mut **tx).await?;
    tx.enqueued();
    Ok(())
}

type Step = Arc<dyn Fn(serde_json::Value, Services, AcademyId) -> BoxFuture<'static, Result<(), Fault>> + Send + Sync>;

#[derive(Clone)]
struct Kind {
    long: bool,
    tries: i32,
    run: Step,
    give_up: Step,
}

/// The kinds of work that this server knows. Put together in `app.rs`.
#[derive(Clone, Default)]
pub struct Registry(HashMap<&'static str, Kind>);

impl Registry {
    /// Knows `J` as well.
    #[must_use]
    pub fn with<J: Job>(mut self) -> Self {
        let read = |payload| Ok::<J, Fault>(serde_json::from_value(payload).map_err(anyhow::Error::from)?);
        let kind = Kind {
            long: J::LONG,
            tries: J::TRIES,
            run: Arc::new(move |payload, services, academy| {
                Box::pin(async move { read(payload)?.run(services, academy).await })
            }),
            give_up: Arc::new(move |payload, services, academy| {
                Box::pin(async move { read(payload)?.give_up(services, academy).await })
            }),
        };
        self.0.insert(J::KIND, kind);
        self
    }

    /// The kinds that may take long.
    fn long(&self) -> Vec<&'static str> {
        self.0.iter().filter(|(_, kind)| kind.long).map(|(name, _)| *name).collect()
    }
}

/// Takes the next job that is due and does it. False where none is due.
///
/// # Errors
/// Those of the database; a job that fails is no error of the worker.
pub async fn run_one(services: &Services, registry: &Registry) -> Result<bool, Fault> {
    let Some(job) = claim(services, &[]).await? else { return Ok(false) };
    run(services, registry, job).await?;
    Ok(true)
}

async fn run(services: &Services, registry: &Registry, job: JobRow) -> Result<(), Fault> {
    let known = registry.0.get(job.kind.as_str()).zip(job.academy_id);
    let tries = known.map_or(TRIES, |(kind, _)| kind.tries);
    let outcome = match known {
        // The last try never came to an end, or it would be settled.
        _ if job.attempts >= tries => Err(anyhow::anyhow!("took its worker down").into()),
        Some((kind, academy)) => alone((kind.run)(job.payload.clone(), services.clone(), academy)).await,
        None => Err(anyhow::anyhow!("nobody here knows this kind of job").into()),
    };
    if outcome.is_err()
        // Once more where that took the worker down, and then no more.
        && (tries - 1..=tries).contains(&job.attempts)
        && let Some((kind, academy)) = known
        && let Err(fault) = alone((kind.give_up)(job.payload.clone(), services.clone(), academy)).await
    {
        error!(job = %job.id, kind = job.kind, cause = format!("{fault:?}"), "nobody could be told that a job is given up");
    }
    settle(services, &job, tries, outcome).await
}

/// A step of a job, so that neither its panic nor its slowness is the worker's.
async fn alone(step: BoxFuture<'static, Result<(), Fault>>) -> Result<(), Fault> {
    let mut task = tokio::spawn(step);
    if let Ok(ended) = tokio::time::timeout(LIMIT, &mut task).await {
        ended.unwrap_or_else(|panic| Err(anyhow::anyhow!("panicked: {panic}").into()))
    } else {
        task.abort();
        Err(anyhow::anyhow!("cut after {} s", LIMIT.as_secs()).into())
    }
}

async fn claim(services: &Services, without: &[&str]) -> Result<Option<JobRow>, Fault> {
    let now = services.clock.now();
    let mut tx = services.db.begin_platform().await?;
    let due: Vec<JobRow> = jobs::table
        .filter(jobs::run_at.le(now))
        .filter(jobs::failed_at.is_null())
        .filter(jobs::kind.ne_all(without))
        .filter(jobs::locked_until.is_null().or(jobs::locked_until.lt(now)))
        .order(jobs::run_at)
        .limit(1)
        .for_update()
        .skip_locked()
        .select(JobRow::as_select())
        .load(&mut *tx)
        .await?;
    let Some(job) = due.into_iter().next() else {
        tx.commit().await?;
        return Ok(None);
    };
    diesel::update(jobs::table.find(job.id))
        .set((jobs::locked_until.eq(now + LEASE), jobs::attempts.eq(jobs::attempts + 1)))
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(Some(job))
}

async fn settle(services: &Services, job: &JobRow, tries: i32, outcome: Result<(), Fault>) -> Result<(), Fault> {
    let now = services.clock.now();
    let mut tx = services.db.begin_platform().await?;
    let connection: &mut AsyncPgConnection = &mut tx;
    let tried = job.attempts + 1;
    // Only this try: where the lease was over, another worker has counted one more, and the row is theirs.
    let ours = jobs::id.eq(job.id).and(jobs::attempts.eq(tried));
    let settled = match outcome {
        Ok(()) => {
            info!(job = %job.id, kind = job.kind, "a job is done");
            diesel::delete(jobs::table.filter(ours)).execute(connection).await?
        }
        Err(fault) => {
            let gives_up = tried >= tries;
            // The log gets the cause, the table its kind only: a cause may quote data.
            let cause = format!("{fault:?}");
            if gives_up {
                error!(job = %job.id, kind = job.kind, tried, cause, "a job is given up");
            } else {
                warn!(job = %job.id, kind = job.kind, tried, cause, "a job failed and will be tried again");
            }
            let kind = match &fault {
                Fault::Refused(code, _) => code.as_str(),
                Fault::TooMany(_) => Code::RateLimited.as_str(),
                Fault::Unexpected(_) => "unexpected",
            };
            diesel::update(jobs::table.filter(ours))
                .set((
                    jobs::locked_until.eq(None::<DateTime<Utc>>),
                    jobs::last_error.eq(kind),
                    jobs::run_at.eq(now + pause(job.attempts)),
                    jobs::failed_at.eq(gives_up.then_some(now)),
                ))
                .execute(connection)
                .await?
        }
    };
    if settled == 0 {
        warn!(job = %job.id, kind = job.kind, tried, "a job outlasted its lease, and is another worker's now");
    }
    tx.commit().await
}

/// Works until `stop` turns true, then lets what runs come to its end. Looks for work at once when this process has enqueued
/// some, else every second; does as many jobs at a time as the settings say, so that a long one does not hold up the mails.
pub async fn work(services: Services, registry: Registry, mut stop: tokio::sync::watch::Receiver<bool>) {
    let room = Arc::new(Semaphore::new(services.settings.jobs_at_a_time));
    let long_kinds = registry.long();
    let long_room = Arc::new(Semaphore::new((services.settings.jobs_at_a_time / 2).max(1)));
    let mut running = JoinSet::new();
    while !*stop.borrow() {
        while running.try_join_next().is_some() {}
        let permit = tokio::select! {
            permit = Arc::clone(&room).acquire_owned() => permit,
            _ = stop.changed() => break,
        };
        let without: &[&str] = if long_room.available_permits() == 0 { &long_kinds } else { &[] };
        match claim(&services, without).await {
            Ok(Some(job)) => {
                let long = long_kinds.contains(&job.kind.as_str()).then(|| Arc::clone(&long_room).try_acquire_owned());
                let (services, registry) = (services.clone(), registry.clone());
                running.spawn(async move {
                    if let Err(fault) = run(&services, &registry, job).await {
                        error!(?fault, "how a job ended could not be written: it will be tried again");
                    }
                    drop((permit, long));
                });
                continue;
            }
            Ok(None) => {}
            Err(fault) => error!(?fault, "the worker could not reach its queue"),
        }
        drop(permit);
        tokio::select! {
            () = services.db.work() => {}
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
            _ = stop.changed() => {}
        }
    }
    let ended = async { while running.join_next().await.is_some() {} };
    if tokio::time::timeout(DRAIN, ended).await.is_err() {
        // Nothing of them is written, and another worker takes them up when their lease is over.
        warn!(seconds = DRAIN.as_secs(), "jobs are cut that did not end in time");
    }
}

/// Jobs that are due or will be tried again, and those that were given up. What is only planned for later is neither.
///
/// # Errors
/// Those of the database.
pub async fn backlog(mut connection: &AsyncPgConnection, now: DateTime<Utc>) -> Result<(i64, i64), Fault> {
    let due = jobs::run_at.le(now).or(jobs::attempts.gt(0));
    let waiting = jobs::table.filter(jobs::failed_at.is_null()).filter(due);
    let waiting = waiting.count().get_result(&mut connection).await?;
    let given_up = jobs::table.filter(jobs::failed_at.is_not_null()).count().get_result(&mut connection).await?;
    Ok((waiting, given_up))
}
