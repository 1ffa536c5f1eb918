//! Questions of every kind: written, asked, answered, graded by the machine or by a person, graded again.

use chrono::TimeDelta;
use sanggar::platform::privacy::Role;
use serde_json::{Value, json};

use super::{Published, done, instructor, learn, published, sent};
use crate::harness::{Client, Person, TestApp, user_errors};

/// A published course of one lesson, a quiz.
pub struct Examined {
    pub instructor: Person,
    pub reviewer: Person,
    pub course: Value,
    pub run: Value,
    pub quiz: Value,
    pub questions: Vec<Value>,
}

/// Of every kind one.
pub fn of_every_kind() -> Vec<Value> {
    vec![
        json!({ "choice": { "prompt": "Bilangan prima?", "points": "2", "multiple": true, "feedback": "2 dan 3.", "choices": [
            { "text": "2", "fraction": "0.5" }, { "text": "3", "fraction": "0.5" }, { "text": "4", "fraction": "-0.5" }, { "text": "6", "fraction": "-0.5" },
        ] } }),
        json!({ "shortAnswer": { "prompt": "Ibu kota Indonesia?", "points": "1", "accepted": [
            { "text": "Jakarta", "fraction": "1" }, { "text": "*karta", "fraction": "0.25", "feedback": "Hampir." },
        ] } }),
        json!({ "numeric": { "prompt": "Pi?", "points": "1", "accepted": [{ "minimum": "3.13", "maximum": "3.15", "fraction": "1" }] } }),
        json!({ "matching": { "prompt": "Pasangkan.", "points": "3", "distractors": ["Kucing"], "pairs": [
            { "stem": "cat", "option": "kucing" }, { "stem": "dog", "option": "anjing" }, { "stem": "puppy", "option": "anjing" },
        ] } }),
        json!({ "ordering": { "prompt": "Urutkan.", "points": "1", "itemsInOrder": [{ "text": "pupa" }, { "text": "larva" }, { "text": "telur" }] } }),
        json!({ "essay": { "prompt": "Mengapa?", "points": "4", "rubric": "Dua alasan.", "feedback": "Lihat bab 2." } }),
    ]
}

/// Publishes the draft as it is.
pub async fn publish(instructor: &Client, reviewer: &Client, course: &Value) {
    let submitted = done(instructor, "submitCourse", json!({ "id": course }), "submission { id }").await;
    let decision = json!({ "id": submitted["submission"]["id"], "decision": "APPROVE" });
    done(reviewer, "decideCourseSubmission", decision, "submission { status }").await;
}

/// A published course whose one lesson is a quiz of these questions.
pub async fn examined(app: &TestApp, quiz: Value, questions: Vec<Value>) -> Examined {
    let reviewer = app.staff("Rudi Hartono", Role::Reviewer).await;
    let instructor = instructor(app, &reviewer, "Ani Wijaya").await;
    let client = &instructor.client;
    let input = json!({ "title": "Ujian", "summary": "S", "description": "D", "locale": "id", "level": "BEGINNER" });
    let made = done(client, "createCourse", input, "course { id runs { nodes { id } } }").await["course"].clone();
    let mut input = json!({ "course": made["id"], "title": "Ujian akhir", "passPercent": 60 });
    input.as_object_mut().expect("an input").extend(quiz.as_object().expect("an input").clone());
    let quiz = done(client, "createQuiz", input, "quiz { id }").await["quiz"]["id"].clone();
    let mut made_questions = Vec::new();
    for question in questions {
        let input = json!({ "quiz": quiz, "question": question });
        made_questions.push(done(client, "createQuestion", input, "question { id }").await["question"]["id"].clone());
    }
    let section = json!({ "course": made["id"], "title": "S" });
    let section = done(client, "createSection", section, "course { draft { sections { id } } }").await;
    let section = &section["course"]["draft"]["sections"][0]["id"];
    let lesson = json!({ "section": section, "title": "Ujian", "kind": "QUIZ", "quiz": quiz });
    done(client, "createLesson", lesson, "lesson { id }").await;
    publish(client, &reviewer.client, &made["id"]).await;
    let run = made["runs"]["nodes"][0]["id"].clone();
    Examined { instructor, reviewer, course: made["id"].clone(), run, quiz, questions: made_questions }
}

pub const ASKED: &str = "attempt { id status deadline score percent passed automated contestedAt contestDecidedAt answers { score feedback \
    question { __typename id prompt promptHtml points ... on ChoiceQuestion { multiple choices { id text } } ... on MatchingQuestion { stems { id text } \
    options { id text } } ... on OrderingQuestion { items { id text } } } \
    response { __typename ... on ChoiceResponse { choices } ... on TextResponse { text } ... on NumberResponse { number } \
    ... on MatchResponse { pairs { stem option } } ... on OrderResponse { items } } } }";

pub const KEYS: &str = "query ($id: ID!) { node(id: $id) { ... on Attempt { answers { score feedback question { answerKey { __typename \
    ... on ChoiceKey { feedback choices { choice fraction } } ... on ShortAnswerKey { caseSensitive accepted { text fraction feedback } } \
    ... on NumericKey { accepted { minimum maximum fraction } } ... on MatchingKey { pairs { stem option } } ... on OrderingKey { items } \
    ... on EssayKey { rubric feedback } } } } } } }";

/// Enrols a learner and starts the quiz.
pub async fn started(exam: &Examined, learner: &Person) -> Value {
    done(&learner.client, "enrol", json!({ "run": exam.run }), "enrolment { id }").await;
    done(&learner.client, "startAttempt", json!({ "quiz": exam.quiz }), ASKED).await["attempt"].clone()
}

/// The answer of an attempt to the question of a prompt.
fn asked<'a>(attempt: &'a Value, prompt: &str) -> &'a Value {
    let answers = attempt["answers"].as_array().expect("answers");
    answers.iter().find(|answer| answer["question"]["prompt"] == prompt).expect("the question")
}

/// The id of an item by its text.
fn item(items: &Value, text: &str) -> Value {
    let items = items.as_array().expect("items");
    items.iter().find(|item| item["text"] == text).unwrap_or_else(|| panic!("{text} in {items:?}"))["id"].clone()
}

