//! QZ-1: while an attempt is open, no answer of any operation depends on what is right. The key is permuted in the database, and everything is
//! asked again: byte for byte the same.

use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use super::{
    done,
    questions::{KEYS, examined, of_every_kind, right, started},
};
use crate::{
    harness::{Client, TestApp},
    laws::{paths, subject},
};

/// Every right answer becomes a wrong one, and a wrong one right.
const PERMUTED: &str = "
    update choices c set fraction = o.fraction, feedback = o.feedback
    from (select n.id, coalesce(lead(n.fraction) over w, first_value(n.fraction) over w) as fraction,
              coalesce(lead(n.feedback) over w, first_value(n.feedback) over w) as feedback
          from choices n where n.role = 'CHOICE' window w as (partition by n.version_id, n.question_id order by n.position)) o
    where o.id = c.id;
    update questions q set feedback = md5(coalesce(feedback, '')), key = case kind
        when 'SHORT_ANSWER' then (select jsonb_set(key, '{accepted}', jsonb_agg(a || jsonb_build_object('text', md5(a ->> 'text'))))
            from jsonb_array_elements(key -> 'accepted') a)
        when 'NUMERIC' then (select jsonb_set(key, '{accepted}', jsonb_agg(a || jsonb_build_object(
                'minimum', ((a ->> 'minimum')::numeric + 7)::text, 'maximum', ((a ->> 'maximum')::numeric + 7)::text)))
            from jsonb_array_elements(key -> 'accepted') a)
        when 'MATCHING' then (select jsonb_set(key, '{pairs}', jsonb_agg(jsonb_build_array(p.v -> 0, n.v -> 1) order by p.i))
            from jsonb_array_elements(key -> 'pairs') with ordinality p (v, i)
            join jsonb_array_elements(key -> 'pairs') with ordinality n (v, i) on n.i = p.i % jsonb_array_length(key -> 'pairs') + 1)
        when 'ORDERING' then (select jsonb_set(key, '{items}', jsonb_agg(v order by i % jsonb_array_length(key -> 'items')))
            from jsonb_array_elements(key -> 'items') with ordinality o (v, i))
        when 'ESSAY' then jsonb_set(key, '{rubric}', to_jsonb(md5(key ->> 'rubric')))
        else key end;";

