//! SEAT-1: ten seats, a hundred people, five hundred requests at once over two servers.

use futures_util::future::join_all;
use serde_json::json;

use super::persistent;
use crate::{
    harness::TestApp,
    line::{done, published},
};

const ENROL: &str =
    "mutation ($input: EnrolInput!) { enrol(input: $input) { enrolment { status } userErrors { code } } }";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a drill"]
async fn drill_ten_seats_of_five_hundred() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let run = json!({ "course": course.course, "name": "Angkatan 1", "seats": 10 });
    let run = done(&course.instructor.client, "createRun", run, "run { id }").await["run"]["id"].clone();
    let replica = app.replica().await;
    let mut people = Vec::new();
    for number in 0..100 {
        people.push(app.person(&format!("Murid {number}")).await);
    }
    let input = json!({ "run": run });
    let requests = (0..500).map(|number: usize| {
        let (person, input, replica) = (&people[number % 100], &input, &replica);
        async move {
            let here = person.client.clone();
            let client = if number.is_multiple_of(2) { here } else { replica.client().with_token(&person.token) };
            let answer = persistent(&client, &format!("kunci-{number}"), ENROL, input).await;
            assert!(answer["errors"].is_null(), "{answer}");
            answer["data"]["enrol"].clone()
        }
    });
    let answers = join_all(requests).await;
    let with = |status: &str| answers.iter().filter(|answer| answer["enrolment"]["status"] == status).count();
    let already = answers.iter().filter(|answer| answer["userErrors"][0]["code"] == "ALREADY_DONE").count();
    assert_eq!((with("ACTIVE"), with("WAITLISTED"), already), (10, 90, 400));
    let left = "query ($id: ID!) { node(id: $id) { ... on CourseRun { seatsLeft } } }";
    assert_eq!(app.anonymous().data(left, json!({ "id": run })).await["node"]["seatsLeft"], 0);
    let own = "{ viewer { learning { nodes { id status progress { placeInQueue } } } } }";
    let mut places = Vec::new();
    let mut seated = Vec::new();
    for person in &people {
        let enrolment = person.client.data(own, json!({})).await["viewer"]["learning"]["nodes"][0].clone();
        match enrolment["progress"]["placeInQueue"].as_i64() {
            Some(place) => places.push(place),
            None => seated.push((person, enrolment["id"].clone())),
        }
    }
    places.sort_unstable();
    assert_eq!(places, (1..=90).collect::<Vec<_>>(), "one queue, in one order");
    // All who learn leave at once: ten others come in, and no more.
    join_all(seated.iter().map(async |(person, enrolment)| {
        let left = json!({ "enrolment": enrolment });
        let withdraw = "mutation ($input: WithdrawInput!) { withdraw(input: $input) { userErrors { code } } }";
        let key = enrolment.as_str().expect("an id");
        let answer = persistent(&person.client, key, withdraw, &left).await;
        assert_eq!(answer["data"]["withdraw"]["userErrors"], json!([]), "{answer}");
    }))
    .await;
    app.work().await;
    let mut active = 0;
    for person in &people {
        let enrolment = person.client.data(own, json!({})).await["viewer"]["learning"]["nodes"][0].clone();
        active += usize::from(enrolment["status"] == "ACTIVE");
    }
    assert_eq!(active, 10);
    println!("500 requests of 100 people for 10 seats over two servers: 10 learn, 90 wait, 400 are told that they do");
    replica.stop().await;
    app.stop().await;
}
