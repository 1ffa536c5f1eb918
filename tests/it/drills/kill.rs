//! The server is killed in the middle of mutations, again and again: what was acknowledged is there, and everything once.

use std::{
    collections::HashMap,
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};

use super::{ENROL, below, persistent, rounds};
use crate::{
    harness::Client,
    line::done,
    platform::command_line::{Home, free_port, ready, spawn, text},
};

async fn sign_in(client: &Client, person: &Value) -> Client {
    let input = json!({ "login": person["email"], "password": person["password"] });
    let opened = done(client, "logIn", input, "token").await;
    client.with_token(opened["token"].as_str().expect("a token"))
}

/// A published course of one lesson; gives its run.
async fn course(instructor: &Client, reviewer: &Client, number: usize) -> Value {
    let input = json!({ "title": format!("Ke-{number}"), "summary": "S", "description": "D", "locale": "id", "level": "BEGINNER" });
    let made = done(instructor, "createCourse", input, "course { id runs { nodes { id } } }").await["course"].clone();
    let section = json!({ "course": made["id"], "title": "S" });
    let section = done(instructor, "createSection", section, "course { draft { sections { id } } }").await;
    let section = section["course"]["draft"]["sections"][0]["id"].clone();
    let lesson = json!({ "section": section, "title": "L", "kind": "ARTICLE", "body": "Isi." });
    done(instructor, "createLesson", lesson, "lesson { id }").await;
    let submitted = done(instructor, "submitCourse", json!({ "id": made["id"] }), "submission { id }").await;
    let decision = json!({ "id": submitted["submission"]["id"], "decision": "APPROVE" });
    done(reviewer, "decideCourseSubmission", decision, "submission { id }").await;
    made["runs"]["nodes"][0]["id"].clone()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a drill"]
async fn drill_killed_servers_lose_nothing_and_double_nothing() {
    let home = Home::new("drill");
    let bind = free_port();
    let serve =
        || spawn(home.command(&["serve", "--demo", "--bind", &bind]).stdout(Stdio::null()).stderr(Stdio::null()));
    let mut server = serve();
    ready(&bind).await;
    let told = home.run(&["demo", "--json"]);
    let demo: Value = serde_json::from_slice(&told.stdout).unwrap_or_else(|_| panic!("{}", text(&told.stderr)));
    let nobody = Client::new(bind.parse().expect("an address"), "sanggar");
    let mut clients = HashMap::new();
    for person in demo["people"].as_array().expect("people") {
        let role = person["role"].as_str().expect("a role").to_owned();
        clients.insert(role, sign_in(&nobody, person).await);
    }
    let total = rounds(60);
    let mut runs = Vec::new();
    for number in 0..total {
        runs.push(course(&clients["INSTRUCTOR"], &clients["REVIEWER"], number).await);
    }
    let learners: Vec<Client> = clients.into_values().collect();
    let before: Vec<i64> = futures_util::future::join_all(learners.iter().map(learning)).await;
    let acknowledged = Arc::new(AtomicUsize::new(0));
    for (number, run) in runs.iter().enumerate() {
        let tasks: Vec<_> = learners
            .iter()
            .enumerate()
            .map(|(learner, client)| {
                let (client, run, acknowledged) = (client.clone(), run.clone(), Arc::clone(&acknowledged));
                tokio::spawn(async move {
                    let key = format!("{number}-{learner}");
                    tokio::time::sleep(Duration::from_millis(below(60))).await;
                    let body = json!({ "query": ENROL, "variables": { "input": { "run": run } } }).to_string();
                    let first = client.post().header("idempotency-key", &key).body(body).send().await;
                    let first: Option<Value> = match first {
                        Ok(response) => response.json().await.ok(),
                        Err(_) => None,
                    };
                    let first =
                        first.and_then(|answer| answer["data"]["enrol"]["enrolment"]["id"].as_str().map(str::to_owned));
                    if first.is_some() {
                        acknowledged.fetch_add(1, Ordering::Relaxed);
                    }
                    let answer = persistent(&client, &key, ENROL, &json!({ "run": run })).await;
                    let id = answer["data"]["enrol"]["enrolment"]["id"].as_str().unwrap_or_else(|| panic!("{answer}"));
                    assert!(first.is_none_or(|first| first == id), "what was acknowledged is what there is");
                })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(below(120))).await;
        server.kill();
        server = serve();
        ready(&bind).await;
        for task in tasks {
            task.await.expect("every learner is enrolled");
        }
    }
    let after: Vec<i64> = futures_util::future::join_all(learners.iter().map(learning)).await;
    let total = i64::try_from(total).expect("a small number");
    assert!(after.iter().zip(&before).all(|(after, before)| after - before == total), "{before:?} {after:?}");
    let doctor = home.run(&["doctor", "--json"]);
    let doctor: Value = serde_json::from_slice(&doctor.stdout).expect("one JSON document");
    assert_eq!(doctor["jobsGivenUp"], 0);
    println!(
        "{total} kills in the middle of {} enrolments: {} were acknowledged before the kill and are there, the others came by \
         the second try, none twice",
        total * i64::try_from(learners.len()).expect("a small number"),
        acknowledged.load(Ordering::Relaxed)
    );
    server.stop();
}

async fn learning(client: &Client) -> i64 {
    let data = client.data("{ viewer { learning { totalCount } } }", json!({})).await;
    data["viewer"]["learning"]["totalCount"].as_i64().expect("a count")
}
