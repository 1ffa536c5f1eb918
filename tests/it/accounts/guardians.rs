//! Minors who need a guardian: asked by mail, in when one agreed, gone when one refused or nobody answered.

use chrono::{Datelike, TimeDelta};
use sanggar::academies::Policy;
use serde_json::{Value, json};

use crate::{
    harness::{PASSWORD, TestApp, token_in, user_errors},
    line::{done, sent},
};

async fn school(policy: &str) -> TestApp {
    TestApp::start_under(Policy::preset(policy).expect("a policy"), |_| {}).await
}

/// Somebody of fourteen registers.
async fn register(app: &TestApp, guardian: Option<&str>) -> Vec<String> {
    let today = app.world.now().date_naive();
    let born = today.with_year(today.year() - 14).expect("a day");
    let input = json!({
        "email": "murid@example.org", "password": PASSWORD, "fullName": "Murid Empatbelas", "birthDate": born.to_string(),
        "guardianEmail": guardian, "acceptedDocuments": app.documents(&app.anonymous()).await,
    });
    user_errors(&sent(&app.anonymous(), "register", input, "acknowledged").await)
}

async fn verify(app: &TestApp) -> Value {
    let mail = app.mails().await;
    let mail = mail.iter().find(|mail| mail.contains("To: murid@example.org") && mail.contains("verify-email"));
    let token = token_in(mail.expect("a mail to the minor"));
    sent(&app.anonymous(), "verifyEmail", json!({ "token": token }), "token").await
}

