//! Log-in providers: who signs in by one, who becomes an account, and all that is not believed.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use sanggar::platform::{
    config::Settings,
    privacy::Role,
    providers::{LogInSettings, Provider},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

use crate::{
    harness::{
        Client, PASSWORD, TestApp,
        provider::{CLIENT, LogInProvider, SECRET, Script, Signed},
        user_errors,
    },
    line::{bare, done, sent},
};

const VERIFIER: &str = "an-app-keeps-this-to-itself-and-nobody-else-has-it";
const BACK: &str = "https://app.example.org/masuk";
const SESSION: &str = "token mfaChallenge { challenge } registrationChallenge { challenge fullName } viewer { user { id } email emailVerified roles }";

fn provider(value: Value) -> Provider {
    serde_json::from_value(value).expect("a provider")
}

/// Two providers that speak OpenID Connect, and one that speaks as GitHub does; those next door have the first one too.
fn settings(school: &LogInProvider, other: &LogInProvider, hub: &LogInProvider) -> impl FnOnce(&mut Settings) {
    let oidc = |of: &LogInProvider| {
        provider(
            json!({ "kind": "oidc", "name": "Sekolah", "issuer": of.issuer(), "client_id": CLIENT, "client_secret": SECRET }),
        )
    };
    let github = provider(json!({
        "kind": "github", "issuer": hub.issuer(), "api": format!("{}/api", hub.issuer()), "client_id": CLIENT, "client_secret": SECRET,
    }));
    // Google's people of one domain: it speaks as the others do.
    let domain = provider(json!({
        "kind": "google", "issuer": other.issuer(), "client_id": CLIENT, "client_secret": SECRET, "hosted_domain": "sekolah.example",
    }));
    let own = [("sekolah", oidc(school)), ("lain", oidc(other)), ("domain", domain), ("github", github)];
    let theirs = [("sekolah", oidc(school))];
    move |settings: &mut Settings| {
        let log_in = |providers: Vec<(&str, Provider)>| LogInSettings {
            return_to: vec![BACK.parse().expect("a page")],
            providers: providers.into_iter().map(|(id, provider)| (id.to_owned(), provider)).collect(),
        };
        settings.log_in.insert("nusa".to_owned(), log_in(own.to_vec()));
        settings.log_in.insert("tetangga".to_owned(), log_in(theirs.to_vec()));
    }
}

struct World {
    app: TestApp,
    school: LogInProvider,
    other: LogInProvider,
    hub: LogInProvider,
}

impl World {
    async fn start() -> Self {
        let (school, other, hub) =
            (LogInProvider::start().await, LogInProvider::start().await, LogInProvider::start().await);
        let app = TestApp::start_with(settings(&school, &other, &hub)).await;
        for provider in [&school, &other, &hub] {
            provider.at(app.world.now());
        }
        Self { app, school, other, hub }
    }

    /// Moves every clock.
    fn pass(&self, time: TimeDelta) {
        self.app.world.pass(time);
        for provider in [&self.school, &self.other, &self.hub] {
            provider.at(self.app.world.now());
        }
    }

    /// Sets out, and gives where the browser is sent back to.
    async fn set_out(&self, client: &Client, provider: &str) -> Url {
        let begun = done(client, "beginProviderLogIn", setting_out(provider), "authorizeUrl").await;
        let at = match provider {
            "sekolah" => &self.school,
            "lain" | "domain" => &self.other,
            _ => &self.hub,
        };
        at.agrees(begun["authorizeUrl"].as_str().expect("an address"))
    }

    /// Comes back, and gives where the callback sends on to.
    async fn come_back(&self, back: &Url) -> Result<Url, u16> {
        let here = format!("http://{}{}?{}", self.app.address, back.path(), back.query().unwrap_or_default());
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        let answer = http.get(here).send().await.expect("an answer");
        assert_eq!(answer.headers()["cache-control"], "no-store");
        if answer.status() != 303 {
            return Err(answer.status().as_u16());
        }
        let target: Url = answer.headers()["location"].to_str().expect("text").parse().expect("an address");
        assert!(target.as_str().starts_with(BACK), "{target}");
        Ok(target)
    }

    /// All the way, and what it came to.
    async fn log_in(&self, client: &Client, provider: &str) -> Value {
        let back = self.set_out(client, provider).await;
        let on = self.come_back(&back).await.expect("a way on");
        complete(client, &code_of(&on)).await
    }

