//! The second factor: set up, asked for, lost, given up.

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};
use totp_rs::{Builder, Secret, Totp};

use crate::{
    harness::{Client, PASSWORD, Person, TestApp, user_errors},
    line::{bare, done, sent},
};

/// An authenticator app.
pub struct App {
    totp: Totp,
    pub recovery_codes: Vec<String>,
    /// What the device of its owner keeps.
    pub known: String,
}

impl App {
    /// What it shows at the server's time, so many seconds away.
    pub fn code(&self, app: &TestApp, seconds: i64) -> String {
        self.code_at(app.world.now().timestamp() + seconds)
    }

    fn code_at(&self, seconds: i64) -> String {
        self.totp.generate(u64::try_from(seconds).expect("after 1970")).to_string()
    }
}

fn authenticator(secret: &Value) -> Totp {
    let secret = Secret::try_from_base32(secret.as_str().expect("a secret")).expect("base 32");
    Builder::new().with_secret(secret).build().expect("an app")
}

/// Sets up a second factor; time passes to the next code.
pub async fn set_up(app: &TestApp, person: &Person) -> App {
    let setup = bare(&person.client, "beginTotpSetup", "secret otpauthUrl qrSvg").await;
    let input = json!({ "login": person.email, "password": PASSWORD });
    let known = sent(&person.client, "logIn", input, "deviceToken").await["deviceToken"].clone();
    let mut device = App {
        totp: authenticator(&setup["secret"]),
        recovery_codes: Vec::new(),
        known: known.as_str().unwrap_or_default().to_owned(),
    };
    let confirmed = json!({ "code": device.code(app, 0) });
    let codes = done(&person.client, "confirmTotpSetup", confirmed, "recoveryCodes").await["recoveryCodes"].clone();
    device.recovery_codes = serde_json::from_value(codes).expect("codes");
    app.world.pass(TimeDelta::seconds(30));
    device
}

pub const LOG_IN: &str =
    "token session { current device } viewer { email roles } mfaChallenge { challenge methods expiresAt }";

pub async fn log_in(client: &Client, person: &Person) -> Value {
    sent(client, "logIn", json!({ "login": person.email, "password": PASSWORD }), LOG_IN).await
}

/// The challenge of a right password.
pub async fn challenge(app: &TestApp, person: &Person) -> Value {
    log_in(&app.anonymous(), person).await["mfaChallenge"]["challenge"].clone()
}

pub async fn answer(app: &TestApp, challenge: &Value, method: &str, code: &str) -> Value {
    let input = json!({ "challenge": challenge, "method": method, "code": code });
    sent(&app.anonymous(), "completeMfa", input, LOG_IN).await
}

const STATUS: &str = "{ viewer { mfa { enabled methods recoveryCodesLeft } sessions { id } } }";

