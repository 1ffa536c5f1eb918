//! Learning from seat to seat: the queue of a run, leaving and coming back, lessons opened again, bookmarks, and others enrolled by a list.

use chrono::TimeDelta;
use sanggar::platform::privacy::Role;
use serde_json::{Value, json};

use super::{Published, done, learn, published, sent};
use crate::harness::{Person, TestApp, user_errors};

const OWN: &str = "query ($id: ID!) { node(id: $id) { ... on Course { viewerEnrolment { id status progress { placeInQueue percent lessonsCompleted } } } } }";

async fn own(course: &Published, person: &Person) -> Value {
    person.client.data(OWN, json!({ "id": course.course })).await["node"]["viewerEnrolment"].clone()
}

async fn enrol(person: &Person, run: &Value) -> Value {
    done(&person.client, "enrol", json!({ "run": run }), "enrolment { id status progress { placeInQueue } }").await
        ["enrolment"]
        .clone()
}

async fn run_of(course: &Published, input: Value) -> Value {
    let mut new = json!({ "course": course.course, "name": "Angkatan 1" });
    new.as_object_mut().expect("an object").extend(input.as_object().expect("an object").clone());
    done(&course.instructor.client, "createRun", new, "run { id }").await["run"]["id"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_gets_the_next_seat() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let run = run_of(&course, json!({ "seats": 1 })).await;
    let mut people = Vec::new();
    for number in 0..5 {
        people.push(app.person(&format!("Murid {number}")).await);
        app.world.pass(TimeDelta::seconds(1));
        let enrolled = enrol(&people[number], &run).await;
        let place = if number == 0 { Value::Null } else { json!(number) };
        assert_eq!(enrolled["progress"]["placeInQueue"], place);
        assert_eq!(enrolled["status"], if number == 0 { "ACTIVE" } else { "WAITLISTED" });
    }
    // Who waits learns nothing yet.
    let refused =
        sent(&people[1].client, "completeLesson", json!({ "id": course.lessons[0] }), "enrolment { id }").await;
    assert_eq!(user_errors(&refused), ["NOT_FOUND input.id"]);
    let body = "query ($id: ID!) { node(id: $id) { ... on Lesson { body } } }";
    let read = async |who: usize| people[who].client.send(body, json!({ "id": course.lessons[1] })).await.codes().len();
    assert_eq!(read(1).await, 1);
    let again = sent(&people[1].client, "enrol", json!({ "run": run }), "enrolment { id }").await;
    assert_eq!(user_errors(&again), ["ALREADY_DONE input.run"]);
    // Somebody in the queue leaves it: those behind move up.
    let left = own(&course, &people[1]).await["id"].clone();
    done(&people[1].client, "withdraw", json!({ "enrolment": left }), "enrolment { status }").await;
    assert_eq!(own(&course, &people[3]).await["progress"]["placeInQueue"], 2);
    // The one who learns leaves: the first one comes in, and is told.
    let first = own(&course, &people[0]).await["id"].clone();
    let withdrawn = done(&people[0].client, "withdraw", json!({ "enrolment": first }), "enrolment { status }").await;
    assert_eq!(withdrawn["enrolment"]["status"], "WITHDRAWN");
    assert_eq!(read(0).await, 1, "who has left reads no more");
    app.work().await;
    assert_eq!(own(&course, &people[2]).await["status"], "ACTIVE");
    assert_eq!(own(&course, &people[3]).await["progress"]["placeInQueue"], 1);
    assert_eq!(read(2).await, 0);
    let told = "{ viewer { notifications { nodes { kind body } } } }";
    let told = people[2].client.data(told, json!({})).await["viewer"]["notifications"]["nodes"][0].clone();
    assert_eq!(told["kind"], "SEAT_TAKEN");
    assert!(told["body"].as_str().is_some_and(|body| body.contains("Web dari Nol")), "{told}");
    // Nobody overtakes, also where a seat became free unseen.
    let gone = sanggar::platform::privacy::UserId::from_uuid(super::uuid_of(&json!(people[2].id)));
    sanggar::app::erase_person(&app.services, app.academy, gone, "a request").await.expect("an erasure");
    assert_eq!(enrol(&people[0], &run).await["status"], "WAITLISTED");
    app.work().await;
    assert_eq!(own(&course, &people[3]).await["status"], "ACTIVE");
    // More seats let more in.
    done(&course.instructor.client, "updateRun", json!({ "id": run, "seats": null }), "run { id }").await;
    app.work().await;
    for who in [0, 3, 4] {
        assert_eq!(own(&course, &people[who]).await["status"], "ACTIVE", "{who}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_and_comes_back_goes_on() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let learner = app.person("Citra Dewi").await;
    learn(&course, &learner).await;
    let attempt = done(&learner.client, "startAttempt", json!({ "quiz": course.quiz }), "attempt { id number }").await;
    done(&learner.client, "submitAttempt", json!({ "id": attempt["attempt"]["id"] }), "attempt { id }").await;
    let before = own(&course, &learner).await;
    assert_eq!(before["progress"]["lessonsCompleted"], 2);
    let other = app.person("Dedi Kurnia").await;
    let stolen = sent(&other.client, "withdraw", json!({ "enrolment": before["id"] }), "enrolment { id }").await;
    assert_eq!(user_errors(&stolen), ["NOT_FOUND input.enrolment"]);
    let leave = json!({ "enrolment": before["id"] });
    done(&learner.client, "withdraw", leave.clone(), "enrolment { status }").await;
    let twice = sent(&learner.client, "withdraw", leave, "enrolment { id }").await;
    assert_eq!(user_errors(&twice), ["ALREADY_DONE input.enrolment"]);
    assert_eq!(own(&course, &learner).await, Value::Null);
    let refused = sent(&learner.client, "startAttempt", json!({ "quiz": course.quiz }), "attempt { id }").await;
    assert_eq!(user_errors(&refused), ["NOT_FOUND input.quiz"]);
    // Two at once come back to one enrolment.
    let run = json!({ "run": course.run });
    let (one, two) = tokio::join!(
        sent(&learner.client, "enrol", run.clone(), "enrolment { id }"),
        sent(&learner.client, "enrol", run, "enrolment { id }")
    );
    let mut both = [user_errors(&one), user_errors(&two)].concat();
    both.sort();
    assert_eq!(both, ["ALREADY_DONE input.run"]);
    let after = own(&course, &learner).await;
    assert_eq!(after, before, "the same one, with what was done");
    let second = done(&learner.client, "startAttempt", json!({ "quiz": course.quiz }), "attempt { number }").await;
    assert_eq!(second["attempt"]["number"], 2, "leaving gives no attempts back");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lesson_is_opened_again_and_counted_once() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let learner = app.person("Citra Dewi").await;
    learn(&course, &learner).await;
    let entries = app.rows_in("points_entries").await;
    let open = json!({ "id": course.lessons[0] });
    let opened = done(
        &learner.client,
        "reopenLesson",
        open.clone(),
        "enrolment { progress { lessonsCompleted nextLesson { id } } } lesson { completed }",
    )
    .await;
    assert_eq!(opened["lesson"]["completed"], false);
    assert_eq!(
        opened["enrolment"]["progress"],
        json!({ "lessonsCompleted": 1, "nextLesson": { "id": course.lessons[0] } })
    );
    let twice = sent(&learner.client, "reopenLesson", open.clone(), "lesson { id }").await;
    assert_eq!(user_errors(&twice), ["NOT_ELIGIBLE input.id"]);
    done(&learner.client, "completeLesson", open, "lesson { completed }").await;
    assert_eq!(app.rows_in("points_entries").await, entries, "it is worth something once");
    let quiz = sent(&learner.client, "reopenLesson", json!({ "id": course.lessons[2] }), "lesson { id }").await;
    assert_eq!(user_errors(&quiz), ["NOT_ELIGIBLE input.id"]);
    let stranger = app.person("Dedi Kurnia").await;
    let refused = sent(&stranger.client, "reopenLesson", json!({ "id": course.lessons[0] }), "lesson { id }").await;
    assert_eq!(user_errors(&refused), ["NOT_FOUND input.id"]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bookmarks_are_their_owners_own() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let learner = app.person("Citra Dewi").await;
    for lesson in &course.lessons[..2] {
        app.world.pass(TimeDelta::seconds(1));
        let marked = done(&learner.client, "bookmarkLesson", json!({ "id": lesson }), "lesson { bookmarked }").await;
        assert_eq!(marked["lesson"]["bookmarked"], true);
    }
    done(&learner.client, "bookmarkLesson", json!({ "id": course.lessons[0] }), "lesson { id }").await;
    let list = "query ($first: Int, $after: String) { viewer { bookmarks(first: $first, after: $after) { totalCount nodes { id } pageInfo { hasNextPage endCursor } } } }";
    let page = learner.client.data(list, json!({ "first": 1 })).await["viewer"]["bookmarks"].clone();
    assert_eq!(
        (&page["totalCount"], &page["nodes"]),
        (&json!(2), &json!([{ "id": course.lessons[1] }])),
        "newest first"
    );
    let next = json!({ "first": 1, "after": page["pageInfo"]["endCursor"] });
    let next = learner.client.data(list, next).await["viewer"]["bookmarks"].clone();
    assert_eq!(
        (&next["nodes"], &next["pageInfo"]["hasNextPage"]),
        (&json!([{ "id": course.lessons[0] }]), &json!(false))
    );
    let looked = "query ($id: ID!) { node(id: $id) { ... on Lesson { bookmarked } } }";
    let look = async |client: &crate::harness::Client| {
        client.data(looked, json!({ "id": course.lessons[0] })).await["node"]["bookmarked"].clone()
    };
    assert_eq!(look(&learner.client).await, true);
    assert_eq!(look(&course.instructor.client).await, false);
    assert_eq!(look(&app.anonymous()).await, Value::Null);
    // What one may not see (any more) can't be marked, and is not listed.
    let draft = done(
        &course.instructor.client,
        "createCourse",
        json!({ "title": "Rahasia", "summary": "x", "description": "", "locale": "id", "level": "BEGINNER" }),
        "course { id }",
    )
    .await;
    let section = json!({ "course": draft["course"]["id"], "title": "Satu" });
    let section =
        done(&course.instructor.client, "createSection", section, "course { draft { sections { id } } }").await;
    let lesson =
        json!({ "section": section["course"]["draft"]["sections"][0]["id"], "title": "Rahasia", "kind": "ARTICLE" });
    let lesson = done(&course.instructor.client, "createLesson", lesson, "lesson { id }").await["lesson"]["id"].clone();
    let refused = sent(&learner.client, "bookmarkLesson", json!({ "id": lesson }), "lesson { id }").await;
    assert_eq!(user_errors(&refused), ["NOT_FOUND input.id"]);
    done(&course.instructor.client, "archiveCourse", json!({ "id": course.course }), "course { id }").await;
    let gone = learner.client.data(list, json!({})).await["viewer"]["bookmarks"]["nodes"].clone();
    assert_eq!(gone, json!([]));
    let removed = done(&learner.client, "removeBookmark", json!({ "id": course.lessons[1] }), "lesson { id }").await;
    assert_eq!(removed["lesson"], Value::Null, "it is not theirs to see any more");
    assert_eq!(learner.client.data(list, json!({})).await["viewer"]["bookmarks"]["totalCount"], 1);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enrolment_ends_with_its_run() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let at = |days: i64| (app.services.clock.now() + TimeDelta::days(days)).to_rfc3339();
    let run = run_of(&course, json!({ "seats": 1, "closesAt": at(5) })).await;
    let (citra, dedi) = (app.person("Citra Dewi").await, app.person("Dedi Kurnia").await);
    enrol(&citra, &run).await;
    enrol(&dedi, &run).await;
    app.world.pass(TimeDelta::days(5));
    app.work().await;
    let status = "{ viewer { learning { nodes { status } } } }";
    for person in [&citra, &dedi] {
        let seen = person.client.data(status, json!({})).await["viewer"]["learning"]["nodes"].clone();
        assert_eq!(seen, json!([{ "status": "EXPIRED" }]));
    }
    // And one may begin anew elsewhere.
    assert_eq!(enrol(&citra, &course.run).await["status"], "ACTIVE");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn others_are_enrolled_line_by_line() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let ani = &course.instructor;
    let admin = app.staff("Dian Admin", Role::Admin).await;
    let (citra, dedi) = (app.person("Citra Dewi").await, app.person("Dedi Kurnia").await);
    let run = run_of(&course, json!({ "invitationOnly": true })).await;
    let select = "results { line enrolment { status learner { id } } userErrors { code path message } }";
    // An instructor enrols who learns with them; of others they are told the same, whether they are there or not.
    let strangers = json!({ "run": run, "users": [citra.id, ani.id] });
    let lines = done(&ani.client, "enrolUsers", strangers, select).await["results"].clone();
    assert_eq!(user_errors(&lines[0]), ["NOT_FOUND "]);
    assert_eq!(lines[0]["userErrors"], lines[1]["userErrors"]);
    // An admin enrols anybody, by a list.
    let list = format!("Email;Nama\n{};Citra\nnobody@example.org;X\n{};Citra\n", citra.email, citra.email);
    let input =
        json!({ "purpose": "ENROLMENT", "fileName": "kelas.csv", "contentType": "text/csv", "size": list.len() });
    let upload = done(&admin.client, "createUpload", input, "upload { id url }").await["upload"].clone();
    let empty = json!({ "run": run, "upload": upload["id"] });
    let not_sent = sent(&admin.client, "enrolUsers", empty.clone(), select).await;
    assert_eq!(user_errors(&not_sent), ["NOT_ELIGIBLE input.upload"]);
    let mut url: url::Url = upload["url"].as_str().expect("an address").parse().expect("an address");
    url.set_port(Some(app.address.port())).expect("a port");
    assert_eq!(reqwest::Client::new().put(url).body(list).send().await.expect("an answer").status(), 204);
    let lines = done(&admin.client, "enrolUsers", empty.clone(), select).await["results"].clone();
    let told: Vec<_> =
        lines.as_array().expect("lines").iter().map(|line| (line["line"].clone(), user_errors(line))).collect();
    assert_eq!(
        told,
        [
            (json!(2), vec![]),
            (json!(3), vec!["NOT_FOUND ".to_owned()]),
            (json!(4), vec!["ALREADY_DONE input.run".to_owned()]),
        ]
    );
    assert_eq!(
        user_errors(&sent(&admin.client, "enrolUsers", empty, select).await),
        ["NOT_FOUND input.upload"],
        "used once"
    );
    assert_eq!(own(&course, &citra).await["status"], "ACTIVE");
    let told = "{ viewer { notifications { nodes { kind } } } }";
    let told = citra.client.data(told, json!({})).await["viewer"]["notifications"]["nodes"][0]["kind"].clone();
    assert_eq!(told, "USER_ENROLLED");
    // Now she is a learner of theirs, and can be put into another course of theirs.
    let copy =
        done(&ani.client, "duplicateCourse", json!({ "id": course.course }), "course { id runs { nodes { id } } }")
            .await;
    let copy = copy["course"].clone();
    let submitted = done(&ani.client, "submitCourse", json!({ "id": copy["id"] }), "submission { id }").await;
    let decision = json!({ "id": submitted["submission"]["id"], "decision": "APPROVE" });
    done(&course.reviewer.client, "decideCourseSubmission", decision, "submission { id }").await;
    let own_learner = json!({ "run": copy["runs"]["nodes"][0]["id"], "users": [citra.id, dedi.id] });
    let lines = done(&ani.client, "enrolUsers", own_learner.clone(), select).await["results"].clone();
    assert_eq!((user_errors(&lines[0]), user_errors(&lines[1])), (vec![], vec!["NOT_FOUND ".to_owned()]));
    for (person, input, told) in [
        (&dedi, own_learner.clone(), "NOT_FOUND input.run"),
        (ani, json!({ "run": run }), "REQUIRED input.users"),
        (ani, json!({ "run": run, "users": vec![citra.id.clone(); 301] }), "LIMIT_REACHED input.users"),
    ] {
        assert_eq!(user_errors(&sent(&person.client, "enrolUsers", input, select).await), [told]);
    }
    app.stop().await;
}

/// What happened to a learner, as the server has answered.
#[derive(Debug)]
enum Event {
    Completed(usize),
    Reopened(usize),
    Passed,
}

/// What the events come to, read from the first to the last by nobody but this test.
fn recomputed(events: &[Event], lessons: &[Value]) -> Value {
    let mut done = [false; 3];
    let mut status = "ACTIVE";
    for event in events {
        match event {
            Event::Completed(lesson) => done[*lesson] = true,
            Event::Reopened(lesson) => done[*lesson] = false,
            Event::Passed => done[2] = true,
        }
        if done == [true; 3] {
            status = "COMPLETED";
        }
    }
    let count = done.iter().filter(|done| **done).count();
    let next = done.iter().position(|done| !done).map_or(Value::Null, |at| json!({ "id": lessons[at] }));
    let percent = [0, 33, 66, 100][count];
    json!({ "status": status, "progress": { "percent": percent, "lessonsCompleted": count, "lessonCount": 3, "nextLesson": next } })
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_is_what_the_events_come_to() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let own = "query ($id: ID!) { node(id: $id) { ... on Course { viewerEnrolment { status progress { percent lessonsCompleted lessonCount nextLesson { id } } } } } }";
    let seed = u64::from_le_bytes(*uuid::Uuid::new_v4().as_bytes().first_chunk().expect("eight bytes"));
    let mut state = seed;
    let mut below = |most: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % most
    };
    for number in 0..3 {
        let learner = app.person(&format!("Murid {number}")).await;
        enrol(&learner, &course.run).await;
        let mut events = Vec::new();
        let mut attempts = 0;
        for _ in 0..20 {
            let lesson = usize::from(below(2) == 1);
            let input = json!({ "id": course.lessons[lesson] });
            match below(5) {
                // Two devices at once: it happens once.
                0 | 1 => {
                    tokio::join!(
                        done(&learner.client, "completeLesson", input.clone(), "lesson { id }"),
                        done(&learner.client, "completeLesson", input, "lesson { id }")
                    );
                    events.push(Event::Completed(lesson));
                }
                2 | 3 => {
                    let (one, other) = tokio::join!(
                        sent(&learner.client, "reopenLesson", input.clone(), "lesson { id }"),
                        sent(&learner.client, "reopenLesson", input, "lesson { id }")
                    );
                    let did = [one, other].iter().filter(|answer| user_errors(answer).is_empty()).count();
                    assert!(did <= 1, "seed {seed}");
                    events.extend((did == 1).then_some(Event::Reopened(lesson)));
                }
                _ if attempts < 2 => {
                    attempts += 1;
                    let passed = super::take(&course, &learner, below(2) == 1).await["passed"] == true;
                    events.extend(passed.then_some(Event::Passed));
                }
                _ => {
                    let enrolment =
                        learner.client.data(OWN, json!({ "id": course.course })).await["node"]["viewerEnrolment"]
                            .clone();
                    if enrolment["status"] == "ACTIVE" {
                        done(&learner.client, "withdraw", json!({ "enrolment": enrolment["id"] }), "enrolment { id }")
                            .await;
                        enrol(&learner, &course.run).await;
                    }
                }
            }
            let shown =
                learner.client.data(own, json!({ "id": course.course })).await["node"]["viewerEnrolment"].clone();
            assert_eq!(shown, recomputed(&events, &course.lessons), "seed {seed}: {events:?}");
        }
    }
    app.work().await;
    app.stop().await;
}
