//! A log-in provider of a test: speaks OpenID Connect and GitHub's OAuth over HTTP, checks what a provider checks, and lies where it is told to.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use ed25519_dalek::{Signer, SigningKey};
use hmac::{Hmac, Mac};
use poem::{EndpointExt, Request, Response, Route, Server, endpoint::make, http::StatusCode, listener::TcpAcceptor};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

pub const CLIENT: &str = "sanggar";
pub const SECRET: &str = "rahasia klien";

/// What a provider says, and where it lies.
#[derive(Clone, Default)]
pub struct Script {
    /// Replaces what discovery says.
    pub discovery: Value,
    /// Replaces claims of the token; null takes one away.
    pub claims: Value,
    /// Replaces the token's head.
    pub head: Value,
    /// How the token is signed.
    pub signed: Signed,
    /// What `/me` says.
    pub user_info: Value,
    /// What GitHub's API says of the account, and of its addresses.
    pub github: (Value, Value),
    /// The token endpoint sends elsewhere.
    pub redirects_to: Option<String>,
    /// The number of the key that is published, and signed with.
    pub key: u8,
    /// It gives a token again for a code that was used.
    pub forgets_nothing: bool,
    /// So many spaces stand before what discovery says.
    pub spaces: usize,
    /// It answers everything like this.
    pub down: Option<u16>,
    /// Another key is published than is signed with.
    pub publishes: Option<u8>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub enum Signed {
    #[default]
    Well,
    /// By a key that is not the published one.
    ByAnother,
    /// Not at all.
    Not,
    /// With the public key as a secret.
    WithThePublicKey,
    /// With the client's secret.
    WithTheClientSecret,
}

#[derive(Clone)]
struct Granted {
    challenge: String,
    nonce: Option<String>,
    redirect: String,
}

#[derive(Default)]
struct State {
    script: Script,
    granted: HashMap<String, Granted>,
    asked: Vec<String>,
    now: Option<DateTime<Utc>>,
}

#[derive(Clone)]
pub struct LogInProvider {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl LogInProvider {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let provider = Self { address, state: Arc::default() };
        let acceptor = TcpAcceptor::from_tokio(listener).expect("a listener");
        let all = {
            let provider = provider.clone();
            make(move |request| {
                let provider = provider.clone();
                async move { Ok::<_, poem::Error>(provider.answer(request).await) }
            })
        };
        tokio::spawn(Server::new_with_acceptor(acceptor).run(Route::new().nest("/", all.map_to_response())));
        provider
    }

