//! graphql-transport-ws over a real socket.

use std::{net::SocketAddr, time::Duration};

use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest},
};

use crate::harness::{Person, TestApp};

pub type Socket = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;

async fn open(app: &TestApp) -> Socket {
    open_at(app.address).await
}

async fn open_at(address: SocketAddr) -> Socket {
    let mut request = format!("ws://{address}/graphql").into_client_request().expect("a request");
    request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().expect("a header"));
    request.headers_mut().insert("x-academy", "nusa".parse().expect("a header"));
    connect_async(request).await.expect("a socket").0
}

pub async fn say(socket: &mut Socket, message: Value) {
    socket.send(Message::text(message.to_string())).await.expect("sent");
}

pub async fn hear(socket: &mut Socket) -> Value {
    loop {
        match socket.next().await.expect("open").expect("a message") {
            Message::Text(text) => return serde_json::from_str(&text).expect("JSON"),
            Message::Close(frame) => return json!({ "closed": u16::from(frame.expect("a reason").code) }),
            _ => {}
        }
    }
}

/// A socket that may be asked.
pub async fn initialised(app: &TestApp) -> Socket {
    let mut socket = open(app).await;
    say(&mut socket, json!({ "type": "connection_init" })).await;
    assert_eq!(hear(&mut socket).await["type"], "connection_ack");
    socket
}

/// The same, for a person.
pub async fn signed_in(app: &TestApp, person: &Person) -> Socket {
    signed_in_at(app.address, person).await
}

/// The same, at a server of its own.
pub async fn signed_in_at(address: SocketAddr, person: &Person) -> Socket {
    let mut socket = open_at(address).await;
    let authorization = format!("Bearer {}", person.token);
    say(&mut socket, json!({ "type": "connection_init", "payload": { "Authorization": authorization } })).await;
    assert_eq!(hear(&mut socket).await["type"], "connection_ack");
    socket
}

