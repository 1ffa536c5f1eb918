//! The visibility matrix: every guarded field of a person, asked for real by every kind of viewer, equals the schema.

use std::fmt::Write;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sanggar::{
    academies::Policy,
    catalog::import::model::ImportId,
    platform::privacy::{ProfileField, Purpose, Role, Shared},
};
use serde_json::{Value, json};

use super::schema::{fields, guarded_types};
use crate::{
    harness::{Client, Person, TestApp, blessed, user_id},
    line::done,
};

/// What a cell shows.
fn cell(answer: &Value, field: &str, errors: &[Value]) -> &'static str {
    let denied = errors.iter().any(|error| error["path"][1] == field && error["extensions"]["code"] == "FORBIDDEN");
    match (answer.get(field), denied) {
        (Some(Value::Null), true) => "denied",
        (Some(Value::Null), false) => "private",
        (Some(_), false) => "shown",
        (Some(_), true) => "shown and denied",
        (None, _) => "missing",
    }
}

/// What the schema's directive says for a viewer with these audiences, where the owner chose `chosen`.
fn promised(to: &str, audiences: &[&str], chosen: &str) -> &'static str {
    let to: Vec<&str> = to.trim_matches(['[', ']']).split(", ").collect();
    if to.iter().any(|audience| audiences.contains(audience)) {
        return "shown";
    }
    if !to.contains(&"OWNER_CHOICE") {
        return "denied";
    }
    match chosen {
        "PUBLIC" => "shown",
        "MEMBERS" if audiences.contains(&"MEMBERS") => "shown",
        _ => "private",
    }
}

async fn fill(app: &TestApp, person: &Person) {
    let picture = crate::profiles::avatar::upload(app, person, &crate::profiles::avatar::picture([9, 9, 9])).await;
    done(&person.client, "setAvatar", json!({ "upload": picture }), "user { id }").await;
    let update = "mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { userErrors { code path } } }";
    let input = json!({
        "biography": "Saya suka belajar.", "organization": "Sekolah", "jobTitle": "Guru", "phone": "+62 812 3456 7890",
        "socialLinks": [{ "platform": "web", "url": "https://example.org/me" }], "locale": "id",
        "billingAddress": { "line1": "Jl. Melati 1", "city": "Bandung", "country": "ID" },
    });
    let data = person.client.data(update, json!({ "input": input })).await;
    assert_eq!(data["updateProfile"]["userErrors"], json!([]));
}

