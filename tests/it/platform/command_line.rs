//! The program itself: it starts with nothing, survives being killed, and says what is wrong with a cure.

use std::{
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

pub struct Home(PathBuf);

impl Home {
    pub fn new(name: &str) -> Self {
        // Short: the path of a unix socket is.
        let dir = std::env::temp_dir().join(format!("sanggar-it-{}", std::process::id())).join(format!("cli-{name}"));
        std::fs::create_dir_all(dir.parent().expect("a parent")).expect("a folder");
        Self(dir)
    }

    /// Its data directory.
    pub fn path(&self) -> &std::path::Path {
        &self.0
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sanggar"));
        command.args(arguments).arg("--data-dir").arg(&self.0);
        for name in ["DATABASE_URL", "SANGGAR_BIND"] {
            command.env_remove(name);
        }
        command.stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the program runs")
    }

    pub fn serve(&self, bind: &str) -> Serving {
        spawn(self.command(&["serve", "--bind", bind]).stdout(Stdio::null()).stderr(Stdio::null()))
    }
}

pub struct Serving(Child);

/// A server, started as `command` says.
pub fn spawn(command: &mut Command) -> Serving {
    Serving(command.spawn().expect("the program runs"))
}

impl Serving {
    /// Its process.
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// Stopped as a service manager would.
    pub fn stop(mut self) {
        let pid = self.0.id().to_string();
        // The shell's own: a small system has no other.
        Command::new("sh").args(["-c", &format!("kill -TERM {pid}")]).status().expect("kill");
        assert!(self.0.wait().expect("an end").success());
    }

    pub fn kill(mut self) {
        self.0.kill().expect("killed");
        self.0.wait().expect("an end");
    }
}

impl Drop for Serving {
    /// A test that fails leaves no server behind.
    fn drop(&mut self) {
        if let Ok(None) = self.0.try_wait() {
            let _ = Command::new("sh").args(["-c", &format!("kill -TERM {}", self.0.id())]).status();
            let _ = self.0.wait();
        }
    }
}

pub fn free_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").to_string()
}