    pub fn issuer(&self) -> String {
        format!("http://{}", self.address)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on it says this.
    pub fn says(&self, script: Script) {
        self.state().script = script;
    }

    /// Its clock.
    pub fn at(&self, now: DateTime<Utc>) {
        self.state().now = Some(now);
    }

    /// What it was asked for, by path.
    pub fn asked(&self) -> Vec<String> {
        self.state().asked.clone()
    }

    /// The person agrees: where their browser is sent.
    pub fn agrees(&self, authorize: &str) -> Url {
        let authorize: Url = authorize.parse().expect("an address");
        let asked: HashMap<_, _> = authorize.query_pairs().into_owned().collect();
        assert_eq!(asked["client_id"], CLIENT);
        assert_eq!(asked["response_type"], "code");
        assert_eq!(asked["code_challenge_method"], "S256");
        let code = format!("kode-{}", uuid::Uuid::new_v4().simple());
        let granted = Granted {
            challenge: asked["code_challenge"].clone(),
            nonce: asked.get("nonce").cloned(),
            redirect: asked["redirect_uri"].clone(),
        };
        self.state().granted.insert(code.clone(), granted);
        let mut back: Url = asked["redirect_uri"].parse().expect("an address");
        back.query_pairs_mut().append_pair("code", &code).append_pair("state", &asked["state"]);
        if asked.contains_key("nonce") {
            back.query_pairs_mut().append_pair("iss", &self.issuer());
        }
        back
    }

    async fn answer(&self, mut request: Request) -> Response {
        let path = request.uri().path().to_owned();
        let authorization = request.header("authorization").unwrap_or_default().to_owned();
        let body = request.take_body().into_string().await.unwrap_or_default();
        self.state().asked.push(path.clone());
        let issuer = self.issuer();
        let script = self.state().script.clone();
        if let Some(status) = script.down {
            let status = StatusCode::from_u16(status).expect("a status");
            return Response::builder().status(status).content_type("text/html").body("<h1>Sebentar</h1>");
        }
        let told = |value: Value| Response::builder().content_type("application/json").body(value.to_string());
        match path.as_str() {
            "/.well-known/openid-configuration" => {
                let mut said = json!({
                    "issuer": issuer,
                    "authorization_endpoint": format!("{issuer}/auth"), "token_endpoint": format!("{issuer}/token"),
                    "jwks_uri": format!("{issuer}/jwks"), "userinfo_endpoint": format!("{issuer}/me"),
                    "response_types_supported": ["code"], "subject_types_supported": ["public"],
                    "id_token_signing_alg_values_supported": ["EdDSA", "RS256", "HS256", "none"],
                    "authorization_response_iss_parameter_supported": true,
                });
                replace(&mut said, &script.discovery);
                let text = format!("{}{said}", " ".repeat(script.spaces));
                Response::builder().content_type("application/json").body(text)
            }
            "/jwks" => told(json!({ "keys": [public(script.publishes.unwrap_or(script.key))] })),
            "/token" | "/login/oauth/access_token" => self.token(&path, &authorization, &body, &script),
            "/me" if authorization == "Bearer kunci" => told(script.user_info),
            "/api/user" if authorization == "Bearer kunci" => told(script.github.0),
            "/api/user/emails" if authorization == "Bearer kunci" => told(script.github.1),
            _ => StatusCode::NOT_FOUND.into(),
        }
    }

    fn token(&self, path: &str, authorization: &str, body: &str, script: &Script) -> Response {
        if let Some(target) = &script.redirects_to {
            return Response::builder().status(StatusCode::TEMPORARY_REDIRECT).header("location", target).finish();
        }
        let is_github = path != "/token";
        let given: HashMap<_, _> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
        let json = |status, value: Value| {
            Response::builder().status(status).content_type("application/json").body(value.to_string())
        };
        // As GitHub does, which says 200 all the same.
        let refused =
            |error| json(if is_github { StatusCode::OK } else { StatusCode::BAD_REQUEST }, json!({ "error": error }));
        let by_header = format!(
            "Basic {}",
            base64::engine::general_purpose::STANDARD.encode(format!("{CLIENT}:{}", SECRET.replace(' ', "+")))
        );
        let is_client = if is_github {
            given.get("client_id").map(String::as_str) == Some(CLIENT)
                && given.get("client_secret").map(String::as_str) == Some(SECRET)
        } else {
            authorization == by_header
        };
        if !is_client {
            return refused("invalid_client");
        }
        let code = given.get("code").map_or("", String::as_str);
        let granted = self.state().granted.get(code).cloned();
        if !script.forgets_nothing {
            self.state().granted.remove(code);
        }
        let Some(granted) = granted else { return refused("invalid_grant") };
        let verifier = given.get("code_verifier").cloned().unwrap_or_default();
        if URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) != granted.challenge
            || given.get("redirect_uri") != Some(&granted.redirect)
        {
            return refused("invalid_grant");
        }
        let mut answer = json!({ "access_token": "kunci", "token_type": "Bearer", "scope": "openid" });
        if !is_github {
            answer["id_token"] = self.id_token(&granted, script).into();
        }
        json(StatusCode::OK, answer)
    }

    fn id_token(&self, granted: &Granted, script: &Script) -> String {
        let now = self.state().now.unwrap_or_else(Utc::now).timestamp();
        let mut claims = json!({
            "iss": self.issuer(), "aud": CLIENT, "sub": "siti", "nonce": granted.nonce, "iat": now, "exp": now + 300,
            "email": "siti@example.org", "email_verified": true, "name": "Siti Rahma",
        });
        replace(&mut claims, &script.claims);
        let algorithm = match script.signed {
            Signed::Well | Signed::ByAnother => "EdDSA",
            Signed::Not => "none",
            Signed::WithThePublicKey | Signed::WithTheClientSecret => "HS256",
        };
        let mut head = json!({ "alg": algorithm, "typ": "JWT", "kid": format!("kunci-{}", script.key) });
        replace(&mut head, &script.head);
        let signed =
            format!("{}.{}", URL_SAFE_NO_PAD.encode(head.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()));
        let with = |secret: &[u8]| {
            let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(secret).expect("any length");
            mac.update(signed.as_bytes());
            mac.finalize().into_bytes().to_vec()
        };
        let signature = match script.signed {
            Signed::Well => key(script.key).sign(signed.as_bytes()).to_vec(),
            Signed::ByAnother => key(script.key + 100).sign(signed.as_bytes()).to_vec(),
            Signed::Not => Vec::new(),
            Signed::WithThePublicKey => with(key(script.key).verifying_key().as_bytes()),
            Signed::WithTheClientSecret => with(SECRET.as_bytes()),
        };
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

fn key(number: u8) -> SigningKey {
    SigningKey::from_bytes(&[number; 32])
}

fn public(number: u8) -> Value {
    json!({
        "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": format!("kunci-{number}"),
        "x": URL_SAFE_NO_PAD.encode(key(number).verifying_key().as_bytes()),
    })
}

fn replace(said: &mut Value, by: &Value) {
    let (Some(said), Some(by)) = (said.as_object_mut(), by.as_object()) else { return };
    for (name, value) in by {
        if value.is_null() {
            said.remove(name);
        } else {
            said.insert(name.clone(), value.clone());
        }
    }
}
