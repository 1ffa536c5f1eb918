//! The server's clock is its database's.

use chrono::{DateTime, Utc};
use diesel::{dsl::sql, sql_types::Timestamptz};
use diesel_async::RunQueryDsl;
use sanggar::platform::{clock::TimeSource, db::time::DatabaseTime};

use crate::harness::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn it_goes_with_the_clock_of_the_database() {
    let app = TestApp::start().await;
    let mut connection = app.database.server().await;
    let mut said = async || -> DateTime<Utc> {
        diesel::select(sql::<Timestamptz>("clock_timestamp()")).get_result(&mut connection).await.expect("a moment")
    };
    let time = DatabaseTime::of(&app.database.server_url()).await.expect("a clock");
    for _ in 0..20 {
        let before = said().await;
        let now = time.now();
        let after = said().await;
        // It was read over a way of some milliseconds, of which half is taken.
        let way = chrono::TimeDelta::milliseconds(500);
        assert!(before - way <= now && now <= after + way, "{before} {now} {after}");
    }
    app.stop().await;
}
