//! A picture: sent, made anew, shown to whom its owner shows it, and gone when it is replaced.

use std::io::Cursor;

use chrono::TimeDelta;
use sanggar::academies::Policy;
use serde_json::{Value, json};

use crate::{
    harness::{Person, TestApp, user_errors},
    line::{done, sent},
};

/// A picture of one colour.
pub fn picture(colour: [u8; 3]) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let picture = image::RgbImage::from_pixel(40, 30, image::Rgb(colour));
    picture.write_to(&mut bytes, image::ImageFormat::Png).expect("a picture");
    bytes.into_inner()
}

/// Sends bytes as a picture, and gives the upload's id.
pub async fn upload(app: &TestApp, person: &Person, bytes: &[u8]) -> Value {
    let input = json!({ "purpose": "AVATAR", "fileName": "saya.png", "contentType": "image/png", "size": bytes.len() });
    let made = done(&person.client, "createUpload", input, "upload { id url }").await["upload"].clone();
    let response =
        reqwest::Client::new().put(here(app, &made["url"])).body(bytes.to_vec()).send().await.expect("an answer");
    assert_eq!(response.status(), 204);
    made["id"].clone()
}

/// An address of the product's public name, where the test has it.
fn here(app: &TestApp, url: &Value) -> url::Url {
    let mut url: url::Url = url.as_str().expect("an address").parse().expect("an address");
    url.set_port(Some(app.address.port())).expect("a port");
    url
}

async fn fetched(app: &TestApp, url: &Value) -> (u16, Vec<u8>) {
    let response = reqwest::get(here(app, url)).await.expect("an answer");
    let status = response.status().as_u16();
    if status == 200 {
        assert_eq!(response.headers()["content-type"], "image/jpeg");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        assert!(response.headers()["cache-control"].to_str().expect("text").starts_with("private, max-age="));
    }
    (status, response.bytes().await.expect("bytes").to_vec())
}

fn files(app: &TestApp) -> usize {
    let academy = app.data_dir.join("files").join(app.academy.uuid().to_string());
    ["avatars", "uploads"]
        .iter()
        .map(|folder| std::fs::read_dir(academy.join(folder)).into_iter().flatten().count())
        .sum()
}

