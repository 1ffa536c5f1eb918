//! The database that a command works on: a private cluster, or one that is named.

use std::sync::Arc;

use anyhow::{Context, bail};

use crate::{
    app::{self, World},
    platform::{
        config::{ProgramFolders, Settings},
        db::{
            embedded::{self, Cluster, Durability},
            migrate,
        },
        folders,
        graphql::Services,
    },
};

/// The name of the database in a private cluster.
pub(super) const DATABASE: &str = "sanggar";

/// The database that the command works on.
pub(super) struct Home {
    pub(super) cluster: Option<Cluster>,
    database_url: Option<String>,
    owner_url: Option<String>,
}

impl Home {
    pub(super) fn open(settings: &Settings) -> anyhow::Result<Self> {
        folders::data_dir(&settings.data_dir)?;
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
        }
        app::check_database(&self.url()?).await
    }

    pub(super) async fn services(&self, settings: &Arc<Settings>) -> anyhow::Result<Services> {
        self.prepare().await?;
        app::services(settings, &self.url()?, &World::system())
    }
}
