//! No path leads around a guard: from every root, through every field, as every viewer, with everything that one may ask at once. What
//! a person has given is searched for in the whole answer, errors and all.

use std::collections::BTreeMap;

use async_graphql::parser::{
    parse_schema,
    types::{FieldDefinition, TypeKind, TypeSystemDefinition},
};
use sanggar::{
    api,
    platform::{config::Settings, privacy::Role},
};
use serde_json::json;

use crate::{
    harness::{Client, TestApp, user_id},
    line::done,
};

/// Fields below a root, at most.
const DEPTH: usize = 4;

/// What Citra has given, by the words that nobody else uses; and who of the viewers may read it, where she has chosen nothing. By hand:
/// a second opinion on what the declarations say.
const GIVEN: [(&str, &[&str]); 17] = [
    ("citra.dewi\"", &["self", "guardian", "support", "privacy officer", "admin"]),
    ("Citra Dewi", &["self", "guardian", "their instructor", "reviewer", "support", "privacy officer", "admin"]),
    ("citra.dewi@example.org", &["self", "their instructor", "support", "privacy officer", "admin"]),
    ("kanari riwayat", &["self", "guardian", "support", "privacy officer", "admin"]),
    ("kanari sekolah", &["self", "guardian", "support", "privacy officer", "admin"]),
    ("kanari jabatan", &["self", "guardian", "support", "privacy officer", "admin"]),
    ("https://kanari.example.org/", &["self", "guardian", "support", "privacy officer", "admin"]),
    ("+6281234567890", &["self", "support", "privacy officer", "admin"]),
    ("kanari kota", &["self", "privacy officer", "admin"]),
    ("1987-06-05", &["self", "guardian", "privacy officer"]),
    ("2026-11-26T10:11:12", &["self", "guardian", "support", "privacy officer", "admin"]),
    ("kanari ulasan", &["self", "guardian", "support", "privacy officer", "admin"]),
    ("kanari pengalaman", &["self", "reviewer", "privacy officer", "admin"]),
    ("kanari alasan", &["self", "privacy officer", "admin"]),
    ("2026-11-23T04:05:06", &["self", "guardian", "their instructor", "admin"]),
    ("2026-11-24T07:08:09", &["self", "guardian", "their instructor", "support", "privacy officer", "admin"]),
    ("2026-11-25T01:02:03", &["self", "guardian", "admin"]),
];

/// A field as the walk needs it.
struct Field {
    name: String,
    arguments: Vec<(String, String, bool)>,
    ty: String,
}

/// The schema: fields of objects, members of what is abstract.
struct Graph {
    objects: BTreeMap<String, Vec<Field>>,
    members: BTreeMap<String, Vec<String>>,
}

fn field(definition: &FieldDefinition) -> Field {
    let bare = |ty: &str| ty.replace(['[', ']', '!'], "");
    Field {
        name: definition.name.node.to_string(),
        arguments: definition
            .arguments
            .iter()
            .map(|argument| {
                let ty = &argument.node.ty.node;
                let needed = !ty.nullable && argument.node.default_value.is_none();
                (argument.node.name.node.to_string(), bare(&ty.to_string()), needed)
            })
            .collect(),
        ty: bare(&definition.ty.node.to_string()),
    }
}

impl Graph {
    fn read() -> Self {
        let schema = parse_schema(api::sdl()).expect("a schema");
        let mut graph = Self { objects: BTreeMap::new(), members: BTreeMap::new() };
        for definition in &schema.definitions {
            let TypeSystemDefinition::Type(ty) = definition else { continue };
            let name = ty.node.name.node.to_string();
            match &ty.node.kind {
                TypeKind::Object(object) => {
                    for interface in &object.implements {
                        graph.members.entry(interface.node.to_string()).or_default().push(name.clone());
                    }
                    graph
                        .objects
                        .insert(name, object.fields.iter().map(|definition| field(&definition.node)).collect());
                }
                TypeKind::Union(union) => {
                    let members = union.members.iter().map(|member| member.node.to_string()).collect();
                    graph.members.insert(name, members);
                }
                _ => {}
            }
        }
        graph
    }

    /// Everything that can be asked of a type, so deep; what needs an argument of its own is left to the roots.
    fn all_of(&self, ty: &str, depth: usize) -> String {
        let mut text = String::from("{ __typename ");
        if let Some(members) = self.members.get(ty) {
            for member in members {
                text.push_str(&format!("... on {member} {} ", self.prefixed(member, depth)));
            }
        } else {
            text.push_str(self.prefixed(ty, depth).trim_start_matches('{').trim_end_matches('}'));
        }
        text.push('}');
        text
    }

