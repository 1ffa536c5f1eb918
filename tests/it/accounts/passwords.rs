//! Passwords: changed, lost, made stronger.

use chrono::TimeDelta;
use diesel::{QueryableByName, sql_query, sql_types::Text};
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};

use super::second_factor;
use crate::{
    harness::{Client, PASSWORD, Person, TestApp, token_in, user_errors},
    line::{done, sent},
};

const ANOTHER: &str = "gajah terbang di atas kota";

async fn log_in(client: &Client, person: &Person, password: &str) -> Value {
    let input = json!({ "login": person.email, "password": password });
    sent(client, "logIn", input, "token mfaChallenge { challenge }").await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_knows_theirs_chooses_another() {
    let app = TestApp::start().await;
    let ani = app.person("Ani Wijaya").await;
    let phone = log_in(&app.anonymous(), &ani, PASSWORD).await;
    let phone = app.anonymous().with_token(phone["token"].as_str().expect("a token"));
    for (current, new, said) in [
        ("not my password", ANOTHER, "INVALID input.currentPassword"),
        (PASSWORD, "too short", "TOO_SHORT input.newPassword"),
        (PASSWORD, "passwordpassword", "TOO_WEAK input.newPassword"),
        (PASSWORD, "saya ani wijaya dari bandung", "TOO_WEAK input.newPassword"),
        (PASSWORD, "ani.wijaya di kota hujan", "TOO_WEAK input.newPassword"),
    ] {
        let input = json!({ "currentPassword": current, "newPassword": new });
        assert_eq!(user_errors(&sent(&ani.client, "changePassword", input, "token").await), [said], "{new}");
    }
    let input = json!({ "currentPassword": PASSWORD, "newPassword": ANOTHER });
    let changed = done(&ani.client, "changePassword", input, "token viewer { email }").await;
    assert_eq!(changed["viewer"]["email"], ani.email.as_str());
    for ended in [&ani.client, &phone] {
        assert_eq!(ended.send("{ viewer { email } }", json!({})).await.codes(), ["UNAUTHENTICATED"]);
    }
    let new = app.anonymous().with_token(changed["token"].as_str().expect("a token"));
    new.data("{ viewer { email } }", json!({})).await;
    assert_eq!(user_errors(&log_in(&app.anonymous(), &ani, PASSWORD).await), ["INVALID "]);
    assert!(log_in(&app.anonymous(), &ani, ANOTHER).await["token"].is_string());
    let mails = app.mails().await;
    assert!(mails.iter().any(|mail| mail.contains("Subject: Your password at Akademi Nusa was changed")));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_one_is_replaced_by_a_link_that_works_once_and_for_ten_minutes() {
    let app = TestApp::start().await;
    let ani = app.person("Ani Wijaya").await;
    let ask = || async {
        done(&app.anonymous(), "requestPasswordReset", json!({ "email": "ANI.wijaya@example.org" }), "acknowledged")
            .await;
        app.mailed_token(&ani.email).await
    };
    let reset = |token: String, password: &'static str| {
        let client = app.anonymous();
        async move {
            let input = json!({ "token": token, "newPassword": password });
            sent(&client, "resetPassword", input, "token viewer { email }").await
        }
    };
    let (first, second) = (ask().await, ask().await);
    assert_ne!(first, second);
    // What will not do leaves the link good.
    assert_eq!(user_errors(&reset(second.clone(), "too short").await), ["TOO_SHORT input.newPassword"]);
    assert_eq!(user_errors(&reset(second.clone(), "ani wijaya ani wijaya").await), ["TOO_WEAK input.newPassword"]);
    let entered = reset(second.clone(), ANOTHER).await;
    assert_eq!(entered["viewer"]["email"], ani.email.as_str(), "{entered}");
    for used in [first, second] {
        assert_eq!(user_errors(&reset(used, PASSWORD).await), ["EXPIRED input.token"], "all links are used up by one");
    }
    assert_eq!(ani.client.send("{ viewer { email } }", json!({})).await.codes(), ["UNAUTHENTICATED"]);
    let late = ask().await;
    app.world.pass(TimeDelta::minutes(10));
    assert_eq!(user_errors(&reset(late, PASSWORD).await), ["EXPIRED input.token"]);
    assert!(log_in(&app.anonymous(), &ani, ANOTHER).await["token"].is_string());
    // A link of another purpose opens nothing here, nor this one elsewhere.
    let token = ask().await;
    let elsewhere = sent(&app.anonymous(), "verifyEmail", json!({ "token": token }), "token").await;
    assert_eq!(user_errors(&elsewhere), ["EXPIRED input.token"]);
    // Nothing of the tokens is left where mails and logs of the database could tell it.
    let kept = crate::laws::subject::everything(&app).await;
    assert!(!kept.contains(&token));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_does_not_stand_in_for_the_second_factor() {
    let app = TestApp::start().await;
    let ani = app.person("Ani Wijaya").await;
    let device = second_factor::set_up(&app, &ani).await;
    done(&app.anonymous(), "requestPasswordReset", json!({ "email": ani.email }), "acknowledged").await;
    let token = app.mailed_token(&ani.email).await;
    // With a second factor eight characters will do.
    let input = json!({ "token": token, "newPassword": "vb7#kQ2m" });
    let entered = done(&app.anonymous(), "resetPassword", input, "token mfaChallenge { challenge }").await;
    assert_eq!(entered["token"], Value::Null);
    let challenge = &entered["mfaChallenge"]["challenge"];
    let opened = second_factor::answer(&app, challenge, "TOTP", &device.code(&app, 0)).await;
    assert!(opened["token"].is_string(), "{opened}");
    app.stop().await;
}

/// Who registers with somebody else's address waits for nothing: its owner sets their own password, and it is theirs alone.
#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_somebody_else_registered_is_its_owners() {
    let app = TestApp::start().await;
    let register = json!({
        "email": "korban@example.org", "password": PASSWORD, "fullName": "Penyerang", "ageConfirmed": true,
        "acceptedDocuments": app.documents(&app.anonymous()).await,
    });
    done(&app.anonymous(), "register", register, "acknowledged").await;
    let before = app.mails().await.len();
    done(&app.anonymous(), "requestPasswordReset", json!({ "email": "korban@example.org" }), "acknowledged").await;
    assert_eq!(app.mails().await.len(), before + 1);
    let token = app.mailed_token("korban@example.org").await;
    let input = json!({ "token": token, "newPassword": ANOTHER });
    done(&app.anonymous(), "resetPassword", input, "token viewer { emailVerified }").await;
    for (password, gets_in) in [(PASSWORD, false), (ANOTHER, true)] {
        let input = json!({ "login": "korban@example.org", "password": password });
        let entered = sent(&app.anonymous(), "logIn", input, "token").await;
        assert_eq!(entered["token"].is_string(), gets_in);
    }
    app.stop().await;
}

/// The cure that a mail names is one: a password that is chosen anew ends what a thief has begun.
#[tokio::test(flavor = "multi_thread")]
async fn another_password_ends_what_a_thief_has_begun() {
    let app = TestApp::start().await;
    let ani = app.person("Ani Wijaya").await;
    // In her session somebody asks for an address of their own.
    done(&ani.client, "changeEmail", json!({ "newEmail": "pencuri@example.net" }), "acknowledged").await;
    let theirs = app.mailed_token("pencuri@example.net").await;
    done(&app.anonymous(), "requestPasswordReset", json!({ "email": ani.email }), "acknowledged").await;
    let token = app.mailed_token(&ani.email).await;
    done(&app.anonymous(), "resetPassword", json!({ "token": token, "newPassword": ANOTHER }), "token").await;
    let late = sent(&app.anonymous(), "confirmEmailChange", json!({ "token": theirs }), "acknowledged").await;
    assert_eq!(user_errors(&late), ["EXPIRED input.token"]);
    app.stop().await;
}

/// Who registers with an address that somebody else has registered, and nobody has proved, takes that one's password from it: whoever
/// proves the address chooses their own.
#[tokio::test(flavor = "multi_thread")]
async fn two_who_register_one_address_get_in_by_its_mails_alone() {
    let app = TestApp::start().await;
    let documents = app.documents(&app.anonymous()).await;
    for (name, password) in [("Penyerang", PASSWORD), ("Pemilik", ANOTHER)] {
        let input = json!({
            "email": "korban@example.org", "password": password, "fullName": name, "ageConfirmed": true, "acceptedDocuments": documents,
        });
        done(&app.anonymous(), "register", input, "acknowledged").await;
    }
    let mails = app.mails().await;
    let mail = mails.iter().find(|mail| mail.contains("verify-email")).expect("a link");
    let token = token_in(mail);
    assert!(done(&app.anonymous(), "verifyEmail", json!({ "token": token }), "token").await["token"].is_string());
    for password in [PASSWORD, ANOTHER] {
        let input = json!({ "login": "korban@example.org", "password": password });
        assert_eq!(user_errors(&sent(&app.anonymous(), "logIn", input, "token").await), ["INVALID "]);
    }
    app.stop().await;
}

#[derive(QueryableByName)]
struct Hash {
    #[diesel(sql_type = Text)]
    hash: String,
}

async fn hashes(app: &TestApp) -> Vec<String> {
    let mut superuser = app.database.superuser().await;
    let all = "select password_hash as hash from logins where password_hash is not null";
    let all: Vec<Hash> = sql_query(all).load(&mut superuser).await.expect("hashes");
    all.into_iter().map(|row| row.hash).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hash_is_made_anew_where_it_is_weaker_than_asked_for() {
    let app = TestApp::start_with(|settings| settings.password_passes = 3).await;
    let ani = app.person("Ani Wijaya").await;
    let budi = app.person("Budi Santoso").await;
    assert!(hashes(&app).await.iter().all(|hash| hash.starts_with("$argon2id$v=19$m=19456,t=3,p=1$")));
    let weak = sanggar::accounts::password::hash(&sanggar::platform::config::Settings::default(), PASSWORD.to_owned())
        .await
        .expect("a hash");
    app.sql(&format!("update logins set password_hash = '{weak}'")).await;
    assert_eq!(user_errors(&log_in(&app.anonymous(), &ani, "not the password").await), ["INVALID "]);
    assert!(hashes(&app).await.iter().all(|hash| hash.contains("t=2")), "nothing for who guesses");
    assert!(log_in(&app.anonymous(), &ani, PASSWORD).await["token"].is_string());
    let after = hashes(&app).await;
    assert_eq!(after.iter().filter(|hash| hash.contains("m=19456,t=3,p=1")).count(), 1, "{after:?}");
    assert!(log_in(&app.anonymous(), &ani, PASSWORD).await["token"].is_string());
    assert!(log_in(&app.anonymous(), &budi, PASSWORD).await["token"].is_string());
    app.stop().await;
}
