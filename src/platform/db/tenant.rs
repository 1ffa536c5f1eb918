//! The only door to a connection.
//!
//! A pooled connection remembers which academy it is set to. Whoever takes one names an academy; the door sets it where it
//! differs and gives out the connection only when that has succeeded. The memory is wiped *before* the setting is sent, so
//! a request that is dropped half-way leaves a connection that the next one sets again. A mutation sets its academy once
//! more, local to its transaction. Nothing else in the crate can reach the pool.

use std::{
    ops::{Deref, DerefMut},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use deadpool::managed::{self, Metrics, PoolError, RecycleError, RecycleResult, TimeoutType};
use diesel::{connection::InstrumentationEvent, result::DatabaseErrorKind};
use diesel_async::{
    AnsiTransactionManager, AsyncConnection, AsyncPgConnection, SimpleAsyncConnection, TransactionManager,
    pooled_connection::PoolableConnection,
};
use sha2::{Digest, Sha256};
use tokio::sync::{Mutex, Notify};
use tracing::error;

use super::connect::Address;
use crate::platform::{fault::Fault, privacy::UserId};

crate::id_kind!(
    /// The id of an academy.
    AcademyId, AcademyKind, "Academy", 3
);

/// How long a transaction waits for a name that another one has taken.
const NAME_WAIT: Duration = Duration::from_millis(500);

/// How the server connects.
#[derive(Clone, Debug)]
pub struct DbSettings {
    /// A URL, or libpq's `key=value` words.
    pub url: String,
    /// Connections of this process at most.
    pub connections: usize,
    /// How long a request waits for a connection before it is refused with OVERLOADED.
    pub wait: Duration,
    /// After which a statement is cut.
    pub statement_timeout: Duration,
}

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    pool: managed::Pool<Manager>,
    statements: Arc<AtomicU64>,
    work: Arc<Notify>,
}

struct Manager {
    address: Address,
    statements: Arc<AtomicU64>,
}

struct Link {
    connection: AsyncPgConnection,
    academy: Option<AcademyId>,
}

impl managed::Manager for Manager {
    type Type = Link;
    type Error = anyhow::Error;

    async fn create(&self) -> anyhow::Result<Link> {
        let mut connection = self.address.connect().await?;
        let statements = Arc::clone(&self.statements);
        connection.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if matches!(event, InstrumentationEvent::StartQuery { .. }) {
                statements.fetch_add(1, Ordering::Relaxed);
            }
        });
        Ok(Link { connection, academy: None })
    }

    async fn recycle(&self, link: &mut Link, _: &Metrics) -> RecycleResult<anyhow::Error> {
        if link.connection.is_broken() {
            return Err(RecycleError::message("a transaction is still open"));
        }
        Ok(())
    }
}

impl Db {
    /// A pool that connects when it is first asked.
    ///
    /// # Errors
    /// Where the address can't be read.
    pub fn new(settings: &DbSettings) -> anyhow::Result<Self> {
        let timeout = settings.statement_timeout.as_millis();
        let address = Address::read(&settings.url)?.with(|config| {
            config
                .application_name("sanggar")
                .options(format!(
                    "-c statement_timeout={timeout} -c lock_timeout={timeout} -c idle_in_transaction_session_timeout={timeout}"
                ))
                .connect_timeout(settings.wait.max(Duration::from_secs(5)));
        });
        let statements = Arc::new(AtomicU64::new(0));
        let pool = managed::Pool::builder(Manager { address, statements: Arc::clone(&statements) })
            .max_size(settings.connections)
            .runtime(deadpool::Runtime::Tokio1)
            .wait_timeout(Some(settings.wait))
            .create_timeout(Some(Duration::from_secs(10)))
            .build()?;
        Ok(Self { pool, statements, work: Arc::new(Notify::new()) })
    }

    /// How many statements were sent to Postgres since the start, those that set a connection to its academy apart. Tests hold operations to a fixed number with it.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Wakes when a transaction that enqueued a job was committed in this process.
    pub async fn work(&self) {
        self.work.notified().await;
    }