    fn prefixed(&self, ty: &str, depth: usize) -> String {
        let mut text = String::from("{ __typename ");
        for field in self.objects.get(ty).into_iter().flatten() {
            if field.arguments.iter().any(|(.., needed)| *needed) {
                continue;
            }
            // Types of one interface may have fields of one name and unlike types.
            let alias = format!("{ty}_{}", field.name);
            let is_object = self.objects.contains_key(&field.ty) || self.members.contains_key(&field.ty);
            if !is_object {
                text.push_str(&format!("{alias}: {} ", field.name));
            } else if depth > 0 {
                let few = if field.arguments.iter().any(|(name, ..)| name == "first") { "(first: 5)" } else { "" };
                text.push_str(&format!("{alias}: {}{few} {} ", field.name, self.all_of(&field.ty, depth - 1)));
            }
        }
        text.push('}');
        text
    }
}

/// A query for each root field, with all that one may ask below it.
pub fn queries() -> Vec<String> {
    let graph = &Graph::read();
    let mut queries = Vec::new();
    for root in graph.objects.get("Query").expect("the root") {
        let given = match root.name.as_str() {
            "node" => "(id: $id)",
            "nodes" => "(ids: $ids)",
            "user" => "(username: \"citra.dewi\")",
            "course" => "(slug: \"web-dari-nol\")",
            // Whoever has the code may know the name: that is asked elsewhere.
            "certificate" | "verifyCredential" => continue,
            name => {
                assert!(root.arguments.iter().all(|(.., needed)| !needed), "{name}: say here what it is asked with");
                ""
            }
        };
        let is_object = graph.objects.contains_key(&root.ty) || graph.members.contains_key(&root.ty);
        let below = if is_object { graph.all_of(&root.ty, DEPTH - 1) } else { String::new() };
        let variables = match given {
            "(id: $id)" => "($id: ID!)",
            "(ids: $ids)" => "($ids: [ID!]!)",
            _ => "",
        };
        queries.push(format!("query {variables} {{ {}{given} {below} }}", root.name));
    }
    // What lies deepest is asked from nearer by too.
    let referred = graph.all_of("ReferralAccount", DEPTH - 1);
    queries.push(format!("query {{ viewer {{ Viewer_referral: referral {referred} }} }}"));
    // Every field of the schema is asked for, but those of what is answered to who acts, and of a certificate to who has its code.
    let asked = queries.concat();
    let mut missed: Vec<_> = graph
        .objects
        .iter()
        .filter(|(ty, _)| !ty.ends_with("Payload") && !["Query", "Mutation", "Subscription"].contains(&ty.as_str()))
        .filter(|(ty, fields)| fields.iter().any(|field| !asked.contains(&format!("{ty}_{}:", field.name))))
        .map(|(ty, _)| ty.as_str())
        .collect();
    missed.sort_unstable();
    assert_eq!(
        missed,
        [
            "CertificateVerification",
            "EnrolUserResult",
            "MfaChallenge",
            "PendingUpload",
            "RegistrationChallenge",
            "UploadHeader",
            "UserError"
        ],
        "on no path"
    );
    queries
}

