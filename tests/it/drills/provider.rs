//! Log-in by a provider that is not ours: `oidc-provider`, from the registry of npm, with Node.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::Utc;
use sanggar::platform::providers::LogInSettings;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

use crate::{
    harness::{TestApp, user_errors},
    line::{done, sent},
    platform::command_line::free_port,
};

const PACKAGE: &str = "oidc-provider@9.13.3";
const VERIFIER: &str = "an-app-keeps-this-to-itself-and-nobody-else-has-it";
const SESSION: &str = "token registrationChallenge { challenge } viewer { email emailVerified }";

/// A folder with the package in it.
fn installed() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("sanggar-it-{}", std::process::id())).join("provider");
    std::fs::create_dir_all(&folder).expect("a folder");
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/drills/provider.mjs");
    std::fs::copy(here, folder.join("provider.mjs")).expect("a copy");
    std::fs::write(folder.join("package.json"), "{}").expect("a file");
    let done = Command::new("npm")
        .args(["install", "--silent", "--no-audit", "--no-fund", PACKAGE])
        .current_dir(&folder)
        .status()
        .expect("npm, with Node 20 or later");
    assert!(done.success(), "{PACKAGE} could not be installed");
    folder
}

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(folder: &Path, port: &str, redirect: &str, algorithm: &str, in_token: bool) -> Running {
    let told = if in_token { "in-token" } else { "by-userinfo" };
    let mut child = Command::new("node")
        .args(["provider.mjs", port, redirect, algorithm, told])
        .current_dir(folder)
        .stdout(Stdio::piped())
        .spawn()
        .expect("node");
    let mut said = BufReader::new(child.stdout.take().expect("its output")).lines();
    assert_eq!(said.next().expect("a line").expect("text"), "ready");
    // It says more; nobody reads it.
    std::thread::spawn(move || said.for_each(drop));
    Running(child)
}

/// A browser, as far as it takes: cookies, redirects, two forms.
struct Browser {
    http: reqwest::Client,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    async fn send(&mut self, request: reqwest::RequestBuilder) -> reqwest::Response {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let answer = request.header("cookie", cookies.join("; ")).send().await.expect("an answer");
        for cookie in answer.headers().get_all("set-cookie") {
            let pair = cookie.to_str().expect("text").split(';').next().expect("a pair");
            let (name, value) = pair.split_once('=').expect("a pair");
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        answer
    }

    /// Signs in as a person and agrees, and gives where they are sent back to.
    async fn agree(&mut self, authorize: &Url, redirect: &str, person: &str) -> Url {
        let mut answer = self.send(self.http.get(authorize.clone())).await;
        for _ in 0..12 {
            if let Some(target) = answer.headers().get("location") {
                let target = authorize.join(target.to_str().expect("text")).expect("an address");
                if target.as_str().starts_with(redirect) {
                    return target;
                }
                answer = self.send(self.http.get(target)).await;
                continue;
            }
            let page = answer.text().await.expect("a page");
            let of = |begin: &str| page.split(begin).nth(1).and_then(|rest| rest.split('"').next());
            let action =
                authorize.join(of("action=\"").unwrap_or_else(|| panic!("no form in {page}"))).expect("an address");
            let prompt = of("name=\"prompt\" value=\"").expect("a prompt");
            let form = url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs([("prompt", prompt), ("login", person), ("password", "x")])
                .finish();
            let post = self.http.post(action).header("content-type", "application/x-www-form-urlencoded").body(form);
            answer = self.send(post).await;
        }
        panic!("the provider leads nowhere")
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a drill"]
async fn drill_a_provider_that_is_not_ours() {
    let folder = installed();
    let mut entered = 0;
    for (algorithm, in_token) in [("RS256", true), ("ES256", true), ("EdDSA", true), ("RS256", false)] {
        let port = free_port().rsplit(':').next().expect("a port").to_owned();
        let redirect = "http://127.0.0.1:8080/a/nusa/oauth/kit/callback";
        let _provider = start(&folder, &port, redirect, algorithm, in_token);
        let log_in: LogInSettings = serde_json::from_value(json!({
            "return_to": ["https://app.example.org/masuk"],
            "providers": { "kit": {
                "kind": "oidc", "issuer": format!("http://127.0.0.1:{port}"), "client_id": "sanggar", "client_secret": "rahasia klien",
            } },
        }))
        .expect("settings");
        let app = TestApp::start_with(|settings| drop(settings.log_in.insert("nusa".to_owned(), log_in))).await;
        // The provider's clock is the machine's.
        app.world.pass(Utc::now() - app.world.now());
        let client = app.anonymous();
        let log_in = async |person: &str| -> Value {
            let input = json!({
                "provider": "kit", "returnTo": "https://app.example.org/masuk",
                "codeChallenge": URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER)),
            });
            let begun = done(&client, "beginProviderLogIn", input, "authorizeUrl").await;
            let authorize: Url = begun["authorizeUrl"].as_str().expect("an address").parse().expect("an address");
            let http =
                reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
            let mut browser = Browser { http: http.clone(), cookies: BTreeMap::new() };
            let back = browser.agree(&authorize, redirect, person).await;
            let here = format!("http://{}{}?{}", app.address, back.path(), back.query().expect("a query"));
            let answer = http.get(here).send().await.expect("an answer");
            let on: Url = answer.headers()["location"].to_str().expect("text").parse().expect("an address");
            let code = on.query_pairs().find(|(name, _)| name == "code").expect("a code").1.into_owned();
            let input = json!({ "code": code, "codeVerifier": VERIFIER });
            sent(&client, "completeProviderLogIn", input, SESSION).await
        };
        let came = log_in("siti").await;
        assert_eq!(user_errors(&came), Vec::<String>::new(), "{algorithm}");
        let input = json!({
            "challenge": came["registrationChallenge"]["challenge"], "fullName": "Siti Rahma", "ageConfirmed": true,
            "acceptedDocuments": app.documents(&client).await,
        });
        let first = done(&client, "completeRegistration", input, SESSION).await;
        assert_eq!(first["viewer"], json!({ "email": "siti@example.org", "emailVerified": true }));
        let again = log_in("siti").await;
        assert!(again["token"].is_string(), "{algorithm}: {again}");
        let unverified = log_in("budi").await;
        assert_eq!(user_errors(&unverified), ["NOT_ELIGIBLE input.code"], "{algorithm}");
        entered += 2;
        let told = if in_token { "in the token" } else { "by userinfo" };
        println!("{PACKAGE}, {algorithm}, the address {told}: in, in again, and out where it is not verified");
        app.stop().await;
    }
    assert_eq!(entered, 8);
}
