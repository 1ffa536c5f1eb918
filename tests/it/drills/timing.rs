//! What must not be told by an answer must not be told by its time: of pairs of answers that are equal, neither is faster.
//!
//! The measure is the chance that one of the first kind takes longer than one of the second: a half where time tells nothing, and
//! within a tenth of it here. Both kinds are asked in turns, so that the machine's moods meet both.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::rounds;
use crate::harness::{Client, PASSWORD, TestApp};

/// The chance that a value of `one` is larger than one of `other`.
fn chance(one: &[Duration], other: &[Duration]) -> f64 {
    let mut larger = 0.0;
    for a in one {
        for b in other {
            larger += match a.cmp(b) {
                std::cmp::Ordering::Greater => 1.0,
                std::cmp::Ordering::Equal => 0.5,
                std::cmp::Ordering::Less => 0.0,
            };
        }
    }
    let pairs = u32::try_from(one.len() * other.len()).expect("not that many");
    larger / f64::from(pairs)
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

async fn timed(client: &Client, query: &str, variables: Value) -> (Duration, Value) {
    let start = Instant::now();
    let answer = client.send(query, variables).await;
    (start.elapsed(), answer.json)
}

fn judge(what: &str, mut one: Vec<Duration>, mut other: Vec<Duration>) {
    let chance = chance(&one, &other);
    println!(
        "{what}: {} times each, chance {chance:.3}, medians {:?} and {:?}",
        one.len(),
        median(&mut one),
        median(&mut other)
    );
    assert!((0.4..=0.6).contains(&chance), "{what}: the time tells, by a chance of {chance:.3}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a drill"]
async fn drill_time_tells_nothing() {
    let app = TestApp::start_with(|settings| settings.limits.cost_per_minute = u32::MAX).await;
    app.person("Citra Dewi").await;
    let client = app.anonymous();

    let find = "query ($name: String!) { user(username: $name) { id fullName } }";
    let (mut private, mut unknown) = (Vec::new(), Vec::new());
    for number in 0..rounds(1500) {
        let (time, answer) = timed(&client, find, json!({ "name": "citra.dewi" })).await;
        assert_eq!(answer, json!({ "data": { "user": null } }));
        private.push(time);
        let (time, answer) = timed(&client, find, json!({ "name": format!("nobody{number}") })).await;
        assert_eq!(answer, json!({ "data": { "user": null } }));
        unknown.push(time);
    }
    judge("user: somebody who shows nothing, and nobody", private, unknown);

    let log_in = "mutation ($input: LogInInput!) { logIn(input: $input) { token userErrors { code path message } } }";
    let (mut wrong, mut unknown) = (Vec::new(), Vec::new());
    let mut answers = Vec::new();
    for number in 0..rounds(150) {
        let input = json!({ "login": "citra.dewi@example.org", "password": "bukan kata sandinya ini" });
        let (time, answer) = timed(&client, log_in, json!({ "input": input })).await;
        wrong.push(time);
        answers.push(answer);
        let login = format!("nobody{number}@example.org");
        let input = json!({ "login": login, "password": "bukan kata sandinya ini" });
        let (time, answer) = timed(&client, log_in, json!({ "input": input })).await;
        unknown.push(time);
        answers.push(answer);
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "one answer to both");
    judge("logIn: a wrong password, and an unknown address", wrong, unknown);

    let register = "mutation ($input: RegisterInput!) { register(input: $input) { acknowledged userErrors { code } } }";
    let documents = app.documents(&client).await;
    let (mut taken, mut free) = (Vec::new(), Vec::new());
    for number in 0..rounds(150) {
        let person = |email: &str| json!({ "input": { "email": email, "password": PASSWORD, "fullName": "Seseorang", "ageConfirmed": true, "acceptedDocuments": documents } });
        let (time, answer) = timed(&client, register, person("citra.dewi@example.org")).await;
        assert_eq!(answer["data"]["register"]["acknowledged"], true);
        taken.push(time);
        let (time, answer) = timed(&client, register, person(&format!("baru{number}@example.org"))).await;
        assert_eq!(answer["data"]["register"]["acknowledged"], true);
        free.push(time);
    }
    judge("register: a taken address, and a free one", taken, free);

    let resend = "mutation ($input: ResendVerificationInput!) { resendVerification(input: $input) { acknowledged } }";
    let (mut waiting, mut proved) = (Vec::new(), Vec::new());
    for number in 0..rounds(150) {
        let input = json!({ "input": { "email": format!("baru{number}@example.org") } });
        waiting.push(timed(&client, resend, input).await.0);
        let unknown = if number % 2 == 0 { "citra.dewi@example.org" } else { "nobody@example.org" };
        proved.push(timed(&client, resend, json!({ "input": { "email": unknown } })).await.0);
    }
    judge("resendVerification: an address that waits, and one that does not", waiting, proved);
    app.stop().await;
}
