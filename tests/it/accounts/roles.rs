//! Roles and suspensions: given, taken, contested; and an academy is never left without an admin.

use chrono::TimeDelta;
use futures_util::future::join_all;
use sanggar::platform::privacy::Role;
use serde_json::{Value, json};

use crate::{
    harness::{Client, PASSWORD, Person, TestApp, user_errors},
    line::{done, sent},
};

const ROLES: &str = "{ viewer { roles } }";

async fn again(app: &TestApp, person: &Person) -> Client {
    let input = json!({ "login": person.email, "password": PASSWORD });
    let opened = done(&app.anonymous(), "logIn", input, "token").await;
    app.anonymous().with_token(opened["token"].as_str().expect("a token"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_is_granted_and_taken_and_sessions_end() {
    let app = TestApp::start().await;
    let admin = app.staff("Adi Nugroho", Role::Admin).await;
    let ani = app.person("Ani Wijaya").await;
    let change = |verb: &'static str, role: &'static str| {
        let (client, user) = (admin.client.clone(), ani.id.clone());
        async move { sent(&client, verb, json!({ "user": user, "role": role }), "user { roles }").await }
    };
    let granted = change("grantRole", "REVIEWER").await;
    assert_eq!(granted["user"]["roles"], json!(["LEARNER", "REVIEWER"]), "{granted}");
    assert_eq!(user_errors(&change("grantRole", "REVIEWER").await), ["ALREADY_DONE input.role"]);
    assert_eq!(ani.client.send(ROLES, json!({})).await.codes(), ["UNAUTHENTICATED"], "she signs in anew");
    let client = again(&app, &ani).await;
    assert_eq!(client.data(ROLES, json!({})).await["viewer"]["roles"], json!(["LEARNER", "REVIEWER"]));
    change("revokeRole", "REVIEWER").await;
    assert_eq!(client.send(ROLES, json!({})).await.codes(), ["UNAUTHENTICATED"]);
    assert_eq!(user_errors(&change("revokeRole", "REVIEWER").await), ["ALREADY_DONE input.role"]);
    for verb in ["grantRole", "revokeRole"] {
        assert_eq!(user_errors(&change(verb, "LEARNER").await), ["INVALID input.role"]);
    }
    let log = "{ auditLog { nodes { action actor { id } subject } } }";
    let log = admin.client.data(log, json!({})).await["auditLog"]["nodes"].clone();
    let entry = |action: &str| json!({ "action": action, "actor": { "id": admin.id }, "subject": ani.id });
    let told: Vec<&Value> = log.as_array().expect("entries").iter().filter(|one| one["action"] != "READ").collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.contains(&&entry("ROLE_REVOKED")) && told.contains(&&entry("ROLE_GRANTED")), "{told:?}");
    app.world.pass(TimeDelta::minutes(11));
    let document = "mutation ($input: GrantRoleInput!) { grantRole(input: $input) { user { id } } }";
    let late = admin.client.send(document, json!({ "input": { "user": ani.id, "role": "ADMIN" } })).await;
    assert_eq!(late.codes(), ["REAUTHENTICATION_REQUIRED"]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_admin_stays() {
    let app = TestApp::start().await;
    let (one, other) = (app.staff("Adi Nugroho", Role::Admin).await, app.staff("Bima Sakti", Role::Admin).await);
    // Each takes it from the other at the same moment.
    let take = |from: &Person, by: &Person| {
        let (client, input) = (by.client.clone(), json!({ "input": { "user": from.id, "role": "ADMIN" } }));
        let document =
            "mutation ($input: RevokeRoleInput!) { revokeRole(input: $input) { user { id } userErrors { code } } }";
        async move { client.send(document, input).await.json }
    };
    let answers = join_all([take(&one, &other), take(&other, &one)]).await;
    let taken = answers.iter().filter(|answer| answer["data"]["revokeRole"]["user"].is_object()).count();
    assert_eq!(taken, 1, "{answers:?}");
    let left = if answers[0]["data"]["revokeRole"]["user"].is_object() { &other } else { &one };
    let own = sent(&left.client, "revokeRole", json!({ "user": left.id, "role": "ADMIN" }), "user { id }").await;
    assert_eq!(user_errors(&own), ["NOT_ELIGIBLE input.role"]);
    // Nor does who was invited to be one, and has not come.
    let guest = json!({ "email": "tamu@example.org", "fullName": "Tamu", "roles": ["ADMIN"] });
    done(&left.client, "inviteUser", guest, "user { id }").await;
    let own = sent(&left.client, "revokeRole", json!({ "user": left.id, "role": "ADMIN" }), "user { id }").await;
    assert_eq!(user_errors(&own), ["NOT_ELIGIBLE input.role"]);
    // A suspended admin runs nothing: the other one stays as well.
    let third = app.staff("Citra Dewi", Role::Admin).await;
    done(&left.client, "suspendUser", json!({ "id": third.id, "reason": "Cuti." }), "user { id }").await;
    let own = sent(&left.client, "revokeRole", json!({ "user": left.id, "role": "ADMIN" }), "user { id }").await;
    assert_eq!(user_errors(&own), ["NOT_ELIGIBLE input.role"]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_suspended_reads_why_and_takes_no_part() {
    let app = TestApp::start().await;
    let course = crate::line::published(&app).await;
    let (admin, support) =
        (app.staff("Adi Nugroho", Role::Admin).await, app.staff("Sari Support", Role::Support).await);
    let citra = app.person("Citra Dewi").await;
    crate::line::learn(&course, &citra).await;
    // She is a guardian as well.
    let ward = app.person("Dewi Anak").await;
    app.guard(&citra, &ward).await;
    let look_after = "query ($id: ID!) { node(id: $id) { ... on User { biography fullName } } }";
    let wards = citra.client.data(look_after, json!({ "id": ward.id })).await;
    assert_eq!(wards["node"]["fullName"], "Dewi Anak");
    let choose = json!({ "fields": [{ "field": "FULL_NAME", "audience": "PUBLIC" }] });
    done(&citra.client, "setVisibility", choose, "visibility { field }").await;
    let suspend = |client: &Client, id: &str, reason: &str| {
        let input = json!({ "id": id, "reason": reason });
        let client = client.clone();
        async move { sent(&client, "suspendUser", input, "user { id }").await }
    };
    assert_eq!(user_errors(&suspend(&support.client, &citra.id, " ").await), ["REQUIRED input.reason"]);
    assert_eq!(user_errors(&suspend(&support.client, &admin.id, "Cuti.").await), ["NOT_ELIGIBLE input.id"]);
    assert_eq!(user_errors(&suspend(&admin.client, &admin.id, "Cuti.").await), ["NOT_ELIGIBLE input.id"]);
    assert_eq!(user_errors(&suspend(&support.client, &citra.id, "Menyalin jawaban.").await), Vec::<String>::new());
    assert_eq!(user_errors(&suspend(&support.client, &citra.id, "Lagi.").await), ["ALREADY_DONE input.id"]);
    assert_eq!(citra.client.send(ROLES, json!({})).await.codes(), ["UNAUTHENTICATED"]);
    let mails = app.mails().await;
    assert!(mails.iter().any(|mail| mail.contains("Menyalin jawaban.") && mail.contains(&citra.email)));
    let client = again(&app, &citra).await;
    let look = "{ viewer { roles user { suspension { reason contest contestedAt } } } }";
    let seen = client.data(look, json!({})).await["viewer"].clone();
    let told = json!({ "reason": "Menyalin jawaban.", "contest": null, "contestedAt": null });
    assert_eq!(seen, json!({ "roles": [], "user": { "suspension": told } }));
    // Nothing but their own account.
    let complete = "mutation ($input: CompleteLessonInput!) { completeLesson(input: $input) { enrolment { id } } }";
    let refused = client.send(complete, json!({ "input": { "id": course.lessons[0] } })).await;
    assert_eq!(refused.codes(), ["RESTRICTED"]);
    assert!(client.data(look_after, json!({ "id": ward.id })).await["node"].is_null(), "nor of whom she is guardian");
    let lesson = "query ($id: ID!) { node(id: $id) { ... on Lesson { bodyHtml } } }";
    let body = client.send(lesson, json!({ "id": course.lessons[1] })).await.json;
    assert!(body["data"]["node"]["bodyHtml"].is_null(), "{body}");
    let public = "query ($id: ID!) { node(id: $id) { ... on User { fullName } } }";
    let seen = app.anonymous().data(public, json!({ "id": citra.id })).await;
    assert!(seen["node"].is_null(), "nowhere public");
    done(&client, "contestSuspension", json!({ "message": "Itu jawaban saya sendiri." }), "acknowledged").await;
    let twice = sent(&client, "contestSuspension", json!({ "message": "Sungguh." }), "acknowledged").await;
    assert_eq!(user_errors(&twice), ["ALREADY_DONE "]);
    let read = "query ($id: ID!) { node(id: $id) { ... on User { suspension { reason contest } } } }";
    let read = support.client.data(read, json!({ "id": citra.id })).await;
    assert_eq!(read["node"]["suspension"]["contest"], "Itu jawaban saya sendiri.");
    let lift = json!({ "id": citra.id, "reason": "Jawabannya sendiri." });
    done(&admin.client, "liftSuspension", lift.clone(), "user { id }").await;
    assert_eq!(
        user_errors(&sent(&admin.client, "liftSuspension", lift, "user { id }").await),
        ["ALREADY_DONE input.id"]
    );
    let seen = client.data(look, json!({})).await["viewer"].clone();
    assert_eq!(seen, json!({ "roles": ["LEARNER"], "user": { "suspension": null } }));
    let seen = app.anonymous().data(public, json!({ "id": citra.id })).await;
    assert_eq!(seen["node"]["fullName"], "Citra Dewi");
    app.stop().await;
}
