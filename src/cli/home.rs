//! The database that a command works on: a private cluster, or one that is named.

use std::{
    fs::File,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context, bail};

use crate::{
    app::{self, World},
    platform::{
        clock::Clock,
        config::{ProgramFolders, Settings},
        db::{
            embedded::{self, Cluster, Durability},
            migrate,
            time::DatabaseTime,
        },
        folders,
        graphql::Services,
        id::Random,
    },
};

/// The name of the database in a private cluster.
pub(super) const DATABASE: &str = "sanggar";

/// The database that the command works on.
pub(super) struct Home {
    pub(super) cluster: Option<Cluster>,
    /// Held while a private cluster is made and brought up to date; given up after the cluster is, in the order of the fields.
    alone: Mutex<Option<File>>,
    database_url: Option<String>,
    owner_url: Option<String>,
}

/// Waits until no other process makes anything in the data directory: two that make the same cluster meet.
fn take_turn(data_dir: &Path) -> anyhow::Result<File> {
    let path = data_dir.join("turn");
    let file = File::create(&path).with_context(|| format!("writing {}", path.display()))?;
    if file.try_lock().is_err() {
        eprintln!("Another sanggar is at work in {}: waiting for it.", data_dir.display());
        file.lock().with_context(|| format!("locking {}", path.display()))?;
    }
    Ok(file)
}

impl Home {
    pub(super) fn open(settings: &Settings) -> anyhow::Result<Self> {
        folders::data_dir(&settings.data_dir)?;
        let (mut cluster, mut alone) = (None, None);
        if settings.database_url.is_none() {
            alone = Some(take_turn(&settings.data_dir)?);
            let dir = settings.data_dir.join("postgres");
            cluster = Some(Cluster::start(&dir, Durability::Durable, &ProgramFolders::of_environment())?);
        }
        Ok(Self {
            cluster,
            alone: Mutex::new(alone),
            database_url: settings.database_url.clone(),
            owner_url: settings.owner_url.clone(),
        })
    }

    /// The next one finds everything made. Who started the cluster and soon stops it lets nobody in: they would lose it.
    pub(super) fn let_others_in(&self) {
        self.alone.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Whether the private cluster is another process's, and ends with it.
    pub(super) fn is_guest(&self) -> bool {
        self.cluster.as_ref().is_some_and(|cluster| !cluster.is_ours())
    }

    /// The address to serve from.
    pub(super) fn url(&self) -> anyhow::Result<String> {
        match (&self.cluster, &self.database_url) {
            (Some(cluster), _) => Ok(cluster.url(embedded::SERVER, DATABASE)),
            (None, Some(url)) => Ok(url.clone()),
            (None, None) => bail!("no database: set DATABASE_URL"),
        }
    }

    /// The address to migrate by.
    pub(super) fn owner_url(&self) -> anyhow::Result<String> {
        match &self.cluster {
            Some(cluster) => Ok(cluster.url(embedded::OWNER, DATABASE)),
            None => {
                self.owner_url.clone().or_else(|| self.database_url.clone()).context("no database: set DATABASE_URL")
            }
        }
    }

    /// A private cluster is ours: we make its database and bring it up to date.
    pub(super) async fn prepare(&self) -> anyhow::Result<()> {
        if let Some(cluster) = &self.cluster {
            embedded::prepare(&cluster.url(embedded::SUPERUSER, "postgres"), DATABASE).await?;
            let done = migrate::run(&self.owner_url()?).await?;
            if !done.is_empty() {
                tracing::info!(migrations = done.len(), "the database is up to date");
            }
            if self.is_guest() {
                self.let_others_in();
            }
        }
        app::check_database(&self.url()?).await
    }

    pub(super) async fn services(&self, settings: &Arc<Settings>) -> anyhow::Result<Services> {
        self.prepare().await?;
        let url = self.url()?;
        let time = DatabaseTime::of(&url).await?;
        let world = World { clock: Clock::new(time.clone()), random: Random::system() };
        let services = app::services(settings, &url, &world)?;
        tokio::spawn(time.keep(services.db.clone()));
        Ok(services)
    }
}
