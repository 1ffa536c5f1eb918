//! A whole scenario's logs hold no personal data and no secret, however talkative the log is set: not ours, and not Postgres's.

use std::process::Stdio;

use serde_json::{Value, json};

use crate::{
    harness::{Client, MailServer, token_in},
    platform::command_line::{Home, free_port, ready, spawn, text},
};

/// What somebody says of themselves here: nothing of it may be found in a log.
const EMAIL: &str = "kanari.surel@example.org";
const NAME: &str = "Kanari Nama";
const USERNAME: &str = "kanari.pengguna";
const PASSWORD: &str = "kanari sandi yang panjang";
const WRONG_PASSWORD: &str = "kanari sandi yang salah";
const BIOGRAPHY: &str = "kanari riwayat";
const PHONE: &str = "+6281200000042";
const STREET: &str = "Jalan Kanari 42";
const FILE_NAME: &str = "kanari-berkas.zip";
const DEVICE: &str = "kanari-peramban/1.0";
const KEY: &str = "kanari-kunci";

fn said() -> Vec<String> {
    let said = [EMAIL, NAME, USERNAME, PASSWORD, WRONG_PASSWORD, BIOGRAPHY, PHONE, STREET, FILE_NAME, DEVICE, KEY];
    said.map(str::to_owned).to_vec()
}

/// A word as it would stand in a log: plain, in hexadecimal, in base64 wherever it begins, in an address.
pub fn forms(word: &str) -> Vec<String> {
    use base64::{
        Engine,
        engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
    };
    let hexadecimal = sanggar::platform::text::hex(word.as_bytes());
    let mut forms = vec![word.to_owned(), hexadecimal.to_uppercase(), hexadecimal];
    for before in 0..3 {
        let bytes = [&b"..."[..before], word.as_bytes()].concat();
        for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
            let encoded = engine.encode(&bytes);
            // The letters that the word alone decides.
            let (first, last) = ((before * 8).div_ceil(6), bytes.len() * 8 / 6);
            forms.push(encoded[first..last].to_owned());
        }
    }
    forms.push(url::form_urlencoded::byte_serialize(word.as_bytes()).collect());
    forms.push(word.replace(' ', "%20"));
    forms.sort();
    forms.dedup();
    forms
}

