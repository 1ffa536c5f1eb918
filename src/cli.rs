//! The command line. Exit codes: 0 done, 1 refused or failed, 2 wrong usage. What a person reads goes to standard error,
//! what a script reads (`--json`) to standard output.

use std::{collections::BTreeMap, path::PathBuf, process::ExitCode, sync::Arc};

use anyhow::{Context, bail};
use clap::{Args, CommandFactory, Parser, Subcommand};
use serde_json::{Value as Json, json};
use tokio::sync::watch;
use tracing_subscriber::EnvFilter;

use crate::{
    academies::{self, CreateAcademy},
    accounts, api,
    app::{self, World},
    catalog::import::{self, files},
    consent,
    demo::{self, Demo},
    platform::{
        config::{ProgramFolders, Settings},
        db::{
            embedded::{self, Cluster, Durability},
            migrate,
        },
        graphql::Services,
        http::Server,
        jobs,
        privacy::Roles,
    },
    profiles::add_person::{self, NewPerson},
};

/// The name of the database in a private cluster.
const DATABASE: &str = "sanggar";

/// A headless learning platform: one binary, one GraphQL schema, one Postgres.
#[derive(Parser)]
#[command(name = "sanggar", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
struct Common {
    /// Where the private cluster, the sealing key, files and mails lie [default: /var/lib/sanggar for root, else ~/.local/share/sanggar]
    #[arg(long, global = true)]
    data_dir: Option<PathBuf>,
    /// The database to use; without it, a private cluster in the data directory [env: `DATABASE_URL`]
    #[arg(long, global = true)]
    database_url: Option<String>,
    /// A configuration file [default: sanggar.toml, if it is there]
    #[arg(long, global = true, env = "SANGGAR_CONFIG")]
    config: Option<PathBuf>,
    /// Report as one JSON document on standard output
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the platform
    ///
    /// Without `DATABASE_URL` it finds `PostgreSQL`'s programs, runs a private cluster in the data directory, migrates it, and makes a first academy.
    Serve {
        /// Address and port to listen on [default: 127.0.0.1:8080]
        #[arg(long)]
        bind: Option<std::net::SocketAddr>,
        /// Add people of every role, two courses and a learner with a certificate, and print how to sign in
        #[arg(long)]
        demo: bool,
    },
    /// Run the migrations that the database lacks
    Migrate {
        /// The database as the owner of its tables
        #[arg(long)]
        owner_url: Option<String>,
    },
    /// Print the GraphQL schema
    Schema,
    /// Print again what `serve --demo` has made
    Demo,
    /// People
    #[command(subcommand)]
    User(UserCommand),
    /// Look at the deployment and say what is wrong
    Doctor,
    /// Academies: the tenants
    #[command(subcommand)]
    Academy(AcademyCommand),
    /// Courses
    #[command(subcommand)]
    Course(CourseCommand),
    /// Print the configuration in force, secrets left out
    Config,
    /// Print a completion script
    Completions {
        /// For which shell
        shell: clap_complete::Shell,
    },
}

#[derive(Subcommand)]
enum CourseCommand {
    /// Take over a whole course: a folder, a .zip or a .tar.gz
    ///
    /// All or nothing. It becomes a draft; what is not taken over is reported by file and line.
    Import {
        /// The folder or archive
        path: PathBuf,
        /// The academy, where there are several
        #[arg(long)]
        academy: Option<String>,
        /// Who teaches it: a mail address or user name
        #[arg(long)]
        instructor: Option<String>,
        /// Its title; that of its own first heading where it is left out
        #[arg(long)]
        title: Option<String>,
    },
}

#[derive(Subcommand)]
enum UserCommand {
    /// Add a person, whose address is taken to be theirs; the password is read from standard input
    Create {
        /// Their mail address
        email: String,
        /// Their name
        #[arg(long)]
        name: String,
        /// What they may do, beyond learning; may be given again
        #[arg(long, value_parser = ["INSTRUCTOR", "REVIEWER", "FINANCE", "SUPPORT", "PRIVACY_OFFICER", "ADMIN"])]
        role: Vec<String>,
        /// The academy, where there are several
        #[arg(long)]
        academy: Option<String>,
    },
}

