//! How a course is offered: what it costs and asks for, its runs and the codes into them, its copies, its versions, its end.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{Published, done, instructor, learn, published, sent, take};
use crate::harness::{Client, Person, TestApp, user_errors};

/// A course of one lesson, published; gives its id and its run.
async fn short(reviewer: &Person, client: &Client, title: &str) -> (Value, Value) {
    let input = json!({ "title": title, "summary": "S", "description": "D", "locale": "id", "level": "BEGINNER" });
    let made = done(client, "createCourse", input, "course { id runs { nodes { id } } }").await["course"].clone();
    let input = json!({ "course": made["id"], "title": "Bagian" });
    let section = done(client, "createSection", input, "course { draft { sections { id } } }").await["course"]["draft"]
        ["sections"][0]["id"]
        .clone();
    let input = json!({ "section": section, "title": "Pelajaran", "kind": "ARTICLE", "body": "Isi." });
    done(client, "createLesson", input, "lesson { id }").await;
    publish(reviewer, client, &made["id"]).await;
    (made["id"].clone(), made["runs"]["nodes"][0]["id"].clone())
}

async fn publish(reviewer: &Person, client: &Client, course: &Value) -> Value {
    let submitted = done(client, "submitCourse", json!({ "id": course }), "submission { id }").await;
    let decision = json!({ "id": submitted["submission"]["id"], "decision": "APPROVE" });
    done(&reviewer.client, "decideCourseSubmission", decision, "submission { status }").await;
    submitted["submission"]["id"].clone()
}

