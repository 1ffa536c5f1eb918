//! Quizzes: the clock and the key are the server's.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{Published, done, learn, published, sent, take};
use crate::harness::{Person, TestApp, user_errors};

const KEYS: &str = "query ($id: ID!) { node(id: $id) { ... on Attempt { answers { score question { answerKey { ... on ChoiceKey { feedback choices { fraction } } } } } } } }";

#[tokio::test(flavor = "multi_thread")]
async fn the_key_opens_when_the_policy_says_and_to_its_instructors() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let learner = app.person("Citra Dewi").await;
    learn(&course, &learner).await;
    let failed = take(&course, &learner, false).await;
    assert_eq!(
        (&failed["status"], &failed["score"], &failed["percent"], &failed["passed"]),
        (&json!("GRADED"), &json!("0"), &json!(0), &json!(false))
    );
    let closed = learner.client.send(KEYS, json!({ "id": failed["id"] })).await;
    assert_eq!(closed.codes(), ["FORBIDDEN", "FORBIDDEN"], "there is another attempt");
    assert!(!closed.json.to_string().contains("fraction"), "{}", closed.json);
    assert_eq!(closed.json["data"]["node"]["answers"][0]["score"], Value::Null);
    let passed = take(&course, &learner, true).await;
    assert_eq!((&passed["score"], &passed["percent"], &passed["passed"]), (&json!("3"), &json!(100), &json!(true)));
    let open = learner.client.data(KEYS, json!({ "id": failed["id"] })).await;
    assert_eq!(open["node"]["answers"][0]["question"]["answerKey"]["feedback"], "Begitu.");
    let third = sent(&learner.client, "startAttempt", json!({ "quiz": course.quiz }), "attempt { id }").await;
    assert_eq!(user_errors(&third), ["LIMIT_REACHED input.quiz"]);
    // Nobody else has the attempt, not even by its id.
    let stranger = app.person("Dodi Putra").await;
    for client in [app.anonymous(), stranger.client, course.instructor.client.clone()] {
        assert_eq!(client.data(KEYS, json!({ "id": passed["id"] })).await["node"], Value::Null);
    }
    app.stop().await;
}

/// A quiz that nobody limits is limited all the same: what a learner can add to without end, a query would have to read.
#[tokio::test(flavor = "multi_thread")]
async fn attempts_come_to_an_end() {
    let app = TestApp::start_with(|settings| settings.limits.cost_per_minute = u32::MAX).await;
    let course = published(&app).await;
    let mut superuser = app.database.superuser().await;
    let unlimited = format!(
        "set sanggar.academy_id = '{}'; update quizzes set feedback = 'AFTER_PASSING', attempts_allowed = null",
        app.academy.uuid()
    );
    diesel_async::SimpleAsyncConnection::batch_execute(&mut superuser, &unlimited)
        .await
        .expect("a quiz without limits");
    let learner = app.person("Citra Dewi").await;
    learn(&course, &learner).await;
    let start = json!({ "quiz": course.quiz });
    for _ in 0..100 {
        let attempt = done(&learner.client, "startAttempt", start.clone(), "attempt { id }").await["attempt"].clone();
        done(&learner.client, "submitAttempt", json!({ "id": attempt["id"] }), "attempt { status }").await;
    }
    let more = sent(&learner.client, "startAttempt", start, "attempt { id }").await;
    assert_eq!(user_errors(&more), ["LIMIT_REACHED input.quiz"]);
    let limits = app.anonymous().data("{ serviceLimits { name limit } }", json!({})).await;
    let limits = limits["serviceLimits"].as_array().expect("limits").clone();
    assert!(limits.contains(&json!({ "name": "attempts", "limit": 100 })), "{limits:?}");
    let all = "query ($id: ID!) { node(id: $id) { ... on Quiz { viewerAttempts { number answers { score } } } } }";
    let data = learner.client.data(all, json!({ "id": course.quiz })).await;
    assert_eq!(data["node"]["viewerAttempts"].as_array().map(Vec::len), Some(100));
    app.stop().await;
}

