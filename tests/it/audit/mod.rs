//! The audit log: who reads somebody's data for their office says why, the person sees it, and nobody can change it afterwards.

use chrono::TimeDelta;
use diesel_async::SimpleAsyncConnection;
use sanggar::{
    audit::verify::{self, Noted},
    platform::privacy::Role,
};
use serde_json::{Value, json};

use crate::{
    harness::{Client, PASSWORD, Person, TestApp},
    line::done,
};

const READ: &str = "query ($id: ID!) { node(id: $id) { ... on User { id fullName email } } }";
const EVENTS: &str = "{ viewer { securityEvents { totalCount nodes { id action actorName actor { id fullName } subject reason detail hash } } } }";

async fn events(person: &Person) -> Vec<Value> {
    let data = person.client.data(EVENTS, json!({})).await;
    data["viewer"]["securityEvents"]["nodes"].as_array().expect("nodes").clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_reads_by_office_says_why_and_is_seen() {
    let app = TestApp::start().await;
    let ani = app.person("Ani Wijaya").await;
    let support = app.staff("Sari Support", Role::Support).await;
    let bare = app.anonymous().with_token(&support.token);
    // Without a reason nothing is shown, and nothing is noted: nothing was read.
    let refused = bare.send(READ, json!({ "id": ani.id })).await;
    assert_eq!(refused.codes(), ["BAD_USER_INPUT", "BAD_USER_INPUT"]);
    assert_eq!(refused.json["data"]["node"], json!({ "id": ani.id, "fullName": null, "email": null }));
    assert!(refused.json["errors"][0]["message"].as_str().is_some_and(|text| text.contains("X-Access-Reason")));
    for bad in ["", "ab", "...", &"x".repeat(501)] {
        assert_eq!(bare.because(bad).send(READ, json!({ "id": ani.id })).await.status, 400, "{bad}");
    }
    assert_eq!(events(&ani).await, Vec::<Value>::new());

    let read = bare.because("Ani asks about her invoice – tiket 7").data(READ, json!({ "id": ani.id })).await;
    assert_eq!(read["node"]["fullName"], "Ani Wijaya");
    let seen = events(&ani).await;
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0]["action"], "READ");
    assert_eq!(seen[0]["reason"], "Ani asks about her invoice – tiket 7");
    assert_eq!(seen[0]["actorName"], "Sari Support");
    assert_eq!(
        seen[0]["actor"],
        json!({ "id": support.id, "fullName": null }),
        "what else of them is private stays so"
    );
    assert_eq!(seen[0]["subject"], json!(ani.id));
    assert_eq!(seen[0]["detail"]["fields"], json!(["User.email", "User.fullName"]));
    assert_eq!(seen[0]["detail"]["roles"], json!(["LEARNER", "SUPPORT"]));

    // What anybody may read, and what is one's own, is read without a reason, and is nobody's business.
    let set = "mutation ($input: SetVisibilityInput!) { setVisibility(input: $input) { userErrors { code } } }";
    let choice = json!({ "fields": [{ "field": "FULL_NAME", "audience": "MEMBERS" }] });
    ani.client.data(set, json!({ "input": choice })).await;
    let name = "query ($id: ID!) { node(id: $id) { ... on User { fullName } } }";
    assert_eq!(bare.data(name, json!({ "id": ani.id })).await["node"]["fullName"], "Ani Wijaya");
    bare.data("{ viewer { user { fullName email } } }", json!({})).await;
    assert_eq!(events(&ani).await.len(), 1);
    assert_eq!(events(&support).await, Vec::<Value>::new());

    // Who answers for the data reads the log: for a reason, and that is noted too.
    let officer = app.staff("Oki Officer", Role::PrivacyOfficer).await;
    let log =
        "query ($filter: AuditFilter) { auditLog(filter: $filter) { totalCount nodes { id actorName subject } } }";
    let bare_officer = app.anonymous().with_token(&officer.token);
    let refused = bare_officer.send(log, json!({})).await;
    assert_eq!((refused.codes(), &refused.json["data"]), (vec!["BAD_USER_INPUT"], &Value::Null));
    app.world.pass(chrono::TimeDelta::seconds(1));
    let filter = json!({ "actor": support.id, "action": "READ", "subject": ani.id });
    let page = officer.client.data(log, json!({ "filter": filter })).await;
    assert_eq!(page["auditLog"]["totalCount"], 1);
    let entry = page["auditLog"]["nodes"][0]["id"].clone();
    let none = officer.client.data(log, json!({ "filter": { "actor": ani.id } })).await;
    assert_eq!(none["auditLog"]["totalCount"], 0);
    let seen = events(&ani).await;
    assert_eq!((seen.len(), &seen[0]["detail"]["fields"]), (2, &json!(["AuditEntry.reason"])));
    for (client, sees) in [(&ani.client, true), (&officer.client, true), (&support.client, false)] {
        let node = "query ($id: ID!) { node(id: $id) { id } }";
        assert_eq!(client.data(node, json!({ "id": entry })).await["node"].is_object(), sees);
    }
    assert_eq!(support.client.send(log, json!({})).await.codes(), ["FORBIDDEN"]);
    app.stop().await;
}

