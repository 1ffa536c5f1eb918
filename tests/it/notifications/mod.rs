//! Notifications: told, read, and pushed as they happen.

use std::time::Duration;

use chrono::TimeDelta;
use diesel_async::SimpleAsyncConnection;
use sanggar::{accounts, audit::Action, notifications::notify, platform::privacy::Role};
use serde_json::{Value, json};

use crate::{
    harness::{Client, PASSWORD, Person, TestApp, user_errors, user_id},
    line::{done, sent},
    platform::socket::{Socket, hear, initialised, say, signed_in, signed_in_at},
};

const ALL: &str = "query ($unread: Boolean = false, $first: Int, $after: String) {
    viewer { notifications(unread: $unread, first: $first, after: $after) {
        totalCount pageInfo { hasNextPage endCursor } nodes { id kind title body readAt }
    } }
}";

async fn all(client: &Client) -> Vec<Value> {
    let data = client.data(ALL, json!({})).await;
    data["viewer"]["notifications"]["nodes"].as_array().expect("nodes").clone()
}

/// Tells a person something, a second later.
pub async fn tell(app: &TestApp, person: &Person) {
    app.world.pass(TimeDelta::seconds(1));
    let mut tx = app.services.db.begin(app.academy).await.expect("a transaction");
    let letter = accounts::mail::password_changed("Akademi Nusa");
    notify(&mut tx, &app.services, user_id(&person.id), Action::PasswordChanged, &letter).await.expect("told");
    tx.commit().await.expect("a commit");
}

async fn again(app: &TestApp, person: &Person) -> Client {
    let input = json!({ "login": person.username, "password": PASSWORD });
    let opened = done(&app.anonymous(), "logIn", input, "token").await;
    app.anonymous().with_token(opened["token"].as_str().expect("a token"))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_mailed_is_told_in_the_client() {
    let app = TestApp::start().await;
    let admin = app.staff("Adi Nugroho", Role::Admin).await;
    let ani = app.person("Ani Wijaya").await;
    app.work().await;
    let mailed = app.mails().await.len();
    assert_eq!(all(&ani.client).await, Vec::<Value>::new());
    done(&admin.client, "grantRole", json!({ "user": ani.id, "role": "REVIEWER" }), "user { id }").await;
    let hers = again(&app, &ani).await;
    let told = all(&hers).await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["kind"], "ROLE_GRANTED");
    let mails = app.mails().await;
    assert_eq!(mails.len(), mailed + 1);
    let body = told[0]["body"].as_str().expect("a body");
    let first = body.split("\n\n").next().expect("a paragraph");
    assert!(
        first.len() > 20 && mails[mailed].replace("=\r\n", "").contains(&first[..20]),
        "{first}\n{}",
        mails[mailed]
    );
    let spoken = all(&hers.speaking("id")).await;
    assert_ne!(spoken[0]["title"], told[0]["title"]);
    assert!(spoken[0]["body"].as_str().is_some_and(|body| body.contains("Akademi Nusa")), "{spoken:?}");
    // The admin was told nothing of it, and reads nothing of hers.
    assert_eq!(all(&admin.client).await, Vec::<Value>::new());
    let node = "query ($id: ID!) { node(id: $id) { id } }";
    for client in [&admin.client.because("a look"), &app.anonymous(), &app.next_door()] {
        assert_eq!(client.data(node, json!({ "id": told[0]["id"] })).await, json!({ "node": null }));
    }
    assert_eq!(hers.data(node, json!({ "id": told[0]["id"] })).await["node"]["id"], told[0]["id"]);
    app.stop().await;
}

/// Who has no address is told all the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_pupil_without_an_address_is_told() {
    let app = TestApp::start().await;
    let admin = app.staff("Adi Nugroho", Role::Admin).await;
    let pupil = app.person("Ani Wijaya").await;
    app.sql("update logins set email = null, email_key = null, email_verified_at = null where username like 'ani%'")
        .await;
    let mailed = app.mails().await.len();
    done(&admin.client, "suspendUser", json!({ "id": pupil.id, "reason": "Menyalin." }), "user { id }").await;
    assert_eq!(app.mails().await.len(), mailed);
    let client = again(&app, &pupil).await;
    // A suspended person reads what they are told, and says that they have.
    let told = all(&client).await;
    assert_eq!(told[0]["kind"], "USER_SUSPENDED");
    assert!(told[0]["body"].as_str().is_some_and(|body| body.contains("Menyalin.")), "{told:?}");
    done(&client, "markNotificationsRead", json!({ "ids": [told[0]["id"]] }), "acknowledged").await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_read_is_marked_all_or_nothing() {
    let app = TestApp::start().await;
    let (ani, budi) = (app.person("Ani Wijaya").await, app.person("Budi Santoso").await);
    for _ in 0..3 {
        tell(&app, &ani).await;
    }
    tell(&app, &budi).await;
    let told = all(&ani.client).await;
    assert_eq!(told.len(), 3);
    let page = ani.client.data(ALL, json!({ "first": 2 })).await["viewer"]["notifications"].clone();
    assert_eq!((page["nodes"].as_array().map(Vec::len), &page["totalCount"]), (Some(2), &json!(3)));
    let rest = json!({ "first": 2, "after": page["pageInfo"]["endCursor"] });
    let rest = ani.client.data(ALL, rest).await["viewer"]["notifications"].clone();
    assert_eq!((&rest["nodes"][0]["id"], &rest["pageInfo"]["hasNextPage"]), (&told[2]["id"], &json!(false)));
    let theirs = &all(&budi.client).await[0]["id"];
    let mark = |ids: Value| sent(&ani.client, "markNotificationsRead", json!({ "ids": ids }), "acknowledged");
    assert_eq!(user_errors(&mark(json!([told[0]["id"], theirs])).await), ["NOT_FOUND input.ids.1"]);
    let many: Vec<_> = (0..101).map(|_| told[0]["id"].clone()).collect();
    assert_eq!(user_errors(&mark(json!(many)).await), ["LIMIT_REACHED input.ids"]);
    let unread = json!({ "unread": true });
    assert_eq!(
        ani.client.data(ALL, unread.clone()).await["viewer"]["notifications"]["totalCount"],
        3,
        "nothing was marked"
    );
    assert_eq!(mark(json!([told[0]["id"], told[0]["id"], told[2]["id"]])).await["acknowledged"], true);
    let left = ani.client.data(ALL, unread).await["viewer"]["notifications"].clone();
    assert_eq!((&left["totalCount"], &left["nodes"][0]["id"]), (&json!(1), &told[1]["id"]));
    let read = all(&ani.client).await[0]["readAt"].clone();
    assert!(read.is_string());
    app.world.pass(chrono::TimeDelta::hours(1));
    assert_eq!(mark(json!([told[0]["id"]])).await["acknowledged"], true);
    assert_eq!(all(&ani.client).await[0]["readAt"], read, "what was read stays as it was");
    assert_eq!(all(&budi.client).await[0]["readAt"], Value::Null);
    app.stop().await;
}