/// The right response to a question of [`of_every_kind`], as far as a machine knows.
pub fn right(question: &Value) -> Value {
    match question["prompt"].as_str().expect("a prompt") {
        "Bilangan prima?" => json!({ "choices": [item(&question["choices"], "3"), item(&question["choices"], "2")] }),
        "Ibu kota Indonesia?" => json!({ "text": "  jakarta " }),
        "Pi?" => json!({ "number": "3.14" }),
        "Pasangkan." => {
            let pair = |stem: &str, option: &str| json!({ "stem": item(&question["stems"], stem), "option": item(&question["options"], option) });
            json!({ "pairs": [pair("cat", "kucing"), pair("dog", "anjing"), pair("puppy", "anjing")] })
        }
        "Urutkan." => {
            let items: Vec<Value> =
                ["pupa", "larva", "telur"].iter().map(|text| item(&question["items"], text)).collect();
            json!({ "items": items })
        }
        _ => json!({ "text": "Karena dua hal." }),
    }
}

pub async fn save(learner: &Person, attempt: &Value, question: &Value, response: Value) -> Vec<String> {
    let input = json!({ "attempt": attempt["id"], "question": question["id"], "response": response });
    user_errors(&sent(&learner.client, "saveAnswer", input, "attempt { id }").await)
}

pub async fn submit(learner: &Person, attempt: &Value) -> Value {
    done(&learner.client, "submitAttempt", json!({ "id": attempt["id"] }), ASKED).await["attempt"].clone()
}

async fn shown(client: &Client, attempt: &Value) -> Value {
    let query = format!("query ($id: ID!) {{ node(id: $id) {{ ... on Attempt {{ {} }} }} }}", inner(ASKED));
    client.data(&query, json!({ "id": attempt["id"] })).await["node"].clone()
}

fn inner(select: &str) -> &str {
    select.strip_prefix("attempt {").and_then(|select| select.strip_suffix('}')).expect("a selection")
}

/// Whether a person got a mail with this word in it.
async fn told(app: &TestApp, person: &Person, word: &str) -> bool {
    let mails = app.mails().await;
    mails.iter().any(|mail| mail.contains(&format!("To: {}", person.email)) && mail.replace("=\r\n", "").contains(word))
}

const QUEUE: &str = "query ($id: ID!) { node(id: $id) { ... on Quiz { gradingQueue { totalCount nodes { id submittedAt rubric contest question { prompt points } \
    response { ... on TextResponse { text } ... on NumberResponse { number } } } } } } }";

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_is_asked_answered_and_graded() {
    let app = TestApp::start().await;
    let exam = examined(&app, json!({ "feedback": "AFTER_EACH_ATTEMPT" }), of_every_kind()).await;
    let learner = app.person("Citra Dewi").await;
    let attempt = started(&exam, &learner).await;
    assert_eq!(attempt["answers"].as_array().map(Vec::len), Some(6));
    let options = &asked(&attempt, "Pasangkan.")["question"]["options"];
    assert_eq!(options.as_array().map(Vec::len), Some(3), "one of what two stems have, and a distractor");
    assert_eq!(asked(&attempt, "Urutkan.")["response"], Value::Null);

    // What does not fit is refused, and nothing is stored.
    let question = |prompt: &str| asked(&attempt, prompt)["question"].clone();
    let (choice, match_, order) = (question("Bilangan prima?"), question("Pasangkan."), question("Urutkan."));
    for (asked, response, error) in [
        (&choice, json!({ "text": "2" }), "INVALID input.response"),
        (&question("Pi?"), json!({ "text": "3.14" }), "INVALID input.response"),
        (&choice, json!({ "choices": [order["items"][0]["id"]] }), "NOT_FOUND input.response.choices"),
        (&order, json!({ "items": [order["items"][0]["id"]] }), "INVALID input.response.items"),
        (
            &order,
            json!({ "items": [order["items"][0]["id"], order["items"][0]["id"], order["items"][1]["id"]] }),
            "NOT_FOUND input.response.items",
        ),
        (
            &match_,
            json!({ "pairs": [{ "stem": match_["options"][0]["id"], "option": match_["stems"][0]["id"] }] }),
            "NOT_FOUND input.response.pairs",
        ),
        (&question("Ibu kota Indonesia?"), json!({ "text": "x".repeat(501) }), "TOO_LONG input.response.text"),
    ] {
        assert_eq!(save(&learner, &attempt, asked, response).await, [error]);
    }
    assert!(
        shown(&learner.client, &attempt).await["answers"]
            .as_array()
            .expect("answers")
            .iter()
            .all(|answer| answer["response"].is_null())
    );

    for answer in attempt["answers"].as_array().expect("answers") {
        assert_eq!(
            save(&learner, &attempt, &answer["question"], right(&answer["question"])).await,
            Vec::<String>::new()
        );
    }
    let saved = shown(&learner.client, &attempt).await;
    assert_eq!(asked(&saved, "Pi?")["response"], json!({ "__typename": "NumberResponse", "number": "3.14" }));
    assert_eq!(asked(&saved, "Pasangkan.")["response"]["pairs"].as_array().map(Vec::len), Some(3));
    let submitted = submit(&learner, &attempt).await;
    assert_eq!(
        (&submitted["status"], &submitted["score"], &submitted["passed"]),
        (&json!("SUBMITTED"), &Value::Null, &Value::Null),
        "an essay waits"
    );

    // Who teaches grades what waits: without knowing whose it is.
    for other in [&app.anonymous(), &learner.client, &exam.reviewer.client] {
        assert_eq!(other.send(QUEUE, json!({ "id": exam.quiz })).await.codes(), ["FORBIDDEN"]);
    }
    let queue = exam.instructor.client.data(QUEUE, json!({ "id": exam.quiz })).await["node"]["gradingQueue"].clone();
    assert_eq!(queue["totalCount"], 1);
    let task = &queue["nodes"][0];
    assert_eq!(
        (&task["rubric"], &task["contest"], &task["question"]["prompt"], &task["response"]["text"]),
        (&json!("Dua alasan."), &Value::Null, &json!("Mengapa?"), &json!("Karena dua hal."))
    );
    let grade = |score: &str| json!({ "task": task["id"], "score": score, "feedback": "Alasan kedua kurang." });
    let teacher = &exam.instructor.client;
    assert_eq!(user_errors(&sent(teacher, "gradeAnswer", grade("4.5"), "task { id }").await), ["INVALID input.score"]);
    assert_eq!(
        user_errors(&sent(teacher, "gradeAnswer", grade("0.0000001"), "task { id }").await),
        ["INVALID input.score"]
    );
    assert_eq!(
        user_errors(&sent(&learner.client, "gradeAnswer", grade("4"), "task { id }").await),
        ["NOT_FOUND input.task"]
    );
    let graded = done(teacher, "gradeAnswer", grade("3"), "task { gradedAt }").await;
    assert!(graded["task"]["gradedAt"].is_string());
    let outcome = shown(&learner.client, &attempt).await;
    assert_eq!(
        (&outcome["status"], &outcome["score"], &outcome["percent"], &outcome["passed"]),
        (&json!("GRADED"), &json!("11"), &json!(91), &json!(true))
    );
    assert_eq!(outcome["automated"], false, "a person had a part in it");
    assert_eq!(asked(&outcome, "Mengapa?")["feedback"], "Alasan kedua kurang.");
    assert_eq!(asked(&outcome, "Bilangan prima?")["feedback"], "2 dan 3.");
    assert!(told(&app, &learner, "Ujian akhir").await, "they are told");
    let keys = learner.client.data(KEYS, json!({ "id": attempt["id"] })).await;
    let types: Vec<_> = keys["node"]["answers"]
        .as_array()
        .expect("answers")
        .iter()
        .map(|answer| answer["question"]["answerKey"]["__typename"].clone())
        .collect();
    assert_eq!(types, ["ChoiceKey", "ShortAnswerKey", "NumericKey", "MatchingKey", "OrderingKey", "EssayKey"]);
    // And the enrolment is completed.
    let status = learner.client.data("{ viewer { learning { nodes { status } } } }", json!({})).await;
    assert_eq!(status["viewer"]["learning"]["nodes"][0]["status"], "COMPLETED");
    app.stop().await;
}

