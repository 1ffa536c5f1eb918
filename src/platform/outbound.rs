//! The one way out over HTTP: what we ask of log-in providers.
//!
//! Nobody is followed elsewhere, an answer has five seconds and a mebibyte, and only who is named by the configuration may be in our own
//! network: an address that somebody else tells us (a document of discovery) leads to a public one, over TLS, or nowhere.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    pin::Pin,
    sync::{Mutex, OnceLock, PoisonError},
    task::{self, Poll},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    Method, Request, Response, StatusCode,
    body::Bytes,
    header::{HeaderValue, USER_AGENT},
};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{
        Client,
        connect::{HttpConnector, dns::Name},
    },
    rt::{TokioExecutor, TokioTimer},
};
use thiserror::Error;
use tower_service::Service;
use url::{Host, Url};

use super::{clock::Clock, tls};

/// For so long an answer may take, all of it.
const LIMIT: Duration = Duration::from_secs(5);
/// Bytes of an answer at most.
const ANSWER_MOST: usize = 1 << 20;
/// Connections that are kept for the next request, for so long.
const KEPT: Duration = Duration::from_secs(30);
/// Documents that are remembered at most: a deployment has a few providers.
const REMEMBERED_MOST: usize = 1_000;

/// Why there is no answer.
#[derive(Debug, Error)]
pub enum OutboundError {
    /// The address leads where nothing of ours may be asked.
    #[error("{0} is not asked: it is neither named by the configuration nor public and over TLS")]
    NotAllowed(String),
    /// Nobody answered in time, or not as HTTP does.
    #[error("no answer: {0:#}")]
    Failed(#[source] anyhow::Error),
}

impl OutboundError {
    fn failed(cause: impl Into<anyhow::Error>) -> Self {
        Self::Failed(cause.into())
    }
}

type Asker = Client<HttpsConnector<HttpConnector<Resolver>>, Full<Bytes>>;

fn asker(public_only: bool) -> anyhow::Result<Asker> {
    let mut http = HttpConnector::new_with_resolver(Resolver { public_only });
    http.enforce_http(false);
    http.set_connect_timeout(Some(LIMIT));
    let https = HttpsConnectorBuilder::new()
        .with_tls_config(tls::trusting_this_machine()?)
        .https_or_http()
        .enable_http1()
        .wrap_connector(http);
    Ok(Client::builder(TokioExecutor::new()).pool_idle_timeout(KEPT).pool_timer(TokioTimer::new()).build(https))
}

/// A document, and when it came.
type Remembered = (DateTime<Utc>, Response<Vec<u8>>);

/// Asks others.
pub struct Outbound {
    clock: Clock,
    askers: OnceLock<Askers>,
    remembered: Mutex<HashMap<String, Remembered>>,
}

struct Askers {
    anywhere: Asker,
    public: Asker,
}

impl Outbound {
    /// Of this machine. Nothing of it is looked at before the first request: who has no log-in provider needs no certificates.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self { clock, askers: OnceLock::new(), remembered: Mutex::default() }
    }

    fn askers(&self) -> anyhow::Result<&Askers> {
        if let Some(askers) = self.askers.get() {
            return Ok(askers);
        }
        let askers = Askers { anywhere: asker(false)?, public: asker(true)? };
        Ok(self.askers.get_or_init(|| askers))
    }

    /// Asks, once. `named` are the addresses that the configuration names: theirs may be anywhere.
    ///
    /// # Errors
    /// Where the address is not allowed, or nobody answers in time.
    pub async fn ask(&self, request: Request<Vec<u8>>, named: &[&Url]) -> Result<Response<Vec<u8>>, OutboundError> {
        let (mut parts, body) = request.into_parts();
        let target = Url::parse(&parts.uri.to_string()).map_err(OutboundError::failed)?;
        let is_named = named.iter().any(|named| named.origin() == target.origin());
        if !is_named && !may_be_public(&target) {
            return Err(OutboundError::NotAllowed(target.origin().ascii_serialization()));
        }
        parts.headers.insert(USER_AGENT, HeaderValue::from_static("Sanggar"));
        let request = Request::from_parts(parts, Full::new(Bytes::from(body)));
        let askers = self.askers().map_err(OutboundError::Failed)?;
        let asker = if is_named { &askers.anywhere } else { &askers.public };
        let answered = async {
            let (parts, body) = asker.request(request).await?.into_parts();
            let body = Limited::new(body, ANSWER_MOST).collect().await.map_err(anyhow::Error::from_boxed)?;
            Ok(Response::from_parts(parts, body.to_bytes().to_vec()))
        };
        match tokio::time::timeout(LIMIT, answered).await {
            Ok(answered) => answered.map_err(OutboundError::Failed),
            Err(_) => Err(OutboundError::failed(anyhow::anyhow!("not within {} s", LIMIT.as_secs()))),
        }
    }