pub async fn ready(bind: &str) {
    let start = Instant::now();
    loop {
        let answer = reqwest::get(format!("http://{bind}/readyz")).await;
        if answer.is_ok_and(|answer| answer.status().is_success()) {
            return;
        }
        assert!(start.elapsed() < Duration::from_mins(1), "not ready");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn academy_id(bind: &str) -> String {
    let answer = reqwest::Client::new()
        .post(format!("http://{bind}/graphql"))
        .header("content-type", "application/json")
        .body(r#"{"query":"{ academy { id } }"}"#)
        .send()
        .await
        .expect("an answer");
    answer.json::<serde_json::Value>().await.expect("JSON")["data"]["academy"]["id"].as_str().expect("an id").to_owned()
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn serve_starts_with_nothing_survives_a_kill_and_stops_its_postgres() {
    let home = Home::new("kill");
    let bind = free_port();
    let server = home.serve(&bind);
    ready(&bind).await;
    let academy = academy_id(&bind).await;
    // A second command beside the running server.
    let listed = home.run(&["academy", "list", "--json"]);
    assert!(listed.status.success(), "{}", text(&listed.stderr));
    let listed: serde_json::Value = serde_json::from_slice(&listed.stdout).expect("one JSON document");
    assert_eq!(listed["academies"][0]["slug"], "sanggar");
    // An occupied port is told, with the cure.
    let occupied = home.run(&["serve", "--bind", &bind]);
    assert_eq!(occupied.status.code(), Some(1));
    assert!(text(&occupied.stderr).contains("--bind"), "{}", text(&occupied.stderr));
    server.kill();
    let server = home.serve(&bind);
    ready(&bind).await;
    assert_eq!(academy_id(&bind).await, academy, "the same data after a kill");
    server.stop();
    assert!(!home.0.join("postgres/data/postmaster.pid").exists(), "Postgres stopped with the server");
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(home.0.join("sealing.key")).expect("a key").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

/// Commands on an empty data directory: one makes the cluster, the others wait for their turn.
#[test]
fn commands_that_make_a_cluster_take_turns() {
    let home = Home::new("twice");
    let commands: Vec<Child> = ["satu", "dua", "tiga"]
        .map(|slug| {
            let mut command = home.command(&["academy", "create", slug, "--name", slug]);
            command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the program runs")
        })
        .into();
    let ended: Vec<Output> = commands.into_iter().map(|child| child.wait_with_output().expect("an end")).collect();
    for output in &ended {
        assert!(output.status.success(), "{}", text(&output.stderr));
    }
    let listed = home.run(&["academy", "list", "--json"]);
    let listed: serde_json::Value = serde_json::from_slice(&listed.stdout).expect("one JSON document");
    assert_eq!(listed["academies"].as_array().map(Vec::len), Some(3));
}

#[test]
fn what_is_wrong_is_told_with_its_cure() {
    let home = Home::new("wrong");
    // A data directory of another version of Postgres.
    let data = home.0.join("postgres/data");
    std::fs::create_dir_all(&data).expect("a folder");
    std::fs::write(data.join("PG_VERSION"), "9\n").expect("a file");
    let other = home.run(&["doctor"]);
    assert_eq!(other.status.code(), Some(1));
    assert!(text(&other.stderr).contains("postgresql-9"), "{}", text(&other.stderr));
    // No binaries at all.
    let none =
        home.command(&["doctor"]).env("PATH", "/nowhere").env("SANGGAR_PG_BIN", "/nowhere").output().expect("runs");
    assert_eq!(none.status.code(), Some(1));
    // An address that is none, a setting that is none, a word that is none.
    let address = home.run(&["doctor", "--database-url", "nonsense"]);
    assert_eq!(address.status.code(), Some(1));
    let providers = r#"{nusa={providers={google={kind="google",client_id="klien",client_secret="hush"}}}}"#;
    let shown = home.command(&["config"]).env("SANGGAR_LOG_IN", providers).output().expect("runs");
    assert!(shown.status.success(), "{}", text(&shown.stderr));
    assert!(text(&shown.stdout).contains("klien") && !text(&shown.stdout).contains("hush"), "{}", text(&shown.stdout));
    let setting = home.command(&["config"]).env("SANGGAR_COLOUR", "red").output().expect("runs");
    assert_eq!(setting.status.code(), Some(1));
    assert!(text(&setting.stderr).contains("colour"), "{}", text(&setting.stderr));
    assert_eq!(home.run(&["dance"]).status.code(), Some(2));
    let open = home.run(&["serve", "--bind", "0.0.0.0:0", "--database-url", "postgres://localhost/none"]);
    assert!(text(&open.stderr).contains("SANGGAR_TRUSTED_PROXIES"), "{}", text(&open.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demonstration_can_be_signed_in_to_and_verified() {
    let home = Home::new("the user's demo");
    let bind = free_port();
    let child = home
        .command(&["serve", "--demo", "--json", "--bind", &bind])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut server = Serving(child.expect("the program runs"));
    ready(&bind).await;
    let told = home.run(&["demo", "--json"]);
    assert!(told.status.success(), "{}", text(&told.stderr));
    let demo: serde_json::Value = serde_json::from_slice(&told.stdout).expect("one JSON document");
    let mut printed = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(server.0.stdout.take().expect("output")), &mut printed)
        .expect("a line");
    assert_eq!(serde_json::from_str::<serde_json::Value>(&printed).expect("the same document"), demo);
    let ask = async |body: serde_json::Value| {
        let request =
            reqwest::Client::new().post(format!("http://{bind}/graphql")).header("content-type", "application/json");
        let answer = request.body(body.to_string()).send().await.expect("an answer");
        answer.json::<serde_json::Value>().await.expect("JSON")["data"].clone()
    };
    let people = demo["people"].as_array().expect("people");
    let roles: std::collections::BTreeSet<_> = people.iter().filter_map(|person| person["role"].as_str()).collect();
    assert_eq!(roles.len(), 7, "people of every role: {roles:?}");
    for person in people {
        let query = "mutation ($i: LogInInput!) { logIn(input: $i) { viewer { roles } userErrors { message } } }";
        let data = ask(serde_json::json!({ "query": query, "variables": { "i": { "login": person["email"], "password": person["password"] } } })).await;
        let held = data["logIn"]["viewer"]["roles"].as_array().unwrap_or_else(|| panic!("{data}"));
        assert!(held.contains(&person["role"]), "{person} {held:?}");
    }
    let query = "query ($c: String!) { certificate(code: $c) { status holderName } courses { nodes { slug locale } } }";
    let data = ask(serde_json::json!({ "query": query, "variables": { "c": demo["certificateCode"] } })).await;
    assert_eq!(data["certificate"], serde_json::json!({ "status": "VALID", "holderName": "Citra Lestari" }));
    assert_eq!(data["courses"]["nodes"].as_array().map(Vec::len), Some(2));
    server.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_adds_the_first_admin() {
    use std::io::Write;
    let home = Home::new("user");
    let create = |email: &str, password: &str, role: &str| {
        let mut command = home.command(&["user", "create", email, "--name", "Rina", "--role", role]);
        let mut child = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program runs");
        writeln!(child.stdin.take().expect("input"), "{password}").expect("a password");
        child.wait_with_output().expect("an end")
    };
    let add = |password: &str, role: &str| create("rina@example.org", password, role);
    assert_eq!(add("too short", "ADMIN").status.code(), Some(1));
    assert_eq!(add(crate::harness::PASSWORD, "EMPEROR").status.code(), Some(2));
    let added = add(crate::harness::PASSWORD, "ADMIN");
    assert!(added.status.success(), "{}", text(&added.stderr));
    assert_eq!(add(crate::harness::PASSWORD, "ADMIN").status.code(), Some(1), "the address is taken");

    // What is held about them is written, then erased, and both are on record.
    let document = |output: &Output| -> serde_json::Value {
        assert!(output.status.success(), "{}", text(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("one document")
    };
    let about = |verb: &str, who: &str, more: &[&str]| home.run(&[&["privacy", verb, who], more].concat());
    let reason = ["--reason", "her letter of 3 March"];
    assert_eq!(about("export", "rina@example.org", &[]).status.code(), Some(2), "why is asked for");
    assert_eq!(about("export", "rina@example.org", &["--reason", "x"]).status.code(), Some(1));
    assert_eq!(about("export", "nobody@example.org", &reason).status.code(), Some(1));
    let exported = document(&about("export", "rina@example.org", &reason));
    assert_eq!(exported["data"]["logins"][0]["email"], "rina@example.org");
    assert_eq!(exported["data"]["profiles"][0]["fullName"], "Rina");
    assert_eq!(exported["data"]["logins"][0].get("passwordHash"), None);
    let unmeant = about("erase", "rina@example.org", &reason);
    assert!(unmeant.status.code() == Some(1) && text(&unmeant.stderr).contains("--yes"), "{}", text(&unmeant.stderr));
    let last = about("erase", "rina@example.org", &[reason[0], reason[1], "--yes"]);
    assert!(last.status.code() == Some(1) && text(&last.stderr).contains("last admin"), "{}", text(&last.stderr));
    assert!(create("sari@example.org", crate::harness::PASSWORD, "ADMIN").status.success());
    let erased = document(&about("erase", "rina@example.org", &[reason[0], reason[1], "--yes", "--json"]));
    assert_eq!(erased["subject"], exported["subject"]);
    assert!(erased["erased"].as_array().expect("tables").iter().any(|table| table["table"] == "logins"), "{erased}");
    assert_eq!(about("export", "rina@example.org", &reason).status.code(), Some(1), "there is nobody of that address");
    let id = erased["subject"].as_str().expect("an id");
    let left = document(&about("export", id, &reason));
    assert_eq!(left["data"]["profiles"], serde_json::json!([]));
    let record = document(&home.run(&["audit", "verify", "--json"]));
    assert_eq!((&record["holds"], &record["unlinked"]), (&serde_json::json!(true), &serde_json::json!(3)), "{record}");
}

/// An academy begins with a policy, and the record of processing says what is in force there.
#[test]
fn the_record_of_processing_is_printed() {
    let home = Home::new("record");
    let unknown = home.run(&["academy", "create", "satu", "--name", "Satu", "--policy", "none"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(text(&unknown.stderr).contains("pojok-belajar"), "{}", text(&unknown.stderr));
    for (slug, policy) in [("satu", "focusra"), ("dua", "crosslife"), ("tiga", "eterna")] {
        let made = home.run(&["academy", "create", slug, "--name", slug, "--policy", policy]);
        assert!(made.status.success(), "{}", text(&made.stderr));
    }
    // What a policy does not list is not held, and not in the record.
    let all = sanggar::app::data();
    let without = all.iter().filter(|entry| entry.only_for.is_none()).count();
    assert!(without < all.len());
    for (slug, instructors, held) in [("satu", true, without), ("dua", false, without), ("tiga", false, all.len())] {
        let printed = home.run(&["privacy", "inventory", "--academy", slug, "--json"]);
        let record: serde_json::Value = serde_json::from_slice(&printed.stdout).expect("one document");
        let data = record["data"].as_array().expect("entries");
        assert_eq!(data.len(), held, "{slug}");
        let email = data.iter().find(|entry| entry["field"] == "email").expect("the address");
        let readers = email["visibleTo"].as_array().expect("readers");
        assert_eq!(readers.contains(&"INSTRUCTOR".into()), instructors, "{slug}: {email}");
        assert_eq!(email["columns"], serde_json::json!(["logins.email", "logins.email_key"]));
    }
    let table = home.run(&["privacy", "inventory", "--academy", "satu"]);
    let table = text(&table.stdout);
    assert!(table.starts_with("# Personal data at satu (policy: focusra)\n"), "{table}");
    assert!(table.contains("| User.passwordHash | CREDENTIAL, GENERAL | account | CONTRACT | nobody |"), "{table}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_database_must_be_migrated_and_its_role_fit() {
    let database = crate::harness::empty_database().await;
    let home = Home::new("other");
    let fit =
        home.run(&["academy", "create", "satu", "--name", "Satu", "--database-url", &database.server_url(), "--json"]);
    assert!(fit.status.success(), "{}", text(&fit.stderr));
    let twice = home.run(&["academy", "create", "satu", "--name", "Satu", "--database-url", &database.server_url()]);
    assert_eq!(twice.status.code(), Some(1), "a slug that is taken");
    let superuser = home.run(&["academy", "list", "--database-url", &database.superuser_url()]);
    assert_eq!(superuser.status.code(), Some(1));
    assert!(text(&superuser.stderr).contains("nobypassrls"), "{}", text(&superuser.stderr));
    sanggar::platform::db::migrate::revert_all(&database.owner_url()).await.expect("the way down");
    let bare = home.run(&["academy", "list", "--database-url", &database.server_url()]);
    assert_eq!(bare.status.code(), Some(1));
    assert!(text(&bare.stderr).contains("sanggar migrate"), "{}", text(&bare.stderr));
    let migrated = home.run(&[
        "migrate",
        "--owner-url",
        &database.owner_url(),
        "--database-url",
        &database.server_url(),
        "--json",
    ]);
    assert!(migrated.status.success(), "{}", text(&migrated.stderr));
    let done: serde_json::Value = serde_json::from_slice(&migrated.stdout).expect("one JSON document");
    assert!(done["migrations"].as_array().is_some_and(|names| names.len() >= 3));
}

/// What an operator does for people: roles, and a second factor that is lost.
#[tokio::test(flavor = "multi_thread")]
async fn an_operator_grants_takes_and_helps() {
    use crate::accounts::second_factor;
    let app = crate::harness::TestApp::start().await;
    let ani = app.person("Ani Wijaya").await;
    second_factor::set_up(&app, &ani).await;
    app.work().await;
    // With the key that the server seals with.
    let home = Home(app.data_dir.clone());
    let url = app.database.server_url();
    let user = |words: &[&str]| home.run(&[&["user"], words, &["--academy", "nusa", "--database-url", &url]].concat());
    for (words, said) in [
        (
            vec!["grant", "nobody@example.org", "--role", "ADMIN"],
            "there is nobody who signs in to nusa as nobody@example.org",
        ),
        (vec!["revoke", "ani.wijaya", "--role", "ADMIN"], "That is so already."),
    ] {
        let refused = user(&words);
        assert_eq!(refused.status.code(), Some(1));
        assert!(text(&refused.stderr).contains(said), "{}", text(&refused.stderr));
    }
    assert_eq!(user(&["grant", "ani.wijaya", "--role", "OWNER"]).status.code(), Some(2), "no such role");
    let granted = user(&["grant", "Ani.Wijaya@example.org", "--role", "ADMIN", "--json"]);
    assert!(granted.status.success(), "{}", text(&granted.stderr));
    let told: serde_json::Value = serde_json::from_slice(&granted.stdout).expect("JSON");
    assert_eq!(told, serde_json::json!({ "id": ani.id, "academy": "nusa", "role": "ADMIN", "granted": true }));
    let last = user(&["revoke", "ani.wijaya", "--role", "ADMIN"]);
    assert!(!last.status.success() && text(&last.stderr).contains("the last admin"), "{}", text(&last.stderr));
    assert_eq!(second_factor::log_in(&app.anonymous(), &ani).await["token"], serde_json::Value::Null);
    let helped = user(&["reset-mfa", "ani.wijaya"]);
    assert!(helped.status.success(), "{}", text(&helped.stderr));
    let opened = second_factor::log_in(&app.anonymous(), &ani).await;
    assert_eq!(opened["viewer"]["roles"], serde_json::json!(["LEARNER", "ADMIN"]), "{opened}");
    // The program has a clock of its own: its mails wait for the server's.
    assert_eq!(app.rows_in("mails").await, 2, "she is told of the role, and of the second factor");
    app.stop().await;
}