    /// Somebody new, all the way in.
    async fn newcomer(&self, client: &Client, provider: &str, name: &str) -> Value {
        let came = self.log_in(client, provider).await;
        assert_eq!(user_errors(&came), Vec::<String>::new(), "{came}");
        self.register(client, &came["registrationChallenge"]["challenge"], name).await
    }

    async fn register(&self, client: &Client, challenge: &Value, name: &str) -> Value {
        let documents = self.app.documents(client).await;
        let input = json!({
            "challenge": challenge, "fullName": name, "ageConfirmed": true, "acceptedDocuments": documents,
        });
        sent(client, "completeRegistration", input, SESSION).await
    }
}

fn setting_out(provider: &str) -> Value {
    json!({ "provider": provider, "returnTo": BACK, "codeChallenge": URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER)) })
}

fn code_of(target: &Url) -> String {
    let found = target.query_pairs().find(|(name, _)| name == "code");
    found.unwrap_or_else(|| panic!("no code in {target}")).1.into_owned()
}

async fn complete(client: &Client, code: &str) -> Value {
    sent(client, "completeProviderLogIn", json!({ "code": code, "codeVerifier": VERIFIER }), SESSION).await
}

/// The first time one says how old one is and accepts the documents; then one is simply in.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_new_becomes_an_account_and_then_signs_in() {
    let world = World::start().await;
    let client = world.app.anonymous();
    let offered = client.data("{ academy { logInProviders { id name } } }", json!({})).await;
    assert_eq!(
        offered["academy"]["logInProviders"],
        json!([{ "id": "domain", "name": "Google" }, { "id": "github", "name": "GitHub" }, { "id": "lain", "name": "Sekolah" }, { "id": "sekolah", "name": "Sekolah" }])
    );
    let came = world.log_in(&client, "sekolah").await;
    assert_eq!((&came["token"], &came["registrationChallenge"]["fullName"]), (&Value::Null, &json!("Siti Rahma")));
    assert_eq!(world.app.rows_in("users").await, 0, "nobody is kept who has not said how old they are");
    assert_eq!(world.app.rows_in("provider_log_ins").await, 0);
    let challenge = &came["registrationChallenge"]["challenge"];
    let input = json!({ "challenge": challenge, "fullName": "Siti Rahma", "acceptedDocuments": [] });
    let refused = sent(&client, "completeRegistration", input, SESSION).await;
    assert_eq!(user_errors(&refused), ["REQUIRED input.acceptedDocuments", "REQUIRED input.ageConfirmed"]);
    assert_eq!(world.app.rows_in("users").await, 0, "what is refused makes nobody");
    let next_door = world.register(&world.app.next_door(), challenge, "Siti Rahma").await;
    assert_eq!(user_errors(&next_door), ["EXPIRED input.challenge"], "in the academy that they went to, and no other");
    let entered = world.register(&client, challenge, "Siti Rahma").await;
    assert_eq!(entered["viewer"]["email"], "siti@example.org");
    assert_eq!((&entered["viewer"]["emailVerified"], &entered["viewer"]["roles"]), (&json!(true), &json!(["LEARNER"])));
    let again = world.register(&client, challenge, "Siti Rahma").await;
    assert_eq!(user_errors(&again), ["EXPIRED input.challenge"], "once");
    let siti = entered["viewer"]["user"]["id"].clone();

    // What the provider calls her, and her address there, may change: it is the subject that counts.
    let other = Script { claims: json!({ "email": "lain@example.org", "name": "Orang Lain" }), ..Script::default() };
    world.school.says(other);
    let entered = world.log_in(&client, "sekolah").await;
    assert_eq!(entered["viewer"]["user"]["id"], siti);
    assert_eq!(entered["viewer"]["email"], "siti@example.org");
    let own = client.with_token(entered["token"].as_str().expect("a token"));
    let identities = own.data("{ viewer { identities { provider email } } }", json!({})).await;
    assert_eq!(identities["viewer"]["identities"], json!([{ "provider": "sekolah", "email": "siti@example.org" }]));
    assert!(world.school.asked().iter().filter(|path| *path == "/jwks").count() == 1, "keys are remembered");

    // One subject of another issuer is another person, and the address is hers.
    world.other.says(Script::default());
    let taken = world.log_in(&client, "lain").await;
    assert_eq!(user_errors(&taken), ["TAKEN input.code"]);

    // A second factor is asked for here too.
    let person = crate::harness::Person {
        client: own.clone(),
        id: siti.as_str().expect("an id").to_owned(),
        username: String::new(),
        email: "siti@example.org".to_owned(),
        token: entered["token"].as_str().expect("a token").to_owned(),
    };
    assert_eq!(bare(&own, "requestReauthenticationCode", "acknowledged").await["acknowledged"], true);
    let code = world.app.mailed_token("siti@example.org").await;
    done(&own, "reauthenticate", json!({ "mailedCode": code }), "acknowledged").await;
    super::second_factor::set_up(&world.app, &person).await;
    let asked = world.log_in(&client, "sekolah").await;
    assert_eq!(asked["token"], Value::Null);
    assert!(asked["mfaChallenge"]["challenge"].is_string(), "{asked}");
    world.app.stop().await;
}

