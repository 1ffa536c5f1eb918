//! Academies.

use serde_json::json;

use crate::harness::TestApp;

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
