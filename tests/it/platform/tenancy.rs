//! Nothing crosses from one academy to another, and the door lets nobody through by another's setting.

use diesel::{
    QueryableByName, sql_query,
    sql_types::{BigInt, Text},
};
use diesel_async::RunQueryDsl;
use serde_json::json;

use crate::harness::TestApp;

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[derive(QueryableByName)]
struct Setting {
    #[diesel(sql_type = Text)]
    setting: String,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_names_one_academy() {
    let app = TestApp::start().await;
    let slug = "{ academy { slug } }";
    let by_header = app.anonymous();
    assert_eq!(by_header.data(slug, json!({})).await["academy"]["slug"], "nusa");
    let by_host = |host: &str, academy: Option<&str>| {
        let mut request = reqwest::Client::new()
            .post(&by_header.url)
            .header("host", host)
            .header("content-type", "application/json")
            .body(json!({ "query": slug }).to_string());
        if let Some(academy) = academy {
            request = request.header("x-academy", academy);
        }
        async move { request.send().await.expect("an answer").json::<serde_json::Value>().await.expect("JSON") }
    };
    assert_eq!(by_host("Tetangga.example.org:8080", None).await["data"]["academy"]["slug"], "tetangga");
    let code = |answer: serde_json::Value| answer["errors"][0]["extensions"]["code"].as_str().map(str::to_owned);
    assert_eq!(code(by_host("tetangga.example.org", Some("nusa")).await).as_deref(), Some("BAD_USER_INPUT"));
    assert_eq!(code(by_host("127.0.0.1", None).await).as_deref(), Some("BAD_USER_INPUT"), "nothing names one of two");
    assert_eq!(code(by_host("127.0.0.1", Some("nirwana")).await).as_deref(), Some("BAD_USER_INPUT"));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_of_one_academy_and_so_is_an_id() {
    let app = TestApp::start().await;
    let ani = app.person("Ani Wijaya").await;
    let answer = ani.client.at("tetangga").send("{ viewer { email } }", json!({})).await;
    assert_eq!((answer.status, answer.codes()), (401, vec!["UNAUTHENTICATED"]));
    let dewi = app.person_of(&app.next_door(), "Dewi Lestari").await;
    for id in [&ani.id, &app.academy.to_string()] {
        let data = dewi.client.data("query($id: ID!) { node(id: $id) { id } }", json!({ "id": id })).await;
        assert_eq!(data["node"], json!(null));
    }
    // The same address and user name are free next door: they are two people.
    let namesake = app.person_of(&app.next_door(), "Ani Wijaya").await;
    assert_ne!(namesake.id, ani.id);
    app.stop().await;
}

/// Readers and transactions of two academies on few connections, many of them dropped half-way: nobody sees a row of the
/// other, and no connection comes back with an open transaction.
#[tokio::test(flavor = "multi_thread")]
async fn the_door_leaks_nothing() {
    let app = TestApp::start_with(|settings| settings.connections = 2).await;
    app.person("Ani Wijaya").await;
    for name in ["Dewi Lestari", "Eko Prasetyo"] {
        app.person_of(&app.next_door(), name).await;
    }
    let users = "select count(*) from users";
    let mut tasks = Vec::new();
    for round in 0..400_u64 {
        let services = app.services.clone();
        let (academy, expected) = if round % 2 == 0 { (app.academy, 1) } else { (app.neighbour, 2) };
        tasks.push(tokio::spawn(async move {
            let work = async {
                let seen: Option<Count> = if round % 3 == 0 {
                    let Ok(mut tx) = services.db.begin(academy).await else { return };
                    let seen = sql_query(users).get_result(&mut *tx).await.ok();
                    if round % 9 == 0 {
                        tx.commit().await.expect("a commit");
                    }
                    seen
                } else {
                    let reader = services.db.reader(academy);
                    let Ok(held) = reader.connection().await else { return };
                    let mut connection = &*held;
                    sql_query(users).get_result(&mut connection).await.ok()
                };
                if let Some(seen) = seen {
                    assert_eq!(seen.count, expected);
                }
            };
            // Some are dropped before they end, at any await.
            if round % 5 == 0 {
                let _ = tokio::time::timeout(std::time::Duration::from_micros(round * 7), work).await;
            } else {
                work.await;
            }
        }));
    }
    for task in tasks {
        task.await.expect("no reader saw a row of another academy");
    }
    for (academy, expected) in [(app.academy, 1), (app.neighbour, 2)] {
        let reader = app.services.db.reader(academy);
        let held = reader.connection().await.expect("a connection");
        let mut connection = &*held;
        let seen: Count = sql_query(users).get_result(&mut connection).await.expect("a count");
        assert_eq!(seen.count, expected);
    }
    let mut superuser = app.database.superuser().await;
    let open: Count = sql_query(
        "select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'",
    )
    .get_result(&mut superuser)
    .await
    .expect("a count");
    assert_eq!(open.count, 0);
    app.stop().await;
}

/// A transaction's academy is set twice: for the connection, and once more for itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_carries_its_own_setting() {
    let app = TestApp::start().await;
    let mut tx = app.services.db.begin(app.academy).await.expect("a transaction");
    let setting: Setting = sql_query("select current_setting('sanggar.academy_id') as setting")
        .get_result(&mut *tx)
        .await
        .expect("a setting");
    assert_eq!(setting.setting, app.academy.uuid().to_string());
    drop(tx);
    let mut tx = app.services.db.begin_platform().await.expect("a transaction");
    let seen: Count = sql_query("select count(*) from policy_documents").get_result(&mut *tx).await.expect("a count");
    assert_eq!(seen.count, 0, "a transaction of no academy sees no tenant's row");
    drop(tx);
    app.stop().await;
}

/// A request never waits for a second connection with one in hand: one is enough for everything.
#[tokio::test(flavor = "multi_thread")]
async fn one_connection_is_enough() {
    let app = TestApp::start_with(|settings| settings.connections = 1).await;
    let course = crate::line::published(&app).await;
    let learner = app.person("Citra Dewi").await;
    crate::line::learn(&course, &learner).await;
    let passed = crate::line::take(&course, &learner, true).await;
    assert_eq!(passed["passed"], true);
    let mine = "{ viewer { learning { nodes { certificate { code } } } } }";
    let code = learner.client.data(mine, serde_json::json!({})).await["viewer"]["learning"]["nodes"][0]["certificate"]
        ["code"]
        .clone();
    let check = "query ($code: String!) { certificate(code: $code) { status } }";
    let elsewhere = app.next_door().data(check, serde_json::json!({ "code": code })).await;
    assert_eq!(elsewhere["certificate"]["status"], "VALID");
    let tx = app.services.db.begin_platform().await.expect("a transaction");
    let academies = sanggar::academies::store::all(&tx).await.expect("academies");
    drop(tx);
    let neighbour = academies.iter().find(|academy| academy.id == app.neighbour).expect("the neighbour");
    let demo = sanggar::demo::make(&app.services, neighbour).await.expect("a demonstration");
    assert_eq!(demo.courses.len(), 2);
    // What was begun and not finished is told, with the cure.
    std::fs::remove_file(app.data_dir.join("demo.json")).expect("removed");
    let again = sanggar::demo::make(&app.services, neighbour).await.expect_err("its people are there");
    assert!(format!("{again:#}").contains("--data-dir"), "{again:#}");
    app.stop().await;
}
