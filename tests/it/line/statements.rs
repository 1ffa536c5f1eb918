//! The number of statements of the catalogue and of a course does not grow with what they hold.

use serde_json::{Value, json};

use super::{done, learn, published, take};
use crate::harness::TestApp;

const CATALOGUE: &str = "query ($first: Int!) { courses(first: $first) { nodes { id slug title summary level tags publishedAt lessonCount instructors { displayName } } pageInfo { hasNextPage endCursor } totalCount } }";
const DETAIL: &str = "query ($slug: String!) { course(slug: $slug) { title descriptionHtml instructors { displayName expertise } sections { title lessons { title locales kind estimatedDuration quiz { title questionCount } } } runs { nodes { id seats } } viewerEnrolment { status } } }";

#[tokio::test(flavor = "multi_thread")]
async fn the_catalogue_and_a_course_take_the_same_statements_at_any_size() {
    let app = TestApp::start().await;
    published(&app).await;
    let mut superuser = app.database.superuser().await;
    let mut counts = Vec::new();
    for size in [1, 20, 100] {
        // Rows by SQL: a hundred courses by mutations would test nothing more.
        let fill = format!(
            "set sanggar.academy_id = '{academy}';
             insert into courses (id, slug, locale, status, created_at) select gen_random_uuid(), 'c-' || n, 'id', 'DRAFT', now()
                 from generate_series((select count(*) from courses) + 1, {size}) n;
             insert into course_versions (id, course_id, number, title, summary, description, level, tags, lessons_percent, quizzes_passed)
                 select gen_random_uuid(), c.id, 1, c.slug, 's', 'd', 'BEGINNER', '{{}}', 100, true from courses c where c.latest_id is null;
             update courses c set latest_id = v.id, published_id = v.id, published_at = now(), status = 'PUBLISHED'
                 from course_versions v where v.course_id = c.id and c.latest_id is null;
             insert into course_instructors (course_id, user_id, position)
                 select c.id, (select user_id from instructor_profiles), 1 from courses c on conflict do nothing;
             insert into lessons (version_id, id, section_id, position, kind, preview, title)
                 select s.version_id, gen_random_uuid(), s.id, n, 'ARTICLE', false, 'L' || n from sections s, generate_series(10, {size} + 10) n;",
            academy = app.academy.uuid()
        );
        diesel_async::SimpleAsyncConnection::batch_execute(&mut superuser, &fill).await.expect("rows");
        let (catalogue, data) = app.statements(app.anonymous().data(CATALOGUE, json!({ "first": size }))).await;
        assert_eq!(data["courses"]["nodes"].as_array().map(Vec::len), Some(size));
        assert_eq!(data["courses"]["totalCount"], size);
        let (detail, data) = app.statements(app.anonymous().data(DETAIL, json!({ "slug": "web-dari-nol" }))).await;
        assert!(data["course"]["sections"][0]["lessons"].as_array().is_some_and(|lessons| lessons.len() > size));
        counts.push((catalogue, detail));
    }
    assert_eq!(counts, [(5, 12); 3], "(catalogue, course) at 1, 20 and 100 rows");
    app.stop().await;
}

/// A learner's attempts with their answers, and an instructor's quizzes with their questions.
#[tokio::test(flavor = "multi_thread")]
async fn attempts_and_questions_take_the_same_statements_however_many() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let learner = app.person("Citra Dewi").await;
    learn(&course, &learner).await;
    let attempts = "query ($id: ID!) { node(id: $id) { ... on Quiz { viewerAttempts { status answers { response { ... on ChoiceResponse { choices } } question { prompt ... on ChoiceQuestion { choices { text } } } } } } } }";
    let questions = "query ($id: ID!) { node(id: $id) { ... on Course { draft { sections { lessons { quiz { title questions(first: 5) { nodes { prompt ... on ChoiceQuestion { choices { text } } } } } } } } } } }";
    let mut counts = Vec::new();
    for _ in 0..2 {
        let client = &course.instructor.client;
        let more = done(
            client,
            "createQuiz",
            json!({ "course": course.course, "title": "Lagi", "passPercent": 50 }),
            "quiz { id }",
        )
        .await;
        let question = json!({ "choice": { "prompt": "?", "points": "1", "multiple": false, "choices": [{ "text": "a", "fraction": "1" }, { "text": "b", "fraction": "0" }] } });
        done(client, "createQuestion", json!({ "quiz": more["quiz"]["id"], "question": question }), "question { id }")
            .await;
        let sections = "query ($id: ID!) { node(id: $id) { ... on Course { draft { sections { id } } } } }";
        let sections = client.data(sections, json!({ "id": course.course })).await;
        let lesson = json!({ "section": sections["node"]["draft"]["sections"][0]["id"], "title": "Lagi", "kind": "QUIZ", "quiz": more["quiz"]["id"] });
        done(client, "createLesson", lesson, "lesson { id }").await;
        take(&course, &learner, false).await;
        let (answered, data) = app.statements(learner.client.data(attempts, json!({ "id": course.quiz }))).await;
        assert_eq!(data["node"]["viewerAttempts"].as_array().map(Vec::len), Some(counts.len() + 1));
        let (asked, _) = app.statements(client.data(questions, json!({ "id": course.course }))).await;
        counts.push((answered, asked));
    }
    assert_eq!(counts[0], counts[1], "(attempts, questions)");
    app.stop().await;
}

