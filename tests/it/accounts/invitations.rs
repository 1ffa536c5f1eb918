//! Accounts that somebody else makes: by address or by user name, completed by their person, gone where nobody does.

use chrono::TimeDelta;
use sanggar::{academies::Policy, platform::privacy::Role};
use serde_json::{Value, json};

use crate::{
    harness::{TestApp, user_errors},
    line::{done, sent},
};

const PASSWORD: &str = "gajah terbang di atas kota";
const ENTERED: &str =
    "token viewer { user { fullName } roles } registrationChallenge { challenge } mfaChallenge { challenge }";

async fn reset(app: &TestApp, token: &str) -> Value {
    sent(&app.anonymous(), "resetPassword", json!({ "token": token, "newPassword": PASSWORD }), ENTERED).await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_invited_by_mail_completes_the_account() {
    let app = TestApp::start().await;
    let admin = app.staff("Adi Nugroho", Role::Admin).await;
    let input = json!({ "email": "tamu@example.org", "fullName": "Tamu", "roles": ["REVIEWER"] });
    let invited = done(&admin.client, "inviteUser", input.clone(), "user { roles } oneTimeCode").await;
    assert_eq!(invited, json!({ "user": { "roles": ["LEARNER", "REVIEWER"] }, "oneTimeCode": null, "userErrors": [] }));
    let twice = sent(&admin.client, "inviteUser", input, "user { id }").await;
    assert_eq!(user_errors(&twice), ["TAKEN input.email"]);
    let token = app.mailed_token("tamu@example.org").await;
    let entered = reset(&app, &token).await;
    assert_eq!((&entered["token"], &entered["viewer"]), (&Value::Null, &Value::Null), "not in yet");
    let challenge = entered["registrationChallenge"]["challenge"].clone();
    assert_eq!(user_errors(&reset(&app, &token).await), ["EXPIRED input.token"]);
    // The password alone leads to the same place.
    let log_in = json!({ "login": "tamu@example.org", "password": PASSWORD });
    let again = sent(&app.anonymous(), "logIn", log_in.clone(), ENTERED).await;
    assert!(again["token"].is_null() && again["registrationChallenge"].is_object(), "{again}");
    let complete = |documents: Vec<Value>, challenge: Value, age: bool| {
        let client = app.anonymous();
        async move {
            let input = json!({
                "challenge": challenge, "fullName": " Tamara Bleszynski ", "ageConfirmed": age, "acceptedDocuments": documents,
            });
            sent(&client, "completeRegistration", input, ENTERED).await
        }
    };
    let lacking = complete(Vec::new(), challenge.clone(), false).await;
    assert_eq!(user_errors(&lacking), ["REQUIRED input.acceptedDocuments", "REQUIRED input.ageConfirmed"]);
    let documents = app.documents(&app.anonymous()).await;
    let completed = complete(documents.clone(), challenge.clone(), true).await;
    let viewer = json!({ "user": { "fullName": "Tamara Bleszynski" }, "roles": ["LEARNER", "REVIEWER"] });
    assert_eq!(completed["viewer"], viewer, "{completed}");
    let used = complete(documents, challenge, true).await;
    assert_eq!(user_errors(&used), ["EXPIRED input.challenge"]);
    assert!(sent(&app.anonymous(), "logIn", log_in, ENTERED).await["token"].is_string());
    app.world.pass(TimeDelta::days(8));
    app.work().await;
    let entered = json!({ "login": "tamu@example.org", "password": PASSWORD });
    assert!(sent(&app.anonymous(), "logIn", entered, ENTERED).await["token"].is_string(), "who completed it stays");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pupil_without_an_address_has_a_code_and_a_place() {
    let app = TestApp::start().await;
    let course = crate::line::published(&app).await;
    let admin = app.staff("Adi Nugroho", Role::Admin).await;
    let invite = |input: Value| sent(&admin.client, "inviteUser", input, "user { id } oneTimeCode");
    let draft = json!({ "title": "Rahasia", "summary": "S", "description": "D", "locale": "id", "level": "BEGINNER" });
    let draft = done(&course.instructor.client, "createCourse", draft, "course { runs { nodes { id } } }").await;
    let draft = draft["course"]["runs"]["nodes"][0]["id"].clone();
    for (input, said) in [
        (json!({ "fullName": "Murid", "roles": [] }), vec!["REQUIRED input.email"]),
        (
            json!({ "username": "m", "fullName": " ", "roles": [] }),
            vec!["INVALID input.username", "REQUIRED input.fullName"],
        ),
        (json!({ "username": "adi.nugroho", "fullName": "Murid", "roles": [] }), vec!["TAKEN input.username"]),
        (json!({ "username": "murid", "fullName": "Murid", "roles": [], "run": draft }), vec!["NOT_FOUND input.run"]),
    ] {
        assert_eq!(user_errors(&invite(input).await), said);
    }
    assert_eq!(app.rows_in("users").await, 3, "instructor, reviewer, admin: what is refused makes nobody");
    let input = json!({ "username": "murid.satu", "fullName": "Murid Satu", "roles": ["LEARNER"], "run": course.run });
    let invited = invite(input).await;
    let code = invited["oneTimeCode"].as_str().expect("a code");
    let typed = code.to_lowercase().replace('-', " ");
    assert_eq!(user_errors(&reset(&app, "0000-0000-0000-0000").await), ["EXPIRED input.token"]);
    let entered = reset(&app, &typed).await;
    let input = json!({
        "challenge": entered["registrationChallenge"]["challenge"], "ageConfirmed": true,
        "acceptedDocuments": app.documents(&app.anonymous()).await,
    });
    let completed = done(&app.anonymous(), "completeRegistration", input, ENTERED).await;
    let client = app.anonymous().with_token(completed["token"].as_str().expect("a token"));
    let learning = "{ viewer { email emailVerified user { fullName } learning { totalCount } } }";
    let viewer = client.data(learning, json!({})).await["viewer"].clone();
    assert_eq!(
        viewer,
        json!({ "email": null, "emailVerified": false, "user": { "fullName": "Murid Satu" }, "learning": { "totalCount": 1 } })
    );
    let by_name = json!({ "login": "murid.satu", "password": PASSWORD });
    assert!(sent(&app.anonymous(), "logIn", by_name, ENTERED).await["token"].is_string());
    app.stop().await;
}

/// Nothing is left of who was invited, or registered, and never came.
#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_finishes_goes() {
    let app = TestApp::start().await;
    let admin = app.staff("Adi Nugroho", Role::Admin).await;
    let input = json!({ "username": "tak.datang", "fullName": "Tidakdatang", "roles": ["LEARNER"] });
    done(&admin.client, "inviteUser", input, "oneTimeCode").await;
    let register = json!({
        "email": "takbukti@example.org", "password": PASSWORD, "fullName": "Takbukti", "ageConfirmed": true,
        "acceptedDocuments": app.documents(&app.anonymous()).await,
    });
    done(&app.anonymous(), "register", register, "acknowledged").await;
    app.work().await;
    let before = crate::laws::subject::everything(&app).await;
    assert!(before.contains("Tidakdatang") && before.contains("takbukti@example.org"));
    app.world.pass(TimeDelta::days(7));
    app.work().await;
    let mut after = crate::laws::subject::everything(&app).await;
    // The mails of this test are files, as they lie in their readers' inboxes.
    after.retain(|c| c != '\r');
    for gone in ["Tidakdatang", "tak.datang", "takbukti@example.org", "Takbukti"] {
        assert!(!after.contains(gone), "{gone}");
    }
    app.stop().await;
}

/// Who was first to type an address does not have it.
#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_nobody_proved_is_free() {
    let app = TestApp::start().await;
    let (admin, budi) = (app.staff("Adi Nugroho", Role::Admin).await, app.person("Budi Santoso").await);
    for email in ["tamu@example.org", "baru@example.org"] {
        let squat = json!({
            "email": email, "password": PASSWORD, "fullName": "Penunggu", "ageConfirmed": true,
            "acceptedDocuments": app.documents(&app.anonymous()).await,
        });
        done(&app.anonymous(), "register", squat, "acknowledged").await;
        app.mailed_token(email).await;
    }
    let input = json!({ "email": "Tamu@example.org", "fullName": "Tamu", "roles": [] });
    done(&admin.client, "inviteUser", input.clone(), "user { id }").await;
    assert_eq!(user_errors(&sent(&admin.client, "inviteUser", input, "user { id }").await), ["TAKEN input.email"]);
    done(&budi.client, "changeEmail", json!({ "newEmail": "baru@example.org" }), "acknowledged").await;
    let token = app.mailed_token("baru@example.org").await;
    done(&app.anonymous(), "confirmEmailChange", json!({ "token": token }), "acknowledged").await;
    let guess = json!({ "login": "baru@example.org", "password": PASSWORD });
    assert_eq!(user_errors(&sent(&app.anonymous(), "logIn", guess, "token").await), ["INVALID "]);
    let all = crate::laws::subject::everything(&app).await;
    assert!(!all.contains("Penunggu"), "nothing is left of who had only typed them");
    app.stop().await;
}