/// AUT-9: whatever a token is that it must not be, nobody gets in by it, and nobody is made.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_to_be_believed_is_not() {
    let world = World::start().await;
    let client = world.app.anonymous();
    let now = world.app.world.now().timestamp();
    let claims = |claims: Value| Script { claims, ..Script::default() };
    let signed = |signed: Signed| Script { signed, ..Script::default() };
    let lies = [
        ("another nonce", claims(json!({ "nonce": "lain" }))),
        ("no nonce", claims(json!({ "nonce": null }))),
        ("for somebody else", claims(json!({ "aud": "lain" }))),
        ("for others too", claims(json!({ "aud": [CLIENT, "lain"] }))),
        ("authorized for somebody else", claims(json!({ "azp": "lain" }))),
        ("of another issuer", claims(json!({ "iss": "https://accounts.google.com" }))),
        ("over", claims(json!({ "exp": now - 61 }))),
        ("old", claims(json!({ "iat": now - 3600 }))),
        ("of the future", claims(json!({ "iat": now + 3600 }))),
        ("of nobody", claims(json!({ "sub": null }))),
        ("of somebody whose name is no name", claims(json!({ "sub": "si\u{0}ti" }))),
        ("of somebody whose name never ends", claims(json!({ "sub": "s".repeat(256) }))),
        ("of another access token", claims(json!({ "at_hash": "bGFpbg" }))),
        ("not signed", signed(Signed::Not)),
        ("signed by another key", signed(Signed::ByAnother)),
        ("signed with the public key", signed(Signed::WithThePublicKey)),
        ("signed with our own secret", signed(Signed::WithTheClientSecret)),
        ("signed by a key that nobody knows", Script { key: 7, publishes: Some(8), ..Script::default() }),
        ("said to be unsigned", Script { head: json!({ "alg": "none" }), ..Script::default() }),
        (
            "another person's by userinfo",
            Script {
                claims: json!({ "email": null }),
                user_info: json!({ "sub": "korban", "email": "korban@example.org", "email_verified": true }),
                ..Script::default()
            },
        ),
    ];
    let many = lies.len();
    for (lie, script) in lies {
        world.school.says(script);
        let came = world.log_in(&client, "sekolah").await;
        assert_eq!(user_errors(&came), ["EXPIRED input.code"], "{lie}: {came}");
        assert_eq!((&came["token"], &came["registrationChallenge"]), (&Value::Null, &Value::Null), "{lie}");
    }
    // The truth, in other words.
    let at_hash = URL_SAFE_NO_PAD.encode(&sha2::Sha512::digest("kunci")[..32]);
    for truth in [
        claims(json!({ "email_verified": "true" })),
        claims(json!({ "aud": [CLIENT], "azp": CLIENT })),
        claims(json!({ "exp": now - 59, "at_hash": at_hash })),
        Script {
            claims: json!({ "email": null }),
            user_info: json!({ "sub": "siti", "email": "siti@example.org", "email_verified": true, "name": "Siti" }),
            ..Script::default()
        },
    ] {
        world.school.says(truth);
        let came = world.log_in(&client, "sekolah").await;
        assert!(came["registrationChallenge"]["challenge"].is_string(), "{came}");
    }
    for unverified in [json!(false), json!("false"), json!(null)] {
        let user_info = json!({ "sub": "siti", "email": "siti@example.org" });
        world.school.says(Script { user_info, ..claims(json!({ "email_verified": unverified })) });
        let came = world.log_in(&client, "sekolah").await;
        assert_eq!(user_errors(&came), ["NOT_ELIGIBLE input.code"], "{came}");
    }
    // A key that is new is looked for, not more often than once a minute.
    let rotated = || Script { key: 9, ..Script::default() };
    world.school.says(rotated());
    assert_eq!(user_errors(&world.log_in(&client, "sekolah").await), ["EXPIRED input.code"], "asked for a moment ago");
    world.pass(TimeDelta::minutes(2));
    world.school.says(rotated());
    assert!(world.log_in(&client, "sekolah").await["registrationChallenge"]["challenge"].is_string());
    assert_eq!(world.app.rows_in("users").await, 0);
    println!("AUT-9: {many} of {many} lies were refused");
    world.app.stop().await;
}

