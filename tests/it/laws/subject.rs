//! Export and erasure follow from the classification: a canary in every personal column of two people shows what is handed out, what
//! goes, what stays, and that nobody else is touched.

use std::{collections::BTreeSet, path::Path};

use diesel::{QueryableByName, sql_query, sql_types::Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sanggar::{
    academies::{self, Collected, Policy},
    app::{self, classification},
    platform::{
        privacy::{Entry, Erasure, Role, Rows, Table, Whose, subject::Retained},
        text::hex,
    },
};
use serde_json::{Value, json};

use crate::{
    harness::{Client, Person, TestApp, user_id},
    line::{Published, answer_all, done, learn, published, take},
};

/// Columns that hold one of a few words, or yes or no: no canary fits.
const WORDS: [&str; 8] = [
    "consents.given",
    "enrolments.status",
    "attempts.status",
    "attempts.passed",
    "certificates.status",
    "reviews.rating",
    "points_entries.reason",
    "referrals.status",
];

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

async fn lines(connection: &mut AsyncPgConnection, sql: &str) -> Vec<String> {
    let rows: Vec<Line> = sql_query(sql).load(connection).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    rows.into_iter().map(|row| row.line).collect()
}

/// A policy that collects all that there is.
pub fn collecting_all() -> Policy {
    let mut policy = Policy::preset("open").expect("a policy");
    policy.collects.push(Collected {
        field: "birthDate".to_owned(),
        required: false,
        purposes: vec!["account".to_owned()],
    });
    policy
}

/// Somebody who has done whatever one can do here.
async fn live(app: &TestApp, course: &Published, person: &Person, reviewer: &Client) {
    let profile = json!({
        "biography": "Riwayat", "organization": "Sekolah", "jobTitle": "Guru", "phone": "+62 812 3456 7890", "locale": "id",
        "socialLinks": [{ "platform": "web", "url": "https://example.org/me" }],
        "billingAddress": { "line1": "Jl. Melati 1", "city": "Bandung", "country": "ID" },
    });
    done(&person.client, "updateProfile", profile, "user { id }").await;
    let picture = crate::profiles::avatar::upload(app, person, &crate::profiles::avatar::picture([9, 9, 9])).await;
    done(&person.client, "setAvatar", json!({ "upload": picture }), "user { id }").await;
    let name = person.username.replace('.', "_");
    done(&person.client, "updateProfile", json!({ "username": name }), "user { id }").await;
    let enrol = json!({ "query": "mutation ($input: EnrolInput!) { enrol(input: $input) { userErrors { code } } }", "variables": { "input": { "run": course.run } } });
    let keyed = person.client.post().header("idempotency-key", "once").body(enrol.to_string());
    assert_eq!(keyed.send().await.expect("an answer").status(), 200);
    for lesson in &course.lessons[..2] {
        done(&person.client, "completeLesson", json!({ "id": lesson }), "enrolment { id }").await;
    }
    done(&person.client, "bookmarkLesson", json!({ "id": course.lessons[1] }), "lesson { id }").await;
    assert_eq!(take(course, person, true).await["passed"], true);
    let review = json!({ "course": course.course, "rating": 5, "body": "Bagus." });
    done(&person.client, "reviewCourse", review, "review { id }").await;
    let applied = done(&person.client, "applyToTeach", crate::instructors::application(), "application { id }").await;
    let decision = json!({ "id": applied["application"]["id"], "decision": "APPROVE", "reason": "Baik." });
    done(reviewer, "decideInstructorApplication", decision, "application { id }").await;
    let upload = crate::line::import::send(app, person, &crate::line::import::course()).await;
    done(&person.client, "importCourse", json!({ "upload": upload["id"] }), "import { id }").await;
    app.work().await;
    crate::line::import::send(app, person, &crate::line::import::course()).await;
    suspended_once(app, person).await;
    graded_by_a_person(app, person).await;
    app.sql(&format!(
        "insert into referral_wishes (academy_id, user_id, referrer_id, wished_at)
            select academy_id, '{0}', id, now() from users where academy_id = '{1}' and id <> '{0}' limit 1",
        user_id(&person.id).uuid(),
        app.academy.uuid()
    ))
    .await;
    let code =
        person.client.data("{ viewer { referral { code } } }", json!({})).await["viewer"]["referral"]["code"].clone();
    crate::referrals::come(
        app,
        &format!("teman{}@example.org", person.username.replace('.', "")),
        code.as_str().expect("a code"),
    )
    .await;
    linked(app, person).await;
    asked_a_guardian(app, person).await;
    crate::accounts::second_factor::set_up(app, person).await;
    done(&person.client, "changeEmail", json!({ "newEmail": format!("baru.{}", person.email) }), "acknowledged").await;
    app.work().await;
    let taught = json!({ "title": "Kursus", "summary": "S", "description": "D", "locale": "id", "level": "BEGINNER" });
    done(&person.client, "createCourse", taught, "course { id }").await;
}

/// What waits: a mail.
async fn await_mail(person: &Person) {
    let asked = crate::line::bare(&person.client, "requestReauthenticationCode", "acknowledged").await;
    assert_eq!(asked["acknowledged"], true);
}

/// They wait for a guardian.
async fn asked_a_guardian(app: &TestApp, person: &Person) {
    app.sql(&format!(
        "insert into guardian_requests (academy_id, ward_id, email, asked_at) values ('{}', '{}', 'wali@example.org', now())",
        app.academy.uuid(),
        user_id(&person.id).uuid()
    ))
    .await;
}

/// They sign in by a provider too, and are on their way to link another.
async fn linked(app: &TestApp, person: &Person) {
    let (academy, user) = (app.academy.uuid(), user_id(&person.id).uuid());
    app.sql(&format!(
        "insert into linked_identities (academy_id, user_id, provider, issuer, subject, email, linked_at)
            values ('{academy}', '{user}', 'sekolah', 'https://sekolah.example', '{user}', 'siswa@sekolah.example', now());
        insert into provider_log_ins
            (academy_id, id, provider, state_hash, code_challenge, return_to, sealed, user_id, code_hash, expires_at)
            values ('{academy}', gen_random_uuid(), 'lain', decode(md5('{user}'), 'hex'), 'x', 'https://app.example.org/',
                '\\x00', '{user}', decode(md5('{user} back'), 'hex'), now() + interval '1 hour')"
    ))
    .await;
}

/// They were suspended, contested it, and are back.
async fn suspended_once(app: &TestApp, person: &Person) {
    app.sql(&format!(
        "insert into suspensions (academy_id, id, user_id, reason, suspended_at, contest, contested_at, lift_reason, lifted_at)
            values ('{}', gen_random_uuid(), '{}', 'Menyalin.', now(), 'Bukan saya.', now(), 'Keliru.', now())",
        app.academy.uuid(),
        user_id(&person.id).uuid()
    ))
    .await;
}

/// A person has graded an answer of theirs, and they have more time than others.
async fn graded_by_a_person(app: &TestApp, person: &Person) {
    app.sql(&format!(
        "insert into grading_tasks (academy_id, id, course_id, quiz_id, attempt_id, question_id, submitted_at)
            select academy_id, gen_random_uuid(), course_id, quiz_id, id, question_ids[1], now() from attempts where user_id = '{0}';
        insert into score_changes (academy_id, id, attempt_id, question_id, cause, after, at)
            select academy_id, gen_random_uuid(), id, question_ids[1], 'GRADED', 1, now() from attempts where user_id = '{0}';
        insert into quiz_extensions (academy_id, quiz_id, user_id, extra_time, extra_attempts, granted_at)
            select academy_id, quiz_id, user_id, 60, 0, now() from attempts where user_id = '{0}'",
        user_id(&person.id).uuid()
    ))
    .await;
}

/// The condition for a person's rows, written here once more and by hand of nobody's engine.
fn theirs(table: &Table, person: &str, all: &[Table]) -> Option<String> {
    match table.whose {
        Whose::Nobody | Whose::Unknown => None,
        Whose::Person(column) => Some(format!("{column} = '{person}'")),
        Whose::Both(one, other) => Some(format!("'{person}' in ({one}, {other})")),
        Whose::RowOf { column, table: other } => {
            let parent = all.iter().find(|table| table.name == other).expect("a table");
            Some(format!("{column} in (select id from {other} where {})", theirs(parent, person, all)?))
        }
    }
}

/// A canary in a column, and how it reads where it is found.
#[derive(Debug)]
struct Canary {
    column: String,
    needles: Vec<String>,
    entry: Entry,
}

/// Puts a canary into every personal column of a person's rows. `number` tells people apart.
async fn plant(connection: &mut AsyncPgConnection, person: &str, number: usize) -> Vec<Canary> {
    let all = classification();
    let mut planted = Vec::new();
    let mut words = BTreeSet::new();
    for table in &all.tables {
        let Some(condition) = theirs(table, person, &all.tables) else { continue };
        let count =
            lines(connection, &format!("select count(*)::text as line from {} where {condition}", table.name)).await;
        assert_ne!(count, ["0"], "{} has no row of this person: let them do what makes one", table.name);
        for entry in &all.data {
            for full in entry.columns {
                let Some(column) = full.strip_prefix(table.name).and_then(|rest| rest.strip_prefix('.')) else {
                    continue;
                };
                if WORDS.contains(full) {
                    words.insert(*full);
                    continue;
                }
                let types = format!(
                    "select format_type(a.atttypid, a.atttypmod) as line from pg_attribute a where a.attrelid = '{}'::regclass and a.attname = '{column}'",
                    table.name
                );
                let ty = lines(connection, &types).await.pop().expect("a column");
                let at = number * 1000 + planted.len();
                let text = format!("kanari{at}x");
                let (value, needles) = match ty.as_str() {
                    "text" => (format!("'{text}'"), vec![text]),
                    "text[]" => (format!("array['{text}']"), vec![text]),
                    "jsonb" => (format!("'{{\"key\": \"{text}\"}}'"), vec![text]),
                    "timestamp with time zone" => {
                        let time = format!("04:05:06.{at:05}7");
                        (format!("'2031-02-03 {time}+00'"), vec![time])
                    }
                    "date" => {
                        let day = format!("{}-04-05", 1800 + at % 1000 + number * 40);
                        (format!("'{day}'"), vec![day])
                    }
                    "bigint" | "integer" => (format!("198765{at:04}"), vec![format!("198765{at:04}")]),
                    "uuid[]" => {
                        let id = format!("00000000-0000-4000-8000-{at:012}");
                        (format!("array['{id}'::uuid]"), vec![id])
                    }
                    "bytea" => {
                        let hex = hex(text.as_bytes());
                        // Digests of several tokens are several.
                        (format!("convert_to('{text}', 'UTF8') || uuid_send(gen_random_uuid())"), vec![text, hex])
                    }
                    other => panic!("{full}: say here how a canary of type {other} is made"),
                };
                let update = format!("update {} set {column} = {value} where {condition}", table.name);
                sql_query(&update).execute(connection).await.unwrap_or_else(|error| panic!("{update}: {error}"));
                planted.push(Canary { column: (*full).to_owned(), needles, entry: *entry });
            }
        }
    }
    assert_eq!(words, WORDS.into_iter().collect(), "columns without a canary");
    planted
}

/// The whole database and the whole store, as text.
pub async fn everything(app: &TestApp) -> String {
    let mut connection = app.database.superuser().await;
    let tables = "select c.relname::text as line from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'";
    let mut text = String::new();
    for table in lines(&mut connection, tables).await {
        for row in lines(&mut connection, &format!("select t::text as line from {table} t")).await {
            text.push_str(&format!("{table}: {row}\n"));
        }
    }
    files(&app.data_dir.join("files"), &mut text);
    text
}

fn files(folder: &Path, text: &mut String) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        text.push_str(&format!("{}\n", path.display()));
        if path.is_dir() {
            files(&path, text);
        } else {
            text.push_str(&String::from_utf8_lossy(&std::fs::read(&path).expect("a file")));
        }
    }
}