/// What is refused of a question: where, and nothing is written.
#[tokio::test(flavor = "multi_thread")]
async fn questions_are_sound() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let client = &course.instructor.client;
    let quiz = json!({ "course": course.course, "title": "Baru", "passPercent": 60 });
    let quiz = done(client, "createQuiz", quiz, "quiz { id questionCount }").await["quiz"]["id"].clone();
    let short = |accepted: Value| json!({ "shortAnswer": { "prompt": "?", "points": "1", "accepted": accepted } });
    let numeric = |accepted: Value| json!({ "numeric": { "prompt": "?", "points": "1", "accepted": accepted } });
    let matching = |pairs: Value, distractors: Value| json!({ "matching": { "prompt": "?", "points": "1", "pairs": pairs, "distractors": distractors } });
    let two = json!([{ "stem": "a", "option": "1" }, { "stem": "b", "option": "2" }]);
    for (question, error) in [
        (short(json!([])), "INVALID input.question.shortAnswer.accepted"),
        (short(json!([{ "text": " ", "fraction": "1" }])), "REQUIRED input.question.shortAnswer.accepted.0.text"),
        (short(json!([{ "text": "a", "fraction": "0.5" }])), "INVALID input.question.shortAnswer.accepted"),
        (short(json!([{ "text": "a", "fraction": "1.5" }])), "INVALID input.question.shortAnswer.accepted"),
        (
            short(json!([{ "text": "a", "fraction": "0.1234567" }])),
            "INVALID input.question.shortAnswer.accepted.0.fraction",
        ),
        (
            numeric(json!([{ "minimum": "2", "maximum": "1", "fraction": "1" }])),
            "INVALID input.question.numeric.accepted.0.minimum",
        ),
        (
            numeric(json!([{ "minimum": "1", "maximum": "1", "fraction": "-1" }])),
            "INVALID input.question.numeric.accepted",
        ),
        (matching(json!([{ "stem": "a", "option": "1" }]), json!([])), "INVALID input.question.matching.pairs"),
        (
            matching(json!([{ "stem": "a", "option": "1" }, { "stem": "a ", "option": "2" }]), json!([])),
            "INVALID input.question.matching.pairs.1",
        ),
        (
            matching(json!([{ "stem": "a", "option": "1" }, { "stem": "b", "option": "1" }]), json!([])),
            "INVALID input.question.matching.distractors",
        ),
        (matching(two.clone(), json!(["2"])), "INVALID input.question.matching.distractors"),
        (matching(two.clone(), json!(["3", "3"])), "INVALID input.question.matching.distractors"),
        (
            json!({ "ordering": { "prompt": "?", "points": "1", "itemsInOrder": [{ "text": "a" }, { "text": "a" }] } }),
            "INVALID input.question.ordering.itemsInOrder.1",
        ),
        (json!({ "essay": { "prompt": "?", "points": "0" } }), "INVALID input.question.essay.points"),
        (json!({ "essay": { "prompt": "", "points": "1" } }), "REQUIRED input.question.essay.prompt"),
        (
            json!({ "ordering": { "prompt": "?", "points": "1", "itemsInOrder": [{ "id": course.quiz, "text": "a" }, { "text": "b" }] } }),
            "BAD_USER_INPUT",
        ),
    ] {
        let input = json!({ "quiz": quiz, "question": question });
        let document = "mutation ($input: CreateQuestionInput!) { createQuestion(input: $input) { question { id } userErrors { code path } } }";
        let answer = client.send(document, json!({ "input": input })).await;
        let errors = if answer.codes().is_empty() {
            user_errors(&answer.json["data"]["createQuestion"])
        } else {
            answer.codes().into_iter().map(str::to_owned).collect()
        };
        assert_eq!(errors, [error], "{question}");
    }
    let count = client
        .data("query ($id: ID!) { node(id: $id) { ... on Quiz { questionCount } } }", json!({ "id": quiz }))
        .await;
    assert_eq!(count["node"]["questionCount"], 0);
    for (input, error) in [
        (json!({ "id": quiz, "drawCount": 0 }), "INVALID input.drawCount"),
        (json!({ "id": quiz, "drawCount": 501 }), "INVALID input.drawCount"),
        (json!({ "id": quiz, "passPercent": 101 }), "INVALID input.passPercent"),
        (json!({ "id": quiz, "title": null }), "REQUIRED input.title"),
        (json!({ "id": quiz, "feedback": "AFTER_LAST_ATTEMPT" }), "INVALID input.attemptsAllowed"),
    ] {
        assert_eq!(user_errors(&sent(client, "updateQuiz", input, "quiz { id }").await), [error]);
    }
    app.stop().await;
}