/// What ends an attempt, and what hands a course in, takes the same statements however much there is of it.
#[tokio::test(flavor = "multi_thread")]
async fn submitting_takes_the_same_statements_however_much_is_submitted() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let learner = app.person("Citra Dewi").await;
    learn(&course, &learner).await;
    let mut superuser = app.database.superuser().await;
    let academy = app.academy.uuid();
    let started = "attempt { id }";
    let submit = "mutation ($input: SubmitAttemptInput!) { submitAttempt(input: $input) { attempt { status } } }";
    let mut counts = Vec::new();
    for questions in [2, 40] {
        let more = format!(
            "set sanggar.academy_id = '{academy}';
             insert into questions (version_id, id, quiz_id, position, multiple, prompt, points)
                 select version_id, gen_random_uuid(), id, n, false, '?', 1 from quizzes, generate_series(3, {questions}) n;"
        );
        diesel_async::SimpleAsyncConnection::batch_execute(&mut superuser, &more).await.expect("questions");
        let attempt = done(&learner.client, "startAttempt", json!({ "quiz": course.quiz }), started).await;
        let answered = format!(
            "set sanggar.academy_id = '{academy}';
             insert into answers (attempt_id, question_id, choice_ids, saved_at)
                 select a.id, q.id, '{{}}', now() from attempts a join questions q on q.quiz_id = a.quiz_id where a.status = 'IN_PROGRESS';"
        );
        diesel_async::SimpleAsyncConnection::batch_execute(&mut superuser, &answered).await.expect("answers");
        let input = json!({ "input": { "id": attempt["attempt"]["id"] } });
        let (statements, data) = app.statements(learner.client.data(submit, input)).await;
        assert_eq!(data["submitAttempt"]["attempt"]["status"], "GRADED");
        counts.push(statements);
    }
    assert_eq!(counts[0], counts[1], "submitAttempt, of 2 and of 40 answers");

    let client = &course.instructor.client;
    let submit = "mutation ($input: SubmitCourseInput!) { submitCourse(input: $input) { submission { id } } }";
    let sections = "query ($id: ID!) { node(id: $id) { ... on Course { draft { sections { id } } } } }";
    let mut counts = Vec::new();
    for quizzes in [1, 4] {
        for _ in 0..quizzes {
            let input = json!({ "course": course.course, "title": "Lagi", "passPercent": 50 });
            let quiz = done(client, "createQuiz", input, "quiz { id }").await["quiz"]["id"].clone();
            let choices = json!([{ "text": "a", "fraction": "1" }, { "text": "b", "fraction": "0" }]);
            let question = json!({ "choice": { "prompt": "?", "points": "1", "multiple": false, "choices": choices } });
            done(client, "createQuestion", json!({ "quiz": quiz, "question": question }), "question { id }").await;
            let data = client.data(sections, json!({ "id": course.course })).await;
            let section = data["node"]["draft"]["sections"][0]["id"].clone();
            let lesson = json!({ "section": section, "title": "Lagi", "kind": "QUIZ", "quiz": quiz });
            done(client, "createLesson", lesson, "lesson { id }").await;
        }
        let input = json!({ "input": { "id": course.course } });
        let (statements, data) = app.statements(client.data(submit, input)).await;
        let decision = json!({ "id": data["submitCourse"]["submission"]["id"], "decision": "APPROVE" });
        done(&course.reviewer.client, "decideCourseSubmission", decision, "submission { status }").await;
        counts.push(statements);
    }
    assert_eq!(counts[0], counts[1], "submitCourse, with 2 and with 6 quizzes");
    app.work().await;
    app.stop().await;
}

