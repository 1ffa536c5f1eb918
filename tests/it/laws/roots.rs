//! Every root field, tried by everybody: what a stranger and a neighbour get, what each role may do, and that what was
//! refused has written nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use diesel::{QueryableByName, sql_query, sql_types::Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::future::join_all;
use sanggar::platform::privacy::Role;
use serde_json::{Value, json};

use super::schema::fields;
use crate::{
    harness::{Client, PASSWORD, TestApp, blessed, user_errors},
    line::{Published, done, learn, published, take},
};

/// Who tries, in the order of the table's columns.
const VIEWERS: [&str; 9] =
    ["neighbour", "anonymous", "stranger", "instructor", "reviewer", "finance", "support", "privacy officer", "admin"];

/// A request: its row in the table, its document, its variables.
struct Case {
    row: String,
    document: String,
    variables: Value,
}

fn query(name: &str, what: &str, arguments: &str, select: &str, variables: Value) -> Case {
    let row = if what.is_empty() { name.to_owned() } else { format!("{name} ({what})") };
    let (declared, given) = match arguments.split_once(" | ") {
        Some((declared, given)) => (format!("({declared})"), format!("({given})")),
        None => Default::default(),
    };
    Case { row, document: format!("query {declared} {{ {name}{given} {select} }}"), variables }
}

#[expect(clippy::needless_pass_by_value, reason = "every input is made where it is given")]
fn mutation(name: &str, select: &str, input: Value) -> Case {
    let ty = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    Case {
        row: name.to_owned(),
        document: format!(
            "mutation ($input: {ty}!) {{ {name}(input: $input) {{ {select} userErrors {{ code path }} }} }}"
        ),
        variables: json!({ "input": input }),
    }
}

impl Case {
    fn named(self, what: &str) -> Self {
        Self { row: format!("{} ({what})", self.row), ..self }
    }
}

fn bare(name: &str, select: &str) -> Case {
    let document = format!("mutation {{ {name} {{ {select} userErrors {{ code path }} }} }}");
    Case { row: name.to_owned(), document, variables: json!({}) }
}

/// An academy with something of everybody: none of it is the viewer's.
struct Scene {
    cases: Vec<Case>,
    /// What a neighbour must never read.
    secrets: Vec<String>,
}

/// An answer of a learner that waits for a person.
async fn waiting_answer(app: &TestApp, learner: &str) -> Value {
    let id: sanggar::quizzes::model::TaskId = app.services.random.id();
    app.sql(&format!(
        "insert into grading_tasks (academy_id, id, course_id, quiz_id, attempt_id, question_id, submitted_at)
            select academy_id, '{}', course_id, quiz_id, id, question_ids[1], now() from attempts where user_id = '{}'",
        id.uuid(),
        crate::harness::user_id(learner).uuid()
    ))
    .await;
    json!(id.to_string())
}

