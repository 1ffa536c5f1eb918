//! A draft is edited: changed, moved, deleted; and nobody writes over what they have not seen.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{Published, done, learn, published, sent};
use crate::harness::{Client, TestApp, user_errors};

const DRAFT: &str = "query ($id: ID!) { node(id: $id) { ... on Course { title version lessonCount locale completionRule { lessonsPercent quizzesPassed }
    draft { version title summary description level tags changedSincePublished sections { id title position lessons { id title position kind preview body mediaUrl estimatedDuration quiz { id } } } } } } }";

async fn draft(course: &Published) -> Value {
    course.instructor.client.data(DRAFT, json!({ "id": course.course })).await["node"].clone()
}

/// Titles of sections, each with those of its lessons, and where they say that they stand.
fn order(course: &Value) -> Vec<(String, Vec<String>)> {
    let sections = course["draft"]["sections"].as_array().expect("sections");
    let title = |of: &Value| of["title"].as_str().expect("a title").to_owned();
    let positions =
        |of: &[Value]| of.iter().map(|one| one["position"].as_i64().expect("a position")).collect::<Vec<_>>();
    let dense = |of: &[Value]| assert_eq!(positions(of), (1..).take(of.len()).collect::<Vec<_>>(), "without gaps");
    dense(sections);
    sections
        .iter()
        .map(|section| {
            let lessons = section["lessons"].as_array().expect("lessons");
            dense(lessons);
            (title(section), lessons.iter().map(title).collect())
        })
        .collect()
}

async fn section(client: &Client, course: &Value, title: &str) -> Value {
    let made = done(
        client,
        "createSection",
        json!({ "course": course, "title": title }),
        "course { draft { sections { id title } } }",
    )
    .await;
    let sections = made["course"]["draft"]["sections"].as_array().expect("sections").clone();
    sections.into_iter().find(|section| section["title"] == title).expect("the section")["id"].clone()
}