/// Follows what a person is told, and hears first what they were told just before: then it has begun.
async fn following(mut socket: Socket, told: &[Value]) -> Socket {
    let query = "subscription { viewerNotified(replay: true) { id kind readAt } }";
    say(&mut socket, json!({ "id": "1", "type": "subscribe", "payload": { "query": query } })).await;
    for id in told {
        assert_eq!(&heard(&mut socket).await, id);
    }
    socket
}

/// The ids of what a person was told, oldest first.
async fn ids(person: &Person) -> Vec<Value> {
    all(&person.client).await.iter().rev().map(|one| one["id"].clone()).collect()
}

async fn heard(socket: &mut Socket) -> Value {
    let message = tokio::time::timeout(Duration::from_secs(20), hear(socket)).await.expect("news in time");
    assert_eq!(message["type"], "next", "{message}");
    message["payload"]["data"]["viewerNotified"]["id"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_is_pushed_from_any_server_to_its_person_once() {
    let app = TestApp::start().await;
    let replica = app.replica().await;
    let (ani, budi) = (app.person("Ani Wijaya").await, app.person("Budi Santoso").await);
    // Too long ago to be told once more.
    tell(&app, &ani).await;
    app.world.pass(TimeDelta::minutes(11));
    tell(&app, &ani).await;
    tell(&app, &budi).await;
    let before = ids(&ani).await;
    let mut here = following(signed_in(&app, &ani).await, &before[1..]).await;
    let mut there = following(signed_in_at(replica.address, &ani).await, &before[1..]).await;
    let mut his = following(signed_in_at(replica.address, &budi).await, &ids(&budi).await).await;
    tell(&app, &budi).await;
    for _ in 0..3 {
        tell(&app, &ani).await;
    }
    let told = ids(&ani).await;
    assert_eq!(told.len(), 5);
    for id in &told[2..] {
        assert_eq!(&heard(&mut here).await, id);
        assert_eq!(&heard(&mut there).await, id);
    }
    assert_eq!(heard(&mut his).await, ids(&budi).await[1]);
    replica.stop().await;
    app.stop().await;
}

/// A transaction that is committed late has told earlier: it is pushed all the same.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_told_earlier_and_committed_later_is_pushed() {
    let app = TestApp::start().await;
    let ani = app.person("Ani Wijaya").await;
    let mut tx = app.services.db.begin(app.academy).await.expect("a transaction");
    let letter = accounts::mail::password_changed("Akademi Nusa");
    notify(&mut tx, &app.services, user_id(&ani.id), Action::PasswordChanged, &letter).await.expect("told");
    tell(&app, &ani).await;
    let mut socket = following(signed_in(&app, &ani).await, &ids(&ani).await).await;
    tx.commit().await.expect("a commit");
    assert_eq!(heard(&mut socket).await, ids(&ani).await[0]);
    app.stop().await;
}

/// The servers hear nothing for a moment; what was told meanwhile is told when they do. Those who follow take their turns: a hundred of them
/// leave the connections to requests, and none is let go.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_while_nobody_hears_is_pushed_later_to_all() {
    let app = TestApp::start_with(|settings| settings.limits.address_sockets = 200).await;
    let ani = app.person("Ani Wijaya").await;
    tell(&app, &ani).await;
    let before = ids(&ani).await;
    let mut sockets = Vec::new();
    for _ in 0..100 {
        sockets.push(following(signed_in(&app, &ani).await, &before).await);
    }
    let mut superuser = app.database.superuser().await;
    superuser
        .batch_execute(
            "alter table notifications disable trigger notifications_news;
             select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like 'listen %'",
        )
        .await
        .expect("gone");
    tell(&app, &ani).await;
    let told = ids(&ani).await;
    for mut socket in sockets {
        assert_eq!(heard(&mut socket).await, told[1]);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_notified_who_is_not_signed_in() {
    let app = TestApp::start().await;
    let mut socket = initialised(&app).await;
    let query = json!({ "query": "subscription { viewerNotified { id } }" });
    say(&mut socket, json!({ "id": "1", "type": "subscribe", "payload": query })).await;
    let message = hear(&mut socket).await;
    assert_eq!(message["payload"].to_string().matches("UNAUTHENTICATED").count(), 1, "{message}");
    app.stop().await;
}