    /// Asks for a document, unless the one that we have is no older than this.
    ///
    /// # Errors
    /// Those of [`Self::ask`].
    pub async fn document(
        &self,
        request: Request<Vec<u8>>,
        named: &[&Url],
        no_older: TimeDelta,
    ) -> Result<Response<Vec<u8>>, OutboundError> {
        if request.method() != Method::GET {
            return self.ask(request, named).await;
        }
        let (key, now) = (request.uri().to_string(), self.clock.now());
        if let Some((at, document)) = self.remembered.lock().unwrap_or_else(PoisonError::into_inner).get(&key)
            && *at + no_older > now
        {
            return Ok(document.clone());
        }
        let document = self.ask(request, named).await?;
        if document.status() == StatusCode::OK {
            let mut remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
            if remembered.len() >= REMEMBERED_MOST {
                remembered.clear();
            }
            remembered.insert(key, (now, document.clone()));
        }
        Ok(document)
    }
}

/// Whether an address could be a public one, over TLS. What a name stands for is looked at when it is connected to.
fn may_be_public(url: &Url) -> bool {
    url.scheme() == "https"
        && match url.host() {
            Some(Host::Ipv4(address)) => is_public(address.into()),
            Some(Host::Ipv6(address)) => is_public(address.into()),
            Some(Host::Domain(_)) => true,
            None => false,
        }
}

/// Whether an address is one of the public internet, by the registries of IANA (special-purpose addresses, IPv4 and IPv6): of IPv6 what is
/// given out to networks at all (2000::/3), without what is a tunnel to, or a way to write, an address of IPv4.
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, ..)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    );
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    let given_out = (0x2000..0x4000).contains(&a);
    // 2001::/23 holds protocols (Teredo among them), 2001:db8::/32 and 3fff::/20 examples, 2002::/16 is 6to4.
    let special = matches!((a, b), (0x2001, 0..=0x01ff | 0x0db8) | (0x2002, _)) || (a == 0x3fff && b < 0x1000);
    given_out && !special
}

/// Looks names up; on the way to who is not named by the configuration, what they stand for must be public, and that is what is
/// connected to: nobody answers differently the second time.
#[derive(Clone, Copy)]
struct Resolver {
    public_only: bool,
}

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = std::io::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut task::Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let public_only = self.public_only;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let found: Vec<_> = found.filter(|address| !public_only || is_public(address.ip())).collect();
            if found.is_empty() {
                return Err(std::io::Error::other("the name stands for no public address"));
            }
            Ok(found.into_iter())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().expect(text)
    }

    #[test]
    fn what_is_not_public_is_not_asked() {
        for own in [
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f.0.0.1/",
            "https://0177.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::]/",
            "https://0.0.0.0/",
            "https://0/",
            "https://10.1.2.3/",
            "https://172.31.0.1/",
            "https://192.168.0.1/",
            "https://169.254.169.254/",
            "https://[::ffff:a00:1]/",
            "https://[fe80::1]/",
            "https://[fd00::1]/",
            "https://[64:ff9b::7f00:1]/",
            "https://[2002:7f00:1::]/",
            "https://100.64.0.1/",
            "https://224.0.0.1/",
            "https://255.255.255.255/",
            "http://example.org/",
            "ftp://example.org/",
            "file:///etc/passwd",
            "gopher://example.org/",
        ] {
            assert!(!may_be_public(&url(own)), "{own}");
        }
        for public in ["https://example.org/", "https://9.9.9.9/", "https://[2620:fe::fe]/", "https://172.32.0.1/"] {
            assert!(may_be_public(&url(public)), "{public}");
        }
    }

    #[tokio::test]
    async fn a_name_of_this_machine_is_not_public() {
        let name: Name = "localhost".parse().expect("a name");
        let found = Resolver { public_only: true }.call(name.clone()).await;
        assert!(found.is_err(), "{found:?}");
        assert!(Resolver { public_only: false }.call(name).await.is_ok_and(|mut found| found.next().is_some()));
    }
}
