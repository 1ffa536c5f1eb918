//! Registering.

use sanggar::platform::privacy::Role;
use serde_json::{Value, json};

use crate::harness::{PASSWORD, TestApp, user_errors};

const REGISTER: &str =
    "mutation ($input: RegisterInput!) { register(input: $input) { acknowledged userErrors { code path message } } }";

async fn input(app: &TestApp) -> Value {
    json!({
        "email": "ani@example.org", "password": PASSWORD, "fullName": "Ani Wijaya", "ageConfirmed": true,
        "acceptedDocuments": app.documents(&app.anonymous()).await,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn who_registers_proves_the_address_and_is_signed_in() {
    let app = TestApp::start().await;
    let ani = app.person("Ani Wijaya").await;
    let query = "{ viewer { email emailVerified roles user { fullName username createdAt roles } sessions { current device } } }";
    let data = ani.client.data(query, json!({})).await;
    assert_eq!(data["viewer"]["email"], ani.email.as_str());
    assert_eq!(data["viewer"]["emailVerified"], true);
    assert_eq!(data["viewer"]["roles"], json!(["LEARNER"]));
    assert_eq!(data["viewer"]["user"]["fullName"], "Ani Wijaya");
    assert_eq!(data["viewer"]["sessions"][0]["current"], true);
    let again =
        "mutation ($input: VerifyEmailInput!) { verifyEmail(input: $input) { token userErrors { code path } } }";
    let used = app.mailed_token(&ani.email).await;
    let data = app.anonymous().data(again, json!({ "input": { "token": used } })).await;
    assert_eq!(user_errors(&data["verifyEmail"]), ["EXPIRED input.token"], "a token works once");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_address_gets_the_same_answer_and_its_owner_a_mail() {
    let app = TestApp::start().await;
    let first = app.anonymous().send(REGISTER, json!({ "input": input(&app).await })).await;
    let taken = app.anonymous().send(REGISTER, json!({ "input": input(&app).await })).await;
    assert_eq!(first.json, taken.json);
    let mut other = input(&app).await;
    other["email"] = json!("  ANI@Example.org ");
    assert_eq!(app.anonymous().send(REGISTER, json!({ "input": other })).await.json, first.json);
    let mails = app.mails().await;
    assert_eq!(mails.len(), 3);
    assert_eq!(mails.iter().filter(|mail| mail.contains("You have an account")).count(), 2);
    // Nor does the work of it tell: whose the address is, nobody has looked yet.
    let mut costs = Vec::new();
    for email in ["ani@example.org", "bebas@example.org"] {
        let mut one = input(&app).await;
        one["email"] = json!(email);
        let before = app.rows_in("logins").await;
        costs.push(app.statements(app.anonymous().send(REGISTER, json!({ "input": one }))).await.0);
        assert_eq!((app.rows_in("logins").await, app.rows_in("mails").await), (before, 0), "{email}");
        assert_eq!(app.rows_in("address_requests").await, 1, "{email}");
        app.work().await;
        assert_eq!(app.rows_in("address_requests").await, 0, "{email}");
    }
    // Who is registered again and again is not mailed again and again.
    for _ in 0..10 {
        assert_eq!(app.anonymous().send(REGISTER, json!({ "input": input(&app).await })).await.json, first.json);
    }
    let mails = app.mails().await;
    assert_eq!(mails.iter().filter(|mail| mail.to_lowercase().contains("to: ani@example.org")).count(), 5);
    assert!(costs[0].abs_diff(costs[1]) <= 3, "{costs:?}: which academies there are may be read in one of them");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_be_mended_is_told_at_once_and_nothing_is_written() {
    let app = TestApp::start().await;
    let documents = app.documents(&app.anonymous()).await;
    for (change, expected) in [
        (json!({ "email": "ani" }), vec!["INVALID input.email"]),
        (json!({ "email": "ani", "fullName": " " }), vec!["INVALID input.email", "REQUIRED input.fullName"]),
        (json!({ "password": "too short" }), vec!["TOO_SHORT input.password"]),
        (json!({ "password": "ani@example.org!" }), vec!["TOO_WEAK input.password"]),
        (json!({ "username": "9" }), vec!["INVALID input.username"]),
        (json!({ "username": "admin" }), vec!["TAKEN input.username"]),
        (json!({ "ageConfirmed": false }), vec!["REQUIRED input.ageConfirmed"]),
        (json!({ "acceptedDocuments": [documents[0]] }), vec!["REQUIRED input.acceptedDocuments"]),
        (json!({ "birthDate": "2001-02-03" }), vec!["INVALID input.birthDate"]),
        (json!({ "guardianEmail": "ibu@example.org" }), vec!["INVALID input.guardianEmail"]),
    ] {
        let mut input = input(&app).await;
        for (name, value) in change.as_object().expect("an object") {
            input[name] = value.clone();
        }
        let data = app.anonymous().data(REGISTER, json!({ "input": input })).await;
        assert_eq!(user_errors(&data["register"]), expected, "{change}");
        assert_eq!(data["register"]["acknowledged"], false);
    }
    assert_eq!(app.mails().await, Vec::<String>::new());
    // A document of the neighbour's is not one of ours.
    let mut input = input(&app).await;
    input["acceptedDocuments"] = json!(app.documents(&app.next_door()).await);
    let data = app.anonymous().data(REGISTER, json!({ "input": input })).await;
    assert_eq!(user_errors(&data["register"]), ["NOT_FOUND input.acceptedDocuments.0"]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_can_be_asked_for_again_and_expires() {
    let app = TestApp::start().await;
    app.anonymous().data(REGISTER, json!({ "input": input(&app).await })).await;
    let late = app.mailed_token("ani@example.org").await;
    app.world.pass(chrono::TimeDelta::hours(25));
    let verify =
        "mutation ($input: VerifyEmailInput!) { verifyEmail(input: $input) { token userErrors { code path } } }";
    let data = app.anonymous().data(verify, json!({ "input": { "token": late } })).await;
    assert_eq!(user_errors(&data["verifyEmail"]), ["EXPIRED input.token"]);
    let resend = "mutation ($input: ResendVerificationInput!) { resendVerification(input: $input) { acknowledged userErrors { code } } }";
    let known = app.anonymous().send(resend, json!({ "input": { "email": "ani@example.org" } })).await;
    let unknown = app.anonymous().send(resend, json!({ "input": { "email": "nobody@example.org" } })).await;
    assert_eq!(known.json, unknown.json);
    assert_eq!(app.mails().await.len(), 2);
    let token = app.mailed_token("ani@example.org").await;
    let data = app.anonymous().data(verify, json!({ "input": { "token": token } })).await;
    assert!(data["verifyEmail"]["token"].is_string(), "{data}");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_user_name_does_not_tell_of_the_address() {
    let app = TestApp::start().await;
    let ani = app.person("Ani Wijaya").await;
    let mut answers = Vec::new();
    for email in [ani.email.as_str(), "nobody@example.org"] {
        let mut input = input(&app).await;
        input["email"] = json!(email);
        input["username"] = json!(ani.username);
        answers.push(app.anonymous().send(REGISTER, json!({ "input": input })).await.json);
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(user_errors(&answers[0]["data"]["register"]), ["TAKEN input.username"]);
    app.stop().await;
}

/// Whoever registers at the same moment with the same address is answered alike; one account is made.
#[tokio::test(flavor = "multi_thread")]
async fn a_race_for_an_address_tells_nothing() {
    let app = TestApp::start_with(|settings| settings.connections = 8).await;
    let client = app.anonymous();
    let register =
        "mutation ($input: RegisterInput!) { register(input: $input) { acknowledged userErrors { code path } } }";
    let mut one = input(&app).await;
    one["username"] = Value::Null;
    let send = || client.send(register, json!({ "input": one }));
    let answers = tokio::join!(send(), send(), send(), send());
    for answer in [answers.0, answers.1, answers.2, answers.3] {
        assert_eq!(answer.json, json!({ "data": { "register": { "acknowledged": true, "userErrors": [] } } }));
    }
    let admin = app.staff("Rudi Hartono", Role::Admin).await;
    let people = admin.client.data("{ users { nodes { email } } }", json!({})).await["users"]["nodes"].clone();
    let mut people: Vec<_> = people.as_array().expect("people").iter().map(|one| one["email"].clone()).collect();
    people.sort_unstable_by_key(ToString::to_string);
    assert_eq!(people, [json!("ani@example.org"), json!(admin.email)], "one account was made");
    let mails = app.mails().await;
    assert_eq!(mails.iter().filter(|mail| mail.contains("You have an account")).count(), 3);
    app.stop().await;
}

/// If registering held the user name, a second registration with it would tell whether the first one's address was free.
#[tokio::test(flavor = "multi_thread")]
async fn a_user_name_is_held_from_the_proof_of_an_address_on() {
    let app = TestApp::start().await;
    let ani = app.person("Ani Wijaya").await;
    let client = app.anonymous();
    let registered = async |email: &str| {
        let mut input = input(&app).await;
        input["email"] = json!(email);
        input["username"] = json!("rebutan");
        client.send(REGISTER, json!({ "input": input })).await.json
    };
    let answers =
        [registered(&ani.email).await, registered("satu@example.org").await, registered("dua@example.org").await];
    assert_eq!(answers[0], json!({ "data": { "register": { "acknowledged": true, "userErrors": [] } } }));
    assert_eq!(answers[1], answers[0]);
    assert_eq!(answers[2], answers[0]);

    let prove = async |email: &str| {
        let token = app.mailed_token(email).await;
        let verify =
            "mutation ($input: VerifyEmailInput!) { verifyEmail(input: $input) { viewer { user { username } } } }";
        let data = client.data(verify, json!({ "input": { "token": token } })).await;
        data["verifyEmail"]["viewer"]["user"]["username"].clone()
    };
    let find = "{ user(username: \"rebutan\") { id } }";
    let admin = app.staff("Rudi Hartono", Role::Admin).await;
    assert_eq!(admin.client.data(find, json!({})).await["user"], Value::Null, "nobody has it yet");
    assert_eq!(prove("dua@example.org").await, "rebutan", "who proves first has it");
    assert_eq!(prove("satu@example.org").await, Value::Null, "and the other has none");
    assert!(admin.client.data(find, json!({})).await["user"]["id"].is_string());
    let data = registered("tiga@example.org").await;
    assert_eq!(user_errors(&data["data"]["register"]), ["TAKEN input.username"]);
    app.stop().await;
}

/// Who proves at the same moment is answered alike; one has the user name.
#[tokio::test(flavor = "multi_thread")]
async fn a_race_for_a_user_name_has_one_winner() {
    let app = TestApp::start_with(|settings| settings.connections = 8).await;
    let client = app.anonymous();
    let mut tokens = Vec::new();
    for number in 0..4 {
        let mut input = input(&app).await;
        let email = format!("orang{number}@example.org");
        input["email"] = json!(email);
        input["username"] = json!("rebutan");
        client.data(REGISTER, json!({ "input": input })).await;
        tokens.push(app.mailed_token(&email).await);
    }
    let verify = "mutation ($input: VerifyEmailInput!) { verifyEmail(input: $input) { viewer { user { username } } } }";
    let prove = |number: usize| client.data(verify, json!({ "input": { "token": tokens[number] } }));
    let answers = tokio::join!(prove(0), prove(1), prove(2), prove(3));
    let answers = [answers.0, answers.1, answers.2, answers.3];
    let names: Vec<_> = answers.iter().map(|data| &data["verifyEmail"]["viewer"]["user"]["username"]).collect();
    assert_eq!(names.iter().filter(|name| **name == "rebutan").count(), 1, "{names:?}");
    assert_eq!(names.iter().filter(|name| name.is_null()).count(), 3, "{names:?}");
    app.stop().await;
}

/// What was mailed before proves nothing any more, once the address is proved.
#[tokio::test(flavor = "multi_thread")]
async fn a_proof_uses_up_the_others() {
    let app = TestApp::start().await;
    let client = app.anonymous();
    let register = "mutation ($input: RegisterInput!) { register(input: $input) { acknowledged } }";
    let one = input(&app).await;
    client.data(register, json!({ "input": one })).await;
    let email = one["email"].as_str().expect("an address");
    let first = app.mailed_token(email).await;
    let resend = "mutation ($input: ResendVerificationInput!) { resendVerification(input: $input) { acknowledged } }";
    client.data(resend, json!({ "input": { "email": email } })).await;
    let second = app.mailed_token(email).await;
    assert_ne!(first, second);
    let verify =
        "mutation ($input: VerifyEmailInput!) { verifyEmail(input: $input) { token userErrors { code path } } }";
    let data = client.data(verify, json!({ "input": { "token": second } })).await;
    assert!(data["verifyEmail"]["token"].is_string(), "{data}");
    let data = client.data(verify, json!({ "input": { "token": first } })).await;
    assert_eq!(user_errors(&data["verifyEmail"]), ["EXPIRED input.token"]);
    app.stop().await;
}