async fn enrolled(client: &Client, input: Value) -> Vec<String> {
    user_errors(&sent(client, "enrol", input, "enrolment { id }").await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_price_is_exact_and_asks_to_be_paid() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let (client, learner) = (&course.instructor.client, app.person("Citra Dewi").await);
    for (amount, currency) in [("0", "IDR"), ("1.5", "IDR"), ("1.005", "USD"), ("5", "GOLD"), ("-1", "USD")] {
        let input = json!({ "id": course.course, "price": { "amount": amount, "currency": currency } });
        assert_eq!(user_errors(&sent(client, "updateCourse", input, "course { id }").await), ["INVALID input.price"]);
    }
    let input = json!({ "id": course.course, "price": { "amount": "150000", "currency": "IDR" } });
    let updated =
        done(client, "updateCourse", input, "course { price { amount } draft { price { amount currency } } }").await;
    assert_eq!(updated["course"]["price"], Value::Null, "what is published costs nothing yet");
    assert_eq!(updated["course"]["draft"]["price"], json!({ "amount": "150000", "currency": "IDR" }));
    publish(&course.reviewer, client, &course.course).await;
    let enrol = "mutation ($input: EnrolInput!) { enrol(input: $input) { enrolment { id } userErrors { code } } }";
    let asked = learner.client.send(enrol, json!({ "input": { "run": course.run } })).await;
    assert_eq!(asked.json["errors"][0]["extensions"]["code"], "PAYMENT_REQUIRED", "{:?}", asked.json);
    assert_eq!(app.rows_in("entitlements").await, 0, "who has not paid is entitled to nothing");
    // A code that the instructor gives stands for the price.
    let code =
        done(client, "createInvitationCode", json!({ "run": course.run, "uses": 1 }), "code").await["code"].clone();
    let shouted = code.as_str().expect("a code").to_lowercase().replace('-', " ");
    assert_eq!(enrolled(&learner.client, json!({ "run": course.run, "invitationCode": shouted })).await, [""; 0]);
    let cleared = json!({ "id": course.course, "price": null });
    let cleared = done(client, "updateCourse", cleared, "course { price { amount } draft { price { amount } } }").await;
    assert_eq!(cleared["course"]["price"]["amount"], "150000");
    assert_eq!(cleared["course"]["draft"]["price"], Value::Null);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn prerequisites_are_asked_for_and_never_in_a_circle() {
    let app = TestApp::start().await;
    let first = published(&app).await;
    let (reviewer, client) = (&first.reviewer, &first.instructor.client);
    let (second, run) = short(reviewer, client, "Lanjutan").await;
    let (third, _) = short(reviewer, client, "Mahir").await;
    let asks = async |course: &Value, asked: Value| {
        let input = json!({ "id": course, "prerequisites": asked });
        user_errors(&sent(client, "updateCourse", input, "course { id }").await)
    };
    assert_eq!(asks(&second, json!([first.course])).await, [""; 0]);
    assert_eq!(asks(&third, json!([second])).await, [""; 0]);
    // While nothing of it is published, the circle is seen all the same.
    assert_eq!(asks(&first.course, json!([third])).await, ["INVALID input.prerequisites"]);
    assert_eq!(asks(&first.course, json!([first.course])).await, ["INVALID input.prerequisites"]);
    assert_eq!(asks(&first.course, json!([second, second])).await, ["INVALID input.prerequisites.1"]);
    let neighbours = published(&app.seen_from_next_door()).await;
    assert_eq!(asks(&first.course, json!([neighbours.course])).await, ["NOT_FOUND input.prerequisites.0"]);
    publish(reviewer, client, &second).await;
    let learner = app.person("Citra Dewi").await;
    let refused = sent(&learner.client, "enrol", json!({ "run": run }), "enrolment { id }").await;
    assert_eq!(user_errors(&refused), ["NOT_ELIGIBLE input.run"]);
    assert!(
        refused["userErrors"][0]["message"].as_str().is_some_and(|told| told.contains("Web dari Nol")),
        "{refused}"
    );
    let look = "query ($id: ID!) { node(id: $id) { ... on Course { prerequisites { title } } } }";
    let seen = app.anonymous().data(look, json!({ "id": second })).await;
    assert_eq!(seen["node"]["prerequisites"], json!([{ "title": "Web dari Nol" }]));
    learn(&first, &learner).await;
    take(&first, &learner, true).await;
    assert_eq!(enrolled(&learner.client, json!({ "run": run })).await, [""; 0]);
    // One that the catalogue has no more is asked of nobody.
    done(client, "archiveCourse", json!({ "id": first.course }), "course { status }").await;
    let other = app.person("Dedi Kurnia").await;
    assert_eq!(enrolled(&other.client, json!({ "run": run })).await, [""; 0]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_has_dates_seats_and_codes() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let client = &course.instructor.client;
    let now = app.services.clock.now();
    let at = |days: i64| (now + TimeDelta::days(days)).to_rfc3339();
    let wrong = json!({ "course": course.course, "name": " ", "opensAt": at(2), "closesAt": at(1), "seats": -1 });
    let wrong = sent(client, "createRun", wrong, "run { id }").await;
    assert_eq!(user_errors(&wrong), ["REQUIRED input.name", "INVALID input.closesAt", "INVALID input.seats"]);
    let new = json!({
        "course": course.course, "name": "Angkatan 1", "opensAt": at(1), "closesAt": at(6), "seats": 2, "invitationOnly": true,
    });
    let run = done(client, "createRun", new, "run { id seats seatsLeft invitationOnly }").await["run"].clone();
    assert_eq!((&run["seats"], &run["seatsLeft"]), (&json!(2), &json!(2)));
    let mut people = Vec::new();
    for number in 0..4 {
        people.push(app.person(&format!("Murid {number}")).await);
    }
    let enter = async |who: usize, code: &Value| {
        enrolled(&people[who].client, json!({ "run": run["id"], "invitationCode": code })).await
    };
    let code = done(client, "createInvitationCode", json!({ "run": run["id"], "expiresAt": at(3) }), "code").await;
    assert_eq!(enter(0, &code["code"]).await, ["NOT_ELIGIBLE input.run"], "it is not open yet");
    app.world.pass(TimeDelta::days(2));
    assert_eq!(enter(0, &Value::Null).await, ["NOT_ELIGIBLE input.invitationCode"]);
    assert_eq!(enter(0, &json!("ABCD-EFGH-JKMN-PQRS")).await, ["NOT_FOUND input.invitationCode"]);
    let past =
        sent(client, "createInvitationCode", json!({ "run": run["id"], "uses": 0, "expiresAt": at(1) }), "code").await;
    assert_eq!(user_errors(&past), ["INVALID input.uses", "INVALID input.expiresAt"]);
    let once =
        done(client, "createInvitationCode", json!({ "run": run["id"], "uses": 1 }), "code").await["code"].clone();
    let elsewhere = enrolled(&people[0].client, json!({ "run": course.run, "invitationCode": once })).await;
    assert_eq!(elsewhere, ["NOT_FOUND input.invitationCode"], "a code leads into its own run");
    assert_eq!(enter(0, &once).await, [""; 0]);
    assert_eq!(enter(1, &once).await, ["LIMIT_REACHED input.invitationCode"]);
    // Two at once for the last seat: the other one waits.
    let (one, two) = tokio::join!(enter(1, &code["code"]), enter(2, &code["code"]));
    assert_eq!([one, two].concat(), [""; 0]);
    let status = "query ($id: ID!) { node(id: $id) { ... on Course { viewerEnrolment { id status progress { placeInQueue } } } } }";
    let own = async |who: usize| {
        people[who].client.data(status, json!({ "id": course.course })).await["node"]["viewerEnrolment"].clone()
    };
    let mut standing = [own(1).await["status"].clone(), own(2).await["status"].clone()];
    standing.sort_by_key(Value::to_string);
    assert_eq!(standing, [json!("ACTIVE"), json!("WAITLISTED")]);
    let left = "query ($id: ID!) { node(id: $id) { ... on CourseRun { seatsLeft } } }";
    let left = async || client.data(left, json!({ "id": run["id"] })).await["node"]["seatsLeft"].clone();
    assert_eq!(left().await, 0);
    done(client, "updateRun", json!({ "id": run["id"], "seats": 1 }), "run { id }").await;
    assert_eq!(left().await, 0, "never less than none");
    done(client, "updateRun", json!({ "id": run["id"], "seats": null, "name": "Angkatan I" }), "run { name }").await;
    assert_eq!(left().await, Value::Null);
    let cleared = sent(client, "updateRun", json!({ "id": run["id"], "invitationOnly": null }), "run { id }").await;
    assert_eq!(user_errors(&cleared), ["REQUIRED input.invitationOnly"]);
    let turned = sent(client, "updateRun", json!({ "id": run["id"], "opensAt": at(60) }), "run { id }").await;
    assert_eq!(user_errors(&turned), ["INVALID input.closesAt"]);
    app.world.pass(TimeDelta::days(2));
    assert_eq!(enter(3, &code["code"]).await, ["EXPIRED input.invitationCode"]);
    // When its time is over, one may begin again in the next one.
    app.world.pass(TimeDelta::days(3));
    let lesson = json!({ "id": course.lessons[0] });
    let over = sent(&people[0].client, "completeLesson", lesson, "enrolment { id }").await;
    assert_eq!(user_errors(&over), ["NOT_FOUND input.id"]);
    assert_eq!(enrolled(&people[0].client, json!({ "run": course.run })).await, [""; 0]);
    let own = "{ viewer { learning { nodes { status run { name } } } } }";
    let own = people[0].client.data(own, json!({})).await["viewer"]["learning"]["nodes"].clone();
    let expected = json!([{ "status": "ACTIVE", "run": { "name": "" } }, { "status": "EXPIRED", "run": { "name": "Angkatan I" } }]);
    assert_eq!(own, expected);
    let stranger = instructor(&app, &course.reviewer, "Dedi Kurnia").await;
    for (name, input) in [
        ("createRun", json!({ "course": course.course, "name": "Lain" })),
        ("updateRun", json!({ "id": run["id"], "name": "Lain" })),
        ("createInvitationCode", json!({ "run": run["id"] })),
    ] {
        let select = if name == "createInvitationCode" { "code" } else { "run { id }" };
        let refused = user_errors(&sent(&stranger.client, name, input, select).await);
        assert!(refused[0].starts_with("NOT_FOUND"), "{name}: {refused:?}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_minimum_score_is_the_mean_of_the_best() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let client = &course.instructor.client;
    let rule = |score: Value| json!({ "id": course.course, "completionRule": { "quizzesPassed": false, "minimumScore": score } });
    let refused = sent(client, "updateCourse", rule(json!(101)), "course { id }").await;
    assert_eq!(user_errors(&refused), ["INVALID input.completionRule.minimumScore"]);
    done(client, "updateCourse", rule(json!(100)), "course { id }").await;
    publish(&course.reviewer, client, &course.course).await;
    let look = "query ($id: ID!) { node(id: $id) { ... on Course { completionRule { minimumScore } viewerEnrolment { status } } } }";
    let learner = app.person("Citra Dewi").await;
    let status = async || learner.client.data(look, json!({ "id": course.course })).await["node"].clone();
    learn(&course, &learner).await;
    let failed = take(&course, &learner, false).await;
    assert_eq!(failed["passed"], false);
    assert_eq!(
        status().await,
        json!({ "completionRule": { "minimumScore": 100 }, "viewerEnrolment": { "status": "ACTIVE" } })
    );
    take(&course, &learner, true).await;
    assert_eq!(status().await["viewerEnrolment"]["status"], "COMPLETED");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archived_course_stays_with_who_is_enrolled() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let (client, learner, other) =
        (&course.instructor.client, app.person("Citra Dewi").await, app.person("Dedi").await);
    learn(&course, &learner).await;
    done(client, "updateCourse", json!({ "id": course.course, "title": "Web Baru" }), "course { id }").await;
    let waiting = done(client, "submitCourse", json!({ "id": course.course }), "submission { id }").await;
    let archived = done(client, "archiveCourse", json!({ "id": course.course }), "course { status }").await;
    assert_eq!(archived["course"]["status"], "ARCHIVED");
    let again = sent(client, "archiveCourse", json!({ "id": course.course }), "course { id }").await;
    assert_eq!(user_errors(&again), ["ALREADY_DONE input.id"]);
    let look = "query ($course: ID!, $lesson: ID!) { course: node(id: $course) { id } lesson: node(id: $lesson) { ... on Lesson { body completed } } courses { totalCount } }";
    let ids = json!({ "course": course.course, "lesson": course.lessons[1] });
    let seen = other.client.data(look, ids.clone()).await;
    assert_eq!(seen, json!({ "course": null, "lesson": null, "courses": { "totalCount": 0 } }));
    let seen = learner.client.data(look, ids).await;
    assert_eq!(seen["lesson"], json!({ "body": "Isi: *Halaman pertama*", "completed": true }));
    take(&course, &learner, true).await;
    let own = "{ viewer { learning { nodes { status course { title } certificate { code } } } } }";
    let own = learner.client.data(own, json!({})).await["viewer"]["learning"]["nodes"][0].clone();
    assert_eq!((&own["status"], &own["course"]["title"]), (&json!("COMPLETED"), &json!("Web dari Nol")));
    assert!(own["certificate"]["code"].is_string());
    assert_eq!(enrolled(&other.client, json!({ "run": course.run })).await, ["NOT_FOUND input.run"]);
    // What waited was taken back with it, and brings it back when it is approved.
    let decision = json!({ "id": waiting["submission"]["id"], "decision": "APPROVE" });
    let decided = sent(&course.reviewer.client, "decideCourseSubmission", decision, "submission { id }").await;
    assert_eq!(user_errors(&decided), ["ALREADY_DONE input.id"]);
    publish(&course.reviewer, client, &course.course).await;
    assert_eq!(enrolled(&other.client, json!({ "run": course.run })).await, [""; 0]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_submission_is_taken_back_and_submitted_as_it_is() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let client = &course.instructor.client;
    let stranger = instructor(&app, &course.reviewer, "Dedi Kurnia").await;
    done(client, "updateCourse", json!({ "id": course.course, "title": "Web Baru" }), "course { id }").await;
    let submitted = done(client, "submitCourse", json!({ "id": course.course }), "submission { id }").await;
    let id = submitted["submission"]["id"].clone();
    let twice = sent(client, "submitCourse", json!({ "id": course.course }), "submission { id }").await;
    assert_eq!(user_errors(&twice), ["ALREADY_DONE input.id"]);
    let refused = sent(&stranger.client, "withdrawCourseSubmission", json!({ "id": id }), "submission { id }").await;
    assert_eq!(user_errors(&refused), ["NOT_FOUND input.id"]);
    let look = "query ($id: ID!) { node(id: $id) { ... on Course { draft { submission { id status } } } } }";
    let draft = async || client.data(look, json!({ "id": course.course })).await["node"]["draft"]["submission"].clone();
    assert_eq!(draft().await, json!({ "id": id, "status": "PENDING" }));
    let back = done(client, "withdrawCourseSubmission", json!({ "id": id }), "submission { status decidedAt }").await;
    assert_eq!(back["submission"], json!({ "status": "WITHDRAWN", "decidedAt": null }));
    let again = sent(client, "withdrawCourseSubmission", json!({ "id": id }), "submission { id }").await;
    assert_eq!(user_errors(&again), ["ALREADY_DONE input.id"]);
    app.world.pass(TimeDelta::seconds(1));
    let anew = done(client, "submitCourse", json!({ "id": course.course }), "submission { id version }").await;
    assert_ne!(anew["submission"]["id"], id);
    assert_eq!(anew["submission"]["version"], 2, "nothing of it changed");
    assert_eq!(draft().await, json!({ "id": anew["submission"]["id"], "status": "PENDING" }));
    let reviewers: Vec<_> = app.mails().await.into_iter().filter(|mail| mail.contains("A course at")).collect();
    assert_eq!(reviewers.len(), 1, "only the one that waits is told, once: {reviewers:?}");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reviewer_reads_what_changes() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let client = &course.instructor.client;
    let changes =
        "query ($id: ID!) { node(id: $id) { ... on CourseSubmission { changes { path kind before after } } } }";
    let look = "{ courseSubmissions { nodes { id changes { path kind after } } } }";
    let first = course.reviewer.client.data(look, json!({})).await["courseSubmissions"]["nodes"][0].clone();
    let added: Vec<_> = first["changes"].as_array().expect("changes").iter().map(|one| one["kind"].clone()).collect();
    assert_eq!(added.len(), 7, "a section, three lessons, a quiz, two questions: {first}");
    assert!(added.iter().all(|kind| kind == "ADDED"), "{first}");
    let edit = async |name: &str, input: Value| {
        let select = if name == "updateLesson" || name == "createLesson" { "lesson { id }" } else { "course { id }" };
        done(client, name, input, select).await
    };
    edit(
        "updateCourse",
        json!({ "id": course.course, "title": "Web Baru", "price": { "amount": "10", "currency": "USD" } }),
    )
    .await;
    edit("updateLesson", json!({ "id": course.lessons[0], "body": "Isi baru" })).await;
    edit("deleteLesson", json!({ "id": course.lessons[1] })).await;
    edit("moveLesson", json!({ "id": course.lessons[2] })).await;
    let submitted = done(client, "submitCourse", json!({ "id": course.course }), "submission { id }").await;
    let id = submitted["submission"]["id"].clone();
    let told = course.reviewer.client.data(changes, json!({ "id": id })).await["node"]["changes"].clone();
    assert_eq!(
        told,
        json!([
            { "path": "title", "kind": "CHANGED", "before": "Web dari Nol", "after": "Web Baru" },
            { "path": "price", "kind": "CHANGED", "before": "", "after": "10.00 USD" },
            { "path": "Mulai / Kuis", "kind": "MOVED", "before": "Mulai", "after": "Mulai" },
            { "path": "Mulai / Apa itu web? / body", "kind": "CHANGED", "before": "Isi: *Apa itu web?*", "after": "Isi baru" },
            { "path": "Mulai / Halaman pertama", "kind": "REMOVED", "before": "Halaman pertama", "after": null },
        ])
    );
    // The same after it was decided: against what was published then.
    let decision = json!({ "id": id, "decision": "APPROVE" });
    done(&course.reviewer.client, "decideCourseSubmission", decision, "submission { id }").await;
    assert_eq!(course.reviewer.client.data(changes, json!({ "id": id })).await["node"]["changes"], told);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_learner_stays_on_their_version_until_they_move() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let (client, learner) = (&course.instructor.client, app.person("Citra Dewi").await);
    learn(&course, &learner).await;
    let look = "{ viewer { learning { nodes { id status courseVersion latestVersion sections { lessons { id title completed } } progress { percent lessonsCompleted lessonCount } } } } }";
    let own = async || learner.client.data(look, json!({})).await["viewer"]["learning"]["nodes"][0].clone();
    let before = own().await;
    let same =
        sent(&learner.client, "moveToLatestVersion", json!({ "enrolment": before["id"] }), "enrolment { id }").await;
    assert_eq!(user_errors(&same), ["ALREADY_DONE input.enrolment"]);
    done(client, "deleteLesson", json!({ "id": course.lessons[0] }), "course { id }").await;
    done(client, "updateLesson", json!({ "id": course.lessons[1], "title": "Halaman kedua" }), "lesson { id }").await;
    publish(&course.reviewer, client, &course.course).await;
    let stays = own().await;
    assert_eq!((&stays["courseVersion"], &stays["latestVersion"]), (&json!(1), &json!(2)));
    assert_eq!((&stays["sections"], &stays["progress"]), (&before["sections"], &before["progress"]));
    let other = app.person("Dedi Kurnia").await;
    let stolen =
        sent(&other.client, "moveToLatestVersion", json!({ "enrolment": before["id"] }), "enrolment { id }").await;
    assert_eq!(user_errors(&stolen), ["NOT_FOUND input.enrolment"]);
    done(&learner.client, "moveToLatestVersion", json!({ "enrolment": before["id"] }), "enrolment { id }").await;
    let moved = own().await;
    assert_eq!((&moved["courseVersion"], &moved["id"]), (&json!(2), &before["id"]));
    let lessons: Vec<_> = moved["sections"][0]["lessons"]
        .as_array()
        .expect("lessons")
        .iter()
        .map(|lesson| (lesson["title"].as_str().expect("a title"), lesson["completed"].as_bool()))
        .collect();
    assert_eq!(lessons, [("Halaman kedua", Some(true)), ("Kuis", Some(false))]);
    assert_eq!(moved["progress"], json!({ "percent": 50, "lessonsCompleted": 1, "lessonCount": 2 }));
    take(&course, &learner, true).await;
    assert_eq!(own().await["status"], "COMPLETED");
    // A version that asks for less than was done completes the course when one moves to it.
    let quick = app.person("Eko Prasetyo").await;
    done(&quick.client, "enrol", json!({ "run": course.run }), "enrolment { id }").await;
    let half =
        done(&quick.client, "completeLesson", json!({ "id": course.lessons[1] }), "lesson { title completed }").await;
    assert_eq!(half["lesson"], json!({ "title": "Halaman kedua", "completed": true }));
    let failing = "{ viewer { learning { nodes { id status } } } }";
    let enrolment = quick.client.data(failing, json!({})).await["viewer"]["learning"]["nodes"][0]["id"].clone();
    let rule = json!({ "id": course.course, "completionRule": { "lessonsPercent": 50, "quizzesPassed": false } });
    done(client, "updateCourse", rule, "course { id }").await;
    publish(&course.reviewer, client, &course.course).await;
    let moved = done(
        &quick.client,
        "moveToLatestVersion",
        json!({ "enrolment": enrolment }),
        "enrolment { status certificate { code } }",
    )
    .await;
    assert_eq!(moved["enrolment"]["status"], "COMPLETED");
    assert!(moved["enrolment"]["certificate"]["code"].is_string());
    app.stop().await;
}

const WHOLE: &str = "query ($id: ID!) { node(id: $id) { ... on Course { id slug title status version summary tags price { amount } lessonCount learnerEnrolled: viewerEnrolment { id }
    draft { title description sections { id title lessons { id title kind body quiz { id title questions(first: 3) { nodes { id prompt points answerKey { ... on ChoiceKey { choices { fraction } } } } } } } } } } } }";

/// The same without ids.
fn nameless(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.iter().filter(|(name, _)| *name != "id");
            Value::Object(kept.map(|(name, value)| (name.clone(), nameless(value))).collect())
        }
        Value::Array(list) => Value::Array(list.iter().map(nameless).collect()),
        other => other.clone(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_course_is_duplicated_under_new_ids() {
    let app = TestApp::start().await;
    let course: Published = published(&app).await;
    let client = &course.instructor.client;
    let learner = app.person("Citra Dewi").await;
    learn(&course, &learner).await;
    let made =
        done(client, "duplicateCourse", json!({ "id": course.course }), "course { id }").await["course"]["id"].clone();
    let (own, copy) =
        (client.data(WHOLE, json!({ "id": course.course })).await, client.data(WHOLE, json!({ "id": made })).await);
    let (own, copy) = (&own["node"], &copy["node"]);
    assert_eq!(
        (&copy["title"], &copy["slug"], &copy["status"]),
        (&json!("Web dari Nol (2)"), &json!("web-dari-nol-2"), &json!("DRAFT"))
    );
    assert_eq!(nameless(&copy["draft"]["sections"]), nameless(&own["draft"]["sections"]));
    assert_eq!(copy["draft"]["description"], own["draft"]["description"]);
    let ids = |of: &Value| {
        let text = of.to_string();
        text.split("\"id\":\"")
            .skip(1)
            .map(|rest| rest.split('"').next().expect("an id").to_owned())
            .collect::<Vec<_>>()
    };
    let (old, new) = (ids(own), ids(copy));
    assert!(new.len() == 8 && new.iter().all(|id| !old.contains(id)), "no id is that of another thing");
    let stranger = instructor(&app, &course.reviewer, "Dedi Kurnia").await;
    let refused = sent(&stranger.client, "duplicateCourse", json!({ "id": course.course }), "course { id }").await;
    assert_eq!(user_errors(&refused), ["NOT_FOUND input.id"]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_roster_shows_what_the_policy_shares() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let names = ["Citra Dewi", "Dedi Kurnia", "Eko Prasetyo"];
    for name in names {
        let learner = app.person(name).await;
        app.world.pass(TimeDelta::seconds(1));
        learn(&course, &learner).await;
    }
    let look = "query ($id: ID!, $after: String) { node(id: $id) { ... on Course { roster(first: 2, after: $after) { totalCount nodes { learner { fullName } status progress { percent } } pageInfo { endCursor hasNextPage } } } } }";
    let ask = async |client: &Client, after: Value| {
        client.data(look, json!({ "id": course.course, "after": after })).await["node"]["roster"].clone()
    };
    let client = &course.instructor.client;
    let page = ask(client, Value::Null).await;
    assert_eq!(page["totalCount"], 3);
    let row =
        |name: &str| json!({ "learner": { "fullName": name }, "status": "ACTIVE", "progress": { "percent": 66 } });
    assert_eq!(page["nodes"], json!([row(names[2]), row(names[1])]));
    let next = ask(client, page["pageInfo"]["endCursor"].clone()).await;
    assert_eq!(next["nodes"], json!([row(names[0])]));
    let stranger = instructor(&app, &course.reviewer, "Fajar Nugraha").await;
    for client in [&stranger.client, &course.reviewer.client, &app.anonymous()] {
        assert_eq!(ask(client, Value::Null).await, Value::Null);
    }
    // Whom they taught is not theirs to see when they teach no more.
    done(client, "addInstructor", json!({ "course": course.course, "user": stranger.id }), "course { id }").await;
    assert_eq!(ask(&stranger.client, Value::Null).await["totalCount"], 3);
    done(client, "removeInstructor", json!({ "course": course.course, "user": stranger.id }), "course { id }").await;
    assert_eq!(ask(&stranger.client, Value::Null).await, Value::Null);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn statistics_tell_of_no_small_group() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let client = &course.instructor.client;
    let look = "query ($id: ID!) { node(id: $id) { ... on Course { statistics { learners completed lessons { completed lesson { title } } } } } }";
    let ask =
        async |client: &Client| client.data(look, json!({ "id": course.course })).await["node"]["statistics"].clone();
    let lessons = |counts: [Value; 3]| {
        let titles = ["Apa itu web?", "Halaman pertama", "Kuis"];
        let told =
            titles.iter().zip(counts).map(|(title, count)| json!({ "completed": count, "lesson": { "title": title } }));
        told.collect::<Vec<_>>()
    };
    for number in 0..4 {
        let learner = app.person(&format!("Murid {number}")).await;
        learn(&course, &learner).await;
    }
    let few = json!({ "learners": 4, "completed": null, "lessons": lessons([Value::Null, Value::Null, Value::Null]) });
    assert_eq!(ask(client).await, few);
    let fifth = app.person("Murid lima").await;
    learn(&course, &fifth).await;
    assert_eq!(
        ask(client).await,
        json!({ "learners": 5, "completed": 0, "lessons": lessons([json!(5), json!(5), json!(0)]) })
    );
    // One of them is one whom everybody could name.
    take(&course, &fifth, true).await;
    assert_eq!(
        ask(client).await,
        json!({ "learners": 5, "completed": null, "lessons": lessons([json!(5), json!(5), Value::Null]) })
    );
    for client in [&course.reviewer.client, &fifth.client, &app.anonymous()] {
        assert_eq!(ask(client).await, Value::Null);
    }
    app.stop().await;
}
