//! A whole course by upload: sent, read, written all or nothing, published and learnt.

use std::io::{Cursor, Write};

use chrono::TimeDelta;
use sanggar::platform::privacy::Role;
use serde_json::{Value, json};

use super::{done, instructor, sent};
use crate::harness::{Person, TestApp, user_errors};

const QUIZ: &str = r#"[{"title":"Q","quizzes":[{"id":1,"title":"Check","quiz":[
  {"questionText":"2+2?","answerOptions":[{"answerText":"4","isCorrect":"true"},{"answerText":"5","isCorrect":"false"}]},
  {"questionText":"None?","answerOptions":[{"answerText":"a","isCorrect":"false"},{"answerText":"b","isCorrect":"false"}]}]}]}]"#;

fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).expect("an entry");
        writer.write_all(content.as_bytes()).expect("content");
    }
    writer.finish().expect("an archive").into_inner()
}

pub fn course() -> Vec<u8> {
    course_in_indonesian("Halo", "Isi *Indonesia*.", "2 tambah 2?")
}

fn course_in_indonesian(title: &str, body: &str, prompt: &str) -> Vec<u8> {
    archive(&[
        ("course/README.md", "# Small web\n\nA course of our own.\n"),
        ("course/1-start/README.md", "# Start\n"),
        ("course/1-start/1-hello/README.md", "# Hello\n\n[check](https://q.example/quiz/1)\n\n![gone](gone.png)\n"),
        (
            "course/1-start/1-hello/translations/README.id.md",
            &format!("# {title}\n\n[cek](https://q.example/quiz/1)\n\n{body}\n"),
        ),
        ("course/quiz-app/src/assets/translations/en.json", QUIZ),
        ("course/quiz-app/src/assets/translations/id.json", &QUIZ.replace("2+2?", prompt)),
    ])
}

pub async fn send(app: &TestApp, person: &Person, bytes: &[u8]) -> Value {
    let input = json!({ "purpose": "COURSE_IMPORT", "fileName": "course.zip", "contentType": "application/zip", "size": bytes.len() });
    let upload =
        done(&person.client, "createUpload", input, "upload { id url method headers { name value } }").await["upload"]
            .clone();
    let response = put(app, &upload, bytes).await;
    assert_eq!(response, 204);
    upload
}

async fn put(app: &TestApp, upload: &Value, bytes: &[u8]) -> u16 {
    assert_eq!(upload["method"], "PUT");
    let mut url: url::Url = upload["url"].as_str().expect("an address").parse().expect("an address");
    url.set_port(Some(app.address.port())).expect("a port");
    let response = reqwest::Client::new().put(url).header("content-type", "application/zip").body(bytes.to_vec());
    response.send().await.expect("an answer").status().as_u16()
}

const IMPORT: &str = "query ($id: ID!) { node(id: $id) { ... on Import { status done total problems { path line severity message } course { id title draft { sections { title lessons { id title(locale: \"id\") locales quiz { id title } quizzes { questionCount } } } } runs { nodes { id } } } } } }";