/// Whoever completes a course has passed all of its quizzes, where its rule says so: none can be out of their way.
#[tokio::test(flavor = "multi_thread")]
async fn a_quiz_that_no_lesson_leads_to_can_not_be_submitted() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let client = &course.instructor.client;
    let exam = json!({ "course": course.course, "title": "Ujian akhir", "passPercent": 80 });
    let exam = done(client, "createQuiz", exam, "quiz { id }").await["quiz"]["id"].clone();
    let choices = json!([{ "text": "a", "fraction": "1" }, { "text": "b", "fraction": "0" }]);
    let question = json!({ "choice": { "prompt": "?", "points": "1", "multiple": false, "choices": choices } });
    done(client, "createQuestion", json!({ "quiz": exam, "question": question }), "question { id }").await;
    let submit = json!({ "id": course.course });
    let payload = sent(client, "submitCourse", submit.clone(), "submission { id }").await;
    assert_eq!(user_errors(&payload), ["NOT_ELIGIBLE input.id"]);
    assert!(payload["userErrors"][0]["message"].as_str().is_some_and(|text| text.contains("Ujian akhir")), "{payload}");
    let sections = "query ($id: ID!) { node(id: $id) { ... on Course { draft { sections { id } } } } }";
    let data = client.data(sections, json!({ "id": course.course })).await;
    let section = data["node"]["draft"]["sections"][0]["id"].clone();
    let lesson = json!({ "section": section, "title": "Ujian akhir", "kind": "QUIZ", "quiz": exam });
    done(client, "createLesson", lesson, "lesson { id }").await;
    done(client, "submitCourse", submit, "submission { id }").await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_questions_are_read_by_who_writes_and_reviews_them() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let learner = app.person("Citra Dewi").await;
    learn(&course, &learner).await;
    let attempt = take(&course, &learner, false).await;
    let question = attempt["answers"][0]["question"]["id"].clone();
    let page = "query ($id: ID!, $after: String) { node(id: $id) { ... on Quiz { questionCount questions(first: 1, after: $after) { totalCount nodes { id prompt } pageInfo { hasNextPage endCursor } } } } }";
    let key = "query ($id: ID!) { node(id: $id) { ... on ChoiceQuestion { prompt choices { text } answerKey { ... on ChoiceKey { choices { fraction } } } } } }";
    for (client, opens) in [(&course.instructor.client, true), (&course.reviewer.client, false)] {
        let first = client.data(page, json!({ "id": course.quiz })).await["node"]["questions"].clone();
        assert_eq!((&first["totalCount"], &first["nodes"][0]["prompt"]), (&json!(2), &json!("2 + 2?")));
        let after = json!({ "id": course.quiz, "after": first["pageInfo"]["endCursor"] });
        let second = client.data(page, after).await["node"]["questions"].clone();
        assert_eq!(second["nodes"][0]["prompt"], "<b> itu apa?");
        assert_eq!(second["pageInfo"]["hasNextPage"], false);
        let node = client.send(key, json!({ "id": question })).await;
        assert_eq!(node.json["data"]["node"]["choices"].as_array().map(Vec::len), Some(3));
        // The key is its instructors'; who reviews has none.
        assert_eq!(node.codes().is_empty(), opens, "{}", node.json);
        assert_eq!(node.json["data"]["node"]["answerKey"].is_object(), opens, "{}", node.json);
    }
    let stranger = app.person("Dodi Putra").await;
    for client in [app.anonymous(), learner.client, stranger.client] {
        let refused = client.send(page, json!({ "id": course.quiz })).await;
        assert_eq!(refused.codes(), ["FORBIDDEN"]);
        assert_eq!(refused.json["data"]["node"], json!({ "questionCount": 2, "questions": null }));
        assert_eq!(client.data(key, json!({ "id": question })).await["node"], Value::Null);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_checked_saved_and_counted_once() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let learner = app.person("Citra Dewi").await;
    let early = sent(&learner.client, "startAttempt", json!({ "quiz": course.quiz }), "attempt { id }").await;
    assert_eq!(user_errors(&early), ["NOT_FOUND input.quiz"], "not enrolled");
    learn(&course, &learner).await;
    let select = "attempt { id answers { question { id promptHtml ... on ChoiceQuestion { choices { id } } } response { ... on ChoiceResponse { choices } } } }";
    let started = done(&learner.client, "startAttempt", json!({ "quiz": course.quiz }), select).await;
    let resumed = done(&learner.client, "startAttempt", json!({ "quiz": course.quiz }), select).await;
    assert_eq!(started, resumed, "the same attempt, in the same order, on another device");
    assert!(started.to_string().contains("&lt;b&gt; itu apa"), "shown to the letter");
    let question = &started["attempt"]["answers"][0]["question"];
    let other = &started["attempt"]["answers"][1]["question"];
    let answer = |choices: Value| json!({ "attempt": started["attempt"]["id"], "question": question["id"], "response": { "choices": choices } });
    for (choices, error) in [
        (json!([question["choices"][0]["id"], question["choices"][1]["id"]]), "INVALID input.response.choices"),
        (json!([other["choices"][0]["id"]]), "NOT_FOUND input.response.choices"),
        (json!([question["choices"][0]["id"], question["choices"][0]["id"]]), "NOT_FOUND input.response.choices"),
    ] {
        assert_eq!(user_errors(&sent(&learner.client, "saveAnswer", answer(choices), "attempt { id }").await), [error]);
    }
    done(&learner.client, "saveAnswer", answer(json!([question["choices"][0]["id"]])), "attempt { id }").await;
    done(&learner.client, "saveAnswer", answer(json!([question["choices"][1]["id"]])), "attempt { id }").await;
    let again = done(&learner.client, "startAttempt", json!({ "quiz": course.quiz }), select).await;
    assert_eq!(again["attempt"]["answers"][0]["response"]["choices"], json!([question["choices"][1]["id"]]));
    let id = started["attempt"]["id"].clone();
    let submit = || sent(&learner.client, "submitAttempt", json!({ "id": id }), "attempt { status score }");
    let (one, two) = tokio::join!(submit(), submit());
    let errors: Vec<_> = [one, two].iter().map(user_errors).collect();
    assert!(errors.contains(&vec![]) && errors.contains(&vec!["ALREADY_DONE input.id".to_owned()]), "{errors:?}");
    app.stop().await;
}

