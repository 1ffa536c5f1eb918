//! Who teaches a course sees its learners, while they teach it, as far as their assignment goes.

use sanggar::{academies::Policy, platform::privacy::Role};
use serde_json::{Value, json};

use super::{done, learn, published, sent};
use crate::harness::{TestApp, user_errors, user_id};

const LOOK: &str = "query ($id: ID!) { node(id: $id) { ... on User { fullName email enrolments { nodes { course { title } } totalCount } } } }";

#[tokio::test(flavor = "multi_thread")]
async fn instructors_see_learners_from_when_they_join_until_they_leave() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let learner = app.person("Citra Dewi").await;
    learn(&course, &learner).await;
    let joins = crate::line::instructor(&app, &course.reviewer, "Dodi Putra").await;
    let faceless = app.staff("Eka Prasetya", Role::Instructor).await;
    let owner = &course.instructor.client;
    let look = async || joins.client.data(LOOK, json!({ "id": learner.id })).await["node"].clone();
    assert_eq!(look().await, Value::Null, "not yet");

    let add = |user: &str| json!({ "course": course.course, "user": user });
    let nobody = sent(owner, "addInstructor", add(&learner.id), "course { id }").await;
    assert_eq!(user_errors(&nobody), ["NOT_FOUND input.user"], "a learner is no instructor");
    let unseen = sent(owner, "addInstructor", add(&faceless.id), "course { id }").await;
    assert_eq!(user_errors(&unseen), ["NOT_FOUND input.user"], "whom learners would not know of");
    let stranger = sent(&joins.client, "addInstructor", add(&joins.id), "course { id }").await;
    assert_eq!(user_errors(&stranger), ["NOT_FOUND input.course"], "nobody adds themselves");
    done(owner, "addInstructor", add(&joins.id), "course { id }").await;
    done(owner, "addInstructor", add(&joins.id), "course { id }").await;
    let seen = look_at(&joins.client, &learner.id).await;
    assert_eq!(seen["data"]["node"]["fullName"], "Citra Dewi");
    assert_eq!(
        seen["data"]["node"]["enrolments"],
        json!({ "nodes": [{ "course": { "title": "Web dari Nol" } }], "totalCount": 1 })
    );
    assert_eq!(seen["errors"].as_array().map(Vec::len), Some(1), "the mail address is not shared: {seen}");

    // Of several courses of a learner, who teaches one sees that one.
    let draft = json!({ "title": "Lain", "summary": "S", "description": "D", "locale": "id", "level": "BEGINNER" });
    let other = done(owner, "createCourse", draft, "course { id runs { nodes { id } } }").await["course"].clone();
    app.sql(&format!(
        "insert into enrolments select academy_id, gen_random_uuid(), user_id, '{}', '{}', version_id, status, enrolled_at from enrolments",
        crate::line::uuid_of(&other["id"]),
        crate::line::uuid_of(&other["runs"]["nodes"][0]["id"])
    ))
    .await;
    assert_eq!(look_at(&joins.client, &learner.id).await["data"]["node"]["enrolments"]["totalCount"], 1);
    assert_eq!(look_at(owner, &learner.id).await["data"]["node"]["enrolments"]["totalCount"], 2);
    assert_eq!(learner.client.data(LOOK, json!({ "id": learner.id })).await["node"]["enrolments"]["totalCount"], 2);

    // An assignment to one run, or of fewer fields, narrows what is seen.
    let narrow = |change: &str| {
        format!("update teaching_assignments set {change} where user_id = '{}'", user_id(&joins.id).uuid())
    };
    app.sql(&narrow("shares = '{PROGRESS,ENROLMENT_STATUS}'")).await;
    let seen = look_at(&joins.client, &learner.id).await;
    let node = &seen["data"]["node"];
    assert_eq!((&node["fullName"], &node["enrolments"]["totalCount"]), (&Value::Null, &json!(1)), "{seen}");
    app.sql(&narrow("shares = '{NAME}'")).await;
    let seen = look_at(&joins.client, &learner.id).await;
    assert_eq!(
        (&seen["data"]["node"]["fullName"], &seen["data"]["node"]["enrolments"]),
        (&json!("Citra Dewi"), &Value::Null)
    );
    let other_run = crate::line::uuid_of(&other["runs"]["nodes"][0]["id"]);
    app.sql(&narrow(&format!("shares = null, run_id = '{other_run}'"))).await;
    assert_eq!(look().await, Value::Null, "learners of another run");
    app.sql(&narrow("run_id = null, ends_at = starts_at")).await;
    assert_eq!(look().await, Value::Null, "its time is over");
    app.sql(&narrow("ends_at = null")).await;
    assert!(look_at(&joins.client, &learner.id).await["data"]["node"].is_object());

    // Until they leave.
    let alone = sent(owner, "removeInstructor", add(&learner.id), "course { id }").await;
    assert_eq!(user_errors(&alone), ["NOT_FOUND input.user"]);
    done(owner, "removeInstructor", add(&joins.id), "course { id }").await;
    assert_eq!(look().await, Value::Null, "it ends with the role in the course");
    let last = sent(owner, "removeInstructor", add(&course.instructor.id), "course { id }").await;
    assert_eq!(user_errors(&last), ["NOT_ELIGIBLE input.user"], "a course keeps one");
    app.stop().await;
}