/// A mutation under way that waits for a lock, until the gate is opened with a commit.
async fn held_up(app: &TestApp, socket: &mut Socket) -> AsyncPgConnection {
    let mut gate = app.database.superuser().await;
    gate.batch_execute("begin; lock table instructor_applications in share mode").await.expect("a lock");
    let payload =
        json!({ "query": crate::instructors::APPLY, "variables": { "input": crate::instructors::application() } });
    say(socket, json!({ "id": "1", "type": "subscribe", "payload": payload })).await;
    let mut looking = app.database.superuser().await;
    while crate::instructors::waiting(&mut looking).await == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    gate
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_delivers_and_completes() {
    let app = TestApp::start().await;
    let mut socket = initialised(&app).await;
    say(&mut socket, json!({ "id": "1", "type": "subscribe", "payload": { "query": "subscription { serverTime }" } }))
        .await;
    let next = hear(&mut socket).await;
    assert_eq!(next["type"], "next");
    assert_eq!(next["payload"]["data"]["serverTime"], "2026-11-22T03:00:00+00:00", "the clock of the test");
    say(&mut socket, json!({ "id": "1", "type": "complete" })).await;
    say(&mut socket, json!({ "id": "1", "type": "subscribe", "payload": { "query": "{ academy { slug } }" } })).await;
    let answer = loop {
        let message = hear(&mut socket).await;
        if message["payload"]["data"].get("academy").is_some() {
            break message;
        }
    };
    assert_eq!(answer["payload"]["data"]["academy"]["slug"], "nusa");
    assert_eq!(hear(&mut socket).await, json!({ "id": "1", "type": "complete" }));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_is_signed_in_by_its_first_message() {
    let app = TestApp::start().await;
    let ani = app.person("Ani Wijaya").await;
    let mut socket = signed_in(&app, &ani).await;
    say(&mut socket, json!({ "id": "1", "type": "subscribe", "payload": { "query": "{ viewer { email } }" } })).await;
    assert_eq!(hear(&mut socket).await["payload"]["data"]["viewer"]["email"], ani.email.as_str());
    let mut refused = open(&app).await;
    say(&mut refused, json!({ "type": "connection_init", "payload": { "Authorization": "Bearer sgs_nonsense" } }))
        .await;
    assert_eq!(hear(&mut refused).await["closed"], 4403);
    app.stop().await;
}

/// The token stands in the first message in the words of the header, and is read as the header is.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_first_message_says_is_read_as_the_header_is() {
    let app = TestApp::start().await;
    let ani = app.person("Ani Wijaya").await;
    for (payload, expected) in [
        (json!({ "authorization": format!("bearer {}", ani.token) }), json!({ "type": "connection_ack" })),
        (json!({ "Authorization": ani.token }), json!({ "closed": 4403 })),
        (json!({ "Authorization": 5 }), json!({ "closed": 4403 })),
        (json!("x"), json!({ "closed": 4400 })),
    ] {
        let mut socket = open(&app).await;
        say(&mut socket, json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(hear(&mut socket).await, expected, "{payload}");
    }
    let mut socket = open(&app).await;
    let long = json!({ "type": "ping", "payload": { "x": "x".repeat(70_000) } });
    say(&mut socket, long).await;
    assert_eq!(hear(&mut socket).await["closed"], 1009);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_site_gets_no_socket() {
    let app = TestApp::start().await;
    let mut request = format!("ws://{}/graphql", app.address).into_client_request().expect("a request");
    request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().expect("a header"));
    request.headers_mut().insert("origin", "https://elsewhere.example".parse().expect("a header"));
    let refused = connect_async(request).await.expect_err("a socket for another site").to_string();
    assert!(refused.contains("403"), "{refused}");
    app.stop().await;
}

/// Signed-in sockets hold no connection while they are idle, and are let go of when their session ends.
#[tokio::test(flavor = "multi_thread")]
async fn idle_sockets_hold_nothing_and_end_with_their_session() {
    let app = TestApp::start().await;
    let ani = app.person("Ani Wijaya").await;
    let mut sockets = Vec::new();
    // Twice as many as there are connections.
    for _ in 0..8 {
        sockets.push(signed_in(&app, &ani).await);
    }
    ani.client.data("{ viewer { email } }", json!({})).await;
    ani.client.data("mutation { logOut { acknowledged } }", json!({})).await;
    let mut socket = sockets.pop().expect("a socket");
    say(&mut socket, json!({ "id": "1", "type": "subscribe", "payload": { "query": "{ viewer { email } }" } })).await;
    assert_eq!(hear(&mut socket).await["closed"], 4403);
    app.stop().await;
}

/// Each answer of a subscription is weighed by itself: one that runs for days must not grow too heavy.
#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_is_weighed_an_event_at_a_time() {
    // Room for one event and not for two.
    let app = TestApp::start_with(|settings| settings.limits.answer_bytes = 100).await;
    let mut socket = initialised(&app).await;
    say(&mut socket, json!({ "id": "1", "type": "subscribe", "payload": { "query": "subscription { serverTime }" } }))
        .await;
    for _ in 0..2 {
        let event = tokio::time::timeout(Duration::from_secs(30), hear(&mut socket)).await.expect("an event");
        assert!(event["payload"]["data"]["serverTime"].is_string(), "{event}");
    }
    app.stop().await;
}

/// What was begun and cut is no refusal: there is an answer, and it has no data.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_on_a_socket_grows_no_heavier_than_it_may() {
    let app = TestApp::start_with(|settings| settings.limits.answer_bytes = 100).await;
    let mut socket = initialised(&app).await;
    let query = "{ academy { policy { documents { body } } } }";
    say(&mut socket, json!({ "id": "1", "type": "subscribe", "payload": { "query": query } })).await;
    let cut = hear(&mut socket).await;
    assert_eq!((&cut["type"], &cut["payload"]["data"]), (&json!("next"), &Value::Null), "{cut}");
    assert_eq!(cut["payload"]["errors"][0]["extensions"]["code"], "QUERY_TOO_COMPLEX", "{cut}");
    assert_eq!(hear(&mut socket).await, json!({ "id": "1", "type": "complete" }));
    app.stop().await;
}

