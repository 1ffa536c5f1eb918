//! OpenID Connect, Google among those who speak it: where to send people, and who the one is that came back.

use std::sync::Arc;

use anyhow::{Context, anyhow, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use oauth2::{AsyncHttpClient, HttpRequest, HttpResponse};
use openidconnect::{
    AccessTokenHash, AdditionalClaims, AdditionalProviderMetadata, AuthType, AuthenticationFlow, AuthorizationCode,
    ClaimsVerificationError, ClientId, ClientSecret, CsrfToken, DiscoveryError, EmptyExtraTokenFields,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, IdTokenFields, IssuerUrl, Nonce, OAuth2TokenResponse,
    PkceCodeChallenge, PkceCodeVerifier, ProviderMetadata, RedirectUrl, RequestTokenError, Scope,
    SignatureVerificationError, StandardErrorResponse, StandardTokenResponse, TokenResponse, UserInfoClaims,
    UserInfoError,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreErrorResponseType,
        CoreGenderClaim, CoreGrantType, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
        CoreJweKeyManagementAlgorithm, CoreJwsSigningAlgorithm, CoreResponseMode, CoreResponseType, CoreRevocableToken,
        CoreRevocationErrorResponse, CoreSubjectIdentifierType, CoreTokenIntrospectionResponse, CoreTokenType,
    },
};
use serde::{Deserialize, Serialize};
use url::Url;

use super::{Kept, Known, Proved, Unproved};
use crate::platform::{
    graphql::Services,
    outbound::{Outbound, OutboundError},
};

/// For so long what a provider says of itself, and its keys, are taken as they were.
const FRESH: TimeDelta = TimeDelta::hours(1);
/// Where a key is not among them, they are asked for anew, but not more often than this.
const FRESHER: TimeDelta = TimeDelta::minutes(1);
/// A token may be so old.
const AGE_MOST: TimeDelta = TimeDelta::minutes(10);
/// Clocks may differ by so much.
const SKEW: TimeDelta = TimeDelta::minutes(1);
/// Letters that a bearer's token is made of (RFC 6750, 2.1): what is none of them would not go into a header.
const TOKEN_LETTERS: &[u8] = b"-._~+/=";
/// How a token may be signed: with a private key of the provider's, never with a secret that we have too.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 4] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// What a provider says of itself beyond what the library reads.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Further {
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}
impl AdditionalProviderMetadata for Further {}

/// What a token says beyond that.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Domain {
    hd: Option<String>,
}
impl AdditionalClaims for Domain {}

type Metadata = ProviderMetadata<
    Further,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;
type Tokens = StandardTokenResponse<
    IdTokenFields<
        Domain,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;
type Client = openidconnect::Client<
    Domain,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Where a person is to go, and what is to be kept meanwhile.
pub(super) async fn authorize(
    services: &Services,
    provider: &Known,
    state: String,
    secrets: (String, String),
) -> Result<(Url, Kept), Unproved> {
    let metadata = discovered(services, provider, FRESH).await?;
    let says_issuer = metadata.additional_metadata().authorization_response_iss_parameter_supported;
    let client = client(provider, metadata).map_err(Unproved::Silent)?;
    let (verifier, nonce) = secrets;
    let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(verifier.clone()));
    let (for_state, for_nonce) = (CsrfToken::new(state), Nonce::new(nonce.clone()));
    let mut request = client
        .authorize_url(AuthenticationFlow::<CoreResponseType>::AuthorizationCode, || for_state, || for_nonce)
        .add_scope(Scope::new("email".to_owned()))
        .add_scope(Scope::new("profile".to_owned()))
        .set_pkce_challenge(challenge);
    if let Some(domain) = &provider.provider.hosted_domain {
        request = request.add_extra_param("hd", domain);
    }
    let (url, ..) = request.url();
    Ok((url, Kept { verifier, nonce, says_issuer, code: None }))
}