#[derive(Subcommand)]
enum AcademyCommand {
    /// Make an academy
    Create {
        /// Its name in addresses: small letters, digits, hyphens
        slug: String,
        /// Its name
        #[arg(long)]
        name: String,
        /// The language that its people are spoken to in
        #[arg(long, default_value = "id")]
        locale: String,
        /// The time zone of its calendar days
        #[arg(long, default_value = "Asia/Jakarta")]
        time_zone: String,
        /// A host name by which requests name it; may be given again
        #[arg(long)]
        host: Vec<String>,
    },
    /// List the academies
    List,
}

/// Reads the command line and does what it says.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    match execute(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Not by returning it from main: with RUST_BACKTRACE set that prints thirty frames over the cure.
            eprintln!("sanggar: {error:#}");
            ExitCode::from(1)
        }
    }
}

fn execute(cli: &Cli) -> anyhow::Result<()> {
    match &cli.command {
        Command::Schema => {
            print!("{}", api::sdl());
            return Ok(());
        }
        Command::Completions { shell } => {
            clap_complete::generate(*shell, &mut Cli::command(), "sanggar", &mut std::io::stdout());
            return Ok(());
        }
        _ => {}
    }
    let settings = Arc::new(read_settings(cli)?);
    log_as(&settings);
    if matches!(cli.command, Command::Config) {
        return print_settings(&settings);
    }
    if matches!(cli.command, Command::Serve { .. }) {
        // An occupied port is told before a cluster is made.
        Server::look(settings.bind)?;
    }
    // On the main thread, which lives as long as the process: Postgres stops when the thread that started it ends.
    let home = Home::open(&settings)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match &cli.command {
            Command::Serve { demo, .. } => serve(cli, &settings, &home, *demo).await,
            Command::Demo => tell_demo(cli, &settings, &home).await,
            Command::User(command) => user_command(cli, command, &settings, &home).await,
            Command::Migrate { .. } => migrate_command(cli, &settings, &home).await,
            Command::Doctor => doctor(cli, &settings, &home).await,
            Command::Course(command) => course_command(cli, command, &settings, &home).await,
            Command::Academy(command) => academy_command(cli, command, &settings, &home).await,
            Command::Schema | Command::Config | Command::Completions { .. } => Ok(()),
        }
    })
}

fn read_settings(cli: &Cli) -> anyhow::Result<Settings> {
    let mut flags: BTreeMap<String, Json> = BTreeMap::new();
    if let Some(dir) = &cli.common.data_dir {
        let dir = std::path::absolute(dir).context("--data-dir")?;
        flags.insert("data_dir".into(), json!(dir));
    }
    if let Some(url) = &cli.common.database_url {
        flags.insert("database_url".into(), json!(url));
    }
    match &cli.command {
        Command::Serve { bind: Some(bind), .. } => {
            flags.insert("bind".into(), json!(bind));
        }
        Command::Migrate { owner_url: Some(url) } => {
            flags.insert("owner_url".into(), json!(url));
        }
        _ => {}
    }
    Settings::read(cli.common.config.as_deref(), &flags)
}

fn log_as(settings: &Settings) {
    let filter = EnvFilter::try_new(&settings.log).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second call, in a test, keeps the first.
    let _ = if settings.log_json { builder.json().try_init() } else { builder.with_target(false).try_init() };
}

/// The database that the command works on.
struct Home {
    cluster: Option<Cluster>,
    database_url: Option<String>,
    owner_url: Option<String>,
}

impl Home {
    fn open(settings: &Settings) -> anyhow::Result<Self> {
        let cluster = match &settings.database_url {
            Some(_) => None,
            None => Some(Cluster::start(
                &settings.data_dir.join("postgres"),
                Durability::Durable,
                &ProgramFolders::of_environment(),
            )?),
        };
        Ok(Self { cluster, database_url: settings.database_url.clone(), owner_url: settings.owner_url.clone() })
    }

    /// The address to serve from.
    fn url(&self) -> anyhow::Result<String> {
        match (&self.cluster, &self.database_url) {
            (Some(cluster), _) => Ok(cluster.url(embedded::SERVER, DATABASE)),
            (None, Some(url)) => Ok(url.clone()),
            (None, None) => bail!("no database: set DATABASE_URL"),
        }
    }

