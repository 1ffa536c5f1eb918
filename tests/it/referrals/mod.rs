//! Referrals: who came by whom.

use sanggar::{
    academies::{self, Policy},
    app,
    platform::privacy::{Purpose, Role},
};
use serde_json::{Value, json};

use crate::{
    harness::{PASSWORD, Person, TestApp, user_errors, user_id},
    line::{done, learn, published, sent, take},
};

const ACCOUNT: &str = "query ($first: Int, $after: String) { viewer { referral { code url
    referred(first: $first, after: $after) { totalCount pageInfo { endCursor } nodes { id status attributedAt qualifiedAt user { id fullName } } } } } }";

async fn account(person: &Person) -> Value {
    person.client.data(ACCOUNT, json!({})).await["viewer"]["referral"].clone()
}

async fn code(person: &Person) -> String {
    account(person).await["code"].as_str().expect("a code").to_owned()
}

async fn register(app: &TestApp, email: &str, code: &str) -> Value {
    let input = json!({
        "email": email, "password": PASSWORD, "fullName": "Budi Santoso", "ageConfirmed": true,
        "acceptedDocuments": app.documents(&app.anonymous()).await, "referralCode": code,
    });
    sent(&app.anonymous(), "register", input, "acknowledged").await
}

/// Somebody comes by a code and proves their address.
pub async fn come(app: &TestApp, email: &str, code: &str) -> Person {
    assert_eq!(register(app, email, code).await["acknowledged"], true);
    let token = app.mailed_token(email).await;
    let entered =
        done(&app.anonymous(), "verifyEmail", json!({ "token": token }), "token viewer { user { id } }").await;
    let token = entered["token"].as_str().expect("a token").to_owned();
    let id = entered["viewer"]["user"]["id"].as_str().expect("an id").to_owned();
    Person { client: app.anonymous().with_token(&token), id, username: String::new(), email: email.to_owned(), token }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_by_a_code_is_counted_and_shows_themselves() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let ani = app.person("Ani Lestari").await;
    let mine = account(&ani).await;
    let code = mine["code"].as_str().expect("a code").to_owned();
    assert_eq!((code.len(), &mine["url"]), (8, &json!(format!("http://127.0.0.1:8080/register?ref={code}"))));
    assert_eq!(account(&ani).await["code"], code.as_str(), "it stays the same");
    // However it was typed.
    let typed = format!("{} {}", code[..4].to_lowercase(), &code[4..]);
    let budi = come(&app, "budi@example.org", &typed).await;
    let referred = account(&ani).await["referred"].clone();
    assert_eq!((&referred["totalCount"], &referred["nodes"][0]["status"]), (&json!(1), &json!("PENDING")));
    assert_eq!(referred["nodes"][0]["user"], Value::Null, "who it is, is theirs to show");
    assert!(!referred.to_string().contains("Budi") && !referred.to_string().contains(&budi.id), "{referred}");
    let shows = json!({ "fields": [{ "field": "FULL_NAME", "audience": "MEMBERS" }] });
    done(&budi.client, "setVisibility", shows, "visibility { field }").await;
    assert_eq!(account(&ani).await["referred"]["nodes"][0]["user"]["fullName"], "Budi Santoso");
    // They qualify with their first course, once.
    learn(&course, &budi).await;
    take(&course, &budi, true).await;
    let qualified = account(&ani).await["referred"]["nodes"][0].clone();
    assert_eq!((&qualified["status"], qualified["qualifiedAt"].is_string()), (&json!("QUALIFIED"), true));
    // Nobody else reads it: not who came, not next door.
    assert_eq!(account(&budi).await["referred"]["totalCount"], 0);
    let node = "query ($id: ID!) { node(id: $id) { id } }";
    for client in [&budi.client, &app.anonymous(), &app.next_door()] {
        assert_eq!(client.data(node, json!({ "id": qualified["id"] })).await, json!({ "node": null }));
    }
    assert_eq!(ani.client.data(node, json!({ "id": qualified["id"] })).await["node"]["id"], qualified["id"]);
    app.stop().await;
}

/// Before the address is proved nothing is seen of who came: it would tell whether the address was free.
#[tokio::test(flavor = "multi_thread")]
async fn a_referral_tells_nothing_of_an_address() {
    let app = TestApp::start().await;
    let (ani, citra) = (app.person("Ani Wijaya").await, app.person("Citra Dewi").await);
    let code = code(&ani).await;
    for email in ["nobody@example.org", &citra.email] {
        assert_eq!(register(&app, email, &code).await["acknowledged"], true);
        app.work().await;
        assert_eq!(account(&ani).await["referred"], account(&citra).await["referred"], "{email}");
    }
    assert_eq!((app.rows_in("referrals").await, app.rows_in("referral_wishes").await), (0, 1));
    let tx = app.services.db.begin(app.academy).await.expect("a transaction");
    let academy = academies::store::by_id(&tx, app.academy).await.expect("the academy");
    drop(tx);
    let exported = app::export_person(&app.services, &academy, user_id(&ani.id), "a request").await.expect("an export");
    assert_eq!((&exported["data"]["referrals"], &exported["data"]["referralWishes"]), (&json!([]), &json!([])));
    app.stop().await;
}

