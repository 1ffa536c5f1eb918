//! One private cluster for the run, one template database for its migrations, a copy of it for each test.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
        mpsc,
    },
};

use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use sanggar::platform::{
    config::ProgramFolders,
    db::{
        embedded::{self, Cluster, Durability},
        migrate,
    },
};
use tokio::sync::OnceCell;

struct Addresses {
    sockets: String,
}

/// The cluster lives as long as the process: the thread that started it sleeps until then, and Postgres stops with it.
fn addresses() -> &'static Addresses {
    static RUN: OnceLock<Addresses> = OnceLock::new();
    RUN.get_or_init(|| {
        let (tell, told) = mpsc::channel();
        std::thread::spawn(move || {
            let dir = folder();
            let cluster = Cluster::start(&dir, Durability::Throwaway, &ProgramFolders::of_environment());
            let cluster = cluster.unwrap_or_else(|error| panic!("{error}"));
            tell.send(cluster.url("ROLE", "DATABASE")).expect("the run waits for its cluster");
            loop {
                std::thread::park();
            }
        });
        Addresses { sockets: told.recv().expect("the cluster starts") }
    })
}

/// Below the temp folder: a cluster's user can't enter root's home.
fn folder() -> PathBuf {
    let run = format!("sanggar-it-{}", std::process::id());
    let dir = std::env::temp_dir().join(run);
    tidy_up_after(&dir);
    // Those of runs that were cut off before they could tidy up are of no use to anybody.
    for old in std::fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten() {
        let name = old.file_name().to_string_lossy().into_owned();
        if let Some(pid) = name.strip_prefix("sanggar-it-")
            && !std::path::Path::new("/proc").join(pid).exists()
        {
            let _ = std::fs::remove_dir_all(old.path());
        }
    }
    dir
}

/// Removes the folder when this process is no more: a shell waits for the end of a pipe that we hold, then for Postgres to stop.
fn tidy_up_after(dir: &Path) {
    static PIPE: OnceLock<std::process::ChildStdin> = OnceLock::new();
    let wait = "cat > /dev/null; while rm -rf \"$1\" 2> /dev/null; [ -e \"$1\" ]; do sleep 0.1; done; sleep 0.5; rm -rf \"$1\"";
    let shell = Command::new("sh")
        .args(["-c", wait, "sh"])
        .arg(dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    if let Some(pipe) = shell.ok().and_then(|mut shell| shell.stdin.take()) {
        let _ = PIPE.set(pipe);
    }
}

fn url(role: &str, database: &str) -> String {
    addresses().sockets.replace("ROLE", role).replace("DATABASE", database)
}

/// A database of one test.
#[derive(Clone, Debug)]
pub struct Database {
    name: String,
}

impl Database {
    /// The address that the server logs in by.
    pub fn server_url(&self) -> String {
        url(embedded::SERVER, &self.name)
    }

    /// The address of the owner of the tables.
    pub fn owner_url(&self) -> String {
        url(embedded::OWNER, &self.name)
    }

    /// The address of the superuser, for looking at what nobody else may.
    pub fn superuser_url(&self) -> String {
        url(embedded::SUPERUSER, &self.name)
    }

    /// A connection as the superuser, who sees all academies.
    pub async fn superuser(&self) -> AsyncPgConnection {
        connected(&self.superuser_url()).await
    }

    /// A connection as the server's own role.
    pub async fn server(&self) -> AsyncPgConnection {
        connected(&self.server_url()).await
    }
}

async fn connected(url: &str) -> AsyncPgConnection {
    AsyncPgConnection::establish(url).await.expect("the cluster answers")
}

/// A database with every migration and no row.
pub async fn empty_database() -> Database {
    static TEMPLATE: OnceCell<()> = OnceCell::const_new();
    static NEXT: AtomicU32 = AtomicU32::new(1);
    TEMPLATE
        .get_or_init(|| async {
            // On a thread of its own: whichever test comes first, its runtime ends with it.
            std::thread::spawn(|| {
                let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
                runtime.block_on(async {
                    embedded::prepare(&url(embedded::SUPERUSER, "postgres"), "template_it").await.expect("a template");
                    migrate::run(&url(embedded::OWNER, "template_it")).await.expect("migrations");
                });
            })
            .join()
            .expect("the template is made");
        })
        .await;
    let name = format!("it_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let mut connection = connected(&url(embedded::SUPERUSER, "postgres")).await;
    let statement = format!("create database {name} template template_it owner {} strategy file_copy", embedded::OWNER);
    connection.batch_execute(&statement).await.expect("a copy of the template");
    Database { name }
}