/// A state comes back once, in time, from the provider that it was given to; a code is taken once, from the client that set out.
#[tokio::test(flavor = "multi_thread")]
async fn a_way_is_gone_once_and_by_who_set_out() {
    let world = World::start().await;
    let client = world.app.anonymous();
    let back = world.set_out(&client, "sekolah").await;
    let with = |name: &str, value: Option<&str>| {
        let pairs: Vec<_> = back.query_pairs().into_owned().filter(|(had, _)| had != name).collect();
        let mut other = back.clone();
        other.query_pairs_mut().clear().extend_pairs(pairs);
        if let Some(value) = value {
            other.query_pairs_mut().append_pair(name, value);
        }
        other
    };
    let twice = format!("{back}&state=lain");
    let elsewhere = back.as_str().replace("/oauth/sekolah/", "/oauth/lain/");
    let next_door = back.as_str().replace("/a/nusa/", "/a/tetangga/");
    for wrong in [
        twice.as_str(),
        elsewhere.as_str(),
        next_door.as_str(),
        with("state", None).as_str(),
        with("state", Some("sgo_lain")).as_str(),
    ] {
        assert_eq!(world.come_back(&wrong.parse().expect("an address")).await, Err(400), "{wrong}");
    }
    let on = world.come_back(&back).await.expect("a way on");
    assert_eq!(world.come_back(&back).await, Err(400), "once");
    let code = code_of(&on);
    for other in ["lain", &VERIFIER.replace("app", "web"), &VERIFIER[..42]] {
        let wrong = json!({ "code": code, "codeVerifier": other });
        let wrong = sent(&client, "completeProviderLogIn", wrong, SESSION).await;
        assert_eq!(user_errors(&wrong), ["EXPIRED input.code"], "of another client");
    }
    let next_door = complete(&world.app.next_door(), &code).await;
    assert_eq!(user_errors(&next_door), ["EXPIRED input.code"]);
    // Ten at once, at a provider that would give ten tokens.
    world.school.says(Script { forgets_nothing: true, ..Script::default() });
    let all = futures_util::future::join_all((0..10).map(|_| complete(&client, &code))).await;
    let challenges = all.iter().filter(|came| came["registrationChallenge"]["challenge"].is_string()).count();
    assert_eq!(challenges, 1, "{all:?}");
    assert_eq!(user_errors(&complete(&client, &code).await), ["EXPIRED input.code"], "once");
    assert_eq!(world.school.asked().iter().filter(|path| *path == "/token").count(), 1, "and asked once");
    world.school.says(Script::default());

    // RFC 9207: who answers is who was asked.
    for issuer in [None, Some("https://accounts.google.com")] {
        let back = world.set_out(&client, "sekolah").await;
        let pairs: Vec<_> = back.query_pairs().into_owned().filter(|(had, _)| had != "iss").collect();
        let mut mixed = back.clone();
        mixed.query_pairs_mut().clear().extend_pairs(pairs);
        if let Some(issuer) = issuer {
            mixed.query_pairs_mut().append_pair("iss", issuer);
        }
        let on = world.come_back(&mixed).await.expect("a way back");
        assert_eq!(on.query(), Some("error=server_error"));
        assert_eq!(world.come_back(&back).await, Err(400), "and it ends there");
    }
    // The person said no.
    let back = world.set_out(&client, "sekolah").await;
    let state = back.query_pairs().find(|(name, _)| name == "state").expect("a state").1.into_owned();
    let mut no = back.clone();
    no.query_pairs_mut()
        .clear()
        .append_pair("error", "access_denied")
        .append_pair("state", &state)
        .append_pair("iss", &world.school.issuer());
    assert_eq!(world.come_back(&no).await.expect("a way back").query(), Some("error=access_denied"));
    // Too late.
    let (late, later) = (world.set_out(&client, "sekolah").await, world.set_out(&client, "sekolah").await);
    let on = world.come_back(&later).await.expect("a way on");
    world.pass(TimeDelta::minutes(11));
    assert_eq!(world.come_back(&late).await, Err(400));
    assert_eq!(user_errors(&complete(&client, &code_of(&on)).await), ["EXPIRED input.code"]);
    sanggar::accounts::tidy::tidy(&world.app.services, world.app.academy).await.expect("tidied");
    assert_eq!(world.app.rows_in("provider_log_ins").await, 0);
    world.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_is_led_back_to_where_the_academy_leads_and_nowhere_else() {
    let world = World::start().await;
    let client = world.app.anonymous();
    for target in [
        "https://jahat.example/masuk",
        "https://app.example.org.jahat.example/",
        "https://app.example.org@jahat.example/",
        "https://ani:rahasia@app.example.org/",
        "https://app.example.org:444/masuk",
        "http://app.example.org/masuk",
        "https://app.example.org/masuk#bagian",
        "https://app.example.org/masuk?ke=https://jahat.example",
        "https://app.example.org/masuk/",
        "https://app.example.org/",
        "http://127.0.0.1:8080/masuk",
    ] {
        let mut input = setting_out("sekolah");
        input["returnTo"] = target.into();
        let refused = sent(&client, "beginProviderLogIn", input, "authorizeUrl").await;
        assert_eq!(user_errors(&refused), ["INVALID input.returnTo"], "{target}");
    }
    let refused = |change: Value| {
        let mut input = setting_out("sekolah");
        for (name, value) in change.as_object().expect("an object") {
            input[name] = value.clone();
        }
        let client = client.clone();
        async move { user_errors(&sent(&client, "beginProviderLogIn", input, "authorizeUrl").await) }
    };
    assert_eq!(refused(json!({ "provider": "google" })).await, ["NOT_FOUND input.provider"]);
    assert_eq!(refused(json!({ "codeChallenge": "pendek" })).await, ["INVALID input.codeChallenge"]);
    assert_eq!(refused(json!({ "codeChallenge": "a".repeat(64) })).await, ["INVALID input.codeChallenge"]);
    let next_door = sent(&world.app.next_door(), "beginProviderLogIn", setting_out("github"), "authorizeUrl").await;
    assert_eq!(user_errors(&next_door), ["NOT_FOUND input.provider"], "each academy has its own");
    // Our own pages, at the public address.
    let mut input = setting_out("sekolah");
    input["returnTo"] = "http://127.0.0.1:8080/signed-in".into();
    let begun = done(&client, "beginProviderLogIn", input, "authorizeUrl").await;
    assert!(begun["authorizeUrl"].is_string());
    world.app.stop().await;
}

/// A provider that is not there, or says what can't be, is told as such; nobody is followed elsewhere.
#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_lies_about_itself_leads_nowhere() {
    let world = World::start().await;
    let client = world.app.anonymous();
    let canary = LogInProvider::start().await;
    let begin = |script: Script| {
        world.school.says(script);
        // What it said before is not remembered any more.
        world.pass(TimeDelta::hours(2));
        let document = "mutation ($input: BeginProviderLogInInput!) { beginProviderLogIn(input: $input) { authorizeUrl userErrors { code } } }";
        let client = client.clone();
        async move { client.send(document, json!({ "input": setting_out("sekolah") })).await }
    };
    let discovery = |discovery: Value| Script { discovery, ..Script::default() };
    for lie in [
        discovery(json!({ "issuer": "https://accounts.google.com" })),
        discovery(json!({ "issuer": format!("{}/", world.school.issuer()) })),
        discovery(json!({ "jwks_uri": format!("{}/jwks", canary.issuer()) })),
        discovery(json!({ "jwks_uri": "https://localhost/jwks" })),
        discovery(json!({ "jwks_uri": "file:///etc/passwd" })),
        discovery(json!({ "token_endpoint": null })),
        discovery(json!({ "authorization_endpoint": "javascript:alert(1)//" })),
        discovery(json!({ "authorization_endpoint": "http://jahat.example/auth" })),
        Script { spaces: 1 << 20, ..Script::default() },
        Script { down: Some(503), ..Script::default() },
        Script { down: Some(200), ..Script::default() },
    ] {
        let shown = lie.discovery.clone();
        let refused = begin(lie).await;
        assert_eq!(refused.codes(), ["OVERLOADED"], "{shown}: {}", refused.json);
    }
    // The token endpoint in our own network, or sending us there.
    for script in [
        discovery(json!({ "token_endpoint": format!("{}/token", canary.issuer()) })),
        Script { redirects_to: Some(format!("{}/token", canary.issuer())), ..Script::default() },
    ] {
        let begun = begin(script).await;
        let target = begun.json["data"]["beginProviderLogIn"]["authorizeUrl"].as_str().expect("an address").to_owned();
        let on = world.come_back(&world.school.agrees(&target)).await.expect("a way on");
        let document = "mutation ($input: CompleteProviderLogInInput!) { completeProviderLogIn(input: $input) { token userErrors { code } } }";
        let came = client.send(document, json!({ "input": { "code": code_of(&on), "codeVerifier": VERIFIER } })).await;
        let refused = came.codes() == ["OVERLOADED"]
            || came.json["data"]["completeProviderLogIn"]["userErrors"][0]["code"] == "EXPIRED";
        assert!(refused, "{}", came.json);
    }
    assert_eq!(canary.asked(), Vec::<String>::new());
    // Out of order for a while, with an answer that looks like one: a minute later it is well again.
    let page = begin(Script { down: Some(200), ..Script::default() }).await;
    assert_eq!(page.codes(), ["OVERLOADED"]);
    world.pass(TimeDelta::minutes(2));
    world.school.says(Script::default());
    let back = world.set_out(&client, "sekolah").await;
    let on = world.come_back(&back).await.expect("a way on");
    world.school.says(Script { down: Some(502), ..Script::default() });
    let document = "mutation ($input: CompleteProviderLogInInput!) { completeProviderLogIn(input: $input) { token } }";
    let input = json!({ "input": { "code": code_of(&on), "codeVerifier": VERIFIER } });
    assert_eq!(client.send(document, input).await.codes(), ["OVERLOADED"]);
    assert_eq!(world.app.rows_in("users").await, 0);
    world.app.stop().await;
}