/// Of an address that two have registered nobody knows whose it is: who proves it in another way than by the mail of one registration came
/// by nobody.
#[tokio::test(flavor = "multi_thread")]
async fn who_plants_a_code_gains_nothing() {
    let app = TestApp::start().await;
    let (ani, budi) = (app.person("Ani Wijaya").await, app.person("Budi Santoso").await);
    for (email, again) in [("satu@example.org", true), ("dua@example.org", false)] {
        assert_eq!(register(&app, email, &code(&ani).await).await["acknowledged"], true);
        app.work().await;
        if again {
            assert_eq!(register(&app, email, &code(&budi).await).await["acknowledged"], true);
            app.work().await;
            assert_eq!(app.rows_in("referral_wishes").await, 0);
        }
        done(&app.anonymous(), "requestPasswordReset", json!({ "email": email }), "acknowledged").await;
        let token = app.mailed_token(email).await;
        let chosen = json!({ "token": token, "newPassword": "tujuh kuda di padang" });
        assert!(done(&app.anonymous(), "resetPassword", chosen, "token").await["token"].is_string());
        assert_eq!(app.rows_in("referral_wishes").await, 0);
        for person in [&ani, &budi] {
            assert_eq!(account(person).await["referred"]["totalCount"], 0, "{email}");
        }
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_refers_themselves() {
    let app = TestApp::start().await;
    let ani = come(&app, "ani.wijaya@gmail.com", &code(&app.person("Budi Santoso").await).await).await;
    let code = code(&ani).await;
    come(&app, "aniwijaya+kursus@googlemail.com", &code).await;
    let other = come(&app, "ani.wijaya@example.org", &code).await;
    let nodes = account(&ani).await["referred"]["nodes"].clone();
    let mut statuses: Vec<_> = nodes.as_array().expect("nodes").iter().map(|one| one["status"].clone()).collect();
    statuses.sort_by_key(Value::to_string);
    assert_eq!(statuses, ["PENDING", "REJECTED"]);
    let admin = app.staff("Adi Nugroho", Role::Admin).await;
    let log = "{ auditLog(filter: { action: \"REFERRAL_REJECTED\" }) { nodes { subject } } }";
    assert_eq!(admin.client.data(log, json!({})).await["auditLog"]["nodes"], json!([{ "subject": ani.id }]));
    // Codes of nobody: who lives next door, or never was. That somebody is suspended, theirs does not tell.
    let next_door = app.person_of(&app.next_door(), "Fitri Handayani").await;
    let theirs = self::code(&next_door).await;
    done(&admin.client, "suspendUser", json!({ "id": other.id, "reason": "Menyalin." }), "user { id }").await;
    app.sql("insert into referral_codes (academy_id, user_id, code, created_at) select academy_id, id, 'AAAABBBB', now() from users where suspended_at is not null").await;
    assert_eq!(register(&app, "other@example.org", "AAAABBBB").await["acknowledged"], true);
    for none in ["", "ABCDEFGH", &theirs, &format!("{code}A")] {
        assert_eq!(
            user_errors(&register(&app, "new@example.org", none).await),
            ["NOT_FOUND input.referralCode"],
            "{none}"
        );
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_policy_lists_no_referrals_there_are_none() {
    let mut policy = Policy::preset("open").expect("a policy");
    policy.purposes.remove(&Purpose::Referrals);
    let app = TestApp::start_under(policy, |_| {}).await;
    let ani = app.person("Ani Wijaya").await;
    assert_eq!(account(&ani).await, Value::Null);
    assert_eq!(app.rows_in("referral_codes").await, 0);
    assert_eq!(user_errors(&register(&app, "budi@example.org", "ABCDEFGH").await), ["INVALID input.referralCode"]);
    app.stop().await;
}

/// Many at once ask for their first code: it is one.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_made_once() {
    let app = TestApp::start().await;
    let ani = app.person("Ani Wijaya").await;
    let asked = futures_util::future::join_all((0..20).map(|_| code(&ani))).await;
    assert!(asked.iter().all(|code| *code == asked[0]), "{asked:?}");
    assert_eq!(app.rows_in("referral_codes").await, 1);
    app.stop().await;
}