/// `nodes` asks once for all things of a kind.
#[tokio::test(flavor = "multi_thread")]
async fn nodes_take_the_same_statements_however_many() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let client = &course.instructor.client;
    let announce =
        json!({ "purpose": "COURSE_IMPORT", "fileName": "c.zip", "contentType": "application/zip", "size": 1 });
    let mut imports = Vec::new();
    for _ in 0..2 {
        let upload = done(client, "createUpload", announce.clone(), "upload { id url }").await["upload"].clone();
        let mut url: url::Url = upload["url"].as_str().expect("an address").parse().expect("an address");
        url.set_port(Some(app.address.port())).expect("a port");
        assert_eq!(reqwest::Client::new().put(url).body("x").send().await.expect("an answer").status(), 204);
        let import = done(client, "importCourse", json!({ "upload": upload["id"] }), "import { id }").await;
        imports.push(import["import"]["id"].clone());
        let log_in = json!({ "login": course.instructor.email, "password": crate::harness::PASSWORD });
        done(&app.anonymous(), "logIn", log_in, "token").await;
        done(client, "createSection", json!({ "course": course.course, "title": "Lagi" }), "course { id }").await;
    }
    app.work().await;
    let ids = |list: &Value| list.as_array().expect("a list").iter().map(|one| one["id"].clone()).collect::<Vec<_>>();
    let data = client
        .data("query ($id: ID!) { viewer { sessions { id } } academy { policy { documents { id } } } node(id: $id) { ... on Course { draft { sections { id lessons { id } } } } } }", json!({ "id": course.course }))
        .await;
    let sections = &data["node"]["draft"]["sections"];
    let quizzes = "query ($id: ID!) { node(id: $id) { ... on Quiz { questions { nodes { id } } } } }";
    let quiz = client.data(quizzes, json!({ "id": course.quiz })).await;
    for (kind, all) in [
        ("Import", imports),
        ("Session", ids(&data["viewer"]["sessions"])),
        ("PolicyDocument", ids(&data["academy"]["policy"]["documents"])),
        ("Section", ids(sections)),
        ("Lesson", ids(&sections[0]["lessons"])),
        ("ChoiceQuestion", ids(&quiz["node"]["questions"]["nodes"])),
    ] {
        let nodes = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }";
        let mut counts = Vec::new();
        for some in [&all[..1], &all[..]] {
            let (statements, data) = app.statements(client.data(nodes, json!({ "ids": some }))).await;
            let found: Vec<_> = some.iter().map(|id| json!({ "__typename": kind, "id": id })).collect();
            assert_eq!(data["nodes"], Value::Array(found));
            counts.push(statements);
        }
        assert!(all.len() > 1 && counts[0] == counts[1], "{kind}: {counts:?} for 1 and {}", all.len());
    }
    app.stop().await;
}

/// Cursors lead through the whole catalogue, both ways.
#[tokio::test(flavor = "multi_thread")]
async fn pages_of_the_catalogue_join_up() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let page = "query ($first: Int, $after: String, $last: Int, $before: String) { courses(first: $first, after: $after, last: $last, before: $before) { nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }";
    let data = app.anonymous().data(page, json!({ "first": 1 })).await;
    assert_eq!(data["courses"]["nodes"], json!([{ "id": course.course }]));
    assert_eq!(data["courses"]["pageInfo"]["hasNextPage"], false);
    let after =
        app.anonymous().data(page, json!({ "first": 1, "after": data["courses"]["pageInfo"]["endCursor"] })).await;
    assert_eq!(after["courses"]["nodes"], Value::Array(Vec::new()));
    // A cursor of another list is told.
    let runs = app
        .anonymous()
        .data(
            "query ($id: ID!) { node(id: $id) { ... on Course { runs { pageInfo { endCursor } } } } }",
            json!({ "id": course.course }),
        )
        .await;
    let wrong =
        app.anonymous().send(page, json!({ "first": 1, "after": runs["node"]["runs"]["pageInfo"]["endCursor"] })).await;
    assert_eq!(wrong.codes(), ["BAD_USER_INPUT"]);
    app.stop().await;
}