/// A minor who was invited names a guardian who is not themselves.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_invited_is_not_their_own_guardian() {
    let app = TestApp::start_under(Policy::preset("cekolah").expect("a policy"), |_| {}).await;
    let admin = app.staff("Adi Nugroho", Role::Admin).await;
    let invitation = json!({ "email": "murid@example.org", "fullName": "Murid", "roles": ["LEARNER"] });
    done(&admin.client, "inviteUser", invitation, "user { id }").await;
    let entered = reset(&app, &app.mailed_token("murid@example.org").await).await;
    let documents = app.documents(&app.anonymous()).await;
    let complete = |guardian: &str| {
        let asks = app.policy.asks("birthDate");
        let input = json!({
            "challenge": entered["registrationChallenge"]["challenge"], "fullName": "Murid", "acceptedDocuments": documents,
            "birthDate": asks.then_some("2013-01-01"), "ageConfirmed": if asks { None } else { Some(false) }, "guardianEmail": guardian,
        });
        let client = app.anonymous();
        async move { user_errors(&sent(&client, "completeRegistration", input, ENTERED).await) }
    };
    assert_eq!(complete("MURID@example.org").await, ["INVALID input.guardianEmail"]);
    assert_eq!(complete("wali@example.org").await, ["NOT_ELIGIBLE "], "and waits for that one");
    app.stop().await;
}