    /// The address to migrate by.
    fn owner_url(&self) -> anyhow::Result<String> {
        match &self.cluster {
            Some(cluster) => Ok(cluster.url(embedded::OWNER, DATABASE)),
            None => {
                self.owner_url.clone().or_else(|| self.database_url.clone()).context("no database: set DATABASE_URL")
            }
        }
    }

    /// A private cluster is ours: we make its database and bring it up to date.
    async fn prepare(&self) -> anyhow::Result<()> {
        if let Some(cluster) = &self.cluster {
            embedded::prepare(&cluster.url(embedded::SUPERUSER, "postgres"), DATABASE).await?;
            let done = migrate::run(&self.owner_url()?).await?;
            if !done.is_empty() {
                tracing::info!(migrations = done.len(), "the database is up to date");
            }
        }
        app::check_database(&self.url()?).await
    }

    async fn services(&self, settings: &Arc<Settings>) -> anyhow::Result<Services> {
        self.prepare().await?;
        app::services(settings, &self.url()?, &World::system())
    }
}

async fn serve(cli: &Cli, settings: &Arc<Settings>, home: &Home, with_demo: bool) -> anyhow::Result<()> {
    let server = Server::bind(settings.bind, !settings.proxies()?.is_empty()).await?;
    let mut settings = Arc::clone(settings);
    if with_demo && settings.public_url.is_none() {
        // A demonstration's certificates are checked where it runs.
        let mut own = Settings::clone(&settings);
        own.public_url = Some(format!("http://{}/", server.address()).parse()?);
        settings = Arc::new(own);
    }
    let services = home.services(&settings).await?;
    first_academy(&services).await?;
    if with_demo {
        let demo = demo::make(&services, &named_academy(&services, None).await?).await?;
        print_demo(cli, &demo)?;
    }
    eprintln!("Sanggar answers at http://{0}/graphql (GraphiQL: http://{0}/)", server.address());
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(async move {
        asked_to_stop().await;
        tracing::info!("stopping: what runs comes to its end first");
        let _ = stop.send(true);
    });
    app::run(server, services, stopped).await
}

async fn tell_demo(cli: &Cli, settings: &Arc<Settings>, home: &Home) -> anyhow::Result<()> {
    let services = home.services(settings).await?;
    let demo = demo::made(&services)?.context("there is no demonstration here: sanggar serve --demo makes one")?;
    print_demo(cli, &demo)
}

fn print_demo(cli: &Cli, demo: &Demo) -> anyhow::Result<()> {
    let document = serde_json::to_value(demo)?;
    report(cli, &document, || {
        let mut text = format!("The academy {} has:\n", demo.academy);
        for person in &demo.people {
            text.push_str(&format!("  {:<16} {:<24} {}\n", person.role, person.email, person.password));
        }
        text.push_str(&format!(
            "Courses: {}\nA certificate to verify: {}",
            demo.courses.join(", "),
            demo.certificate_code
        ));
        text
    });
    Ok(())
}

async fn user_command(cli: &Cli, command: &UserCommand, settings: &Arc<Settings>, home: &Home) -> anyhow::Result<()> {
    let UserCommand::Create { email, name, role, academy } = command;
    let services = home.services(settings).await?;
    let academy = named_academy(&services, academy.as_deref()).await?;
    if std::io::IsTerminal::is_terminal(&std::io::stdin()) {
        eprintln!("Password (15 characters at least):");
    }
    let mut password = String::new();
    std::io::stdin().read_line(&mut password).context("reading the password")?;
    let roles = Roles::from_names(role.iter().map(String::as_str));
    let person = NewPerson {
        email,
        username: None,
        full_name: name,
        password: password.trim_end_matches(['\r', '\n']),
        roles: &roles.iter().collect::<Vec<_>>(),
        language: academy.language(),
    };
    match add_person::add_person(&services, academy.id, person).await? {
        Ok(id) => {
            report(cli, &json!({ "id": id.to_string(), "academy": academy.slug }), || {
                format!("{name} may sign in to {} as {email}.", academy.slug)
            });
            Ok(())
        }
        Err(objections) => {
            let words: Vec<_> = objections.iter().map(|objection| objection.words.en.to_string()).collect();
            bail!("{}", words.join(" "))
        }
    }
}