async fn log_in(app: &TestApp) -> Value {
    let input = json!({ "login": "murid@example.org", "password": PASSWORD });
    sent(&app.anonymous(), "logIn", input, "token viewer { user { id } }").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guardian_agrees_and_the_minor_gets_in() {
    let app = school("cekolah").await;
    for (given, said) in [
        (None, "REQUIRED input.guardianEmail"),
        (Some("no address"), "INVALID input.guardianEmail"),
        (Some("MURID@example.org"), "INVALID input.guardianEmail"),
    ] {
        assert_eq!(register(&app, given).await, [said]);
    }
    assert_eq!(app.rows_in("users").await, 0, "nobody is there");
    assert_eq!(register(&app, Some("ibu@example.org")).await, Vec::<String>::new());
    let to_guardian = |mails: Vec<String>| mails.iter().filter(|mail| mail.contains("To: ibu@example.org")).count();
    assert_eq!(to_guardian(app.mails().await), 0, "nobody is asked before the minor has proved their own address");
    assert_eq!(user_errors(&verify(&app).await), ["NOT_ELIGIBLE "], "proved, and not in");
    let token = app.mailed_token("ibu@example.org").await;
    assert_eq!(user_errors(&log_in(&app).await), ["NOT_ELIGIBLE "]);
    let confirm =
        "mutation ($input: ConfirmGuardianshipInput!) { confirmGuardianship(input: $input) { acknowledged } }";
    let answer = json!({ "token": token, "consent": true });
    let stranger = app.anonymous().send(confirm, json!({ "input": answer })).await;
    assert_eq!(stranger.codes(), ["UNAUTHENTICATED"], "a guardian signs up or in first");
    let mother = app.person("Ibu Sari").await;
    done(&mother.client, "confirmGuardianship", answer.clone(), "acknowledged").await;
    let again = sent(&mother.client, "confirmGuardianship", answer, "acknowledged").await;
    assert_eq!(user_errors(&again), ["EXPIRED input.token"]);
    let opened = log_in(&app).await;
    let ward = opened["viewer"]["user"]["id"].clone();
    let wards = "{ viewer { wards { id fullName birthDate } } }";
    let wards = mother.client.data(wards, json!({})).await["viewer"]["wards"].clone();
    assert_eq!((&wards[0]["id"], &wards[0]["fullName"]), (&ward, &json!("Murid Empatbelas")));
    assert_eq!(app.rows_in("guardian_requests").await, 0, "the address is not kept");
    // A minor is nobody's guardian.
    let minor = app.anonymous().with_token(opened["token"].as_str().expect("a token"));
    let input = json!({ "token": "sgm_none", "consent": true });
    let refused = sent(&minor, "confirmGuardianship", input, "acknowledged").await;
    assert_eq!(user_errors(&refused), ["NOT_ELIGIBLE input.token"]);
    app.world.pass(TimeDelta::days(8));
    app.work().await;
    assert!(log_in(&app).await["token"].is_string(), "who was confirmed stays");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_of_a_minor_whom_nobody_confirms() {
    for refuses in [true, false] {
        let app = school("cekolah").await;
        assert_eq!(register(&app, Some("ibu@example.org")).await, Vec::<String>::new());
        verify(&app).await;
        let token = app.mailed_token("ibu@example.org").await;
        let mother = app.person("Ibu Sari").await;
        let before = crate::laws::subject::everything(&app).await;
        assert!(before.contains("Empatbelas") && before.contains("ibu@example.org"));
        if refuses {
            let answer = json!({ "token": token, "consent": false });
            done(&mother.client, "confirmGuardianship", answer, "acknowledged").await;
        } else {
            app.world.pass(TimeDelta::days(7));
        }
        app.work().await;
        let after = crate::laws::subject::everything(&app).await;
        for gone in ["Empatbelas", "murid@example.org", "ibu@example.org"] {
            assert!(!after.contains(gone), "{gone}");
        }
        assert_eq!(user_errors(&log_in(&app).await), ["INVALID "]);
        app.stop().await;
    }
}

/// Where nobody is asked when they were born, who does not confirm that they are old enough names a guardian; they are a minor from then on.
#[tokio::test(flavor = "multi_thread")]
async fn an_age_that_is_not_confirmed_is_a_minors() {
    let app = school("eterna").await;
    let documents = app.documents(&app.anonymous()).await;
    let register = |guardian: Option<&'static str>, confirmed: bool| {
        let input = json!({
            "email": "murid@example.org", "password": PASSWORD, "fullName": "Murid Eterna", "ageConfirmed": confirmed,
            "guardianEmail": guardian, "acceptedDocuments": documents,
        });
        let client = app.anonymous();
        async move { user_errors(&sent(&client, "register", input, "acknowledged").await) }
    };
    assert_eq!(register(None, false).await, ["REQUIRED input.guardianEmail"]);
    assert_eq!(
        register(Some("ibu@example.org"), true).await,
        ["INVALID input.guardianEmail"],
        "not asked of who is of age"
    );
    assert_eq!(register(Some("ibu@example.org"), false).await, Vec::<String>::new());
    assert_eq!(user_errors(&verify(&app).await), ["NOT_ELIGIBLE "]);
    let token = app.mailed_token("ibu@example.org").await;
    let mother = app.person("Ibu Sari").await;
    done(&mother.client, "confirmGuardianship", json!({ "token": token, "consent": true }), "acknowledged").await;
    let opened = log_in(&app).await;
    let minor = app.anonymous().with_token(opened["token"].as_str().expect("a token"));
    let choose = json!({ "fields": [{ "field": "FULL_NAME", "audience": "PUBLIC" }] });
    sent(&minor, "setVisibility", choose, "visibility { field }").await;
    let look = "query ($id: ID!) { node(id: $id) { ... on User { fullName } } }";
    let seen = app.anonymous().data(look, json!({ "id": opened["viewer"]["user"]["id"] })).await;
    assert!(seen["node"].is_null(), "a minor is nowhere public");
    // Elsewhere there is no such way: who is not old enough does not register.
    let other = school("focusra").await;
    let input = json!({
        "email": "murid@example.org", "password": PASSWORD, "fullName": "Murid", "ageConfirmed": false,
        "guardianEmail": "ibu@example.org", "acceptedDocuments": other.documents(&other.anonymous()).await,
    });
    let refused = sent(&other.anonymous(), "register", input, "acknowledged").await;
    assert_eq!(user_errors(&refused), ["INVALID input.guardianEmail"]);
    assert_eq!(other.rows_in("users").await, 0);
    other.stop().await;
    app.stop().await;
}

/// Taken or free, with a guardian or without: the same answer by the same statements.
#[tokio::test(flavor = "multi_thread")]
async fn a_taken_address_takes_what_a_free_one_does() {
    let app = school("cekolah").await;
    // Every five seconds a request reads anew which academies there are: what is done here twice is not done so late.
    app.anonymous().data("{ academy { slug } }", json!({})).await;
    let (free, first) = app.statements(register(&app, Some("ibu@example.org"))).await;
    let (mut taken, second) = app.statements(register(&app, Some("ibu@example.org"))).await;
    if taken != free {
        taken = app.statements(register(&app, Some("ibu@example.org"))).await.0;
    }
    assert_eq!((first, free), (second, taken));
    let mails = app.mails().await;
    let to = |address: &str| mails.iter().filter(|mail| mail.contains(&format!("To: {address}"))).count();
    assert_eq!(to("ibu@example.org"), 0, "a guardian's inbox does not tell the one from the other");
    assert!(to("murid@example.org") >= 2, "the owner of the address is told");
    app.stop().await;
}
