//! The line through the domains: an instructor writes, a reviewer publishes, a learner learns, a stranger verifies.

mod banks;
mod catalogue;
mod certificate;
mod course;
mod editing;
mod examples;
mod files;
pub mod import;
mod learning;
mod offering;
mod olx;
pub mod questions;
mod quiz;
mod secrecy;
mod statements;
mod teaching;

use sanggar::platform::privacy::Role;
use serde_json::{Value, json};

use crate::harness::{Client, Person, TestApp, user_errors};

/// A published course of two lessons and a quiz, with who made it.
pub struct Published {
    pub instructor: Person,
    pub reviewer: Person,
    pub course: Value,
    pub run: Value,
    pub lessons: Vec<Value>,
    pub quiz: Value,
}

/// Sends a mutation `name(input: $input)` that must do what it is asked, and gives the object of its payload.
pub async fn done(client: &Client, name: &str, input: Value, select: &str) -> Value {
    let payload = sent(client, name, input, select).await;
    assert_eq!(user_errors(&payload), Vec::<String>::new(), "{name}: {payload}");
    payload
}

/// Sends a mutation and gives its payload.
pub async fn sent(client: &Client, name: &str, input: Value, select: &str) -> Value {
    let ty = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    let document = format!(
        "mutation ($input: {ty}!) {{ {name}(input: $input) {{ {select} userErrors {{ code path message }} }} }}"
    );
    client.data(&document, json!({ "input": input })).await[name].clone()
}

/// Sends a mutation that takes no input, and gives its payload.
pub async fn bare(client: &Client, name: &str, select: &str) -> Value {
    let document = format!("mutation {{ {name} {{ {select} userErrors {{ code path message }} }} }}");
    client.data(&document, json!({})).await[name].clone()
}

/// An instructor: by application and approval, as anybody becomes one.
pub async fn instructor(app: &TestApp, reviewer: &Person, name: &str) -> Person {
    let person = app.person(name).await;
    let applied = done(&person.client, "applyToTeach", crate::instructors::application(), "application { id }").await;
    let decision = json!({ "id": applied["application"]["id"], "decision": "APPROVE" });
    done(&reviewer.client, "decideInstructorApplication", decision, "application { status }").await;
    person
}

/// A course from nothing to the catalogue, by mutations alone.
pub async fn published(app: &TestApp) -> Published {
    let reviewer = app.staff("Rudi Hartono", Role::Reviewer).await;
    let instructor = instructor(app, &reviewer, "Ani Wijaya").await;
    let client = &instructor.client;
    let input = json!({
        "title": "Web dari Nol", "summary": "Halaman pertama Anda.", "description": "# Web\n\n<script>alert(1)</script>", "locale": "id",
        "level": "BEGINNER", "tags": ["web"],
    });
    let made =
        done(client, "createCourse", input, "course { id slug status draft { version } runs { nodes { id } } }").await;
    let course = made["course"]["id"].clone();
    assert_eq!(made["course"]["slug"], "web-dari-nol");
    let section = done(
        client,
        "createSection",
        json!({ "course": course, "title": "Mulai" }),
        "course { draft { sections { id } } }",
    )
    .await;
    let section = section["course"]["draft"]["sections"][0]["id"].clone();
    let mut lessons = Vec::new();
    for (title, preview) in [("Apa itu web?", true), ("Halaman pertama", false)] {
        let input = json!({ "section": section, "title": title, "kind": "ARTICLE", "body": format!("Isi: *{title}*"), "preview": preview });
        lessons.push(done(client, "createLesson", input, "lesson { id }").await["lesson"]["id"].clone());
    }
    let quiz = done(client, "createQuiz", json!({ "course": course, "title": "Uji diri", "passPercent": 50, "attemptsAllowed": 2, "feedback": "AFTER_LAST_ATTEMPT" }), "quiz { id }").await;
    let quiz = quiz["quiz"]["id"].clone();
    for (prompt, right) in [("2 + 2?", 1), ("<b> itu apa?", 0)] {
        let choices: Vec<_> = (0..3)
            .map(|at| json!({ "text": format!("Pilihan {at}"), "fraction": if at == right { "1" } else { "0" } }))
            .collect();
        let question = json!({ "choice": { "prompt": prompt, "points": "1.5", "multiple": false, "choices": choices, "feedback": "Begitu." } });
        done(client, "createQuestion", json!({ "quiz": quiz, "question": question }), "question { id }").await;
    }
    let input = json!({ "section": section, "title": "Kuis", "kind": "QUIZ", "quiz": quiz });
    lessons.push(
        done(client, "createLesson", input, "lesson { id quiz { questionCount maxScore } }").await["lesson"]["id"]
            .clone(),
    );
    let submitted = done(client, "submitCourse", json!({ "id": course }), "submission { id status version }").await;
    assert_eq!(submitted["submission"]["status"], "PENDING");
    let decision = json!({ "id": submitted["submission"]["id"], "decision": "APPROVE" });
    done(&reviewer.client, "decideCourseSubmission", decision, "submission { status }").await;
    Published { instructor, reviewer, course, run: made["course"]["runs"]["nodes"][0]["id"].clone(), lessons, quiz }
}

/// The uuid within a global id.
pub fn uuid_of(global: &Value) -> uuid::Uuid {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let bytes = URL_SAFE_NO_PAD.decode(global.as_str().expect("an id")).expect("base64url");
    uuid::Uuid::from_slice(&bytes[1..]).expect("a tag and a uuid")
}

/// Enrols a learner, and completes all but the quiz.
pub async fn learn(course: &Published, learner: &Person) {
    done(&learner.client, "enrol", json!({ "run": course.run }), "enrolment { id status }").await;
    for lesson in &course.lessons[..2] {
        done(&learner.client, "completeLesson", json!({ "id": lesson }), "enrolment { progress { percent } }").await;
    }
}

pub const ANSWERS: &str = "attempt { id number status score percent passed answers { question { id prompt promptHtml points ... on ChoiceQuestion { choices { id text } } } } }";

/// Takes the quiz; every answer is right, or every answer wrong. Gives the attempt as it was graded.
pub async fn take(course: &Published, learner: &Person, right: bool) -> Value {
    let attempt = answer_all(course, learner, right).await;
    done(&learner.client, "submitAttempt", json!({ "id": attempt }), ANSWERS).await["attempt"].clone()
}

/// Starts the quiz and answers all of it, and gives the attempt.
pub async fn answer_all(course: &Published, learner: &Person, right: bool) -> Value {
    let started = done(&learner.client, "startAttempt", json!({ "quiz": course.quiz }), ANSWERS).await;
    let attempt = &started["attempt"];
    for answer in attempt["answers"].as_array().expect("answers") {
        let question = &answer["question"];
        let right_text = if question["prompt"] == "2 + 2?" { "Pilihan 1" } else { "Pilihan 0" };
        let choices = question["choices"].as_array().expect("choices");
        let choice = choices.iter().find(|choice| (choice["text"] == right_text) == right).expect("a choice");
        let input =
            json!({ "attempt": attempt["id"], "question": question["id"], "response": { "choices": [choice["id"]] } });
        done(&learner.client, "saveAnswer", input, "attempt { status }").await;
    }
    attempt["id"].clone()
}
