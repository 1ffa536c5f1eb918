//! Academies beside each other: what one sees does not depend on what another holds, in any byte; and the same ids in two are two things.

use diesel::{QueryableByName, sql_query, sql_types::Text};
use diesel_async::RunQueryDsl;
use futures_util::future::join_all;
use sanggar::{
    academies::Policy,
    app,
    platform::privacy::{Role, Whose},
};
use serde_json::{Value, json};

use super::paths::{queries, without_bounds};
use crate::{
    harness::{Client, Person, TestApp},
    line::{Published, learn, published, take},
};

/// Somebody has learnt here, and somebody looks after it.
async fn live(app: &TestApp) -> (Published, Person, Person) {
    let course = published(app).await;
    let learner = app.person("Citra Dewi").await;
    learn(&course, &learner).await;
    take(&course, &learner, true).await;
    let admin = app.staff("Agus Admin", Role::Admin).await;
    app.work().await;
    (course, learner, admin)
}

/// All that a viewer can ask for at once, as the server writes it.
async fn everything(client: &Client, id: &str, ids: &Value) -> String {
    let mut all = String::new();
    // The log of an academy grows by being looked at.
    for query in queries().iter().filter(|query| !query.contains("{ auditLog")) {
        let answer = client.send(query, json!({ "id": id, "ids": ids })).await;
        all.push_str(&answer.json.to_string());
        all.push('\n');
    }
    all
}

/// TEN-7.
#[tokio::test(flavor = "multi_thread")]
async fn what_one_academy_sees_does_not_depend_on_another() {
    let app = TestApp::start_under(Policy::preset("open").expect("a policy"), without_bounds).await;
    let (course, learner, admin) = live(&app).await;
    let ids = json!([learner.id, course.course, course.quiz, course.run, course.lessons[0], course.instructor.id]);
    let viewers = [app.anonymous(), learner.client.clone(), course.instructor.client.clone(), admin.client.clone()];
    let next_door = app.seen_from_next_door();
    for (round, viewer) in viewers.iter().enumerate() {
        let before = everything(viewer, &learner.id, &ids).await;
        assert!(before.len() > 1000 && before.contains("Web dari Nol"), "{before}");
        // The same people and courses, and one more each time.
        if round == 0 {
            live(&next_door).await;
        }
        let newcomer =
            next_door.person(["Dewi Lestari", "Eko Prasetyo", "Fitri Handayani", "Gita Savitri"][round]).await;
        assert!(newcomer.client.data("{ viewer { email } }", json!({})).await["viewer"]["email"].is_string());
        let after = everything(viewer, &learner.id, &ids).await;
        let at = before.bytes().zip(after.bytes()).take_while(|(one, other)| one == other).count();
        let near = |text: &str| text.chars().skip(at.saturating_sub(200)).take(300).collect::<String>();
        assert!(before == after, "viewer {round} sees something else:\n{}\n{}", near(&before), near(&after));
    }
    app.stop().await;
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// TEN-8: every row of one academy is copied into the other under the same ids, and says there where it is. Requests of both at once,
/// in one process, with the same token: nothing that is kept, gathered or looked up mixes them.
#[tokio::test(flavor = "multi_thread")]
async fn the_same_ids_in_two_academies_are_two_things() {
    let app = TestApp::start_with(|settings| settings.connections = 2).await;
    let (course, learner, _) = live(&app).await;
    let mut superuser = app.database.superuser().await;
    let (here, there) = (app.academy.uuid(), app.neighbour.uuid());
    sql_query("set session_replication_role = replica").execute(&mut superuser).await.expect("no keys for now");
    for table in
        app::tables().iter().filter(|table| table.plain.contains(&"academy_id") || table.whose != Whose::Nobody)
    {
        if ["jobs", "certificate_codes"].contains(&table.name) {
            continue;
        }
        let columns = format!(
            "select string_agg(quote_ident(attname), ', ' order by attnum) as line from pg_attribute
             where attrelid = '{}'::regclass and attnum > 0 and not attisdropped and attgenerated = '' and attname <> 'academy_id'",
            table.name
        );
        let columns: Line = sql_query(columns).get_result(&mut superuser).await.expect("columns");
        let (name, columns) = (table.name, columns.line);
        for statement in [
            format!("delete from {name} where academy_id = '{there}'"),
            format!(
                "insert into {name} (academy_id, {columns}) select '{there}', {columns} from {name} where academy_id = '{here}'"
            ),
        ] {
            sql_query(&statement).execute(&mut superuser).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
        }
    }
    for statement in [
        "update profiles set full_name = 'Kanari ' || full_name",
        "update course_versions set title = 'Kanari ' || title",
        "update lessons set title = 'Kanari ' || title",
        "update logins set email = 'kanari.' || email",
        "update sessions set device = 'kanari'",
        "update certificates set course_title = 'Kanari ' || course_title",
    ] {
        let there_only = format!("{statement} where academy_id = '{there}'");
        sql_query(there_only).execute(&mut superuser).await.expect(statement);
    }
    let document = "query ($user: ID!, $course: ID!, $lesson: ID!) {
        user: node(id: $user) { ... on User { fullName email certificates { nodes { courseTitle } } enrolments { nodes { course { title } } } } }
        course: node(id: $course) { ... on Course { title sections { lessons { title } } } }
        lesson: node(id: $lesson) { ... on Lesson { title } }
        viewer { email sessions { device } learning { nodes { course { title } sections { title } } } }
        courses { nodes { title } }
    }";
    let variables = json!({ "user": learner.id, "course": course.course, "lesson": course.lessons[0] });
    let ask = |number: usize| {
        let client = if number.is_multiple_of(2) { learner.client.clone() } else { learner.client.at("tetangga") };
        let variables = variables.clone();
        async move { (number, client.data(document, variables).await.to_string()) }
    };
    let mut mixed = 0;
    for round in 0..20 {
        for (number, answer) in join_all((0..10).map(|at| ask(round * 10 + at))).await {
            let is_there = !number.is_multiple_of(2);
            let titles = answer.matches("Web dari Nol").count();
            let marked = answer.matches("Kanari Web dari Nol").count();
            let whole = titles >= 5 && answer.contains("Citra Dewi");
            let right = if is_there { marked == titles } else { !answer.to_lowercase().contains("kanari") };
            mixed += usize::from(!(whole && right));
        }
    }
    assert_eq!(mixed, 0, "of 200 answers");
    sql_query("set session_replication_role = default").execute(&mut superuser).await.expect("keys again");
    app.stop().await;
}
