//! GraphQL over a WebSocket: the protocol graphql-transport-ws, with the close codes that it names.

use std::{collections::HashMap, panic::AssertUnwindSafe, pin::pin, sync::Arc, time::Duration};

use async_graphql::{
    ObjectType, Request as GqlRequest, Response as GqlResponse, SubscriptionType, parser::types::OperationType,
};
use futures_util::{FutureExt, Sink, SinkExt, StreamExt};
use poem::{
    http::HeaderMap,
    web::websocket::{CloseCode, Message, WebSocketStream},
};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use tokio::{sync::mpsc, task::AbortHandle, time::Instant};

use super::{
    answer::too_many,
    bounds::{self, failed},
    call::{Call, RequestFacts},
    document::Rejected,
    endings::Ear,
    endpoint::{self, ACCESS_REASON, Face, Place, Token},
    error::{self, Telling},
    request,
    shares::Charged,
};
use crate::platform::{
    fault::{Code, Fault},
    http::stopped,
    privacy::reads,
    text::{Language, Words},
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

/// What a socket said of who is there, and whether that was somebody.
#[derive(Clone)]
struct Claim {
    token: Option<Token>,
    signed_in: bool,
}

/// Why the socket is closed.
struct Close(u16, &'static str);

const BAD_REQUEST: Close = Close(4400, "Not a message of graphql-transport-ws");
const BAD_REASON: Close = Close(4400, "An access reason is one line of 3 to 500 characters that says something");
const UNAUTHORIZED: Close = Close(4401, "Unauthorized: send connection_init first");
const FORBIDDEN: Close = Close(4403, "Forbidden");
const INIT_TIMEOUT: Close = Close(4408, "Connection initialisation timeout");
const TRY_AGAIN: Close = Close(1013, "Try again later");
const GOING_AWAY: Close = Close(1001, "The server is stopping");
const TOO_MANY_INITS: Close = Close(4429, "Too many initialisation requests");

struct Socket<Q: 'static, M: 'static, S: 'static> {
    face: Arc<Face<Q, M, S>>,
    headers: HeaderMap,
    facts: RequestFacts,
    /// What the socket was opened with, once it was: each operation looks its session up again.
    opened: Option<Claim>,
    /// For the end of the session that it was opened in.
    ear: Option<Ear>,
    running: HashMap<String, Operating>,
    /// How many operations have begun: an id may be used again, a number is not.
    begun: u64,
    out: mpsc::Sender<Outgoing>,
    place: Arc<Place>,
}

/// An operation that runs.
struct Operating {
    number: u64,
    kind: OperationType,
    task: AbortHandle,
}

/// What an operation says: it is passed on while the operation is asked for.
struct Outgoing {
    id: String,
    number: u64,
    message: Json,
    /// The operation has ended by itself: its id is free.
    last: bool,
}

/// Every so often a client is asked whether it is there; who has said nothing since the last time is not.
const HEARTBEAT: Duration = Duration::from_secs(30);
/// Within which a client must take a message.
const TAKEN: Duration = Duration::from_secs(30);

/// Serves one socket to its end.
pub async fn serve<Q, M, S>(
    face: Arc<Face<Q, M, S>>,
    stream: WebSocketStream,
    headers: HeaderMap,
    facts: RequestFacts,
    place: Place,
) where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    let (mut sink, mut incoming) = stream.split();
    let (out, mut outgoing) = mpsc::channel(64);
    let patience = Duration::from_secs(face.services.settings.limits.socket_init_seconds);
    // A key names one thing to be done; a socket carries many.
    let facts = RequestFacts { idempotency_key: None, ..facts };
    let mut stop = face.stop.clone();
    let mut stopping = false;
    let (running, place) = (HashMap::new(), Arc::new(place));
    let mut socket = Socket { face, headers, facts, opened: None, ear: None, running, begun: 0, out, place };
    let mut deadline = pin!(tokio::time::sleep(patience));
    let mut heartbeat = tokio::time::interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
    let mut heard = true;
    let close = loop {
        let message = tokio::select! {
            message = incoming.next() => {
                heard = true;
                let text = match message {
                    Some(Ok(Message::Text(text))) => text,
                    Some(Ok(Message::Binary(_))) => break Some(BAD_REQUEST),
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                    Some(Ok(Message::Close(_))) | None => break None,
                    Some(Err(error)) => break Some(broken(&error)),
                };
                match socket.hear(&text, stopping).await {
                    Ok(reply) => reply.map(|reply| Message::text(reply.to_string())),
                    Err(close) => break Some(close),
                }
            }
            Some(said) = outgoing.recv() => {
                socket.is_asked_for(&said).then(|| Message::text(said.message.to_string()))
            }
            _ = heartbeat.tick() => {
                if !heard {
                    break None;
                }
                heard = false;
                Some(Message::ping(Vec::new()))
            }
            () = stopped(&mut stop), if !stopping => {
                stopping = true;
                socket.end_all(|kind| kind == OperationType::Subscription);
                None
            }
            () = session_ended(&mut socket.ear) => break Some(FORBIDDEN),
            () = &mut deadline, if socket.opened.is_none() => break Some(INIT_TIMEOUT),
        };
        if let Some(message) = message
            && !sent(&mut sink, message).await
        {
            break None;
        }
        if stopping && socket.running.is_empty() {
            break Some(GOING_AWAY);
        }
    };
    // A mutation runs to its end, as one over HTTP does; it keeps the socket's place until then.
    socket.end_all(|kind| kind != OperationType::Mutation);
    if let Some(Close(code, reason)) = close {
        // The peer may be gone already.
        sent(&mut sink, Message::close_with(CloseCode::from(code), reason)).await;
    }
    let _ = tokio::time::timeout(TAKEN, sink.close()).await;
}