fn holds(text: &str, canary: &Canary) -> bool {
    canary.needles.iter().any(|needle| text.contains(needle))
}

#[test]
fn what_a_declaration_says_of_erasure_agrees_with_itself() {
    let all = classification();
    for table in &all.tables {
        let data: Vec<_> = all
            .data
            .iter()
            .filter(|entry| entry.columns.iter().any(|column| column.split('.').next() == Some(table.name)))
            .collect();
        if table.whose == Whose::Nobody {
            assert!(data.is_empty(), "{}: personal data of nobody", table.name);
        } else if table.whose == Whose::Unknown {
            assert!(data.iter().all(|entry| entry.encrypted && entry.withheld.is_some()), "{}: not sealed", table.name);
        } else if table.rows == Rows::Go {
            assert!(data.iter().all(|entry| entry.erasure == Erasure::Delete), "{}: its rows go", table.name);
        }
    }
    for entry in &all.data {
        assert_eq!(
            entry.withheld.is_some(),
            entry.audience.is_empty(),
            "{}: nobody's to read, and withheld",
            entry.field
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_holds_all_of_one_person_and_an_erasure_leaves_nothing() {
    let app = TestApp::start_under(collecting_all(), |_| {}).await;
    let course = published(&app).await;
    let admin = app.staff("Agus Admin", Role::Admin).await;
    let (citra, budi) = (app.person("Citra Dewi").await, app.person("Budi Santoso").await);
    for person in [&citra, &budi] {
        live(&app, &course, person, &course.reviewer.client).await;
        admin
            .client
            .data("query ($id: ID!) { node(id: $id) { ... on User { email } } }", json!({ "id": person.id }))
            .await;
    }
    let (anna, bayu) = (app.person("Anna Wijaya").await, app.person("Bayu Santoso").await);
    app.guard(&citra, &anna).await;
    app.guard(&bayu, &budi).await;
    await_mail(&citra).await;
    await_mail(&budi).await;
    let code = citra.client.data("{ viewer { learning { nodes { certificate { code } } } } }", json!({})).await["viewer"]
        ["learning"]["nodes"][0]["certificate"]["code"]
        .clone();
    let mut superuser = app.database.superuser().await;
    let ids = [user_id(&citra.id), user_id(&budi.id)];
    let hers = plant(&mut superuser, &ids[0].uuid().to_string(), 1).await;
    let his = plant(&mut superuser, &ids[1].uuid().to_string(), 2).await;

    let tx = app.services.db.begin_platform().await.expect("a transaction");
    let academies = academies::store::all(&tx).await.expect("academies");
    drop(tx);
    let academy = academies.iter().find(|academy| academy.id == app.academy).expect("the academy");
    let exported =
        async |person| app::export_person(&app.services, academy, person, "a request").await.expect("an export");
    let (of_her, of_him) = (exported(ids[0]).await.to_string(), exported(ids[1]).await.to_string());
    for (text, own, other) in [(&of_her, &hers, &his), (&of_him, &his, &hers)] {
        for canary in own {
            assert_eq!(holds(text, canary), canary.entry.withheld.is_none(), "{canary:?}");
        }
        for canary in other {
            assert!(!holds(text, canary), "somebody else's: {canary:?}");
        }
    }
    let neighbours = academies.iter().find(|academy| academy.id == app.neighbour).expect("the neighbour");
    let elsewhere = app::export_person(&app.services, neighbours, ids[0], "a request").await.expect("an export");
    let rows = elsewhere["data"].as_object().expect("tables").values().filter(|rows| *rows != &json!([])).count();
    assert_eq!(rows, 0, "nobody of that id next door");

    let before = everything(&app).await;
    assert!(hers.iter().chain(&his).all(|canary| holds(&before, canary)), "the search finds what is there");
    let outcome = app::erase_person(&app.services, app.academy, ids[0], "her request").await.expect("an erasure");
    let kept: BTreeSet<_> = outcome.retained.iter().map(|Retained { field, .. }| *field).collect();
    assert_eq!(kept, BTreeSet::from(["certificates", "consents", "reason"]), "the named holds");
    app.work().await;
    let after = everything(&app).await;
    for canary in &hers {
        let is_kept = matches!(canary.entry.erasure, Erasure::Keep(_));
        assert_eq!(holds(&after, canary), is_kept, "{canary:?}");
    }
    let lost: Vec<_> = his.iter().filter(|canary| !holds(&after, canary)).map(|canary| &canary.column).collect();
    // His waiting mail was sent meanwhile, and could not be: a canary is no mail.
    assert_eq!(lost, Vec::<&String>::new(), "what is somebody else's stays");

    // She is nowhere, and her certificate can still be checked.
    let seen = "query ($id: ID!) { node(id: $id) { id } }";
    assert_eq!(admin.client.data(seen, json!({ "id": citra.id })).await["node"], Value::Null);
    assert_eq!(citra.client.send("{ viewer { user { id } } }", json!({})).await.codes(), ["UNAUTHENTICATED"]);
    let check = "query ($code: String!) { certificate(code: $code) { status holderName courseTitle } }";
    let checked = app.anonymous().data(check, json!({ "code": code })).await["certificate"].clone();
    assert_eq!(checked, json!({ "status": "VALID", "holderName": null, "courseTitle": "Web dari Nol" }));
    let again = app.person("Citra Dewi").await;
    assert_ne!(again.id, citra.id, "the address and the name are free again");
    let queue = "delete from jobs where kind = 'send_mail'";
    sql_query(queue).execute(&mut superuser).await.expect("the mail that was no mail is let go");
    app.stop().await;
}

/// The same without canaries: what somebody wrote themselves is found nowhere afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn an_erased_person_is_found_nowhere() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let citra = app.person("Citra Dewi").await;
    live(&app, &course, &citra, &course.reviewer.client).await;
    learn(&course, &app.person("Budi Santoso").await).await;
    app.work().await;
    let before = everything(&app).await;
    let said = ["citra.dewi@example.org", "Citra Dewi", "+6281234567890", "Jl. Melati 1", "Riwayat", "course.zip"];
    for word in said {
        assert!(before.contains(word), "{word} was there");
    }
    app::erase_person(&app.services, app.academy, user_id(&citra.id), "her request").await.expect("an erasure");
    app.work().await;
    let after = everything(&app).await;
    for word in said {
        let told: Vec<_> = after.lines().filter(|line| line.contains(word)).collect();
        assert_eq!(told, Vec::<&str>::new(), "{word} is still there");
    }
    let again =
        app::erase_person(&app.services, app.academy, user_id(&citra.id), "once more").await.expect("an erasure");
    assert!(again.erased.iter().all(|table| table.deleted == 0), "{again:?}");
    app.stop().await;
}

/// Erased in the moment in which their import runs, their attempt ends by itself and they go on learning: one comes before the other,
/// nothing is left, and nothing is given up.
#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_and_what_runs_at_that_moment_do_not_mix() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    app.sql("update quizzes set time_limit = 60").await;
    let mut people = Vec::new();
    for name in ["Citra Dewi", "Budi Santoso", "Dodi Putra", "Eka Lestari"] {
        let person = crate::line::instructor(&app, &course.reviewer, name).await;
        done(&person.client, "enrol", json!({ "run": course.run }), "enrolment { id }").await;
        done(&person.client, "completeLesson", json!({ "id": course.lessons[0] }), "enrolment { id }").await;
        let review = json!({ "course": course.course, "rating": 4, "body": "Bagus." });
        let review = done(&person.client, "reviewCourse", review, "review { id }").await["review"]["id"].clone();
        answer_all(&course, &person, true).await;
        let upload = crate::line::import::send(&app, &person, &crate::line::import::course()).await;
        done(&person.client, "importCourse", json!({ "upload": upload["id"] }), "import { id }").await;
        people.push((person, review));
    }
    assert_eq!((app.rows_in("imports").await, app.rows_in("attempts").await), (4, 4));
    app.world.pass(chrono::TimeDelta::minutes(2));
    let erasing = async {
        for (turn, (person, _)) in people.iter().enumerate() {
            // At other moments of what runs.
            tokio::time::sleep(std::time::Duration::from_millis(15 * u64::try_from(turn).expect("few"))).await;
            app::erase_person(&app.services, app.academy, user_id(&person.id), "a request").await.expect("an erasure");
        }
    };
    let admin = app.staff("Agus Admin", Role::Admin).await.client;
    let learning = futures_util::future::join_all(people.iter().flat_map(|(person, review)| {
        let said = json!({ "course": course.course, "rating": 5, "body": "Bagus." });
        let acts = [
            (&person.client, "reviewCourse", "ReviewCourseInput", said),
            (&person.client, "completeLesson", "CompleteLessonInput", json!({ "id": course.lessons[1] })),
            (&admin, "deleteReview", "DeleteReviewInput", json!({ "id": review })),
        ];
        acts.map(async |(client, name, ty, input)| {
            let document = format!("mutation ($input: {ty}!) {{ {name}(input: $input) {{ userErrors {{ code }} }} }}");
            for _ in 0..3 {
                // Twelve wait for four connections, half a second at most.
                let codes = client.send(&document, json!({ "input": input })).await.codes().join(" ");
                assert!(["", "UNAUTHENTICATED", "OVERLOADED"].contains(&codes.as_str()), "{name}: {codes}");
            }
        })
    }));
    tokio::join!(app.work(), app.work(), erasing, learning);
    app.work().await;
    let left = everything(&app).await;
    let all = classification().tables;
    let staying: Vec<_> = all.iter().filter(|table| table.rows != Rows::Go).map(|table| table.name).collect();
    for (person, _) in &people {
        let id = user_id(&person.id).uuid().to_string();
        let told: Vec<_> = left
            .lines()
            .filter(|line| line.contains(&id) || line.contains(&person.email))
            // The tombstone, and what is named as staying: it tells of an id that is nobody's any more.
            .filter(|line| !staying.iter().any(|table| line.starts_with(&format!("{table}: "))))
            .collect();
        assert_eq!(told, Vec::<&str>::new());
    }
    app.stop().await;
}

/// Who is being erased adds nothing meanwhile: what runs ends first, what comes later is refused.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_added_to_who_is_erased() {
    let app = TestApp::start().await;
    let citra = app.person("Citra Dewi").await;
    let mut tx = app.services.db.begin(app.academy).await.expect("a transaction");
    sanggar::accounts::store::close(&mut tx, user_id(&citra.id), app.world.now()).await.expect("closed");
    let writing = tokio::spawn({
        let client = citra.client.clone();
        async move {
            let update = "mutation { updateProfile(input: { biography: \"Riwayat\" }) { user { id } } }";
            client.send(update, json!({})).await
        }
    });
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert!(!writing.is_finished(), "it waits for what becomes of the account");
    tx.commit().await.expect("a commit");
    assert_eq!(writing.await.expect("an answer").codes(), ["UNAUTHENTICATED"]);
    assert_eq!(citra.client.send("{ viewer { user { id } } }", json!({})).await.codes(), ["UNAUTHENTICATED"]);
    app.stop().await;
}
