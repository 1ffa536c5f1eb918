//! What one request carries through its resolvers.

use std::{
    collections::HashMap,
    fmt::Debug,
    future::{Future, poll_fn},
    hash::Hash,
    hint::black_box,
    pin::pin,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use async_graphql::{
    Context,
    dataloader::{DataLoader, HashMapCache, Loader},
    runtime::Timer,
};
use chrono::{DateTime, Utc};
use diesel_async::AsyncPgConnection;
use futures_util::future::BoxFuture;

use super::{shown::whole, turns::Turns, weight::Weight};

use crate::platform::{
    clock::Clock,
    config::Settings,
    db::{
        AcademyId, Db, Reader, Reading, Tx,
        page::{Page, Rows},
    },
    fault::Fault,
    id::Random,
    mail::Mailer,
    news::News,
    outbound::Outbound,
    privacy::{Access, Entry, FieldAudience, ProfileField, Reads, Sharing, Teaching, Ties, UserId, Viewer},
    seal::Sealer,
    storage::Storage,
    text::Language,
};

/// What the whole server shares. Cheap to clone.
#[derive(Clone)]
pub struct Services {
    /// The database.
    pub db: Db,
    /// The present moment.
    pub clock: Clock,
    /// Random bytes and ids.
    pub random: Random,
    /// Seals what must rest unreadable.
    pub sealer: Sealer,
    /// Sends mails.
    pub mailer: Mailer,
    /// Uploaded and rendered files.
    pub storage: Storage,
    /// Asks others over HTTP.
    pub outbound: Arc<Outbound>,
    /// Wakes who follows something.
    pub news: Arc<News>,
    /// The configuration.
    pub settings: Arc<Settings>,
    /// What people are to each other by what they learn and teach.
    pub relations: Arc<dyn Relations>,
    /// What can be done with all that is held of a person.
    pub people: Arc<dyn People>,
}

/// What can be done with all that is held of a person: rooms know their own rows only. Wired in `app.rs`.
pub trait People: Send + Sync + 'static {
    /// Erases somebody in a transaction, on record; `reason` says why.
    fn forget<'a>(
        &'a self,
        tx: &'a mut Tx,
        services: &'a Services,
        person: UserId,
        reason: &'static str,
    ) -> BoxFuture<'a, Result<(), Fault>>;

    /// Somebody has proved the address that an account was registered with: what waited for that is done where they did it by what registering
    /// mailed them, and forgotten else, since somebody else may have registered it.
    fn proved<'a>(
        &'a self,
        tx: &'a mut Tx,
        services: &'a Services,
        person: UserId,
        by_registering: bool,
    ) -> BoxFuture<'a, Result<(), Fault>>;
}

/// What people are to each other by what they learn and teach. Known to a room above those that ask: wired in `app.rs`.
pub trait Relations: Send + Sync + 'static {
    /// In which assignments `instructor` teaches those of `subjects` whom they teach at this moment.
    fn taught<'a>(
        &'a self,
        connection: &'a AsyncPgConnection,
        instructor: UserId,
        subjects: &'a [UserId],
        now: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<Vec<(UserId, Teaching)>, Fault>>;
}

/// What the transport knows about a request.
#[derive(Clone, Debug, Default)]
pub struct RequestFacts {
    /// Finds the request in the log.
    pub request_id: String,
    /// The client's address, seen past the proxies that we trust.
    pub ip_address: String,
    /// `User-Agent`, cut.
    pub device: String,
    /// The client wants its session as a cookie (`X-Session-Transport: cookie`).
    pub wants_cookie: bool,
    /// `Idempotency-Key`: one thing is done under it, once.
    pub idempotency_key: Option<String>,
    /// `X-Device-Token`, or the cookie: what the device keeps of an earlier log-in.
    pub device_token: Option<String>,
    /// `X-Access-Reason`: why staff read somebody's data.
    pub access_reason: Option<String>,
}

