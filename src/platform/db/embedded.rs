//! The private cluster of `sanggar serve` without `DATABASE_URL`: installed Postgres binaries, a data directory, a unix
//! socket that nobody else reaches. No TCP port, no system service, root or not.
//!
//! What the plain tools do not do for us: `initdb` and `postgres` refuse to run as root (so we run them as an unprivileged
//! user), a killed server must not leave Postgres behind (so Postgres is told to stop when the thread that started it
//! ends: [`Cluster::start`] belongs on the main thread), and one that was left behind anyway is adopted.

use std::{
    fs, io,
    os::unix::{
        fs::{MetadataExt, OpenOptionsExt, PermissionsExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use thiserror::Error;

use crate::platform::config::ProgramFolders;

/// The superuser of a private cluster: makes roles and databases, and nothing else.
pub const SUPERUSER: &str = "sanggar_superuser";
/// Owns the tables, runs the migrations.
pub const OWNER: &str = "sanggar_owner";
/// The role that the server logs in with.
pub const SERVER: &str = "sanggar_server";

const START_PATIENCE: Duration = Duration::from_secs(30);
const SOCKET_PATH_LIMIT: usize = 100;

/// Why there is no cluster.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum ClusterError {
    #[error(
        "no PostgreSQL server binaries were found (looked in {looked}). Install them (Debian: apt-get install postgresql), \
         name their folder in SANGGAR_PG_BIN, or name a database in DATABASE_URL"
    )]
    NoBinaries { looked: String },
    #[error(
        "the data directory {dir} was made by PostgreSQL {made_by}, and only {found} is installed here. Install \
         PostgreSQL {made_by} beside it (Debian: apt-get install postgresql-{made_by}), or start with another --data-dir"
    )]
    OtherVersion { dir: PathBuf, made_by: String, found: String },
    #[error("the data directory's path is too long for a unix socket ({path}); name a shorter one with --data-dir")]
    PathTooLong { path: PathBuf },
    #[error(
        "Postgres must not run as root and there is no unprivileged user to run it as (looked for postgres and nobody); \
         make one (useradd --system postgres), or start sanggar as another user"
    )]
    NoUser,
    #[error(
        "the user {user} can't reach {dir}: the folder {closed} is closed to it. Choose another --data-dir (as root: below /var/lib)"
    )]
    Unreachable { user: String, dir: PathBuf, closed: PathBuf },
    #[error("{action} {path}")]
    Files { action: &'static str, path: PathBuf, source: io::Error },
    #[error("{program} failed:\n{output}")]
    Program { program: &'static str, output: String },
    #[error("Postgres did not start within {seconds} s; the end of its log {log}:\n{tail}")]
    NotReady { seconds: u64, log: PathBuf, tail: String },
}

/// How much a crash may cost.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Durability {
    /// Nothing that was acknowledged is lost.
    Durable,
    /// Fast, for tests: a crash of the machine loses everything.
    Throwaway,
}

/// A running private cluster. Dropped, it stops, if it is ours to stop.
pub struct Cluster {
    sockets: PathBuf,
    data: PathBuf,
    binaries: PathBuf,
    account: Option<Account>,
    child: Option<Child>,
}

/// The unprivileged user that Postgres runs as when we are root.
#[derive(Clone, Debug)]
struct Account {
    name: String,
    uid: u32,
    gid: u32,
}

impl Cluster {
    /// Starts the cluster in `dir`, making it first where it is not there, or joins it where it runs already.
    ///
    /// # Errors
    /// [`ClusterError`], each with its cure.
    pub fn start(dir: &Path, durability: Durability, programs: &ProgramFolders) -> Result<Self, ClusterError> {
        let data = dir.join("data");
        let sockets = dir.join("sockets");
        if sockets.as_os_str().len() > SOCKET_PATH_LIMIT {
            return Err(ClusterError::PathTooLong { path: sockets });
        }
        let account = account(dir)?;
        let binaries = binaries(&data, programs)?;
        make_dir(dir, 0o711, None)?;
        make_dir(&sockets, 0o700, account.as_ref())?;
        let mut cluster = Self { sockets, data, binaries, account, child: None };
        cluster.check_reachable(dir)?;
        if !cluster.data.join("PG_VERSION").exists() {
            cluster.init(dir, durability)?;
        }
        cluster.launch(dir, durability)?;
        Ok(cluster)
    }

    /// The address of a database of the cluster.
    #[must_use]
    pub fn url(&self, role: &str, database: &str) -> String {
        // Quoted as libpq has it: a folder's name may have spaces.
        let host = self.sockets.display().to_string().replace('\\', r"\\").replace('\'', r"\'");
        format!("host='{host}' user={role} dbname={database}")
    }

    /// Whether this process started it (and stops it), or another one did.
    #[must_use]
    pub const fn is_ours(&self) -> bool {
        self.child.is_some()
    }