async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
}

/// An empty deployment gets an academy, so that it can be used at once.
async fn first_academy(services: &Services) -> anyhow::Result<()> {
    let tx = services.db.begin_platform().await?;
    let known = academies::store::all(&tx).await?;
    drop(tx);
    if known.is_empty() {
        create_academy(services, first_of_all()).await?;
    }
    Ok(())
}

fn first_of_all() -> CreateAcademy {
    CreateAcademy {
        slug: "sanggar".to_owned(),
        name: "Sanggar".to_owned(),
        locale: "id".to_owned(),
        time_zone: "Asia/Jakarta".to_owned(),
        hosts: Vec::new(),
    }
}

async fn create_academy(services: &Services, new: CreateAcademy) -> anyhow::Result<academies::AcademyRow> {
    let academy = academies::create(services, new).await?;
    consent::first_documents::publish(services, academy.id).await?;
    Ok(academy)
}

async fn migrate_command(cli: &Cli, settings: &Settings, home: &Home) -> anyhow::Result<()> {
    if let Some(cluster) = &home.cluster {
        embedded::prepare(&cluster.url(embedded::SUPERUSER, "postgres"), DATABASE).await?;
    }
    let done = migrate::run(&home.owner_url()?).await.with_context(|| {
        if settings.owner_url.is_some() {
            "migrating"
        } else {
            "migrating (name the owner of the tables with --owner-url)"
        }
    })?;
    report(cli, &json!({ "migrations": done }), || match done.len() {
        0 => "The database lacks nothing.".to_owned(),
        _ => format!("Ran: {}", done.join(", ")),
    });
    Ok(())
}

async fn doctor(cli: &Cli, settings: &Arc<Settings>, home: &Home) -> anyhow::Result<()> {
    let services = home.services(settings).await?;
    let tx = services.db.begin_platform().await?;
    let (waiting, given_up) = jobs::backlog(&tx, services.clock.now()).await?;
    drop(tx);
    let mut advice = Vec::new();
    if settings.sealing_key.is_none() {
        advice.push("The sealing key lies only in the data directory: keep a copy elsewhere (sealing.key), or secrets are lost with it.");
    }
    if settings.public_url.is_none() {
        advice.push("SANGGAR_PUBLIC_URL is not set: mails carry codes instead of links, and no certificate is issued.");
    }
    if settings.smtp_url.is_none() {
        advice.push("No mail server is set (SANGGAR_SMTP_URL): mails are files in the data directory.");
    }
    let healthy = given_up == 0;
    let found = json!({ "healthy": healthy, "jobsWaiting": waiting, "jobsGivenUp": given_up, "advice": advice });
    report(cli, &found, || {
        let mut text = format!("Jobs: {waiting} waiting, {given_up} given up.");
        for line in &advice {
            text.push_str("\n- ");
            text.push_str(line);
        }
        text
    });
    if healthy { Ok(()) } else { bail!("{given_up} jobs were given up: see the log for their causes") }
}

async fn academy_command(
    cli: &Cli,
    command: &AcademyCommand,
    settings: &Arc<Settings>,
    home: &Home,
) -> anyhow::Result<()> {
    let services = home.services(settings).await?;
    let told = |academy: &academies::AcademyRow| json!({ "slug": academy.slug, "name": academy.name, "locale": academy.locale, "timeZone": academy.time_zone, "hosts": academy.hosts });
    match command {
        AcademyCommand::Create { slug, name, locale, time_zone, host } => {
            let new = CreateAcademy {
                slug: slug.clone(),
                name: name.clone(),
                locale: locale.clone(),
                time_zone: time_zone.clone(),
                hosts: host.clone(),
            };
            let academy = create_academy(&services, new).await?;
            report(cli, &told(&academy), || format!("Made the academy {} ({}).", academy.name, academy.slug));
        }
        AcademyCommand::List => {
            let tx = services.db.begin_platform().await?;
            let all = academies::store::all(&tx).await?;
            let lines: Vec<_> = all.iter().map(|academy| format!("{}  {}", academy.slug, academy.name)).collect();
            report(cli, &json!({ "academies": all.iter().map(told).collect::<Vec<_>>() }), || lines.join("\n"));
        }
    }
    Ok(())
}

