//! Listening, and stopping without cutting anybody off.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, bail};
use poem::{
    Endpoint,
    listener::{Acceptor, Listener, TcpAcceptor, TcpListener},
};
use tokio::sync::watch;

use crate::platform::db::{Db, migrate};

/// Whether this server can answer: its database does, nothing is missing there, and it is not about to stop.
#[derive(Clone)]
pub struct Readiness {
    db: Db,
    stopping: Arc<AtomicBool>,
}

impl Readiness {
    /// Of a server on `db`.
    #[must_use]
    pub fn new(db: Db) -> Self {
        Self { db, stopping: Arc::new(AtomicBool::new(false)) }
    }

    /// Nothing, or why not.
    pub(super) async fn check(&self) -> Result<(), &'static str> {
        if self.stopping.load(Ordering::Relaxed) {
            return Err("the server is stopping");
        }
        let mut tx = self.db.begin_platform().await.map_err(|_| "the database does not answer")?;
        let missing = migrate::missing(&mut tx).await.map_err(|_| "the database does not answer")?;
        if missing.is_empty() { Ok(()) } else { Err("migrations are missing: sanggar migrate") }
    }
}

/// A server that listens and does not answer yet: its port is taken, so whoever starts it knows.
pub struct Server {
    acceptor: TcpAcceptor,
    address: SocketAddr,
}

impl Server {
    /// Looks whether the port is free.
    ///
    /// # Errors
    /// Where another program has it.
    pub fn look(address: SocketAddr) -> anyhow::Result<()> {
        std::net::TcpListener::bind(address).map(drop).with_context(|| occupied(address))
    }

    /// Takes the port.
    ///
    /// # Errors
    /// Where another program has it, or plain HTTP would leave this machine: TLS ends at a proxy that is declared.
    pub async fn bind(address: SocketAddr, behind_proxy: bool) -> anyhow::Result<Self> {
        if !address.ip().is_loopback() && !behind_proxy {
            bail!(
                "{address} can be reached from other machines, and this server speaks plain HTTP. Listen on 127.0.0.1, or name \
                 the proxy that TLS ends at in SANGGAR_TRUSTED_PROXIES"
            );
        }
        let acceptor = TcpListener::bind(address).into_acceptor().await.with_context(|| occupied(address))?;
        let bound = acceptor.local_addr().first().and_then(|address| address.as_socket_addr().copied());
        Ok(Self { acceptor, address: bound.unwrap_or(address) })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `stop` turns true, then lets what runs come to its end.
    ///
    /// # Errors
    /// Where listening fails.
    pub async fn run(
        self,
        endpoint: impl Endpoint + 'static,
        readiness: Readiness,
        mut stop: watch::Receiver<bool>,
    ) -> anyhow::Result<()> {
        let stopped = async move {
            let _ = stop.wait_for(|stop| *stop).await;
            readiness.stopping.store(true, Ordering::Relaxed);
        };
        poem::Server::new_with_acceptor(self.acceptor)
            .idle_timeout(Duration::from_mins(2))
            .run_with_graceful_shutdown(endpoint, stopped, Some(Duration::from_secs(15)))
            .await
            .context("serving")
    }
}

fn occupied(address: SocketAddr) -> String {
    format!("can't listen on {address}: another program does, or it may not; choose another with --bind")
}