/// An answer as it comes over the wire, with the headers that say something of it.
async fn raw(client: &Client, query: &str, variables: &Value) -> String {
    let body = json!({ "query": query, "variables": variables }).to_string();
    let response = client.post().body(body).send().await.expect("the server answers");
    let said = |headers: &HeaderMap| {
        let own = headers.iter().filter(|(name, _)| !["date", "x-request-id"].contains(&name.as_str()));
        let mut lines: Vec<_> = own.map(|(name, value)| format!("{name}: {value:?}")).collect();
        lines.sort();
        lines.join("\n")
    };
    let (status, headers) = (response.status(), said(response.headers()));
    format!("{status}\n{headers}\n{}", response.text().await.expect("a body"))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_attempt_tells_nothing_of_the_key() {
    let app = TestApp::start_under(subject::collecting_all(), paths::without_bounds).await;
    let exam = examined(&app, json!({}), of_every_kind()).await;
    let citra = app.person("Citra Dewi").await;
    let attempt = started(&exam, &citra).await;
    let other = app.person("Budi Santoso").await;
    done(&other.client, "enrol", json!({ "run": exam.run }), "enrolment { id }").await;
    // Who had it graded before the key was permuted has it to be graded again: they are none of these.
    let answers = attempt["answers"].as_array().expect("answers");
    let mut writes = Vec::new();
    for answer in answers {
        let question = &answer["question"];
        let wrong = match question["__typename"].as_str().expect("a type") {
            "ChoiceQuestion" => json!({ "choices": [question["choices"][2]["id"]] }),
            "NumericQuestion" => json!({ "number": "9" }),
            "ShortAnswerQuestion" => json!({ "text": "Bogor" }),
            "MatchingQuestion" => {
                json!({ "pairs": [{ "stem": question["stems"][0]["id"], "option": question["options"][0]["id"] }] })
            }
            "OrderingQuestion" => {
                let items: Vec<Value> =
                    question["items"].as_array().expect("items").iter().map(|item| item["id"].clone()).collect();
                json!({ "items": items })
            }
            _ => json!({ "text": "Tidak tahu." }),
        };
        for response in [right(question), wrong] {
            writes.push(
                json!({ "input": { "attempt": attempt["id"], "question": question["id"], "response": response } }),
            );
        }
    }
    let learning = citra.client.data("{ viewer { learning { nodes { id } } } }", json!({})).await;
    let mut ids =
        vec![attempt["id"].clone(), exam.quiz.clone(), exam.course.clone(), exam.run.clone(), json!(citra.id)];
    ids.push(learning["viewer"]["learning"]["nodes"][0]["id"].clone());
    ids.extend(exam.questions.iter().cloned());
    let queries = paths::queries();
    let save = "mutation ($input: SaveAnswerInput!) { saveAnswer(input: $input) { attempt { id status score percent passed answers { score feedback \
        response { __typename } question { points ... on ChoiceQuestion { choices { id text } } ... on MatchingQuestion { stems { id } options { id } } \
        ... on OrderingQuestion { items { id } } } } } userErrors { code path message } } }";
    let again = "mutation ($input: StartAttemptInput!) { startAttempt(input: $input) { attempt { id answers { question { id } } } userErrors { code path message } } }";
    let contest = "mutation ($input: ContestGradeInput!) { contestGrade(input: $input) { attempt { id } userErrors { code path message } } }";
    let regrade = "mutation ($input: RegradeQuestionInput!) { regradeQuestion(input: $input) { question { id } userErrors { code path message } } }";
    let everything = async || {
        let mut said = Vec::new();
        for client in [&citra.client, &other.client, &app.anonymous()] {
            for query in &queries {
                said.push(raw(client, query, &json!({ "id": attempt["id"], "ids": ids })).await);
            }
            said.push(raw(client, KEYS, &json!({ "id": attempt["id"] })).await);
            for write in &writes {
                said.push(raw(client, save, write).await);
            }
            said.push(raw(client, again, &json!({ "input": { "quiz": exam.quiz } })).await);
            said.push(
                raw(client, contest, &json!({ "input": { "attempt": attempt["id"], "reason": "Saya benar." } })).await,
            );
            for question in &exam.questions {
                said.push(raw(client, regrade, &json!({ "input": { "question": question } })).await);
            }
        }
        said
    };
    // An attempt of the other learner is begun by the first round, and is there in every one.
    everything().await;
    let before = everything().await;
    let saved = before
        .iter()
        .filter(|answer| answer.contains("\"saveAnswer\":{\"attempt\":{") && answer.contains("\"userErrors\":[]"));
    assert_eq!(saved.count(), writes.len(), "its learner saves");
    assert!(before.concat().contains("FORBIDDEN") && !before.concat().contains("GRAPHQL_VALIDATION_FAILED"));
    for round in 1..=3 {
        app.sql(PERMUTED).await;
        for (before, after) in before.iter().zip(everything().await) {
            assert_eq!(*before, after, "round {round}");
        }
    }
    // The permutation is one: its teacher sees another key.
    let teacher = &exam.instructor.client;
    let key = "query ($id: ID!) { node(id: $id) { ... on ChoiceQuestion { answerKey { ... on ChoiceKey { choices { fraction } } } } ... on NumericQuestion { answerKey { ... on NumericKey { accepted { minimum } } } } } }";
    let seen = async |question: &Value| teacher.data(key, json!({ "id": question })).await["node"].clone();
    assert_eq!(seen(&exam.questions[2]).await["answerKey"]["accepted"][0]["minimum"], "24.13");
    let fractions = seen(&exam.questions[0]).await["answerKey"]["choices"].clone();
    app.sql(PERMUTED).await;
    assert_ne!(seen(&exam.questions[0]).await["answerKey"]["choices"], fractions);
    app.stop().await;
}
