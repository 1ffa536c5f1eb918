//! Another address: asked for, confirmed, refused without saying why.

use chrono::TimeDelta;
use serde_json::json;

use crate::{
    harness::{PASSWORD, TestApp, user_errors},
    line::{done, sent},
};

const VIEWER: &str = "{ viewer { email emailVerified pendingEmail } }";

#[tokio::test(flavor = "multi_thread")]
async fn the_new_one_confirms_and_the_old_one_is_told() {
    let app = TestApp::start().await;
    let ani = app.person("Ani Wijaya").await;
    let wrong = sent(&ani.client, "changeEmail", json!({ "newEmail": "not an address" }), "acknowledged").await;
    assert_eq!(user_errors(&wrong), ["INVALID input.newEmail"]);
    let same = sent(&ani.client, "changeEmail", json!({ "newEmail": ani.email.to_uppercase() }), "acknowledged").await;
    assert_eq!(user_errors(&same), ["ALREADY_DONE input.newEmail"]);
    // A link for a new password that lies in the old inbox is worth nothing afterwards.
    done(&app.anonymous(), "requestPasswordReset", json!({ "email": ani.email }), "acknowledged").await;
    let reset = app.mailed_token(&ani.email).await;
    done(&ani.client, "changeEmail", json!({ "newEmail": "lama@example.net" }), "acknowledged").await;
    let first = app.mailed_token("lama@example.net").await;
    done(&ani.client, "changeEmail", json!({ "newEmail": "Baru@Example.net" }), "acknowledged").await;
    let viewer = ani.client.data(VIEWER, json!({})).await["viewer"].clone();
    assert_eq!(viewer, json!({ "email": ani.email, "emailVerified": true, "pendingEmail": "Baru@Example.net" }));
    let mails = app.mails().await;
    assert!(mails.iter().any(|mail| mail.contains(&format!("To: {}", ani.email)) && mail.contains("is to change")));
    let superseded = sent(&app.anonymous(), "confirmEmailChange", json!({ "token": first }), "acknowledged").await;
    assert_eq!(user_errors(&superseded), ["EXPIRED input.token"]);
    let token = app.mailed_token("Baru@Example.net").await;
    done(&app.anonymous(), "confirmEmailChange", json!({ "token": token }), "acknowledged").await;
    let viewer = ani.client.data(VIEWER, json!({})).await["viewer"].clone();
    assert_eq!(viewer, json!({ "email": "Baru@Example.net", "emailVerified": true, "pendingEmail": null }));
    let mails = app.mails().await;
    assert!(mails.iter().any(|mail| mail.contains(&format!("To: {}", ani.email)) && mail.contains("was changed")));
    let again = sent(&app.anonymous(), "confirmEmailChange", json!({ "token": token }), "acknowledged").await;
    assert_eq!(user_errors(&again), ["EXPIRED input.token"]);
    let reset = json!({ "token": reset, "newPassword": "gajah terbang di atas kota" });
    assert_eq!(user_errors(&sent(&app.anonymous(), "resetPassword", reset, "token").await), ["EXPIRED input.token"]);
    for (login, gets_in) in [("baru@example.net", true), (ani.email.as_str(), false)] {
        let entered = sent(&app.anonymous(), "logIn", json!({ "login": login, "password": PASSWORD }), "token").await;
        assert_eq!(entered["token"].is_string(), gets_in, "{login}");
    }
    app.stop().await;
}

/// Neither the answer nor what one sees afterwards tells whether an address is somebody's.
#[tokio::test(flavor = "multi_thread")]
async fn an_address_of_somebody_else_looks_like_any_other() {
    let app = TestApp::start().await;
    let (ani, budi) = (app.person("Ani Wijaya").await, app.person("Budi Santoso").await);
    let ask = |email: String| sent(&ani.client, "changeEmail", json!({ "newEmail": email }), "acknowledged");
    let (taken_cost, taken) = app.statements(ask(budi.email.clone())).await;
    let taken_seen = ani.client.data(VIEWER, json!({})).await["viewer"]["pendingEmail"].clone();
    let (free_cost, free) = app.statements(ask("bebas@example.net".to_owned())).await;
    let free_seen = ani.client.data(VIEWER, json!({})).await["viewer"]["pendingEmail"].clone();
    assert_eq!((taken, taken_cost), (free, free_cost));
    assert_eq!((taken_seen, free_seen), (json!(budi.email), json!("bebas@example.net")));
    let mails = app.mails().await;
    let told = mails.iter().find(|mail| mail.contains(&format!("To: {}", budi.email)) && mail.contains("already"));
    assert!(told.is_some_and(|mail| !mail.contains("sgm_")), "its owner is told, and gets nothing to confirm");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_second_to_an_address_does_not_get_it() {
    let app = TestApp::start().await;
    let (ani, budi) = (app.person("Ani Wijaya").await, app.person("Budi Santoso").await);
    done(&ani.client, "changeEmail", json!({ "newEmail": "satu@example.net" }), "acknowledged").await;
    let anis = app.mailed_token("satu@example.net").await;
    done(&budi.client, "changeEmail", json!({ "newEmail": "satu@example.net" }), "acknowledged").await;
    let budis = app.mailed_token("satu@example.net").await;
    done(&app.anonymous(), "confirmEmailChange", json!({ "token": budis }), "acknowledged").await;
    let late = sent(&app.anonymous(), "confirmEmailChange", json!({ "token": anis }), "acknowledged").await;
    assert_eq!(user_errors(&late), ["EXPIRED input.token"]);
    assert_eq!(ani.client.data(VIEWER, json!({})).await["viewer"]["email"], ani.email.as_str());
    app.world.pass(TimeDelta::minutes(11));
    let document = "mutation ($input: ChangeEmailInput!) { changeEmail(input: $input) { acknowledged } }";
    let asked = ani.client.send(document, json!({ "input": { "newEmail": "dua@example.net" } })).await;
    assert_eq!(asked.codes(), ["REAUTHENTICATION_REQUIRED"]);
    app.stop().await;
}