/// What can't be noted is not told.
#[tokio::test(flavor = "multi_thread")]
async fn no_answer_without_its_entry() {
    let app = TestApp::start().await;
    let ani = app.person("Ani Wijaya").await;
    let admin = app.staff("Agus Admin", Role::Admin).await;
    let mut superuser = app.database.superuser().await;
    superuser.batch_execute("revoke insert on audit_entries from sanggar_app").await.expect("revoked");
    let answer = admin.client.send(READ, json!({ "id": ani.id })).await;
    assert_eq!((answer.codes(), &answer.json["data"]), (vec!["INTERNAL_SERVER_ERROR"], &Value::Null));
    assert!(!answer.json.to_string().contains("Ani"));
    app.stop().await;
}

/// A page of people is noted with the same number of statements, however many they are.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_people_is_noted_at_once() {
    let app = TestApp::start().await;
    let support = app.staff("Sari Support", Role::Support).await;
    for name in ["Ani Wijaya", "Budi Santoso", "Citra Dewi"] {
        app.world.pass(chrono::TimeDelta::seconds(1));
        app.person(name).await;
    }
    let page = "query ($first: Int) { users(first: $first) { nodes { fullName email phone } } }";
    let (one, _) = app.statements(support.client.data(page, json!({ "first": 1 }))).await;
    let (three, _) = app.statements(support.client.data(page, json!({ "first": 3 }))).await;
    assert_eq!(one, three);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chain_tells_where_it_was_tampered_with() {
    let app = TestApp::start().await;
    let ani = app.person("Ani Wijaya").await;
    let admin = app.staff("Agus Admin", Role::Admin).await;
    let check = async || verify::verify(&app.services, app.academy, None, |_| {}).await.expect("a report");
    for _ in 0..3 {
        admin.client.data(READ, json!({ "id": ani.id })).await;
    }
    assert_eq!((check().await.holds_to, check().await.unlinked), (0, 3), "not linked yet");
    app.work().await;
    admin.client.data(READ, json!({ "id": ani.id })).await;
    app.work().await;
    let sound = check().await;
    assert_eq!((sound.holds_to, sound.unlinked, sound.broken), (4, 0, None));
    let noted = |number, hash: &str| Noted { number, hash: hash.to_owned() };
    let against = async |noted: Noted| {
        verify::verify(&app.services, app.academy, Some(&noted), |_| {}).await.expect("a report").broken
    };
    assert_eq!(against(noted(4, &sound.hash)).await, None);
    assert_eq!(against(noted(4, "00")).await, Some((4, "it is not the link that was noted")));
    assert_eq!(against(noted(5, &sound.hash)).await, Some((5, "a link is missing")), "shorter than it was");

    // The server itself may only add.
    let mut server = app.database.server().await;
    for statement in [
        "update audit_entries set reason = 'x'",
        "delete from audit_entries",
        "update audit_links set number = 9",
        "delete from audit_links",
        "update audit_heads set number = 9",
        "delete from audit_heads",
        "truncate audit_entries cascade",
    ] {
        let refused = server.batch_execute(statement).await.expect_err(statement).to_string();
        assert!(refused.contains("permission denied"), "{statement}: {refused}");
    }
    // Who can do more than the server is found out.
    let mut superuser = app.database.superuser().await;
    let third = "(select entry_id from audit_links where number = 3)";
    for (tamper, mend, broken) in [
        (
            format!("update audit_entries set reason = 'none' where id = {third}"),
            format!("update audit_entries set reason = 'ticket 42' where id = {third}"),
            (3, "the entry was changed"),
        ),
        (
            format!("update audit_entries set subject_id = null where id = {third}"),
            format!("update audit_entries set subject_id = actor_id where id = {third}"),
            (3, "the entry was changed"),
        ),
    ] {
        superuser.batch_execute(&tamper).await.expect("tampered");
        let found = check().await;
        assert_eq!((found.holds_to, found.broken), (2, Some(broken)), "{tamper}");
        superuser.batch_execute(&mend).await.expect("mended");
    }
    let restore = "update audit_entries e set subject_id = o.subject_id from audit_entries o where e.subject_id = e.actor_id and o.subject_id <> o.actor_id";
    superuser.batch_execute(restore).await.expect("mended");
    assert_eq!(check().await.broken, None);
    // A history that was written anew has no signature, and nothing is signed on top of it.
    superuser.batch_execute("delete from audit_heads where number > 3").await.expect("tampered");
    let unsigned = Some((4, "it is not signed, nor is what follows"));
    assert_eq!(check().await.broken, unsigned);
    admin.client.data(READ, json!({ "id": ani.id })).await;
    app.work().await;
    assert_eq!((check().await.broken, check().await.unlinked), (unsigned, 1));
    superuser.batch_execute("delete from audit_links where number = 2").await.expect("tampered");
    assert_eq!(check().await.broken, Some((2, "a link is missing")));
    superuser.batch_execute("delete from jobs").await.expect("what fails is let go");
    app.stop().await;
}

