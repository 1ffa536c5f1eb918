//! Files of courses: sent, shown to whom the lesson is, in parts, kept by versions, and gone when no version has them.

use std::io::Cursor;

use chrono::TimeDelta;
use image::{DynamicImage, GenericImageView, ImageFormat};
use reqwest::{Response, header};
use sanggar::platform::privacy::Role;
use serde_json::{Value, json};

use super::{Published, done, instructor, published, sent};
use crate::harness::{Person, TestApp, user_errors};

const PDF: &[u8] = b"%PDF-1.7\nmateri kelas\n";
const VIDEO: &[u8] = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom0123456789";

pub fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::new_rgb8(width, height).write_to(&mut bytes, format).expect("a picture");
    bytes.into_inner()
}

pub fn here(app: &TestApp, url: &Value) -> url::Url {
    let mut url: url::Url = url.as_str().expect("an address").parse().expect("an address");
    url.set_port(Some(app.address.port())).expect("a port");
    url
}

async fn announce(person: &Person, purpose: &str, name: &str, size: usize) -> Value {
    // What it says it is, is not looked at.
    let input = json!({ "purpose": purpose, "fileName": name, "contentType": "image/gif", "size": size });
    done(&person.client, "createUpload", input, "upload { id url }").await["upload"].clone()
}

pub async fn upload(app: &TestApp, person: &Person, purpose: &str, name: &str, bytes: &[u8]) -> Value {
    let upload = announce(person, purpose, name, bytes.len()).await;
    let put = reqwest::Client::new().put(here(app, &upload["url"])).body(bytes.to_vec());
    assert_eq!(put.send().await.expect("an answer").status(), 204);
    upload["id"].clone()
}

async fn fetch(app: &TestApp, url: &Value, headers: &[(header::HeaderName, &str)]) -> Response {
    let mut request = reqwest::Client::new().get(here(app, url));
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    request.send().await.expect("an answer")
}

/// How many files of courses lie in the store.
fn stored(app: &TestApp) -> usize {
    let folder = app.data_dir.join("files").join(app.academy.uuid().to_string());
    std::fs::read_dir(folder.join("course_files")).map_or(0, Iterator::count)
}

const FILES: &str = "lesson { id mediaUrl bodyHtml attachments { id name contentType size url } }";
const READ: &str = "query ($id: ID!) { node(id: $id) { ... on Lesson { mediaUrl bodyHtml attachments { id name contentType size url } } } }";

