//! What learners say of courses: counted always, read where its author shows it.

use sanggar::{academies::Policy, platform::privacy::Role};
use serde_json::{Value, json};

use crate::{
    harness::{Client, Person, TestApp, user_errors, user_id},
    line::{Published, done, published, sent, uuid_of},
};

const REVIEWS: &str = "query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) { node(id: $id) { ... on Course { averageRating reviewCount reviews(first: $first, after: $after, last: $last, before: $before) { nodes { id rating body author { id fullName } } totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } } }";

async fn enrolled(app: &TestApp, course: &Published, name: &str) -> Person {
    let person = app.person(name).await;
    done(&person.client, "enrol", json!({ "run": course.run }), "enrolment { id }").await;
    person
}

async fn review(person: &Person, course: &Published, rating: i32, body: &str) -> Value {
    let input = json!({ "course": course.course, "rating": rating, "body": body });
    done(&person.client, "reviewCourse", input, "review { id }").await["review"]["id"].clone()
}

async fn show(person: &Person, audience: &str) {
    let fields = json!([{ "field": "REVIEWS", "audience": audience }]);
    done(&person.client, "setVisibility", json!({ "fields": fields }), "visibility { field }").await;
}

/// What a viewer reads of a course: the texts, newest first, and how many there are said to be.
async fn read(client: &Client, course: &Published) -> (Vec<String>, i64) {
    let data = client.data(REVIEWS, json!({ "id": course.course })).await;
    let reviews = &data["node"]["reviews"];
    let texts =
        reviews["nodes"].as_array().expect("nodes").iter().map(|one| one["body"].as_str().unwrap_or("-").to_owned());
    (texts.collect(), reviews["totalCount"].as_i64().expect("a count"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_review_counts_and_is_read_where_its_author_shows_it() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let (citra, budi) = (enrolled(&app, &course, "Citra Dewi").await, enrolled(&app, &course, "Budi Santoso").await);
    let guardian = app.person("Gita Wali").await;
    app.guard(&guardian, &citra).await;
    let id = review(&citra, &course, 5, "  Bagus sekali.\nTerima kasih. ").await;
    review(&budi, &course, 2, "Biasa saja.").await;

    let data = app.anonymous().data(REVIEWS, json!({ "id": course.course })).await["node"].clone();
    assert_eq!(data["reviewCount"], 2, "both count");
    assert_eq!(data["averageRating"], Value::Null, "of two, each could tell what the other gave");
    let none = (Vec::<String>::new(), 0);
    assert_eq!(read(&app.anonymous(), &course).await, none, "and nobody reads them yet");
    assert_eq!(read(&course.instructor.client, &course).await, none);
    let hers = (vec!["Bagus sekali.\nTerima kasih.".to_owned()], 1);
    assert_eq!(read(&citra.client, &course).await, hers, "but she hers");
    assert_eq!(read(&guardian.client, &course).await, hers);

    show(&citra, "MEMBERS").await;
    assert_eq!(read(&course.instructor.client, &course).await, hers);
    assert_eq!(read(&app.anonymous(), &course).await, none);
    show(&citra, "PUBLIC").await;
    assert_eq!(read(&app.anonymous(), &course).await, hers);
    let shown = app.anonymous().data(REVIEWS, json!({ "id": course.course })).await;
    let author = &shown["node"]["reviews"]["nodes"][0]["author"];
    assert_eq!(author, &json!({ "id": citra.id, "fullName": null }), "by name where she shows her name");
    let mine = "query ($id: ID!) { node(id: $id) { ... on User { fullName reviews { nodes { rating course { title } } totalCount } } } }";
    let hers_alone = json!({ "nodes": [{ "rating": 5, "course": { "title": "Web dari Nol" } }], "totalCount": 1 });
    let seen = app.anonymous().data(mine, json!({ "id": citra.id })).await["node"].clone();
    assert_eq!(seen, json!({ "fullName": null, "reviews": hers_alone }));

    // Said anew, it is the same review.
    let again = review(&citra, &course, 3, "").await;
    assert_eq!(again, id);
    assert_eq!(read(&app.anonymous(), &course).await, (vec!["-".to_owned()], 1));
    let data = app.anonymous().data(REVIEWS, json!({ "id": course.course })).await["node"].clone();
    assert_eq!((&data["averageRating"], &data["reviewCount"]), (&Value::Null, &json!(2)));
    let third = enrolled(&app, &course, "Eka Lestari").await;
    review(&third, &course, 5, "").await;
    let data = app.anonymous().data(REVIEWS, json!({ "id": course.course })).await["node"].clone();
    assert_eq!((&data["averageRating"], &data["reviewCount"]), (&json!(3.3), &json!(3)), "3, 2 and 5");
    // Who teaches it by now does not rate it, whenever they did.
    app.sql(&format!(
        "insert into course_instructors (academy_id, course_id, user_id, position) select academy_id, course_id, user_id, 9 from reviews where user_id = '{}'",
        user_id(&third.id).uuid()
    ))
    .await;
    let data = app.anonymous().data(REVIEWS, json!({ "id": course.course })).await["node"].clone();
    assert_eq!((&data["averageRating"], &data["reviewCount"]), (&Value::Null, &json!(2)));

    // Who is a minor or restricted is nowhere public, whatever they chose.
    for hides in ["update users set restricted_at = now()", "update users set closed_at = now(), restricted_at = null"]
    {
        app.sql(&format!("{hides} where id = '{}'", user_id(&citra.id).uuid())).await;
        assert_eq!(read(&budi.client, &course).await.0, ["Biasa saja."], "{hides}");
    }
    app.sql("update users set closed_at = null").await;
    let minor =
        "insert into identities (academy_id, user_id, minor_until) select academy_id, id, '2026-12-31' from users";
    app.sql(&format!("{minor} where id = '{}'", user_id(&citra.id).uuid())).await;
    assert_eq!(read(&app.anonymous(), &course).await, none);
    assert_eq!(read(&guardian.client, &course).await.1, 1);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_learn_a_course_does_not_review_it() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let (citra, stranger) = (enrolled(&app, &course, "Citra Dewi").await, app.person("Budi Santoso").await);
    let input = |rating: i32, body: &str| json!({ "course": course.course, "rating": rating, "body": body });
    for (client, input, refused) in [
        (&stranger.client, input(5, "Bagus."), vec!["NOT_FOUND input.course"]),
        (&citra.client, input(0, "\u{7}"), vec!["INVALID input.rating", "INVALID input.body"]),
        (&citra.client, input(6, &"x".repeat(5001)), vec!["INVALID input.rating", "TOO_LONG input.body"]),
    ] {
        let payload = sent(client, "reviewCourse", input, "review { id }").await;
        assert_eq!(
            (user_errors(&payload), &payload["review"]),
            (refused.into_iter().map(str::to_owned).collect(), &Value::Null)
        );
    }
    // Nor who teaches it, were they enrolled.
    let teacher = &course.instructor;
    app.sql(&format!(
        "insert into enrolments select academy_id, gen_random_uuid(), '{}', course_id, run_id, version_id, status, enrolled_at from enrolments",
        user_id(&teacher.id).uuid()
    ))
    .await;
    let own = sent(&teacher.client, "reviewCourse", input(5, "Bagus."), "review { id }").await;
    assert_eq!(user_errors(&own), ["NOT_ELIGIBLE input.course"]);
    let anonymous = app
        .anonymous()
        .send(
            "mutation ($input: ReviewCourseInput!) { reviewCourse(input: $input) { userErrors { code } } }",
            json!({ "input": input(5, "") }),
        )
        .await;
    assert_eq!(anonymous.codes(), ["UNAUTHENTICATED"]);
    assert_eq!(app.rows_in("reviews").await, 0, "nothing half done");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_review_is_taken_back_or_taken_down_on_record() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let (citra, budi) = (enrolled(&app, &course, "Citra Dewi").await, enrolled(&app, &course, "Budi Santoso").await);
    let admin = app.staff("Agus Admin", Role::Admin).await;
    let (hers, his) = (review(&citra, &course, 5, "Bagus.").await, review(&budi, &course, 1, "Fitnah.").await);
    show(&budi, "PUBLIC").await;
    for other in [&citra, &course.instructor, &course.reviewer] {
        let payload = sent(&other.client, "deleteReview", json!({ "id": his }), "acknowledged").await;
        assert_eq!(user_errors(&payload), ["NOT_FOUND input.id"]);
    }
    let silent = app.anonymous().with_token(&admin.token);
    let take_down = "mutation ($input: DeleteReviewInput!) { deleteReview(input: $input) { acknowledged } }";
    // Shown to everybody, it is no secret; taking it down is an act of office all the same.
    assert_eq!(silent.send(take_down, json!({ "input": { "id": his } })).await.codes(), ["BAD_USER_INPUT"]);
    done(&citra.client, "deleteReview", json!({ "id": hers }), "acknowledged").await;
    done(&admin.client, "deleteReview", json!({ "id": his }), "acknowledged").await;
    assert_eq!(app.rows_in("reviews").await, 0);
    let log = "{ auditLog(filter: { action: \"REVIEW_DELETED\" }) { nodes { reason detail subject } } }";
    let log = admin.client.data(log, json!({})).await["auditLog"]["nodes"].clone();
    assert_eq!(log.as_array().map(Vec::len), Some(1), "who takes back their own is nobody's business: {log}");
    assert_eq!((&log[0]["reason"], &log[0]["subject"]), (&json!("ticket 42"), &json!(budi.id)));
    assert_eq!(log[0]["detail"]["review"], his);
    app.stop().await;
}

/// Pages join up, forwards and backwards, though what is hidden lies between; and as many statements for many courses as for one.
#[tokio::test(flavor = "multi_thread")]
async fn pages_of_reviews_join_up_and_take_the_same_statements() {
    let app =
        TestApp::start_under(Policy::preset("open").expect("a policy"), |settings| settings.limits.cost = 1_000_000)
            .await;
    let course = published(&app).await;
    let citra = enrolled(&app, &course, "Citra Dewi").await;
    review(&citra, &course, 4, "0").await;
    let academy = app.academy.uuid();
    // Thirty more, of whom every third keeps theirs to themselves; at three moments.
    app.sql(&format!(
        "set sanggar.academy_id = '{academy}';
         create temporary table more as select n, gen_random_uuid() as id from generate_series(1, 30) n;
         insert into users (id, roles, created_at) select id, '{{LEARNER}}', now() from more;
         insert into profiles (user_id, full_name, visibility) select id, 'P' || n, jsonb_build_object('REVIEWS', case when n % 3 = 0 then 'PRIVATE' else 'PUBLIC' end) from more;
         insert into reviews (id, course_id, user_id, rating, body, created_at, updated_at)
             select gen_random_uuid(), '{}', id, 1 + n % 5, n::text, timestamptz '2026-01-01' + n % 3 * interval '1 day', now() from more;",
        uuid_of(&course.course)
    ))
    .await;
    let client = app.anonymous();
    let all = client.data(REVIEWS, json!({ "id": course.course, "first": 100 })).await["node"]["reviews"].clone();
    let ids =
        |page: &Value| page["nodes"].as_array().expect("nodes").iter().map(|one| one["id"].clone()).collect::<Vec<_>>();
    assert_eq!((ids(&all).len(), &all["totalCount"]), (20, &json!(20)), "whole, and without what is hidden");
    for (count, from, side, more) in
        [("first", "endCursor", "after", "hasNextPage"), ("last", "startCursor", "before", "hasPreviousPage")]
    {
        let (mut found, mut cursor) = (Vec::new(), Value::Null);
        loop {
            let mut variables = json!({ "id": course.course, count: 7 });
            variables[side] = cursor;
            let page = client.data(REVIEWS, variables).await["node"]["reviews"].clone();
            let part = ids(&page);
            if count == "first" {
                found.extend(part);
            } else {
                found.splice(0..0, part);
            }
            if page["pageInfo"][more] == false {
                break;
            }
            cursor = page["pageInfo"][from].clone();
        }
        assert_eq!(found, ids(&all), "{count}");
    }

    let many = "query ($first: Int!) { courses(first: $first) { nodes { averageRating reviewCount reviews(first: 3) { nodes { rating body author { id fullName } } totalCount } } } }";
    let (one, _) = app.statements(client.data(many, json!({ "first": 1 }))).await;
    app.sql(&format!(
        "set sanggar.academy_id = '{academy}';
         insert into courses (id, slug, locale, status, created_at, published_at) select gen_random_uuid(), 'c-' || n, 'id', 'PUBLISHED', now(), now() from generate_series(1, 40) n;
         insert into course_versions (id, course_id, number, title, summary, description, level, tags, lessons_percent, quizzes_passed)
             select gen_random_uuid(), c.id, 1, c.slug, 's', 'd', 'BEGINNER', '{{}}', 100, true from courses c where c.latest_id is null;
         update courses c set latest_id = v.id, published_id = v.id from course_versions v where v.course_id = c.id and c.latest_id is null;
         insert into reviews (id, course_id, user_id, rating, body, created_at, updated_at)
             select gen_random_uuid(), c.id, r.user_id, r.rating, r.body, r.created_at, r.updated_at from reviews r, courses c where c.slug like 'c-%';"
    ))
    .await;
    let (forty, data) = app.statements(client.data(many, json!({ "first": 41 }))).await;
    let courses = data["courses"]["nodes"].as_array().expect("nodes");
    assert_eq!(courses.len(), 41);
    assert!(
        courses.iter().all(
            |one| one["reviews"]["nodes"].as_array().map(Vec::len) == Some(3) && one["reviews"]["totalCount"] == 20
        ),
        "{data}"
    );
    assert_eq!(one, forty, "statements for one course and for forty-one");

    // And of a person's own, a page at a time.
    let author = data["courses"]["nodes"][0]["reviews"]["nodes"][0]["author"]["id"].clone();
    let own = "query ($id: ID!, $after: String) { node(id: $id) { ... on User { reviews(first: 30, after: $after) { nodes { id } totalCount pageInfo { hasNextPage endCursor } } } } }";
    let first = client.data(own, json!({ "id": author })).await["node"]["reviews"].clone();
    let after = json!({ "id": author, "after": first["pageInfo"]["endCursor"] });
    let second = client.data(own, after).await["node"]["reviews"].clone();
    let mut all = [ids(&first), ids(&second)].concat();
    assert_eq!((all.len(), &first["totalCount"], &second["pageInfo"]["hasNextPage"]), (41, &json!(41), &json!(false)));
    all.sort_by_key(ToString::to_string);
    all.dedup();
    assert_eq!(all.len(), 41);
    app.stop().await;
}