/// A clock that stood wrong for a while leaves nothing out of the chain.
#[tokio::test(flavor = "multi_thread")]
async fn entries_of_a_wrong_clock_are_linked() {
    let app = TestApp::start().await;
    let ani = app.person("Ani Wijaya").await;
    let admin = app.staff("Agus Admin", Role::Admin).await;
    let check = async || verify::verify(&app.services, app.academy, None, |_| {}).await.expect("a report");
    let read = async || admin.client.data(READ, json!({ "id": ani.id })).await;
    // Ahead: what comes afterwards is older than the last entry.
    app.world.pass(TimeDelta::hours(5));
    read().await;
    app.world.pass(TimeDelta::hours(-5));
    app.sql("update jobs set run_at = created_at - interval '1 day'").await;
    app.work().await;
    read().await;
    app.work().await;
    assert_eq!((check().await.holds_to, check().await.unlinked), (2, 0));
    // Behind: linked the next day at the latest, and told until then.
    app.world.pass(TimeDelta::hours(-3));
    read().await;
    app.world.pass(TimeDelta::hours(3));
    app.work().await;
    assert_eq!(check().await.broken, Some((3, "entries wait to be linked for longer than ten minutes")));
    app.world.pass(TimeDelta::days(1));
    read().await;
    app.work().await;
    assert_eq!((check().await.holds_to, check().await.unlinked, check().await.broken), (4, 0, None));
    app.stop().await;
}

