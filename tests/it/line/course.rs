//! Courses: written, reviewed, published, and who sees what of them.

use serde_json::{Value, json};

use super::{done, instructor, published, sent};
use crate::harness::{TestApp, user_errors};

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_its_instructors_until_it_is_published() {
    let app = TestApp::start().await;
    let reviewer = app.staff("Rudi Hartono", sanggar::platform::privacy::Role::Reviewer).await;
    let ani = instructor(&app, &reviewer, "Ani Wijaya").await;
    let other = instructor(&app, &reviewer, "Budi Santoso").await;
    let input = json!({ "title": "Web", "summary": "S", "description": "D", "locale": "id", "level": "BEGINNER" });
    let made = done(&ani.client, "createCourse", input.clone(), "course { id slug }").await;
    let again = done(&ani.client, "createCourse", input.clone(), "course { slug }").await;
    assert_eq!((&made["course"]["slug"], &again["course"]["slug"]), (&json!("web"), &json!("web-2")));
    let mut taken = input.clone();
    taken["slug"] = json!("web");
    assert_eq!(user_errors(&sent(&ani.client, "createCourse", taken, "course { id }").await), ["TAKEN input.slug"]);
    let find = "query ($id: ID!) { course(slug: \"web\") { id draft { version } } node(id: $id) { id } }";
    for client in [app.anonymous(), other.client.clone(), app.next_door()] {
        let data = client.data(find, json!({ "id": made["course"]["id"] })).await;
        assert_eq!(data, json!({ "course": null, "node": null }));
    }
    assert!(reviewer.client.data(find, json!({ "id": made["course"]["id"] })).await["course"]["draft"].is_object());
    let section = json!({ "course": made["course"]["id"], "title": "S" });
    assert_eq!(
        user_errors(&sent(&other.client, "createSection", section.clone(), "course { id }").await),
        ["NOT_FOUND input.course"]
    );
    let empty = sent(&ani.client, "submitCourse", json!({ "id": made["course"]["id"] }), "submission { id }").await;
    assert_eq!(user_errors(&empty), ["NOT_ELIGIBLE input.id"]);
    let learner = app.person("Citra Dewi").await;
    let create = "mutation ($input: CreateCourseInput!) { createCourse(input: $input) { course { id } } }";
    assert_eq!(learner.client.send(create, json!({ "input": input })).await.codes(), ["FORBIDDEN"]);
    let bad = json!({ "title": " ", "summary": "S", "description": "D", "locale": "id", "level": "BEGINNER", "completionRule": { "lessonsPercent": 101 } });
    let refused = sent(&ani.client, "createCourse", bad, "course { id }").await;
    assert_eq!(user_errors(&refused), ["REQUIRED input.title", "INVALID input.completionRule.lessonsPercent"]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn courses_begun_at_once_have_addresses_of_their_own() {
    let app = TestApp::start().await;
    let reviewer = app.staff("Rudi Hartono", sanggar::platform::privacy::Role::Reviewer).await;
    let ani = instructor(&app, &reviewer, "Ani Wijaya").await;
    let mut input = json!({ "title": "Web", "summary": "S", "description": "D", "locale": "id", "level": "BEGINNER" });
    let begin = |input: &serde_json::Value| {
        let (client, input) = (ani.client.clone(), input.clone());
        async move { sent(&client, "createCourse", input, "course { slug }").await }
    };
    let made = futures_util::future::join_all((0..4).map(|_| begin(&input))).await;
    let mut slugs: Vec<_> = made.iter().filter_map(|payload| payload["course"]["slug"].as_str()).collect();
    slugs.sort_unstable();
    assert_eq!(slugs, ["web", "web-2", "web-3", "web-4"]);
    input["slug"] = json!("css");
    let named = futures_util::future::join_all((0..4).map(|_| begin(&input))).await;
    let refused: Vec<_> = named.iter().flat_map(user_errors).collect();
    assert_eq!(refused, ["TAKEN input.slug"; 3]);
    app.stop().await;
}

/// An import keeps its course's address for seconds: who wants the same one is told, and holds no connection meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_being_taken_is_waited_for_briefly() {
    let app = TestApp::start().await;
    let reviewer = app.staff("Rudi Hartono", sanggar::platform::privacy::Role::Reviewer).await;
    let ani = instructor(&app, &reviewer, "Ani Wijaya").await;
    let mut import = app.services.db.begin(app.academy).await.expect("a transaction");
    import.take_name("course web").await.expect("a name that nobody has");

    let mut input = json!({ "title": "Web", "summary": "S", "description": "D", "locale": "id", "level": "BEGINNER" });
    let made = done(&ani.client, "createCourse", input.clone(), "course { slug }").await;
    assert_eq!(made["course"]["slug"], "web-2", "of the addresses that come from a title, the next one is taken");
    input["slug"] = json!("web");
    let create = "mutation ($input: CreateCourseInput!) { createCourse(input: $input) { course { slug } } }";
    let answer = ani.client.send(create, json!({ "input": input })).await;
    assert_eq!(answer.codes(), ["OVERLOADED"]);
    drop(import);
    let made = done(&ani.client, "createCourse", input, "course { slug }").await;
    assert_eq!(made["course"]["slug"], "web");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_published_does_not_change_until_it_is_published_again() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let shown = "query ($id: ID!) { node(id: $id) { ... on Course { version lessonCount descriptionHtml sections { id title lessons { title } } instructors { displayName } draft { changedSincePublished sections { title } } } } }";
    let before = app.anonymous().data(shown, json!({ "id": course.course })).await;
    assert_eq!(before["node"]["lessonCount"], 3);
    assert_eq!(before["node"]["instructors"], json!([{ "displayName": "Bu Ani" }]));
    assert_eq!(before["node"]["descriptionHtml"], "<h1>Web</h1>\n\n");
    assert_eq!(before["node"]["draft"], Value::Null);
    let client = &course.instructor.client;
    let unchanged = sent(client, "submitCourse", json!({ "id": course.course }), "submission { id }").await;
    assert_eq!(user_errors(&unchanged), ["ALREADY_DONE input.id"]);
    done(client, "createSection", json!({ "course": course.course, "title": "Lanjut" }), "course { id }").await;
    assert_eq!(
        app.anonymous().data(shown, json!({ "id": course.course })).await,
        before,
        "the catalogue has not moved"
    );
    let own = client.data(shown, json!({ "id": course.course })).await;
    assert_eq!(own["node"]["draft"]["changedSincePublished"], true);
    assert_eq!(own["node"]["draft"]["sections"].as_array().map(Vec::len), Some(2));
    let submitted =
        done(client, "submitCourse", json!({ "id": course.course }), "submission { id version sections { id } }").await;
    assert_eq!(submitted["submission"]["version"], 2);
    let waiting =
        sent(client, "createSection", json!({ "course": course.course, "title": "Lagi" }), "course { id }").await;
    assert_eq!(user_errors(&waiting), ["CONFLICT "], "a reviewer reads what was submitted");
    let decision = json!({ "id": submitted["submission"]["id"], "decision": "APPROVE" });
    done(&course.reviewer.client, "decideCourseSubmission", decision.clone(), "submission { status }").await;
    let twice = sent(&course.reviewer.client, "decideCourseSubmission", decision, "submission { status }").await;
    assert_eq!(user_errors(&twice), ["ALREADY_DONE input.id"]);
    let after = app.anonymous().data(shown, json!({ "id": course.course })).await;
    assert_eq!(after["node"]["version"], 2);
    assert_eq!(
        after["node"]["sections"][0]["id"], before["node"]["sections"][0]["id"],
        "the section itself is the same"
    );
    assert!(app.mails().await.iter().filter(|mail| mail.contains("Your course at")).count() == 2);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lessons_are_read_by_who_learns_teaches_and_reviews() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let learner = app.person("Citra Dewi").await;
    let read = "query ($id: ID!) { node(id: $id) { ... on Lesson { body bodyHtml } } }";
    let preview = app.anonymous().data(read, json!({ "id": course.lessons[0] })).await;
    assert_eq!(preview["node"]["bodyHtml"], "<p>Isi: <em>Apa itu web?</em></p>\n");
    let closed = learner.client.send(read, json!({ "id": course.lessons[1] })).await;
    assert_eq!(closed.codes(), ["FORBIDDEN", "FORBIDDEN"]);
    assert_eq!(closed.json["data"]["node"], json!({ "body": null, "bodyHtml": null }));
    for client in [&course.instructor.client, &course.reviewer.client] {
        assert_eq!(
            client.data(read, json!({ "id": course.lessons[1] })).await["node"]["body"],
            "Isi: *Halaman pertama*"
        );
    }
    done(&learner.client, "enrol", json!({ "run": course.run }), "enrolment { id }").await;
    assert_eq!(
        learner.client.data(read, json!({ "id": course.lessons[1] })).await["node"]["body"],
        "Isi: *Halaman pertama*"
    );
    let twice = sent(&learner.client, "enrol", json!({ "run": course.run }), "enrolment { id }").await;
    assert_eq!(user_errors(&twice), ["ALREADY_DONE input.run"]);
    // Her instructor sees her name, and nobody else's.
    let name = "query ($id: ID!) { node(id: $id) { ... on User { fullName } } }";
    assert_eq!(
        course.instructor.client.data(name, json!({ "id": learner.id })).await["node"]["fullName"],
        "Citra Dewi"
    );
    let stranger = app.person("Dodi Putra").await;
    assert_eq!(course.instructor.client.data(name, json!({ "id": stranger.id })).await["node"], Value::Null);
    let next_door = app.person_of(&app.next_door(), "Eko Prasetyo").await;
    let refused = sent(&next_door.client, "enrol", json!({ "run": course.run }), "enrolment { id }").await;
    assert_eq!(user_errors(&refused), ["NOT_FOUND input.run"]);
    app.stop().await;
}
