//! GitHub: OAuth 2, and two questions to its API in place of a token that says who somebody is.

use std::sync::Arc;

use anyhow::{Context, anyhow};
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet, EndpointSet,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope, TokenResponse, TokenUrl,
    basic::BasicClient,
};
use serde::{Deserialize, de::DeserializeOwned};
use url::Url;

use super::{Kept, Known, Proved, Unproved, oidc::Asking};
use crate::platform::graphql::Services;

type Client = BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// Addresses of this domain take no mail.
const NO_REPLY: &str = "@users.noreply.github.com";

#[derive(Deserialize)]
struct Account {
    // A number that stays: the name that people see can be changed, and taken by somebody else.
    id: u64,
    name: Option<String>,
}

#[derive(Deserialize)]
struct Address {
    email: String,
    primary: bool,
    verified: bool,
}

/// Where a person is to go, and what is to be kept meanwhile.
pub(super) fn authorize(
    provider: &Known,
    state: String,
    (verifier, nonce): (String, String),
) -> anyhow::Result<(Url, Kept)> {
    let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(verifier.clone()));
    let (url, _) = client(provider)?
        .authorize_url(|| CsrfToken::new(state))
        .add_scope(Scope::new("read:user".to_owned()))
        .add_scope(Scope::new("user:email".to_owned()))
        .set_pkce_challenge(challenge)
        .url();
    Ok((url, Kept { verifier, nonce, says_issuer: false, code: None }))
}

/// Who came back.
pub(super) async fn prove(services: &Services, provider: &Known, kept: &Kept, code: &str) -> Result<Proved, Unproved> {
    let http = Asking { outbound: Arc::clone(&services.outbound), named: provider.issuer.clone(), no_older: None };
    let tokens = client(provider)
        .map_err(Unproved::Silent)?
        .exchange_code(AuthorizationCode::new(code.to_owned()))
        .set_pkce_verifier(PkceCodeVerifier::new(kept.verifier.clone()))
        .request_async(&http)
        .await
        .map_err(|error| match error {
            RequestTokenError::Request(cause) => Unproved::Silent(cause.into()),
            // GitHub says 200 where it refuses: then it is no token either.
            RequestTokenError::ServerResponse(_) | RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
                Unproved::Refused(anyhow!("GitHub gave no token"))
            }
        })?;
    let secret = tokens.access_token().secret();
    let account: Account = ask(services, provider, secret, "user").await?;
    let addresses: Vec<Address> = ask(services, provider, secret, "user/emails").await?;
    let email = addresses
        .into_iter()
        .find(|address| address.primary && address.verified)
        .map(|address| address.email)
        .filter(|email| !email.to_lowercase().ends_with(NO_REPLY));
    Ok(Proved {
        issuer: provider.provider.issuer().to_owned(),
        subject: account.id.to_string(),
        email,
        full_name: account.name,
    })
}

async fn ask<T: DeserializeOwned>(
    services: &Services,
    provider: &Known,
    token: &str,
    what: &str,
) -> Result<T, Unproved> {
    let api = provider.provider.api().map_err(Unproved::Silent)?;
    let target = below(&api, what).map_err(Unproved::Silent)?;
    let request = oauth2::http::Request::get(target.as_str())
        .header("accept", "application/vnd.github+json")
        .header("authorization", format!("Bearer {token}"))
        .body(Vec::new())
        .map_err(|error| Unproved::Silent(error.into()))?;
    let answer = services.outbound.ask(request, &[&provider.issuer, &api]).await;
    let answer = answer.map_err(|error| Unproved::Silent(error.into()))?;
    match answer.status().as_u16() {
        200 => serde_json::from_slice(answer.body())
            .map_err(|_| Unproved::Refused(anyhow!("what GitHub says of {what} can't be read"))),
        status @ 500.. => Err(Unproved::Silent(anyhow!("GitHub answers {status} to {what}"))),
        status => Err(Unproved::Refused(anyhow!("GitHub answers {status} to {what}"))),
    }
}

fn client(provider: &Known) -> anyhow::Result<Client> {
    let below_issuer = |path| below(&provider.issuer, path);
    let mut client = BasicClient::new(ClientId::new(provider.provider.client_id.clone()))
        .set_auth_uri(AuthUrl::from_url(below_issuer("login/oauth/authorize")?))
        .set_token_uri(TokenUrl::from_url(below_issuer("login/oauth/access_token")?))
        .set_redirect_uri(RedirectUrl::from_url(provider.redirect.clone()))
        .set_auth_type(AuthType::RequestBody);
    if let Some(secret) = &provider.provider.client_secret {
        client = client.set_client_secret(ClientSecret::new(secret.expose().to_owned()));
    }
    Ok(client)
}

/// Below an address, whether or not it ends with a slash.
fn below(base: &Url, path: &str) -> anyhow::Result<Url> {
    let joined = format!("{}/{path}", base.as_str().trim_end_matches('/'));
    joined.parse().with_context(|| format!("{joined} is no address"))
}