#[tokio::test(flavor = "multi_thread")]
async fn an_uploaded_course_is_published_and_learnt() {
    let app = TestApp::start().await;
    let reviewer = app.staff("Rudi Hartono", Role::Reviewer).await;
    let ani = instructor(&app, &reviewer, "Ani Wijaya").await;
    let upload = send(&app, &ani, &course()).await;
    assert_eq!(put(&app, &upload, b"again").await, 404, "the bytes come once");
    let asked = done(&ani.client, "importCourse", json!({ "upload": upload["id"] }), "import { id status }").await;
    assert_eq!(asked["import"]["status"], "QUEUED");
    let twice = sent(&ani.client, "importCourse", json!({ "upload": upload["id"] }), "import { id }").await;
    assert_eq!(user_errors(&twice), ["ALREADY_DONE input.upload"]);
    app.work().await;
    let id = json!({ "id": asked["import"]["id"] });
    let import = ani.client.data(IMPORT, id.clone()).await["node"].clone();
    assert_eq!((&import["status"], &import["done"], &import["total"]), (&json!("COMPLETED"), &json!(2), &json!(2)));
    let problems: Vec<_> = import["problems"]
        .as_array()
        .expect("problems")
        .iter()
        .map(|p| (p["path"].as_str().unwrap_or(""), p["line"].as_i64(), p["severity"].as_str().unwrap_or("")))
        .collect();
    assert_eq!(
        problems,
        [
            ("1-start/1-hello/README.md", Some(5), "WARNING"),
            ("quiz-app/src/assets/translations/en.json", None, "NOTE"),
            ("quiz-app/src/assets/translations/en.json", Some(3), "WARNING"),
            ("quiz-app/src/assets/translations/id.json", None, "NOTE"),
            ("quiz-app/src/assets/translations/id.json", Some(3), "WARNING"),
        ]
    );
    let lesson = &import["course"]["draft"]["sections"][0]["lessons"][0];
    assert_eq!((&lesson["title"], &lesson["locales"]), (&json!("Halo"), &json!(["en", "id"])));
    assert_eq!(lesson["quizzes"], json!([{ "questionCount": 2 }]));
    for client in [app.anonymous(), reviewer.client.clone()] {
        assert_eq!(client.data(IMPORT, id.clone()).await["node"], Value::Null, "an import is whose it is");
    }
    let submitted =
        done(&ani.client, "submitCourse", json!({ "id": import["course"]["id"] }), "submission { id }").await;
    done(
        &reviewer.client,
        "decideCourseSubmission",
        json!({ "id": submitted["submission"]["id"], "decision": "APPROVE" }),
        "submission { id }",
    )
    .await;
    let learner = app.person("Citra Dewi").await;
    done(&learner.client, "enrol", json!({ "run": import["course"]["runs"]["nodes"][0]["id"] }), "enrolment { id }")
        .await;
    let read = "query ($id: ID!) { node(id: $id) { ... on Lesson { bodyHtml(locale: \"id\") own: bodyHtml other: bodyHtml(locale: \"ms\") } } }";
    let body = learner.client.data(read, json!({ "id": lesson["id"] })).await["node"].clone();
    assert!(body["bodyHtml"].as_str().is_some_and(|html| html.contains("Isi <em>Indonesia</em>.")), "{body}");
    assert_eq!(body["own"], body["other"], "the course's own language is the fall-back");
    let attempt = done(
        &learner.client,
        "startAttempt",
        json!({ "quiz": lesson["quiz"]["id"], "locale": "id" }),
        "attempt { answers { question { prompt } } }",
    )
    .await;
    assert_eq!(attempt["attempt"]["answers"][0]["question"]["prompt"], "2 tambah 2?");
    let completed = done(
        &learner.client,
        "completeLesson",
        json!({ "id": lesson["id"] }),
        "enrolment { status certificate { courseTitle } }",
    )
    .await;
    assert_eq!(completed["enrolment"], json!({ "status": "COMPLETED", "certificate": { "courseTitle": "Small web" } }));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reviewer_reads_what_changes_of_a_translation() {
    let app = TestApp::start().await;
    let reviewer = app.staff("Rudi Hartono", Role::Reviewer).await;
    let ani = instructor(&app, &reviewer, "Ani Wijaya").await;
    let import = async |bytes: Vec<u8>, into: Value| {
        let upload = send(&app, &ani, &bytes).await;
        let input = json!({ "upload": upload["id"], "into": into });
        let asked = done(&ani.client, "importCourse", input, "import { id }").await;
        app.work().await;
        ani.client.data(IMPORT, json!({ "id": asked["import"]["id"] })).await["node"]["course"]["id"].clone()
    };
    let submit = async |id: &Value| {
        let submitted = done(&ani.client, "submitCourse", json!({ "id": id }), "submission { id }").await;
        submitted["submission"]["id"].clone()
    };
    let id = import(course(), Value::Null).await;
    let decision = json!({ "id": submit(&id).await, "decision": "APPROVE" });
    done(&reviewer.client, "decideCourseSubmission", decision, "submission { id }").await;
    app.world.pass(TimeDelta::seconds(1));
    let named = import(course_in_indonesian("Hai", "Isi baru.", "Dua tambah dua?"), id.clone()).await;
    assert_eq!(named, id);
    let changes =
        "query ($id: ID!) { node(id: $id) { ... on CourseSubmission { changes { path kind before after } } } }";
    let told = reviewer.client.data(changes, json!({ "id": submit(&id).await })).await["node"]["changes"].clone();
    let changed = |path: &str, before: &str, after: &str| json!({ "path": path, "kind": "CHANGED", "before": before, "after": after });
    let body = |title: &str, text: &str| format!("# {title}\n\n[cek](https://q.example/quiz/1)\n\n{text}");
    assert_eq!(
        told,
        json!([
            changed("Start / Hello / title (id)", "Halo", "Hai"),
            changed("Start / Hello / body (id)", &body("Halo", "Isi *Indonesia*."), &body("Hai", "Isi baru.")),
            changed("Check / 2+2? / prompt (id)", "2 tambah 2?", "Dua tambah dua?"),
        ])
    );
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_course_leaves_nothing_behind() {
    let app = TestApp::start().await;
    let reviewer = app.staff("Rudi Hartono", Role::Reviewer).await;
    let ani = instructor(&app, &reviewer, "Ani Wijaya").await;
    let open_edx = archive(&[("c/course.xml", "<course><chapter/></course>")]);
    for (bytes, format, told) in [
        (b"no archive".to_vec(), Value::Null, ""),
        (archive(&[("notes.txt", "hello")]), Value::Null, ""),
        (
            archive(&[("c/1-a/1-b/README.md", "# A\n"), ("c/quiz-app/src/assets/translations/en.json", "[{")]),
            Value::Null,
            "quiz-app/src/assets/translations/en.json",
        ),
        (course(), json!("OLX"), ""),
        (open_edx, json!("MARKDOWN"), ""),
    ] {
        let upload = send(&app, &ani, &bytes).await;
        let input = json!({ "upload": upload["id"], "format": format });
        let asked = done(&ani.client, "importCourse", input, "import { id }").await;
        app.work().await;
        let import = ani.client.data(IMPORT, json!({ "id": asked["import"]["id"] })).await["node"].clone();
        assert_eq!(import["status"], "FAILED");
        assert_eq!(
            (&import["problems"][0]["severity"], &import["problems"][0]["path"]),
            (&json!("ERROR"), &json!(told))
        );
        assert_eq!(import["course"], Value::Null);
    }
    let data = ani.client.data("{ viewer { teaching { totalCount } } }", json!({})).await;
    assert_eq!(data["viewer"]["teaching"]["totalCount"], 0);
    assert!(
        std::fs::read_dir(app.data_dir.join("files")).is_ok_and(|academies| academies
            .flatten()
            .all(|academy| std::fs::read_dir(academy.path().join("uploads"))
                .is_ok_and(|mut files| files.next().is_none()))),
        "no bytes are left"
    );
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_are_taken_as_they_were_announced() {
    let app = TestApp::start().await;
    let reviewer = app.staff("Rudi Hartono", Role::Reviewer).await;
    let ani = instructor(&app, &reviewer, "Ani Wijaya").await;
    let input = |size: i64| json!({ "purpose": "COURSE_IMPORT", "fileName": "c.zip", "contentType": "application/zip", "size": size });
    for size in [0, -1, i64::from(i32::MAX)] {
        let refused = sent(&ani.client, "createUpload", input(size), "upload { id }").await;
        assert_eq!(user_errors(&refused), ["INVALID input.size"]);
    }
    let upload = done(&ani.client, "createUpload", input(10), "upload { id url method }").await["upload"].clone();
    assert_eq!(put(&app, &upload, b"too many bytes").await, 413);
    assert_eq!(put(&app, &upload, b"too few").await, 400);
    let early = sent(&ani.client, "importCourse", json!({ "upload": upload["id"] }), "import { id }").await;
    assert_eq!(user_errors(&early), ["NOT_ELIGIBLE input.upload"]);
    app.world.pass(chrono::TimeDelta::hours(2));
    assert_eq!(put(&app, &upload, b"ten bytes!").await, 404, "its time is over");
    for name in [String::new(), "  ".to_owned(), "a".repeat(256)] {
        let mut nameless = input(10);
        nameless["fileName"] = json!(name);
        let refused = sent(&ani.client, "createUpload", nameless, "upload { id }").await;
        assert_eq!(user_errors(&refused), ["INVALID input.fileName"]);
    }
    for _ in 0..9 {
        done(&ani.client, "createUpload", input(10), "upload { id }").await;
    }
    let heaped = sent(&ani.client, "createUpload", input(10), "upload { id }").await;
    assert_eq!(user_errors(&heaped), ["LIMIT_REACHED "], "the one before, too, waits to be forgotten");
    let learner = app.person("Citra Dewi").await;
    let create = "mutation ($input: CreateUploadInput!) { createUpload(input: $input) { upload { id } } }";
    assert_eq!(learner.client.send(create, json!({ "input": input(10) })).await.codes(), ["FORBIDDEN"]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_come_once_and_go_when_nobody_uses_them() {
    let app = TestApp::start().await;
    let reviewer = app.staff("Rudi Hartono", Role::Reviewer).await;
    let ani = instructor(&app, &reviewer, "Ani Wijaya").await;
    let announce = |size: usize| json!({ "purpose": "COURSE_IMPORT", "fileName": "course.zip", "contentType": "application/zip", "size": size });
    let upload = done(&ani.client, "createUpload", announce(5), "upload { id url method }").await["upload"].clone();
    assert_eq!(put(&app, &upload, &vec![0; 3 << 20]).await, 413, "told, though its sender was still sending");
    assert_eq!(put(&app, &upload, b"four").await, 400);
    let (one, two) = tokio::join!(put(&app, &upload, b"first"), put(&app, &upload, b"other"));
    let mut answers = [one, two];
    answers.sort_unstable();
    assert!(answers[0] == 204 && [404, 409].contains(&answers[1]), "{answers:?}");
    let folder = app.data_dir.join("files").join(app.academy.uuid().to_string()).join("uploads");
    let files = || std::fs::read_dir(&folder).map_or(0, Iterator::count);
    assert_eq!(files(), 1);
    app.world.pass(TimeDelta::hours(1));
    app.work().await;
    assert_eq!(files(), 0);
    let gone = sent(&ani.client, "importCourse", json!({ "upload": upload["id"] }), "import { id }").await;
    assert_eq!(user_errors(&gone), ["NOT_FOUND input.upload"]);
    // What waits to be imported stays for it.
    let used = send(&app, &ani, &course()).await;
    let import = done(&ani.client, "importCourse", json!({ "upload": used["id"] }), "import { id }").await;
    app.world.pass(TimeDelta::hours(1));
    app.work().await;
    let import = ani.client.data(IMPORT, json!({ "id": import["import"]["id"] })).await;
    assert_eq!(import["node"]["status"], "COMPLETED");
    let twice = sent(&ani.client, "importCourse", json!({ "upload": used["id"] }), "import { id }").await;
    assert_eq!(user_errors(&twice), ["NOT_FOUND input.upload"], "taken over, and gone");
    assert_eq!(files(), 0);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_without_a_row_go_in_their_time() {
    let app = TestApp::start().await;
    let reviewer = app.staff("Rudi Hartono", Role::Reviewer).await;
    let ani = instructor(&app, &reviewer, "Ani Wijaya").await;
    let upload = send(&app, &ani, &course()).await;
    let folder = app.data_dir.join("files").join(app.academy.uuid().to_string()).join("uploads");
    let files = || std::fs::read_dir(&folder).map_or(0, Iterator::count);
    // A worker that dies between the two leaves this.
    let id: sanggar::platform::id::GlobalId = upload["id"].as_str().expect("an id").parse().expect("an id");
    let mut tx = app.services.db.begin(app.academy).await.expect("a transaction");
    sanggar::uploads::store::delete(&mut tx, id.of().expect("an upload")).await.expect("gone");
    tx.commit().await.expect("a commit");
    assert_eq!(files(), 1);
    // And a server that was killed while bytes came, this.
    let file = std::fs::read_dir(&folder).expect("uploads").next().expect("one").expect("a file").path();
    std::fs::write(format!("{}#7", file.display()), "a piece").expect("a piece");
    app.world.pass(TimeDelta::hours(1));
    app.work().await;
    assert_eq!(files(), 0);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_is_given_up_says_so() {
    let app = TestApp::start().await;
    let reviewer = app.staff("Rudi Hartono", Role::Reviewer).await;
    let ani = instructor(&app, &reviewer, "Ani Wijaya").await;
    let upload = send(&app, &ani, &course()).await;
    let folder = app.data_dir.join("files").join(app.academy.uuid().to_string()).join("uploads");
    let file = std::fs::read_dir(&folder).expect("uploads").next().expect("one").expect("a file").path();
    // A store that can't be read: where the bytes were is a link to itself.
    std::fs::remove_file(&file).expect("removed");
    std::os::unix::fs::symlink(&file, &file).expect("a link");
    let asked = done(&ani.client, "importCourse", json!({ "upload": upload["id"] }), "import { id }").await;
    let id = json!({ "id": asked["import"]["id"] });
    app.work().await;
    assert_eq!(ani.client.data(IMPORT, id.clone()).await["node"]["status"], "RUNNING", "it is tried again");
    for _ in 0..16 {
        app.world.pass(TimeDelta::hours(7));
        app.work().await;
    }
    let import = ani.client.data(IMPORT, id).await["node"].clone();
    assert_eq!((&import["status"], &import["course"]), (&json!("FAILED"), &Value::Null), "{import}");
    let told = import["problems"][0]["message"].as_str().expect("a message");
    assert!(told.contains("given up"), "{told}");
}
