//! Signing in at a provider: Google, GitHub, whoever speaks OpenID Connect.
//!
//! The way of one log-in: [`begin`] sends the person to the provider, with a state that comes back once, a nonce, and a proof key
//! (PKCE) for which the provider gives nothing to anybody else; [`callback`] is where they come back, and sends them on to the client with a code of
//! ours; [`complete`] takes that code from the client that has the verifier of its challenge, and only then asks the provider who they are.
//! Until then nothing is kept of them, and of whom the academy does not know nothing is kept at all before they have said how old they are
//! and accepted its documents ([`register`]). Nothing of the provider's (its tokens) is kept.

pub mod begin;
pub mod callback;
pub mod complete;
mod github;
mod oidc;
pub mod register;
pub(super) mod store;
pub mod unlink;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use url::Url;

use super::policy;
use crate::platform::{
    config::Settings,
    fault::{Code, Fault},
    graphql::{UserErrorCode, user_error::Objection},
    providers::{LogInSettings, Provider, ProviderKind},
};

/// The providers of an academy: their names for clients, and for people.
#[must_use]
pub fn all(settings: &Settings, academy: &str) -> Vec<(String, String)> {
    let providers = settings.log_in.get(academy).map(|log_in| &log_in.providers);
    let named = |(id, provider): (&String, &Provider)| (id.clone(), provider.shown_name(id).to_owned());
    providers.into_iter().flatten().map(named).collect()
}

/// A provider of an academy, and where people come back from it.
#[derive(Clone, Debug)]
struct Known {
    id: String,
    provider: Provider,
    issuer: Url,
    redirect: Url,
    log_in: LogInSettings,
    base: Url,
}

impl Known {
    /// The provider of this name; nothing where the academy has none.
    fn of(settings: &Arc<Settings>, academy: &str, id: &str) -> Result<Option<Self>, Fault> {
        let Some(log_in) = settings.log_in.get(academy) else { return Ok(None) };
        let Some(provider) = log_in.providers.get(id) else { return Ok(None) };
        let base = settings.base_url()?;
        let redirect = base.join(&format!("a/{academy}/oauth/{id}/callback")).map_err(anyhow::Error::from)?;
        Ok(Some(Self {
            id: id.to_owned(),
            issuer: provider.issuer_url()?,
            provider: provider.clone(),
            redirect,
            log_in: log_in.clone(),
            base,
        }))
    }

    fn shown_name(&self) -> &str {
        self.provider.shown_name(&self.id)
    }

    fn is_github(&self) -> bool {
        self.provider.kind == ProviderKind::Github
    }
}

/// What is kept, sealed, of who is at a provider.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// Of the challenge that the provider has (RFC 7636).
    verifier: String,
    /// What the provider's token repeats; GitHub has none.
    nonce: String,
    /// Whether the provider says who it is when it sends people back (RFC 9207).
    says_issuer: bool,
    /// What it gave, once they are back.
    code: Option<String>,
}

/// Whom a provider has proved.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Proved {
    /// Who says so.
    issuer: String,
    /// Who they are there.
    subject: String,
    /// Their address, where the provider has verified it.
    email: Option<String>,
    /// What they are called there.
    full_name: Option<String>,
}

/// Letters of a subject at most (OpenID Connect Core, 2).
const SUBJECT_MOST: usize = 255;

impl Proved {
    /// What can be kept of it: what it says of the person is as long as what they could say of themselves.
    fn bounded(self) -> Result<Self, Unproved> {
        let Self { issuer, subject, email, full_name } = self;
        if subject.is_empty() || subject.len() > SUBJECT_MOST || !subject.chars().all(|c| c.is_ascii_graphic()) {
            return Err(Unproved::Refused(anyhow::anyhow!("the subject is none")));
        }
        let email = email.and_then(|email| policy::email(&email).ok());
        let full_name = full_name.and_then(|name| policy::full_name(&name).ok());
        Ok(Self { issuer, subject, email, full_name })
    }
}

/// Why a provider proves nobody.
#[derive(Debug)]
enum Unproved {
    /// It refuses, or what it says can't be believed.
    Refused(anyhow::Error),
    /// It does not answer.
    Silent(anyhow::Error),
}

/// Letters of a cause in the log at most: it may quote what a provider says.
const CAUSE_MOST: usize = 300;

fn in_short(cause: &anyhow::Error) -> String {
    format!("{cause:#}").chars().take(CAUSE_MOST).collect()
}

/// The provider does not answer: nothing that the person could mend.
fn silent(provider: &Known, cause: &anyhow::Error) -> Fault {
    tracing::warn!(provider = provider.id, cause = in_short(cause), "a log-in provider does not answer");
    let name = provider.shown_name();
    Fault::Refused(
        Code::Overloaded,
        words!(
            "{name} sedang tidak menjawab; coba lagi sebentar lagi, atau masuk dengan cara lain.",
            "{name} does not answer at the moment; try again in a while, or sign in in another way."
        ),
    )
}

/// The academy has no such provider.
fn unknown_provider() -> Objection {
    let words = words!(
        "Akademi ini tidak memakai penyedia ini; baca academy.logInProviders.",
        "This academy has no such provider; read academy.logInProviders."
    );
    Objection::new(UserErrorCode::NotFound, "provider", words)
}
