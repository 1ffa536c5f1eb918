//! Work after a transaction: enqueued in it, so that it is done if and only if the transaction was committed; taken by any
//! worker of any replica, one at a time; tried again with growing pauses; given up loudly, never silently.

use std::{collections::HashMap, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{BoolExpressionMethods, ExpressionMethods, Insertable, QueryDsl, Queryable, Selectable, SelectableHelper};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::future::BoxFuture;
use sanggar_schema::tables::jobs;
use serde::{Serialize, de::DeserializeOwned};
use tracing::{error, info, warn};
use uuid::Uuid;

use super::{
    db::{AcademyId, Tx},
    fault::Fault,
    graphql::Services,
};

/// A kind of work: a small struct of ids. Running it twice must do no harm.
pub trait Job: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Its name in the table: never changed while jobs of it may wait.
    const KIND: &'static str;

    /// Does it, in the academy it was enqueued in.
    fn run(self, services: Services, academy: AcademyId) -> impl Future<Output = Result<(), Fault>> + Send;
}

#[derive(Insertable)]
#[diesel(table_name = jobs)]
struct NewJob<'a> {
    id: Uuid,
    academy_id: Option<AcademyId>,
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

/// Tries before a job is given up: with the pauses below, about a day.
const TRIES: i32 = 16;
/// How long a worker has a job for itself.
const LEASE: TimeDelta = TimeDelta::minutes(5);

/// After the n-th failure: 10 s, 20 s, 40 s … at most 6 hours.
fn pause(attempts: i32) -> TimeDelta {
    let doublings = u32::try_from(attempts.clamp(0, 12)).unwrap_or_default();
    TimeDelta::seconds(10 * 2_i64.pow(doublings)).min(TimeDelta::hours(6))
}

/// Enqueues a job in the transaction that needs it.
///
/// # Errors
/// Those of the database.
pub async fn enqueue<J: Job>(tx: &mut Tx, services: &Services, academy: AcademyId, job: &J) -> Result<(), Fault> {
    let now = services.clock.now();
    let new = NewJob {
        id: services.random.ordered_id::<()>(&services.clock).uuid(),
        academy_id: Some(academy),
        kind: J::KIND,
        payload: serde_json::to_value(job).map_err(anyhow::Error::from)?,
        run_at: now,
        created_at: now,
    };
    diesel::insert_into(jobs::table).values(&new).execute(&mut **tx).await?;
    tx.enqueued();
    Ok(())
}

type Run = Arc<dyn Fn(serde_json::Value, Services, AcademyId) -> BoxFuture<'static, Result<(), Fault>> + Send + Sync>;

/// The kinds of work that this server knows. Put together in `app.rs`.
#[derive(Clone, Default)]
pub struct Registry(HashMap<&'static str, Run>);

impl Registry {
    /// Knows `J` as well.
    #[must_use]
    pub fn with<J: Job>(mut self) -> Self {
        let run: Run = Arc::new(|payload, services, academy| {
            Box::pin(async move {
                let job: J = serde_json::from_value(payload).map_err(anyhow::Error::from)?;
                job.run(services, academy).await
            })
        });
        self.0.insert(J::KIND, run);
        self
    }
}

/// Takes the next job that is due and does it. False where none is due.
///
/// # Errors
/// Those of the database; a job that fails is no error of the worker.
pub async fn run_one(services: &Services, registry: &Registry) -> Result<bool, Fault> {
    let Some(job) = claim(services).await? else { return Ok(false) };
    let outcome = match (registry.0.get(job.kind.as_str()), job.academy_id) {
        (Some(run), Some(academy)) => {
            // A panic in one job must not end the worker.
            let task = tokio::spawn(run(job.payload.clone(), services.clone(), academy));
            task.await.unwrap_or_else(|panic| Err(anyhow::anyhow!("panicked: {panic}").into()))
        }
        _ => Err(anyhow::anyhow!("nobody here knows this kind of job").into()),
    };
    settle(services, &job, outcome).await?;
    Ok(true)
}

async fn claim(services: &Services) -> Result<Option<JobRow>, Fault> {
    let now = services.clock.now();
    let mut tx = services.db.begin_platform().await?;
    // What has taken a worker down with it each time is given up too.
    diesel::update(jobs::table)
        .filter(jobs::failed_at.is_null())
        .filter(jobs::attempts.ge(TRIES))
        .filter(jobs::locked_until.lt(now))
        .set((jobs::failed_at.eq(now), jobs::last_error.eq("took its worker down")))
        .execute(&mut *tx)
        .await?;
    let due: Vec<JobRow> = jobs::table
        .filter(jobs::run_at.le(now))
        .filter(jobs::failed_at.is_null())
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

async fn settle(services: &Services, job: &JobRow, outcome: Result<(), Fault>) -> Result<(), Fault> {
    let now = services.clock.now();
    let mut tx = services.db.begin_platform().await?;
    let connection: &mut AsyncPgConnection = &mut tx;
    match outcome {
        Ok(()) => {
            diesel::delete(jobs::table.find(job.id)).execute(connection).await?;
            info!(job = %job.id, kind = job.kind, "a job is done");
        }
        Err(fault) => {
            let tried = job.attempts + 1;
            let gives_up = tried >= TRIES;
            // The log gets the cause, the table its kind only: a cause may quote data.
            let cause = format!("{fault:?}");
            if gives_up {
                error!(job = %job.id, kind = job.kind, tried, cause, "a job is given up");
            } else {
                warn!(job = %job.id, kind = job.kind, tried, cause, "a job failed and will be tried again");
            }
            let kind = match &fault {
                Fault::Refused(code, _) => code.as_str(),
                Fault::Unexpected(_) => "unexpected",
            };
            diesel::update(jobs::table.find(job.id))
                .set((
                    jobs::locked_until.eq(None::<DateTime<Utc>>),
                    jobs::last_error.eq(kind),
                    jobs::run_at.eq(now + pause(job.attempts)),
                    jobs::failed_at.eq(gives_up.then_some(now)),
                ))
                .execute(connection)
                .await?;
        }
    }
    tx.commit().await
}

/// Works until `stop` is cancelled: at once when this process enqueued something, else every second.
pub async fn work(services: Services, registry: Registry, stop: tokio::sync::watch::Receiver<bool>) {
    let mut stop = stop;
    loop {
        if *stop.borrow() {
            return;
        }
        match run_one(&services, &registry).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(fault) => {
                error!(?fault, "the worker could not reach its queue");
            }
        }
        tokio::select! {
            () = services.db.work() => {}
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
            _ = stop.changed() => return,
        }
    }
}

/// Jobs that wait or were given up: `(waiting, given_up)`.
///
/// # Errors
/// Those of the database.
pub async fn backlog(mut connection: &AsyncPgConnection) -> Result<(i64, i64), Fault> {
    let waiting = jobs::table.filter(jobs::failed_at.is_null()).count().get_result(&mut connection).await?;
    let given_up = jobs::table.filter(jobs::failed_at.is_not_null()).count().get_result(&mut connection).await?;
    Ok((waiting, given_up))
}
