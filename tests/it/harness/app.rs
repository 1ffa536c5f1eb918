//! A server of one test.

use std::{mem::ManuallyDrop, net::SocketAddr, path::PathBuf, sync::Arc};

use sanggar::{
    academies::{CreateAcademy, Policy},
    app,
    platform::{config::Settings, db::AcademyId, graphql::Services, http::Server, jobs},
};
use tokio::{sync::watch, task::JoinHandle};

use super::{
    client::Client,
    cluster::{Database, empty_database},
    world::TestWorld,
};

/// Names a file for the log of the run.
pub const LOG: &str = "IT_LOG";

/// A server on a database of its own, with two academies: `nusa`, where tests live, and its neighbour `tetangga`.
pub struct TestApp {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its database.
    pub database: Database,
    /// What it shares.
    pub services: Services,
    /// Its clock.
    pub world: TestWorld,
    /// The academy that tests live in.
    pub academy: AcademyId,
    /// The other one.
    pub neighbour: AcademyId,
    pub policy: Policy,
    /// Its data directory.
    pub data_dir: PathBuf,
    /// The name of the academy that tests live in.
    home: &'static str,
    stop: watch::Sender<bool>,
    serving: Option<JoinHandle<()>>,
}

impl TestApp {
    /// A server with the settings that every test has.
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// A server whose settings `change` has touched.
    pub async fn start_with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::start_under(Policy::preset("open").expect("a policy"), change).await
    }

    /// A server whose academies live by this policy.
    pub async fn start_under(policy: Policy, change: impl FnOnce(&mut Settings)) -> Self {
        // What the server warns of is told with the test that it happened in.
        log();
        let database = empty_database().await;
        let data_dir = std::env::temp_dir()
            .join(format!("sanggar-it-{}", std::process::id()))
            .join(format!("data-{}", uuid::Uuid::new_v4().simple()));
        let mut settings = Settings {
            bind: SocketAddr::from(([127, 0, 0, 1], 0)),
            data_dir: data_dir.clone(),
            public_url: Some("http://127.0.0.1:8080/".parse().expect("an address")),
            connections: 4,
            farewell_seconds: 0,
            ..Settings::default()
        };
        change(&mut settings);
        let settings = Arc::new(settings);
        let world = TestWorld::new();
        let url = database.server_url();
        app::check_database(&url).await.expect("a database fit to serve from");
        let services = app::services(&settings, &url, &world.world()).expect("services");
        let academy = make_academy(&services, "nusa", "Akademi Nusa", &policy).await;
        let neighbour = make_academy(&services, "tetangga", "Akademi Tetangga", &policy).await;
        let server = Server::bind(settings.bind, false).await.expect("a port");
        let address = server.address();
        let (stop, stopped) = watch::channel(false);
        let serving = tokio::spawn({
            let services = services.clone();
            async move { app::answer(server, services, stopped).await.expect("serving ends well") }
        });
        let (home, serving) = ("nusa", Some(serving));
        Self { address, database, services, world, academy, neighbour, policy, data_dir, home, stop, serving }
    }

    /// A client of the academy that tests live in, signed in as nobody, who speaks English.
    pub fn anonymous(&self) -> Client {
        Client::new(self.address, self.home)
    }

    /// A client of the other academy.
    pub fn next_door(&self) -> Client {
        Client::new(self.address, "tetangga")
    }

    /// The same server as those next door see it: their academy is the one that is lived in. Ends nothing when it is let go.
    pub fn seen_from_next_door(&self) -> ManuallyDrop<Self> {
        ManuallyDrop::new(Self {
            address: self.address,
            database: self.database.clone(),
            services: self.services.clone(),
            world: self.world.clone(),
            academy: self.neighbour,
            neighbour: self.academy,
            policy: self.policy.clone(),
            data_dir: self.data_dir.clone(),
            home: "tetangga",
            stop: self.stop.clone(),
            serving: None,
        })
    }

    /// Another server on the same database, with a pool of its own.
    pub async fn replica(&self) -> Replica {
        let settings = Arc::clone(&self.services.settings);
        let services = app::services(&settings, &self.database.server_url(), &self.world.world()).expect("services");
        let server = Server::bind(settings.bind, false).await.expect("a port");
        let address = server.address();
        let (stop, stopped) = watch::channel(false);
        let serving =
            tokio::spawn(async move { app::answer(server, services, stopped).await.expect("serving ends well") });
        Replica { address, home: self.home, stop, serving }
    }

    /// Does all the work that is due, as the worker would.
    pub async fn work(&self) {
        let kinds = app::job_kinds();
        while jobs::run_one(&self.services, &kinds).await.expect("the queue answers") {}
    }

    /// The mails that were sent, oldest first: the whole text of each.
    pub async fn mails(&self) -> Vec<String> {
        self.work().await;
        let mut files: Vec<_> = std::fs::read_dir(self.data_dir.join("mails"))
            .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
            .unwrap_or_default();
        files.sort_by_key(|path: &PathBuf| std::fs::metadata(path).and_then(|meta| meta.modified()).ok());
        files.iter().map(|path| std::fs::read_to_string(path).expect("a mail")).collect()
    }

    /// How many statements `request` takes, the session's look-up included.
    pub async fn statements<T>(&self, request: impl Future<Output = T>) -> (u64, T) {
        let before = self.services.db.statements();
        let answer = request.await;
        (self.services.db.statements() - before, answer)
    }

    /// Stops the server and asserts that nothing is left over: no job, no mail.
    pub async fn stop(mut self) {
        self.work().await;
        let tx = self.services.db.begin_platform().await.expect("the database answers");
        let left = jobs::backlog(&tx, self.services.clock.now()).await.expect("the queue answers");
        assert_eq!(left, (0, 0), "jobs (waiting, given up) are left over");
        drop(tx);
        let _ = self.stop.send(true);
        if let Some(serving) = self.serving.take() {
            serving.await.expect("the server stops");
        }
    }
}

/// Another server on the same database.
pub struct Replica {
    /// Where it listens.
    pub address: SocketAddr,
    home: &'static str,
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
}

impl Replica {
    /// A client of the academy that tests live in, signed in as nobody, who speaks English.
    pub fn client(&self) -> Client {
        Client::new(self.address, self.home)
    }

    /// Stops it.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        self.serving.await.expect("the server stops");
    }
}

/// Into the output of the test, or all that the product can say into a file (for the drill that looks through it).
fn log() {
    let Ok(path) = std::env::var(LOG) else {
        let _ = tracing_subscriber::fmt().with_env_filter("warn").with_test_writer().try_init();
        return;
    };
    let file = std::fs::File::options().append(true).create(true).open(path).expect("a log");
    let all = sanggar::cli::log_filter("trace");
    let _ = tracing_subscriber::fmt().with_env_filter(all).with_ansi(false).with_writer(file).try_init();
}

impl Drop for TestApp {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
        let _ = std::fs::remove_dir_all(&self.data_dir);
    }
}

async fn make_academy(services: &Services, slug: &str, name: &str, policy: &Policy) -> AcademyId {
    let new = CreateAcademy {
        slug: slug.to_owned(),
        name: name.to_owned(),
        locale: "en".to_owned(),
        time_zone: "Asia/Jakarta".to_owned(),
        policy_profile: "tests".to_owned(),
        policy: policy.clone(),
        hosts: vec![format!("{slug}.example.org")],
    };
    app::create_academy(services, new).await.expect("an academy").id
}
