//! What needs minutes, thousands of requests or statistics: `./run drills`. Each prints its figures, and asserts no absolute time.

mod cut;
mod documents;
mod kill;
mod logs;
mod provider;
mod quizzes;
mod seats;
mod storm;
mod timing;

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    harness::{Client, TestApp},
    line::published,
};

/// How often a drill repeats what it repeats: as often as it says, or as `SANGGAR_DRILL_ROUNDS` says.
fn rounds(usual: usize) -> usize {
    std::env::var("SANGGAR_DRILL_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(usual)
}

/// A number below `most` that nobody can foretell.
fn below(most: u64) -> u64 {
    let bytes = *uuid::Uuid::new_v4().as_bytes();
    u64::from_le_bytes(bytes[8..].try_into().expect("eight bytes")) % most
}

const ENROL: &str =
    "mutation ($input: EnrolInput!) { enrol(input: $input) { enrolment { id } userErrors { code path } } }";

/// Sends under a key until the server has an answer of its own, as a client does: it tries again where the server was busy or gone, or asked it to
/// wait.
async fn persistent(client: &Client, key: &str, query: &str, input: &Value) -> Value {
    let body = json!({ "query": query, "variables": { "input": input } }).to_string();
    loop {
        let request = client.post().header("idempotency-key", key).body(body.clone());
        if let Ok(response) = request.send().await
            && let Ok(answer) = response.json::<Value>().await
            && !["OVERLOADED", "RATE_LIMITED"].iter().any(|code| answer["errors"][0]["extensions"]["code"] == *code)
        {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(20 + below(30))).await;
    }
}

/// A hundred at once with one key: one effect, one answer.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a drill"]
async fn drill_a_hundred_with_one_key() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let learner = app.person("Citra Dewi").await;
    let input = json!({ "run": course.run });
    let all = (0..100).map(|_| persistent(&learner.client, "satu", ENROL, &input));
    let answers = futures_util::future::join_all(all).await;
    assert!(answers[0]["data"]["enrol"]["enrolment"]["id"].is_string(), "{}", answers[0]);
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    let count = "{ viewer { learning { totalCount } } }";
    assert_eq!(learner.client.data(count, json!({})).await["viewer"]["learning"]["totalCount"], 1);
    println!("100 requests at once with one key: 1 enrolment, 100 equal answers");
    app.stop().await;
}
