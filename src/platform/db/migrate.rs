//! Migrations: compiled in, run as the owner of the tables, looked for by `serve`.

use anyhow::{Context, anyhow};
use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel::{QueryableByName, sql_query, sql_types};
use diesel_async::{AsyncMigrationHarness, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

/// Every migration of this version.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// Runs what is missing, and gives back its names. Needs the runtime with several threads.
///
/// # Errors
/// Where the database can't be reached, or a migration fails: each runs in a transaction, those before it stay.
pub async fn run(owner_url: &str) -> anyhow::Result<Vec<String>> {
    let connection = super::connect::connect(owner_url).await.context("as the owner of the tables")?;
    let mut harness = AsyncMigrationHarness::new(connection);
    let done = harness
        .run_pending_migrations(MIGRATIONS)
        .map_err(|error| anyhow!("{error}"))?
        .iter()
        .map(ToString::to_string)
        .collect();
    // Diesel's own table is made by its harness: the server must be able to see what was run.
    harness.into_inner().batch_execute("grant select on __diesel_schema_migrations to sanggar_app").await?;
    Ok(done)
}

/// Takes back every migration, newest first. For tests of the way down.
///
/// # Errors
/// Where the database can't be reached, or a way down fails.
pub async fn revert_all(owner_url: &str) -> anyhow::Result<()> {
    let connection = super::connect::connect(owner_url).await?;
    let mut harness = AsyncMigrationHarness::new(connection);
    harness.revert_all_migrations(MIGRATIONS).map_err(|error| anyhow!("{error}"))?;
    Ok(())
}

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = sql_types::Text)]
    version: String,
}

#[derive(QueryableByName)]
struct Exists {
    #[diesel(sql_type = sql_types::Bool)]
    exists: bool,
}

/// The names of the migrations that the database lacks.
///
/// # Errors
/// Where the database does not answer.
pub async fn missing(connection: &mut AsyncPgConnection) -> anyhow::Result<Vec<String>> {
    let names = names()?;
    let known: Exists = sql_query("select to_regclass('public.__diesel_schema_migrations') is not null as exists")
        .get_result(connection)
        .await?;
    let run: Vec<Version> = if known.exists {
        sql_query("select version from __diesel_schema_migrations").load(connection).await?
    } else {
        Vec::new()
    };
    Ok(names
        .into_iter()
        .filter(|(version, _)| !run.iter().any(|done| &done.version == version))
        .map(|(_, name)| name)
        .collect())
}

/// Version and name of every migration of this version of the program.
fn names() -> anyhow::Result<Vec<(String, String)>> {
    let all = MigrationSource::<Pg>::migrations(&MIGRATIONS).map_err(|error| anyhow!("{error}"))?;
    Ok(all.iter().map(|migration| (migration.name().version().to_string(), migration.name().to_string())).collect())
}