/// A published course whose one lesson is a quiz of ten minutes; gives its run and the quiz.
async fn timed(course: &Published) -> (Value, Value) {
    let client = &course.instructor.client;
    let input = json!({ "title": "Cepat", "summary": "S", "description": "D", "locale": "id", "level": "BEGINNER", "completionRule": { "quizzesPassed": false } });
    let made = done(client, "createCourse", input, "course { id runs { nodes { id } } }").await;
    let timed = done(
        client,
        "createQuiz",
        json!({ "course": made["course"]["id"], "title": "Kilat", "passPercent": 50, "timeLimit": "PT10M" }),
        "quiz { id timeLimit }",
    )
    .await;
    assert_eq!(timed["quiz"]["timeLimit"], "PT10M");
    let question = json!({ "choice": { "prompt": "?", "points": "1", "multiple": false, "choices": [{ "text": "a", "fraction": "1" }, { "text": "b", "fraction": "0" }] } });
    done(client, "createQuestion", json!({ "quiz": timed["quiz"]["id"], "question": question }), "question { id }")
        .await;
    let section = done(
        client,
        "createSection",
        json!({ "course": made["course"]["id"], "title": "S" }),
        "course { draft { sections { id } } }",
    )
    .await;
    let lesson = json!({ "section": section["course"]["draft"]["sections"][0]["id"], "title": "L", "kind": "QUIZ", "quiz": timed["quiz"]["id"] });
    done(client, "createLesson", lesson, "lesson { id }").await;
    let submitted = done(client, "submitCourse", json!({ "id": made["course"]["id"] }), "submission { id }").await;
    done(
        &course.reviewer.client,
        "decideCourseSubmission",
        json!({ "id": submitted["submission"]["id"], "decision": "APPROVE" }),
        "submission { id }",
    )
    .await;
    (made["course"]["runs"]["nodes"][0]["id"].clone(), timed["quiz"]["id"].clone())
}

/// A learner starts it; gives the attempt, and the input that would answer its question rightly.
async fn started(learner: &Person, (run, quiz): &(Value, Value)) -> (Value, Value) {
    done(&learner.client, "enrol", json!({ "run": run }), "enrolment { id }").await;
    let select =
        "attempt { id startedAt deadline answers { question { id ... on ChoiceQuestion { choices { id text } } } } }";
    let attempt = done(&learner.client, "startAttempt", json!({ "quiz": quiz }), select).await["attempt"].clone();
    assert_eq!(attempt["deadline"], "2026-11-22T03:10:00+00:00");
    let question = &attempt["answers"][0]["question"];
    let right =
        question["choices"].as_array().expect("choices").iter().find(|choice| choice["text"] == "a").expect("a");
    let answer =
        json!({ "attempt": attempt["id"], "question": question["id"], "response": { "choices": [right["id"]] } });
    (attempt, answer)
}

async fn outcome(learner: &Person, attempt: &Value) -> Value {
    let query = "query ($id: ID!) { node(id: $id) { ... on Attempt { status score passed submittedAt } } }";
    learner.client.data(query, json!({ "id": attempt["id"] })).await["node"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_after_the_deadline_does_not_count() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let quiz = timed(&course).await;
    let learner = app.person("Citra Dewi").await;
    let (attempt, answer) = started(&learner, &quiz).await;
    app.world.pass(TimeDelta::minutes(10) + TimeDelta::seconds(6));
    assert_eq!(
        user_errors(&sent(&learner.client, "saveAnswer", answer, "attempt { id }").await),
        ["EXPIRED input.attempt"]
    );
    assert_eq!(
        outcome(&learner, &attempt).await,
        json!({ "status": "EXPIRED", "score": "0", "passed": false, "submittedAt": "2026-11-22T03:10:00+00:00" })
    );
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_that_nobody_submits_ends_by_itself() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let quiz = timed(&course).await;
    let learner = app.person("Citra Dewi").await;
    let (attempt, answer) = started(&learner, &quiz).await;
    done(&learner.client, "saveAnswer", answer, "attempt { id }").await;
    app.world.pass(TimeDelta::minutes(10) + TimeDelta::seconds(5));
    app.work().await;
    assert_eq!(outcome(&learner, &attempt).await["status"], "IN_PROGRESS", "its grace is not over");
    app.world.pass(TimeDelta::seconds(1));
    app.work().await;
    assert_eq!(
        outcome(&learner, &attempt).await,
        json!({ "status": "EXPIRED", "score": "1", "passed": true, "submittedAt": "2026-11-22T03:10:00+00:00" })
    );
    let query = "{ viewer { learning { nodes { status certificate { status } } } } }";
    let data = learner.client.data(query, json!({})).await;
    assert_eq!(
        data["viewer"]["learning"]["nodes"][0],
        json!({ "status": "COMPLETED", "certificate": { "status": "VALID" } }),
        "what it passed is completed with it"
    );
    app.stop().await;
}