/// Who came back.
pub(super) async fn prove(services: &Services, provider: &Known, kept: &Kept, code: &str) -> Result<Proved, Unproved> {
    let metadata = discovered(services, provider, FRESH).await?;
    let known = client(provider, metadata).map_err(Unproved::Silent)?;
    let http = Asking { outbound: Arc::clone(&services.outbound), named: provider.issuer.clone(), no_older: None };
    let tokens: Tokens = known
        .exchange_code(AuthorizationCode::new(code.to_owned()))
        .map_err(|_| Unproved::Silent(anyhow!("the provider names no token endpoint")))?
        .set_pkce_verifier(PkceCodeVerifier::new(kept.verifier.clone()))
        .request_async(&http)
        .await
        .map_err(|error| match error {
            RequestTokenError::Request(cause) => Unproved::Silent(cause.into()),
            // What it says beside may quote what we sent.
            RequestTokenError::ServerResponse(response) => {
                Unproved::Refused(anyhow!("the provider answers {}", response.error()))
            }
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
                Unproved::Refused(anyhow!("what the provider answers is no token"))
            }
        })?;
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || TOKEN_LETTERS.contains(&byte);
    if !tokens.access_token().secret().bytes().all(is_letter) {
        return Err(Unproved::Refused(anyhow!("the access token is none")));
    }
    match believed(services, provider, &known, kept, &tokens, &http).await {
        Err(Unbelieved::OtherKey) => {
            let metadata = discovered(services, provider, FRESHER).await?;
            let known = client(provider, metadata).map_err(Unproved::Silent)?;
            believed(services, provider, &known, kept, &tokens, &http).await
        }
        outcome => outcome,
    }
    .map_err(|error| match error {
        Unbelieved::OtherKey => Unproved::Refused(anyhow!("the token is signed with a key that is not the provider's")),
        Unbelieved::For(unproved) => unproved,
    })
}

enum Unbelieved {
    /// The keys that we know are not those that it is signed with: they may have changed.
    OtherKey,
    For(Unproved),
}

impl From<anyhow::Error> for Unbelieved {
    fn from(cause: anyhow::Error) -> Self {
        Self::For(Unproved::Refused(cause))
    }
}

/// Looks at all that a token must be (OpenID Connect Core, 3.1.3.7).
async fn believed(
    services: &Services,
    provider: &Known,
    client: &Client,
    kept: &Kept,
    tokens: &Tokens,
    http: &Asking,
) -> Result<Proved, Unbelieved> {
    let now = services.clock.now();
    let token = tokens.id_token().context("the provider gave no id_token")?;
    let verifier = client
        .id_token_verifier()
        .set_allowed_algs(ALGORITHMS)
        .set_time_fn(move || now - SKEW)
        .set_issue_time_verifier_fn(move |issued| is_recent(issued, now));
    let claims = token.claims(&verifier, &Nonce::new(kept.nonce.clone())).map_err(|error| match error {
        ClaimsVerificationError::SignatureVerification(
            SignatureVerificationError::NoMatchingKey
            | SignatureVerificationError::AmbiguousKeyId(_)
            | SignatureVerificationError::CryptoError(_),
        ) => Unbelieved::OtherKey,
        error => anyhow!("the token: {error}").into(),
    })?;
    if let Some(given) = claims.access_token_hash() {
        let key = token.signing_key(&verifier).context("the token's key")?;
        let algorithm = token.signing_alg().context("the token's algorithm")?;
        let own = AccessTokenHash::from_token(tokens.access_token(), algorithm, key).context("the token's hash")?;
        if own != *given {
            return Err(anyhow!("the token belongs to another access token").into());
        }
    }
    // The library looks at it only where it is for several.
    if claims.authorized_party().is_some_and(|party| party.as_str() != provider.provider.client_id) {
        return Err(anyhow!("the token was asked for by another client").into());
    }
    if let Some(domain) = &provider.provider.hosted_domain
        && claims.additional_claims().hd.as_ref() != Some(domain)
    {
        return Err(anyhow!("the account is not of {domain}").into());
    }
    let name = |name: Option<&openidconnect::LocalizedClaim<openidconnect::EndUserName>>| {
        name.and_then(|name| name.get(None)).map(|name| name.to_string())
    };
    let mut proved = Proved {
        issuer: claims.issuer().to_string(),
        subject: claims.subject().to_string(),
        email: verified(claims.email(), claims.email_verified()),
        full_name: name(claims.name()),
    };
    if (claims.email().is_none() || claims.email_verified().is_none()) && client.user_info_url().is_some() {
        // Its subject has to be the token's.
        let further: UserInfoClaims<Domain, CoreGenderClaim> = client
            .user_info(tokens.access_token().clone(), Some(claims.subject().clone()))
            .map_err(|error| anyhow!("userinfo: {error}"))?
            .request_async(http)
            .await
            .map_err(|error| match error {
                UserInfoError::Request(cause) => Unbelieved::For(Unproved::Silent(cause.into())),
                // Its words name who it is.
                UserInfoError::ClaimsVerification(_) => anyhow!("userinfo is about somebody else").into(),
                _ => anyhow!("what the provider says of the person can't be read").into(),
            })?;
        proved.email = verified(further.email(), further.email_verified());
        proved.full_name = proved.full_name.or_else(|| name(further.name()));
    }
    Ok(proved)
}