async fn publish(course: &Published) {
    let submitted = done(
        &course.instructor.client,
        "submitCourse",
        json!({ "id": course.course }),
        "submission { id changes { path kind before after } }",
    )
    .await;
    let decision = json!({ "id": submitted["submission"]["id"], "decision": "APPROVE" });
    done(&course.reviewer.client, "decideCourseSubmission", decision, "submission { id }").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lesson_has_files_for_whom_it_is() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let ani = &course.instructor;
    let lesson = &course.lessons[1];
    let media = upload(&app, ani, "LESSON_MEDIA", "kuliah.mp4", VIDEO).await;
    let script = upload(&app, ani, "ATTACHMENT", "C:\\tugas\\<b>é.svg", b"<svg onload='alert(1)'/>").await;
    let page = upload(&app, ani, "ATTACHMENT", "halaman.pdf", b"<!DOCTYPE html><script>alert(1)</script>").await;
    let image = upload(&app, ani, "ATTACHMENT", "biji.png", &picture(2, 2, ImageFormat::Png)).await;
    let input = json!({
        "id": lesson, "body": "![biji](biji.png) [lain](lain.png)", "mediaUpload": media, "attachmentUploads": [script, page, image],
    });
    let changed = done(&ani.client, "updateLesson", input, FILES).await["lesson"].clone();
    let told: Vec<_> = changed["attachments"]
        .as_array()
        .expect("attachments")
        .iter()
        .map(|one| (one["name"].as_str().expect("a name"), one["contentType"].as_str().expect("a type")))
        .collect();
    assert_eq!(
        told,
        [("<b>é.svg", "text/plain"), ("halaman.pdf", "application/octet-stream"), ("biji.png", "image/png"),],
        "what they are, by their bytes"
    );
    let link = changed["attachments"][2]["url"].as_str().expect("an address");
    let html = changed["bodyHtml"].as_str().expect("HTML");
    assert!(html.contains(&format!("src=\"{link}\"")) && html.contains("href=\"lain.png\""), "{html}");
    publish(&course).await;

    let learner = app.person("Citra Dewi").await;
    let stranger = learner.client.send(READ, json!({ "id": lesson })).await;
    assert_eq!(stranger.json["data"]["node"], json!({ "mediaUrl": null, "bodyHtml": null, "attachments": null }));
    done(&learner.client, "enrol", json!({ "run": course.run }), "enrolment { id }").await;
    let seen = learner.client.data(READ, json!({ "id": lesson })).await["node"].clone();
    assert_eq!(seen["attachments"][0]["size"], 24);

    // Nothing that is handed over acts, and everything has its name.
    let answer = fetch(&app, &seen["attachments"][0]["url"], &[]).await;
    assert_eq!(answer.status(), 200);
    let says = |answer: &Response, name: &str| {
        answer.headers().get(name).map(|value| value.to_str().expect("a text").to_owned()).unwrap_or_default()
    };
    assert_eq!(says(&answer, "content-type"), "text/plain");
    assert_eq!(says(&answer, "content-disposition"), "attachment; filename*=UTF-8''%3Cb%3E%C3%A9.svg");
    assert_eq!(says(&answer, "x-content-type-options"), "nosniff");
    assert_eq!(says(&answer, "content-security-policy"), "default-src 'none'; sandbox");
    assert_eq!(answer.bytes().await.expect("bytes").as_ref(), b"<svg onload='alert(1)'/>");
    let answer = fetch(&app, &seen["attachments"][1]["url"], &[]).await;
    assert_eq!(says(&answer, "content-type"), "application/octet-stream");
    assert!(says(&answer, "content-disposition").starts_with("attachment"));

    // A player jumps.
    let whole = fetch(&app, &seen["mediaUrl"], &[]).await;
    assert_eq!(
        (says(&whole, "content-type"), says(&whole, "accept-ranges"), says(&whole, "content-length")),
        ("video/mp4".to_owned(), "bytes".to_owned(), VIDEO.len().to_string())
    );
    assert!(says(&whole, "content-disposition").starts_with("inline"));
    let tag = says(&whole, "etag");
    assert_eq!(whole.bytes().await.expect("bytes").as_ref(), VIDEO);
    let part = fetch(&app, &seen["mediaUrl"], &[(header::RANGE, "bytes=24-27"), (header::IF_RANGE, &tag)]).await;
    assert_eq!((part.status().as_u16(), says(&part, "content-range")), (206, "bytes 24-27/34".to_owned()));
    assert_eq!(part.bytes().await.expect("bytes").as_ref(), b"0123");
    let beyond = fetch(&app, &seen["mediaUrl"], &[(header::RANGE, "bytes=34-")]).await;
    assert_eq!((beyond.status().as_u16(), says(&beyond, "content-range")), (416, "bytes */34".to_owned()));
    assert_eq!(fetch(&app, &seen["mediaUrl"], &[(header::IF_NONE_MATCH, &tag)]).await.status(), 304);
    let head = reqwest::Client::new().head(here(&app, &seen["mediaUrl"])).send().await.expect("an answer");
    assert_eq!((head.status().as_u16(), says(&head, "content-length")), (200, VIDEO.len().to_string()));

    // The address is over in time, and a false one never was.
    let mut forged = seen["mediaUrl"].as_str().expect("an address").to_owned();
    let last = forged.pop();
    forged.push(if last == Some('A') { 'B' } else { 'A' });
    assert_eq!(fetch(&app, &json!(forged), &[]).await.status(), 404);
    app.world.pass(TimeDelta::hours(2));
    assert_eq!(fetch(&app, &seen["mediaUrl"], &[]).await.status(), 404);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_there_once_and_as_long_as_a_version_has_it() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let ani = &course.instructor;
    let names = |payload: &Value| -> Vec<String> {
        let all = payload["lesson"]["attachments"].as_array().expect("attachments").iter();
        all.map(|one| one["name"].as_str().expect("a name").to_owned()).collect()
    };
    let update = async |input: Value| done(&ani.client, "updateLesson", input, FILES).await;
    let one = upload(&app, ani, "ATTACHMENT", "a.pdf", PDF).await;
    let same = upload(&app, ani, "ATTACHMENT", "a.pdf", PDF).await;
    let other = upload(&app, ani, "ATTACHMENT", "b.txt", b"lain").await;
    let attached = update(json!({ "id": course.lessons[0], "attachmentUploads": [one, same, other] })).await;
    assert_eq!(names(&attached), ["a.pdf", "a (2).pdf", "b.txt"]);
    assert_eq!(stored(&app), 2, "the same bytes are there once");
    let again =
        sent(&ani.client, "updateLesson", json!({ "id": course.lessons[1], "attachmentUploads": [one] }), FILES);
    assert_eq!(user_errors(&again.await), ["NOT_FOUND input.attachmentUploads.0"], "an upload is used once");
    let ids: Vec<Value> = attached["lesson"]["attachments"]
        .as_array()
        .expect("attachments")
        .iter()
        .map(|one| one["id"].clone())
        .collect();
    publish(&course).await;
    // As it was read it can be written; and what stays keeps its name.
    let same = update(json!({ "id": course.lessons[0], "attachmentUploads": ids })).await;
    assert_eq!(names(&same), ["a.pdf", "a (2).pdf", "b.txt"]);
    // The draft turns them round, takes one out and another in.
    let new = upload(&app, ani, "ATTACHMENT", "a.pdf", b"baru").await;
    let turned = update(json!({ "id": course.lessons[0], "attachmentUploads": [new, ids[0]] })).await;
    assert_eq!(names(&turned), ["a (2).pdf", "a.pdf"]);
    app.work().await;
    assert_eq!(stored(&app), 3, "who learns by the published version still has them all");
    let stays = json!({ "id": course.lessons[1], "attachmentUploads": [ids[0]] });
    assert_eq!(
        user_errors(&sent(&ani.client, "updateLesson", stays, FILES).await),
        ["NOT_FOUND input.attachmentUploads.0"],
        "what is attached to another lesson does not stay in this one"
    );
    let cleared = update(json!({ "id": course.lessons[0], "attachmentUploads": null })).await;
    assert_eq!(names(&cleared), [""; 0]);
    app.work().await;
    assert_eq!(stored(&app), 2, "no version ever had the new one");
    // A copy has them too, and what a lesson had goes with it.
    let copy = done(&ani.client, "duplicateCourse", json!({ "id": course.course }), "course { id }").await;
    assert!(copy["course"]["id"].is_string());
    let media = upload(&app, ani, "LESSON_MEDIA", "kuliah.mp4", VIDEO).await;
    let url = json!({ "id": course.lessons[1], "mediaUpload": media });
    let with_media = update(url).await["lesson"]["mediaUrl"].clone();
    assert_eq!(fetch(&app, &with_media, &[]).await.status(), 200);
    done(&ani.client, "deleteLesson", json!({ "id": course.lessons[1] }), "course { id }").await;
    app.work().await;
    assert_eq!(stored(&app), 2);
    assert_eq!(fetch(&app, &with_media, &[]).await.status(), 404);
    // What was stored and never named goes too: here the draft refused it.
    let late = upload(&app, ani, "LESSON_MEDIA", "kuliah.mp4", VIDEO).await;
    let stale = json!({ "id": course.lessons[0], "mediaUpload": late, "version": 1 });
    assert_eq!(user_errors(&sent(&ani.client, "updateLesson", stale, FILES).await), ["CONFLICT input.version"]);
    let fresh = json!({ "id": course.lessons[0], "mediaUpload": late });
    assert!(update(fresh).await["lesson"]["mediaUrl"].is_string(), "what was refused can be used");
    // The address of a video elsewhere takes its place.
    let elsewhere = json!({ "id": course.lessons[0], "mediaUrl": "https://video.example/a.mp4" });
    assert_eq!(update(elsewhere).await["lesson"]["mediaUrl"], "https://video.example/a.mp4");
    app.world.pass(TimeDelta::hours(1));
    app.work().await;
    assert_eq!(stored(&app), 2);
    let folder = app.data_dir.join("files").join(app.academy.uuid().to_string()).join("uploads");
    assert_eq!(std::fs::read_dir(folder).map_or(0, Iterator::count), 0);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_course_has_a_cover_in_fitting_sizes() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let ani = &course.instructor;
    let cover = "query ($id: ID!) { node(id: $id) { ... on Course { coverUrl medium: coverUrl(size: MEDIUM) small: coverUrl(size: SMALL) } } }";
    let none = app.anonymous().data(cover, json!({ "id": course.course })).await;
    assert_eq!(none["node"], json!({ "coverUrl": null, "medium": null, "small": null }));
    let sent_one = upload(&app, ani, "COURSE_COVER", "sampul.png", &picture(1600, 1600, ImageFormat::Png)).await;
    let set = json!({ "id": course.course, "coverUpload": sent_one });
    done(&ani.client, "updateCourse", set.clone(), "course { id }").await;
    assert_eq!(
        user_errors(&sent(&ani.client, "updateCourse", set, "course { id }").await),
        ["NOT_FOUND input.coverUpload"]
    );
    assert_eq!(app.anonymous().data(cover, json!({ "id": course.course })).await, none, "it is the draft's");
    let submitted = done(
        &ani.client,
        "submitCourse",
        json!({ "id": course.course }),
        "submission { id changes { path kind before after } }",
    )
    .await;
    let told = json!([{ "path": "coverUrl", "kind": "CHANGED", "before": null, "after": "cover.jpg" }]);
    assert_eq!(submitted["submission"]["changes"], told);
    let decision = json!({ "id": submitted["submission"]["id"], "decision": "APPROVE" });
    done(&course.reviewer.client, "decideCourseSubmission", decision, "submission { id }").await;
    let shown = app.anonymous().data(cover, json!({ "id": course.course })).await["node"].clone();
    for (name, size) in [("coverUrl", (1280, 720)), ("medium", (640, 360)), ("small", (320, 180))] {
        let answer = fetch(&app, &shown[name], &[]).await;
        assert_eq!(answer.headers()["content-type"], "image/jpeg");
        let bytes = answer.bytes().await.expect("bytes");
        assert_eq!(image::load_from_memory(&bytes).expect("JPEG").dimensions(), size);
    }
    // Small ones stay small, and keep the shape.
    let small = upload(&app, ani, "COURSE_COVER", "kecil.jpg", &picture(200, 100, ImageFormat::Jpeg)).await;
    done(&ani.client, "updateCourse", json!({ "id": course.course, "coverUpload": small }), "course { id }").await;
    assert_eq!(stored(&app), 6);
    done(&ani.client, "updateCourse", json!({ "id": course.course, "coverUpload": null }), "course { id }").await;
    app.work().await;
    assert_eq!(stored(&app), 3, "the published version has the other one");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_is_refused_and_nothing_is_kept() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let ani = &course.instructor;
    let budi = instructor(&app, &course.reviewer, "Budi Santoso").await;
    let lesson = &course.lessons[0];
    let pdf = upload(&app, ani, "ATTACHMENT", "a.pdf", PDF).await;
    let theirs = upload(&app, &budi, "ATTACHMENT", "a.pdf", PDF).await;
    let text = upload(&app, ani, "LESSON_MEDIA", "a.mp4", b"no video").await;
    let program = upload(&app, ani, "ATTACHMENT", "a.txt", b"MZ\x90\0\x03").await;
    let waiting = announce(ani, "ATTACHMENT", "b.pdf", 3).await["id"].clone();
    let video = upload(&app, ani, "LESSON_MEDIA", "a.mp4", VIDEO).await;
    for (changes, told) in [
        (json!({ "mediaUpload": pdf }), "NOT_FOUND input.mediaUpload"),
        (json!({ "mediaUpload": text }), "INVALID input.mediaUpload"),
        (json!({ "mediaUpload": video, "mediaUrl": "https://v.example/a.mp4" }), "INVALID input.mediaUpload"),
        (json!({ "attachmentUploads": [pdf, theirs] }), "NOT_FOUND input.attachmentUploads.1"),
        (json!({ "attachmentUploads": [program] }), "INVALID input.attachmentUploads.0"),
        (json!({ "attachmentUploads": [waiting] }), "NOT_ELIGIBLE input.attachmentUploads.0"),
        (json!({ "attachmentUploads": [pdf, pdf] }), "INVALID input.attachmentUploads.1"),
        (json!({ "attachmentUploads": [lesson] }), "INVALID input.attachmentUploads.0"),
        (json!({ "attachmentUploads": vec![pdf.clone(); 51] }), "LIMIT_REACHED input.attachmentUploads"),
    ] {
        let mut input = changes.clone();
        input["id"] = lesson.clone();
        assert_eq!(user_errors(&sent(&ani.client, "updateLesson", input, FILES).await), [told], "{changes}");
    }
    let cover = upload(&app, ani, "COURSE_COVER", "a.png", b"<svg/>").await;
    let input = json!({ "id": course.course, "coverUpload": cover });
    assert_eq!(
        user_errors(&sent(&ani.client, "updateCourse", input, "course { id }").await),
        ["INVALID input.coverUpload"]
    );
    let own = upload(&app, &budi, "COURSE_COVER", "a.png", &picture(20, 20, ImageFormat::Png)).await;
    let input = json!({ "id": course.course, "coverUpload": own });
    assert_eq!(user_errors(&sent(&budi.client, "updateCourse", input, "course { id }").await), ["NOT_FOUND input.id"]);
    let learner = app.person("Citra Dewi").await;
    let input = json!({ "purpose": "ATTACHMENT", "fileName": "a.pdf", "contentType": "application/pdf", "size": 10 });
    let document = "mutation ($input: CreateUploadInput!) { createUpload(input: $input) { upload { id } } }";
    let refused = learner.client.send(document, json!({ "input": input })).await;
    assert_eq!(refused.codes(), ["FORBIDDEN"]);
    app.world.pass(TimeDelta::hours(1));
    app.work().await;
    assert_eq!(stored(&app), 0);
    assert_eq!(app.rows_in("course_files").await, 0);
    app.stop().await;
}

