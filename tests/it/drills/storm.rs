//! AUT-8: two hundred people sign in at once, and the server neither grows nor stands still.

use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::{
    harness::Client,
    platform::command_line::{Home, free_port, ready, spawn},
};

/// KiB of addresses that the server may have: two hundred hashes at a time would take twice as much.
const ADDRESSES: u64 = 2 << 20;
/// MiB of memory that hashing may take: four at a time, 19 each (Argon2id, 19,456 KiB).
const HASHING: u64 = 4 * 20;

/// MiB that a process had in memory at most.
fn peak(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("a process");
    let line = status.lines().find(|line| line.starts_with("VmHWM")).expect("a line");
    line.split_whitespace().nth(1).expect("a number").parse::<u64>().expect("a number") / 1024
}

async fn storm(client: &Client, query: &str, input: impl Fn(usize) -> Value) -> Vec<Value> {
    join_all((0..200).map(|number| client.send(query, input(number))))
        .await
        .into_iter()
        .map(|answer| answer.json)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a drill"]
async fn drill_two_hundred_log_in_at_once() {
    let home = Home::new("storm");
    assert!(home.run(&["academy", "list"]).status.success(), "a cluster, before the limit");
    let bind = free_port();
    let program = env!("CARGO_BIN_EXE_sanggar");
    let line =
        format!("ulimit -v {ADDRESSES}; exec {program} serve --bind {bind} --data-dir '{}'", home.path().display());
    let mut command = Command::new("sh");
    command.args(["-c", &line]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    for (name, value) in [("ADDRESS_OPERATIONS", "1000"), ("SECONDS", "60"), ("COST_PER_MINUTE", "4000000")] {
        command.env(format!("SANGGAR_LIMITS_{name}"), value);
    }
    let server = spawn(command.env_remove("DATABASE_URL"));
    ready(&bind).await;
    let client = Client::new(bind.parse().expect("an address"), "sanggar");
    // As many connections and requests, without a hash.
    for _ in 0..3 {
        let all = storm(&client, "{ academy { slug } }", |_| json!({})).await;
        assert!(all.iter().all(|answer| answer["data"]["academy"]["slug"] == "sanggar"));
    }
    let before = peak(server.id());
    let log_in = "mutation ($input: LogInInput!) { logIn(input: $input) { token userErrors { code } } }";
    let input = |number: usize| json!({ "input": { "login": format!("orang{number}@example.org"), "password": "bukan kata sandinya ini" } });
    let storming = storm(&client, log_in, input);
    let (begun, mut times) = (Instant::now(), Vec::new());
    let mut storming = std::pin::pin!(storming);
    let answers = loop {
        let start = Instant::now();
        let looking = client.send("{ __typename }", json!({}));
        tokio::select! {
            answers = &mut storming => break answers,
            answer = looking => assert_eq!(answer.json["data"]["__typename"], "Query"),
        }
        times.push(start.elapsed());
        tokio::select! {
            answers = &mut storming => break answers,
            () = tokio::time::sleep(Duration::from_millis(2)) => {}
        }
    };
    let took = begun.elapsed();
    let wrong = answers.iter().filter(|answer| answer["data"]["logIn"]["userErrors"][0]["code"] == "INVALID").count();
    let after = peak(server.id());
    times.sort_unstable();
    let p99 = times[times.len() * 99 / 100];
    println!(
        "200 log-ins at once under ulimit -v {ADDRESSES}: {wrong} answered in {took:.1?}; peak {before} MiB before, {after} MiB after; \
         {{ __typename }} meanwhile: {} times, median {:.1?}, p99 {p99:.1?}",
        times.len(),
        times[times.len() / 2],
    );
    assert_eq!(wrong, 200, "{:?}", answers.iter().find(|answer| answer["data"]["logIn"].is_null()));
    assert!(after <= before + HASHING, "{before} MiB, then {after} MiB");
    server.stop();
}