/// An address that somebody has here is nobody's by a provider's word; one that somebody merely typed is who's has proved it.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_linked_silently() {
    let world = World::start().await;
    let client = world.app.anonymous();
    let register = |client: &Client, email: &str, documents: Vec<Value>| {
        let input = json!({
            "email": email, "password": PASSWORD, "fullName": "Penyerang", "ageConfirmed": true, "acceptedDocuments": documents,
        });
        let client = client.clone();
        async move { done(&client, "register", input, "acknowledged").await }
    };
    // Somebody registers with her address before she comes, and waits.
    register(&client, "siti@example.org", world.app.documents(&client).await).await;
    let link = world.app.mailed_token("siti@example.org").await;
    world.school.says(Script::default());
    let entered = world.newcomer(&client, "sekolah", "Siti Rahma").await;
    assert_eq!(entered["viewer"]["email"], "siti@example.org", "{entered}");
    let dead = sent(&client, "verifyEmail", json!({ "token": link }), "token").await;
    assert_eq!(user_errors(&dead), ["EXPIRED input.token"]);
    let guess = json!({ "login": "siti@example.org", "password": PASSWORD });
    assert_eq!(user_errors(&sent(&client, "logIn", guess, "token").await), ["INVALID "], "the attacker's password");
    assert_eq!(world.app.rows_in("users").await, 1 + 1, "the tombstone, and her");

    // Somebody who is here already, and an invitation that waits.
    let budi = world.app.person("Budi Santoso").await;
    let admin = world.app.staff("Adi Nugroho", Role::Admin).await;
    let invitation = json!({ "email": "tamu@example.org", "fullName": "Tamu", "roles": [] });
    done(&admin.client, "inviteUser", invitation, "user { id }").await;
    for email in [&budi.email, "tamu@example.org", "BUDI.Santoso@example.org"] {
        let claims = json!({ "sub": "budi", "email": email });
        world.school.says(Script { claims, ..Script::default() });
        let came = world.log_in(&client, "sekolah").await;
        assert_eq!(user_errors(&came), ["TAKEN input.code"], "{email}: {came}");
    }
    // She comes while he registers: whoever proves the address has it.
    world.school.says(Script { claims: json!({ "sub": "cici", "email": "cici@example.org" }), ..Script::default() });
    let came = world.log_in(&client, "sekolah").await;
    register(&client, "cici@example.org", world.app.documents(&client).await).await;
    let link = world.app.mailed_token("cici@example.org").await;
    done(&client, "verifyEmail", json!({ "token": link }), "token").await;
    let late = world.register(&client, &came["registrationChallenge"]["challenge"], "Cici").await;
    assert_eq!(user_errors(&late), ["TAKEN input.challenge"]);
    world.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_linked_by_who_is_signed_in_and_unlinked_but_the_last() {
    let world = World::start().await;
    let client = world.app.anonymous();
    let budi = world.app.person("Budi Santoso").await;
    let citra = world.app.person("Citra Dewi").await;
    world
        .school
        .says(Script { claims: json!({ "sub": "budi", "email": "budi@sekolah.example" }), ..Script::default() });
    let link = |who: &Client| {
        let (who, school) = (who.clone(), world.school.clone());
        async move {
            let begun = done(&who, "linkIdentity", setting_out("sekolah"), "authorizeUrl").await;
            school.agrees(begun["authorizeUrl"].as_str().expect("an address"))
        }
    };
    // A link is completed in the session of who began it: nobody links their account to somebody else's.
    let on = world.come_back(&link(&budi.client).await).await.expect("a way on");
    for other in [&citra.client, &client] {
        let refused = other
            .send(
                "mutation ($input: CompleteProviderLogInInput!) { completeProviderLogIn(input: $input) { token userErrors { code path } } }",
                json!({ "input": { "code": code_of(&on), "codeVerifier": VERIFIER } }),
            )
            .await;
        let refused = refused.codes() == ["UNAUTHENTICATED"]
            || user_errors(&refused.json["data"]["completeProviderLogIn"]) == ["EXPIRED input.code"];
        assert!(refused);
    }
    let linked = complete(&budi.client, &code_of(&on)).await;
    assert_eq!((&linked["token"], &linked["viewer"]["user"]["id"]), (&Value::Null, &json!(budi.id)), "{linked}");
    let told = world.app.mails().await;
    assert!(told.iter().any(|mail| mail.contains(&budi.email) && mail.contains("A new way to sign in")));
    let entered = world.log_in(&client, "sekolah").await;
    assert_eq!(entered["viewer"]["user"]["id"], json!(budi.id));
    let again = sent(&budi.client, "linkIdentity", setting_out("sekolah"), "authorizeUrl").await;
    assert_eq!(user_errors(&again), ["ALREADY_DONE input.provider"]);
    let on = world.come_back(&link(&citra.client).await).await.expect("a way on");
    assert_eq!(user_errors(&complete(&citra.client, &code_of(&on)).await), ["TAKEN input.code"], "it is another's");
    // Presence.
    world.pass(TimeDelta::minutes(11));
    for (mutation, input) in
        [("linkIdentity", setting_out("lain")), ("unlinkIdentity", json!({ "provider": "sekolah" }))]
    {
        let ty = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
        let document = format!("mutation ($input: {ty}!) {{ {mutation}(input: $input) {{ userErrors {{ code }} }} }}");
        let refused = budi.client.send(&document, json!({ "input": input })).await;
        assert_eq!(refused.codes(), ["REAUTHENTICATION_REQUIRED"], "{mutation}");
    }
    done(&budi.client, "reauthenticate", json!({ "password": PASSWORD }), "acknowledged").await;
    let other = client.with_token(entered["token"].as_str().expect("a token"));
    done(&budi.client, "unlinkIdentity", json!({ "provider": "sekolah" }), "acknowledged").await;
    assert_eq!(other.send("{ viewer { email } }", json!({})).await.codes(), ["UNAUTHENTICATED"], "sessions by it end");
    let came = world.log_in(&client, "sekolah").await;
    assert!(came["registrationChallenge"]["challenge"].is_string(), "it is nobody's now");
    let events = budi.client.data("{ viewer { securityEvents { nodes { action } } } }", json!({})).await;
    let actions: Vec<_> = events["viewer"]["securityEvents"]["nodes"]
        .as_array()
        .expect("events")
        .iter()
        .map(|e| e["action"].clone())
        .collect();
    assert_eq!(actions, [json!("IDENTITY_UNLINKED"), json!("IDENTITY_LINKED")]);

    // Who has no password keeps one way in.
    world.school.says(Script::default());
    let siti = world.newcomer(&client, "sekolah", "Siti Rahma").await;
    let siti = client.with_token(siti["token"].as_str().expect("a token"));
    // That a provider knows her is no presence; she proves it by a mailed code, as who has nothing else.
    let document = "mutation ($input: ChangeEmailInput!) { changeEmail(input: $input) { acknowledged } }";
    let refused = siti.send(document, json!({ "input": { "newEmail": "baru@example.org" } })).await;
    assert_eq!(refused.codes(), ["REAUTHENTICATION_REQUIRED"]);
    assert_eq!(bare(&siti, "requestReauthenticationCode", "acknowledged").await["acknowledged"], true);
    let code = world.app.mailed_token("siti@example.org").await;
    done(&siti, "reauthenticate", json!({ "mailedCode": code }), "acknowledged").await;
    let last = sent(&siti, "unlinkIdentity", json!({ "provider": "sekolah" }), "acknowledged").await;
    assert_eq!(user_errors(&last), ["NOT_ELIGIBLE input.provider"]);
    let none = sent(&siti, "unlinkIdentity", json!({ "provider": "lain" }), "acknowledged").await;
    assert_eq!(user_errors(&none), ["NOT_FOUND input.provider"]);
    // Another password, by the mail, ends every link.
    done(&client, "requestPasswordReset", json!({ "email": "siti@example.org" }), "acknowledged").await;
    let token = world.app.mailed_token("siti@example.org").await;
    let reset = json!({ "token": token, "newPassword": "gajah terbang di atas kota" });
    done(&client, "resetPassword", reset, "token").await;
    assert_eq!(world.app.rows_in("linked_identities").await, 0);
    assert_eq!(user_errors(&world.log_in(&client, "sekolah").await), ["TAKEN input.code"]);
    world.app.stop().await;
}