/// Comes back when the session has ended, if there is one.
async fn session_ended(ear: &mut Option<Ear>) {
    match ear {
        Some(ear) => ear.ended().await,
        None => std::future::pending().await,
    }
}

/// Whether the peer has taken a message.
async fn sent(sink: &mut (impl Sink<Message> + Unpin), message: Message) -> bool {
    matches!(tokio::time::timeout(TAKEN, sink.send(message)).await, Ok(Ok(())))
}

impl<Q, M, S> Socket<Q, M, S>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    /// Whether the client still waits for what an operation says: its id may be another's by now.
    fn is_asked_for(&mut self, said: &Outgoing) -> bool {
        let asked = self.running.get(&said.id).is_some_and(|operating| operating.number == said.number);
        if asked && said.last {
            self.running.remove(&said.id);
        }
        asked
    }

    fn end_all(&mut self, of: impl Fn(OperationType) -> bool) {
        self.running.retain(|_, operating| {
            let ends = of(operating.kind);
            if ends {
                operating.task.abort();
            }
            !ends
        });
    }

    async fn hear(&mut self, text: &str, stopping: bool) -> Result<Option<Json>, Close> {
        let message: Incoming = serde_json::from_str(text).map_err(|_| BAD_REQUEST)?;
        match message {
            Incoming::ConnectionInit { payload } => self.init(&payload).await.map(Some),
            Incoming::Ping => Ok(Some(json!({ "type": "pong" }))),
            Incoming::Pong => Ok(None),
            Incoming::Subscribe { id, .. } if stopping => {
                Ok(Some(refused(&id, Code::Overloaded, request::language(&self.headers), &self::stopping())))
            }
            Incoming::Subscribe { id, payload } => self.subscribe(id, payload).await,
            Incoming::Complete { id } => {
                // A mutation keeps its id until it has ended.
                if let Some(operating) = self.running.get(&id)
                    && operating.kind != OperationType::Mutation
                {
                    operating.task.abort();
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
        if !matches!(payload, Json::Null | Json::Object(_)) {
            return Err(BAD_REQUEST);
        }
        // Browsers can't set headers of a socket: the token may stand in the payload, in the words of the header.
        let claimed = ["authorization", "Authorization"].iter().find_map(|name| payload.get(name));
        let token = match claimed {
            Some(claimed) => Some(request::bearer(claimed.as_str().unwrap_or_default())),
            None => self.face.token(&self.headers),
        };
        let reason = ["x-access-reason", "X-Access-Reason"].iter().find_map(|name| payload.get(name));
        if let Some(reason) = reason {
            let reason = reason.as_str().and_then(|reason| reads::reason(reason.as_bytes()));
            self.facts.access_reason = Some(reason.ok_or(BAD_REASON)?);
        } else if self.headers.contains_key(ACCESS_REASON) && self.facts.access_reason.is_none() {
            return Err(BAD_REASON);
        }
        match self.open(token.as_ref()).await {
            Ok(call) => {
                self.ear = call.viewer().session.map(|session| self.face.endings.listen(call.academy, session));
                self.opened = Some(Claim { token, signed_in: call.viewer().user.is_some() });
                Ok(json!({ "type": "connection_ack" }))
            }
            Err(fault) => Err(closing(&fault)),
        }
    }

    async fn open(&self, token: Option<&Token>) -> Result<Arc<Call>, Fault> {
        let face = Arc::clone(&self.face);
        face.gateway.open(&face.services, &self.headers, token, self.facts.clone()).await
    }

    async fn subscribe(&mut self, id: String, operation: Operation) -> Result<Option<Json>, Close> {
        let Some(Claim { token, signed_in }) = self.opened.clone() else { return Err(UNAUTHORIZED) };
        if self.running.contains_key(&id) {
            return Err(Close(4409, "Subscriber for this id already exists"));
        }
        let language = request::language(&self.headers);
        let refused = |code: Code, words: &Words| Ok(Some(refused(&id, code, language, words)));
        if let Charged::Used(seconds) = self.face.shares.charge(&self.facts.ip_address, 1) {
            return refused(Code::RateLimited, &too_many(seconds));
        }
        // Whoever has signed out since, or lost a role, is told so; and each operation reads by a connection of its own.
        let call = match self.open(token.as_ref()).await {
            Ok(call) if signed_in && call.viewer().user.is_none() => return Err(FORBIDDEN),
            Ok(call) => call,
            // The moment is bad, and not the socket.
            Err(Fault::Refused(Code::Overloaded, words)) => return refused(Code::Overloaded, &words),
            Err(fault) => return Err(closing(&fault)),
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
        let kind = checked.operation;
        // What waits for events is counted with its socket; everything else as a request is.
        let running = match kind {
            OperationType::Subscription => None,
            _ => match self.face.shares.begin(&self.facts.ip_address) {
                Some(counted) => Some(counted),
                None => return refused(Code::RateLimited, &too_many(1)),
            },
        };
        let telling = self.face.telling(&call);
        let request =
            endpoint::prepared(operation.query, operation.operation_name, operation.variables, checked, &call);
        self.begun += 1;
        let operating = Running { id: id.clone(), number: self.begun, kind, telling, out: self.out.clone() };
        let (face, place) = (Arc::clone(&self.face), Arc::clone(&self.place));
        let task = tokio::spawn(async move {
            let last = AssertUnwindSafe(operating.run(&face, call, request)).catch_unwind().await;
            let last = last.unwrap_or_else(|_| {
                tracing::error!("a resolver panicked");
                let answer = failed(anyhow::anyhow!("a resolver panicked").into());
                operating.error(&answer)
            });
            // Whoever hears of the end may begin another.
            drop(running);
            operating.say(last, true).await;
            drop(place);
        });
        self.running.insert(id, Operating { number: self.begun, kind, task: task.abort_handle() });
        Ok(None)
    }
}

/// An operation on its way.
struct Running {
    id: String,
    number: u64,
    kind: OperationType,
    telling: Telling,
    out: mpsc::Sender<Outgoing>,
}

impl Running {
    /// Answers until there is nothing more to answer; gives back what is said last.
    async fn run<Q, M, S>(&self, face: &Face<Q, M, S>, call: Arc<Call>, request: GqlRequest) -> Json
    where
        Q: ObjectType + 'static,
        M: ObjectType + 'static,
        S: SubscriptionType + 'static,
    {
        let limits = &face.services.settings.limits;
        let mut answers = face.schema.execute_stream(request);
        loop {
            call.weight().begin();
            let next = call.turns().drive(answers.next());
            // What waits for events has no time of its own; everything else has that of a request.
            let answer = match self.kind {
                OperationType::Subscription => bounds::weighed(&call, limits, next).await,
                _ => bounds::bounded(&call, limits, next).await,
            };
            face.shares.charge_given(&call.facts.ip_address, call.weight().objects());
            if let Err(fault) = face.gateway.close(&call).await {
                return self.error(&bounds::failed(fault));
            }
            // The client takes its time: nothing is read meanwhile.
            call.give_back_reader().await;
            let (answer, cut) = match answer {
                Ok(Some(answer)) => (answer, false),
                Ok(None) => break,
                Err(cut) => (cut.answer(self.kind == OperationType::Mutation), true),
            };
            if error::is_request_error(&answer) {
                return self.error(&answer);
            }
            let next = json!({ "id": self.id, "type": "next", "payload": error::told(&answer, &self.telling) });
            self.say(next, false).await;
            if cut {
                break;
            }
        }
        json!({ "id": self.id, "type": "complete" })
    }

    /// Nobody may be there to hear it: then the socket has ended this, or will.
    async fn say(&self, message: Json, last: bool) {
        let _ = self.out.send(Outgoing { id: self.id.clone(), number: self.number, message, last }).await;
    }

    fn error(&self, answer: &GqlResponse) -> Json {
        let errors = answer.errors.iter().take(self.telling.echoed);
        let told: Vec<_> = errors.map(|error| error::told_error(error, true, &self.telling)).collect();
        json!({ "id": self.id, "type": "error", "payload": told })
    }
}

/// An `error` message.
fn refused(id: &str, code: Code, language: Language, words: &Words) -> Json {
    let message = words.in_language(language);
    json!({ "id": id, "type": "error", "payload": [{ "message": message, "extensions": { "code": code.as_str() } }] })
}

fn stopping() -> Words {
    words!("Server sedang berhenti; sambungkan lagi.", "The server is stopping; connect again.")
}

/// With what a socket is closed that did not keep to the protocol below ours. The library's error is known by its words only.
fn broken(error: &std::io::Error) -> Close {
    let text = error.to_string();
    if text.contains("too long") || text.contains("too big") {
        Close(1009, "The message is too large")
    } else if text.contains("UTF-8") {
        Close(1007, "The message is no UTF-8")
    } else {
        Close(1002, "Not a WebSocket frame")
    }
}

/// With what a socket is closed that can't be opened (any more).
fn closing(fault: &Fault) -> Close {
    match fault {
        Fault::Refused(Code::Overloaded, _) => TRY_AGAIN,
        Fault::Refused(Code::BadUserInput, _) => Close(4400, "Name the academy: by host, or by X-Academy"),
        Fault::Refused(..) | Fault::TooMany(_) => FORBIDDEN,
        Fault::Unexpected(cause) => {
            tracing::error!(cause = format!("{cause:#}"), "a socket could not be opened");
            Close(1011, "Internal error")
        }
    }
}