/// An id may be used again at once: what was said under it before is not taken for the new operation's.
#[tokio::test(flavor = "multi_thread")]
async fn an_id_is_free_when_its_operation_is_completed() {
    let app = TestApp::start_with(|settings| settings.limits.cost_per_minute = u32::MAX).await;
    let mut socket = initialised(&app).await;
    for round in 0..50 {
        let first = json!({ "id": "1", "type": "subscribe", "payload": { "query": "{ academy { name } }" } });
        say(&mut socket, first).await;
        say(&mut socket, json!({ "id": "1", "type": "complete" })).await;
        let alias = format!("a{round}");
        let query = format!("{{ {alias}: academy {{ slug }} }}");
        say(&mut socket, json!({ "id": "1", "type": "subscribe", "payload": { "query": query } })).await;
        let mut heard = Vec::new();
        while heard.last().is_none_or(|last: &Value| last["payload"]["data"].get(&alias).is_none()) {
            heard.push(hear(&mut socket).await);
        }
        // What the first one said before it was completed may come; its end must not be taken for the second one's.
        let said = &heard[..heard.len() - 1];
        assert!(said.iter().all(|said| said["payload"]["data"].get("academy").is_some() || said["type"] == "complete"));
        assert!(said.len() <= 2, "{heard:?}");
        assert_eq!(hear(&mut socket).await, json!({ "id": "1", "type": "complete" }));
    }
    app.stop().await;
}

