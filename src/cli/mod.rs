//! The command line. Exit codes: 0 done, 1 refused or failed, 2 wrong usage. What a person reads goes to standard error,
//! what a script reads (`--json`) to standard output.

mod academy;
mod audit;
mod care;
mod course;
mod home;
mod privacy;
mod quiz;
mod serve;
mod user;

use std::{collections::BTreeMap, io::IsTerminal, path::PathBuf, process::ExitCode, sync::Arc};

use anyhow::Context;
use clap::{Args, CommandFactory, Parser, Subcommand};
use serde_json::{Value as Json, json};
use tracing_subscriber::{EnvFilter, filter::Directive};

use self::{
    academy::{AcademyCommand, academy_command},
    audit::{AuditCommand, audit_command},
    care::{doctor, migrate_command, print_settings},
    course::{CourseCommand, course_command, read_course},
    home::Home,
    privacy::{PrivacyCommand, privacy_command},
    quiz::{QuizCommand, quiz_command, read_bank},
    serve::{serve, tell_demo},
    user::{UserCommand, user_command},
};
use crate::{
    api,
    platform::{config::Settings, http::Server},
};

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
    /// Quizzes
    #[command(subcommand)]
    Quiz(QuizCommand),
    /// Personal data: what is held and why
    #[command(subcommand)]
    Privacy(PrivacyCommand),
    /// The log of who did what to whose data
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Print the configuration in force, secrets left out
    Config,
    /// Print a completion script
    Completions {
        /// For which shell
        shell: clap_complete::Shell,
    },
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
    if matches!(cli.command, Command::Demo) {
        return tell_demo(cli, &settings);
    }
    if matches!(cli.command, Command::Serve { .. }) {
        // An occupied port is told before a cluster is made.
        Server::look(settings.bind)?;
    }
    let course = match &cli.command {
        Command::Course(command) => Some((command, read_course(cli, command)?)),
        _ => None,
    };
    let bank = match &cli.command {
        Command::Quiz(command) => match read_bank(cli, command)? {
            Some(read) => Some((command, read)),
            None => return Ok(()),
        },
        _ => None,
    };
    // On the main thread, which lives as long as the process: Postgres stops when the thread that started it ends.
    let home = Home::open(&settings)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let done = runtime.block_on(async {
        if let Some((command, read)) = course {
            return course_command(cli, command, read, &settings, &home).await;
        }
        if let Some((command, read)) = bank {
            return quiz_command(cli, command, read, &settings, &home).await;
        }
        match &cli.command {
            Command::Serve { demo, .. } => serve(cli, &settings, &home, *demo).await,
            Command::User(command) => user_command(cli, command, &settings, &home).await,
            Command::Migrate { .. } => migrate_command(cli, &settings, &home).await,
            Command::Doctor => doctor(cli, &settings, &home).await,
            Command::Privacy(command) => privacy_command(cli, command, &settings, &home).await,
            Command::Audit(command) => audit_command(cli, command, &settings, &home).await,
            Command::Academy(command) => academy_command(cli, command, &settings, &home).await,
            Command::Demo
            | Command::Schema
            | Command::Config
            | Command::Completions { .. }
            | Command::Course(_)
            | Command::Quiz(_) => Ok(()),
        }
    });
    // What still computes on a thread of its own (a long import) is not waited for: its job is tried again.
    runtime.shutdown_background();
    done
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

/// What is logged where a person asks for `log`: libraries that tell of the values they carry say nothing below INFO, whatever is asked.
#[must_use]
pub fn log_filter(log: &str) -> EnvFilter {
    let filter = EnvFilter::try_new(log).unwrap_or_else(|_| EnvFilter::new("info"));
    // Below INFO these tell of the values that they carry: parameters of statements, mails, headers. Ours tell ids.
    [
        "tokio_postgres",
        "diesel",
        "diesel_async",
        "lettre",
        "hyper",
        "poem",
        "async_graphql",
        "rustls",
        "html5ever",
        "markup5ever",
        "ammonia",
        "selectors",
        "h2",
        "mio",
        "tungstenite",
    ]
    .into_iter()
    .fold(filter, |filter, library| {
        let directive: Result<Directive, _> = format!("{library}=info").parse();
        directive.into_iter().fold(filter, EnvFilter::add_directive)
    })
}

fn log_as(settings: &Settings) {
    let filter = log_filter(&settings.log);
    let colours = std::io::stderr().is_terminal();
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr);
    // A second call, in a test, keeps the first.
    let _ = if settings.log_json { builder.json().try_init() } else { builder.with_target(false).try_init() };
}

fn report(cli: &Cli, document: &Json, text: impl FnOnce() -> String) {
    if cli.common.json {
        println!("{document}");
    }
    eprintln!("{}", text());
}