async fn look_at(client: &crate::harness::Client, id: &str) -> Value {
    client.send(LOOK, json!({ "id": id })).await.json
}

/// A page of people takes the same statements, however many they are, whoever asks.
#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_people_take_the_statements_of_one() {
    let app =
        TestApp::start_under(Policy::preset("open").expect("a policy"), |settings| settings.limits.cost = 1_000_000)
            .await;
    let course = published(&app).await;
    let support = app.staff("Sari Support", Role::Admin).await;
    let learner = app.person("Citra Dewi").await;
    learn(&course, &learner).await;
    done(&learner.client, "reviewCourse", json!({ "course": course.course, "rating": 4 }), "review { id }").await;
    // 99 more, as alike as rows can be: registering each would hash 99 passwords.
    let (academy, like) = (app.academy.uuid(), user_id(&learner.id).uuid());
    app.sql(&format!(
        "create temp table more as select gen_random_uuid() as id, n from generate_series(1, 99) n;
         insert into users (academy_id, id, roles, created_at) select '{academy}', id, '{{LEARNER}}', now() + n * interval '1 s' from more;
         insert into profiles (academy_id, user_id, full_name) select '{academy}', id, 'Orang ' || n from more;
         insert into logins (academy_id, user_id, email, email_key) select '{academy}', id, n || '@example.org', n || '@example.org' from more;
         insert into enrolments select academy_id, gen_random_uuid(), more.id, course_id, run_id, version_id, status, enrolled_at from enrolments, more where user_id = '{like}';
         insert into points_entries select academy_id, gen_random_uuid(), more.id, course_id, reason, cause_id, points, at from points_entries, more where user_id = '{like}';
         insert into learning_days select academy_id, more.id, day from learning_days, more where user_id = '{like}';
         insert into badge_awards select academy_id, more.id, badge_id, awarded_at from badge_awards, more where user_id = '{like}';
         insert into reviews select academy_id, gen_random_uuid(), course_id, more.id, rating, body, created_at, updated_at from reviews, more where user_id = '{like}'"
    ))
    .await;
    let page = "query ($first: Int) { users(first: $first) { nodes { id username fullName biography socialLinks { url } email phone birthDate billingAddress { city } locale roles createdAt
        instructor { displayName } enrolments { totalCount nodes { status progress { percent } course { title } } } certificates { nodes { code } } points longestStreak badges { badge { name } } reviews { nodes { rating course { title } } } } totalCount } }";
    let mut counts = Vec::new();
    for first in [1, 10, 100] {
        let (statements, answer) = app.statements(support.client.send(page, json!({ "first": first }))).await;
        let nodes = answer.json["data"]["users"]["nodes"].as_array().expect("people");
        assert_eq!(nodes.len(), first, "{}", answer.json);
        assert!(nodes.iter().all(|node| node["fullName"].is_string() && node["enrolments"].is_object()));
        assert!(
            first < 100 || nodes.iter().filter(|node| node["points"] == 20 && node["longestStreak"] == 1).count() > 95
        );
        counts.push(statements);
    }
    assert_eq!(counts[1], counts[2], "{counts:?}");
    assert_eq!(counts[0], counts[2], "{counts:?}");
    // The same for who teaches them.
    let ids: Vec<_> = support.client.data("{ users(first: 100) { nodes { id } } }", json!({})).await["users"]["nodes"]
        .as_array()
        .expect("people")
        .iter()
        .map(|node| node["id"].clone())
        .collect();
    let nodes =
        "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on User { fullName enrolments { nodes { status } } } } }";
    let mut counts = Vec::new();
    for most in [1, 99] {
        let some: Vec<_> = ids.iter().take(most).collect();
        let (statements, answer) = app.statements(course.instructor.client.send(nodes, json!({ "ids": some }))).await;
        assert!(answer.json["data"]["nodes"].as_array().is_some_and(|nodes| nodes.iter().all(Value::is_object)));
        counts.push(statements);
    }
    assert_eq!(counts[0], counts[1], "{counts:?}");
    app.stop().await;
}