    /// A connection for reading, taken when it is first needed and shared by all that one request reads.
    #[must_use]
    pub fn reader(&self, academy: AcademyId) -> Reader {
        Reader { db: self.clone(), academy, link: Mutex::new(None) }
    }

    /// A connection of its own that hears what is told on channels. It is set to no academy: it reads nobody's rows.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn listen(&self, channels: &[&'static str]) -> anyhow::Result<AsyncPgConnection> {
        let mut connection = self.pool.manager().address.connect().await?;
        for channel in channels {
            connection.batch_execute(&format!("listen {channel}")).await?;
        }
        Ok(connection)
    }

    /// A transaction in an academy.
    ///
    /// # Errors
    /// Where no connection is free in time, or the database does not answer.
    pub async fn begin(&self, academy: AcademyId) -> Result<Tx, Fault> {
        let mut tx = self.open(academy).await?;
        tx.batch_execute(&format!("set local sanggar.academy_id = '{}'", academy.uuid())).await?;
        Ok(tx)
    }

    /// A transaction in an academy whose end waits for no disk: where the machine goes down in the next half second, what it wrote may be
    /// gone. For what is counted of many at once by one row, each of whom would wait for the disk of the one before.
    ///
    /// # Errors
    /// Where no connection is free in time, or the database does not answer.
    pub async fn begin_without_disk(&self, academy: AcademyId) -> Result<Tx, Fault> {
        let mut tx = self.open(academy).await?;
        let set = format!("set local synchronous_commit = off; set local sanggar.academy_id = '{}'", academy.uuid());
        tx.batch_execute(&set).await?;
        Ok(tx)
    }

    /// A transaction on a connection of the academy, before it is set to it by itself.
    async fn open(&self, academy: AcademyId) -> Result<Tx, Fault> {
        let link = self.take(Some(academy)).await?;
        let mut tx = Tx { link: Some(link), academy: Some(academy), work: Arc::clone(&self.work), has_work: false };
        AnsiTransactionManager::begin_transaction(&mut *tx).await?;
        Ok(tx)
    }

    /// A transaction in an academy, of a person whose account it holds open: who is being erased adds nothing meanwhile.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` where the account is closed; where no connection is free in time, or the database does not answer.
    pub async fn begin_as(&self, academy: AcademyId, person: UserId) -> Result<Tx, Fault> {
        let mut tx = self.open(academy).await?;
        let set =
            format!("set local sanggar.academy_id = '{}'; select sanggar_living('{}')", academy.uuid(), person.uuid());
        tx.batch_execute(&set).await.map_err(|error| match error {
            diesel::result::Error::DatabaseError(_, cause) if cause.message() == "the account is closed" => {
                Fault::unauthenticated()
            }
            error => waited_too_long(error),
        })?;
        Ok(tx)
    }

    /// A transaction in no academy: it sees platform tables only (academies, jobs, certificate codes).
    ///
    /// # Errors
    /// Where no connection is free in time, or the database does not answer.
    pub async fn begin_platform(&self) -> Result<Tx, Fault> {
        let link = self.take(None).await?;
        let mut tx = Tx { link: Some(link), academy: None, work: Arc::clone(&self.work), has_work: false };
        AnsiTransactionManager::begin_transaction(&mut *tx).await?;
        Ok(tx)
    }

    async fn take(&self, academy: Option<AcademyId>) -> Result<managed::Object<Manager>, Fault> {
        let mut link = self.pool.get().await.map_err(|error| match error {
            PoolError::Timeout(TimeoutType::Wait) => Fault::overloaded(),
            PoolError::Timeout(_) | PoolError::Backend(_) => {
                error!(cause = %error, "Postgres can't be reached");
                Fault::overloaded()
            }
            error => Fault::from(anyhow::anyhow!("taking a connection: {error}")),
        })?;
        // Nobody's connection is always set: what was dropped half-way is remembered as nobody's, too.
        if link.academy != academy || academy.is_none() {
            link.academy = None;
            let value = academy.map(|id| id.uuid().to_string()).unwrap_or_default();
            let set = link.connection.batch_execute(&format!("set sanggar.academy_id = '{value}'")).await;
            if let Err(error) = set {
                // Nobody knows what it is set to now: it must not go back into the pool.
                drop(managed::Object::take(link));
                error!(cause = %error, "a connection could not be set to its academy");
                return Err(Fault::overloaded());
            }
            link.academy = academy;
            // Whether a connection has to be set depends on who had it before: an operation's number does not.
            self.statements.fetch_sub(1, Ordering::Relaxed);
        }
        Ok(link)
    }
}