async fn course_command(
    cli: &Cli,
    command: &CourseCommand,
    settings: &Arc<Settings>,
    home: &Home,
) -> anyhow::Result<()> {
    let CourseCommand::Import { path, academy, instructor, title } = command;
    // Read before anything is started: a broken folder is told at once.
    let files = if path.is_file() {
        let bytes = std::fs::read(path).with_context(|| format!("reading {}", path.display()))?;
        files::of_archive(&bytes)
    } else {
        files::of_folder(path)
    };
    let read = match files.and_then(|files| import::read(&files, title.as_deref())) {
        Ok(read) => read,
        Err(problem) => {
            let told = told_problem(&problem);
            report(cli, &json!({ "problems": [problem] }), || told.clone());
            bail!("nothing was imported");
        }
    };
    let services = home.services(settings).await?;
    let academy = named_academy(&services, academy.as_deref()).await?;
    let instructor = match instructor {
        Some(login) => {
            let reader = services.db.reader(academy.id);
            let found = accounts::store::by_login(reader.connection().await?, login).await?;
            Some(found.with_context(|| format!("{login} has no account in {}", academy.slug))?)
        }
        None => None,
    };
    let mut tx = services.db.begin(academy.id).await?;
    let course = match import::write(&mut tx, &services, instructor, &read).await? {
        Ok(course) => {
            tx.commit().await?;
            course
        }
        Err(objections) => {
            let words: Vec<_> = objections.iter().map(|objection| objection.words.en.to_string()).collect();
            bail!("nothing was imported: {}", words.join(" "));
        }
    };
    let counts = &read.counts;
    let document = json!({
        "course": course.to_string(),
        "title": read.course.title,
        "sections": counts.sections,
        "lessons": counts.lessons,
        "quizzes": counts.quizzes,
        "questions": counts.questions,
        "options": counts.options,
        "translations": read.translations,
        "problems": read.problems,
    });
    report(cli, &document, || {
        let mut text = format!(
            "Imported \"{}\" as a draft: {} sections, {} lessons, {} quizzes, {} questions; in {} more languages.",
            read.course.title,
            counts.sections,
            counts.lessons,
            counts.quizzes,
            counts.questions,
            read.translations.len()
        );
        let notes = read.problems.iter().filter(|problem| problem.severity == "NOTE").count();
        for problem in read.problems.iter().filter(|problem| problem.severity != "NOTE") {
            text.push('\n');
            text.push_str(&told_problem(problem));
        }
        text.push_str(&format!("\n{notes} notes beside (--json has them)."));
        text
    });
    Ok(())
}

fn told_problem(problem: &import::Problem) -> String {
    let line = problem.line.map(|line| format!(":{line}")).unwrap_or_default();
    format!("{} {}{line}: {}", problem.severity, problem.path, problem.message)
}

/// The academy of this name, or the only one.
async fn named_academy(services: &Services, slug: Option<&str>) -> anyhow::Result<academies::AcademyRow> {
    let tx = services.db.begin_platform().await?;
    let all = academies::store::all(&tx).await?;
    drop(tx);
    if let Some(slug) = slug {
        return all
            .into_iter()
            .find(|academy| academy.slug == slug)
            .with_context(|| format!("there is no academy {slug}"));
    }
    match &all[..] {
        [] => create_academy(services, first_of_all()).await,
        [only] => Ok(only.clone()),
        _ => bail!("there are several academies: name one with --academy"),
    }
}

/// The configuration in force: what may be secret is only said to be set.
fn print_settings(settings: &Settings) -> anyhow::Result<()> {
    let mut shown = serde_json::to_value(settings)?;
    for secret in ["database_url", "owner_url", "sealing_key", "older_sealing_keys", "smtp_url"] {
        if shown[secret].as_str().is_some_and(|value| !value.is_empty()) {
            shown[secret] = json!("(set)");
        }
    }
    println!("{}", serde_json::to_string_pretty(&shown)?);
    Ok(())
}

fn report(cli: &Cli, document: &Json, text: impl FnOnce() -> String) {
    if cli.common.json {
        println!("{document}");
    }
    eprintln!("{}", text());
}