/// The specification has a subscription select one field; to a fragment the library would answer nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_has_one_field() {
    let app = TestApp::start().await;
    let mut socket = initialised(&app).await;
    for query in [
        "subscription { a: serverTime b: serverTime }",
        "subscription { ...Both } fragment Both on Subscription { serverTime }",
        "subscription { serverTime @skip(if: true) }",
    ] {
        say(&mut socket, json!({ "id": "1", "type": "subscribe", "payload": { "query": query } })).await;
        let refused = hear(&mut socket).await;
        assert_eq!(refused["payload"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED", "{query}: {refused}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_opens_so_many_sockets() {
    let app = TestApp::start_with(|settings| settings.limits.address_sockets = 1).await;
    let first = open(&app).await;
    let mut request = format!("ws://{}/graphql", app.address).into_client_request().expect("a request");
    request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().expect("a header"));
    let refused = connect_async(request).await.expect_err("a second socket").to_string();
    assert!(refused.contains("429"), "{refused}");
    drop(first);
    app.stop().await;
}

/// A server that stops says so on its sockets, and lets what they began come to its end.
#[tokio::test(flavor = "multi_thread")]
async fn a_socket_is_told_that_the_server_stops() {
    let app = TestApp::start().await;
    let ani = app.person("Ani Wijaya").await;
    let mut socket = signed_in(&app, &ani).await;
    let mut gate = held_up(&app, &mut socket).await;
    let stopping = tokio::spawn(app.stop());
    // The stop has been heard when nothing new is begun.
    loop {
        say(&mut socket, json!({ "id": "2", "type": "subscribe", "payload": { "query": "{ __typename }" } })).await;
        let answer = hear(&mut socket).await;
        if answer["type"] == "error" {
            assert_eq!(answer["payload"][0]["extensions"]["code"], "OVERLOADED", "{answer}");
            break;
        }
        assert_eq!(hear(&mut socket).await, json!({ "id": "2", "type": "complete" }));
    }
    gate.batch_execute("commit").await.expect("unlocked");
    let done = hear(&mut socket).await;
    assert!(done["payload"]["data"]["applyToTeach"]["application"].is_object(), "{done}");
    assert_eq!(hear(&mut socket).await, json!({ "id": "1", "type": "complete" }));
    assert_eq!(hear(&mut socket).await["closed"], 1001);
    stopping.await.expect("the server stops");
}

/// A mutation runs to its end, whatever becomes of the socket: half a thing done would be worse than a thing not told.
#[tokio::test(flavor = "multi_thread")]
async fn a_mutation_outlives_its_socket() {
    let app = TestApp::start().await;
    let ani = app.person("Ani Wijaya").await;
    let mut socket = signed_in(&app, &ani).await;
    let mut gate = held_up(&app, &mut socket).await;
    say(&mut socket, json!({ "id": "1", "type": "complete" })).await;
    drop(socket);
    gate.batch_execute("commit").await.expect("unlocked");
    let applied = "{ viewer { instructorApplications { totalCount } } }";
    let mut looks = 0;
    while ani.client.data(applied, json!({})).await["viewer"]["instructorApplications"]["totalCount"] != 1 {
        looks += 1;
        assert!(looks < 500, "the application was not written");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    app.stop().await;
}

/// A socket of a session that a person opens with their password, at a server, with a subscription running in it.
async fn watching(app: &TestApp, at: std::net::SocketAddr, person: &Person) -> (Socket, String) {
    let input = json!({ "login": person.email, "password": crate::harness::PASSWORD, "device": "Telepon" });
    let opened = crate::line::sent(&app.anonymous(), "logIn", input, "token session { id }").await;
    let mut request = format!("ws://{at}/graphql").into_client_request().expect("a request");
    request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().expect("a header"));
    request.headers_mut().insert("x-academy", "nusa".parse().expect("a header"));
    let mut socket = connect_async(request).await.expect("a socket").0;
    let authorization = format!("Bearer {}", opened["token"].as_str().expect("a token"));
    say(&mut socket, json!({ "type": "connection_init", "payload": { "Authorization": authorization } })).await;
    assert_eq!(hear(&mut socket).await["type"], "connection_ack");
    say(&mut socket, json!({ "id": "1", "type": "subscribe", "payload": { "query": "subscription { serverTime }" } }))
        .await;
    assert_eq!(hear(&mut socket).await["type"], "next");
    (socket, opened["session"]["id"].as_str().expect("an id").to_owned())
}

/// How long it takes until a socket is closed because its session has ended.
async fn closed(socket: &mut Socket) -> Duration {
    let begun = std::time::Instant::now();
    let heard = async {
        loop {
            let said = hear(socket).await;
            if said["closed"] == 4403 {
                return begun.elapsed();
            }
            assert_eq!(said["type"], "next", "{said}");
        }
    };
    tokio::time::timeout(Duration::from_secs(10), heard).await.expect("the socket closes")
}

/// Whatever ends a session closes its sockets, at whichever replica, and no other's.
#[tokio::test(flavor = "multi_thread")]
async fn a_socket_ends_with_its_session() {
    use crate::line::{bare, done};
    let app = TestApp::start().await;
    let replica = app.replica().await;
    let (ani, budi) = (app.person("Ani Wijaya").await, app.person("Budi Santoso").await);
    let (mut his, _) = watching(&app, app.address, &budi).await;
    let mut longest = Duration::ZERO;
    for at in [app.address, replica.address] {
        let (mut socket, id) = watching(&app, at, &ani).await;
        done(&ani.client, "revokeSession", json!({ "id": id }), "acknowledged").await;
        longest = longest.max(closed(&mut socket).await);
        let (mut socket, _) = watching(&app, at, &ani).await;
        bare(&ani.client, "revokeOtherSessions", "acknowledged").await;
        longest = longest.max(closed(&mut socket).await);
        // An account that is closed, or whatever else removes a session.
        let (mut socket, _) = watching(&app, at, &ani).await;
        let user = crate::harness::user_id(&ani.id).uuid();
        app.sql(&format!("delete from sessions where user_id = '{user}' and device <> ''")).await;
        longest = longest.max(closed(&mut socket).await);
    }
    let (mut here, _) = watching(&app, app.address, &ani).await;
    let (mut there, _) = watching(&app, replica.address, &ani).await;
    let password = "gajah terbang di atas kota";
    done(&app.anonymous(), "requestPasswordReset", json!({ "email": ani.email }), "acknowledged").await;
    let token = app.mailed_token(&ani.email).await;
    done(&app.anonymous(), "resetPassword", json!({ "token": token, "newPassword": password }), "token").await;
    for socket in [&mut here, &mut there] {
        longest = longest.max(closed(socket).await);
    }
    eprintln!("sockets closed within {longest:?} of the end of their session");
    say(&mut his, json!({ "type": "ping" })).await;
    while hear(&mut his).await["type"] != "pong" {}
    replica.stop().await;
    app.stop().await;
}

/// A replica that was cut off from what Postgres tells looks for itself what has ended meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn an_end_that_nobody_heard_is_found() {
    let app = TestApp::start().await;
    let ani = app.person("Ani Wijaya").await;
    let (mut socket, id) = watching(&app, app.address, &ani).await;
    let (mut other, _) = watching(&app, app.address, &ani).await;
    let cut = "alter table sessions disable trigger sessions_ended";
    app.sql(cut).await;
    crate::line::done(&ani.client, "revokeSession", json!({ "id": id }), "acknowledged").await;
    let listeners = "select pg_terminate_backend(pid) from pg_stat_activity where query ilike 'listen%' and datname = current_database()";
    app.sql(listeners).await;
    closed(&mut socket).await;
    say(&mut other, json!({ "type": "ping" })).await;
    while hear(&mut other).await["type"] != "pong" {}
    app.stop().await;
}