/// One connection for all that a request reads.
pub struct Reader {
    db: Db,
    academy: AcademyId,
    link: Mutex<Option<Reading>>,
}

/// The connection of a [`Reader`], while it is read by.
#[derive(Clone)]
pub struct Reading(Arc<managed::Object<Manager>>);

impl Deref for Reading {
    type Target = AsyncPgConnection;

    fn deref(&self) -> &AsyncPgConnection {
        &self.0.connection
    }
}

impl Reader {
    /// The academy that it reads in.
    #[must_use]
    pub const fn academy(&self) -> AcademyId {
        self.academy
    }

    /// The connection, set to the academy. Resolvers that run at the same time share it.
    ///
    /// # Errors
    /// Where no connection is free in time, or the database does not answer.
    pub async fn connection(&self) -> Result<Reading, Fault> {
        let mut link = self.link.lock().await;
        if let Some(reading) = &*link {
            return Ok(reading.clone());
        }
        let reading = Reading(Arc::new(self.db.take(Some(self.academy)).await?));
        *link = Some(reading.clone());
        Ok(reading)
    }

    /// Gives the connection back, as soon as nobody reads by it: who writes takes another, and must not wait with one in hand.
    /// Whoever reads afterwards takes a new one.
    pub async fn give_back(&self) {
        *self.link.lock().await = None;
    }
}

/// A transaction. Dropped without [`Tx::commit`], it is rolled back.
pub struct Tx {
    link: Option<managed::Object<Manager>>,
    academy: Option<AcademyId>,
    work: Arc<Notify>,
    has_work: bool,
}

impl Tx {
    /// The academy that it is in.
    ///
    /// # Errors
    /// Where it is in none.
    pub fn academy(&self) -> Result<AcademyId, Fault> {
        self.academy.ok_or_else(|| anyhow::anyhow!("this transaction is in no academy").into())
    }

    /// Goes on in an academy that this transaction has made.
    ///
    /// # Errors
    /// Where it is in one already, and those of the database.
    pub async fn enter(&mut self, academy: AcademyId) -> Result<(), Fault> {
        if self.academy.is_some() {
            return Err(anyhow::anyhow!("this transaction is in an academy already").into());
        }
        self.batch_execute(&format!("set local sanggar.academy_id = '{}'", academy.uuid())).await?;
        self.academy = Some(academy);
        Ok(())
    }

    /// Takes a name of the academy (or of the platform) for this transaction: who wants the same one at the same time waits, and
    /// then sees what became of it. Who takes two takes them in the same order everywhere.
    ///
    /// # Errors
    /// OVERLOADED where another transaction keeps it for longer than half a second: who waits holds a connection. Those of the database.
    pub async fn take_name(&mut self, name: &str) -> Result<(), Fault> {
        let (key, wait) = (self.key_of(name), NAME_WAIT.as_millis());
        self.batch_execute(&format!(
            "set local lock_timeout = {wait}; select pg_advisory_xact_lock({key}); set local lock_timeout to default"
        ))
        .await
        .map_err(waited_too_long)
    }

