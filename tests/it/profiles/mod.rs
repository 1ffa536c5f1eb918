//! Profiles: change them, show them, hide them.

pub mod avatar;
mod hidden;
mod usernames;

use sanggar::{academies::Policy, platform::privacy::Role};
use serde_json::{Value, json};

use crate::harness::{TestApp, user_errors};

const UPDATE: &str = "mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { user { username fullName biography phone socialLinks { platform url } billingAddress { city country } locale } userErrors { code path message } } }";

#[tokio::test(flavor = "multi_thread")]
async fn absent_null_and_a_value_are_three_things() {
    let app = TestApp::start().await;
    let ani = app.person("Ani Wijaya").await;
    let update = async |input: Value| ani.client.data(UPDATE, json!({ "input": input })).await["updateProfile"].clone();
    let all = update(json!({
        "biography": "Guru.", "phone": "+62 812 3456 7890", "locale": "id",
        "socialLinks": [{ "platform": "web", "url": "https://example.org/" }],
        "billingAddress": { "line1": "Jl. Melati 1", "city": "Bandung", "country": "id" },
    }))
    .await;
    assert_eq!(all["user"]["phone"], "+6281234567890");
    assert_eq!(all["user"]["billingAddress"], json!({ "city": "Bandung", "country": "ID" }));
    let kept = update(json!({ "fullName": "Ani W." })).await;
    assert_eq!(kept["user"]["fullName"], "Ani W.");
    assert_eq!(kept["user"]["biography"], "Guru.");
    let cleared = update(
        json!({ "biography": null, "phone": null, "socialLinks": null, "billingAddress": null, "username": null }),
    )
    .await;
    assert_eq!(cleared["userErrors"], json!([]));
    assert_eq!(cleared["user"]["biography"], Value::Null);
    assert_eq!(cleared["user"]["phone"], Value::Null);
    assert_eq!(cleared["user"]["socialLinks"], json!([]));
    assert_eq!(cleared["user"]["username"], Value::Null);
    assert_eq!(cleared["user"]["fullName"], "Ani W.");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_values_are_told_together_and_nothing_changes() {
    let app = TestApp::start().await;
    let ani = app.person("Ani Wijaya").await;
    let budi = app.person("Budi Santoso").await;
    let bad = json!({
        "fullName": null, "biography": "x".repeat(2001), "phone": "0812", "organization": "Sekolah",
        "socialLinks": [{ "platform": "web", "url": "http://example.org/" }],
        "billingAddress": { "line1": "Jl. Melati 1", "city": "Bandung", "region": "x".repeat(201), "country": "ID" },
    });
    let data = ani.client.data(UPDATE, json!({ "input": bad })).await;
    let mut errors = user_errors(&data["updateProfile"]);
    errors.sort();
    assert_eq!(
        errors,
        [
            "INVALID input.phone",
            "INVALID input.socialLinks.0.url",
            "REQUIRED input.fullName",
            "TOO_LONG input.billingAddress.region",
            "TOO_LONG input.biography"
        ]
    );
    let taken = ani.client.data(UPDATE, json!({ "input": { "username": budi.username, "biography": "Baru" } })).await;
    assert_eq!(user_errors(&taken["updateProfile"]), ["TAKEN input.username"]);
    let data = ani.client.data("{ viewer { user { username organization biography } } }", json!({})).await;
    assert_eq!(data["viewer"]["user"], json!({ "username": ani.username, "organization": null, "biography": null }));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_hidden_is_not_there() {
    let app = TestApp::start().await;
    let ani = app.person("Ani Wijaya").await;
    let by_name = "query ($u: String!) { user(username: $u) { id username fullName } }";
    let hidden = app.anonymous().send(by_name, json!({ "u": ani.username })).await;
    let (unknown_statements, unknown) = app.statements(app.anonymous().send(by_name, json!({ "u": "nobody" }))).await;
    let (hidden_statements, _) = app.statements(app.anonymous().send(by_name, json!({ "u": ani.username }))).await;
    assert_eq!(hidden.json, unknown.json);
    assert_eq!(hidden_statements, unknown_statements, "the same work for who is hidden and who is not there");
    let set = "mutation ($input: SetVisibilityInput!) { setVisibility(input: $input) { visibility { field audience } userErrors { code } } }";
    let choice = json!({ "fields": [{ "field": "USERNAME", "audience": "PUBLIC" }, { "field": "FULL_NAME", "audience": "MEMBERS" }] });
    let data = ani.client.data(set, json!({ "input": choice })).await;
    assert_eq!(data["setVisibility"]["visibility"].as_array().map(Vec::len), Some(13));
    let anonymous = app.anonymous().data(by_name, json!({ "u": ani.username })).await;
    assert_eq!(anonymous["user"], json!({ "id": ani.id, "username": ani.username, "fullName": null }));
    let budi = app.person("Budi Santoso").await;
    let member = budi.client.data(by_name, json!({ "u": ani.username })).await;
    assert_eq!(member["user"]["fullName"], "Ani Wijaya");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_page_through_people_and_others_may_not() {
    let app = TestApp::start().await;
    let support = app.staff("Sari Support", Role::Support).await;
    app.world.pass(chrono::TimeDelta::seconds(1));
    for name in ["Ani Wijaya", "Budi Santoso", "Citra Dewi", "Dodi Putra"] {
        app.person(name).await;
        app.world.pass(chrono::TimeDelta::seconds(1));
    }
    let query = "query ($first: Int, $after: String, $last: Int, $before: String) {
        users(first: $first, after: $after, last: $last, before: $before) {
            nodes { fullName } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount } }";
    let names = |data: &Value| -> Vec<String> {
        data["users"]["nodes"]
            .as_array()
            .expect("nodes")
            .iter()
            .map(|n| n["fullName"].as_str().unwrap_or("").to_owned())
            .collect()
    };
    let first = support.client.data(query, json!({ "first": 2 })).await;
    assert_eq!(names(&first), ["Dodi Putra", "Citra Dewi"]);
    assert_eq!(first["users"]["totalCount"], 5);
    assert_eq!(first["users"]["pageInfo"]["hasNextPage"], true);
    let second =
        support.client.data(query, json!({ "first": 2, "after": first["users"]["pageInfo"]["endCursor"] })).await;
    assert_eq!(names(&second), ["Budi Santoso", "Ani Wijaya"]);
    let back =
        support.client.data(query, json!({ "last": 2, "before": second["users"]["pageInfo"]["endCursor"] })).await;
    assert_eq!(names(&back), ["Citra Dewi", "Budi Santoso"]);
    assert_eq!(back["users"]["pageInfo"]["hasPreviousPage"], true);
    let last = support.client.data(query, json!({ "last": 1 })).await;
    assert_eq!(names(&last), ["Sari Support"]);
    let (one, _) = app.statements(support.client.data(query, json!({ "first": 1 }))).await;
    let (four, _) = app.statements(support.client.data(query, json!({ "first": 4 }))).await;
    assert_eq!(one, four, "the number of statements does not grow with the page");
    assert_eq!(app.anonymous().send(query, json!({})).await.codes(), ["UNAUTHENTICATED"]);
    let ani = app.person("Eka Lestari").await;
    assert_eq!(ani.client.send(query, json!({})).await.codes(), ["FORBIDDEN"]);
    app.stop().await;
}

/// What the academy's policy does not collect can't be given, and what it does not show can't be shown.
#[tokio::test(flavor = "multi_thread")]
async fn a_policy_bounds_what_is_given_and_shown() {
    let app = TestApp::start_under(Policy::preset("eterna").expect("a policy"), |_| {}).await;
    let ani = app.person("Ani Wijaya").await;
    let policy = "{ academy { policy { profile minimumAge guardianConsentBelowAge collects { field required } } } dataInventory { field visibleTo } }";
    let data = app.anonymous().data(policy, json!({})).await;
    assert_eq!(
        (&data["academy"]["policy"]["minimumAge"], &data["academy"]["policy"]["guardianConsentBelowAge"]),
        (&json!(17), &json!(17))
    );
    assert!(
        data["academy"]["policy"]["collects"]
            .as_array()
            .is_some_and(|all| all.contains(&json!({ "field": "email", "required": true })))
    );
    let visible = |field: &str| {
        let all = data["dataInventory"].as_array().expect("entries");
        all.iter().find(|entry| entry["field"] == field).expect("an entry")["visibleTo"].clone()
    };
    assert_eq!(visible("email"), json!(["SELF", "SUPPORT", "PRIVACY_OFFICER", "ADMIN"]), "not to instructors");
    assert!(!visible("organization").as_array().expect("audiences").contains(&json!("OWNER_CHOICE")));

    let update = "mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { userErrors { code path } } }";
    let input = json!({ "organization": "Sekolah", "jobTitle": "Guru", "biography": "Saya." });
    let data = ani.client.data(update, json!({ "input": input })).await;
    assert_eq!(user_errors(&data["updateProfile"]), ["INVALID input.organization", "INVALID input.jobTitle"]);
    let own = "{ viewer { user { biography } } }";
    assert_eq!(
        ani.client.data(own, json!({})).await["viewer"]["user"]["biography"],
        Value::Null,
        "nothing was written"
    );
    let data = ani.client.data(update, json!({ "input": { "organization": null, "biography": "Saya." } })).await;
    assert_eq!(data["updateProfile"]["userErrors"], json!([]), "what is not collected can be cleared");

    let set = "mutation ($input: SetVisibilityInput!) { setVisibility(input: $input) { visibility { field } userErrors { code path } } }";
    let fields =
        json!([{ "field": "BIOGRAPHY", "audience": "MEMBERS" }, { "field": "USERNAME", "audience": "PUBLIC" }]);
    let data = ani.client.data(set, json!({ "input": { "fields": fields } })).await;
    assert_eq!(user_errors(&data["setVisibility"]), ["NOT_ELIGIBLE input.fields.1.audience"]);
    let other = app.person("Budi Santoso").await;
    let seen = "query ($id: ID!) { node(id: $id) { id } }";
    assert_eq!(other.client.data(seen, json!({ "id": ani.id })).await["node"], Value::Null, "nothing was chosen");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_inventory_tells_what_is_held() {
    let app = TestApp::start().await;
    let data = app
        .anonymous()
        .data("{ dataInventory { subject field class visibleTo encrypted legalBasis } }", json!({}))
        .await;
    let entries = data["dataInventory"].as_array().expect("entries");
    let of = |field: &str| entries.iter().find(|entry| entry["field"] == field).unwrap_or_else(|| panic!("{field}"));
    assert_eq!(of("email")["visibleTo"], json!(["SELF", "SUPPORT", "PRIVACY_OFFICER", "ADMIN"]));
    assert_eq!(of("passwordHash")["visibleTo"], json!([]));
    app.stop().await;
}