    fn init(&self, dir: &Path, durability: Durability) -> Result<(), ClusterError> {
        // Made beside and moved when whole: a killed initdb leaves nothing that looks like a cluster.
        let unfinished = dir.join("data.unfinished");
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished).map_err(files("removing", &unfinished))?;
        }
        make_dir(&unfinished, 0o700, self.account.as_ref())?;
        let mut command = self.command("initdb");
        command.arg("--pgdata").arg(&unfinished).args([
            "--username",
            SUPERUSER,
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
        ]);
        if durability == Durability::Throwaway {
            command.arg("--no-sync");
        }
        run(command, "initdb")?;
        fs::rename(&unfinished, &self.data).map_err(files("moving", &unfinished))
    }

    fn launch(&mut self, dir: &Path, durability: Durability) -> Result<(), ClusterError> {
        let log = dir.join("postgres.log");
        let deadline = Instant::now() + START_PATIENCE;
        loop {
            // Ours from a server that was killed, or another process's: it serves us as well.
            if self.ready_pid().is_some_and(|pid| self.child.as_ref().is_none_or(|child| child.id() == pid)) {
                return Ok(());
            }
            let exited = match &mut self.child {
                Some(child) => child.try_wait().map_err(files("waiting for", &self.data))?.is_some(),
                None => true,
            };
            if exited {
                // Another process may have been faster: whoever is ready then serves us as well.
                self.child = None;
                if self.ready_pid().is_some() {
                    return Ok(());
                }
                self.child = Some(self.spawn(&log, durability)?);
            }
            if Instant::now() > deadline {
                let text = fs::read_to_string(&log).unwrap_or_default();
                let lines: Vec<_> = text.lines().rev().take(12).collect();
                let tail = lines.into_iter().rev().collect::<Vec<_>>().join("\n");
                return Err(ClusterError::NotReady { seconds: START_PATIENCE.as_secs(), log, tail });
            }
            // A postmaster that was just killed may still hold the lock for a moment: then ours ends, and is tried again.
            thread::sleep(Duration::from_millis(if exited { 100 } else { 20 }));
        }
    }

    fn spawn(&self, log: &Path, durability: Durability) -> Result<Child, ClusterError> {
        let out = fs::OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(log);
        let out = out.map_err(files("writing", log))?;
        let err = out.try_clone().map_err(files("writing", log))?;
        let mut command = self.command("postgres");
        command.arg("-D").arg(&self.data).arg("-k").arg(&self.sockets).args([
            "-c",
            "listen_addresses=",
            "-c",
            "max_connections=100",
            "-c",
            "jit=off",
            "-c",
            "timezone=UTC",
        ]);
        if durability == Durability::Throwaway {
            command.args(["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]);
            command.args(["-c", "max_wal_size=4GB", "-c", "autovacuum=off"]);
        }
        command
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err)
            .spawn()
            .map_err(files("starting", &self.binaries.join("postgres")))
    }

    /// The process id of a postmaster that says it is ready (line 8 of its lock file) and is alive.
    fn ready_pid(&self) -> Option<u32> {
        let lock = fs::read_to_string(self.data.join("postmaster.pid")).ok()?;
        let mut lines = lock.lines();
        let pid: u32 = lines.next()?.trim().parse().ok()?;
        let ready = lines.nth(6)?.trim() == "ready";
        let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        let alive = name.trim() == "postgres" && self.sockets.join(".s.PGSQL.5432").exists();
        (ready && alive).then_some(pid)
    }

    /// One of Postgres's programs, as a user that it accepts, told to stop when the thread that starts it ends.
    fn command(&self, program: &str) -> Command {
        let program = self.binaries.join(program);
        let mut command = Command::new("setpriv");
        // A group of its own: Ctrl-C is the server's, which lets what runs come to its end and stops Postgres then.
        command.process_group(0);
        command.args(["--pdeathsig", "INT"]);
        if let Some(account) = &self.account {
            command.args(["--reuid", &account.uid.to_string(), "--regid", &account.gid.to_string(), "--clear-groups"]);
        }
        command.arg("--").arg(program);
        // Postgres must not be confused by settings meant for a client, nor by a working directory that it can't enter.
        command.env_clear().env("LC_ALL", "C.UTF-8").env("PATH", "/usr/bin:/bin").current_dir("/");
        command
    }

    fn check_reachable(&self, dir: &Path) -> Result<(), ClusterError> {
        let Some(account) = &self.account else { return Ok(()) };
        for folder in dir.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty()) {
            let meta = fs::metadata(folder).map_err(files("reading", folder))?;
            let mode = meta.permissions().mode();
            let open = mode & 0o001 != 0
                || (meta.gid() == account.gid && mode & 0o010 != 0)
                || (meta.uid() == account.uid && mode & 0o100 != 0);
            if !open {
                return Err(ClusterError::Unreachable {
                    user: account.name.clone(),
                    dir: dir.to_owned(),
                    closed: folder.to_owned(),
                });
            }
        }
        Ok(())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        let mut stop = self.command("pg_ctl");
        stop.arg("stop").arg("-D").arg(&self.data).args(["-m", "fast", "-s", "-w"]);
        if stop.status().is_ok_and(|status| status.success()) {
            // Reaps it.
            let _ = child.wait();
        }
    }
}