    /// Takes a name as [`Self::take_name`] does, but waits for nobody. False where another transaction has it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn try_take_name(&mut self, name: &str) -> Result<bool, Fault> {
        use diesel_async::RunQueryDsl;
        let key = self.key_of(name);
        let lock = diesel::dsl::sql::<diesel::sql_types::Bool>("pg_try_advisory_xact_lock(")
            .bind::<diesel::sql_types::BigInt, _>(key)
            .sql(")");
        Ok(diesel::select(lock).get_result(&mut **self).await?)
    }

    /// By which the locks of Postgres know a name. Two names that share a key only wait for each other.
    fn key_of(&self, name: &str) -> i64 {
        let academy = self.academy.map(|academy| academy.uuid().to_string()).unwrap_or_default();
        let digest: [u8; 32] = Sha256::digest(format!("{academy} {name}")).into();
        i64::from_be_bytes(std::array::from_fn(|place| digest[place]))
    }

    /// Holds a person's account open until the end of the transaction, as [`Db::begin_as`] does. False where it is closed. Before any row of
    /// theirs is locked: an erasure takes them in that order.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn hold_account(&mut self, person: UserId) -> Result<bool, Fault> {
        use diesel_async::RunQueryDsl;
        let living = diesel::dsl::sql::<diesel::sql_types::Bool>("sanggar_holds(")
            .bind::<diesel::sql_types::Uuid, _>(person.uuid())
            .sql(")");
        Ok(diesel::select(living).get_result(&mut **self).await?)
    }

    /// Holds a person's account for itself: nobody else holds it meanwhile. For who changes what an account is, in place of
    /// [`Self::hold_account`]: two who held it together could wait for each other. False where it is closed.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn take_account(&mut self, person: UserId) -> Result<bool, Fault> {
        use diesel_async::RunQueryDsl;
        let living = diesel::dsl::sql::<diesel::sql_types::Bool>("sanggar_takes(")
            .bind::<diesel::sql_types::Uuid, _>(person.uuid())
            .sql(")");
        Ok(diesel::select(living).get_result(&mut **self).await?)
    }

    /// From here on sees the database as it is at the next statement, whatever others commit. Before any other statement.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn see_one_moment(&mut self) -> Result<(), Fault> {
        Ok(self.batch_execute("set transaction isolation level repeatable read").await?)
    }

    /// Makes it so.
    ///
    /// # Errors
    /// Where the database refuses the commit; then nothing was written.
    pub async fn commit(mut self) -> Result<(), Fault> {
        AnsiTransactionManager::commit_transaction(&mut *self).await?;
        if let Some(link) = self.link.take() {
            drop(link);
        }
        if self.has_work {
            self.work.notify_waiters();
        }
        Ok(())
    }

    /// Says that the transaction enqueued a job, so that the workers of this process wake at its commit.
    pub(in crate::platform) const fn enqueued(&mut self) {
        self.has_work = true;
    }
}

/// The fault of a statement that can fail in no other way than by waiting too long for somebody else: Diesel has no word of its own
/// for that.
pub(in crate::platform) fn waited_too_long(error: diesel::result::Error) -> Fault {
    match error {
        diesel::result::Error::DatabaseError(DatabaseErrorKind::Unknown, _) => Fault::overloaded(),
        error => error.into(),
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        let Some(mut link) = self.link.take() else { return };
        // Where there is no runtime any more the connection is closed, which rolls back too.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                if AnsiTransactionManager::rollback_transaction(&mut link.connection).await.is_err() {
                    drop(managed::Object::take(link));
                }
            });
        } else {
            drop(managed::Object::take(link));
        }
    }
}

impl Deref for Tx {
    type Target = AsyncPgConnection;

    fn deref(&self) -> &AsyncPgConnection {
        // The link is there until commit or drop, and both take the transaction itself.
        &self.link.as_ref().expect("a transaction in use has its connection").connection
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut AsyncPgConnection {
        &mut self.link.as_mut().expect("a transaction in use has its connection").connection
    }
}
