//! GraphQL over a WebSocket: the protocol graphql-transport-ws, with the close codes that it names.

use std::{collections::HashMap, sync::Arc, time::Duration};

use async_graphql::{ObjectType, SubscriptionType, parser::types::OperationType};
use futures_util::{SinkExt, StreamExt};
use poem::{
    http::HeaderMap,
    web::websocket::{CloseCode, Message, WebSocketStream},
};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use tokio::{sync::mpsc, task::AbortHandle};

use super::{
    answer::too_many,
    bounds,
    call::{Call, RequestFacts},
    document::Rejected,
    endpoint::{self, Face},
    error, request,
    shares::Charged,
};
use crate::platform::{
    fault::{Code, Fault},
    text::Words,
};

/// The one subprotocol.
pub const PROTOCOL: &str = "graphql-transport-ws";

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Incoming {
    ConnectionInit {
        #[serde(default)]
        payload: Json,
    },
    Ping,
    Pong,
    Subscribe {
        id: String,
        payload: Operation,
    },
    Complete {
        id: String,
    },
}

#[derive(Deserialize)]
struct Operation {
    query: String,
    #[serde(default, rename = "operationName")]
    operation_name: Option<String>,
    #[serde(default)]
    variables: Json,
}

/// What a socket said of who is there: a session's token, or nothing.
#[derive(Clone)]
struct Claim(Option<String>);

/// Why the socket is closed.
struct Close(u16, &'static str);

const BAD_REQUEST: Close = Close(4400, "Not a message of graphql-transport-ws");
const UNAUTHORIZED: Close = Close(4401, "Unauthorized: send connection_init first");
const FORBIDDEN: Close = Close(4403, "Forbidden");
const INIT_TIMEOUT: Close = Close(4408, "Connection initialisation timeout");
const TOO_MANY_INITS: Close = Close(4429, "Too many initialisation requests");

struct Socket<Q: 'static, M: 'static, S: 'static> {
    face: Arc<Face<Q, M, S>>,
    headers: HeaderMap,
    facts: RequestFacts,
    /// What the socket was opened with, once it was: each operation looks its session up again.
    opened: Option<Claim>,
    /// How each operation is ended early. A mutation is not: it runs to its end, as one over HTTP does.
    running: HashMap<String, Option<AbortHandle>>,
    out: mpsc::Sender<Outgoing>,
}

enum Outgoing {
    Message(Json),
    /// An operation has ended by itself: its id is free.
    Ended(String, Option<Json>),
}

/// Serves one socket to its end.
pub async fn serve<Q, M, S>(face: Arc<Face<Q, M, S>>, stream: WebSocketStream, headers: HeaderMap, facts: RequestFacts)
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    let (mut sink, mut incoming) = stream.split();
    let (out, mut outgoing) = mpsc::channel(64);
    let patience = Duration::from_secs(face.services.settings.limits.socket_init_seconds);
    // A key names one thing to be done; a socket carries many.
    let facts = RequestFacts { idempotency_key: None, ..facts };
    let mut socket = Socket { face, headers, facts, opened: None, running: HashMap::new(), out };
    let deadline = tokio::time::sleep(patience);
    tokio::pin!(deadline);
    let close = loop {
        tokio::select! {
            message = incoming.next() => {
                let text = match message {
                    Some(Ok(Message::Text(text))) => text,
                    Some(Ok(Message::Binary(_))) => break Some(BAD_REQUEST),
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                    Some(Ok(Message::Close(_)) | Err(_)) | None => break None,
                };
                match socket.hear(&text).await {
                    Ok(Some(reply)) => {
                        if sink.send(Message::text(reply.to_string())).await.is_err() {
                            break None;
                        }
                    }
                    Ok(None) => {}
                    Err(close) => break Some(close),
                }
            }
            Some(message) = outgoing.recv() => {
                let message = match message {
                    Outgoing::Message(message) => Some(message),
                    Outgoing::Ended(id, last) => socket.running.remove(&id).and(last),
                };
                if let Some(message) = message
                    && sink.send(Message::text(message.to_string())).await.is_err()
                {
                    break None;
                }
            }
            () = &mut deadline, if socket.opened.is_none() => break Some(INIT_TIMEOUT),
        }
    };
    for task in socket.running.into_values().flatten() {
        task.abort();
    }
    if let Some(Close(code, reason)) = close {
        // The peer may be gone already.
        let _ = sink.send(Message::close_with(CloseCode::from(code), reason)).await;
    }
    let _ = sink.close().await;
}