/// A quiz that draws asks each learner some of its questions, and all alike are worth as much.
#[tokio::test(flavor = "multi_thread")]
async fn a_pool_is_drawn_from() {
    let app = TestApp::start().await;
    let questions: Vec<_> = (0..12)
        .map(|at| json!({ "numeric": { "prompt": format!("{at}?"), "points": "2", "accepted": [{ "minimum": at.to_string(), "maximum": at.to_string(), "fraction": "1" }] } }))
        .collect();
    let exam = examined(&app, json!({ "drawCount": 4, "shuffle": true, "attemptsAllowed": 30 }), questions).await;
    let quiz = exam
        .instructor
        .client
        .data(
            "query ($id: ID!) { node(id: $id) { ... on Quiz { questionCount drawCount maxScore } } }",
            json!({ "id": exam.quiz }),
        )
        .await;
    assert_eq!(quiz["node"], json!({ "questionCount": 12, "drawCount": 4, "maxScore": "8" }));
    let learner = app.person("Citra Dewi").await;
    let mut seen = std::collections::BTreeSet::new();
    let mut orders = std::collections::BTreeSet::new();
    for _ in 0..20 {
        let attempt = if seen.is_empty() {
            started(&exam, &learner).await
        } else {
            done(&learner.client, "startAttempt", json!({ "quiz": exam.quiz }), ASKED).await["attempt"].clone()
        };
        let prompts: Vec<String> = attempt["answers"]
            .as_array()
            .expect("answers")
            .iter()
            .map(|answer| answer["question"]["prompt"].as_str().expect("a prompt").to_owned())
            .collect();
        assert_eq!(prompts.iter().collect::<std::collections::BTreeSet<_>>().len(), 4, "each once: {prompts:?}");
        let again = shown(&learner.client, &attempt).await;
        assert_eq!(again["answers"], attempt["answers"], "drawn once");
        let foreign = exam
            .questions
            .iter()
            .find(|id| {
                attempt["answers"].as_array().expect("answers").iter().all(|answer| answer["question"]["id"] != **id)
            })
            .expect("one that is not asked");
        assert_eq!(
            save(&learner, &attempt, &json!({ "id": foreign }), json!({ "number": "1" })).await,
            ["NOT_FOUND input.question"]
        );
        let first = &attempt["answers"][0]["question"];
        save(&learner, &attempt, first, json!({ "number": prompts[0].trim_end_matches('?') })).await;
        assert_eq!(submit(&learner, &attempt).await["percent"], 25);
        seen.extend(prompts.iter().cloned());
        orders.insert(prompts);
    }
    assert_eq!(seen.len(), 12, "all come up");
    assert!(orders.len() > 15, "by chance");

    // Unequal, too few, too many: not to be submitted.
    let client = &exam.instructor.client;
    let question = json!({ "essay": { "prompt": "Mengapa?", "points": "1" } });
    let odd = done(client, "createQuestion", json!({ "quiz": exam.quiz, "question": question }), "question { id }")
        .await["question"]["id"]
        .clone();
    let submit_course = || sent(client, "submitCourse", json!({ "id": exam.course }), "submission { id }");
    let refused = submit_course().await;
    assert_eq!(user_errors(&refused), ["NOT_ELIGIBLE input.id"]);
    assert!(refused["userErrors"][0]["message"].as_str().expect("a message").contains("worth the same"), "{refused}");
    done(client, "deleteQuestion", json!({ "id": odd }), "acknowledged").await;
    done(client, "updateQuiz", json!({ "id": exam.quiz, "drawCount": 13 }), "quiz { drawCount }").await;
    assert_eq!(user_errors(&submit_course().await), ["NOT_ELIGIBLE input.id"]);
    done(client, "updateQuiz", json!({ "id": exam.quiz, "drawCount": null }), "quiz { drawCount }").await;
    done(client, "submitCourse", json!({ "id": exam.course }), "submission { id }").await;
    app.stop().await;
}

