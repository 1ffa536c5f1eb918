//! Certificates: issued once, by itself; a stranger verifies.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::VerifyingKey;
use sanggar::certificates::credential;
use serde_json::{Value, json};

use super::{done, learn, published, take};
use crate::harness::TestApp;

const VERIFY: &str = "query ($code: String!) { certificate(code: $code) { status code holderName courseTitle issuerName issuedAt expiresAt } }";

#[tokio::test(flavor = "multi_thread")]
async fn who_finishes_holds_a_certificate_that_a_stranger_verifies() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let learner = app.person("Citra Dewi").await;
    learn(&course, &learner).await;
    let learning = "{ viewer { learning { totalCount nodes { status completedAt progress { percent lessonsCompleted lessonCount nextLesson { title } } certificate { id code courseTitle holderName status verifyUrl credentialJwt } } } } }";
    let halfway = learner.client.data(learning, json!({})).await["viewer"]["learning"]["nodes"][0].clone();
    assert_eq!(halfway["status"], "ACTIVE");
    assert_eq!(
        halfway["progress"],
        json!({ "percent": 66, "lessonsCompleted": 2, "lessonCount": 3, "nextLesson": { "title": "Kuis" } })
    );
    assert_eq!(halfway["certificate"], Value::Null);
    take(&course, &learner, true).await;
    let finished = learner.client.data(learning, json!({})).await["viewer"]["learning"]["nodes"][0].clone();
    assert_eq!((&finished["status"], &finished["progress"]["percent"]), (&json!("COMPLETED"), &json!(100)));
    let certificate = &finished["certificate"];
    assert_eq!(certificate["courseTitle"], "Web dari Nol");
    let code = certificate["code"].as_str().expect("a code");
    // Completing once more issues nothing more.
    done(&learner.client, "completeLesson", json!({ "id": course.lessons[0] }), "enrolment { id }").await;
    assert_eq!(
        learner.client.data(learning, json!({})).await["viewer"]["learning"]["nodes"][0]["certificate"]["code"],
        code
    );
    // A stranger, typing as strangers do; and somebody of another academy.
    for (client, typed) in [
        (app.anonymous(), code.to_owned()),
        (app.anonymous(), code.replace('-', "").to_lowercase()),
        (app.next_door(), code.to_owned()),
    ] {
        let data = client.data(VERIFY, json!({ "code": typed })).await;
        assert_eq!(
            data["certificate"],
            json!({ "status": "VALID", "code": code, "holderName": "Citra Dewi", "courseTitle": "Web dari Nol", "issuerName": "Akademi Nusa", "issuedAt": "2026-11-22T03:00:00+00:00", "expiresAt": null })
        );
    }
    for unknown in ["", "nonsense", "00000-00000-00000-00000-1"] {
        let data = app.anonymous().data(VERIFY, json!({ "code": unknown })).await;
        assert_eq!(data["certificate"]["status"], "NOT_FOUND", "{unknown}");
    }
    // The certificate itself is its holder's.
    let by_id = "query ($id: ID!) { node(id: $id) { ... on Certificate { code } } }";
    for client in [app.anonymous(), course.instructor.client.clone(), app.next_door()] {
        assert_eq!(client.data(by_id, json!({ "id": certificate["id"] })).await["node"], Value::Null);
    }
    // Offline, with the keys that the academy publishes.
    let jwks: Value = reqwest::get(format!("http://{}/a/nusa/jwks.json", app.address))
        .await
        .expect("keys")
        .json()
        .await
        .expect("JSON");
    let x = URL_SAFE_NO_PAD.decode(jwks["keys"][0]["x"].as_str().expect("a key")).expect("base64url");
    let key = VerifyingKey::from_bytes(&x.try_into().expect("32 bytes")).expect("a key");
    let jwt = certificate["credentialJwt"].as_str().expect("a credential");
    let payload = credential::verify(jwt, &[key]).expect("verifies");
    assert_eq!(payload["credentialSubject"]["name"], "Citra Dewi");
    assert_eq!(payload["iss"], "did:web:127.0.0.1%3A8080:a:nusa");
    assert!(payload["sub"].as_str().is_some_and(|sub| sub.starts_with("urn:uuid:")));
    let did: Value = reqwest::get(format!("http://{}/a/nusa/did.json", app.address))
        .await
        .expect("a document")
        .json()
        .await
        .expect("JSON");
    assert_eq!(did["id"], payload["iss"]);
    // One name of the key, by which a verifier finds it in either document.
    let header = URL_SAFE_NO_PAD.decode(jwt.split('.').next().expect("a header")).expect("base64url");
    let header: Value = serde_json::from_slice(&header).expect("JSON");
    let method = &did["verificationMethod"][0];
    for name in [&jwks["keys"][0]["kid"], &method["id"], &method["publicKeyJwk"]["kid"], &did["assertionMethod"][0]] {
        assert_eq!(name, &header["kid"]);
    }
    assert_eq!(header["kid"], format!("did:web:127.0.0.1%3A8080:a:nusa#{}", credential::thumbprint(&key)));
    let none = reqwest::get(format!("http://{}/a/tetangga/did.json", app.address)).await.expect("an answer");
    assert_eq!(none.status().as_u16(), 404, "an academy that has issued nothing");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_public_address_nothing_is_issued() {
    let app = TestApp::start_with(|settings| settings.public_url = None).await;
    let course = published(&app).await;
    let learner = app.person("Citra Dewi").await;
    learn(&course, &learner).await;
    take(&course, &learner, true).await;
    let data =
        learner.client.data("{ viewer { learning { nodes { status certificate { code } } } } }", json!({})).await;
    assert_eq!(data["viewer"]["learning"]["nodes"][0], json!({ "status": "COMPLETED", "certificate": null }));
    app.stop().await;
}