/// Whoever signs in within a request reads in their own name what they read before.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_reads_in_anothers_name() {
    let app = TestApp::start().await;
    let course = crate::line::published(&app).await;
    let admin = app.staff("Agus Admin", Role::Admin).await;
    let other = app.person("Budi Santoso").await;
    let document = "mutation ($add: AddInstructorInput!, $in: LogInInput!) {
        addInstructor(input: $add) { course { instructors { user { fullName email } } } }
        logIn(input: $in) { viewer { user { fullName } } }
    }";
    let variables = json!({
        "add": { "course": course.course, "user": course.instructor.id },
        "in": { "login": other.email, "password": PASSWORD },
    });
    let data = admin.client.data(document, variables).await;
    assert_eq!(data["addInstructor"]["course"]["instructors"][0]["user"]["email"], course.instructor.email);
    assert_eq!(data["logIn"]["viewer"]["user"]["fullName"], "Budi Santoso");
    let seen = events(&course.instructor).await;
    let read: Vec<_> =
        seen.iter().filter(|entry| entry["detail"]["fields"] == json!(["User.email", "User.fullName"])).collect();
    assert_eq!(read[0]["actorName"], "Agus Admin", "{seen:?}");
    assert_eq!(read[0]["detail"]["roles"], json!(["LEARNER", "ADMIN"]));
    app.stop().await;
}

/// An office is used for what nothing else gives: and then with a reason.
#[tokio::test(flavor = "multi_thread")]
async fn another_right_does_not_widen_into_an_office() {
    let app = TestApp::start().await;
    let course = crate::line::published(&app).await;
    let learner = app.person("Citra Dewi").await;
    crate::line::learn(&course, &learner).await;
    app.grant(&course.instructor, Role::Admin).await;
    let draft = json!({ "title": "Lain", "summary": "S", "description": "D", "locale": "id", "level": "BEGINNER" });
    let staff = crate::line::instructor(&app, &course.reviewer, "Dodi Putra").await;
    let other =
        done(&staff.client, "createCourse", draft, "course { id runs { nodes { id } } }").await["course"].clone();
    app.sql(&format!(
        "insert into enrolments select academy_id, gen_random_uuid(), user_id, '{}', '{}', version_id, status, enrolled_at from enrolments",
        crate::line::uuid_of(&other["id"]),
        crate::line::uuid_of(&other["runs"]["nodes"][0]["id"])
    ))
    .await;
    let look = "query ($id: ID!) { node(id: $id) { ... on User { enrolments { totalCount } } } }";
    let bare = &course.instructor.client;
    let count = async |client: &Client| {
        client.data(look, json!({ "id": learner.id })).await["node"]["enrolments"]["totalCount"].clone()
    };
    let before = events(&learner).await.len();
    assert_eq!(count(bare).await, 1, "what they teach");
    assert_eq!(events(&learner).await.len(), before);
    assert_eq!(count(&bare.because("ticket 42")).await, 2, "all of it, for their office");
    assert_eq!(events(&learner).await.len(), before + 1);
    // Who finds somebody by a name that is private has read it.
    let find = "query ($u: String!) { user(username: $u) { id } }";
    let support = app.staff("Sari Support", Role::Support).await;
    let bare = app.anonymous().with_token(&support.token);
    assert_eq!(bare.send(find, json!({ "u": learner.username })).await.codes(), ["BAD_USER_INPUT"]);
    assert!(support.client.data(find, json!({ "u": learner.username })).await["user"].is_object());
    assert_eq!(events(&learner).await.len(), before + 2);
    app.stop().await;
}

/// Who must say why and does not has written nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_decision_without_a_reason_is_none() {
    let app = TestApp::start().await;
    let ani = app.person("Ani Wijaya").await;
    let reviewer = app.staff("Rudi Hartono", Role::Reviewer).await;
    let applied = done(&ani.client, "applyToTeach", crate::instructors::application(), "application { id }").await;
    let decision = json!({ "input": { "id": applied["application"]["id"], "decision": "APPROVE" } });
    let bare = app.anonymous().with_token(&reviewer.token);
    let refused = bare.send(crate::instructors::DECIDE, decision.clone()).await;
    assert_eq!(refused.codes(), ["BAD_USER_INPUT"]);
    let own = "{ viewer { roles instructorApplications { nodes { status } } } }";
    let left = ani.client.data(own, json!({})).await["viewer"].clone();
    assert_eq!(left, json!({ "roles": ["LEARNER"], "instructorApplications": { "nodes": [{ "status": "PENDING" }] } }));
    let decided = reviewer.client.data(crate::instructors::DECIDE, decision).await;
    assert_eq!(decided["decideInstructorApplication"]["application"]["status"], "APPROVED");
    app.stop().await;
}