/// A key is corrected: attempts are graded again, history is kept, learners are told, and what was passed stays so.
#[tokio::test(flavor = "multi_thread")]
async fn a_corrected_key_grades_again() {
    let app = TestApp::start().await;
    let question = |minimum: &str| json!({ "numeric": { "prompt": "Pi?", "points": "1", "accepted": [{ "minimum": minimum, "maximum": "3.15", "fraction": "1" }] } });
    let exam = examined(&app, json!({ "feedback": "AFTER_EACH_ATTEMPT" }), vec![question("3.145")]).await;
    let (wronged, lucky, again) =
        (app.person("Citra Dewi").await, app.person("Dodi Putra").await, app.person("Eka Sari").await);
    let mut attempts = Vec::new();
    for (learner, number) in [(&wronged, "3.14"), (&lucky, "3.15"), (&again, "3.1")] {
        let attempt = started(&exam, learner).await;
        save(learner, &attempt, &attempt["answers"][0]["question"], json!({ "number": number })).await;
        attempts.push(submit(learner, &attempt).await);
    }
    let passed = |attempts: &[Value]| {
        attempts.iter().map(|attempt| attempt["passed"].as_bool().expect("graded")).collect::<Vec<_>>()
    };
    assert_eq!(passed(&attempts), [false, true, false]);
    let client = &exam.instructor.client;
    // Taken for 3.14 alone now: who was wronged passes, and who was lucky keeps what they have.
    let corrected = json!({ "numeric": { "prompt": "Pi?", "points": "1", "accepted": [{ "minimum": "3.14", "maximum": "3.14", "fraction": "1" }] } });
    done(client, "updateQuestion", json!({ "id": exam.questions[0], "question": corrected }), "question { id }").await;
    app.work().await;
    assert_eq!(shown(&wronged.client, &attempts[0]).await["score"], "0", "not before it is said");
    for other in [&wronged.client, &exam.reviewer.client] {
        assert_eq!(
            user_errors(
                &sent(other, "regradeQuestion", json!({ "question": exam.questions[0] }), "question { id }").await
            ),
            ["NOT_FOUND input.question"]
        );
    }
    done(client, "regradeQuestion", json!({ "question": exam.questions[0] }), "question { id }").await;
    app.work().await;
    let mut after = Vec::new();
    for (learner, attempt) in [&wronged, &lucky, &again].into_iter().zip(&attempts) {
        after.push(shown(&learner.client, attempt).await);
    }
    assert_eq!(after.iter().map(|attempt| attempt["score"].clone()).collect::<Vec<_>>(), ["1", "0", "0"]);
    assert_eq!(passed(&after), [true, true, false]);
    for (learner, changed) in [(&wronged, true), (&lucky, true), (&again, false)] {
        assert_eq!(told(&app, learner, "was corrected").await, changed);
        let mine =
            learner.client.data("{ viewer { learning { nodes { status certificate { status } } } } }", json!({})).await;
        let expected = if changed {
            json!({ "status": "COMPLETED", "certificate": { "status": "VALID" } })
        } else {
            json!({ "status": "ACTIVE", "certificate": null })
        };
        assert_eq!(mine["viewer"]["learning"]["nodes"][0], expected);
    }
    // Again, nothing changes, and nobody is told twice.
    done(client, "regradeQuestion", json!({ "question": exam.questions[0] }), "question { id }").await;
    app.work().await;
    assert_eq!(app.rows_in("score_changes").await, 2);
    app.stop().await;
}

/// A choice that was wrong is right now: its history is read, and a question that asks something else is no corrected one.
#[tokio::test(flavor = "multi_thread")]
async fn a_choice_is_graded_again_and_another_question_is_not() {
    let app = TestApp::start().await;
    let question = json!({ "choice": { "prompt": "2 + 2?", "points": "1", "multiple": false, "choices": [
        { "text": "3", "fraction": "1" }, { "text": "4", "fraction": "0" },
    ] } });
    let exam = examined(&app, json!({ "feedback": "AFTER_EACH_ATTEMPT" }), vec![question]).await;
    let learner = app.person("Citra Dewi").await;
    let attempt = started(&exam, &learner).await;
    let asked = &attempt["answers"][0]["question"];
    let four = item(&asked["choices"], "4");
    save(&learner, &attempt, asked, json!({ "choices": [four] })).await;
    assert_eq!(submit(&learner, &attempt).await["score"], "0");
    let client = &exam.instructor.client;
    let id = &exam.questions[0];
    let corrected = |prompt: &str| {
        json!({ "id": id, "question": { "choice": { "prompt": prompt, "points": "1", "multiple": false, "choices": [
            { "id": item(&asked["choices"], "3"), "text": "3", "fraction": "0" }, { "id": four, "text": "4", "fraction": "1" },
        ] } } })
    };
    let regrade =
        async || user_errors(&sent(client, "regradeQuestion", json!({ "question": id }), "question { id }").await);
    done(client, "updateQuestion", corrected("2 + 2 ="), "question { id }").await;
    assert_eq!(regrade().await, ["NOT_ELIGIBLE input.question"], "what learners have asks something else");
    done(client, "updateQuestion", corrected("2 + 2?"), "question { id }").await;
    assert_eq!(regrade().await, Vec::<String>::new());
    app.work().await;
    let history = "query ($id: ID!) { node(id: $id) { ... on Attempt { score passed scoreChanges { question cause before after } } } }";
    let told = learner.client.data(history, json!({ "id": attempt["id"] })).await["node"].clone();
    let change = json!({ "question": id, "cause": "KEY_CORRECTED", "before": "0", "after": "1" });
    assert_eq!(told, json!({ "score": "1", "passed": true, "scoreChanges": [change] }));
    app.stop().await;
}

/// Attempts are a person's, not a run's; and who has left the course answers nothing there.
#[tokio::test(flavor = "multi_thread")]
async fn another_run_gives_no_more_attempts() {
    let app = TestApp::start().await;
    let exam = examined(
        &app,
        json!({ "attemptsAllowed": 2, "feedback": "AFTER_LAST_ATTEMPT" }),
        of_every_kind()[1..3].to_vec(),
    )
    .await;
    let learner = app.person("Citra Dewi").await;
    submit(&learner, &started(&exam, &learner).await).await;
    let open = done(&learner.client, "startAttempt", json!({ "quiz": exam.quiz }), ASKED).await["attempt"].clone();
    let enrolment = "query ($id: ID!) { node(id: $id) { ... on Course { viewerEnrolment { id } } } }";
    let enrolment =
        learner.client.data(enrolment, json!({ "id": exam.course })).await["node"]["viewerEnrolment"]["id"].clone();
    done(&learner.client, "withdraw", json!({ "enrolment": enrolment }), "enrolment { id }").await;
    let question = &open["answers"][1]["question"];
    assert_eq!(save(&learner, &open, question, right(question)).await, ["NOT_ELIGIBLE input.attempt"]);
    let handed = sent(&learner.client, "submitAttempt", json!({ "id": open["id"] }), "attempt { id }").await;
    assert_eq!(user_errors(&handed), ["NOT_ELIGIBLE input.id"]);
    let run = json!({ "course": exam.course, "name": "Angkatan 2" });
    let run = done(&exam.instructor.client, "createRun", run, "run { id }").await["run"]["id"].clone();
    done(&learner.client, "enrol", json!({ "run": run }), "enrolment { id }").await;
    let again = sent(&learner.client, "startAttempt", json!({ "quiz": exam.quiz }), "attempt { id }").await;
    assert_eq!(user_errors(&again), ["LIMIT_REACHED input.quiz"]);
    app.stop().await;
}