/// Sends a mutation that must do what it is asked, and gives its payload.
async fn send(client: &Client, name: &str, input: Value, select: &str) -> Value {
    let ty = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    let query = format!("mutation ($input: {ty}!) {{ {name}(input: $input) {{ {select} userErrors {{ code }} }} }}");
    let body = json!({ "query": query, "variables": { "input": input } }).to_string();
    let request = client.post().header("user-agent", DEVICE).header("idempotency-key", KEY).body(body);
    let answer: Value = request.send().await.expect("an answer").json().await.expect("JSON");
    assert_eq!(answer["data"][name]["userErrors"], json!([]), "{name}: {answer}");
    answer["data"][name].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_log_holds_what_people_say() {
    let home = Home::new("logs");
    std::fs::create_dir_all(home.path()).expect("a folder");
    let log = home.path().join("server.log");
    let bind = free_port();
    // It takes one mail to an address: the second one is refused, with the address in the refusal.
    let mails = MailServer::start(|to, taken| taken.iter().any(|mail| mail.to == to).then_some("550 5.1.1")).await;
    let mut command = home.command(&["serve", "--demo", "--bind", &bind]);
    command.env("SANGGAR_LOG", "trace").env("SANGGAR_PUBLIC_URL", format!("http://{bind}/"));
    command.env("SANGGAR_SMTP_URL", mails.url());
    let server = spawn(command.stdout(Stdio::null()).stderr(std::fs::File::create(&log).expect("a log")));
    ready(&bind).await;
    let client = Client::new(bind.parse().expect("an address"), "sanggar");
    let documents = "{ academy { policy { documents { id locale } } } }";
    let documents = client.data(documents, json!({})).await["academy"]["policy"]["documents"].clone();
    let accepted: Vec<_> = documents
        .as_array()
        .expect("documents")
        .iter()
        .filter(|document| document["locale"] == "en")
        .map(|document| document["id"].clone())
        .collect();
    let person = json!({
        "email": EMAIL, "password": PASSWORD, "fullName": NAME, "username": USERNAME, "ageConfirmed": true, "acceptedDocuments": accepted,
    });
    assert_eq!(send(&client, "register", person.clone(), "acknowledged").await["acknowledged"], true);
    let token = mailed_token(&mails).await;
    let session = send(&client, "verifyEmail", json!({ "token": token }), "token").await["token"].clone();
    let session = session.as_str().expect("a session").to_owned();
    let own = client.with_token(&session);
    // Once more: the address is taken, which its owner is told by mail.
    send(&client, "register", json!({ "email": EMAIL, "password": PASSWORD, "fullName": NAME, "ageConfirmed": true, "acceptedDocuments": accepted }), "acknowledged").await;
    let profile = json!({
        "biography": BIOGRAPHY, "phone": PHONE, "billingAddress": { "line1": STREET, "city": "Bandung", "country": "ID" },
    });
    send(&own, "updateProfile", profile, "user { id }").await;
    let log_in = "mutation ($input: LogInInput!) { logIn(input: $input) { token userErrors { code } } }";
    let wrong = client.data(log_in, json!({ "input": { "login": EMAIL, "password": WRONG_PASSWORD } })).await;
    assert_eq!(wrong["logIn"]["token"], Value::Null);
    let second = json!({ "login": USERNAME, "password": PASSWORD, "device": DEVICE });
    let second = send(&client, "logIn", second, "token").await["token"].as_str().expect("a session").to_owned();
    // Under a key, which is claimed.
    let runs = "{ courses { nodes { runs { nodes { id } } } } }";
    let run = client.data(runs, json!({})).await["courses"]["nodes"][0]["runs"]["nodes"][0]["id"].clone();
    send(&own, "enrol", json!({ "run": run }), "enrolment { id }").await;
    let demo = home.run(&["demo", "--json"]);
    let demo: Value = serde_json::from_str(&text(&demo.stdout)).expect("one JSON document");
    let of_role =
        |role: &str| demo["people"].as_array().and_then(|people| people.iter().find(|person| person["role"] == role));
    let teacher = of_role("INSTRUCTOR").expect("an instructor");
    let teaching = json!({ "login": teacher["email"], "password": teacher["password"] });
    let teaching = send(&client, "logIn", teaching, "token").await["token"].as_str().expect("a session").to_owned();
    let file =
        json!({ "purpose": "COURSE_IMPORT", "fileName": FILE_NAME, "contentType": "application/zip", "size": 3 });
    let upload = send(&client.with_token(&teaching), "createUpload", file, "upload { url }").await;
    let url = upload["upload"]["url"].as_str().expect("an address").to_owned();
    let stored = reqwest::Client::new().put(&url).body("abc").send().await.expect("an answer");
    assert_eq!(stored.status(), 204);
    own.send("query ($name: String!) { user(username: $name) { fullName } }", json!({ "name": USERNAME })).await;
    // What can't be read, and what the database refuses, is logged too.
    own.send(&format!("{{ user(username: \"{NAME}\" }}"), json!({})).await;
    own.send("query ($name: String!) { user(username: $name) { id } }", json!({ "name": format!("{NAME}\0") })).await;
    own.data("mutation { logOut { acknowledged } }", json!({})).await;
    while !std::fs::read_to_string(&log).expect("a log").contains("the mail server answered 550") {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    server.stop();

    let ours = std::fs::read_to_string(&log).expect("a log");
    assert!(ours.contains("a job is done"), "the log tells something: {ours}");
    let postgres = std::fs::read_to_string(home.path().join("postgres/postgres.log")).expect("a log");
    let place = url.rsplit('/').next().expect("a token").to_owned();
    let secrets = said().into_iter().chain([token, session, second, teaching, place]);
    for secret in secrets {
        for (name, text) in [("ours", &ours), ("Postgres's", &postgres)] {
            for form in forms(&secret) {
                let told = text.lines().find(|line| line.contains(&form));
                assert_eq!(told, None, "{secret} stands in a log as {form}: {name}");
            }
        }
    }
}

#[test]
fn forms_are_found() {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let found = |text: &str| forms("kanari surel").iter().any(|form| text.contains(form));
    for before in ["", "a", "ab", "abc"] {
        assert!(found(&STANDARD.encode(format!("{before}kanari surel{before}"))), "{before}");
    }
    assert!(found(&sanggar::platform::text::hex(b"xx kanari surel")));
    assert!(found("?q=kanari%20surel") && found("?q=kanari+surel") && found("kanari surel") && !found("kanari"));
}

async fn mailed_token(mails: &MailServer) -> String {
    loop {
        if let Some(mail) = mails.received().into_iter().find(|mail| mail.to == EMAIL) {
            return token_in(&mail.text);
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}
