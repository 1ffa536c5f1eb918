//! Log-in providers, as the configuration names them, by academy:
//!
//! ```toml
//! [log_in.sanggar]
//! return_to = ["https://app.example.org/signed-in"]
//!
//! [log_in.sanggar.providers.google]
//! kind = "google"
//! client_id = "…"
//! client_secret = "…"
//! ```

use std::{collections::BTreeMap, fmt};

use anyhow::{Context, ensure};
use serde::{Deserialize, Serialize};
use url::{Host, Url};

use super::text::is_slug;

/// How the people of an academy can sign in beside by a password.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogInSettings {
    /// Pages of clients that a person is led back to, exact, beside `/signed-in` at the server's own address.
    #[serde(default)]
    pub return_to: Vec<Url>,
    /// By the names that clients ask for them by.
    #[serde(default)]
    pub providers: BTreeMap<String, Provider>,
}

/// What speaks to a provider.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProviderKind {
    /// Any that speaks OpenID Connect.
    Oidc,
    /// Google: the same, its address known.
    Google,
    /// GitHub, which speaks OAuth 2 and has an API of its own.
    Github,
}

/// A log-in provider.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// What speaks to it.
    pub kind: ProviderKind,
    /// What people read; the usual name of its kind where it is left out.
    pub name: Option<String>,
    /// As the provider knows us.
    pub client_id: String,
    /// What proves that to it; a public client has none.
    pub client_secret: Option<Secret>,
    /// Its address: the issuer of OpenID Connect, exact to the letter; of GitHub where people sign in.
    pub issuer: Option<String>,
    /// Where GitHub's API is.
    pub api: Option<Url>,
    /// The one domain (Google Workspace) whose people may sign in.
    pub hosted_domain: Option<String>,
}

/// A secret of the configuration. Nobody prints it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// The secret itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Provider {
    /// What people read.
    #[must_use]
    pub fn shown_name<'a>(&'a self, id: &'a str) -> &'a str {
        match (&self.name, self.kind) {
            (Some(name), _) => name,
            (None, ProviderKind::Google) => "Google",
            (None, ProviderKind::Github) => "GitHub",
            (None, ProviderKind::Oidc) => id,
        }
    }

    /// Its address, as it says it itself.
    #[must_use]
    pub fn issuer(&self) -> &str {
        match (&self.issuer, self.kind) {
            (Some(issuer), _) => issuer,
            (None, ProviderKind::Google) => "https://accounts.google.com",
            (None, ProviderKind::Github) => "https://github.com",
            (None, ProviderKind::Oidc) => "",
        }
    }

    /// The same, to go there.
    ///
    /// # Errors
    /// Where it is missing, or no address.
    pub fn issuer_url(&self) -> anyhow::Result<Url> {
        ensure!(!self.issuer().is_empty(), "issuer is missing");
        self.issuer().parse().with_context(|| format!("issuer: {} is no address", self.issuer()))
    }

    /// Where GitHub's API is.
    ///
    /// # Errors
    /// Never: its usual address is one.
    pub fn api(&self) -> anyhow::Result<Url> {
        Ok(match &self.api {
            Some(api) => api.clone(),
            None => "https://api.github.com".parse()?,
        })
    }
}

impl LogInSettings {
    /// Whether a person may be led back to an address: exact, since another page of the same client may give away what it gets (RFC 9700,
    /// 4.1.3).
    #[must_use]
    pub fn leads_back_to(&self, base: &Url, target: &Url) -> bool {
        self.return_to.contains(target) || base.join("signed-in").is_ok_and(|own| own == *target)
    }

    /// Refuses what can't be right.
    ///
    /// # Errors
    /// What is wrong, and where.
    pub fn check(&self, academy: &str) -> anyhow::Result<()> {
        ensure!(is_slug(academy, 63), "log_in.{academy}: this is no slug of an academy");
        for page in &self.return_to {
            let is_bare = page.query().is_none() && page.fragment().is_none() && page.username().is_empty();
            ensure!(
                is_safe(page) && is_bare,
                "log_in.{academy}.return_to has pages (https://app.example.org/signed-in), not {page}"
            );
        }
        for (id, provider) in &self.providers {
            provider.check(id).with_context(|| format!("log_in.{academy}.providers.{id}"))?;
        }
        Ok(())
    }
}

impl Provider {
    fn check(&self, id: &str) -> anyhow::Result<()> {
        ensure!(is_slug(id, 63), "its name is 2 to 63 small letters, digits and hyphens");
        ensure!(!self.client_id.is_empty(), "client_id is empty");
        for address in [self.issuer_url()?, self.api()?] {
            ensure!(is_safe(&address), "{address} is not over https");
            ensure!(address.query().is_none() && address.fragment().is_none(), "{address} has a query or a fragment");
        }
        ensure!(self.kind == ProviderKind::Github || self.api.is_none(), "only GitHub has an api");
        ensure!(self.kind != ProviderKind::Github || self.client_secret.is_some(), "GitHub asks for a client_secret");
        ensure!(self.kind == ProviderKind::Google || self.hosted_domain.is_none(), "only Google has a hosted_domain");
        Ok(())
    }
}

/// Over TLS, or on this machine.
fn is_safe(url: &Url) -> bool {
    match (url.scheme(), url.host()) {
        ("https", Some(_)) => true,
        ("http", Some(Host::Ipv4(address))) => address.is_loopback(),
        ("http", Some(Host::Ipv6(address))) => address.is_loopback(),
        ("http", Some(Host::Domain(name))) => name == "localhost",
        _ => false,
    }
}
