//! Requests that are cut off at any moment: nothing of one academy is seen in the other, and no transaction stays open.

use std::{
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
    time::Duration,
};

use diesel::{QueryableByName, sql_query, sql_types::BigInt};
use diesel_async::RunQueryDsl;
use futures_util::{StreamExt, stream};
use serde_json::json;

use super::{below, rounds};
use crate::{
    harness::{Client, TestApp},
    line::done,
};

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a drill"]
async fn drill_cut_requests_leak_nothing() {
    for connections in [1, 4] {
        let app = TestApp::start_with(|settings| {
            settings.connections = connections;
            settings.limits.cost_per_minute = u32::MAX;
        })
        .await;
        let ours = app.person("Kanari Nusa").await;
        let theirs = app.person_of(&app.next_door(), "Kanari Tetangga").await;
        let people: [(&Client, &str, &str); 2] =
            [(&ours.client, "Kanari Nusa", "Tetangga"), (&theirs.client, "Kanari Tetangga", "Nusa")];
        let (answered, cut, busy) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
        // Microseconds before which a request is cut off: fewer after an answer, more after a cut, so that about half of them are cut, at
        // every moment of a request.
        let patience = AtomicU64::new(20_000);
        let to_cut = rounds(10_000);
        let cut_off = &cut;
        let numbers = stream::iter(0..).take_while(|_| async { cut_off.load(Ordering::Relaxed) < to_cut });
        let requests = numbers.map(|number| {
            let (client, own, foreign) = people[number % 2];
            let (answered, cut, busy, patience) = (&answered, &cut, &busy, &patience);
            async move {
                let request = async {
                    if number % 5 == 0 {
                        let update = "mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { user { fullName biography } userErrors { code } } }";
                        let input = json!({ "biography": format!("{own} {number}") });
                        client.send(update, json!({ "input": input })).await
                    } else {
                        client.send("{ academy { name } viewer { user { fullName biography } } }", json!({})).await
                    }
                };
                let most = patience.load(Ordering::Relaxed);
                if let Ok(answer) = tokio::time::timeout(Duration::from_micros(below(most)), request).await {
                    patience.store((most - most / 50).max(100), Ordering::Relaxed);
                    let text = answer.json.to_string();
                    assert!(!text.contains(foreign), "{own} reads {text}");
                    let counter = if text.contains("OVERLOADED") { busy } else { answered };
                    counter.fetch_add(1, Ordering::Relaxed);
                } else {
                    patience.store(most + most / 50, Ordering::Relaxed);
                    cut.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
        requests.buffer_unordered(4).collect::<Vec<()>>().await;
        // What was cut off by its client runs to its end.
        tokio::time::sleep(Duration::from_secs(2)).await;
        let mut superuser = app.database.superuser().await;
        let open = "select count(*) from pg_stat_activity where state like 'idle in transaction%' and datname = current_database()";
        let open: Count = sql_query(open).get_result(&mut superuser).await.expect("a count");
        assert_eq!(open.count, 0, "transactions that stayed open");
        for (person, own) in [(&ours, "Kanari Nusa"), (&theirs, "Kanari Tetangga")] {
            let set = done(&person.client, "updateProfile", json!({ "biography": own }), "user { biography }").await;
            assert_eq!(set["user"]["biography"], own, "every connection still serves");
            let read = person.client.data("{ viewer { user { fullName biography } } }", json!({})).await;
            assert_eq!(read["viewer"]["user"], json!({ "fullName": own, "biography": own }));
        }
        let (answered, cut, busy) = (answered.into_inner(), cut.into_inner(), busy.into_inner());
        assert!(answered > to_cut / 10, "{answered} answered, {cut} cut off: too early to show much");
        println!(
            "{connections} connections, requests of two academies: {cut} cut off, {answered} answered, {busy} told to wait; nothing foreign, no open transaction"
        );
        app.stop().await;
    }
}