/// Who is failed by a machine alone can have a person look at it.
#[tokio::test(flavor = "multi_thread")]
async fn a_grade_of_a_machine_can_be_contested() {
    let app = TestApp::start().await;
    let exam = examined(&app, json!({ "feedback": "AFTER_EACH_ATTEMPT" }), of_every_kind()[1..3].to_vec()).await;
    let learner = app.person("Citra Dewi").await;
    let attempt = started(&exam, &learner).await;
    let contest = || {
        sent(&learner.client, "contestGrade", json!({ "attempt": attempt["id"], "reason": "DKI itu Jakarta." }), ASKED)
    };
    assert_eq!(user_errors(&contest().await), ["NOT_ELIGIBLE input.attempt"]);
    save(&learner, &attempt, &asked(&attempt, "Ibu kota Indonesia?")["question"], json!({ "text": "DKI" })).await;
    save(&learner, &attempt, &asked(&attempt, "Pi?")["question"], json!({ "number": "3.14" })).await;
    let graded = submit(&learner, &attempt).await;
    assert_eq!((&graded["score"], &graded["passed"], &graded["automated"]), (&json!("1"), &json!(false), &json!(true)));
    let stranger = app.person("Dodi Putra").await;
    let input = json!({ "attempt": attempt["id"], "reason": "?" });
    assert_eq!(
        user_errors(&sent(&stranger.client, "contestGrade", input, "attempt { id }").await),
        ["NOT_FOUND input.attempt"]
    );
    let contested = contest().await;
    assert_eq!(user_errors(&contested), Vec::<String>::new());
    assert!(contested["attempt"]["contestedAt"].is_string());
    assert_eq!(user_errors(&contest().await), ["ALREADY_DONE input.attempt"]);
    assert!(told(&app, &exam.instructor, "grading queue").await, "who teaches is told");
    let queue = exam.instructor.client.data(QUEUE, json!({ "id": exam.quiz })).await["node"]["gradingQueue"].clone();
    assert_eq!(
        (&queue["totalCount"], &queue["nodes"][0]["contest"]),
        (&json!(1), &json!("DKI itu Jakarta.")),
        "what earned all need not be looked at"
    );
    assert!(!queue.to_string().contains("Citra"));
    let grade = json!({ "task": queue["nodes"][0]["id"], "score": "1" });
    done(&exam.instructor.client, "gradeAnswer", grade, "task { id }").await;
    let after = shown(&learner.client, &attempt).await;
    assert_eq!((&after["score"], &after["passed"], &after["automated"]), (&json!("2"), &json!(true), &json!(false)));
    assert!(after["contestDecidedAt"].is_string());
    assert!(told(&app, &learner, "contested").await);
    // A key that is corrected later does not undo what a person decided.
    done(&exam.instructor.client, "regradeQuestion", json!({ "question": exam.questions[0] }), "question { id }").await;
    app.work().await;
    assert_eq!(shown(&learner.client, &attempt).await["score"], "2");
    app.stop().await;
}

/// One learner may have more time and more attempts than others; an attempt that is open has the time at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_learner_is_granted_more() {
    let app = TestApp::start().await;
    let quiz = json!({ "timeLimit": "PT10M", "attemptsAllowed": 1 });
    let exam = examined(&app, quiz, of_every_kind()[1..3].to_vec()).await;
    let learner = app.person("Citra Dewi").await;
    let attempt = started(&exam, &learner).await;
    assert_eq!(attempt["deadline"], "2026-11-22T03:10:00+00:00");
    let grant = |by: &Client, input: Value| {
        let by = by.clone();
        let mut full = json!({ "quiz": exam.quiz, "learner": learner.id });
        full.as_object_mut().expect("an input").extend(input.as_object().expect("an input").clone());
        async move { user_errors(&sent(&by, "grantExtraTime", full, "acknowledged").await) }
    };
    let teacher = &exam.instructor.client;
    assert_eq!(grant(&learner.client, json!({ "extraTime": "PT5M" })).await, ["NOT_FOUND input.quiz"]);
    assert_eq!(grant(teacher, json!({})).await, ["REQUIRED input.extraTime"]);
    assert_eq!(grant(teacher, json!({ "extraTime": "P8D" })).await, ["INVALID input.extraTime"]);
    assert_eq!(grant(teacher, json!({ "extraAttempts": -1 })).await, ["INVALID input.extraAttempts"]);
    assert_eq!(grant(teacher, json!({ "extraTime": "PT5M", "extraAttempts": 1 })).await, Vec::<String>::new());
    assert_eq!(shown(&learner.client, &attempt).await["deadline"], "2026-11-22T03:15:00+00:00");
    app.world.pass(TimeDelta::minutes(12));
    app.work().await;
    assert_eq!(shown(&learner.client, &attempt).await["status"], "IN_PROGRESS", "the first deadline is none any more");
    assert_eq!(
        save(&learner, &attempt, &asked(&attempt, "Pi?")["question"], json!({ "number": "3.14" })).await,
        Vec::<String>::new()
    );
    app.world.pass(TimeDelta::minutes(4));
    app.work().await;
    assert_eq!(shown(&learner.client, &attempt).await["status"], "EXPIRED");
    let second = done(&learner.client, "startAttempt", json!({ "quiz": exam.quiz }), ASKED).await["attempt"].clone();
    assert_eq!(second["deadline"], "2026-11-22T03:31:00+00:00");
    submit(&learner, &second).await;
    let third = sent(&learner.client, "startAttempt", json!({ "quiz": exam.quiz }), "attempt { id }").await;
    assert_eq!(user_errors(&third), ["LIMIT_REACHED input.quiz"]);
    let stranger = app.person("Dodi Putra").await;
    let other = json!({ "quiz": exam.quiz, "learner": stranger.id, "extraTime": "PT5M" });
    assert_eq!(user_errors(&sent(teacher, "grantExtraTime", other, "acknowledged").await), ["NOT_FOUND input.learner"]);
    app.stop().await;
}