/// Everything at once is more than anybody may ask for.
pub fn without_bounds(settings: &mut Settings) {
    settings.limits.cost = 1_000_000_000;
    settings.limits.cost_per_minute = 2_000_000_000;
    settings.limits.depth = 40;
    settings.limits.answer_bytes = 64 << 20;
    settings.limits.body_bytes = 64 << 20;
    settings.limits.tokens = 10_000_000;
    settings.limits.document_bytes = 64 << 20;
    settings.limits.selections = 10_000_000;
    settings.limits.aliases = 10_000_000;
    settings.limits.seconds = 60;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_path_leads_around_a_guard() {
    let mut policy = super::subject::collecting_all();
    policy.instructors_see.insert(sanggar::platform::privacy::Shared::Email);
    let app = TestApp::start_under(policy, without_bounds).await;
    let course = crate::line::published(&app).await;
    let citra = app.person("Citra Dewi").await;
    let guardian = app.person("Gita Wali").await;
    app.guard(&guardian, &citra).await;
    let profile = json!({
        "biography": "kanari riwayat", "organization": "kanari sekolah", "jobTitle": "kanari jabatan", "phone": "+62 812 3456 7890",
        "socialLinks": [{ "platform": "web", "url": "https://kanari.example.org/" }],
        "billingAddress": { "line1": "Jl. Melati 1", "city": "kanari kota", "country": "ID" },
    });
    done(&citra.client, "updateProfile", profile, "user { id }").await;
    let born =
        format!("update identities set birth_date = '1987-06-05' where user_id = '{}'", user_id(&citra.id).uuid());
    app.sql(&born).await;
    // Times that nothing else happened at.
    let at = |time: &str| time.parse::<chrono::DateTime<chrono::Utc>>().expect("a moment") - app.world.now();
    app.world.pass(at("2026-11-23T04:05:06Z"));
    crate::line::learn(&course, &citra).await;
    app.world.pass(at("2026-11-24T07:08:09Z"));
    let attempt = crate::line::take(&course, &citra, true).await;
    let review = json!({ "course": course.course, "rating": 5, "body": "kanari ulasan" });
    let review = done(&citra.client, "reviewCourse", review, "review { id }").await["review"]["id"].clone();
    app.world.pass(at("2026-11-25T01:02:03Z"));
    let open = done(&citra.client, "startAttempt", json!({ "quiz": course.quiz }), "attempt { id }").await;
    app.world.pass(chrono::TimeDelta::hours(1));
    // Activity that an instructor sees is another one, and so is what is shown of badges.
    app.sql("update badge_awards set awarded_at = '2026-11-26T10:11:12Z'").await;
    app.sql(&format!("update enrolments set last_activity_at = '{}'", app.world.now())).await;
    let mut application = crate::instructors::application();
    application["experience"] = json!("kanari pengalaman");
    let applied = done(&citra.client, "applyToTeach", application, "application { id }").await;
    let mine = "{ viewer { sessions { id } learning { nodes { id certificate { id code } } } } }";
    let mine = citra.client.data(mine, json!({})).await["viewer"].clone();
    let enrolment = &mine["learning"]["nodes"][0];
    let mut viewers: Vec<(&str, Client)> = vec![
        ("anonymous", app.anonymous()),
        ("learner", app.person("Budi Santoso").await.client),
        ("self", citra.client.clone()),
        ("guardian", guardian.client.clone()),
        ("their instructor", course.instructor.client.clone()),
    ];
    viewers.extend(staff(&app).await);
    let next_door = app.person_of(&app.next_door(), "Dewi Lestari").await;
    app.grant_at(app.neighbour, &next_door, Role::Admin).await;
    viewers.push(("neighbour", next_door.client.because("ticket 42")));
    let admin = viewers.iter().find(|(name, _)| *name == "admin").expect("an admin").1.because("kanari alasan");
    admin.data("query ($id: ID!) { node(id: $id) { ... on User { email } } }", json!({ "id": citra.id })).await;
    let entry = citra.client.data("{ viewer { securityEvents { nodes { id } } } }", json!({})).await["viewer"]
        ["securityEvents"]["nodes"][0]["id"]
        .clone();
    app.work().await;

    let ids = json!([
        citra.id,
        enrolment["id"],
        attempt["id"],
        open["attempt"]["id"],
        enrolment["certificate"]["id"],
        review,
        applied["application"]["id"],
        mine["sessions"][0]["id"],
        entry,
        course.course,
        course.quiz,
        course.lessons[0],
        course.run
    ]);
    let queries = queries();
    let (mut cells, mut wrong) = (0, Vec::new());
    for (name, client) in &viewers {
        let mut found = String::new();
        for query in &queries {
            let variables = json!({ "id": citra.id, "ids": ids });
            let answer = client.send(query, variables).await;
            assert!(
                answer.json["data"].is_object()
                    || answer.codes().iter().all(|code| matches!(*code, "FORBIDDEN" | "UNAUTHENTICATED")),
                "{name}: {}\n{}",
                &query[..200.min(query.len())],
                answer.json.to_string().chars().take(500).collect::<String>()
            );
            found.push_str(&answer.json.to_string());
        }
        for (needle, readers) in GIVEN {
            if found.contains(needle) != readers.contains(name) {
                wrong.push(format!("{needle} to {name}: {}", around(&found, needle)));
            }
            cells += 1;
        }
        let secret = enrolment["certificate"]["code"].as_str().expect("a code");
        let may = ["self", "guardian", "support", "privacy officer", "admin"].contains(name);
        assert_eq!(found.contains(secret), may, "the certificate to {name}");
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(cells, viewers.len() * GIVEN.len());
    app.stop().await;
}

/// Who reads by office, and who teaches others.
async fn staff(app: &TestApp) -> Vec<(&'static str, Client)> {
    let mut staff = Vec::new();
    for (name, role) in [
        ("instructor of others", Role::Instructor),
        ("reviewer", Role::Reviewer),
        ("finance", Role::Finance),
        ("support", Role::Support),
        ("privacy officer", Role::PrivacyOfficer),
        ("admin", Role::Admin),
    ] {
        staff.push((name, app.staff(&format!("Staf {}", name.replace(" of ", " ")), role).await.client));
    }
    staff
}

/// Where in an answer it was found.
fn around(text: &str, needle: &str) -> String {
    let Some(at) = text.find(needle) else { return "nowhere".to_owned() };
    let start = text[..at].char_indices().rev().nth(300).map_or(0, |(at, _)| at);
    text[start..].chars().take(300 + needle.len()).collect()
}
