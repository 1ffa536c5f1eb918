//! A client that speaks GraphQL over HTTP, and nothing else.

use std::net::SocketAddr;

use sanggar::platform::fault::Code;
use serde_json::{Value, json};

/// Somebody's client.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    /// Where GraphQL is.
    pub url: String,
    academy: String,
    token: Option<String>,
    language: String,
    reason: Option<String>,
}

/// An answer of the server.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub json: Value,
}

impl Client {
    pub fn new(address: SocketAddr, academy: &str) -> Self {
        Self {
            http: reqwest::Client::new(),
            url: format!("http://{address}/graphql"),
            academy: academy.to_owned(),
            token: None,
            language: "en".to_owned(),
            reason: None,
        }
    }

    /// The same client with a session.
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The same client in another language.
    pub fn speaking(&self, language: &str) -> Self {
        Self { language: language.to_owned(), ..self.clone() }
    }

    /// The same client, of another academy.
    pub fn at(&self, academy: &str) -> Self {
        Self { academy: academy.to_owned(), ..self.clone() }
    }

    /// The same client, whose user says why they read somebody's data.
    pub fn because(&self, reason: &str) -> Self {
        Self { reason: Some(reason.to_owned()), ..self.clone() }
    }

    /// The request before it is sent, for tests of the transport.
    pub fn post(&self) -> reqwest::RequestBuilder {
        let request = self
            .http
            .post(&self.url)
            .header("accept", "application/graphql-response+json")
            .header("content-type", "application/json")
            .header("accept-language", &self.language)
            .header("x-academy", &self.academy);
        let request = match &self.reason {
            Some(reason) => request.header("x-access-reason", reason),
            None => request,
        };
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a document, and gives the answer whatever it is.
    pub async fn send(&self, query: &str, variables: Value) -> Answer {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let response = self.post().body(body).send().await.expect("the server answers");
        let status = response.status().as_u16();
        // What may hold somebody's data is kept by nobody on the way: of every answer of every test.
        assert_eq!(response.headers()["cache-control"], "private, no-store");
        let text = response.text().await.expect("a body");
        let answer =
            Answer { status, json: serde_json::from_str(&text).unwrap_or_else(|_| panic!("not JSON: {text}")) };
        for code in answer.codes() {
            assert!(Code::ALL.iter().any(|known| known.as_str() == code), "{code} is no code of ours: {text}");
        }
        answer
    }

    /// Sends a document that must be answered without errors, and gives its data.
    pub async fn data(&self, query: &str, variables: Value) -> Value {
        let answer = self.send(query, variables).await;
        assert!(answer.json.get("errors").is_none(), "{query}\n{}", answer.json);
        answer.json["data"].clone()
    }
}

impl Answer {
    /// The codes of its errors, in their order.
    pub fn codes(&self) -> Vec<&str> {
        let errors = self.json["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        errors.iter().map(|error| error["extensions"]["code"].as_str().unwrap_or("(none)")).collect()
    }
}

/// The codes and paths of a payload's `userErrors`: `["TAKEN input.username"]`.
pub fn user_errors(payload: &Value) -> Vec<String> {
    let errors = payload["userErrors"].as_array().expect("a payload");
    errors
        .iter()
        .map(|error| {
            let path: Vec<_> = error["path"].as_array().expect("a path").iter().filter_map(Value::as_str).collect();
            format!("{} {}", error["code"].as_str().unwrap_or_default(), path.join("."))
        })
        .collect()
}