#[expect(clippy::too_many_lines, reason = "a table of requests, and what they are about")]
async fn scene(app: &TestApp) -> Scene {
    let course: Published = published(app).await;
    let teacher = &course.instructor.client;
    let applicant = app.person("Eko Prasetyo").await;
    let applied =
        done(&applicant.client, "applyToTeach", crate::instructors::application(), "application { id }").await;
    let learner = app.person("Citra Dewi").await;
    learn(&course, &learner).await;
    let taken = take(&course, &learner, true).await;
    let task = waiting_answer(app, &learner.id).await;
    let review = json!({ "course": course.course, "rating": 5, "body": "Bagus." });
    let review = done(&learner.client, "reviewCourse", review, "review { id }").await["review"]["id"].clone();
    let mine = "{ viewer { sessions { id } learning { nodes { id certificate { id code } } } } }";
    let mine = learner.client.data(mine, json!({})).await["viewer"].clone();
    let enrolment = &mine["learning"]["nodes"][0];
    let badges = "{ viewer { user { badges { badge { id } } } } }";
    let badge = learner.client.data(badges, json!({})).await["viewer"]["user"]["badges"][0]["badge"]["id"].clone();
    let told = "{ viewer { notifications { nodes { id } } } }";
    let told = teacher.data(told, json!({})).await["viewer"]["notifications"]["nodes"][0]["id"].clone();
    let code = "{ viewer { referral { code } } }";
    let code = learner.client.data(code, json!({})).await["viewer"]["referral"]["code"].clone();
    crate::referrals::come(app, "teman@example.org", code.as_str().expect("a code")).await;
    let referral = "{ viewer { referral { referred { nodes { id } } } } }";
    let referral =
        learner.client.data(referral, json!({})).await["viewer"]["referral"]["referred"]["nodes"][0]["id"].clone();
    let open = done(
        &learner.client,
        "startAttempt",
        json!({ "quiz": course.quiz }),
        "attempt { id answers { question { id ... on ChoiceQuestion { choices { id } } } } }",
    )
    .await["attempt"]
        .clone();
    let question = &open["answers"][0]["question"];
    let draft = json!({ "title": "Rahasia", "summary": "S", "description": "D", "locale": "id", "level": "BEGINNER" });
    let draft =
        done(teacher, "createCourse", draft, "course { id slug runs { nodes { id } } }").await["course"].clone();
    let drafted = done(
        teacher,
        "createSection",
        json!({ "course": draft["id"], "title": "S" }),
        "course { draft { sections { id } } }",
    )
    .await;
    let section = drafted["course"]["draft"]["sections"][0]["id"].clone();
    let lesson = json!({ "section": section, "title": "L", "kind": "ARTICLE", "body": "Isi." });
    let lesson = done(teacher, "createLesson", lesson, "lesson { id }").await["lesson"]["id"].clone();
    let submission =
        done(teacher, "submitCourse", json!({ "id": draft["id"] }), "submission { id }").await["submission"]["id"]
            .clone();
    let upload =
        json!({ "purpose": "COURSE_IMPORT", "fileName": "c.zip", "contentType": "application/zip", "size": 3 });
    let upload = done(teacher, "createUpload", upload, "upload { id }").await["upload"]["id"].clone();
    let whole = crate::line::import::send(app, &course.instructor, &crate::line::import::course()).await;
    let running =
        done(teacher, "importCourse", json!({ "upload": whole["id"] }), "import { id }").await["import"]["id"].clone();
    app.work().await;

    let node = |what: &str, id: &Value| query("node", what, "$id: ID! | id: $id", "{ id }", json!({ "id": id }));
    let course_input =
        json!({ "title": "Baru", "summary": "S", "description": "D", "locale": "id", "level": "BEGINNER" });
    let cases = vec![
        node("Course, a draft", &draft["id"]),
        node("CourseRun of a draft", &draft["runs"]["nodes"][0]["id"]),
        node("Section of a draft", &section),
        node("Lesson of a draft", &lesson),
        node("Lesson", &course.lessons[1]),
        node("Quiz", &course.quiz),
        node("ChoiceQuestion", &question["id"]),
        node("GradingTask", &task),
        node("CourseSubmission", &submission),
        node("Enrolment", &enrolment["id"]),
        node("Attempt", &open["id"]),
        node("Certificate", &enrolment["certificate"]["id"]),
        node("Badge", &badge),
        node("Notification", &told),
        node("Referral", &referral),
        node("Review", &review),
        node("InstructorApplication", &applied["application"]["id"]),
        node("Session", &mine["sessions"][0]["id"]),
        node("User", &json!(learner.id)),
        query(
            "nodes",
            "",
            "$ids: [ID!]! | ids: $ids",
            "{ id }",
            json!({ "ids": [draft["id"], open["id"], learner.id] }),
        ),
        query("serviceLimits", "", "", "{ name }", json!({})),
        query("academy", "", "", "{ slug }", json!({})),
        query("viewer", "", "", "{ sessions { current } }", json!({})),
        query("user", "", "$name: String! | username: $name", "{ id }", json!({ "name": learner.username })),
        query("users", "", "", "{ nodes { id } }", json!({})),
        query("course", "published", "$slug: String! | slug: $slug", "{ id }", json!({ "slug": "web-dari-nol" })),
        query("course", "a draft", "$slug: String! | slug: $slug", "{ id }", json!({ "slug": draft["slug"] })),
        query("courses", "", "", "{ nodes { id } }", json!({})),
        query("courseFacets", "", "", "{ free }", json!({})),
        query("instructors", "", "", "{ nodes { id } }", json!({})),
        query("courseSubmissions", "", "", "{ nodes { id } }", json!({})),
        query(
            "certificate",
            "",
            "$code: String! | code: $code",
            "{ status }",
            json!({ "code": enrolment["certificate"]["code"] }),
        ),
        query("instructorApplications", "", "", "{ nodes { id } }", json!({})),
        query("auditLog", "", "", "{ nodes { id } }", json!({})),
        query("dataInventory", "", "", "{ field }", json!({})),
        mutation("setAvatar", "user { id }", json!({ "upload": upload })),
        mutation("addInstructor", "course { id }", json!({ "course": course.course, "user": learner.id })),
        mutation("removeInstructor", "course { id }", json!({ "course": course.course, "user": course.instructor.id })),
        mutation("verifyEmail", "token", json!({ "token": "sgm_none" })),
        mutation("resendVerification", "acknowledged", json!({ "email": "nobody@example.org" })),
        mutation("logIn", "token", json!({ "login": learner.username, "password": "not the password at all" })),
        mutation(
            "register",
            "acknowledged",
            json!({ "email": "not an address", "password": PASSWORD, "fullName": "X", "ageConfirmed": true, "acceptedDocuments": [] }),
        ),
        mutation(
            "saveAnswer",
            "attempt { id }",
            json!({ "attempt": open["id"], "question": question["id"], "response": { "choices": [question["choices"][0]["id"]] } }),
        ),
        mutation("submitAttempt", "attempt { id }", json!({ "id": open["id"] })),
        mutation("startAttempt", "attempt { id }", json!({ "quiz": course.quiz })),
        mutation("completeLesson", "enrolment { id }", json!({ "id": course.lessons[0] })),
        mutation("importCourse", "import { id }", json!({ "upload": upload })),
        mutation("importQuestions", "import { id }", json!({ "quiz": course.quiz, "upload": upload })),
        mutation("cancelImport", "import { id }", json!({ "id": running })),
        mutation("updateCourse", "course { id }", json!({ "id": draft["id"], "title": "Lain" })),
        mutation("updateSection", "course { id }", json!({ "id": section, "title": "Lain" })),
        mutation("updateLesson", "lesson { id }", json!({ "id": lesson, "title": "Lain" })),
        mutation("moveSection", "course { id }", json!({ "id": section })),
        mutation("moveLesson", "course { id }", json!({ "id": lesson })),
        mutation("deleteLesson", "course { id }", json!({ "id": lesson })),
        mutation("deleteSection", "course { id }", json!({ "id": section })),
        mutation("createRun", "run { id }", json!({ "course": draft["id"], "name": "Angkatan" })),
        mutation("updateRun", "run { id }", json!({ "id": draft["runs"]["nodes"][0]["id"], "seats": 9 })),
        mutation("createInvitationCode", "code", json!({ "run": draft["runs"]["nodes"][0]["id"] })),
        mutation("duplicateCourse", "course { id }", json!({ "id": draft["id"] })),
        mutation(
            "enrolUsers",
            "results { line userErrors { code } }",
            json!({ "run": course.run, "users": [learner.id] }),
        ),
        mutation("withdraw", "enrolment { id }", json!({ "enrolment": enrolment["id"] })),
        mutation("reopenLesson", "enrolment { id }", json!({ "id": course.lessons[0] })),
        mutation("bookmarkLesson", "lesson { id }", json!({ "id": lesson })),
        mutation("removeBookmark", "lesson { id }", json!({ "id": lesson })),
        mutation("moveToLatestVersion", "enrolment { id }", json!({ "enrolment": enrolment["id"] })),
        mutation("createSection", "course { id }", json!({ "course": draft["id"], "title": "Sisipan" })),
        mutation("createLesson", "lesson { id }", json!({ "section": section, "title": "Sisipan", "kind": "ARTICLE" })),
        mutation("updateQuiz", "quiz { id }", json!({ "id": course.quiz, "title": "Sisipan" })),
        mutation(
            "updateQuestion",
            "question { id }",
            json!({ "id": question["id"], "question": { "essay": { "prompt": "?", "points": "1" } } }),
        ),
        mutation("deleteQuestion", "acknowledged", json!({ "id": question["id"] })),
        mutation("regradeQuestion", "question { id }", json!({ "question": question["id"] })),
        mutation(
            "grantExtraTime",
            "acknowledged",
            json!({ "quiz": course.quiz, "learner": learner.id, "extraTime": "PT5M" }),
        ),
        mutation("contestGrade", "attempt { id }", json!({ "attempt": taken["id"], "reason": "?" })),
        mutation("gradeAnswer", "task { id }", json!({ "task": task, "score": "1" })),
        mutation("createQuiz", "quiz { id }", json!({ "course": draft["id"], "title": "Sisipan", "passPercent": 50 })),
        mutation(
            "createQuestion",
            "question { id }",
            json!({ "quiz": course.quiz, "question": { "choice": { "prompt": "?", "points": "1", "multiple": false, "choices": [{ "text": "a", "fraction": "1" }, { "text": "b", "fraction": "0" }] } } }),
        ),
        mutation("submitCourse", "submission { id }", json!({ "id": draft["id"] })),
        mutation("decideCourseSubmission", "submission { id }", json!({ "id": submission, "decision": "APPROVE" })),
        mutation(
            "decideInstructorApplication",
            "application { id }",
            json!({ "id": applied["application"]["id"], "decision": "APPROVE" }),
        ),
        mutation("archiveCourse", "course { id }", json!({ "id": draft["id"] })),
        mutation("withdrawCourseSubmission", "submission { id }", json!({ "id": submission })),
        mutation("withdrawInstructorApplication", "application { id }", json!({ "id": applied["application"]["id"] })),
        mutation(
            "createUpload",
            "upload { id }",
            json!({ "purpose": "COURSE_IMPORT", "fileName": "c.zip", "contentType": "application/zip", "size": 3 }),
        ),
        mutation("createCourse", "course { id }", course_input),
        mutation("updateProfile", "user { id }", json!({ "biography": "Saya." })),
        mutation(
            "setVisibility",
            "visibility { field }",
            json!({ "fields": [{ "field": "BIOGRAPHY", "audience": "PUBLIC" }] }),
        ),
        mutation("applyToTeach", "application { id }", crate::instructors::application()),
        mutation("reviewCourse", "review { id }", json!({ "course": course.course, "rating": 4 })),
        mutation("deleteReview", "acknowledged", json!({ "id": review })),
        mutation("enrol", "enrolment { id }", json!({ "run": course.run })),
        mutation("completeMfa", "token", json!({ "challenge": "sgc_none", "method": "TOTP", "code": "000000" })),
        mutation("revokeSession", "acknowledged", json!({ "id": mine["sessions"][0]["id"] })),
        mutation("requestPasswordReset", "acknowledged", json!({ "email": "nobody@example.org" })),
        mutation("resetPassword", "token", json!({ "token": "sgm_none", "newPassword": PASSWORD })),
        mutation("changePassword", "token", json!({ "currentPassword": "not mine", "newPassword": PASSWORD })),
        mutation("changeEmail", "acknowledged", json!({ "newEmail": "no address" })),
        mutation("confirmEmailChange", "acknowledged", json!({ "token": "sgm_none" })),
        mutation("confirmTotpSetup", "recoveryCodes", json!({ "code": "000000" })),
        mutation("regenerateRecoveryCodes", "recoveryCodes", json!({ "code": "000000" })),
        mutation("reauthenticate", "acknowledged", json!({ "password": "not mine" })),
        mutation(
            "inviteUser",
            "oneTimeCode",
            json!({ "username": "murid.baru", "fullName": "Murid Baru", "roles": ["LEARNER"], "run": course.run }),
        ),
        mutation("confirmGuardianship", "acknowledged", json!({ "token": "sgm_none", "consent": true })),
        mutation(
            "completeRegistration",
            "token",
            json!({ "challenge": "sgc_none", "fullName": "X", "ageConfirmed": true, "acceptedDocuments": [] }),
        ),
        mutation(
            "beginProviderLogIn",
            "authorizeUrl",
            json!({ "provider": "google", "returnTo": "https://app.example.org/", "codeChallenge": "none" }),
        ),
        mutation("completeProviderLogIn", "token", json!({ "code": "sgp_none", "codeVerifier": "none" })),
        mutation(
            "linkIdentity",
            "authorizeUrl",
            json!({ "provider": "google", "returnTo": "https://app.example.org/", "codeChallenge": "none" }),
        ),
        mutation("unlinkIdentity", "acknowledged", json!({ "provider": "google" })),
        mutation("markNotificationsRead", "acknowledged", json!({ "ids": [told] })),
        mutation("grantRole", "user { id }", json!({ "user": learner.id, "role": "REVIEWER" })),
        mutation("revokeRole", "user { id }", json!({ "user": course.instructor.id, "role": "INSTRUCTOR" })),
        mutation("suspendUser", "user { id }", json!({ "id": course.reviewer.id, "reason": "Menyalin." })),
        mutation("suspendUser", "user { id }", json!({ "id": learner.id, "reason": "Menyalin." })).named("a learner"),
        mutation("liftSuspension", "user { id }", json!({ "id": learner.id, "reason": "Keliru." })),
        mutation("contestSuspension", "acknowledged", json!({ "message": "Bukan saya." })),
        mutation("updateAcademy", "academy { name }", json!({ "timeZone": "Mars/Olympus" }))
            .named("a zone that is none"),
        mutation("updateAcademy", "academy { name }", json!({ "name": "Akademi Baru" })),
        bare("requestReauthenticationCode", "acknowledged"),
        bare("beginTotpSetup", "secret"),
        bare("disableMfa", "acknowledged"),
        bare("revokeOtherSessions", "acknowledged"),
        bare("logOut", "acknowledged"),
    ];
    let ids = [
        &draft["id"],
        &section,
        &lesson,
        &submission,
        &upload,
        &open["id"],
        &enrolment["id"],
        &course.course,
        &course.quiz,
        &course.run,
        &applied["application"]["id"],
        &review,
        &told,
        &referral,
    ];
    let mut secrets: Vec<String> = ids.iter().map(|id| id.as_str().expect("an id").to_owned()).collect();
    secrets.extend([learner.id.clone(), applicant.id, course.instructor.id, "Citra Dewi".to_owned()]);
    Scene { cases, secrets }
}