/// One request: who asks, in which academy and language, with one connection to read by and loaders that batch.
pub struct Call {
    /// What the server shares.
    pub services: Services,
    /// The academy that the request is for.
    pub academy: AcademyId,
    /// In which language we answer.
    pub language: Language,
    /// What the transport knows.
    pub facts: RequestFacts,
    sharing: Arc<Sharing>,
    reads: Arc<Reads>,
    reader: Reader,
    loaders: DataLoader<Loaders, HashMapCache>,
    turns: Turns,
    weight: Weight,
    viewer: Mutex<Viewer>,
    cookies: Mutex<Vec<(Cookie, String)>>,
}

/// A cookie that we set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cookie {
    /// The session; empty: it has ended.
    Session,
    /// What the device keeps of the log-in.
    Device,
}

impl Call {
    /// A request of `viewer`.
    #[must_use]
    pub fn new(
        services: Services,
        reader: Reader,
        viewer: Viewer,
        language: Language,
        facts: RequestFacts,
        sharing: Arc<Sharing>,
    ) -> Arc<Self> {
        let turns = Turns::default();
        Arc::new_cyclic(|call| Self {
            turns: turns.clone(),
            sharing,
            reads: Arc::new(Reads::new(facts.access_reason.clone())),
            academy: reader.academy(),
            reader,
            services,
            weight: Weight::default(),
            viewer: Mutex::new(viewer),
            language,
            facts,
            loaders: DataLoader::with_cache(Loaders(Weak::clone(call)), turns.clone(), AtOnce, HashMapCache::default())
                .delay(Duration::ZERO),
            cookies: Mutex::default(),
        })
    }

    /// What the academy's policy shares.
    #[must_use]
    pub fn sharing(&self) -> Arc<Sharing> {
        Arc::clone(&self.sharing)
    }

    /// What staff read in this request.
    #[must_use]
    pub fn reads(&self) -> &Reads {
        &self.reads
    }

    /// The viewer's access to a person: by their standing, by being that person, and by what else they are to them.
    pub fn access_to(&self, subject: UserId, mut ties: Ties, choices: Vec<(ProfileField, FieldAudience)>) -> Access {
        if self.viewer().teacher().is_err() {
            // Who teaches without the second factor that is asked of instructors sees what anybody does.
            ties.teaching.clear();
        }
        if self.viewer().participant().is_none() {
            ties.guards = false;
        }
        Access::new(self.viewer(), subject, ties, choices, self.sharing(), Arc::clone(&self.reads))
    }

    /// What the answer weighs so far.
    #[must_use]
    pub const fn weight(&self) -> &Weight {
        &self.weight
    }

    /// Adds to what the answer weighs: before work whose cost grows with a text, and for each value that is given out. Does not
    /// come back where that is too much: the request ends.
    pub async fn weigh(&self, bytes: usize) {
        self.weight.add(bytes, self.services.settings.limits.answer_bytes).await;
    }