/// A sweep that has begun when the same bytes come: they are stored anew, or it waits.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_on_its_way_out_comes_anew() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let ani = &course.instructor;
    let cover = async || upload(&app, ani, "COURSE_COVER", "a.png", &picture(20, 20, ImageFormat::Png)).await;
    let set = async |upload: Value| {
        done(&ani.client, "updateCourse", json!({ "id": course.course, "coverUpload": upload }), "course { id }").await
    };
    set(cover().await).await;
    done(&ani.client, "updateCourse", json!({ "id": course.course, "coverUpload": null }), "course { id }").await;
    let again = cover().await;
    // The sweep holds the row, and has not committed yet.
    let mut superuser = app.database.superuser().await;
    let out = "begin; delete from course_files";
    diesel_async::SimpleAsyncConnection::batch_execute(&mut superuser, out).await.expect("deleted");
    let (_, ()) = tokio::join!(set(again), async {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        diesel_async::SimpleAsyncConnection::batch_execute(&mut superuser, "commit").await.expect("committed");
    });
    let look = "query ($id: ID!) { node(id: $id) { ... on Course { draft { sections { id } } } } }";
    let _ = ani.client.data(look, json!({ "id": course.course })).await;
    publish(&course).await;
    let shown = "query ($id: ID!) { node(id: $id) { ... on Course { coverUrl } } }";
    let shown = app.anonymous().data(shown, json!({ "id": course.course })).await["node"]["coverUrl"].clone();
    assert_eq!(fetch(&app, &shown, &[]).await.status(), 200);
    app.world.pass(TimeDelta::hours(1));
    app.work().await;
    app.stop().await;
}