/// An address that the provider says to have verified: an address that it merely has proves nothing.
fn verified(email: Option<&openidconnect::EndUserEmail>, is_verified: Option<bool>) -> Option<String> {
    email.filter(|_| is_verified == Some(true)).map(|email| email.to_string())
}

fn is_recent(issued: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), String> {
    if issued > now + SKEW {
        return Err("issued in the future".to_owned());
    }
    if issued < now - AGE_MOST {
        return Err("issued too long ago".to_owned());
    }
    Ok(())
}

async fn discovered(services: &Services, provider: &Known, no_older: TimeDelta) -> Result<Metadata, Unproved> {
    let http =
        Asking { outbound: Arc::clone(&services.outbound), named: provider.issuer.clone(), no_older: Some(no_older) };
    let issuer = IssuerUrl::new(provider.provider.issuer().to_owned());
    let issuer = issuer.map_err(|error| Unproved::Silent(error.into()))?;
    let said = match Metadata::discover_async(issuer.clone(), &http).await {
        // What was remembered may have been no answer of its: once more, and not more often than what is asked for anew.
        Err(error) if !matches!(error, DiscoveryError::Request(_)) && no_older > FRESHER => {
            Metadata::discover_async(issuer, &Asking { no_older: Some(FRESHER), ..http }).await
        }
        said => said,
    };
    said.map_err(|error| {
        Unproved::Silent(match error {
            DiscoveryError::Request(cause) => cause.into(),
            error => anyhow!("what the provider says of itself: {error}"),
        })
    })
}

fn client(provider: &Known, metadata: Metadata) -> anyhow::Result<Client> {
    let methods = metadata.token_endpoint_auth_methods_supported().cloned().unwrap_or_default();
    ensure!(metadata.token_endpoint().is_some(), "the provider names no token endpoint");
    // A client opens it, and some open whatever they are given.
    let target = metadata.authorization_endpoint().url();
    let is_page = target.scheme() == "https" || target.origin() == provider.issuer.origin();
    ensure!(is_page && matches!(target.scheme(), "https" | "http"), "the provider sends people where no page is");
    // RFC 8414: where nothing is said, HTTP's own.
    let by_header = methods.is_empty() || methods.contains(&CoreClientAuthMethod::ClientSecretBasic);
    let id = ClientId::new(provider.provider.client_id.clone());
    let secret = provider.provider.client_secret.as_ref().map(|secret| ClientSecret::new(secret.expose().to_owned()));
    Ok(Client::from_provider_metadata(metadata, id, secret)
        .set_redirect_uri(RedirectUrl::from_url(provider.redirect.clone()))
        .set_auth_type(if by_header { AuthType::BasicAuth } else { AuthType::RequestBody }))
}

/// Asks as the library wants to be asked for.
pub(super) struct Asking {
    pub(super) outbound: Arc<Outbound>,
    pub(super) named: Url,
    /// For documents: what we have will do if it is no older than this.
    pub(super) no_older: Option<TimeDelta>,
}

impl<'c> AsyncHttpClient<'c> for Asking {
    type Error = OutboundError;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<HttpResponse, OutboundError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let named = [&self.named];
            let answer = match self.no_older {
                Some(no_older) => self.outbound.document(request, &named, no_older).await?,
                None => self.outbound.ask(request, &named).await?,
            };
            // A provider in trouble has not refused anybody.
            if answer.status().is_server_error() {
                return Err(OutboundError::Failed(anyhow!("it answers {}", answer.status())));
            }
            Ok(answer)
        })
    }
}