/// Who is to hold a role is invited by who proves presence; an academy without user names has none.
#[tokio::test(flavor = "multi_thread")]
async fn an_office_is_given_with_presence() {
    let mut policy = Policy::preset("open").expect("a policy");
    policy.collects.retain(|collected| collected.field != "username");
    policy.choices.remove(&sanggar::platform::privacy::ProfileField::Username);
    let app = TestApp::start_under(policy, |_| {}).await;
    let admin = app.staff("Adi Nugroho", Role::Admin).await;
    app.world.pass(TimeDelta::minutes(11));
    let document = "mutation ($input: InviteUserInput!) { inviteUser(input: $input) { userErrors { code path } } }";
    let office = json!({ "email": "tamu@example.org", "fullName": "Tamu", "roles": ["FINANCE"] });
    assert_eq!(admin.client.send(document, json!({ "input": office })).await.codes(), ["REAUTHENTICATION_REQUIRED"]);
    let pupil = json!({ "username": "murid", "fullName": "Murid", "roles": ["LEARNER"] });
    let refused = sent(&admin.client, "inviteUser", pupil, "oneTimeCode").await;
    assert_eq!(user_errors(&refused), ["INVALID input.username"]);
    let learner = json!({ "email": "tamu@example.org", "fullName": "Tamu", "roles": ["LEARNER"] });
    done(&admin.client, "inviteUser", learner, "user { id }").await;
    app.stop().await;
}
