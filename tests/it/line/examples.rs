//! The examples run, as they stand.

use serde_json::json;

use crate::harness::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn every_example_runs() {
    let app = TestApp::start().await;
    let ani = app.person("Ani Wijaya").await;
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let files: Vec<_> = std::fs::read_dir(folder).expect("examples").flatten().map(|entry| entry.path()).collect();
    assert!(files.len() >= 3);
    for file in files {
        let document = std::fs::read_to_string(&file).expect("a document");
        for client in [app.anonymous(), ani.client.clone()] {
            let answer = client.send(&document, json!({})).await;
            assert!(answer.json.get("errors").is_none() && answer.status == 200, "{}: {}", file.display(), answer.json);
        }
    }
    app.stop().await;
}
