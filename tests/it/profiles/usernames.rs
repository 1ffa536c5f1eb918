//! User names: alike is the same, and who gives one up leaves it to nobody for a while.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::{
    harness::{Person, TestApp, user_errors},
    line::sent,
};

async fn rename(person: &Person, name: Value) -> Vec<String> {
    user_errors(&sent(&person.client, "updateProfile", json!({ "username": name }), "user { username }").await)
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_look_alike_are_one() {
    let app = TestApp::start().await;
    let (ani, budi) = (app.person("Ani Wijaya").await, app.person("Budi Santoso").await);
    assert_eq!(rename(&ani, json!("malam.10")).await, Vec::<String>::new());
    for alike in ["malam.10", "rnalam.10", "malam.lo", "MALAM.1O", "ｍalam.10"] {
        assert_eq!(rename(&budi, json!(alike)).await, ["TAKEN input.username"], "{alike}");
    }
    assert_eq!(rename(&ani, json!("rnalam.10")).await, Vec::<String>::new(), "one's own");
    for no_name in ["аni", "ani\u{200d}x", "adm\u{131}n", "r00t", "ani wijaya"] {
        let refused = rename(&budi, json!(no_name)).await;
        assert!(refused == ["INVALID input.username"] || refused == ["TAKEN input.username"], "{no_name}: {refused:?}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_was_given_up_is_nobody_elses_for_a_while() {
    let app = TestApp::start().await;
    let (ani, budi) = (app.person("Ani Wijaya").await, app.person("Budi Santoso").await);
    let none = Vec::<String>::new();
    assert_eq!(rename(&ani, json!("ani.baru")).await, none);
    for alike in ["ani.wijaya", "anl.wijaya"] {
        let expected = if alike == "ani.wijaya" { vec!["TAKEN input.username".to_owned()] } else { none.clone() };
        assert_eq!(rename(&budi, json!(alike)).await, expected, "{alike}");
    }
    // Nor at registration, which tells it as it does of any name.
    let documents = app.documents(&app.anonymous()).await;
    let input = json!({
        "email": "lain@example.org", "password": crate::harness::PASSWORD, "fullName": "Lain", "username": "ani.wijaya", "ageConfirmed": true,
        "acceptedDocuments": documents,
    });
    assert_eq!(user_errors(&sent(&app.anonymous(), "register", input, "acknowledged").await), ["TAKEN input.username"]);
    assert_eq!(rename(&ani, json!("ani.wijaya")).await, none, "who gave it up may have it back");
    assert_eq!(rename(&budi, json!("ani.baru")).await, ["TAKEN input.username"]);
    // Nobody gathers names by giving up one after the other.
    for name in ["ani.satu", "ani.dua"] {
        assert_eq!(rename(&ani, json!(name)).await, none, "{name}");
    }
    assert_eq!(rename(&ani, json!("ani.tiga")).await, ["LIMIT_REACHED input.username"]);
    assert_eq!(
        rename(&ani, json!("budi.santoso")).await,
        ["LIMIT_REACHED input.username"],
        "nor asks whether others are taken"
    );
    assert_eq!(rename(&ani, json!("ani.satu")).await, none, "one may always go back");
    assert_eq!(rename(&ani, Value::Null).await, none, "or have none");
    assert_eq!(rename(&ani, json!("ani.satu")).await, none);
    app.world.pass(TimeDelta::days(91));
    let back = app
        .anonymous()
        .data(
            "mutation ($input: LogInInput!) { logIn(input: $input) { token } }",
            json!({ "input": { "login": "budi.santoso@example.org", "password": crate::harness::PASSWORD } }),
        )
        .await;
    let budi = Person { client: app.anonymous().with_token(back["logIn"]["token"].as_str().expect("a token")), ..budi };
    assert_eq!(rename(&budi, json!("ani.wijaya")).await, none, "its time is over");
    app.stop().await;
}
