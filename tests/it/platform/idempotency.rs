//! `Idempotency-Key`: what is sent twice is done once.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::{
    harness::{Client, TestApp, user_errors},
    line::{done, published, take},
};

const ENROL: &str =
    "mutation ($input: EnrolInput!) { enrol(input: $input) { enrolment { id } userErrors { code path } } }";

async fn keyed(client: &Client, key: &str, query: &str, input: &Value) -> (u16, Value) {
    let body = json!({ "query": query, "variables": { "input": input } }).to_string();
    let response = client.post().header("idempotency-key", key).body(body).send().await.expect("an answer");
    let status = response.status().as_u16();
    (status, serde_json::from_str(&response.text().await.expect("a body")).expect("JSON"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_enrols_once_and_is_answered_alike() {
    let app = TestApp::start_with(|settings| settings.connections = 8).await;
    let course = published(&app).await;
    let learner = app.person("Citra Dewi").await;
    let run = json!({ "run": course.run });
    let send = || keyed(&learner.client, "satu", ENROL, &run);
    let (one, two, three) = tokio::join!(send(), send(), send());
    assert_eq!(one.1["data"]["enrol"]["userErrors"], json!([]), "{one:?}");
    assert_eq!((&one, &one), (&two, &three));
    assert_eq!(send().await, one, "and later");
    let all = "{ viewer { learning { totalCount } } }";
    assert_eq!(learner.client.data(all, json!({})).await["viewer"]["learning"]["totalCount"], 1);
    let (_, other) = keyed(&learner.client, "dua", ENROL, &run).await;
    assert_eq!(user_errors(&other["data"]["enrol"]), ["ALREADY_DONE input.run"], "another key is another request");
    // The same key of somebody else is theirs.
    let other = app.person("Dodi Putra").await;
    let (_, theirs) = keyed(&other.client, "satu", ENROL, &run).await;
    assert_ne!(theirs["data"]["enrol"]["enrolment"]["id"], one.1["data"]["enrol"]["enrolment"]["id"]);
    // A day later it is forgotten.
    app.world.pass(TimeDelta::hours(24));
    app.work().await;
    assert_eq!(user_errors(&send().await.1["data"]["enrol"]), ["ALREADY_DONE input.run"]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_for_one_request() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let learner = app.person("Citra Dewi").await;
    let nothing = json!({ "run": course.course });
    let (status, wrong) = keyed(&learner.client, "kunci", ENROL, &nothing).await;
    assert_eq!((status, &wrong["errors"][0]["extensions"]["code"]), (200, &json!("BAD_USER_INPUT")), "{wrong}");
    // What did nothing has not used the key up.
    let (_, made) = keyed(&learner.client, "kunci", ENROL, &json!({ "run": course.run })).await;
    assert!(made["data"]["enrol"]["enrolment"]["id"].is_string(), "{made}");
    let complete = "mutation ($input: CompleteLessonInput!) { completeLesson(input: $input) { enrolment { progress { lessonsCompleted } } userErrors { code } } }";
    let (_, mismatch) = keyed(&learner.client, "kunci", complete, &json!({ "id": course.lessons[0] })).await;
    assert_eq!(mismatch["errors"][0]["extensions"]["code"], "IDEMPOTENCY_MISMATCH");
    let progress = "{ viewer { learning { nodes { progress { lessonsCompleted } } } } }";
    let data = learner.client.data(progress, json!({})).await;
    assert_eq!(data["viewer"]["learning"]["nodes"][0]["progress"]["lessonsCompleted"], 0, "nothing was written");
    for key in ["", "two words", &"k".repeat(256)] {
        let (status, refused) = keyed(&learner.client, key, ENROL, &json!({ "run": course.run })).await;
        assert_eq!((status, &refused["errors"][0]["extensions"]["code"]), (400, &json!("BAD_USER_INPUT")), "{key}");
    }
    let (_, anonymous) = keyed(&app.anonymous(), "kunci", ENROL, &json!({ "run": course.run })).await;
    assert_eq!(anonymous["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_submission_that_is_sent_again_is_the_same_submission() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let learner = app.person("Citra Dewi").await;
    done(&learner.client, "enrol", json!({ "run": course.run }), "enrolment { id }").await;
    let started = done(&learner.client, "startAttempt", json!({ "quiz": course.quiz }), "attempt { id }").await;
    let submit = "mutation ($input: SubmitAttemptInput!) { submitAttempt(input: $input) { attempt { id status score } userErrors { code } } }";
    let input = json!({ "id": started["attempt"]["id"] });
    let first = keyed(&learner.client, "kirim", submit, &input).await;
    assert_eq!(first.1["data"]["submitAttempt"]["attempt"]["status"], "GRADED");
    assert_eq!(keyed(&learner.client, "kirim", submit, &input).await, first);
    take(&course, &learner, true).await;
    assert_eq!(keyed(&learner.client, "kirim", submit, &input).await, first, "the attempt that it was");
    app.stop().await;
}
