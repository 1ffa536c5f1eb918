//! QZ-2: one score of a hundred submissions over two servers, one attempt of a hundred starts, nothing saved after. QZ-1: the time that an answer
//! takes says nothing of whether it is right.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{
    persistent, rounds,
    timing::{judge, timed},
};
use crate::{
    harness::TestApp,
    line::{
        done,
        questions::{ASKED, examined, of_every_kind, right},
    },
};

const START: &str =
    "mutation ($input: StartAttemptInput!) { startAttempt(input: $input) { attempt { id } userErrors { code } } }";
const SUBMIT: &str = "mutation ($input: SubmitAttemptInput!) { submitAttempt(input: $input) { attempt { id status score } userErrors { code } } }";
const SAVE: &str =
    "mutation ($input: SaveAnswerInput!) { saveAnswer(input: $input) { attempt { id } userErrors { code } } }";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a drill"]
async fn drill_one_score_of_a_hundred_submissions() {
    let app = TestApp::start().await;
    let mut kinds = of_every_kind();
    kinds.pop();
    let exam = examined(&app, json!({ "attemptsAllowed": 1 }), kinds).await;
    let replica = app.replica().await;
    let learner = app.person("Citra Dewi").await;
    done(&learner.client, "enrol", json!({ "run": exam.run }), "enrolment { id }").await;
    let client = |number: usize| match number % 2 {
        0 => learner.client.clone(),
        _ => replica.client().with_token(&learner.token),
    };
    let input = json!({ "quiz": exam.quiz });
    let started = join_all((0..100).map(async |number| {
        let answer = persistent(&client(number), &format!("mulai-{number}"), START, &input).await;
        assert!(answer["errors"].is_null(), "{answer}");
        answer["data"]["startAttempt"]["attempt"]["id"].clone()
    }))
    .await;
    // Who starts again goes on with the attempt that is open.
    assert!(started[0].is_string() && started.iter().all(|id| *id == started[0]), "{started:?}");
    assert_eq!(app.rows_in("attempts").await, 1);
    let attempt = done(&learner.client, "startAttempt", input, ASKED).await["attempt"].clone();
    let answers = attempt["answers"].as_array().expect("answers");
    for answer in answers {
        let save = json!({ "attempt": attempt["id"], "question": answer["question"]["id"], "response": right(&answer["question"]) });
        done(&learner.client, "saveAnswer", save, "attempt { id }").await;
    }
    // A hundred hand it in while another device goes on answering: what is saved counts, and what comes after is refused.
    let input = json!({ "id": attempt["id"] });
    let last = &answers[2]["question"];
    let late = json!({ "attempt": attempt["id"], "question": last["id"], "response": right(last) });
    let submitted = join_all((0..100).map(async |number| {
        let (query, input) = if number % 5 == 4 { (SAVE, &late) } else { (SUBMIT, &input) };
        let answer = persistent(&client(number), &format!("kumpul-{number}"), query, input).await;
        assert!(answer["errors"].is_null(), "{answer}");
        answer["data"].clone()
    }))
    .await;
    let done_by = |payload: &Value| payload["userErrors"] == json!([]);
    let submissions: Vec<&Value> = submitted.iter().filter_map(|data| data.get("submitAttempt")).collect();
    let (first, others): (Vec<&Value>, Vec<&Value>) = submissions.iter().copied().partition(|payload| done_by(payload));
    println!(
        "{} submissions: {} did it, {} were told {}",
        submissions.len(),
        first.len(),
        others.len(),
        others[0]["userErrors"]
    );
    assert_eq!((first.len(), others.len()), (1, 79));
    let codes: Vec<_> = others.iter().map(|payload| payload["userErrors"][0]["code"].clone()).collect();
    assert!(codes.iter().all(|code| *code == codes[0]), "{codes:?}");
    assert_eq!(first[0]["attempt"]["score"], "8");
    let after = done_by(&persistent(&client(1), "sesudah", SAVE, &late).await["data"]["saveAnswer"]);
    assert!(!after, "nothing is saved after it was handed in");
    let again = persistent(&client(0), "lagi", START, &json!({ "quiz": exam.quiz })).await;
    assert_eq!(again["data"]["startAttempt"]["userErrors"][0]["code"], "LIMIT_REACHED");
    replica.stop().await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a drill"]
async fn drill_no_time_tells_what_is_right() {
    let app = TestApp::start_with(|settings| settings.limits.cost_per_minute = 2_000_000_000).await;
    let exam = examined(&app, json!({}), of_every_kind()).await;
    let learner = app.person("Citra Dewi").await;
    done(&learner.client, "enrol", json!({ "run": exam.run }), "enrolment { id }").await;
    let attempt = done(&learner.client, "startAttempt", json!({ "quiz": exam.quiz }), ASKED).await["attempt"].clone();
    let client = &learner.client;
    for (at, wrong) in [(1, json!({ "text": "bandung" })), (2, json!({ "number": "4.13" }))] {
        let answers = attempt["answers"].as_array().expect("answers");
        let prompt = ["", "Ibu kota Indonesia?", "Pi?"][at];
        let question = &answers.iter().find(|answer| answer["question"]["prompt"] == prompt).expect("it")["question"];
        let save = |response: Value| json!({ "input": { "attempt": attempt["id"], "question": question["id"], "response": response } });
        let (right, wrong) = (save(right(question)), save(wrong));
        let ask = async |variables: &Value| timed(client, SAVE, variables.clone()).await.0;
        judge(
            &format!("saving a right or a wrong answer: {prompt}"),
            rounds(1000),
            async |_| ask(&right).await,
            async |_| ask(&wrong).await,
        )
        .await;
    }
    let question = &attempt["answers"]
        .as_array()
        .expect("answers")
        .iter()
        .find(|answer| answer["question"]["prompt"] == "Bilangan prima?")
        .expect("it")["question"];
    let save = |response: Value| json!({ "input": { "attempt": attempt["id"], "question": question["id"], "response": response } });
    let ids = |texts: [&str; 2]| {
        let choices = question["choices"].as_array().expect("choices");
        texts.map(|text| choices.iter().find(|choice| choice["text"] == text).expect("it")["id"].clone())
    };
    let (right, wrong) = (save(json!({ "choices": ids(["2", "3"]) })), save(json!({ "choices": ids(["4", "6"]) })));
    judge(
        "saving right or wrong ticks",
        rounds(1000),
        async |_| timed(client, SAVE, right.clone()).await.0,
        async |_| timed(client, SAVE, wrong.clone()).await.0,
    )
    .await;
    app.stop().await;
}