/// A question is written anew in the draft; who is answering goes on with what was asked.
#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_written_anew() {
    let app = TestApp::start().await;
    let exam = examined(&app, json!({}), of_every_kind()).await;
    let learner = app.person("Citra Dewi").await;
    let attempt = started(&exam, &learner).await;
    let client = &exam.instructor.client;
    let read = "query ($id: ID!) { node(id: $id) { ... on Question { prompt format answerKey { ... on MatchingKey { pairs { stem option } } ... on OrderingKey { items } } } \
        ... on MatchingQuestion { stems { id text } options { id text } } ... on OrderingQuestion { items { id text } } } }";
    let before = client.data(read, json!({ "id": exam.questions[3] })).await["node"].clone();
    let stem = item(&before["stems"], "cat");
    let anew = json!({ "matching": { "prompt": "Pasangkan **lagi**.", "format": "MARKDOWN", "points": "3", "distractors": ["burung"], "pairs": [
        { "id": stem, "stem": "Cat", "option": "kucing" }, { "stem": "horse", "option": "kuda" },
    ] } });
    let changed =
        done(client, "updateQuestion", json!({ "id": exam.questions[3], "question": anew }), "question { promptHtml }")
            .await;
    assert_eq!(changed["question"]["promptHtml"], "<p>Pasangkan <strong>lagi</strong>.</p>\n");
    let after = client.data(read, json!({ "id": exam.questions[3] })).await["node"].clone();
    assert_eq!(item(&after["stems"], "Cat"), stem, "the same stem");
    assert_eq!(item(&after["options"], "kucing"), item(&before["options"], "kucing"), "the same option");
    assert_eq!(after["options"].as_array().map(Vec::len), Some(3));
    let foreign = json!({ "ordering": { "prompt": "Urutkan.", "points": "1", "itemsInOrder": [{ "id": stem, "text": "a" }, { "text": "b" }] } });
    let refused =
        sent(client, "updateQuestion", json!({ "id": exam.questions[4], "question": foreign }), "question { id }")
            .await;
    assert_eq!(user_errors(&refused), ["NOT_FOUND input.question.ordering.itemsInOrder.0.id"]);
    done(client, "deleteQuestion", json!({ "id": exam.questions[0] }), "acknowledged").await;
    assert_eq!(
        shown(&learner.client, &attempt).await["answers"],
        attempt["answers"],
        "who is answering goes on with what was asked"
    );
    let positions = "query ($id: ID!) { node(id: $id) { ... on Quiz { questionCount questions(first: 2) { nodes { id } pageInfo { endCursor } } } } }";
    let left = client.data(positions, json!({ "id": exam.quiz })).await["node"].clone();
    assert_eq!((&left["questionCount"], &left["questions"]["nodes"][0]["id"]), (&json!(5), &exam.questions[1]));
    // A copy has keys of its own items.
    let select = "course { draft { sections { lessons { quiz { id } } } } }";
    let copy = done(client, "duplicateCourse", json!({ "id": exam.course }), select).await;
    let quiz = &copy["course"]["draft"]["sections"][0]["lessons"][0]["quiz"]["id"];
    let read = "query ($id: ID!) { node(id: $id) { ... on Quiz { questions { nodes { id ... on MatchingQuestion { stems { id } \
        answerKey { ... on MatchingKey { pairs { stem } } } } ... on OrderingQuestion { items { id } answerKey { ... on OrderingKey { items } } } } } } } }";
    let copied = client.data(read, json!({ "id": quiz })).await["node"]["questions"]["nodes"].clone();
    let ids = |list: &Value, name: &str| {
        let mut ids: Vec<String> = list
            .as_array()
            .expect("a list")
            .iter()
            .map(|one| if name.is_empty() { one } else { &one[name] }.as_str().expect("an id").to_owned())
            .collect();
        ids.sort();
        ids
    };
    assert_eq!(ids(&copied[2]["stems"], "id"), ids(&copied[2]["answerKey"]["pairs"], "stem"));
    assert_eq!(ids(&copied[3]["items"], "id"), ids(&copied[3]["answerKey"]["items"], ""));
    assert_ne!(copied[2]["id"], exam.questions[3]);
    app.stop().await;
}

/// So many that bands and choices of five and more on either side are told.
const LEARNERS: u32 = 24;

