//! What bounds guessing: over all replicas, and so that nobody locks somebody else out.

use chrono::TimeDelta;
use sanggar::platform::privacy::Role;
use serde_json::{Value, json};

use crate::harness::{Answer, Client, PASSWORD, TestApp};

const LOG_IN: &str =
    "mutation ($input: LogInInput!) { logIn(input: $input) { token deviceToken userErrors { code path message } } }";

async fn guess(client: &Client, login: &str, password: &str) -> Answer {
    client.send(LOG_IN, json!({ "input": { "login": login, "password": password } })).await
}

/// From an address of the client's own, as a proxy that is trusted tells it.
async fn guess_from(app: &TestApp, address: &str, login: &str, password: &str, device: Option<&str>) -> Value {
    let body = json!({ "query": LOG_IN, "variables": { "input": { "login": login, "password": password } } });
    let mut request = app.anonymous().post().header("x-forwarded-for", address).body(body.to_string());
    if let Some(device) = device {
        request = request.header("x-device-token", device);
    }
    request.send().await.expect("an answer").json().await.expect("JSON")
}

fn is_refused(answer: &Value) -> bool {
    answer["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
}

async fn proxied() -> TestApp {
    TestApp::start_with(|settings| "127.0.0.1".clone_into(&mut settings.trusted_proxies)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_guesses_waits_and_is_told_how_long() {
    let app = TestApp::start().await;
    let ani = app.person("Ani Wijaya").await;
    for _ in 0..12 {
        let answer = guess(&app.anonymous(), &ani.email, "not the password").await;
        assert_eq!(answer.json["data"]["logIn"]["userErrors"][0]["code"], "INVALID");
    }
    let body = json!({ "query": LOG_IN, "variables": { "input": { "login": ani.email, "password": PASSWORD } } });
    let response = app.anonymous().post().body(body.to_string()).send().await.expect("an answer");
    let seconds: u64 = response.headers()["retry-after"].to_str().expect("text").parse().expect("seconds");
    assert!((1..=300).contains(&seconds), "{seconds}");
    let told: Value = response.json().await.expect("JSON");
    assert!(is_refused(&told) && told["errors"][0]["extensions"]["retryAfter"] == seconds, "{told}");
    // Whether or not there is somebody of that name.
    for _ in 0..12 {
        assert!(guess(&app.anonymous(), "nobody@example.org", "not the password").await.codes().is_empty());
    }
    let unknown = guess(&app.anonymous(), "nobody@example.org", PASSWORD).await;
    assert_eq!(unknown.json["errors"][0]["message"], told["errors"][0]["message"]);
    app.world.pass(TimeDelta::seconds(i64::try_from(seconds).expect("seconds")));
    let answer = guess(&app.anonymous(), &ani.email, PASSWORD).await;
    assert!(answer.json["data"]["logIn"]["token"].is_string(), "{}", answer.json);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_addresses_get_no_more_guesses_at_one_account_and_its_owner_gets_in() {
    let app = proxied().await;
    let ani = app.person("Ani Wijaya").await;
    let known = guess_from(&app, "192.0.2.1", &ani.email, PASSWORD, None).await;
    let known = known["data"]["logIn"]["deviceToken"].as_str().expect("a device").to_owned();
    let mut looked_at = 0;
    for number in 0..120 {
        let address = format!("198.51.{}.{}", number / 250, number % 250);
        // By both of her names, and as they may be spelt.
        let login = [ani.email.to_uppercase(), "ani.wijaya".to_owned(), "ＡＮＩ.wijaya".to_owned(), ani.email.clone()];
        let answer = guess_from(&app, &address, &login[number % 4], "not the password", None).await;
        looked_at += usize::from(!is_refused(&answer));
    }
    assert_eq!(looked_at, 24);
    assert!(is_refused(&guess_from(&app, "203.0.113.5", &ani.email, PASSWORD, None).await));
    // From a device that she has signed in from she gets in, from wherever.
    let entered = guess_from(&app, "203.0.113.6", &ani.email, PASSWORD, Some(&known)).await;
    assert!(entered["data"]["logIn"]["token"].is_string(), "{entered}");
    // Another's device is nobody's here, nor is a made-up one.
    let budi = app.person("Budi Santoso").await;
    let his = guess_from(&app, "192.0.2.2", &budi.email, PASSWORD, None).await;
    let his = his["data"]["logIn"]["deviceToken"].as_str().expect("a device").to_owned();
    for other in [his.as_str(), "bm9uZQ", "", &known[..known.len() - 2]] {
        assert!(is_refused(&guess_from(&app, "203.0.113.7", &ani.email, PASSWORD, Some(other)).await), "{other}");
    }
    // Who has the device has a share of their own to guess with, and no more.
    let mut more = 0;
    for _ in 0..40 {
        let answer = guess_from(&app, "203.0.113.8", &ani.email, "not the password", Some(&known)).await;
        more += usize::from(!is_refused(&answer));
    }
    assert_eq!(more, 15);
    // In an hour as many again: a hundred at most.
    // Ten more are those of a session.
    assert!(2 * (looked_at + more + 10) <= 100);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_does_not_go_through_all_accounts() {
    let app = proxied().await;
    let mut looked_at = 0;
    for number in 0..260 {
        let answer = guess_from(&app, "198.51.100.7", &format!("murid{number}"), "password123", None).await;
        looked_at += usize::from(!is_refused(&answer));
    }
    assert_eq!(looked_at, 200);
    let ani = app.person("Ani Wijaya").await;
    let entered = guess_from(&app, "198.51.100.8", &ani.email, PASSWORD, None).await;
    assert!(entered["data"]["logIn"]["token"].is_string(), "another address");
    app.stop().await;
}

/// A school behind one address.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_right_is_not_counted() {
    let app = TestApp::start().await;
    let ani = app.person("Ani Wijaya").await;
    for _ in 0..40 {
        let answer = guess(&app.anonymous(), &ani.email, PASSWORD).await;
        assert!(answer.json["data"]["logIn"]["token"].is_string(), "{}", answer.json);
    }
    app.stop().await;
}

const TOLD: &str =
    "{ viewer { notifications { nodes { kind body } } securityEvents { nodes { action actor { id } detail } } } }";

async fn told(client: &Client) -> (usize, usize) {
    let told = client.data(TOLD, json!({})).await["viewer"].clone();
    let of = |list: &str, name: &str| {
        let nodes = told[list]["nodes"].as_array().expect("nodes");
        nodes.iter().filter(|node| node[name] == "LOG_IN_GUESSED").count()
    };
    (of("notifications", "kind"), of("securityEvents", "action"))
}

/// F-40: a burst is put on record and its person is told, once an hour; who guesses learns nothing by it.
#[tokio::test(flavor = "multi_thread")]
async fn whose_password_is_guessed_at_is_told_and_nobody_else() {
    let app = TestApp::start().await;
    let (ani, budi) = (app.person("Ani Wijaya").await, app.person("Budi Santoso").await);
    let mailed = app.mails().await.len();
    let jobs = app.rows_in("jobs").await;
    let mut statements = Vec::new();
    for login in [&ani.email, "nobody@example.org"] {
        for _ in 0..12 {
            guess(&app.anonymous(), login, "not the password").await;
        }
        assert_eq!(app.rows_in("jobs").await, jobs, "a few guesses are nothing to tell");
        for _ in 0..2 {
            let (count, answer) = app.statements(guess(&app.anonymous(), login, "not the password")).await;
            assert_eq!(answer.codes(), ["RATE_LIMITED"]);
            statements.push(count);
        }
        assert_eq!(app.rows_in("jobs").await, jobs + 1, "{login}");
        app.work().await;
        assert_eq!(app.rows_in("address_requests").await, 0);
    }
    assert_eq!(statements[..2], statements[2..], "whether or not there is such a person");
    assert_eq!((told(&ani.client).await, told(&budi.client).await), ((1, 1), (0, 0)));
    assert_eq!(app.mails().await.len(), mailed, "nobody has us write mails by guessing");
    app.world.pass(TimeDelta::hours(1));
    for _ in 0..20 {
        guess(&app.anonymous(), &ani.email, "not the password").await;
    }
    app.work().await;
    assert_eq!(told(&ani.client).await, (1, 2), "she is told again when she has read it");
    app.stop().await;
}

/// Whoever guesses at a second factor has the password: its person is mailed.
#[tokio::test(flavor = "multi_thread")]
async fn whose_code_is_guessed_at_is_mailed() {
    let app = TestApp::start().await;
    let ani = app.person("Ani Wijaya").await;
    super::second_factor::set_up(&app, &ani).await;
    let mailed = app.mails().await.len();
    let document = "mutation ($input: CompleteMfaInput!) { completeMfa(input: $input) { token } }";
    let mut refused = 0;
    for _ in 0..3 {
        let challenge = super::second_factor::challenge(&app, &ani).await;
        for _ in 0..4 {
            let input = json!({ "challenge": challenge, "method": "TOTP", "code": "000000" });
            let answer = app.anonymous().send(document, json!({ "input": input })).await;
            refused += usize::from(answer.codes() == ["RATE_LIMITED"]);
        }
    }
    assert_eq!(refused, 2);
    let mails = app.mails().await;
    assert_eq!(mails.len(), mailed + 1);
    assert!(mails[mailed].contains(&format!("To: {}", ani.email)) && mails[mailed].contains("guesses at your code"));
    assert_eq!(told(&ani.client).await, (1, 1));
    app.stop().await;
}

/// Who mistypes what is theirs is not told that somebody guesses.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_alarmed_by_their_own_codes() {
    let app = TestApp::start().await;
    let ani = app.person("Ani Wijaya").await;
    let mailed = app.mails().await.len();
    for (verb, input) in
        [("confirmTotpSetup", json!({ "code": "000000" })), ("reauthenticate", json!({ "mailedCode": "sgm_none" }))]
    {
        let ty = format!("{}{}Input", verb[..1].to_uppercase(), &verb[1..]);
        let document = format!("mutation ($input: {ty}!) {{ {verb}(input: $input) {{ userErrors {{ code }} }} }}");
        for _ in 0..12 {
            ani.client.send(&document, json!({ "input": input })).await;
        }
        assert_eq!(ani.client.send(&document, json!({ "input": input })).await.codes(), ["RATE_LIMITED"], "{verb}");
    }
    assert_eq!((told(&ani.client).await, app.mails().await.len()), ((0, 0), mailed));
    app.stop().await;
}

/// From one address at the accounts of many: staff see it.
#[tokio::test(flavor = "multi_thread")]
async fn guesses_at_many_are_on_record() {
    let app = proxied().await;
    let admin = app.staff("Adi Nugroho", Role::Admin).await;
    for number in 0..203 {
        guess_from(&app, "198.51.100.7", &format!("murid{number}"), "password123", None).await;
    }
    app.work().await;
    let log = "{ auditLog(filter: { action: \"LOG_IN_GUESSED\" }) { nodes { actor { id } subject detail } } }";
    let log = admin.client.data(log, json!({})).await["auditLog"]["nodes"].clone();
    assert_eq!(log, json!([{ "actor": null, "subject": null, "detail": { "at": "passwords of many" } }]));
    app.stop().await;
}

/// Two servers on one database count together.
#[tokio::test(flavor = "multi_thread")]
async fn replicas_count_together() {
    let app = TestApp::start().await;
    let other = app.replica().await;
    let mut looked_at = 0;
    for number in 0..40 {
        let client = if number % 2 == 0 { app.anonymous() } else { other.client() };
        let answer = guess(&client, "nobody@example.org", "not the password").await;
        looked_at += usize::from(answer.codes().is_empty());
    }
    assert_eq!(looked_at, 12);
    other.stop().await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_buried_in_mails() {
    let app = TestApp::start().await;
    let ani = app.person("Ani Wijaya").await;
    let before = app.mails().await.len();
    let document =
        "mutation ($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { acknowledged } }";
    let mut answers = Vec::new();
    for _ in 0..20 {
        answers.push(app.anonymous().send(document, json!({ "input": { "email": ani.email } })).await.json);
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "all are answered alike");
    assert_eq!(app.mails().await.len(), before + 5);
    app.stop().await;
}

/// What means nothing any more goes.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_over_is_forgotten() {
    let app = TestApp::start().await;
    let _ = guess(&app.anonymous(), "nobody@example.org", "not the password").await;
    let forget = || sanggar::platform::throttle::forget(&app.services, app.academy);
    forget().await.expect("forgotten");
    assert_eq!(app.rows_in("throttles").await, 2);
    app.world.pass(TimeDelta::hours(1));
    forget().await.expect("forgotten");
    assert_eq!(app.rows_in("throttles").await, 0);
    // Links, challenges and sessions as well.
    let ani = app.person("Ani Wijaya").await;
    super::second_factor::set_up(&app, &ani).await;
    super::second_factor::challenge(&app, &ani).await;
    let tidy = || sanggar::accounts::tidy::tidy(&app.services, app.academy);
    for (days, tokens, sessions) in [(0, 2, 1), (10, 0, 1), (30, 0, 0)] {
        app.world.pass(TimeDelta::days(days));
        tidy().await.expect("tidied");
        assert_eq!((app.rows_in("account_tokens").await, app.rows_in("sessions").await), (tokens, sessions), "{days}");
    }
    app.stop().await;
}
