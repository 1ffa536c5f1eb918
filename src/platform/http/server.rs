//! Listening, and stopping without cutting anybody off.
//!
//! Not by poem's own server: it has no time limit for a request's head, and none for a peer that does not read its answer.

use std::{
    convert::Infallible,
    io,
    net::SocketAddr,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, bail};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use poem::{
    Endpoint, Response,
    http::{HeaderValue, StatusCode, header, uri::Scheme},
    web::{LocalAddr, RemoteAddr},
};
use socket2::{SockRef, TcpKeepalive};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    task::JoinSet,
};

use super::addresses::Counts;
use crate::platform::{
    config::Settings,
    db::{Db, migrate},
};

/// Within which a request's head must have come, and the next request of a connection must begin.
const HEAD: Duration = Duration::from_secs(30);
/// Files that the server needs for other things than connections of clients.
const FILES: usize = 200;
/// Bytes of a request's head at most.
const HEAD_BYTES: usize = 64 << 10;
/// After which a peer that takes nothing of what it is sent, or is gone without a word, is let go of.
const STALLED: Duration = Duration::from_mins(1);
/// What runs when the server stops has so long to come to its end.
pub const DRAIN: Duration = Duration::from_secs(15);

/// Comes back when the server is asked to stop.
pub async fn stopped(stop: &mut watch::Receiver<bool>) {
    // Who could ask is gone: then it stops as well.
    let _ = stop.wait_for(|stop| *stop).await;
}

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
    listener: TcpListener,
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
        let listener = TcpListener::bind(address).await.with_context(|| occupied(address))?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `stop` turns true, and for `farewell` more, saying with each answer that the connection ends: whoever keeps one
    /// open hears of it before it is closed. Then lets what runs come to its end.
    ///
    /// # Errors
    /// Where a setting is wrong.
    pub async fn run(
        self,
        endpoint: impl Endpoint<Output = Response> + 'static,
        readiness: Readiness,
        stop: watch::Receiver<bool>,
        settings: &Settings,
    ) -> anyhow::Result<()> {
        let farewell = Duration::from_secs(settings.farewell_seconds);
        let proxies = settings.proxies()?;
        // However few files there may be, one address must not have them all.
        let most = open_files().saturating_sub(FILES).max(2);
        let all = Arc::new(Semaphore::new(most));
        let counts = Counts::of(settings.limits.address_connections.min(most / 2));
        let endpoint = Arc::new(endpoint);
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(HEAD).max_buf_size(HEAD_BYTES);
        let mut connections = JoinSet::new();
        let mut end = pin!(end_of(stop.clone(), farewell));
        let mut told = pin!(end_of(stop.clone(), Duration::ZERO));
        let mut stopping = false;
        loop {
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                () = &mut told, if !stopping => {
                    stopping = true;
                    readiness.stopping.store(true, Ordering::Relaxed);
                    continue;
                }
                () = &mut end => break,
            };
            while connections.try_join_next().is_some() {}
            match accepted {
                Ok((stream, peer)) => {
                    let address = Some(peer.ip().to_canonical()).filter(|address| !proxies.contains(address));
                    let (Some(counted), Ok(place)) = (counts.begin(address), Arc::clone(&all).try_acquire_owned())
                    else {
                        tracing::debug!("a connection too many");
                        continue;
                    };
                    let stop = (stop.clone(), farewell);
                    let serving = serve(http.clone(), stream, (self.address, peer), Arc::clone(&endpoint), stop);
                    connections.spawn(async move {
                        serving.await;
                        drop((counted, place));
                    });
                }
                Err(error) => {
                    // As many files are open as may be, most likely: some will be closed.
                    tracing::warn!(%error, "a connection could not be taken");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
        drop(self.listener);
        let ended = async { while connections.join_next().await.is_some() {} };
        if tokio::time::timeout(DRAIN, ended).await.is_err() {
            tracing::warn!(seconds = DRAIN.as_secs(), "connections are cut that did not end in time");
        }
        Ok(())
    }
}

async fn serve(
    http: http1::Builder,
    stream: TcpStream,
    (local, peer): (SocketAddr, SocketAddr),
    endpoint: Arc<impl Endpoint<Output = Response> + 'static>,
    (stop, farewell): (watch::Receiver<bool>, Duration),
) {
    let end = end_of(stop.clone(), farewell);
    // A peer that is gone already is found out by what comes next.
    let _ = watched(&stream);
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let (endpoint, stop) = (Arc::clone(&endpoint), stop.clone());
        let (local, peer) = (LocalAddr(local.into()), RemoteAddr(peer.into()));
        async move {
            let mut response = endpoint.get_response((request, local, peer, Scheme::HTTP).into()).await;
            if *stop.borrow() && response.status() != StatusCode::SWITCHING_PROTOCOLS {
                response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            Ok::<_, Infallible>(hyper::Response::from(response))
        }
    });
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service).with_upgrades());
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = end => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke off");
    }
}

async fn end_of(mut stop: watch::Receiver<bool>, farewell: Duration) {
    stopped(&mut stop).await;
    tokio::time::sleep(farewell).await;
}

/// Has the system look after a connection: a peer that went away without a word, or reads nothing, does not stay for ever.
fn watched(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let socket = SockRef::from(stream);
    socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(STALLED).with_interval(STALLED / 4))?;
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(STALLED))?;
    Ok(())
}

/// Has this process open as many files as the system lets it, and tells how many that are.
fn open_files() -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    // What we may not raise stays as it is.
    let raised = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).is_ok();
    let most = if raised { maximum } else { current };
    most.map_or(usize::MAX >> 8, |most| usize::try_from(most).unwrap_or(usize::MAX >> 8)).min(1 << 24)
}

fn occupied(address: SocketAddr) -> String {
    format!("can't listen on {address}: another program does, or it may not; choose another with --bind")
}