    /// Who asks.
    #[must_use]
    pub fn viewer(&self) -> Viewer {
        *self.viewer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody signed in with this request: what it answers, it answers them.
    pub fn sign_in(&self, viewer: Viewer) {
        *self.viewer.lock().unwrap_or_else(PoisonError::into_inner) = viewer;
        // What was loaded was loaded for somebody else.
        self.forget_loaded();
    }

    /// The connection that the request reads by.
    ///
    /// # Errors
    /// Where none is free in time.
    pub async fn reader(&self) -> Result<Reading, Fault> {
        self.reader.connection().await
    }

    /// Gives the connection that was read by back to the pool, before something that takes long; the next read takes another.
    pub async fn give_back_reader(&self) {
        self.reader.give_back().await;
    }

    /// A transaction in the request's academy; the connection that was read by is given back first.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` where the viewer's account was closed meanwhile; where no connection is free in time.
    pub async fn begin(&self) -> Result<Tx, Fault> {
        self.reader.give_back().await;
        match self.viewer().user {
            Some(person) => self.services.db.begin_as(self.academy, person).await,
            None => self.services.db.begin(self.academy).await,
        }
    }

    /// What belongs to `key`, in one statement with all that is asked for at the same time.
    ///
    /// # Errors
    /// Those of the batch.
    pub async fn load<K: Batch>(&self, key: K) -> Result<Option<K::Value>, Fault> {
        let mut asked = pin!(self.loaders.load_one(key));
        poll_fn(|context| {
            let answer = asked.as_mut().poll(context);
            self.turns.begin_undriven();
            answer
        })
        .await
    }

    /// What to put before the guard in place of what the viewer does not get, so that hidden and not there take the same work: for what was
    /// not there, another row, to be decided on and never read; for what is hidden, nothing, which was looked for all the same.
    ///
    /// # Errors
    /// Those of the batch.
    pub async fn in_place_of<K: ById>(&self, key: K, was_there: bool) -> Result<Option<K::Value>, Fault> {
        let other = self.load(Other(key)).await?;
        let instead = other.filter(|_| !was_there).unwrap_or_else(|| K::of_nothing(&self.services.random));
        self.load(instead).await
    }

    /// A thing that is guarded whole, if the viewer may have it.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` to who reads by office without a reason, and those of the batch.
    pub async fn guarded<K: Guarded>(&self, key: K) -> Result<Option<K::Value>, Fault> {
        let found = self.load(key.clone()).await?;
        if let Some(row) = &found
            && self.opens::<K>(row).await?
        {
            return Ok(found);
        }
        if let Some(other) = self.in_place_of(key, found.is_some()).await?
            && let Some(access) = K::access(self, &other).await?
        {
            black_box(access.decide(&K::DATUM));
        }
        Ok(None)
    }

    /// Whether the viewer may have a thing that is guarded whole, in order to give it to them.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` to who reads by office without a reason, and those of the batch.
    pub async fn opens<K: Guarded>(&self, row: &K::Value) -> Result<bool, Fault> {
        match K::access(self, row).await? {
            Some(access) => whole(access.open(&K::DATUM)),
            None => Ok(false),
        }
    }

    /// What belongs to `key`, read in the transaction of who asks.
    ///
    /// # Errors
    /// Those of the batch.
    pub async fn load_in<K: Batch>(&self, tx: &Tx, key: K) -> Result<Option<K::Value>, Fault> {
        Ok(K::load(self, tx, std::slice::from_ref(&key)).await?.remove(&key))
    }

    /// When this request's batches are loaded.
    #[must_use]
    pub const fn turns(&self) -> &Turns {
        &self.turns
    }

    /// Forgets what was loaded: after a mutation has written.
    pub fn forget_loaded(&self) {
        self.loaders.enable_all_cache(false);
    }

    /// The viewer has proved that it is them.
    pub fn prove_presence(&self, at: DateTime<Utc>) {
        self.viewer.lock().unwrap_or_else(PoisonError::into_inner).authenticated_at = Some(at);
    }

    /// Asks the transport to set a cookie (or to clear it, where `value` is empty).
    pub fn set_cookie(&self, cookie: Cookie, value: String) {
        self.cookies.lock().unwrap_or_else(PoisonError::into_inner).push((cookie, value));
    }

    /// What [`Self::set_cookie`] was given.
    #[must_use]
    pub fn take_cookies(&self) -> Vec<(Cookie, String)> {
        std::mem::take(&mut self.cookies.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A key whose values are loaded many at a time.
pub trait Batch: Clone + Eq + Hash + Debug + Send + Sync + 'static {
    /// What belongs to a key.
    type Value: Clone + Send + Sync + 'static;

    /// Loads what belongs to `keys`; what is not there is left out. By the request's reader, or by the transaction of who
    /// writes: a second connection while one is held could wait for itself.
    fn load(
        call: &Call,
        connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> impl Future<Output = Result<HashMap<Self, Self::Value>, Fault>> + Send;
}

/// Keys of people's rows, of which there are others.
pub trait ById: Batch {
    /// Keys of so many rows that are not this person's, or of all where there are fewer.
    fn others(
        connection: &AsyncPgConnection,
        most: i64,
        viewer: UserId,
    ) -> impl Future<Output = Result<Vec<Self>, Fault>> + Send;

    /// A key of nothing.
    fn of_nothing(random: &Random) -> Self;
}

/// People's rows that are guarded whole.
pub trait Guarded: ById {
    /// What may be read of them.
    const DATUM: Entry;

    /// The viewer's access to whose it is; none where they are nobody's any more.
    fn access(call: &Call, row: &Self::Value) -> impl Future<Output = Result<Option<Arc<Access>>, Fault>> + Send;
}

/// Another key, of a row that is there: another one for each key that is asked with.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Other<K>(K);

impl<K: ById> Batch for Other<K> {
    type Value = K;

    async fn load(call: &Call, connection: &AsyncPgConnection, keys: &[Self]) -> Result<HashMap<Self, K>, Fault> {
        let most = i64::try_from(keys.len()).unwrap_or(i64::MAX);
        let viewer = call.viewer().user.unwrap_or_else(|| call.services.random.id());
        Ok(keys.iter().cloned().zip(K::others(connection, most, viewer).await?).collect())
    }
}

/// Values by their keys, each list in the order of the rows.
#[must_use]
pub fn grouped<K: Eq + Hash, V>(rows: impl IntoIterator<Item = (K, V)>) -> HashMap<K, Vec<V>> {
    let mut found: HashMap<K, Vec<V>> = HashMap::new();
    for (key, value) in rows {
        found.entry(key).or_default().push(value);
    }
    found
}

/// The rows of pages by their keys, each page cut as it says.
#[must_use]
pub fn paged<K: Eq + Hash, C, V>(
    rows: impl IntoIterator<Item = (K, V)>,
    page_of: impl Fn(&K) -> &Page<C>,
) -> HashMap<K, Rows<V>> {
    let cut = |(key, rows)| {
        let rows = page_of(&key).cut(rows);
        (key, rows)
    };
    grouped(rows).into_iter().map(cut).collect()
}

/// A [`Batch`] of rows by a column that tells them apart: of those for which a condition holds, or of people's, with whose they are.
#[macro_export]
macro_rules! batch {
    (
        $(#[$doc:meta])* $key:ident($id:ty) -> $row:ty, $table:ident :: $column:ident
        $(, if $condition:expr)? $(, of $person:ident)?
    ) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, Debug)]
        pub struct $key(pub $id);

        impl $crate::platform::graphql::Batch for $key {
            type Value = $row;

            async fn load(
                _: &$crate::platform::graphql::Call,
                mut connection: &::diesel_async::AsyncPgConnection,
                keys: &[Self],
            ) -> Result<::std::collections::HashMap<Self, $row>, $crate::platform::fault::Fault> {
                let rows: Vec<$row> = $table::table
                    .filter($table::$column.eq_any(keys.iter().map(|key| key.0).collect::<Vec<_>>()))
                    $(.filter($condition))?
                    .select(<$row>::as_select())
                    .load(&mut connection)
                    .await?;
                Ok(rows.into_iter().map(|row| (Self(row.$column), row)).collect())
            }
        }

        $(
            impl $crate::platform::graphql::ById for $key {
                async fn others(
                    mut connection: &::diesel_async::AsyncPgConnection,
                    most: i64,
                    viewer: $crate::platform::privacy::UserId,
                ) -> Result<Vec<Self>, $crate::platform::fault::Fault> {
                    // By the key, which begins with the academy: without an order all academies' rows would be gone through.
                    let ids: Vec<$id> = $table::table
                        .filter($table::$person.ne(viewer))
                        .select($table::$column)
                        .order($table::$column)
                        .limit(most)
                        .load(&mut connection)
                        .await?;
                    Ok(ids.into_iter().map(Self).collect())
                }

                fn of_nothing(random: &$crate::platform::id::Random) -> Self {
                    Self(random.id())
                }
            }
        )?
    };
}

struct Loaders(Weak<Call>);

impl<K: Batch> Loader<K> for Loaders {
    type Value = K::Value;
    type Error = Fault;

    async fn load(&self, keys: &[K]) -> Result<HashMap<K, K::Value>, Fault> {
        match self.0.upgrade() {
            Some(call) => K::load(&call, &*call.reader().await?, keys).await,
            // The request is over: nobody waits for the answer.
            None => Ok(HashMap::new()),
        }
    }
}

/// No delay of the library's own: [`Turns`] knows when everybody has asked.
struct AtOnce;

impl Timer for AtOnce {
    fn delay(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(std::future::ready(()))
    }
}

/// `ctx.call()`.
pub trait CallExt<'a> {
    /// The request that is being answered.
    fn call(&self) -> &'a Call;
}

impl<'a> CallExt<'a> for Context<'a> {
    fn call(&self) -> &'a Call {
        self.data_unchecked::<Arc<Call>>()
    }
}