/// Two who send the same bytes while what was there goes: whoever is first, a lesson that has a file has its bytes.
#[tokio::test(flavor = "multi_thread")]
async fn what_goes_and_comes_at_once_is_there() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let ani = &course.instructor;
    let attach = async |upload: Value| {
        let input = json!({ "id": course.lessons[0], "attachmentUploads": [upload] });
        done(&ani.client, "updateLesson", input, FILES).await["lesson"]["attachments"][0]["url"].clone()
    };
    let first = upload(&app, ani, "ATTACHMENT", "a.pdf", PDF).await;
    attach(first).await;
    for _ in 0..5 {
        done(
            &ani.client,
            "updateLesson",
            json!({ "id": course.lessons[0], "attachmentUploads": null }),
            "lesson { id }",
        )
        .await;
        let again = upload(&app, ani, "ATTACHMENT", "a.pdf", PDF).await;
        let (url, ()) = tokio::join!(attach(again), app.work());
        let answer = fetch(&app, &url, &[]).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.bytes().await.expect("bytes").as_ref(), PDF);
    }
    app.world.pass(TimeDelta::hours(1));
    app.work().await;
    assert_eq!(stored(&app), 1);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_staff_of_the_course_sees_files_of_what_is_hidden() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let ani = &course.instructor;
    let admin = app.staff("Dian Admin", Role::Admin).await;
    let pdf = upload(&app, ani, "ATTACHMENT", "kunci.pdf", PDF).await;
    let input = json!({ "id": course.lessons[0], "hidden": true, "attachmentUploads": [pdf] });
    done(&ani.client, "updateLesson", input, FILES).await;
    publish(&course).await;
    let read =
        async |person: &Person| person.client.data(READ, json!({ "id": course.lessons[0] })).await["node"].clone();
    assert_eq!(read(ani).await["attachments"][0]["name"], "kunci.pdf");
    assert_eq!(read(&admin).await["attachments"][0]["name"], "kunci.pdf");
    let learner = app.person("Citra Dewi").await;
    done(&learner.client, "enrol", json!({ "run": course.run }), "enrolment { id }").await;
    assert_eq!(read(&learner).await, Value::Null);
    app.stop().await;
}

