//! Academies.

use serde_json::json;

use sanggar::{
    academies::{CreateAcademy, Policy},
    app,
};

use crate::harness::TestApp;

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