impl<Q, M, S> Socket<Q, M, S>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    async fn hear(&mut self, text: &str) -> Result<Option<Json>, Close> {
        let message: Incoming = serde_json::from_str(text).map_err(|_| BAD_REQUEST)?;
        match message {
            Incoming::ConnectionInit { payload } => self.init(&payload).await.map(Some),
            Incoming::Ping => Ok(Some(json!({ "type": "pong" }))),
            Incoming::Pong => Ok(None),
            Incoming::Subscribe { id, payload } => self.subscribe(id, payload).await,
            Incoming::Complete { id } => {
                // A mutation keeps its id until it has ended.
                if let Some(Some(task)) = self.running.get(&id) {
                    task.abort();
                    self.running.remove(&id);
                }
                Ok(None)
            }
        }
    }

    async fn init(&mut self, payload: &Json) -> Result<Json, Close> {
        if self.opened.is_some() {
            return Err(TOO_MANY_INITS);
        }
        // Browsers can't set headers of a socket: the token may stand in the payload, in the words of the header.
        let claimed = ["authorization", "Authorization"].iter().find_map(|name| payload.get(name)?.as_str());
        let token = match claimed {
            Some(claimed) => Some(claimed.trim_start_matches("Bearer ").trim().to_owned()),
            None => self.face.token(&self.headers),
        };
        match self.open(token.as_deref()).await {
            Ok(_) => {
                self.opened = Some(Claim(token));
                Ok(json!({ "type": "connection_ack" }))
            }
            Err(Fault::Refused(..)) => Err(FORBIDDEN),
            Err(Fault::Unexpected(cause)) => {
                tracing::error!(cause = format!("{cause:#}"), "a socket could not be opened");
                Err(Close(1011, "Internal error"))
            }
        }
    }

    async fn open(&self, token: Option<&str>) -> Result<Arc<Call>, Fault> {
        let face = Arc::clone(&self.face);
        face.gateway.open(&face.services, &self.headers, token, self.facts.clone()).await
    }

    async fn subscribe(&mut self, id: String, operation: Operation) -> Result<Option<Json>, Close> {
        let Some(Claim(token)) = self.opened.clone() else { return Err(UNAUTHORIZED) };
        if self.running.contains_key(&id) {
            return Err(Close(4409, "Subscriber for this id already exists"));
        }
        let refused = |code: Code, words: &Words| {
            let message = words.in_language(request::language(&self.headers));
            Ok(Some(json!({ "id": id, "type": "error", "payload": [
                { "message": message, "extensions": { "code": code.as_str() } }
            ] })))
        };
        if let Charged::Used(seconds) = self.face.shares.charge(&self.facts.ip_address, 1) {
            return refused(Code::RateLimited, &too_many(seconds));
        }
        // Whoever has signed out since, or lost a role, is told so; and each operation reads by a connection of its own.
        let call = match self.open(token.as_deref()).await {
            Ok(call) => call,
            Err(Fault::Refused(..)) => return Err(FORBIDDEN),
            Err(Fault::Unexpected(_)) => return Err(Close(1011, "Internal error")),
        };
        let limits = &self.face.services.settings.limits;
        if self.running.len() >= limits.socket_operations {
            let most = limits.socket_operations;
            let words = words!("Paling banyak {most} operasi sekaligus.", "No more than {most} operations at a time.");
            return refused(Code::RateLimited, &words);
        }
        if !matches!(operation.variables, Json::Null | Json::Object(_)) {
            let words = words!("variables harus objek JSON.", "variables must be a JSON object.");
            return refused(Code::BadUserInput, &words);
        }
        let name = operation.operation_name.as_deref();
        let checked = match self.face.shape.check(&operation.query, name, &operation.variables, limits) {
            Ok(checked) => checked,
            Err(Rejected { code, words }) => return refused(code, &words),
        };
        if let Charged::Used(seconds) = self.face.shares.charge(&self.facts.ip_address, checked.cost) {
            return refused(Code::RateLimited, &too_many(seconds));
        }
        let is_mutation = checked.operation == OperationType::Mutation;
        // What waits for events has no time of its own; everything else has that of a request.
        let is_subscription = checked.operation == OperationType::Subscription;
        let running = if is_subscription { Ok(None) } else { self.face.shares.begin(&self.facts.ip_address) };
        let Ok(running) = running else { return refused(Code::RateLimited, &too_many(1)) };
        let telling = self.face.telling(&call);
        let request =
            endpoint::prepared(operation.query, operation.operation_name, operation.variables, checked, &call);
        let schema = self.face.schema.clone();
        let out = self.out.clone();
        let task = tokio::spawn({
            let (id, limits) = (id.clone(), limits.clone());
            async move {
                let _running = running;
                let mut answers = schema.execute_stream(request);
                loop {
                    call.weight().begin();
                    let next = call.turns().drive(answers.next());
                    let answer = if is_subscription {
                        bounds::weighed(&call, &limits, next).await
                    } else {
                        bounds::bounded(&call, &limits, next).await
                    };
                    let Some(answer) = answer.unwrap_or_else(|refusal| Some(*refusal)) else { break };
                    if error::is_request_error(&answer) {
                        let told: Vec<_> = answer
                            .errors
                            .iter()
                            .take(telling.echoed)
                            .map(|error| error::told_error(error, true, &telling))
                            .collect();
                        let last = json!({ "id": id, "type": "error", "payload": told });
                        let _ = out.send(Outgoing::Ended(id, Some(last))).await;
                        return;
                    }
                    let next = json!({ "id": id, "type": "next", "payload": error::told(&answer, &telling) });
                    if out.send(Outgoing::Message(next)).await.is_err() {
                        return;
                    }
                }
                drop(call);
                let last = json!({ "id": id, "type": "complete" });
                let _ = out.send(Outgoing::Ended(id, Some(last))).await;
            }
        });
        self.running.insert(id, (!is_mutation).then(|| task.abort_handle()));
        Ok(None)
    }
}