/// Where one domain's people alone may sign in, the token has to say so; what is asked for in the address proves nothing.
#[tokio::test(flavor = "multi_thread")]
async fn one_domain_lets_in_its_own() {
    let world = World::start().await;
    let client = world.app.anonymous();
    for hd in [json!(null), json!("lain.example"), json!("sekolah.example.jahat.example")] {
        world.other.says(Script { claims: json!({ "hd": hd }), ..Script::default() });
        assert_eq!(user_errors(&world.log_in(&client, "domain").await), ["EXPIRED input.code"], "{hd}");
    }
    world.other.says(Script { claims: json!({ "hd": "sekolah.example" }), ..Script::default() });
    let entered = world.newcomer(&client, "domain", "Siti Rahma").await;
    assert_eq!(entered["viewer"]["email"], "siti@example.org");
    world.app.stop().await;
}

/// Who gives no name has the one that the provider says, and gives one where it says none.
#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_not_given_is_the_providers() {
    let world = World::start().await;
    let client = world.app.anonymous();
    let documents = world.app.documents(&client).await;
    let complete = async |came: &Value| {
        let challenge = &came["registrationChallenge"]["challenge"];
        let input = json!({ "challenge": challenge, "ageConfirmed": true, "acceptedDocuments": documents });
        sent(&client, "completeRegistration", input, "viewer { user { fullName } }").await
    };
    world.school.says(Script { claims: json!({ "name": null }), ..Script::default() });
    let nameless = complete(&world.log_in(&client, "sekolah").await).await;
    assert_eq!(user_errors(&nameless), ["REQUIRED input.fullName"]);
    world.school.says(Script::default());
    let named = complete(&world.log_in(&client, "sekolah").await).await;
    assert_eq!(named["viewer"]["user"]["fullName"], "Siti Rahma", "{named}");
    world.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn github_says_who_somebody_is_by_a_number() {
    let world = World::start().await;
    let client = world.app.anonymous();
    let says =
        |account: Value, addresses: Value| world.hub.says(Script { github: (account, addresses), ..Script::default() });
    let address = |email: &str, primary: bool, verified: bool| json!({ "email": email, "primary": primary, "verified": verified });
    let account = json!({ "id": 42, "login": "tomi", "name": "Tomi", "email": "umum@example.org" });
    for unproved in [
        json!([]),
        json!([address("tomi@example.org", true, false)]),
        json!([address("tomi@example.org", false, true)]),
        json!([address("42+tomi@users.noreply.github.com", true, true)]),
    ] {
        says(account.clone(), unproved.clone());
        let came = world.log_in(&client, "github").await;
        assert_eq!(user_errors(&came), ["NOT_ELIGIBLE input.code"], "{unproved}");
    }
    says(json!({ "login": "tomi" }), json!([address("tomi@example.org", true, true)]));
    assert_eq!(user_errors(&world.log_in(&client, "github").await), ["EXPIRED input.code"], "no number");
    says(account, json!([address("lama@example.org", false, true), address("tomi@example.org", true, true)]));
    let entered = world.newcomer(&client, "github", "Tomi").await;
    assert_eq!(entered["viewer"]["email"], "tomi@example.org");
    // Renamed there, another address: the same person. Their old name and address taken by somebody else: another.
    says(json!({ "id": 42, "login": "tommy" }), json!([]));
    let again = world.log_in(&client, "github").await;
    assert_eq!(again["viewer"]["user"]["id"], entered["viewer"]["user"]["id"]);
    says(json!({ "id": 43, "login": "tomi" }), json!([address("tomi@example.org", true, true)]));
    assert_eq!(user_errors(&world.log_in(&client, "github").await), ["TAKEN input.code"]);
    world.app.stop().await;
}