/// A course of Open edX with a picture, a cover and a program.
fn open_edx() -> Vec<u8> {
    let page = "<p><img src=\"/static/biji kopi.png\"/> <img src=\"/static/sampul.png\"/> <a href=\"/static/unduh.exe\">unduh</a> <a href='/static/bab%201.pdf'>bab</a> <script src=\"/static/a.js\"></script></p>";
    let course = format!(
        r#"<course org="Nusa" course="Kopi1" url_name="a" course_image="sampul.png"><chapter><sequential><vertical display_name="Kopi"><html url_name="h"><![CDATA[{page}]]></html></vertical></sequential></chapter></course>"#
    );
    let files = [
        ("course.xml", course.into_bytes()),
        ("static/biji kopi.png", picture(3, 2, ImageFormat::Png)),
        ("static/sampul.png", picture(640, 480, ImageFormat::Png)),
        ("static/unduh.exe", b"MZ\x90\0\x03".to_vec()),
        ("static/bab 1.pdf", PDF.to_vec()),
        ("static/a.js", b"alert(1)".to_vec()),
    ];
    let mut builder = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    for (path, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, format!("course/{path}"), bytes.as_slice()).expect("a file");
    }
    builder.into_inner().and_then(flate2::write::GzEncoder::finish).expect("an archive")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_imported_course_brings_its_files() {
    let app = TestApp::start().await;
    let reviewer = app.staff("Rudi Hartono", Role::Reviewer).await;
    let ani = instructor(&app, &reviewer, "Ani Wijaya").await;
    let import = async || {
        let sent = upload(&app, &ani, "COURSE_IMPORT", "kopi.tar.gz", &open_edx()).await;
        let asked = done(&ani.client, "importCourse", json!({ "upload": sent }), "import { id }").await;
        app.work().await;
        let read = "query ($id: ID!) { node(id: $id) { ... on Import { status problems { path message } course { id coverUrl draft { sections { lessons { bodyHtml attachments { name contentType url } } } } } } } }";
        ani.client.data(read, json!({ "id": asked["import"]["id"] })).await["node"].clone()
    };
    let imported = import().await;
    assert_eq!(imported["status"], "COMPLETED", "{imported}");
    let told: Vec<_> = imported["problems"]
        .as_array()
        .expect("problems")
        .iter()
        .map(|one| (one["path"].as_str().expect("a path"), one["message"].as_str().expect("a message")))
        .collect();
    assert!(told.contains(&("static/unduh.exe", "A program that runs: not taken over.")), "{told:#?}");
    assert!(told.contains(&("course.xml", "1 files of static are not taken over: a.js")), "{told:#?}");
    assert!(!told.iter().any(|(path, _)| path.contains("biji") || path.contains("sampul")), "{told:#?}");
    let lesson = &imported["course"]["draft"]["sections"][0]["lessons"][0];
    let attached = lesson["attachments"].as_array().expect("attachments");
    let names: Vec<_> = attached.iter().map(|one| (&one["name"], &one["contentType"])).collect();
    assert_eq!(
        names,
        [
            (&json!("bab 1.pdf"), &json!("application/pdf")),
            (&json!("biji kopi.png"), &json!("image/png")),
            (&json!("sampul.png"), &json!("image/png")),
        ]
    );
    let html = lesson["bodyHtml"].as_str().expect("HTML");
    assert!(html.starts_with("<p><img ") && !html.contains("]]"), "{html}");
    assert!(html.contains(&format!("src=\"{}\"", attached[1]["url"].as_str().expect("an address"))), "{html}");
    assert!(html.contains(&format!("href=\"{}\"", attached[0]["url"].as_str().expect("an address"))), "{html}");
    let bytes = fetch(&app, &attached[1]["url"], &[]).await.bytes().await.expect("bytes");
    assert_eq!(bytes.as_ref(), picture(3, 2, ImageFormat::Png));
    let cover = fetch(&app, &imported["course"]["coverUrl"], &[]).await.bytes().await.expect("bytes");
    assert_eq!(image::load_from_memory(&cover).expect("JPEG").dimensions(), (640, 360));
    assert_eq!(stored(&app), 3 + 3);
    let again = import().await;
    assert_eq!(again["course"]["id"], imported["course"]["id"]);
    app.world.pass(TimeDelta::hours(1));
    app.work().await;
    assert_eq!(stored(&app), 3 + 3, "imported again, nothing is there twice");
    app.stop().await;
}
