//! Who is nowhere public, whatever they chose: minors, and whose account is restricted or closed.

use chrono::TimeDelta;
use sanggar::academies::Policy;
use serde_json::{Value, json};

use crate::{
    harness::{PASSWORD, Person, TestApp, user_errors, user_id},
    laws::subject::collecting_all,
    line::done,
};

const SEEN: &str =
    "query ($id: ID!, $u: String!) { node(id: $id) { ... on User { fullName } } user(username: $u) { fullName } }";

async fn seen(app: &TestApp, person: &Person) -> Vec<Value> {
    let variables = json!({ "id": person.id, "u": person.username });
    let other = app
        .person(&format!(
            "Orang {}",
            uuid::Uuid::new_v4().simple().to_string().chars().filter(char::is_ascii_alphabetic).collect::<String>()
        ))
        .await;
    let mut found = Vec::new();
    for client in [&app.anonymous(), &other.client, &person.client] {
        let data = client.data(SEEN, variables.clone()).await;
        assert_eq!(data["node"], data["user"], "by id and by name the same");
        found.push(data["node"]["fullName"].clone());
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn minors_restricted_and_closed_accounts_are_nowhere_public() {
    let app = TestApp::start_under(collecting_all(), |_| {}).await;
    let ani = app.person("Ani Wijaya").await;
    let fields = json!([{ "field": "USERNAME", "audience": "PUBLIC" }, { "field": "FULL_NAME", "audience": "PUBLIC" }]);
    done(&ani.client, "setVisibility", json!({ "fields": fields }), "visibility { field }").await;
    let (name, none) = (json!("Ani Wijaya"), Value::Null);
    assert_eq!(seen(&app, &ani).await, [name.clone(), name.clone(), name.clone()]);
    let id = user_id(&ani.id).uuid();

    app.sql(&format!("update users set restricted_at = now() where id = '{id}'")).await;
    assert_eq!(seen(&app, &ani).await, [none.clone(), none.clone(), name.clone()], "restricted");
    app.sql(&format!("update users set restricted_at = null where id = '{id}'")).await;

    let of_age = app.world.now().date_naive() + TimeDelta::days(2);
    app.sql(&format!("update identities set minor_until = '{of_age}' where user_id = '{id}'")).await;
    assert_eq!(seen(&app, &ani).await, [none.clone(), none.clone(), name.clone()], "a minor");
    app.world.pass(TimeDelta::days(3));
    assert_eq!(seen(&app, &ani).await, [name.clone(), name.clone(), name.clone()], "of age, everywhere");

    app.sql(&format!("update users set closed_at = now() where id = '{id}'")).await;
    let gone = app.anonymous().data(SEEN, json!({ "id": ani.id, "u": ani.username })).await;
    assert_eq!(gone, json!({ "node": null, "user": null }), "closed");
    assert_eq!(ani.client.send(SEEN, json!({ "id": ani.id, "u": "x" })).await.codes(), ["UNAUTHENTICATED"]);
    app.stop().await;
}

/// A date of birth is taken where the policy collects it, and who is too young leaves nothing behind.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_too_young_leaves_nothing_behind() {
    let app = TestApp::start_under(Policy::preset("cekolah").expect("a policy"), |_| {}).await;
    let client = app.anonymous();
    let documents = app.documents(&client).await;
    let register =
        "mutation ($input: RegisterInput!) { register(input: $input) { acknowledged userErrors { code path } } }";
    let send = async |born: Value| {
        let input = json!({
            "email": "ani@example.org", "password": PASSWORD, "fullName": "Ani", "birthDate": born, "acceptedDocuments": documents,
        });
        user_errors(&client.data(register, json!({ "input": input })).await["register"])
    };
    let day = |years: i32, days: i64| {
        use chrono::Datelike;
        let today = app.world.now().date_naive();
        let born = today.with_year(today.year() - years).expect("a day") + TimeDelta::days(days);
        json!(born.to_string())
    };
    assert_eq!(send(Value::Null).await, ["REQUIRED input.birthDate"]);
    assert_eq!(send(day(18, 1)).await, ["REQUIRED input.guardianEmail"]);
    assert_eq!(send(day(-1, 0)).await, ["INVALID input.birthDate"]);
    assert_eq!(send(day(131, 0)).await, ["INVALID input.birthDate"]);
    for table in ["users", "address_requests", "jobs"] {
        assert_eq!(app.rows_in(table).await, 0, "nobody is there, nor on their way: {table}");
    }
    assert_eq!(send(day(18, 0)).await, Vec::<String>::new());
    app.work().await;
    assert_eq!(app.rows_in("identities").await, 1);
    // Elsewhere it is not asked for, and not taken.
    let open = TestApp::start().await;
    let documents = open.documents(&open.anonymous()).await;
    let input = json!({
        "email": "ani@example.org", "password": PASSWORD, "fullName": "Ani", "birthDate": "1991-07-23", "ageConfirmed": true,
        "acceptedDocuments": documents,
    });
    let data = open.anonymous().data(register, json!({ "input": input })).await;
    assert_eq!(user_errors(&data["register"]), ["INVALID input.birthDate"]);
    open.stop().await;
    app.stop().await;
}

/// A guardian sees what is a guardian's to see, and their wards.
#[tokio::test(flavor = "multi_thread")]
async fn a_guardian_sees_their_ward_and_nobody_else() {
    let app = TestApp::start_under(collecting_all(), |_| {}).await;
    let course = crate::line::published(&app).await;
    let (ward, guardian, other) =
        (app.person("Citra Dewi").await, app.person("Dewi Wali").await, app.person("Eka Lain").await);
    crate::line::learn(&course, &ward).await;
    app.guard(&guardian, &ward).await;
    let wards = "{ viewer { wards { fullName birthDate enrolments { nodes { progress { percent } } totalCount } } } }";
    let data = guardian.client.data(wards, json!({})).await;
    assert_eq!(
        data["viewer"]["wards"],
        json!([{ "fullName": "Citra Dewi", "birthDate": "1991-07-23", "enrolments": { "nodes": [{ "progress": { "percent": 66 } }], "totalCount": 1 } }])
    );
    assert_eq!(other.client.data(wards, json!({})).await["viewer"]["wards"], json!([]));
    assert_eq!(ward.client.data(wards, json!({})).await["viewer"]["wards"], json!([]));
    let email = "query ($id: ID!) { node(id: $id) { ... on User { email } } }";
    assert_eq!(guardian.client.send(email, json!({ "id": ward.id })).await.codes(), ["FORBIDDEN"]);
    app.stop().await;
}

/// The public face of an instructor is public while their account lives and is not restricted.
#[tokio::test(flavor = "multi_thread")]
async fn the_face_of_a_restricted_or_closed_account_is_hidden() {
    let app = TestApp::start().await;
    let course = crate::line::published(&app).await;
    let faces = "query ($id: ID!) { node(id: $id) { ... on Course { instructors { id displayName } } } }";
    let shown =
        async || app.anonymous().data(faces, json!({ "id": course.course })).await["node"]["instructors"].clone();
    let face = shown().await[0]["id"].clone();
    assert!(face.is_string());
    let by_id = async || {
        app.anonymous().data("query ($id: ID!) { node(id: $id) { id } }", json!({ "id": face })).await["node"].clone()
    };
    assert!(by_id().await.is_object());
    let id = user_id(&course.instructor.id).uuid();
    for state in ["restricted_at", "closed_at"] {
        app.sql(&format!("update users set {state} = now() where id = '{id}'")).await;
        assert_eq!((shown().await, by_id().await), (json!([]), Value::Null), "{state}");
        app.sql(&format!("update users set {state} = null where id = '{id}'")).await;
    }
    assert!(by_id().await.is_object());
    app.stop().await;
}