/// How learners do: what the database says equals what is worked out here from the raw rows, and few are not told.
#[tokio::test(flavor = "multi_thread")]
async fn statistics_are_what_the_rows_say() {
    let app = TestApp::start_with(|settings| settings.limits.cost_per_minute = u32::MAX).await;
    let kinds = of_every_kind();
    let exam = examined(&app, json!({ "passPercent": 55 }), kinds[..3].to_vec()).await;
    const STATISTICS: &str = "query ($id: ID!) { node(id: $id) { ... on Quiz { statistics { attempts meanPercent passRate distribution { fromPercent attempts } questions { \
        question { id } answered facility discrimination choices { choice attempts } } } } } }";
    let teacher = &exam.instructor.client;
    // Points of each learner at the three questions, in fourths.
    let mut rows: Vec<[f64; 3]> = Vec::new();
    for number in 0..LEARNERS {
        let learner = app.person(&format!("Pelajar {number}")).await;
        let attempt = started(&exam, &learner).await;
        let (choice, text, pi) =
            (asked(&attempt, "Bilangan prima?"), asked(&attempt, "Ibu kota Indonesia?"), asked(&attempt, "Pi?"));
        let choices = &choice["question"]["choices"];
        let (ticked, first) = match number % 3 {
            0 => (json!([item(choices, "2"), item(choices, "3")]), 2.0),
            1 => (json!([item(choices, "2")]), 1.0),
            _ => (json!([item(choices, "4")]), 0.0),
        };
        save(&learner, &attempt, &choice["question"], json!({ "choices": ticked })).await;
        let (said, second) = if number < 13 { ("jakarta", 1.0) } else { ("Yogyakarta", 0.25) };
        save(&learner, &attempt, &text["question"], json!({ "text": said })).await;
        let third = if number % 2 == 0 { 1.0 } else { 0.0 };
        if number % 2 == 0 {
            save(&learner, &attempt, &pi["question"], json!({ "number": "3.14" })).await;
        }
        submit(&learner, &attempt).await;
        rows.push([first, second, third]);
        if number == 3 {
            let few = teacher.data(STATISTICS, json!({ "id": exam.quiz })).await["node"]["statistics"].clone();
            assert_eq!(
                (&few["attempts"], &few["meanPercent"], &few["passRate"]),
                (&json!(4), &Value::Null, &Value::Null)
            );
            assert!(
                few["questions"]
                    .as_array()
                    .expect("questions")
                    .iter()
                    .all(|question| question["facility"].is_null() && question["discrimination"].is_null())
            );
        }
    }
    for other in [&app.anonymous(), &exam.reviewer.client] {
        assert_eq!(other.send(STATISTICS, json!({ "id": exam.quiz })).await.codes(), ["FORBIDDEN"]);
    }
    let told = teacher.data(STATISTICS, json!({ "id": exam.quiz })).await["node"]["statistics"].clone();
    let close = |told: &Value, expected: f64| {
        assert!((told.as_f64().expect("a number") - expected).abs() < 1e-9, "{told} is not {expected}");
    };
    let count = float(rows.len());
    let percents: Vec<f64> = rows.iter().map(|row| row.iter().sum::<f64>() / 4.0 * 100.0).collect();
    assert_eq!(told["attempts"], LEARNERS);
    close(&told["meanPercent"], percents.iter().sum::<f64>() / count);
    close(&told["passRate"], float(percents.iter().filter(|percent| **percent >= 55.0).count()) / count);
    for (at, most) in [2.0, 1.0, 1.0].into_iter().enumerate() {
        let share: Vec<f64> = rows.iter().map(|row| row[at] / most).collect();
        let rest: Vec<f64> = rows.iter().map(|row| (row.iter().sum::<f64>() - row[at]) / (4.0 - most)).collect();
        let question = &told["questions"][at];
        close(&question["facility"], share.iter().sum::<f64>() / count);
        close(&question["discrimination"], correlation(&share, &rest));
    }
    assert_eq!(told["questions"][2]["answered"], 12);
    let ticked: Vec<_> = told["questions"][0]["choices"]
        .as_array()
        .expect("choices")
        .iter()
        .map(|choice| choice["attempts"].clone())
        .collect();
    assert_eq!(ticked, [json!(16), json!(8), json!(8), json!(0)]);
    let bands: Vec<_> =
        told["distribution"].as_array().expect("bands").iter().map(|band| band["attempts"].clone()).collect();
    assert_eq!(bands.len(), 10);
    let mut expected: Vec<Option<usize>> = Vec::new();
    for band in 0..10 {
        let own = percents
            .iter()
            .filter(|percent| {
                (float(band * 10)..float(band * 10 + 10)).contains(*percent) || band == 9 && **percent >= 100.0
            })
            .count();
        expected.push(Some(own).filter(|own| *own == 0 || *own >= 5 && rows.len() - own >= 5));
    }
    // One that is not told alone would be what is left of all: then the smallest of the others is not told either.
    if expected.iter().filter(|told| told.is_none()).count() == 1 {
        let smallest = expected.iter().flatten().copied().filter(|count| *count > 0).min();
        let at = expected.iter().position(|told| *told == smallest).expect("another one");
        expected[at] = None;
    }
    assert!(expected.iter().flatten().any(|count| *count > 0), "something is told: {expected:?}");
    assert_eq!(bands, expected.iter().map(|told| json!(told)).collect::<Vec<_>>());
    app.stop().await;
}

fn float(count: usize) -> f64 {
    u32::try_from(count).expect("a small number").into()
}

fn correlation(one: &[f64], other: &[f64]) -> f64 {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / float(values.len());
    let (a, b) = (mean(one), mean(other));
    let covariance: f64 = one.iter().zip(other).map(|(x, y)| (x - a) * (y - b)).sum();
    let spread = |values: &[f64], mean: f64| values.iter().map(|value| (value - mean).powi(2)).sum::<f64>().sqrt();
    covariance / (spread(one, a) * spread(other, b))
}

#[tokio::test(flavor = "multi_thread")]
async fn html_and_formulas_come_out_safe_and_whole() {
    let app = TestApp::start().await;
    let question = json!({ "choice": { "prompt": "<p onclick='x()'>Luas \\(\\pi r^2\\)?</p><script>x()</script>", "format": "HTML", "points": "1", "multiple": false, "choices": [
        { "text": "<b>\\(a < b\\)</b>", "fraction": "1" }, { "text": "tidak", "fraction": "0" },
    ] } });
    let exam = examined(&app, json!({}), vec![question]).await;
    let learner = app.person("Citra Dewi").await;
    done(&learner.client, "enrol", json!({ "run": exam.run }), "enrolment { id }").await;
    let select = "attempt { answers { question { promptHtml format ... on ChoiceQuestion { choices { html } } } } }";
    let attempt = done(&learner.client, "startAttempt", json!({ "quiz": exam.quiz }), select).await;
    let asked = &attempt["attempt"]["answers"][0]["question"];
    assert_eq!((&asked["promptHtml"], &asked["format"]), (&json!("<p>Luas \\(\\pi r^2\\)?</p>"), &json!("HTML")));
    assert_eq!(asked["choices"][0]["html"], "<b>\\(a &lt; b\\)</b>");
    app.stop().await;
}

/// The line's own course still goes its way: [`learn`] and the rest.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_taken_back() {
    let app = TestApp::start().await;
    let course: Published = published(&app).await;
    let learner = app.person("Citra Dewi").await;
    learn(&course, &learner).await;
    let attempt = done(&learner.client, "startAttempt", json!({ "quiz": course.quiz }), ASKED).await["attempt"].clone();
    let question = &attempt["answers"][0]["question"];
    assert_eq!(
        save(&learner, &attempt, question, json!({ "choices": [question["choices"][1]["id"]] })).await,
        Vec::<String>::new()
    );
    assert_eq!(save(&learner, &attempt, question, json!({ "choices": [] })).await, Vec::<String>::new());
    assert_eq!(submit(&learner, &attempt).await["score"], "0");
    app.stop().await;
}