/// The user to run Postgres as: none where we are not root ourselves.
fn account(dir: &Path) -> Result<Option<Account>, ClusterError> {
    let own = fs::metadata("/proc/self").map_err(files("reading", dir))?;
    if own.uid() != 0 {
        return Ok(None);
    }
    let passwd = fs::read_to_string("/etc/passwd").map_err(files("reading", Path::new("/etc/passwd")))?;
    ["postgres", "nobody"]
        .into_iter()
        .find_map(|wanted| {
            passwd.lines().find_map(|line| {
                let fields: Vec<_> = line.split(':').collect();
                let [name, _, uid, gid, ..] = fields[..] else { return None };
                (name == wanted).then_some(Account {
                    name: name.to_owned(),
                    uid: uid.parse().ok()?,
                    gid: gid.parse().ok()?,
                })
            })
        })
        .map(Some)
        .ok_or(ClusterError::NoUser)
}

/// The folder of the server binaries: of the version that made `data`, where it is there; else the newest.
fn binaries(data: &Path, programs: &ProgramFolders) -> Result<PathBuf, ClusterError> {
    let mut folders: Vec<PathBuf> = programs.preferred.iter().cloned().collect();
    let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    versions.sort_by_key(|path| path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok()).unwrap_or(0));
    folders.extend(versions.into_iter().rev().map(|path| path.join("bin")));
    folders.extend(programs.path.iter().cloned());
    let found: Vec<(PathBuf, String)> = folders
        .iter()
        .filter(|folder| folder.join("postgres").is_file() && folder.join("initdb").is_file())
        .filter_map(|folder| Some((folder.clone(), major_version(&folder.join("postgres"))?)))
        .collect();
    if found.is_empty() {
        let looked = folders.iter().map(|folder| folder.display().to_string()).collect::<Vec<_>>().join(", ");
        return Err(ClusterError::NoBinaries { looked });
    }
    let Ok(made_by) = fs::read_to_string(data.join("PG_VERSION")) else {
        return Ok(found[0].0.clone());
    };
    let made_by = made_by.trim().to_owned();
    if let Some((folder, _)) = found.iter().find(|(_, version)| *version == made_by) {
        Ok(folder.clone())
    } else {
        let mut versions: Vec<_> = found.into_iter().map(|(_, version)| version).collect();
        versions.dedup();
        Err(ClusterError::OtherVersion { dir: data.to_owned(), made_by, found: versions.join(", ") })
    }
}

/// `postgres (PostgreSQL) 15.18 (Debian …)` is 15.
fn major_version(postgres: &Path) -> Option<String> {
    let output = Command::new(postgres).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let version = text.split_whitespace().nth(2)?;
    Some(version.split(|c: char| !c.is_ascii_digit()).next()?.to_owned())
}

fn make_dir(path: &Path, mode: u32, owner: Option<&Account>) -> Result<(), ClusterError> {
    if !path.is_dir() {
        fs::create_dir_all(path).map_err(files("making", path))?;
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(files("protecting", path))?;
    }
    if let Some(account) = owner {
        chown(path, Some(account.uid), Some(account.gid)).map_err(files("giving away", path))?;
    }
    Ok(())
}

fn run(mut command: Command, program: &'static str) -> Result<(), ClusterError> {
    let output = command.stdin(Stdio::null()).output().map_err(files("starting", Path::new(program)))?;
    if output.status.success() {
        return Ok(());
    }
    let text = [output.stdout, output.stderr].concat();
    Err(ClusterError::Program { program, output: String::from_utf8_lossy(&text).into_owned() })
}

fn files(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> ClusterError + use<> {
    let path = path.to_owned();
    move |source| ClusterError::Files { action, path, source }
}

/// Makes the roles and the database of a private cluster, where they are not there.
///
/// # Errors
/// Where the cluster does not answer.
pub async fn prepare(superuser_url: &str, database: &str) -> anyhow::Result<()> {
    use diesel::{QueryableByName, sql_query, sql_types};
    use diesel_async::{RunQueryDsl, SimpleAsyncConnection};

    #[derive(QueryableByName)]
    struct Exists {
        #[diesel(sql_type = sql_types::Bool)]
        exists: bool,
    }

    let mut connection = super::connect::connect(superuser_url).await?;
    connection
        .batch_execute(&format!(
            "do $$ begin
                if not exists (select from pg_roles where rolname = 'sanggar_app') then
                    create role sanggar_app nologin nosuperuser nobypassrls;
                end if;
                if not exists (select from pg_roles where rolname = '{OWNER}') then
                    create role {OWNER} login nosuperuser nobypassrls;
                end if;
                if not exists (select from pg_roles where rolname = '{SERVER}') then
                    create role {SERVER} login nosuperuser nobypassrls in role sanggar_app;
                end if;
             end $$"
        ))
        .await?;
    let there: Exists = sql_query("select exists (select from pg_database where datname = $1) as exists")
        .bind::<sql_types::Text, _>(database)
        .get_result(&mut connection)
        .await?;
    if !there.exists {
        // The name is ours, never a person's.
        connection.batch_execute(&format!("create database {database} owner {OWNER}")).await?;
    }
    Ok(())
}
