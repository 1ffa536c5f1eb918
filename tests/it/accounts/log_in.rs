//! Signing in and out.

use chrono::TimeDelta;
use serde_json::json;

use crate::harness::{PASSWORD, TestApp, user_errors};

const LOG_IN: &str = "mutation ($input: LogInInput!) { logIn(input: $input) { token viewer { email roles } session { current device } userErrors { code path message } } }";

#[tokio::test(flavor = "multi_thread")]
async fn by_address_or_user_name_and_out_again() {
    let app = TestApp::start().await;
    let ani = app.person("Ani Wijaya").await;
    for login in ["ani.wijaya@example.org", " ANI.WIJAYA@example.org", "ani.wijaya", "Ani.Wijaya"] {
        let input = json!({ "login": login, "password": PASSWORD, "device": "Telepon Ani" });
        let data = app.anonymous().data(LOG_IN, json!({ "input": input })).await;
        let payload = &data["logIn"];
        assert_eq!(user_errors(payload), Vec::<String>::new(), "{login}");
        assert_eq!(payload["viewer"]["email"], ani.email.as_str());
        assert_eq!(payload["session"], json!({ "current": true, "device": "Telepon Ani" }));
        let client = app.anonymous().with_token(payload["token"].as_str().expect("a token"));
        client.data("mutation { logOut { acknowledged userErrors { code } } }", json!({})).await;
        let answer = client.send("{ viewer { email } }", json!({})).await;
        assert_eq!((answer.status, answer.codes()), (401, vec!["UNAUTHENTICATED"]));
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_and_an_unknown_person_are_told_alike() {
    let app = TestApp::start().await;
    let ani = app.person("Ani Wijaya").await;
    let mut answers = Vec::new();
    for (login, password) in
        [(ani.email.as_str(), "not the right password"), ("nobody@example.org", PASSWORD), ("nobody", PASSWORD)]
    {
        answers.push(
            app.anonymous().send(LOG_IN, json!({ "input": { "login": login, "password": password } })).await.json,
        );
    }
    assert_eq!(answers[0]["data"]["logIn"]["userErrors"][0]["code"], "INVALID");
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[1], answers[2]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_document_is_one_guess() {
    let app = TestApp::start().await;
    let twice = "mutation { a: logIn(input: { login: \"x\", password: \"y\" }) { token } b: logIn(input: { login: \"x\", password: \"z\" }) { token } }";
    assert_eq!(app.anonymous().send(twice, json!({})).await.codes(), ["QUERY_TOO_COMPLEX"]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_end_by_themselves() {
    let app = TestApp::start().await;
    let ani = app.person("Ani Wijaya").await;
    app.world.pass(TimeDelta::days(29));
    ani.client.data("{ viewer { email } }", json!({})).await;
    // That it was used is noted beside the request.
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    app.world.pass(TimeDelta::days(29));
    ani.client.data("{ viewer { email } }", json!({})).await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    app.world.pass(TimeDelta::days(31));
    assert_eq!(ani.client.send("{ viewer { email } }", json!({})).await.codes(), ["UNAUTHENTICATED"]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_may_have_its_session_in_a_cookie() {
    let app = TestApp::start().await;
    let ani = app.person("Ani Wijaya").await;
    let body =
        json!({ "query": LOG_IN, "variables": { "input": { "login": ani.email, "password": PASSWORD } } }).to_string();
    let response =
        app.anonymous().post().header("x-session-transport", "cookie").body(body).send().await.expect("an answer");
    let cookie = response.headers()["set-cookie"].to_str().expect("text").to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"), "{cookie}");
    let answer: serde_json::Value = response.json().await.expect("JSON");
    assert_eq!(answer["data"]["logIn"]["token"], json!(null), "out of reach of scripts");
    let pair = cookie.split(';').next().expect("a pair");
    let body = json!({ "query": "{ viewer { email } }" }).to_string();
    let response = app.anonymous().post().header("cookie", pair).body(body).send().await.expect("an answer");
    let answer: serde_json::Value = response.json().await.expect("JSON");
    assert_eq!(answer["data"]["viewer"]["email"], ani.email.as_str());

    // No script can take a cookie away whose session has ended: it must not keep anybody from signing in again.
    app.world.pass(chrono::TimeDelta::days(31));
    let ask = async |query: &str, variables: serde_json::Value| {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let response = app.anonymous().post().header("cookie", pair).header("x-session-transport", "cookie").body(body);
        let response = response.send().await.expect("an answer");
        let cookie = response.headers().get("set-cookie").and_then(|value| value.to_str().ok()).map(str::to_owned);
        (response.json::<serde_json::Value>().await.expect("JSON"), cookie)
    };
    let (answer, _) = ask("{ viewer { email } }", json!({})).await;
    assert_eq!(answer, json!({ "data": { "viewer": null } }));
    let (_, cleared) = ask("mutation { logOut { acknowledged } }", json!({})).await;
    assert!(cleared.is_some_and(|cookie| cookie.starts_with("sanggar=;") && cookie.contains("Max-Age=0")));
    let input = json!({ "input": { "login": ani.email, "password": PASSWORD } });
    let (answer, cookie) = ask(LOG_IN, input).await;
    assert_eq!(answer["data"]["logIn"]["userErrors"], json!([]), "{answer}");
    assert!(cookie.is_some_and(|cookie| cookie.starts_with("sanggar=sgs_")));
    app.stop().await;
}
