//! Applying to teach, and deciding.

use std::time::Duration;

use diesel::{QueryableByName, sql_query, sql_types::BigInt};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use sanggar::platform::privacy::Role;
use serde_json::{Value, json};

use crate::{
    harness::{TestApp, user_errors},
    line::{done, sent},
};

pub const APPLY: &str = "mutation ($input: ApplyToTeachInput!) { applyToTeach(input: $input) { application { id status experience } userErrors { code path message } } }";
pub const DECIDE: &str = "mutation ($input: DecideInstructorApplicationInput!) { decideInstructorApplication(input: $input) { application { status reason decidedAt } userErrors { code path message } } }";

pub fn application() -> Value {
    json!({
        "displayName": "Bu Ani", "experience": "Sepuluh tahun mengajar.", "expertise": ["HTML", "Aksesibilitas"],
        "linkedinUrl": "https://www.linkedin.com/in/ani", "proposals": [{ "title": "Web dasar", "summary": "Dari nol." }],
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_applicant_is_approved_told_and_shown() {
    let app = TestApp::start().await;
    let ani = app.person("Ani Wijaya").await;
    let reviewer = app.staff("Rudi Hartono", Role::Reviewer).await;
    let data = ani.client.data(APPLY, json!({ "input": application() })).await;
    let id = data["applyToTeach"]["application"]["id"].clone();
    let again = ani.client.data(APPLY, json!({ "input": application() })).await;
    assert_eq!(user_errors(&again["applyToTeach"]), ["ALREADY_DONE "]);
    let queue = "{ instructorApplications(status: PENDING) { nodes { id applicant { fullName } proposals { title } } totalCount } }";
    let data = reviewer.client.data(queue, json!({})).await;
    assert_eq!(data["instructorApplications"]["nodes"][0]["applicant"]["fullName"], "Ani Wijaya");
    let unreasoned = json!({ "input": { "id": id, "decision": "REJECT" } });
    let data = reviewer.client.data(DECIDE, unreasoned).await;
    assert_eq!(user_errors(&data["decideInstructorApplication"]), ["REQUIRED input.reason"]);
    let endless = json!({ "input": { "id": id, "decision": "REJECT", "reason": "x".repeat(2001) } });
    let data = reviewer.client.data(DECIDE, endless).await;
    assert_eq!(user_errors(&data["decideInstructorApplication"]), ["TOO_LONG input.reason"]);
    let asked = json!({ "input": { "id": id, "decision": "REQUEST_CHANGES", "reason": "Tambahkan contoh." } });
    reviewer.client.data(DECIDE, asked).await;
    let data = ani.client.data(APPLY, json!({ "input": application() })).await;
    let second = data["applyToTeach"]["application"]["id"].clone();
    let approve = json!({ "input": { "id": second, "decision": "APPROVE" } });
    let data = reviewer.client.data(DECIDE, approve.clone()).await;
    assert_eq!(data["decideInstructorApplication"]["application"]["status"], "APPROVED");
    let twice = reviewer.client.data(DECIDE, approve).await;
    assert_eq!(user_errors(&twice["decideInstructorApplication"]), ["ALREADY_DONE input.id"]);
    let mails = app.mails().await;
    assert_eq!(mails.iter().filter(|mail| mail.contains("Your application at")).count(), 2);
    let data = ani.client.data("{ viewer { roles user { instructor { displayName expertise } } instructorApplications { totalCount nodes { reason } } } }", json!({})).await;
    assert_eq!(data["viewer"]["roles"], json!(["LEARNER", "INSTRUCTOR"]));
    assert_eq!(
        data["viewer"]["user"]["instructor"],
        json!({ "displayName": "Bu Ani", "expertise": ["HTML", "Aksesibilitas"] })
    );
    assert_eq!(data["viewer"]["instructorApplications"]["totalCount"], 2);
    let applications = data["viewer"]["instructorApplications"]["nodes"].as_array().expect("applications");
    let told = applications.iter().filter(|application| application["reason"] == "Tambahkan contoh.").count();
    assert_eq!(told, 1, "the new application leaves the reviewer's words as they were");
    // Who applies again agrees to another face.
    let mut other = application();
    other["displayName"] = json!("Ibu Ani Wijaya");
    let data = ani.client.data(APPLY, json!({ "input": other })).await;
    let approve = json!({ "input": { "id": data["applyToTeach"]["application"]["id"], "decision": "APPROVE" } });
    reviewer.client.data(DECIDE, approve).await;
    let data = ani.client.data("{ viewer { user { instructor { displayName } } } }", json!({})).await;
    assert_eq!(data["viewer"]["user"]["instructor"]["displayName"], "Ibu Ani Wijaya");
    app.mails().await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_is_taken_back_while_it_is_open() {
    let app = TestApp::start().await;
    let (ani, other) = (app.person("Ani Wijaya").await, app.person("Budi Santoso").await);
    let reviewer = app.staff("Rudi Hartono", Role::Reviewer).await;
    let applied = done(&ani.client, "applyToTeach", application(), "application { id }").await;
    let id = json!({ "id": applied["application"]["id"] });
    let stolen = sent(&other.client, "withdrawInstructorApplication", id.clone(), "application { id }").await;
    assert_eq!(user_errors(&stolen), ["NOT_FOUND input.id"]);
    let back = done(&ani.client, "withdrawInstructorApplication", id.clone(), "application { status }").await;
    assert_eq!(back["application"]["status"], "WITHDRAWN");
    let again = sent(&ani.client, "withdrawInstructorApplication", id.clone(), "application { id }").await;
    assert_eq!(user_errors(&again), ["ALREADY_DONE input.id"]);
    let decision = json!({ "id": id["id"], "decision": "APPROVE" });
    let decided = sent(&reviewer.client, "decideInstructorApplication", decision, "application { id }").await;
    assert_eq!(user_errors(&decided), ["ALREADY_DONE input.id"]);
    let told = async || app.mails().await.into_iter().filter(|mail| mail.contains("An application at")).count();
    assert_eq!(told().await, 0, "what does not wait is told to nobody");
    // Another one may be sent at once, and its reviewers are told: in the client as well, and nobody else.
    done(&ani.client, "applyToTeach", application(), "application { id }").await;
    assert_eq!(told().await, 1);
    let kinds = "{ viewer { notifications { nodes { kind } } } }";
    for (client, expected) in [
        (&reviewer.client, json!([{ "kind": "INSTRUCTOR_APPLICATION_RECEIVED" }])),
        (&other.client, json!([])),
        (&ani.client, json!([])),
    ] {
        assert_eq!(client.data(kinds, json!({})).await["viewer"]["notifications"]["nodes"], expected);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_applies_twice_at_once_has_applied_once() {
    let app = TestApp::start().await;
    let ani = app.person("Ani Wijaya").await;
    // While nobody can write, both come as far as they can.
    let mut gate = app.database.superuser().await;
    gate.batch_execute("begin; lock table instructor_applications in share mode").await.expect("a lock");
    let applying = tokio::spawn({
        let client = ani.client.clone();
        async move {
            let apply = || client.data(APPLY, json!({ "input": application() }));
            let (one, two) = tokio::join!(apply(), apply());
            [one, two]
        }
    });
    // Another connection looks: within a transaction the activity is seen once.
    let mut looking = app.database.superuser().await;
    while waiting(&mut looking).await < 2 && !applying.is_finished() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    gate.batch_execute("commit").await.expect("unlocked");
    let answers = applying.await.expect("answers");
    let refused: Vec<_> = answers.iter().flat_map(|data| user_errors(&data["applyToTeach"])).collect();
    assert_eq!(refused, ["ALREADY_DONE "]);
    app.stop().await;
}

/// Connections to this database that wait for a lock.
pub async fn waiting(connection: &mut AsyncPgConnection) -> i64 {
    #[derive(QueryableByName)]
    struct Waiting {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let count = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    sql_query(count).get_result::<Waiting>(connection).await.expect("a count").count
}

#[tokio::test(flavor = "multi_thread")]
async fn others_neither_read_nor_decide() {
    let app = TestApp::start().await;
    let ani = app.person("Ani Wijaya").await;
    let data = ani.client.data(APPLY, json!({ "input": application() })).await;
    let id = data["applyToTeach"]["application"]["id"].clone();
    let stranger = app.person("Budi Santoso").await;
    let next_door = app.person_of(&app.next_door(), "Dewi Lestari").await;
    let approve = json!({ "input": { "id": id, "decision": "APPROVE" } });
    for (client, code) in [
        (app.anonymous(), "UNAUTHENTICATED"),
        (ani.client.clone(), "FORBIDDEN"),
        (stranger.client.clone(), "FORBIDDEN"),
        (next_door.client.clone(), "FORBIDDEN"),
    ] {
        assert_eq!(client.send(DECIDE, approve.clone()).await.codes(), [code]);
        assert_eq!(client.send("{ instructorApplications { totalCount } }", json!({})).await.codes(), [code]);
    }
    for client in [app.anonymous(), stranger.client, next_door.client] {
        let data = client.data("query ($id: ID!) { node(id: $id) { id } }", json!({ "id": id })).await;
        assert_eq!(data["node"], Value::Null);
    }
    // A reviewer does not decide on their own application.
    app.grant(&ani, Role::Reviewer).await;
    let data = ani.client.data(DECIDE, approve).await;
    assert_eq!(user_errors(&data["decideInstructorApplication"]), ["NOT_ELIGIBLE input.id"]);
    let data = ani
        .client
        .data("query ($id: ID!) { node(id: $id) { ... on InstructorApplication { status } } }", json!({ "id": id }))
        .await;
    assert_eq!(data["node"]["status"], "PENDING", "nothing was written");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_application_is_told_what_it_lacks() {
    let app = TestApp::start().await;
    let ani = app.person("Ani Wijaya").await;
    let endless = format!("https://www.linkedin.com/in/{}", "a".repeat(2000));
    let input =
        json!({ "displayName": " ", "experience": "", "expertise": [""], "linkedinUrl": endless, "proposals": [] });
    let data = ani.client.data(APPLY, json!({ "input": input })).await;
    assert_eq!(
        user_errors(&data["applyToTeach"]),
        [
            "REQUIRED input.displayName",
            "REQUIRED input.experience",
            "REQUIRED input.expertise.0",
            "TOO_LONG input.linkedinUrl"
        ]
    );
    app.stop().await;
}