#[tokio::test(flavor = "multi_thread")]
async fn it_is_asked_for_once_it_is_confirmed() {
    let app = TestApp::start().await;
    let ani = app.person("Ani Wijaya").await;
    let elsewhere = log_in(&app.anonymous(), &ani).await;
    let elsewhere = app.anonymous().with_token(elsewhere["token"].as_str().expect("a token"));
    let setup = bare(&ani.client, "beginTotpSetup", "secret otpauthUrl qrSvg").await;
    let url = setup["otpauthUrl"].as_str().expect("an address");
    assert_eq!(
        url.split_once("&issuer").expect("an issuer").0,
        format!(
            "otpauth://totp/Akademi%20Nusa:ani.wijaya%40example.org?secret={}",
            setup["secret"].as_str().expect("text")
        )
    );
    assert!(setup["qrSvg"].as_str().expect("a picture").contains("<svg"), "{setup}");
    // Nothing is asked for yet.
    assert!(log_in(&app.anonymous(), &ani).await["token"].is_string());
    let wrong = sent(&ani.client, "confirmTotpSetup", json!({ "code": "000000" }), "recoveryCodes").await;
    assert_eq!(user_errors(&wrong), ["INVALID input.code"]);
    let device = App { totp: authenticator(&setup["secret"]), recovery_codes: Vec::new(), known: String::new() };
    let confirmed = json!({ "code": device.code(&app, 0) });
    let codes = done(&ani.client, "confirmTotpSetup", confirmed, "recoveryCodes").await["recoveryCodes"].clone();
    assert_eq!(codes.as_array().expect("codes").len(), 10);
    let status = ani.client.data(STATUS, json!({})).await["viewer"].clone();
    assert_eq!(
        status["mfa"],
        json!({ "enabled": true, "methods": ["TOTP", "RECOVERY_CODE"], "recoveryCodesLeft": 10 })
    );
    assert_eq!(status["sessions"].as_array().expect("sessions").len(), 1, "every other session has ended");
    assert_eq!(elsewhere.send("{ viewer { email } }", json!({})).await.codes(), ["UNAUTHENTICATED"]);
    let entered = log_in(&app.anonymous(), &ani).await;
    assert_eq!(
        (&entered["token"], &entered["session"], &entered["viewer"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    let challenge = &entered["mfaChallenge"]["challenge"];
    // The code that confirmed the app is used up.
    let used = answer(&app, challenge, "TOTP", &device.code(&app, 0)).await;
    assert_eq!(user_errors(&used), ["INVALID input.code"]);
    app.world.pass(TimeDelta::seconds(30));
    let opened = answer(&app, challenge, "TOTP", &device.code(&app, 0)).await;
    assert_eq!(opened["viewer"]["email"], ani.email.as_str(), "{opened}");
    let again = answer(&app, challenge, "TOTP", &device.code(&app, 30)).await;
    assert_eq!(user_errors(&again), ["EXPIRED input.challenge"], "a challenge is good once");
    let mails = app.mails().await;
    assert!(mails.iter().any(|mail| mail.contains("Subject: The second factor at Akademi Nusa is on")));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_good_for_one_of_a_hundred_and_for_a_step_each_way() {
    let app = TestApp::start_with(|settings| settings.connections = 8).await;
    let ani = app.person("Ani Wijaya").await;
    let device = set_up(&app, &ani).await;
    // Of a hundred at once with one code, in ten challenges, one gets in.
    let challenges = join_all((0..10).map(|_| challenge(&app, &ani))).await;
    let code = device.code(&app, 0);
    let document = "mutation ($input: CompleteMfaInput!) { completeMfa(input: $input) { token userErrors { code } } }";
    let client = app.anonymous();
    let answers = join_all((0..100).map(|at| {
        let input = json!({ "challenge": challenges[at / 10], "method": "TOTP", "code": code });
        client.send(document, json!({ "input": input }))
    }));
    let answers = answers.await;
    let opened = answers.iter().filter(|answer| answer.json["data"]["completeMfa"]["token"].is_string()).count();
    assert_eq!(opened, 1);
    for (skew, gets_in) in [(90, false), (-90, false), (60, false), (-60, false), (30, true), (-30, true), (0, true)] {
        app.world.pass(TimeDelta::minutes(30));
        let challenge = challenge(&app, &ani).await;
        let entered = answer(&app, &challenge, "TOTP", &device.code(&app, skew)).await;
        assert_eq!(entered["token"].is_string(), gets_in, "{skew} s: {entered}");
    }
    // Who was a step ahead has used up the code of now as well.
    app.world.pass(TimeDelta::minutes(30));
    let (ahead, now) = (device.code(&app, 30), device.code(&app, 0));
    let challenges = join_all((0..2).map(|_| challenge(&app, &ani))).await;
    assert!(answer(&app, &challenges[0], "TOTP", &ahead).await["token"].is_string());
    assert_eq!(user_errors(&answer(&app, &challenges[1], "TOTP", &now).await), ["INVALID input.code"]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_wrong_codes_end_a_challenge_and_ten_an_hour_a_guesser() {
    let app = TestApp::start().await;
    let ani = app.person("Ani Wijaya").await;
    let device = set_up(&app, &ani).await;
    let first = challenge(&app, &ani).await;
    for _ in 0..5 {
        assert_eq!(user_errors(&answer(&app, &first, "TOTP", "000000").await), ["INVALID input.code"]);
    }
    let right = answer(&app, &first, "TOTP", &device.code(&app, 0)).await;
    assert_eq!(user_errors(&right), ["EXPIRED input.challenge"]);
    let second = challenge(&app, &ani).await;
    for _ in 0..5 {
        assert_eq!(user_errors(&answer(&app, &second, "RECOVERY_CODE", "0000-0000").await), ["INVALID input.code"]);
    }
    let input = json!({ "challenge": challenge(&app, &ani).await, "method": "TOTP", "code": device.code(&app, 0) });
    let document = "mutation ($input: CompleteMfaInput!) { completeMfa(input: $input) { token } }";
    assert_eq!(app.anonymous().send(document, json!({ "input": input })).await.codes(), ["RATE_LIMITED"]);
    // Whoever has the password and guesses does not lock her out of where she has signed in before.
    let body = json!({ "query": document, "variables": { "input": input } }).to_string();
    let known = app.anonymous().post().header("x-device-token", &device.known).body(body).send().await;
    let known: Value = known.expect("an answer").json().await.expect("JSON");
    assert!(known["data"]["completeMfa"]["token"].is_string(), "{known}");
    app.world.pass(TimeDelta::seconds(30));
    app.world.pass(TimeDelta::hours(1));
    let third = challenge(&app, &ani).await;
    assert!(answer(&app, &third, "TOTP", &device.code(&app, 0)).await["token"].is_string(), "an hour later");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_code_gets_in_once() {
    let app = TestApp::start().await;
    let ani = app.person("Ani Wijaya").await;
    let device = set_up(&app, &ani).await;
    let code = &device.recovery_codes[3];
    let typed = code.to_lowercase().replace('-', " ");
    let first = challenge(&app, &ani).await;
    let second = challenge(&app, &ani).await;
    let opened = answer(&app, &first, "RECOVERY_CODE", &typed).await;
    assert!(opened["token"].is_string(), "{opened}");
    let again = answer(&app, &second, "RECOVERY_CODE", code).await;
    assert_eq!(user_errors(&again), ["INVALID input.code"]);
    let status = ani.client.data(STATUS, json!({})).await;
    assert_eq!(status["viewer"]["mfa"]["recoveryCodesLeft"], 9);
    let renewed = json!({ "code": device.code(&app, 0) });
    let renewed = done(&ani.client, "regenerateRecoveryCodes", renewed, "recoveryCodes").await;
    let third = challenge(&app, &ani).await;
    let old = answer(&app, &third, "RECOVERY_CODE", &device.recovery_codes[0]).await;
    assert_eq!(user_errors(&old), ["INVALID input.code"], "the old ones are gone");
    let new = answer(&app, &third, "RECOVERY_CODE", renewed["recoveryCodes"][0].as_str().expect("a code")).await;
    assert!(new["token"].is_string());
    let events = "{ viewer { securityEvents { nodes { action } } } }";
    let events = ani.client.data(events, json!({})).await["viewer"]["securityEvents"]["nodes"].to_string();
    for action in ["MFA_ENABLED", "RECOVERY_CODE_USED", "RECOVERY_CODES_REPLACED"] {
        assert!(events.contains(action), "{events}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_dangerous_asks_for_presence() {
    let app = TestApp::start().await;
    let ani = app.person("Ani Wijaya").await;
    let device = set_up(&app, &ani).await;
    app.world.pass(TimeDelta::minutes(11));
    let off = "mutation { disableMfa { acknowledged userErrors { code } } }";
    assert_eq!(ani.client.send(off, json!({})).await.codes(), ["REAUTHENTICATION_REQUIRED"]);
    let setup = "mutation { beginTotpSetup { secret } }";
    assert_eq!(ani.client.send(setup, json!({})).await.codes(), ["REAUTHENTICATION_REQUIRED"]);
    let by_password = sent(&ani.client, "reauthenticate", json!({ "password": PASSWORD }), "acknowledged").await;
    assert_eq!(user_errors(&by_password), ["NOT_ELIGIBLE input.password"], "two factors are proved by the second");
    let wrong = sent(&ani.client, "reauthenticate", json!({ "code": "000000" }), "acknowledged").await;
    assert_eq!(user_errors(&wrong), ["INVALID input.code"]);
    done(&ani.client, "reauthenticate", json!({ "code": device.code(&app, 0) }), "acknowledged").await;
    assert_eq!(bare(&ani.client, "disableMfa", "acknowledged").await["acknowledged"], true);
    assert!(log_in(&app.anonymous(), &ani).await["token"].is_string());
    assert_eq!(user_errors(&bare(&ani.client, "disableMfa", "acknowledged").await), ["NOT_FOUND "]);
    // Without a second factor the password proves it, or a mailed code.
    app.world.pass(TimeDelta::minutes(11));
    assert_eq!(ani.client.send(setup, json!({})).await.codes(), ["REAUTHENTICATION_REQUIRED"]);
    let wrong = sent(&ani.client, "reauthenticate", json!({ "password": "not my password" }), "acknowledged").await;
    assert_eq!(user_errors(&wrong), ["INVALID input.password"]);
    done(&ani.client, "reauthenticate", json!({ "password": PASSWORD }), "acknowledged").await;
    assert!(bare(&ani.client, "beginTotpSetup", "secret").await["secret"].is_string());
    app.world.pass(TimeDelta::minutes(11));
    bare(&ani.client, "requestReauthenticationCode", "acknowledged").await;
    let code = app.mailed_token(&ani.email).await;
    done(&ani.client, "reauthenticate", json!({ "mailedCode": code }), "acknowledged").await;
    assert!(bare(&ani.client, "beginTotpSetup", "secret").await["secret"].is_string());
    let again = sent(&ani.client, "reauthenticate", json!({ "mailedCode": code }), "acknowledged").await;
    assert_eq!(user_errors(&again), ["EXPIRED input.mailedCode"]);
    // A session of an admin that was left open shuts nobody out.
    let admin = app.staff("Adi Nugroho", sanggar::platform::privacy::Role::Admin).await;
    app.world.pass(TimeDelta::minutes(11));
    let suspend = "mutation ($input: SuspendUserInput!) { suspendUser(input: $input) { userErrors { code } } }";
    let input = json!({ "input": { "id": ani.id, "reason": "Menyalin." } });
    assert_eq!(admin.client.send(suspend, input).await.codes(), ["REAUTHENTICATION_REQUIRED"]);
    assert_eq!(app.rows_in("suspensions").await, 0);
    app.stop().await;
}

/// What is asked of everybody holds back whatever role one has.
#[tokio::test(flavor = "multi_thread")]
async fn where_everybody_needs_one_nobody_takes_part_without() {
    use sanggar::{academies::Policy, platform::privacy::Role};
    let app = TestApp::start_under(Policy::preset("focusra").expect("a policy"), |_| {}).await;
    let (adi, budi) = (app.staff("Adi Nugroho", Role::Admin).await, app.person("Budi Santoso").await);
    let read = "query ($id: ID!) { node(id: $id) { ... on User { fullName } } }";
    let seen = adi.client.data(read, json!({ "id": budi.id })).await;
    assert_eq!(seen["node"]["fullName"], "Budi Santoso", "an admin with a reason");
    assert_eq!(bare(&adi.client, "disableMfa", "acknowledged").await["acknowledged"], true);
    let roles = adi.client.data("{ viewer { roles mfa { requiredFor } } }", json!({})).await["viewer"].clone();
    assert_eq!(roles, json!({ "roles": [], "mfa": { "requiredFor": ["LEARNER", "ADMIN"] } }));
    let seen = adi.client.data(read, json!({ "id": budi.id })).await;
    assert!(seen["node"].is_null(), "{seen}");
    let write = "mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { user { id } } }";
    let refused = adi.client.send(write, json!({ "input": { "phone": "+6281234567890" } })).await;
    assert_eq!(refused.codes(), ["MFA_REQUIRED"]);
    set_up(&app, &adi).await;
    done(&adi.client, "updateProfile", json!({ "phone": "+6281234567890" }), "user { id }").await;
    app.stop().await;
}

/// What an academy asks a second factor for is of no use without one.
#[tokio::test(flavor = "multi_thread")]
async fn a_role_waits_for_the_second_factor() {
    use sanggar::{academies::Policy, platform::privacy::Role};
    let mut policy = Policy::preset("open").expect("a policy");
    policy.mfa_required_for = [Role::Reviewer, Role::Instructor].into_iter().collect();
    let app = TestApp::start_under(policy, |_| {}).await;
    let rudi = app.staff("Rudi Hartono", Role::Reviewer).await;
    let read = "{ instructorApplications { totalCount } }";
    assert_eq!(rudi.client.send(read, json!({})).await.codes(), ["MFA_REQUIRED"]);
    let status = "{ viewer { roles mfa { requiredFor } } }";
    let told = rudi.client.data(status, json!({})).await["viewer"].clone();
    assert_eq!(told, json!({ "roles": ["LEARNER"], "mfa": { "requiredFor": ["REVIEWER"] } }));
    set_up(&app, &rudi).await;
    rudi.client.data(read, json!({})).await;
    let told = rudi.client.data(status, json!({})).await["viewer"].clone();
    assert_eq!(told, json!({ "roles": ["LEARNER", "REVIEWER"], "mfa": { "requiredFor": [] } }));
    app.stop().await;
}