async fn lesson(client: &Client, section: &Value, title: &str) -> Value {
    let input = json!({ "section": section, "title": title, "kind": "ARTICLE", "body": "Isi." });
    done(client, "createLesson", input, "lesson { id }").await["lesson"]["id"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_course_says_is_changed_in_its_draft() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let client = &course.instructor.client;
    let before = draft(&course).await;
    let seen = before["draft"]["version"].as_i64().expect("a count");
    let input = json!({
        "id": course.course, "title": " Web Lanjut ", "summary": "Ringkas", "description": null, "level": "ADVANCED", "tags": ["css"],
        "completionRule": { "lessonsPercent": 80 }, "version": seen,
    });
    done(client, "updateCourse", input, "course { id }").await;
    let after = draft(&course).await;
    assert_eq!(
        (&after["title"], &after["version"], &after["completionRule"]),
        (&before["title"], &before["version"], &before["completionRule"]),
        "what is published stays"
    );
    let text =
        json!({ "title": "Web Lanjut", "summary": "Ringkas", "description": "", "level": "ADVANCED", "tags": ["css"] });
    for (field, value) in text.as_object().expect("fields") {
        assert_eq!(&after["draft"][field], value);
    }
    assert_eq!(after["draft"]["sections"], before["draft"]["sections"], "and so does what is not named");
    // Who has seen another draft is told which one there is now.
    let now = after["draft"]["version"].as_i64().expect("a count");
    assert!(now > seen);
    let stale =
        sent(client, "updateCourse", json!({ "id": course.course, "title": "Lain", "version": seen }), "course { id }")
            .await;
    assert_eq!(user_errors(&stale), ["CONFLICT input.version"]);
    assert!(stale["userErrors"][0]["message"].as_str().is_some_and(|told| told.contains(&now.to_string())), "{stale}");
    let wrong = json!({ "id": course.course, "title": null, "summary": " ", "level": null, "tags": [""], "completionRule": { "lessonsPercent": -1 } });
    let told = [
        "REQUIRED input.title",
        "REQUIRED input.summary",
        "REQUIRED input.level",
        "LIMIT_REACHED input.tags",
        "INVALID input.completionRule.lessonsPercent",
    ];
    assert_eq!(user_errors(&sent(client, "updateCourse", wrong, "course { id }").await), told);
    let spoken = sent(client, "updateCourse", json!({ "id": course.course, "locale": "en" }), "course { id }").await;
    assert_eq!(user_errors(&spoken), ["NOT_ELIGIBLE input.locale"]);
    assert_eq!(draft(&course).await, after, "what was refused changed nothing");
    // The draft before it was ever published may still change its language.
    let begun = json!({ "title": "Baru", "summary": "S", "description": "D", "locale": "id", "level": "BEGINNER" });
    let begun = done(client, "createCourse", begun, "course { id }").await["course"]["id"].clone();
    let spoken = done(client, "updateCourse", json!({ "id": begun, "locale": "en" }), "course { locale }").await;
    assert_eq!(spoken["course"]["locale"], "en");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_edit_at_once_do_not_write_over_each_other() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let client = &course.instructor.client;
    let seen = draft(&course).await["draft"]["version"].clone();
    let edits = (0..8).map(|number| {
        let input = json!({ "id": course.course, "title": format!("Judul {number}"), "version": seen });
        async move { user_errors(&sent(client, "updateCourse", input, "course { id }").await) }
    });
    let outcomes = join_all(edits).await;
    assert_eq!(outcomes.iter().filter(|errors| errors.is_empty()).count(), 1, "{outcomes:?}");
    assert!(outcomes.iter().flatten().all(|error| error == "CONFLICT input.version"), "{outcomes:?}");
    // A version that was submitted and one that is begun after it never have the same count.
    let count = async || draft(&course).await["draft"]["version"].as_i64().expect("a count");
    let submitted = count().await;
    done(client, "submitCourse", json!({ "id": course.course }), "submission { id }").await;
    let held = sent(client, "updateCourse", json!({ "id": course.course, "title": "Lain" }), "course { id }").await;
    assert_eq!(user_errors(&held), ["CONFLICT "], "a reviewer reads it");
    let waiting = "{ courseSubmissions(status: PENDING) { nodes { id } } }";
    let waiting = course.reviewer.client.data(waiting, json!({})).await["courseSubmissions"]["nodes"][0]["id"].clone();
    done(
        &course.reviewer.client,
        "decideCourseSubmission",
        json!({ "id": waiting, "decision": "APPROVE" }),
        "submission { id }",
    )
    .await;
    done(
        client,
        "updateCourse",
        json!({ "id": course.course, "title": "Baru", "version": submitted }),
        "course { id }",
    )
    .await;
    assert!(count().await > submitted);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sections_and_lessons_are_moved() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let client = &course.instructor.client;
    let (two, three) = (section(client, &course.course, "Dua").await, section(client, &course.course, "Tiga").await);
    let (a, b, c) = (lesson(client, &two, "a").await, lesson(client, &two, "b").await, lesson(client, &two, "c").await);
    let first = draft(&course).await;
    let (one, lessons) = (order(&first)[0].0.clone(), order(&first)[0].1.clone());
    let moved = async |verb: &'static str, input: Value| {
        done(client, verb, input, "course { id }").await;
        order(&draft(&course).await)
            .into_iter()
            .map(|(title, lessons)| format!("{title}: {}", lessons.join(" ")))
            .collect::<Vec<_>>()
    };
    let own = format!("{one}: {}", lessons.join(" "));
    assert_eq!(moved("moveSection", json!({ "id": three })).await, ["Tiga: ", own.as_str(), "Dua: a b c"]);
    assert_eq!(
        moved("moveSection", json!({ "id": three, "after": two, "into": course.course })).await,
        [own.as_str(), "Dua: a b c", "Tiga: "]
    );
    assert_eq!(moved("moveLesson", json!({ "id": c })).await, [own.as_str(), "Dua: c a b", "Tiga: "]);
    assert_eq!(moved("moveLesson", json!({ "id": c, "after": a })).await, [own.as_str(), "Dua: a c b", "Tiga: "]);
    assert_eq!(moved("moveLesson", json!({ "id": b, "into": three })).await, [own.as_str(), "Dua: a c", "Tiga: b"]);
    assert_eq!(
        moved("moveLesson", json!({ "id": a, "into": three, "after": b })).await,
        [own.as_str(), "Dua: c", "Tiga: b a"]
    );
    let begun = json!({ "title": "Baru", "summary": "S", "description": "D", "locale": "id", "level": "BEGINNER" });
    let begun = done(client, "createCourse", begun, "course { id }").await["course"]["id"].clone();
    for (verb, input, told) in [
        ("moveLesson", json!({ "id": c, "after": a }), "NOT_FOUND input.after"),
        ("moveLesson", json!({ "id": c, "into": three, "after": course.lessons[0] }), "NOT_FOUND input.after"),
        ("moveLesson", json!({ "id": c, "into": section(client, &begun, "Lain").await }), "NOT_FOUND input.into"),
        ("moveSection", json!({ "id": two, "into": begun }), "NOT_FOUND input.into"),
    ] {
        assert_eq!(user_errors(&sent(client, verb, input, "course { id }").await), [told]);
    }
    // Many at once: each comes after the other, and nothing is lost.
    let all = [&a, &b, &c];
    let moves = (0..12).map(|number| {
        let input = json!({ "id": all[number % 3], "into": if number % 2 == 0 { &two } else { &three } });
        async move { done(client, "moveLesson", input, "course { id }").await }
    });
    join_all(moves).await;
    let after = order(&draft(&course).await);
    let mut left: Vec<_> = after[1..3].iter().flat_map(|(_, lessons)| lessons.clone()).collect();
    left.sort_unstable();
    assert_eq!(left, ["a", "b", "c"]);
    assert_eq!(draft(&course).await["lessonCount"], 3, "what is published has its own");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lesson_is_changed_and_goes_with_its_quiz() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let client = &course.instructor.client;
    let learner = app.person("Citra Dewi").await;
    learn(&course, &learner).await;
    let input = json!({
        "id": course.lessons[0], "title": "Judul baru", "body": "Isi baru.", "mediaUrl": "https://video.example/1", "preview": true,
        "estimatedDuration": "PT20M",
    });
    let changed = done(client, "updateLesson", input, "lesson { title body mediaUrl preview estimatedDuration }").await;
    assert_eq!(
        changed["lesson"],
        json!({ "title": "Judul baru", "body": "Isi baru.", "mediaUrl": "https://video.example/1", "preview": true, "estimatedDuration": "PT20M" })
    );
    let cleared = json!({ "id": course.lessons[0], "body": null, "mediaUrl": null, "estimatedDuration": null });
    let cleared = done(client, "updateLesson", cleared, "lesson { title body mediaUrl estimatedDuration }").await;
    assert_eq!(
        cleared["lesson"],
        json!({ "title": "Judul baru", "body": null, "mediaUrl": null, "estimatedDuration": null })
    );
    for (input, told) in [
        (json!({ "id": course.lessons[0], "quiz": course.quiz }), vec!["REQUIRED input.quiz"]),
        (json!({ "id": course.lessons[2], "quiz": null }), vec!["REQUIRED input.quiz"]),
        (
            json!({ "id": course.lessons[0], "title": " ", "preview": null }),
            vec!["REQUIRED input.title", "REQUIRED input.preview"],
        ),
        (json!({ "id": course.lessons[0], "estimatedDuration": "P1M" }), vec!["INVALID input.estimatedDuration"]),
        (json!({ "id": course.lessons[0], "title": "Lain", "version": 1 }), vec!["CONFLICT input.version"]),
    ] {
        assert_eq!(user_errors(&sent(client, "updateLesson", input, "lesson { id }").await), told);
    }
    // Who changes nothing is told that it is done.
    let same = done(client, "updateLesson", json!({ "id": course.lessons[0] }), "lesson { title }").await;
    assert_eq!(same["lesson"]["title"], "Judul baru");
    // The lesson that is the quiz goes, and its quiz with it; who learns by the published version keeps both.
    let before = draft(&course).await;
    done(client, "deleteLesson", json!({ "id": course.lessons[2] }), "course { id }").await;
    let again = sent(client, "deleteLesson", json!({ "id": course.lessons[2] }), "course { id }").await;
    assert_eq!(user_errors(&again), ["NOT_FOUND input.id"]);
    let gone = sent(client, "updateLesson", json!({ "id": course.lessons[2], "title": "X" }), "lesson { id }").await;
    assert_eq!(user_errors(&gone), ["NOT_FOUND input.id"]);
    let rows = "course_versions v join quizzes q on q.version_id = v.id where v.frozen_at is null";
    assert_eq!(app.rows_in(rows).await, 0, "the draft has no quiz any more");
    let mine = "{ viewer { learning { nodes { sections { lessons { id } } } } } }";
    let mine = learner.client.data(mine, json!({})).await.to_string();
    assert!(course.lessons.iter().all(|lesson| mine.contains(lesson.as_str().expect("an id"))), "{mine}");
    // A section goes with what is in it.
    let section = before["draft"]["sections"][0]["id"].clone();
    done(client, "deleteSection", json!({ "id": section }), "course { id }").await;
    let after = draft(&course).await;
    assert_eq!(order(&after), order(&before)[1..].to_vec());
    // Nothing goes into what is gone.
    let lesson = json!({ "section": section, "title": "Lagi", "kind": "ARTICLE" });
    assert_eq!(user_errors(&sent(client, "createLesson", lesson, "lesson { id }").await), ["NOT_FOUND input.section"]);
    let choices = json!([{ "text": "a", "fraction": "1" }, { "text": "b", "fraction": "0" }]);
    let question = json!({ "choice": { "prompt": "?", "points": "1", "multiple": false, "choices": choices } });
    let question = json!({ "quiz": course.quiz, "question": question });
    assert_eq!(
        user_errors(&sent(client, "createQuestion", question, "question { id }").await),
        ["NOT_FOUND input.quiz"]
    );
    for (verb, id) in [
        ("updateSection", &section),
        ("moveSection", &section),
        ("deleteSection", &section),
        ("moveLesson", &course.lessons[0]),
    ] {
        let mut input = json!({ "id": id });
        if verb == "updateSection" {
            input["title"] = json!("Lain");
        }
        assert_eq!(user_errors(&sent(client, verb, input, "course { id }").await), ["NOT_FOUND input.id"], "{verb}");
    }
    let empty = sent(client, "submitCourse", json!({ "id": course.course }), "submission { id }").await;
    assert_eq!(
        user_errors(&empty),
        if order(&after).iter().all(|(_, lessons)| lessons.is_empty()) {
            vec!["NOT_ELIGIBLE input.id"]
        } else {
            vec![]
        }
    );
    app.stop().await;
}
