//! What learning earns: points from a ledger, days of a streak, badges by rules; each once.

use sanggar::{academies::Policy, platform::privacy::Role};
use serde_json::{Value, json};

use crate::{
    harness::{Client, Person, TestApp},
    line::{answer_all, done, learn, published, take},
};

const EARNED: &str = "query ($id: ID!) { node(id: $id) { ... on User { points longestStreak badges { badge { slug name description } awardedAt } } } }";

async fn earned(client: &Client, of: &Person) -> Value {
    client.data(EARNED, json!({ "id": of.id })).await["node"].clone()
}

fn slugs(earned: &Value) -> Vec<&str> {
    earned["badges"].as_array().expect("badges").iter().filter_map(|one| one["badge"]["slug"].as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_learnt_is_worth_points_and_badges_once() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let citra = app.person("Citra Dewi").await;
    let nothing = earned(&citra.client, &citra).await;
    assert_eq!(nothing, json!({ "points": 0, "longestStreak": 0, "badges": [] }));

    learn(&course, &citra).await;
    let some = earned(&citra.client, &citra).await;
    assert_eq!((&some["points"], &some["longestStreak"]), (&json!(20), &json!(1)), "two lessons, on a day");
    assert_eq!(slugs(&some), ["first-step"]);
    assert_eq!(some["badges"][0]["badge"]["name"], "First step");

    app.world.pass(chrono::TimeDelta::minutes(1));
    // The lesson of the quiz, the quiz and the course.
    assert_eq!(take(&course, &citra, true).await["passed"], true);
    let all = earned(&citra.client, &citra).await;
    assert_eq!((&all["points"], slugs(&all)), (&json!(150), vec!["first-step", "first-course"]));

    // Done once more, on other days, it is worth nothing more and no day.
    app.world.pass(chrono::TimeDelta::days(1));
    for lesson in &course.lessons[..2] {
        done(&citra.client, "completeLesson", json!({ "id": lesson }), "enrolment { id }").await;
    }
    take(&course, &citra, true).await;
    assert_eq!(earned(&citra.client, &citra).await, all);
    assert_eq!((app.rows_in("points_entries").await, app.rows_in("learning_days").await), (5, 1));
    app.stop().await;
}

/// Days are those of the academy's calendar: midnight in Jakarta is at 17:00 UTC.
#[tokio::test(flavor = "multi_thread")]
async fn a_streak_is_of_the_academys_days() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let citra = app.person("Citra Dewi").await;
    done(&citra.client, "enrol", json!({ "run": course.run }), "enrolment { id }").await;
    let go_to = |time: &str| {
        let time: chrono::DateTime<chrono::Utc> = time.parse().expect("a moment");
        app.world.pass(time - app.world.now());
    };
    let complete = async |lesson: usize| {
        done(&citra.client, "completeLesson", json!({ "id": course.lessons[lesson] }), "enrolment { id }").await;
    };
    go_to("2026-11-22T16:59:59Z");
    complete(0).await;
    go_to("2026-11-22T17:00:01Z");
    complete(1).await;
    assert_eq!(earned(&citra.client, &citra).await["longestStreak"], 2, "two seconds, and two days");
    app.stop().await;
}

/// An attempt that ends by itself counts on the day on which it was answered, and who teaches a course earns nothing in it.
#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_that_ends_by_itself_counts_when_it_was_answered() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    app.sql("update quizzes set time_limit = 7 * 24 * 3600").await;
    let citra = app.person("Citra Dewi").await;
    learn(&course, &citra).await;
    answer_all(&course, &citra, true).await;
    app.world.pass(chrono::TimeDelta::days(8));
    app.work().await;
    let all = earned(&app.staff("Agus Admin", Role::Admin).await.client, &citra).await;
    assert_eq!((&all["points"], &all["longestStreak"]), (&json!(150), &json!(1)));
    assert_eq!(app.rows_in("learning_days").await, 1, "the day of the answers, not the one on which nobody learnt");

    let teacher = &course.instructor;
    learn(&course, teacher).await;
    assert_eq!(earned(&teacher.client, teacher).await["points"], 0);
    app.stop().await;
}

/// Two devices at once: nothing is lost, nothing counted twice.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_at_once_is_counted_once() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let citra = app.person("Citra Dewi").await;
    done(&citra.client, "enrol", json!({ "run": course.run }), "enrolment { id }").await;
    let document = "mutation ($input: CompleteLessonInput!) { completeLesson(input: $input) { userErrors { code } } }";
    let sent = (0..8).map(|turn| {
        let (client, lesson) = (citra.client.clone(), course.lessons[turn % 2].clone());
        async move { client.send(document, json!({ "input": { "id": lesson } })).await.codes().join(" ") }
    });
    let codes: Vec<_> = futures_util::future::join_all(sent).await;
    assert!(codes.iter().all(String::is_empty), "{codes:?}");
    let some = earned(&citra.client, &citra).await;
    assert_eq!((&some["points"], slugs(&some)), (&json!(20), vec!["first-step"]));
    app.stop().await;
}

/// An academy whose policy does not list the purpose keeps none of it, and says so.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_policy_does_not_list_is_off() {
    let policy = Policy::preset("cekolah").expect("a policy");
    let app = TestApp::start_under(policy, |_| {}).await;
    let course = published(&app).await;
    let citra = app.person("Citra Dewi").await;
    learn(&course, &citra).await;
    assert_eq!(take(&course, &citra, true).await["passed"], true);
    let nothing = earned(&citra.client, &citra).await;
    assert_eq!(nothing, json!({ "points": null, "longestStreak": null, "badges": null }));
    let inventory = citra.client.data("{ dataInventory { field class } }", json!({})).await["dataInventory"].clone();
    let inventory = inventory.as_array().expect("entries");
    assert!(inventory.len() > 10 && inventory.iter().all(|entry| entry["class"] != "ENGAGEMENT"), "{inventory:?}");
    for table in ["points_entries", "learning_days", "badge_awards"] {
        assert_eq!(app.rows_in(table).await, 0, "{table}");
    }
    let review = "mutation ($input: ReviewCourseInput!) { reviewCourse(input: $input) { userErrors { code } } }";
    let answer = citra.client.send(review, json!({ "input": { "course": course.course, "rating": 5 } })).await;
    assert_eq!(answer.codes(), ["NOT_OFFERED"]);
    assert_eq!(app.rows_in("reviews").await, 0);
    app.stop().await;
}
