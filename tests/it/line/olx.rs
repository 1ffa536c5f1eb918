//! A course of Open edX, of our own making: taken over, hidden where it is hidden, imported again, called off.

use std::time::Duration;

use chrono::TimeDelta;
use diesel_async::SimpleAsyncConnection;
use sanggar::platform::privacy::Role;
use serde_json::{Value, json};

use super::{done, import::send, instructor, sent};
use crate::{
    harness::{Person, TestApp, user_errors},
    platform::socket::{hear, say, signed_in},
};

const FILES: &[(&str, &str)] = &[
    ("course.xml", r#"<course url_name="2026" org="Nusa" course="Kopi1"/>"#),
    (
        "course/2026.xml",
        r#"<course display_name="Kopi" language="id" course_image="sampul.png" start="2026-01-01" user_partitions='[{"groups": [{"id": 7, "name": "Kelompok A"}, {"id": 8, "name": "Kelompok B"}]}]'>
  <chapter url_name="satu"/>
  <chapter url_name="staf"/>
  <wiki slug="kopi"/>
</course>"#,
    ),
    (
        "chapter/satu.xml",
        r#"<chapter display_name="Mulai"><sequential url_name="biji"/><sequential url_name="hilang"/></chapter>"#,
    ),
    (
        "chapter/staf.xml",
        r#"<chapter display_name="Uji coba" visible_to_staff_only="true"><sequential url_name="rahasia"/></chapter>"#,
    ),
    (
        "sequential/biji.xml",
        r#"<sequential display_name="Biji" format="Tugas" graded="true">
  <vertical url_name="baca"/><vertical url_name="tonton"/><vertical url_name="uji"/><vertical url_name="tamat" visible_to_staff_only="true"/>
</sequential>"#,
    ),
    ("sequential/rahasia.xml", r#"<sequential display_name="Kunci"><vertical url_name="kunci"/></sequential>"#),
    (
        "vertical/baca.xml",
        r#"<vertical display_name="Apa itu kopi?">
  <html url_name="h1"/>
  <video url_name="v0" display_name="Panen"><source src="https://video.example/panen.mp4"/><video_asset duration="61.2"/></video>
  <poll url_name="p1" question="Suka kopi?" answers="[]"/>
  <split_test url_name="s1" group_id_to_child='{"7": "block-v1:vertical/ga", "8": "block-v1:vertical/gb"}'><vertical url_name="ga"/><vertical url_name="gb"/></split_test>
  <problem url_name="q0"/>
</vertical>"#,
    ),
    ("vertical/ga.xml", r#"<vertical display_name="Group ID 7"><html url_name="ha">Isi A</html></vertical>"#),
    ("vertical/gb.xml", r#"<vertical display_name="Group ID 8"><html url_name="hb">Isi B</html></vertical>"#),
    ("vertical/tonton.xml", r#"<vertical display_name="Film"><video url_name="v1"/></vertical>"#),
    (
        "vertical/uji.xml",
        r#"<vertical display_name="Uji diri"><problem url_name="q1"/><problem url_name="q2"/></vertical>"#,
    ),
    (
        "vertical/tamat.xml",
        r#"<vertical display_name="Catatan guru"><html url_name="h1"/><problem url_name="q3"/></vertical>"#,
    ),
    ("vertical/kunci.xml", r#"<vertical display_name="Jawaban"><html url_name="h2"/></vertical>"#),
    ("html/h1.xml", r#"<html filename="h1" display_name="Teks"/>"#),
    (
        "html/h1.html",
        "<p>Kopi adalah <b>biji</b>.</p>\n<script>document.title='x'</script>\n\n    <p>Menjorok</p><img src=\"/static/biji.png\"/><img src=\"/static/lain.png\"/>",
    ),
    ("html/h2.xml", r#"<html filename="h2"/>"#),
    ("html/h2.html", "<p>Kunci jawaban: semua b.</p>"),
    ("video/v1.xml", r#"<video url_name="v1" display_name="Film" youtube_id_1_0="abc123"/>"#),
    (
        "problem/q0.xml",
        r#"<problem display_name="Cek"><multiplechoiceresponse><label>Kopi dari?</label><choicegroup><choice correct="true">Biji</choice><choice correct="false">Daun</choice></choicegroup></multiplechoiceresponse></problem>"#,
    ),
    (
        "problem/q1.xml",
        r#"<problem display_name="Pilih" max_attempts="2" showanswer="finished" weight="3">
  <p>Mana yang <i>benar</i>?</p>
  <choiceresponse><checkboxgroup>
    <choice correct="true">Arabika<choicehint selected="true">Tepat.</choicehint></choice><choice correct="true">Robusta</choice><choice correct="true">Liberika</choice>
    <choice correct="false">Kakao</choice>
  </checkboxgroup></choiceresponse>
  <solution><p>Tiga jenis kopi.</p></solution>
</problem>"#,
    ),
    (
        "problem/q2.xml",
        r#"<problem display_name="Berapa" max_attempts="2"><optionresponse><label>Pilih satu</label><optioninput options="('satu','dua')" correct="dua"/></optionresponse>
<div><p>Hitung 2 + 3.</p><numericalresponse answer="5"><formulaequationinput/><correcthint>Lima!</correcthint></numericalresponse></div><customresponse cfn="f"/><script type="loncapa/python">x = 1</script></problem>"#,
    ),
    (
        "problem/q3.xml",
        r#"<problem display_name="Guru"><multiplechoiceresponse><choicegroup><choice correct="true">Ya</choice><choice correct="false">Tidak</choice></choicegroup></multiplechoiceresponse></problem>"#,
    ),
    ("static/biji.png", "png"),
    ("static/sampul.png", "no picture"),
    ("drafts/vertical/konsep.xml", "<vertical/>"),
    ("about/overview.html", "<section>\n    <h2>Tentang</h2>\n</section>"),
    ("about/short_description.html", "Mengenal <b>kopi</b>."),
];

pub fn packed(files: &[(&str, &str)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    for (path, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, format!("course/{path}"), text.as_bytes()).expect("a file");
    }
    builder.into_inner().and_then(flate2::write::GzEncoder::finish).expect("an archive")
}

/// The files with some of them replaced.
fn with(changes: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    let own = FILES.iter().map(|(path, text)| {
        let other = changes.iter().find(|(changed, _)| changed == path);
        (*path, other.map_or(*text, |(_, text)| *text))
    });
    let new = changes.iter().filter(|(path, _)| FILES.iter().all(|(known, _)| known != path));
    own.chain(new.copied()).filter(|(_, text)| !text.is_empty()).collect()
}

const IMPORT: &str = "query ($id: ID!) { node(id: $id) { ... on Import { status done total problems { path line severity message } course { id } } } }";
const COURSE: &str = "query ($id: ID!) { node(id: $id) { ... on Course { title slug summary descriptionHtml locale version lessonCount runs { nodes { id } }
    draft { sections { id title hidden lessons { id title kind hidden bodyFormat mediaUrl estimatedDuration quiz { id attemptsAllowed feedback questionCount } quizzes { id } } } } } } }";

async fn import(app: &TestApp, person: &Person, files: &[(&str, &str)], input: Value) -> Value {
    let upload = send(app, person, &packed(files)).await;
    let mut asked = json!({ "upload": upload["id"] });
    asked.as_object_mut().expect("an object").extend(input.as_object().expect("an object").clone());
    let made = done(&person.client, "importCourse", asked, "import { id }").await;
    app.work().await;
    person.client.data(IMPORT, json!({ "id": made["import"]["id"] })).await["node"].clone()
}

async fn course(person: &Person, id: &Value) -> Value {
    person.client.data(COURSE, json!({ "id": id })).await["node"].clone()
}

async fn publish(reviewer: &Person, person: &Person, course: &Value) {
    let submitted = done(&person.client, "submitCourse", json!({ "id": course }), "submission { id }").await;
    let decision = json!({ "id": submitted["submission"]["id"], "decision": "APPROVE" });
    done(&reviewer.client, "decideCourseSubmission", decision, "submission { id }").await;
}

/// Titles of sections, and of each its lessons with what they are; a star is hidden.
fn outline(course: &Value) -> Vec<(String, Vec<String>)> {
    let star = |one: &Value| if one["hidden"] == true { "*" } else { "" };
    let lesson = |one: &Value| {
        format!("{}{} {}", star(one), one["kind"].as_str().expect("a kind"), one["title"].as_str().expect("a title"))
    };
    let sections = course["draft"]["sections"].as_array().expect("sections").iter();
    sections
        .map(|section| {
            let lessons = section["lessons"].as_array().expect("lessons").iter().map(lesson).collect();
            (format!("{}{}", star(section), section["title"].as_str().expect("a title")), lessons)
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_course_of_open_edx_is_taken_over_whole() {
    let app = TestApp::start().await;
    let reviewer = app.staff("Rudi Hartono", Role::Reviewer).await;
    let ani = instructor(&app, &reviewer, "Ani Wijaya").await;
    let imported = import(&app, &ani, FILES, json!({})).await;
    assert_eq!(imported["status"], "COMPLETED", "{imported}");
    let made = course(&ani, &imported["course"]["id"]).await;
    assert_eq!(
        (&made["title"], &made["summary"], &made["locale"], &made["lessonCount"]),
        (&json!("Kopi"), &json!("Mengenal kopi."), &json!("id"), &json!(5))
    );
    assert!(made["descriptionHtml"].as_str().is_some_and(|html| html.contains("<h2>Tentang</h2>")), "{made}");
    let lessons = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
    assert_eq!(
        outline(&made),
        [
            (
                "Mulai: Biji".to_owned(),
                lessons(&[
                    "ARTICLE Apa itu kopi?",
                    "ARTICLE Apa itu kopi? (Kelompok A)",
                    "ARTICLE Apa itu kopi? (Kelompok B)",
                    "VIDEO Film",
                    "QUIZ Uji diri",
                    "*ARTICLE Catatan guru",
                ])
            ),
            ("*Uji coba: Kunci".to_owned(), lessons(&["*ARTICLE Jawaban"])),
        ]
    );
    let lessons = &made["draft"]["sections"][0]["lessons"];
    let first = &lessons[0];
    assert_eq!(
        (&first["mediaUrl"], &first["estimatedDuration"]),
        (&json!("https://video.example/panen.mp4"), &json!("PT1M2S"))
    );
    assert_eq!(lessons[3]["mediaUrl"], "https://www.youtube.com/watch?v=abc123");
    assert_eq!(first["quizzes"], json!([{ "id": first["quiz"]["id"] }]));
    let quiz = &lessons[4]["quiz"];
    assert_eq!(
        (&quiz["attemptsAllowed"], &quiz["feedback"], &quiz["questionCount"]),
        (&json!(2), &json!("AFTER_LAST_ATTEMPT"), &json!(3))
    );
    let told: Vec<_> = imported["problems"]
        .as_array()
        .expect("problems")
        .iter()
        .map(|one| {
            format!("{} {}:{}", one["severity"].as_str().unwrap_or(""), one["path"].as_str().unwrap_or(""), one["line"])
        })
        .collect();
    for expected in [
        "WARNING chapter/satu.xml:1",     // a sequential that is not there
        "WARNING course/2026.xml:4",      // the wiki
        "NOTE course/2026.xml:1",         // when it starts
        "NOTE sequential/biji.xml:1",     // that it is graded
        "WARNING vertical/baca.xml:4",    // the poll
        "WARNING vertical/baca.xml:5",    // the experiment
        "WARNING vertical/tamat.xml:1",   // a page that was taken over elsewhere
        "WARNING html/h1.html:2",         // the script
        "WARNING html/h1.html:4",         // a picture that is not there
        "WARNING static/sampul.png:null", // and a cover that is none
        "WARNING problem/q2.xml:2",       // what a program grades
        "WARNING problem/q2.xml:1",       // its Python
        "NOTE problem/q1.xml:3",          // that it is graded in parts
        "NOTE drafts/vertical/konsep.xml:null",
    ] {
        assert!(told.contains(&expected.to_owned()), "{expected} in {told:#?}");
    }
    // What was written is kept; what a learner gets does nothing.
    let read = "query ($id: ID!) { node(id: $id) { ... on Lesson { body bodyHtml } } }";
    let own = ani.client.data(read, json!({ "id": first["id"] })).await["node"].clone();
    assert!(own["body"].as_str().is_some_and(|body| body.contains("<script>")), "{own}");
    let html = own["bodyHtml"].as_str().expect("HTML");
    assert!(html.contains("<p>Kopi adalah <b>biji</b>.</p>") && html.contains("<p>Menjorok</p>"), "{html}");
    assert!(!html.contains("<script") && !html.contains("document.title"), "{html}");
    let questions = "query ($id: ID!) { node(id: $id) { ... on Quiz { questions { nodes { prompt points answerKey { ... on ChoiceKey { feedback choices { fraction feedback } } ... on NumericKey { accepted { minimum maximum } } } ... on ChoiceQuestion { multiple choices { text } } } } } } }";
    let asked = ani.client.data(questions, json!({ "id": quiz["id"] })).await["node"]["questions"]["nodes"].clone();
    assert_eq!(
        (&asked[0]["prompt"], &asked[0]["points"], &asked[0]["multiple"]),
        (&json!("Mana yang benar?"), &json!("3"), &json!(true))
    );
    let key = &asked[0]["answerKey"];
    let fractions: Vec<_> =
        key["choices"].as_array().expect("choices").iter().map(|one| one["fraction"].clone()).collect();
    assert_eq!(fractions, ["0.333334", "0.333333", "0.333333", "-1"]);
    assert_eq!((&key["feedback"], &key["choices"][0]["feedback"]), (&json!("Tiga jenis kopi."), &json!("Tepat.")));
    assert_eq!(asked[1]["choices"], json!([{ "text": "satu" }, { "text": "dua" }]));
    assert_eq!(asked[2]["prompt"], "Hitung 2 + 3.", "what is said to who is right is not asked");
    assert_eq!(asked[2]["answerKey"]["accepted"], json!([{ "minimum": "5", "maximum": "5" }]));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_hidden_is_there_for_no_learner() {
    let app = TestApp::start().await;
    let reviewer = app.staff("Rudi Hartono", Role::Reviewer).await;
    let ani = instructor(&app, &reviewer, "Ani Wijaya").await;
    let imported = import(&app, &ani, FILES, json!({})).await;
    let id = imported["course"]["id"].clone();
    let draft = course(&ani, &id).await;
    publish(&reviewer, &ani, &id).await;
    let learner = app.person("Citra Dewi").await;
    done(&learner.client, "enrol", json!({ "run": draft["runs"]["nodes"][0]["id"] }), "enrolment { id }").await;
    let shown = "query ($id: ID!) { node(id: $id) { ... on Course { lessonCount sections { title lessons { title } } viewerEnrolment { progress { lessonCount } sections { title lessons { title } } } } } }";
    let seen = learner.client.data(shown, json!({ "id": id })).await["node"].clone();
    assert_eq!(seen["sections"], seen["viewerEnrolment"]["sections"]);
    assert_eq!((&seen["lessonCount"], &seen["viewerEnrolment"]["progress"]["lessonCount"]), (&json!(5), &json!(5)));
    assert!(!seen.to_string().contains("Catatan guru") && !seen.to_string().contains("Kunci"), "{seen}");
    let sections = &draft["draft"]["sections"];
    let (teachers, key) = (&sections[0]["lessons"][5], &sections[1]["lessons"][0]);
    let node = "query ($id: ID!) { node(id: $id) { id } }";
    for hidden in [&sections[1]["id"], &teachers["id"], &key["id"], &teachers["quiz"]["id"]] {
        assert_eq!(learner.client.data(node, json!({ "id": hidden })).await["node"], Value::Null);
        assert_eq!(ani.client.data(node, json!({ "id": hidden })).await["node"]["id"], *hidden);
    }
    let refused = sent(&learner.client, "completeLesson", json!({ "id": key["id"] }), "enrolment { id }").await;
    assert_eq!(user_errors(&refused), ["NOT_FOUND input.id"]);
    let refused =
        sent(&learner.client, "startAttempt", json!({ "quiz": teachers["quiz"]["id"] }), "attempt { id }").await;
    assert_eq!(user_errors(&refused), ["NOT_FOUND input.quiz"]);
    // What nobody sees nobody has to complete.
    for lesson in [0, 1, 2, 3] {
        let lesson = &sections[0]["lessons"][lesson]["id"];
        done(&learner.client, "completeLesson", json!({ "id": lesson }), "enrolment { id }").await;
    }
    let quiz = &sections[0]["lessons"][4]["quiz"]["id"];
    let attempt =
        done(&learner.client, "startAttempt", json!({ "quiz": quiz }), "attempt { id }").await["attempt"]["id"].clone();
    done(&learner.client, "submitAttempt", json!({ "id": attempt }), "attempt { passed }").await;
    let own = learner.client.data("{ viewer { learning { nodes { status progress { percent } } } } }", json!({})).await;
    assert_eq!(own["viewer"]["learning"]["nodes"][0], json!({ "status": "COMPLETED", "progress": { "percent": 100 } }));
    // Its instructor shows it, and hides it again.
    let show = json!({ "id": teachers["id"], "hidden": false });
    done(&ani.client, "updateLesson", show, "lesson { hidden }").await;
    let stays = sent(&ani.client, "updateLesson", json!({ "id": key["id"], "hidden": false }), "lesson { id }").await;
    assert_eq!(user_errors(&stays), ["NOT_ELIGIBLE input.hidden"]);
    done(&ani.client, "updateSection", json!({ "id": sections[1]["id"], "hidden": false }), "course { id }").await;
    publish(&reviewer, &ani, &id).await;
    let seen = app.anonymous().data(shown, json!({ "id": id })).await["node"].clone();
    assert_eq!((&seen["lessonCount"], &seen["sections"][1]["lessons"][0]["title"]), (&json!(7), &json!("Jawaban")));
    done(&ani.client, "moveLesson", json!({ "id": teachers["id"], "into": sections[1]["id"] }), "course { id }").await;
    done(&ani.client, "updateSection", json!({ "id": sections[1]["id"], "hidden": true }), "course { id }").await;
    assert_eq!(outline(&course(&ani, &id).await)[1].1, ["*ARTICLE Catatan guru", "*ARTICLE Jawaban"]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn imported_again_it_is_the_next_draft() {
    let app = TestApp::start().await;
    let reviewer = app.staff("Rudi Hartono", Role::Reviewer).await;
    let ani = instructor(&app, &reviewer, "Ani Wijaya").await;
    let id = import(&app, &ani, FILES, json!({})).await["course"]["id"].clone();
    let before = course(&ani, &id).await;
    let price = json!({ "id": id, "price": { "amount": "10", "currency": "USD" } });
    done(&ani.client, "updateCourse", price, "course { id }").await;
    publish(&reviewer, &ani, &id).await;
    app.world.pass(TimeDelta::seconds(1));
    // While a reviewer reads it, nothing is written into it.
    done(&ani.client, "updateCourse", json!({ "id": id, "title": "Kopi Lagi" }), "course { id }").await;
    let waiting =
        done(&ani.client, "submitCourse", json!({ "id": id }), "submission { id }").await["submission"]["id"].clone();
    let changed = with(&[
        ("vertical/tonton.xml", r#"<vertical display_name="Film baru"><video url_name="v1"/></vertical>"#),
        ("vertical/uji.xml", r#"<vertical display_name="Uji diri"><problem url_name="q2"/></vertical>"#),
    ]);
    let refused = import(&app, &ani, &changed, json!({})).await;
    assert_eq!((&refused["status"], &refused["course"]), (&json!("FAILED"), &Value::Null));
    assert!(refused["problems"][0]["message"].as_str().is_some_and(|told| told.contains("reviewed")), "{refused}");
    done(&ani.client, "withdrawCourseSubmission", json!({ "id": waiting }), "submission { id }").await;
    let again = import(&app, &ani, &changed, json!({})).await;
    assert_eq!((&again["status"], &again["course"]["id"]), (&json!("COMPLETED"), &id), "no copy: {again}");
    let after = course(&ani, &id).await;
    assert_eq!((&after["version"], &after["title"], &after["slug"]), (&json!(1), &json!("Kopi"), &json!("kopi")));
    let ids = |of: &Value| {
        let sections = of["draft"]["sections"].as_array().expect("sections").iter();
        sections
            .flat_map(|one| one["lessons"].as_array().expect("lessons"))
            .map(|one| one["id"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(&after), ids(&before), "the same lessons");
    assert_eq!(after["draft"]["sections"][0]["lessons"][3]["title"], "Film baru");
    assert_eq!(after["draft"]["sections"][0]["lessons"][4]["quiz"]["questionCount"], 2);
    let kept = "query ($id: ID!) { node(id: $id) { ... on Course { draft { price { amount } submission { id } changedSincePublished } } } }";
    let kept = ani.client.data(kept, json!({ "id": id })).await["node"]["draft"].clone();
    assert_eq!(kept, json!({ "price": { "amount": "10.00" }, "submission": null, "changedSincePublished": true }));
    // Another's course is not theirs to write into, and the same source is a course of their own.
    let budi = instructor(&app, &reviewer, "Budi Santoso").await;
    let upload = send(&app, &budi, &packed(FILES)).await;
    let into = json!({ "upload": upload["id"], "into": id });
    let stolen = sent(&budi.client, "importCourse", into, "import { id }").await;
    assert_eq!(user_errors(&stolen), ["NOT_FOUND input.into"]);
    let own = import(&app, &budi, FILES, json!({})).await;
    assert_ne!(own["course"]["id"], id);
    // Named, any course of theirs becomes it.
    let begun = json!({ "title": "Baru", "summary": "S", "description": "D", "locale": "en", "level": "BEGINNER" });
    let begun = done(&budi.client, "createCourse", begun, "course { id }").await["course"]["id"].clone();
    let named = import(&app, &budi, FILES, json!({ "into": begun, "format": "OLX", "title": "Kopi Budi" })).await;
    assert_eq!(named["course"]["id"], begun, "{named}");
    let named = course(&budi, &begun).await;
    assert_eq!((&named["locale"], outline(&named).len()), (&json!("id"), 2));
    let titled = "query ($id: ID!) { node(id: $id) { ... on Course { draft { title } } } }";
    assert_eq!(budi.client.data(titled, json!({ "id": begun })).await["node"]["draft"]["title"], "Kopi Budi");
    // Who teaches it no more when its turn comes does not write into it.
    done(&budi.client, "addInstructor", json!({ "course": begun, "user": ani.id }), "course { id }").await;
    let upload = send(&app, &budi, &packed(FILES)).await;
    let asked = json!({ "upload": upload["id"], "into": begun });
    let asked = done(&budi.client, "importCourse", asked, "import { id }").await["import"]["id"].clone();
    done(&ani.client, "removeInstructor", json!({ "course": begun, "user": budi.id }), "course { id }").await;
    app.work().await;
    assert_eq!(budi.client.data(IMPORT, json!({ "id": asked })).await["node"]["status"], "FAILED");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_course_says_where_and_leaves_nothing() {
    let app = TestApp::start().await;
    let reviewer = app.staff("Rudi Hartono", Role::Reviewer).await;
    let ani = instructor(&app, &reviewer, "Ani Wijaya").await;
    for (files, place) in [
        (with(&[("vertical/baca.xml", "<vertical>\n<html></vertical>")]), ("vertical/baca.xml", json!(2))),
        (
            with(&[("problem/q1.xml", "<!DOCTYPE x [<!ENTITY a \"aaaa\">]><problem>&a;</problem>")]),
            ("problem/q1.xml", json!(1)),
        ),
        (with(&[("policies/2026/policy.json", "{\n\"a\":")]), ("policies/2026/policy.json", json!(2))),
        (with(&[("course/2026.xml", "")]), ("course.xml", json!(1))),
        (with(&[("course.xml", "<library/>")]), ("course.xml", json!(1))),
    ] {
        let failed = import(&app, &ani, &files, json!({})).await;
        assert_eq!((&failed["status"], &failed["course"]), (&json!("FAILED"), &Value::Null));
        let problem = &failed["problems"].as_array().and_then(|all| all.last()).expect("a problem").clone();
        assert_eq!(
            (&problem["path"], &problem["line"], &problem["severity"]),
            (&json!(place.0), &place.1, &json!("ERROR"))
        );
    }
    assert_eq!(app.rows_in("courses").await, 0);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_followed_and_called_off() {
    let app = TestApp::start().await;
    let reviewer = app.staff("Rudi Hartono", Role::Reviewer).await;
    let (ani, budi) =
        (instructor(&app, &reviewer, "Ani Wijaya").await, instructor(&app, &reviewer, "Budi Santoso").await);
    let ask = async |person: &Person| {
        let upload = send(&app, person, &packed(FILES)).await;
        done(&person.client, "importCourse", json!({ "upload": upload["id"] }), "import { id }").await["import"]["id"]
            .clone()
    };
    let follow = |id: &Value| {
        let query = format!("subscription {{ importProgress(id: {id}) {{ status done total course {{ title }} }} }}");
        json!({ "type": "subscribe", "id": "1", "payload": { "query": query } })
    };
    let first = ask(&ani).await;
    let mut theirs = signed_in(&app, &budi).await;
    say(&mut theirs, follow(&first)).await;
    let refused = hear(&mut theirs).await;
    assert!(refused.to_string().contains("NOT_FOUND"), "{refused}");
    let mut socket = signed_in(&app, &ani).await;
    say(&mut socket, follow(&first)).await;
    let state = |heard: &Value| heard["payload"]["data"]["importProgress"].clone();
    assert_eq!(
        state(&hear(&mut socket).await),
        json!({ "status": "QUEUED", "done": 0, "total": null, "course": null })
    );
    app.work().await;
    let mut last = Value::Null;
    loop {
        let heard = hear(&mut socket).await;
        if heard["type"] == "complete" {
            break;
        }
        last = state(&heard);
    }
    assert_eq!(last, json!({ "status": "COMPLETED", "done": 10, "total": 10, "course": { "title": "Kopi" } }));
    let late = sent(&ani.client, "cancelImport", json!({ "id": first }), "import { id }").await;
    assert_eq!(user_errors(&late), ["ALREADY_DONE input.id"]);
    // Before its turn came.
    let second = ask(&budi).await;
    let stolen = sent(&ani.client, "cancelImport", json!({ "id": second }), "import { id }").await;
    assert_eq!(user_errors(&stolen), ["NOT_FOUND input.id"]);
    let off = done(&budi.client, "cancelImport", json!({ "id": second }), "import { status }").await;
    assert_eq!(off["import"]["status"], "CANCELLED");
    app.work().await;
    // While it is written: the worker waits for a lesson that nobody may write.
    let third = ask(&budi).await;
    let mut gate = app.database.superuser().await;
    gate.batch_execute("begin; lock table lessons in share mode").await.expect("a lock");
    let mut looking = app.database.superuser().await;
    let working = async {
        app.work().await;
    };
    let calling_off = async {
        while crate::instructors::waiting(&mut looking).await == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let off = done(&budi.client, "cancelImport", json!({ "id": third }), "import { status done total }").await;
        assert_eq!((&off["import"]["status"], &off["import"]["total"]), (&json!("CANCELLED"), &json!(10)));
        gate.batch_execute("commit").await.expect("unlocked");
    };
    tokio::join!(working, calling_off);
    for id in [second, third] {
        let ended = budi.client.data(IMPORT, json!({ "id": id })).await["node"].clone();
        assert_eq!((&ended["status"], &ended["course"]), (&json!("CANCELLED"), &Value::Null), "{ended}");
    }
    assert_eq!(app.rows_in("courses").await, 1);
    app.stop().await;
}