async fn choose(person: &Person, audience: &str) {
    let fields: Vec<_> =
        ProfileField::ALL.iter().map(|field| json!({ "field": field, "audience": audience })).collect();
    done(&person.client, "setVisibility", json!({ "fields": fields }), "visibility { field }").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_field_of_a_person_is_shown_as_the_schema_says() {
    // What the schema prints is the ceiling: nothing is narrowed here.
    let mut policy = super::subject::collecting_all();
    policy.instructors_see =
        [Shared::Name, Shared::Email, Shared::EnrolmentStatus, Shared::Progress, Shared::QuizScores].into();
    let app = TestApp::start_under(policy, |_| {}).await;
    let citra = app.person("Citra Dewi").await;
    fill(&app, &citra).await;
    let course = crate::line::published(&app).await;
    crate::line::learn(&course, &citra).await;
    let attempt = crate::line::take(&course, &citra, true).await;
    // There is one to be read; that it holds would hide the person.
    app.sql(&format!(
        "insert into suspensions (academy_id, id, user_id, reason, suspended_at) values ('{}', gen_random_uuid(), '{}', 'Menyalin.', now())",
        app.academy.uuid(),
        user_id(&citra.id).uuid()
    ))
    .await;
    let stranger = app.person("Budi Santoso").await;
    let guardian = app.person("Dewi Wali").await;
    app.guard(&guardian, &citra).await;
    let next_door = app.person_of(&app.next_door(), "Dewi Lestari").await;
    app.grant_at(app.neighbour, &next_door, Role::Admin).await;
    let mut viewers: Vec<(&str, Client, Vec<&str>)> = vec![
        ("anonymous", app.anonymous(), vec!["PUBLIC"]),
        ("learner", stranger.client.clone(), vec!["PUBLIC", "MEMBERS"]),
        ("self", citra.client.clone(), vec!["PUBLIC", "MEMBERS", "SELF"]),
        ("their instructor", course.instructor.client.clone(), vec!["PUBLIC", "MEMBERS", "INSTRUCTOR"]),
        ("their guardian", guardian.client.clone(), vec!["PUBLIC", "MEMBERS", "GUARDIAN"]),
    ];
    for (name, role, audience) in [
        ("instructor of others", Role::Instructor, None),
        ("reviewer", Role::Reviewer, Some("REVIEWER")),
        ("finance", Role::Finance, Some("FINANCE")),
        ("support", Role::Support, Some("SUPPORT")),
        ("privacy officer", Role::PrivacyOfficer, Some("PRIVACY_OFFICER")),
        ("admin", Role::Admin, Some("ADMIN")),
    ] {
        let staff = app.staff(&format!("Staf {name}").replace(" of ", " "), role).await;
        let audiences = ["PUBLIC", "MEMBERS"].into_iter().chain(audience).collect();
        viewers.push((name, staff.client, audiences));
    }
    let guarded: Vec<(String, String)> = fields()
        .into_iter()
        .filter(|(owner, ..)| owner == "User")
        .filter_map(|(_, field, _)| {
            let directive = field.directives.iter().find(|directive| directive.node.name.node == "visibility")?;
            Some((field.name.node.to_string(), directive.node.arguments.first()?.1.node.to_string()))
        })
        .collect();
    assert!(guarded.len() >= 15, "{guarded:?}");
    let selection: String = guarded.iter().fold(String::new(), |mut text, (field, _)| {
        let below = match field.as_str() {
            "socialLinks" => "{ url }",
            "billingAddress" => "{ city }",
            "enrolments" => "{ nodes { progress { percent } } }",
            "certificates" => "{ nodes { code } }",
            "reviews" => "{ nodes { rating } }",
            "badges" => "{ badge { slug } }",
            "suspension" => "{ reason }",
            _ => "",
        };
        write!(text, "{field} {below} ").expect("a string grows");
        text
    });
    let query = format!("query ($id: ID!) {{ node(id: $id) {{ ... on User {{ {selection} }} }} }}");
    let review = json!({ "course": course.course, "rating": 5 });
    let review = done(&citra.client, "reviewCourse", review, "review { id }").await["review"]["id"].clone();
    let things = things_of(&app, &citra, &attempt["id"], &review).await;
    let mut table =
        String::from("# Who sees what of a person: by viewer, by what the person chose, by field. Asked for real.\n");
    for chosen in ["PRIVATE", "MEMBERS", "PUBLIC"] {
        choose(&citra, chosen).await;
        for (name, client, audiences) in &viewers {
            let answer = client.send(&query, json!({ "id": citra.id })).await;
            let errors = answer.json["errors"].as_array().cloned().unwrap_or_default();
            let node = &answer.json["data"]["node"];
            let promises: Vec<_> = guarded.iter().map(|(field, to)| (field, promised(to, audiences, chosen))).collect();
            if node.is_null() {
                // Of whom nothing is shown, nothing is told: not even which fields are denied.
                assert!(promises.iter().all(|(_, promise)| *promise != "shown"), "{name} {chosen}: {}", answer.json);
                assert!(errors.is_empty(), "{name} {chosen}: {}", answer.json);
                writeln!(table, "\n{name}, {chosen}: not there").expect("a string grows");
            } else {
                writeln!(table, "\n{name}, {chosen}").expect("a string grows");
                for (field, promise) in promises {
                    let cell = cell(node, field, &errors);
                    assert_eq!(cell, promise, "{field} to {name}, chosen {chosen}");
                    writeln!(table, "  {field}: {cell}").expect("a string grows");
                }
            }
            table.push_str(&of_things(client, &things, |to| promised(to, audiences, chosen) == "shown").await);
            hidden_takes_the_work_of_unknown(&app, client, &citra, &things).await;
        }
        // An admin of another academy finds nobody of that id there, whatever was chosen.
        let answer = next_door.client.send(&query, json!({ "id": citra.id })).await;
        assert_eq!(answer.json, json!({ "data": { "node": null } }));
    }
    blessed("visibility.txt", &table);
    app.stop().await;
}

/// What is guarded whole: the type, who may read it as the schema says, and one that is about the person.
type Thing = (String, String, Value);

/// One of each type that is guarded whole. A type that is not known here fails.
async fn things_of(app: &TestApp, person: &Person, attempt: &Value, review: &Value) -> Vec<Thing> {
    done(&person.client, "applyToTeach", crate::instructors::application(), "application { id }").await;
    crate::notifications::tell(app, person).await;
    let code =
        person.client.data("{ viewer { referral { code } } }", json!({})).await["viewer"]["referral"]["code"].clone();
    crate::referrals::come(app, "baru@example.org", code.as_str().expect("a code")).await;
    let support = app.staff("Sari Support", Role::Support).await;
    let read = "query ($id: ID!) { node(id: $id) { ... on User { email } } }";
    support.client.data(read, json!({ "id": person.id })).await;
    let mine = "{ viewer { sessions { id } referral { referred { nodes { id } } } notifications { nodes { id } } learning { nodes { id certificate { id } } } instructorApplications { nodes { id } } securityEvents { nodes { id } } } }";
    let mine = person.client.data(mine, json!({})).await["viewer"].clone();
    let enrolment = &mine["learning"]["nodes"][0];
    let import = ImportId::from_uuid(uuid::Uuid::new_v4());
    app.sql(&format!(
        "insert into imports (academy_id, id, user_id, upload_id, status, created_at) values ('{}', '{}', '{}', gen_random_uuid(), 'QUEUED', now())",
        app.academy.uuid(),
        import.uuid(),
        user_id(&person.id).uuid()
    ))
    .await;
    let task: sanggar::quizzes::model::TaskId = app.services.random.id();
    app.sql(&format!(
        "insert into grading_tasks (academy_id, id, course_id, quiz_id, attempt_id, question_id, submitted_at)
            select academy_id, '{}', course_id, quiz_id, id, question_ids[1], now() from attempts where id = '{}'",
        task.uuid(),
        crate::line::uuid_of(attempt)
    ))
    .await;
    let one = |ty: &str| match ty {
        "GradingTask" => json!(task.to_string()),
        "Import" => json!(import.to_string()),
        "Referral" => mine["referral"]["referred"]["nodes"][0]["id"].clone(),
        "Notification" => mine["notifications"]["nodes"][0]["id"].clone(),
        "Session" => mine["sessions"][0]["id"].clone(),
        "Enrolment" => enrolment["id"].clone(),
        "Attempt" => attempt.clone(),
        "Review" => review.clone(),
        "Certificate" => enrolment["certificate"]["id"].clone(),
        "InstructorApplication" => mine["instructorApplications"]["nodes"][0]["id"].clone(),
        "AuditEntry" => mine["securityEvents"]["nodes"][0]["id"].clone(),
        other => panic!("{other} is guarded whole: say here which one is this person's"),
    };
    // These have no id: they are their owner's by where they are reached from.
    let types = guarded_types()
        .into_iter()
        .filter(|(ty, _)| !["Viewer", "LinkedIdentity", "ReferralAccount"].contains(&ty.as_str()));
    types.map(|(ty, to)| (ty.clone(), to, one(&ty))).collect()
}

/// What of them is there, as a part of the table.
async fn of_things(client: &Client, things: &[Thing], is_promised: impl Fn(&str) -> bool) -> String {
    let ids: Vec<_> = things.iter().map(|(.., id)| id).collect();
    assert!(ids.iter().all(|id| id.is_string()), "{things:?}");
    let data = client.data("query ($ids: [ID!]!) { nodes(ids: $ids) { __typename } }", json!({ "ids": ids })).await;
    let nodes = data["nodes"].as_array().expect("nodes");
    let mut table = String::new();
    for ((ty, to, _), node) in things.iter().zip(nodes) {
        assert_eq!(node.is_object(), is_promised(to), "{ty}: {data}");
        let cell = if node.is_object() { "shown" } else { "not there" };
        writeln!(table, "  {ty}: {cell}").expect("a string grows");
    }
    table
}

/// What is hidden and what is not there take the same statements, kind by kind.
async fn hidden_takes_the_work_of_unknown(app: &TestApp, client: &Client, person: &Person, things: &[Thing]) {
    let node = "query ($id: ID!) { node(id: $id) { __typename } }";
    let (person, user) = (json!(person.id), "User".to_owned());
    for (ty, id) in things.iter().map(|(ty, _, id)| (ty, id)).chain([(&user, &person)]) {
        let (hidden, answer) = app.statements(client.send(node, json!({ "id": id }))).await;
        if !answer.json["data"]["node"].is_null() || answer.json.get("errors").is_some() {
            continue;
        }
        let bytes = URL_SAFE_NO_PAD.decode(id.as_str().expect("an id")).expect("base64url");
        let nobodys = [&bytes[..1], uuid::Uuid::new_v4().as_bytes()].concat();
        let nobodys = json!({ "id": URL_SAFE_NO_PAD.encode(nobodys) });
        let (mut unknown, other) = app.statements(client.send(node, nobodys.clone())).await;
        let mut hidden = hidden;
        if hidden != unknown {
            // Every five seconds a request reads anew which academies there are: it may have been one of these two.
            hidden = app.statements(client.send(node, json!({ "id": id }))).await.0;
            unknown = app.statements(client.send(node, nobodys)).await.0;
        }
        assert_eq!((hidden, &answer.json), (unknown, &other.json), "{ty}: hidden, and not there");
    }
}

/// A second opinion that does not come from our own schema: what the five policies promise, written by hand.
#[tokio::test(flavor = "multi_thread")]
async fn the_five_policies_show_what_they_promise() {
    let promises = include_str!("../../expected/visibility-from-policies.txt");
    let mut cells = 0;
    for name in ["eterna", "pojok-belajar", "crosslife", "cekolah", "focusra"] {
        let policy = Policy::preset(name).expect("a policy");
        let app = TestApp::start_under(policy.clone(), |_| {}).await;
        let citra = app.person("Citra Dewi").await;
        show_all(&citra, &policy).await;
        let course = crate::line::published(&app).await;
        crate::line::learn(&course, &citra).await;
        let attempt = crate::line::take(&course, &citra, true).await["id"].clone();
        if policy.purposes.contains(&Purpose::Community) {
            let review = json!({ "course": course.course, "rating": 5, "body": "Bagus." });
            done(&citra.client, "reviewCourse", review, "review { id }").await;
        }
        let learning = citra.client.data("{ viewer { learning { nodes { id } } } }", json!({})).await;
        let enrolment = learning["viewer"]["learning"]["nodes"][0]["id"].clone();
        let viewers = [
            ("anybody", app.anonymous()),
            ("another learner", app.person("Budi Santoso").await.client),
            ("their instructor", course.instructor.client.clone()),
            ("another instructor", app.staff("Dodi Putra", Role::Instructor).await.client),
            ("themselves", citra.client.clone()),
        ];
        let lines: Vec<_> = promises.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).collect();
        assert_eq!(lines.len(), viewers.len(), "a line for each viewer of {name}");
        for (line, (viewer, client)) in lines.into_iter().zip(viewers) {
            let (who, cells_of) = line.split_once(": ").expect("viewer: cells");
            assert_eq!(who, viewer, "{name}");
            let query = "query ($id: ID!, $enrolment: ID!, $attempt: ID!) { node(id: $id) { ... on User { username fullName email phone biography points badges { awardedAt } reviews { totalCount } } } enrolment: node(id: $enrolment) { ... on Enrolment { status progress { percent } } } attempt: node(id: $attempt) { ... on Attempt { score passed } } }";
            let answer =
                client.send(query, json!({ "id": citra.id, "enrolment": enrolment, "attempt": attempt })).await;
            let errors = answer.json["errors"].as_array().cloned().unwrap_or_default();
            let data = &answer.json["data"];
            for promise in cells_of.split(", ") {
                let (field, promised) = promise.split_once(' ').expect("field and cell");
                let seen = match field {
                    object @ ("enrolment" | "attempt") if data[object].is_null() => "hidden",
                    "enrolment" | "attempt" => "shown",
                    _ if data["node"].is_null() => "hidden",
                    field => match cell(&data["node"], field, &errors) {
                        "shown" => "shown",
                        "private" | "denied" => "hidden",
                        other => other,
                    },
                };
                assert_eq!(seen, promised, "{name}: {viewer}: {field}: {}", answer.json);
                cells += 1;
            }
        }
        app.stop().await;
    }
    assert_eq!(
        cells,
        promises.lines().filter(|line| !line.starts_with('#')).map(|line| line.split(", ").count()).sum::<usize>()
    );
}

/// Gives all that the policy collects, and shows it as widely as the policy lets one.
async fn show_all(person: &Person, policy: &Policy) {
    let mut input = json!({});
    for (field, value) in [("phone", "+62 812 3456 7890"), ("biography", "Saya suka belajar.")] {
        if policy.asks(field) {
            input[field] = json!(value);
        }
    }
    let update = "mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { userErrors { code path } } }";
    let data = person.client.data(update, json!({ "input": input })).await;
    assert_eq!(data["updateProfile"]["userErrors"], json!([]));
    let fields: Vec<_> =
        policy.choices.iter().map(|(field, audience)| json!({ "field": field, "audience": audience })).collect();
    let set = "mutation ($input: SetVisibilityInput!) { setVisibility(input: $input) { userErrors { code path } } }";
    let data = person.client.data(set, json!({ "input": { "fields": fields } })).await;
    assert_eq!(data["setVisibility"]["userErrors"], json!([]));
}
