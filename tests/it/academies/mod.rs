//! Academies.

use serde_json::json;

use sanggar::{
    academies::{CreateAcademy, Policy},
    app,
    platform::privacy::Role,
};

use crate::{
    harness::{TestApp, user_errors},
    line::{done, sent},
};

#[tokio::test(flavor = "multi_thread")]
async fn an_academy_is_made_whole_and_once() {
    let app = TestApp::start().await;
    let new = |slug: &str, host: &str| CreateAcademy {
        slug: slug.to_owned(),
        name: "Baru".to_owned(),
        locale: "id".to_owned(),
        policy_profile: "open".to_owned(),
        policy: Policy::preset("open").expect("a policy"),
        time_zone: "Asia/Makassar".to_owned(),
        hosts: vec![host.to_owned()],
    };
    let making = (0..3).map(|_| app::create_academy(&app.services, new("baru", "Baru.example.org")));
    let made = futures_util::future::join_all(making).await;
    let told: Vec<_> = made.iter().filter_map(|made| made.as_ref().err()).map(|error| format!("{error:#}")).collect();
    assert_eq!(told, ["there is an academy baru already"; 2]);
    let taken =
        app::create_academy(&app.services, new("lain", "baru.example.org")).await.expect_err("a host that is taken");
    assert!(taken.to_string().contains("baru"), "{taken:#}");
    let mut tx = app.services.db.begin_platform().await.expect("a transaction");
    sanggar::academies::create(&mut tx, &app.services, new("lain", "lain.example.org")).await.expect("made");
    drop(tx);
    let tx = app.services.db.begin_platform().await.expect("a transaction");
    let mut slugs: Vec<_> =
        sanggar::academies::store::all(&tx).await.expect("academies").into_iter().map(|a| a.slug).collect();
    slugs.sort_unstable();
    assert_eq!(slugs, ["baru", "nusa", "tetangga"], "what was not committed is not there");
    drop(tx);
    app.stop().await;
}

const WHO: &str = "{ academy { name locale timeZone policy { profile minimumAge } } }";

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_changes_an_academy_on_record_and_the_neighbour_stays() {
    let app = TestApp::start().await;
    let admin = app.staff("Adi Nugroho", Role::Admin).await;
    let next_door = app.next_door().data(WHO, json!({})).await;
    let select = "academy { name locale timeZone policy { profile } }";
    let input = json!({ "name": " Akademi Baru ", "timeZone": "Asia/Jayapura", "locale": "id" });
    let changed = done(&admin.client, "updateAcademy", input, select).await;
    assert_eq!(
        changed["academy"],
        json!({ "name": "Akademi Baru", "locale": "id", "timeZone": "Asia/Jayapura", "policy": { "profile": "tests" } })
    );
    // What is the same already is no change, and no entry.
    done(&admin.client, "updateAcademy", json!({ "timeZone": "Asia/Jayapura", "name": null }), select).await;
    app.world.pass(chrono::TimeDelta::seconds(1));
    done(&admin.client, "updateAcademy", json!({ "policyProfile": "cekolah" }), select).await;
    let seen = app.anonymous().data(WHO, json!({})).await["academy"].clone();
    assert_eq!((&seen["name"], &seen["policy"]["profile"]), (&json!("Akademi Baru"), &json!("cekolah")));
    assert_eq!(app.next_door().data(WHO, json!({})).await, next_door);
    let log = "{ auditLog { nodes { action detail actor { id } subject } } }";
    let log = admin.client.data(log, json!({})).await["auditLog"]["nodes"].clone();
    let entries: Vec<_> = log.as_array().expect("entries").iter().filter(|one| one["action"] != "READ").collect();
    let entry = |fields: &[&str], profiles: [&str; 2]| {
        let detail = json!({ "fields": fields, "policyProfile": profiles });
        json!({ "action": "ACADEMY_UPDATED", "detail": detail, "actor": { "id": admin.id }, "subject": null })
    };
    let expected =
        [entry(&["policyProfile"], ["tests", "cekolah"]), entry(&["name", "locale", "timeZone"], ["tests", "tests"])];
    assert_eq!(entries, expected.iter().collect::<Vec<_>>());
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_academy_can_not_be_is_refused_whole() {
    let app = TestApp::start().await;
    let admin = app.staff("Adi Nugroho", Role::Admin).await;
    let before = app.anonymous().data(WHO, json!({})).await;
    let wrong = json!({ "name": "", "locale": "fr", "timeZone": "Jakarta", "policyProfile": "none" });
    let refused = sent(&admin.client, "updateAcademy", wrong, "academy { id }").await;
    let told = ["REQUIRED input.name", "INVALID input.locale", "INVALID input.timeZone", "INVALID input.policyProfile"];
    assert_eq!(user_errors(&refused), told);
    let wrong = json!({ "name": "Akademi Baru", "timeZone": "WIB" });
    let refused = sent(&admin.client, "updateAcademy", wrong, "academy { id }").await;
    assert_eq!((user_errors(&refused), &refused["academy"]), (vec!["INVALID input.timeZone".to_owned()], &json!(null)));
    let document = "mutation ($input: UpdateAcademyInput!) { updateAcademy(input: $input) { academy { id } } }";
    app.world.pass(chrono::TimeDelta::minutes(11));
    let late = admin.client.send(document, json!({ "input": { "name": "Akademi Baru" } })).await;
    assert_eq!(late.codes(), ["REAUTHENTICATION_REQUIRED"]);
    assert_eq!(app.anonymous().data(WHO, json!({})).await, before);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_academy_says_who_it_is_and_what_to_accept() {
    let app = TestApp::start().await;
    let query = "{ academy { id slug name locale timeZone policy { profile controller documents { id kind version locale required body } } } }";
    app.anonymous().data(query, json!({})).await;
    let (statements, data) = app.statements(app.anonymous().data(query, json!({}))).await;
    let academy = &data["academy"];
    assert_eq!(academy["timeZone"], "Asia/Jakarta");
    let documents = academy["policy"]["documents"].as_array().expect("documents");
    assert_eq!(documents.len(), 4);
    assert!(documents.iter().all(|document| document["body"].as_str().is_some_and(|body| body.len() > 100)));
    assert_eq!(statements, 2, "the academy and its documents");
    let node = app
        .anonymous()
        .data(
            "query($id: ID!) { node(id: $id) { ... on PolicyDocument { kind } } }",
            json!({ "id": documents[0]["id"] }),
        )
        .await;
    assert_eq!(node["node"]["kind"], documents[0]["kind"]);
    app.stop().await;
}