const SEEN: &str = "query ($id: ID!) { node(id: $id) { ... on User { avatarUrl } } }";

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_made_anew_shown_and_replaced() {
    let app = TestApp::start().await;
    let (ani, budi) = (app.person("Ani Wijaya").await, app.person("Budi Santoso").await);
    let set = async |upload: Value| {
        done(&ani.client, "setAvatar", json!({ "upload": upload }), "user { avatarUrl }").await["user"]["avatarUrl"]
            .clone()
    };
    let red = set(upload(&app, &ani, &picture([250, 0, 0])).await).await;
    let (status, bytes) = fetched(&app, &red).await;
    assert_eq!(status, 200);
    let kept = image::load_from_memory(&bytes).expect("a picture").to_rgb8();
    assert_eq!((kept.width(), kept.height()), (30, 30));
    assert!(kept.get_pixel(3, 3).0[0] > 200);
    // Kept private until its owner shows it: without an address there is no way to it.
    assert_eq!(budi.client.data(SEEN, json!({ "id": ani.id })).await["node"], Value::Null);
    let shown = json!({ "fields": [{ "field": "AVATAR", "audience": "MEMBERS" }, { "field": "USERNAME", "audience": "PUBLIC" }] });
    done(&ani.client, "setVisibility", shown, "visibility { field }").await;
    let seen = budi.client.data(SEEN, json!({ "id": ani.id })).await["node"]["avatarUrl"].clone();
    assert_eq!(seen, red, "one address for an hour, so that it can be kept");
    assert_eq!(app.anonymous().data(SEEN, json!({ "id": ani.id })).await["node"]["avatarUrl"], Value::Null);
    // It ends by itself, and when the picture is another.
    app.world.pass(TimeDelta::hours(3));
    assert_eq!(fetched(&app, &red).await.0, 404, "its time is over");
    let again = budi.client.data(SEEN, json!({ "id": ani.id })).await["node"]["avatarUrl"].clone();
    assert_eq!(fetched(&app, &again).await.0, 200);
    // Or when it is shown to fewer: its owner has it by another address.
    let hidden = json!({ "fields": [{ "field": "AVATAR", "audience": "PRIVATE" }] });
    done(&ani.client, "setVisibility", hidden.clone(), "visibility { field }").await;
    let own = ani.client.data(SEEN, json!({ "id": ani.id })).await["node"]["avatarUrl"].clone();
    assert_eq!((fetched(&app, &again).await.0, fetched(&app, &own).await.0), (404, 200));
    assert_eq!(budi.client.data(SEEN, json!({ "id": ani.id })).await["node"]["avatarUrl"], Value::Null);
    done(&ani.client, "setVisibility", hidden, "visibility { field }").await;
    assert_eq!(fetched(&app, &own).await.0, 200, "hidden before");
    let again = own;
    let blue = set(upload(&app, &ani, &picture([0, 0, 250])).await).await;
    assert_eq!((fetched(&app, &again).await.0, fetched(&app, &blue).await.0), (404, 200));
    app.world.pass(TimeDelta::minutes(61));
    app.work().await;
    assert_eq!(files(&app), 1, "the one before is gone, and what was sent");
    let forged = format!("{}x", blue.as_str().expect("an address"));
    assert_eq!(fetched(&app, &json!(forged)).await.0, 404);
    assert_eq!(set(Value::Null).await, Value::Null);
    assert_eq!(fetched(&app, &blue).await.0, 404);
    app.world.pass(TimeDelta::hours(2));
    app.work().await;
    assert_eq!(files(&app), 0);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_picture_of_ones_own_is_refused() {
    let app = TestApp::start().await;
    let (ani, budi) = (app.person("Ani Wijaya").await, app.person("Budi Santoso").await);
    let refused = async |person: &Person, input: Value| {
        user_errors(&sent(&person.client, "setAvatar", input, "user { id }").await)
    };
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    for bytes in [svg.as_slice(), b"\x89PNG\r\n\x1a\nnothing more", &picture([1, 2, 3])[..60]] {
        let id = upload(&app, &ani, bytes).await;
        assert_eq!(refused(&ani, json!({ "upload": id })).await, ["INVALID input.upload"]);
    }
    let own = upload(&app, &ani, &picture([1, 2, 3])).await;
    assert_eq!(refused(&budi, json!({ "upload": own })).await, ["NOT_FOUND input.upload"], "somebody else's");
    assert_eq!(refused(&ani, json!({})).await, ["REQUIRED input.upload"]);
    let input = json!({ "purpose": "AVATAR", "fileName": "a.png", "contentType": "image/png", "size": 10 });
    let waiting = done(&ani.client, "createUpload", input, "upload { id }").await["upload"]["id"].clone();
    assert_eq!(refused(&ani, json!({ "upload": waiting })).await, ["NOT_ELIGIBLE input.upload"]);
    let large = json!({ "purpose": "AVATAR", "fileName": "a.png", "contentType": "image/png", "size": (10 << 20) + 1 });
    assert_eq!(user_errors(&sent(&ani.client, "createUpload", large, "upload { id }").await), ["INVALID input.size"]);
    let own_picture = "{ viewer { user { avatarUrl } } }";
    assert_eq!(ani.client.data(own_picture, json!({})).await["viewer"]["user"]["avatarUrl"], Value::Null);
    // Twice with one upload: it is used once.
    let set = "mutation ($input: SetAvatarInput!) { setAvatar(input: $input) { user { avatarUrl } userErrors { code path } } }";
    let variables = json!({ "input": { "upload": own } });
    let (one, two) = tokio::join!(ani.client.data(set, variables.clone()), ani.client.data(set, variables));
    let outcomes: Vec<_> = [one, two].iter().map(|data| user_errors(&data["setAvatar"]).len()).collect();
    assert_eq!(outcomes.iter().sum::<usize>(), 1, "{outcomes:?}");
    // Several at once: one is the picture, and none is an accident.
    let mut uploads = Vec::new();
    for shade in 0..4 {
        uploads.push(upload(&app, &ani, &picture([shade, 2, 3])).await);
    }
    let calls = uploads.iter().map(|id| ani.client.data(set, json!({ "input": { "upload": id } })));
    for data in futures_util::future::join_all(calls).await {
        assert_eq!(user_errors(&data["setAvatar"]), Vec::<String>::new());
    }
    app.world.pass(TimeDelta::hours(2));
    app.work().await;
    assert_eq!(files(&app), 1);
    app.stop().await;

    let app = TestApp::start_under(Policy::preset("crosslife").expect("a policy"), |_| {}).await;
    let ani = app.person("Ani Wijaya").await;
    let id = upload(&app, &ani, &picture([1, 2, 3])).await;
    let outcome = sent(&ani.client, "setAvatar", json!({ "upload": id }), "user { id }").await;
    assert_eq!(user_errors(&outcome), ["INVALID input.upload"], "not collected here");
    app.stop().await;
}
