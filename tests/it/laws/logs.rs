//! A whole scenario's logs hold no personal data and no secret, however talkative the log is set: not ours, and not Postgres's.

use std::process::Stdio;

use serde_json::{Value, json};

use crate::{
    harness::Client,
    platform::command_line::{Home, free_port, ready, spawn},
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

async fn send(client: &Client, query: &str, input: Value) -> Value {
    let body = json!({ "query": query, "variables": { "input": input } }).to_string();
    let request = client.post().header("user-agent", DEVICE).header("idempotency-key", KEY).body(body);
    request.send().await.expect("an answer").json().await.expect("JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn no_log_holds_what_people_say() {
    let home = Home::new("logs");
    std::fs::create_dir_all(home.path()).expect("a folder");
    let log = home.path().join("server.log");
    let bind = free_port();
    let mut command = home.command(&["serve", "--bind", &bind]);
    command.env("SANGGAR_LOG", "trace").env("SANGGAR_PUBLIC_URL", format!("http://{bind}/"));
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
    let register = "mutation ($input: RegisterInput!) { register(input: $input) { acknowledged userErrors { code } } }";
    let person = json!({
        "email": EMAIL, "password": PASSWORD, "fullName": NAME, "username": USERNAME, "ageConfirmed": true, "acceptedDocuments": accepted,
    });
    assert_eq!(send(&client, register, person.clone()).await["data"]["register"]["acknowledged"], true);
    // Once more: the address is taken; and once with the user name of somebody else.
    send(&client, register, person).await;
    let token = mailed_token(&home).await;
    let verify = "mutation ($input: VerifyEmailInput!) { verifyEmail(input: $input) { token } }";
    let session = send(&client, verify, json!({ "token": token })).await["data"]["verifyEmail"]["token"].clone();
    let session = session.as_str().expect("a session").to_owned();
    let own = client.with_token(&session);
    let update = "mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { userErrors { code } } }";
    let profile = json!({
        "biography": BIOGRAPHY, "phone": PHONE, "billingAddress": { "line1": STREET, "city": "Bandung", "country": "ID" },
    });
    assert_eq!(send(&own, update, profile).await["data"]["updateProfile"]["userErrors"], json!([]));
    let log_in = "mutation ($input: LogInInput!) { logIn(input: $input) { token userErrors { code } } }";
    send(&client, log_in, json!({ "login": EMAIL, "password": WRONG_PASSWORD })).await;
    let second = send(&client, log_in, json!({ "login": USERNAME, "password": PASSWORD, "device": DEVICE })).await;
    let second = second["data"]["logIn"]["token"].as_str().expect("a session").to_owned();
    let upload = "mutation ($input: CreateUploadInput!) { createUpload(input: $input) { upload { url } } }";
    let file =
        json!({ "purpose": "COURSE_IMPORT", "fileName": FILE_NAME, "contentType": "application/zip", "size": 3 });
    send(&own, upload, file).await;
    own.send("query ($name: String!) { user(username: $name) { fullName } }", json!({ "name": USERNAME })).await;
    // What can't be read, and what the database refuses, is logged too.
    own.send(&format!("{{ user(username: \"{NAME}\" }}"), json!({})).await;
    own.send("query ($name: String!) { user(username: $name) { id } }", json!({ "name": format!("{NAME}\0") })).await;
    own.send("mutation { logOut { acknowledged } }", json!({})).await;
    server.stop();

    let ours = std::fs::read_to_string(&log).expect("a log");
    assert!(ours.contains("a job is done"), "the log tells something: {ours}");
    let postgres = std::fs::read_to_string(home.path().join("postgres/postgres.log")).expect("a log");
    let secrets = said().into_iter().chain([token, session, second]);
    for secret in secrets {
        for (name, text) in [("ours", &ours), ("Postgres's", &postgres)] {
            let told = text.lines().find(|line| line.contains(&secret));
            assert_eq!(told, None, "{secret} stands in a log: {name}");
        }
    }
}

async fn mailed_token(home: &Home) -> String {
    for _ in 0..600 {
        let mails = std::fs::read_dir(home.path().join("mails")).into_iter().flatten().flatten();
        for mail in mails {
            let text =
                std::fs::read_to_string(mail.path()).unwrap_or_default().replace("=\r\n", "").replace("=3D", "=");
            if let Some(start) = text.find("sgm_") {
                let is_part = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
                return text[start..].chars().take_while(is_part).collect();
            }
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("no mail has come")
}
