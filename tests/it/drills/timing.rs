//! What must not be told by an answer must not be told by its time: of pairs of answers that are equal, neither is faster.
//!
//! The measure is the chance that one of the first kind takes longer than one of the second: a half where time tells nothing, and
//! within a twentieth of it here. Both kinds are asked in turns, so that the machine's moods meet both.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use sanggar::{enrolment::model::EnrolmentId, platform::privacy::UserId};
use serde_json::{Value, json};

use super::{below, rounds};
use crate::{
    harness::{Client, PASSWORD, TestApp},
    line::{learn, published},
};

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

pub async fn timed(client: &Client, query: &str, variables: Value) -> (Duration, Value) {
    let start = Instant::now();
    let answer = client.send(query, variables).await;
    (start.elapsed(), answer.json)
}

/// Asks for both in turns, so often; a machine that is busy with other things gets three chances, since what is told by the time is
/// told every time.
pub async fn judge<A: AsyncFnMut(usize) -> Duration, B: AsyncFnMut(usize) -> Duration>(
    what: &str,
    times: usize,
    mut ask: A,
    mut ask_other: B,
) {
    for _ in 0..3 {
        let (mut one, mut other) = (Vec::new(), Vec::new());
        for number in 0..times {
            // By chance the first of its pair: what one leaves behind, the next one meets. In a fixed turn each kind would always meet the
            // same of the threads that hash, and the same of their memory.
            if below(2) == 0 {
                one.push(ask(number).await);
                other.push(ask_other(number).await);
            } else {
                other.push(ask_other(number).await);
                one.push(ask(number).await);
            }
        }
        let chance = chance(&one, &other);
        println!(
            "{what}: {times} times each, chance {chance:.3}, medians {:?} and {:?}",
            median(&mut one),
            median(&mut other)
        );
        if (0.45..=0.55).contains(&chance) {
            return;
        }
    }
    panic!("{what}: the time tells");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a drill"]
async fn drill_time_tells_nothing() {
    let app = TestApp::start_with(|settings| settings.limits.cost_per_minute = u32::MAX).await;
    let hidden = app.person("Citra Dewi").await;
    let client = app.anonymous();

    let find = async |name: String| {
        let query = "query ($name: String!) { user(username: $name) { id fullName } }";
        let (time, answer) = timed(&client, query, json!({ "name": name })).await;
        assert_eq!(answer, json!({ "data": { "user": null } }));
        time
    };
    judge(
        "user: somebody who shows nothing, and nobody",
        rounds(1500),
        async |_| find("citra.dewi".to_owned()).await,
        async |number| find(format!("nobody{number}")).await,
    )
    .await;

    let look = async |id: String| {
        let query = "query ($id: ID!) { node(id: $id) { ... on User { fullName } } }";
        let (time, answer) = timed(&client, query, json!({ "id": id })).await;
        assert_eq!(answer, json!({ "data": { "node": null } }));
        time
    };
    judge(
        "node: somebody who shows nothing, and an id that is nobody's",
        rounds(1500),
        async |_| look(hidden.id.clone()).await,
        async |_| look(UserId::from_uuid(uuid::Uuid::new_v4()).to_string()).await,
    )
    .await;
    let course = published(&app).await;
    learn(&course, &hidden).await;
    let learning = "{ viewer { learning { nodes { id } } } }";
    let learning = hidden.client.data(learning, json!({})).await["viewer"]["learning"]["nodes"][0]["id"].clone();
    judge(
        "node: an enrolment of somebody else's, and an id that is no enrolment's",
        rounds(1500),
        async |_| look(learning.as_str().expect("an id").to_owned()).await,
        async |_| look(EnrolmentId::from_uuid(uuid::Uuid::new_v4()).to_string()).await,
    )
    .await;
    app.stop().await;
}

/// Whether an address is somebody's.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a drill"]
async fn drill_time_tells_nothing_of_an_address() {
    let app = TestApp::start_with(|settings| settings.limits.cost_per_minute = u32::MAX).await;
    app.person("Citra Dewi").await;
    let client = app.anonymous();
    let log_in = async |login: String| {
        let query =
            "mutation ($input: LogInInput!) { logIn(input: $input) { token userErrors { code path message } } }";
        let input = json!({ "login": login, "password": "bukan kata sandinya ini" });
        // What was used up of the shares is whole again.
        app.world.pass(TimeDelta::hours(1));
        let (time, answer) = timed(&client, query, json!({ "input": input })).await;
        assert_eq!(answer["data"]["logIn"]["userErrors"][0]["code"], "INVALID", "one answer to both");
        time
    };
    judge(
        "logIn: a wrong password, and an unknown address",
        rounds(500),
        async |_| log_in("citra.dewi@example.org".to_owned()).await,
        async |_| log_in("nobody@example.org".to_owned()).await,
    )
    .await;

    let documents = app.documents(&client).await;
    let register = async |email: String| {
        let query =
            "mutation ($input: RegisterInput!) { register(input: $input) { acknowledged userErrors { code } } }";
        let input = json!({
            "email": email, "password": PASSWORD, "fullName": "Seseorang", "ageConfirmed": true, "acceptedDocuments": documents,
        });
        app.world.pass(TimeDelta::hours(1));
        let (time, answer) = timed(&client, query, json!({ "input": input })).await;
        assert_eq!(answer["data"]["register"], json!({ "acknowledged": true, "userErrors": [] }));
        time
    };
    // Each free address once, also where it is measured again.
    let mut free = 0;
    judge(
        "register: a taken address, and a free one",
        rounds(500),
        async |_| register("citra.dewi@example.org".to_owned()).await,
        async |_| {
            free += 1;
            register(format!("baru{free}@example.org")).await
        },
    )
    .await;

    let resend = async |email: String| {
        let query =
            "mutation ($input: ResendVerificationInput!) { resendVerification(input: $input) { acknowledged } }";
        app.world.pass(TimeDelta::hours(1));
        timed(&client, query, json!({ "input": { "email": email } })).await.0
    };
    judge(
        "resendVerification: an address that waits, and one that does not",
        rounds(500),
        async |number| resend(format!("baru{}@example.org", number + 1)).await,
        async |number| {
            let other = if number % 2 == 0 { "citra.dewi@example.org" } else { "nobody@example.org" };
            resend(other.to_owned()).await
        },
    )
    .await;

    let reset = async |email: String| {
        let query =
            "mutation ($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { acknowledged } }";
        app.world.pass(TimeDelta::hours(1));
        timed(&client, query, json!({ "input": { "email": email } })).await.0
    };
    judge(
        "requestPasswordReset: an address that is somebody's, and one that is nobody's",
        rounds(500),
        async |_| reset("citra.dewi@example.org".to_owned()).await,
        async |_| reset("nobody@example.org".to_owned()).await,
    )
    .await;
    app.stop().await;
}