async fn viewer(app: &TestApp, name: &str) -> Client {
    let role = match name {
        "anonymous" => return app.anonymous(),
        "neighbour" => {
            // The strongest that there is next door.
            let person = app.person_of(&app.next_door(), "Fitri Handayani").await;
            app.grant_at(app.neighbour, &person, Role::Admin).await;
            return person.client;
        }
        "stranger" => return app.person("Gita Savitri").await.client,
        "instructor" => Role::Instructor,
        "reviewer" => Role::Reviewer,
        "finance" => Role::Finance,
        "support" => Role::Support,
        "privacy officer" => Role::PrivacyOfficer,
        _ => Role::Admin,
    };
    app.staff("Gita Savitri", role).await.client
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Everything that the database holds, as one digest a table; but what counts tries, which is there to count those in vain.
async fn digest(connection: &mut AsyncPgConnection) -> String {
    let sql = "select string_agg(c.relname || ' ' || (xpath('//x/text()', query_to_xml(
            format('select md5(coalesce(string_agg(r::text, '','' order by r::text), '''')) as x from %I r', c.relname),
            false, true, '')))[1]::text, e'\\n' order by c.relname) as line
        from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname <> 'throttles'";
    let line: Line = sql_query(sql).get_result(connection).await.expect("a digest");
    line.line
}

/// What came of it: a word that fits in a table.
fn outcome(answer: &crate::harness::Answer, name: &str) -> String {
    let codes = answer.codes();
    if !codes.is_empty() {
        return codes.join(" ");
    }
    let value = &answer.json["data"][name];
    match value {
        Value::Null => "null".to_owned(),
        Value::Array(all) if all.iter().all(Value::is_null) => "null".to_owned(),
        Value::Object(payload) if payload.contains_key("userErrors") => {
            let errors = user_errors(value);
            if errors.is_empty() { "done".to_owned() } else { errors.join(" ") }
        }
        Value::Object(list) if list.get("nodes").is_some_and(|nodes| nodes == &json!([])) => "empty".to_owned(),
        _ => "shown".to_owned(),
    }
}

async fn column(name: &'static str) -> Vec<(String, String)> {
    let app = TestApp::start().await;
    let scene = scene(&app).await;
    let client = viewer(&app, name).await;
    let mut connection = app.database.superuser().await;
    let mut column = Vec::new();
    for case in &scene.cases {
        let field = case.row.split(' ').next().unwrap_or_default();
        let is_mutation = case.document.starts_with("mutation");
        let before = if is_mutation { digest(&mut connection).await } else { String::new() };
        let answer = client.send(&case.document, case.variables.clone()).await;
        let outcome = outcome(&answer, field);
        assert!(!outcome.contains("GRAPHQL"), "{}: {}", case.row, answer.json);
        if is_mutation && outcome != "done" {
            assert_eq!(digest(&mut connection).await, before, "{name}: {} was refused and wrote", case.row);
        }
        if name == "neighbour" {
            let text = answer.json.to_string();
            let told = scene.secrets.iter().find(|secret| text.contains(secret.as_str()));
            assert_eq!(told, None, "{}: {text}", case.row);
        }
        column.push((case.row.clone(), outcome));
    }
    app.work().await;
    app.stop().await;
    column
}

#[tokio::test(flavor = "multi_thread")]
async fn every_root_field_is_tried_by_everybody() {
    let mut table: BTreeMap<String, Vec<(&str, String)>> = BTreeMap::new();
    let mut rows = Vec::new();
    for three in VIEWERS.chunks(3) {
        for (name, column) in three.iter().zip(join_all(three.iter().map(|name| column(name))).await) {
            for (row, outcome) in column {
                if !rows.contains(&row) {
                    rows.push(row.clone());
                }
                table.entry(row).or_default().push((name, outcome));
            }
        }
    }
    let tried: BTreeSet<_> = rows.iter().map(|row| row.split(' ').next().unwrap_or_default()).collect();
    let untried: Vec<_> = fields()
        .into_iter()
        .filter(|(owner, ..)| owner == "Query" || owner == "Mutation")
        .map(|(_, field, _)| field.name.node.to_string())
        .filter(|field| !tried.contains(field.as_str()))
        .collect();
    assert_eq!(untried, Vec::<String>::new(), "root fields that nobody tries here");
    let mut text = String::from(
        "# What each viewer gets of each root field, of things that are somebody else's. Asked for real, row by row, in this\n\
         # order; what is refused has written nothing. The neighbour is an admin next door.\n",
    );
    for row in rows {
        writeln!(text, "\n{row}").expect("a string grows");
        let mut by_outcome: Vec<(String, Vec<&str>)> = Vec::new();
        for (name, outcome) in &table[&row] {
            match by_outcome.iter_mut().find(|(known, _)| known == outcome) {
                Some((_, names)) => names.push(name),
                None => by_outcome.push((outcome.clone(), vec![name])),
            }
        }
        for (outcome, names) in by_outcome {
            writeln!(text, "  {outcome}: {}", names.join(", ")).expect("a string grows");
        }
    }
    blessed("roots.txt", &text);
}
