//! The catalogue: found, filtered, ordered, counted; and by which plans.

use std::fmt::Write;

use chrono::TimeDelta;
use diesel::{QueryableByName, sql_query, sql_types::Text};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use sanggar::{
    catalog::{
        model::CourseLevel,
        store::{CourseOrder, Search},
    },
    platform::{
        db::page::{From, Page},
        privacy::{Role, UserId},
    },
};
use serde_json::{Value, json};

use super::{done, instructor, learn, published, sent, uuid_of};
use crate::harness::{Client, Person, TestApp, user_errors};

struct Written<'a> {
    title: &'a str,
    locale: &'a str,
    level: &'a str,
    tags: &'a [&'a str],
    description: &'a str,
    price: Value,
}

const PLAIN: Written<'_> =
    Written { title: "", locale: "id", level: "BEGINNER", tags: &[], description: "", price: Value::Null };

/// Writes and publishes a course, a second after the last one; gives its id.
async fn publish(app: &TestApp, reviewer: &Person, person: &Person, course: Written<'_>) -> Value {
    app.world.pass(TimeDelta::seconds(1));
    let client = &person.client;
    let Written { title, locale, level, tags, description, price } = course;
    let input = json!({ "title": title, "summary": "Ringkasan", "description": description, "locale": locale, "level": level, "tags": tags, "price": price });
    let id = done(client, "createCourse", input, "course { id }").await["course"]["id"].clone();
    let section = json!({ "course": id, "title": "Bagian" });
    let section = done(client, "createSection", section, "course { draft { sections { id } } }").await["course"]["draft"]
        ["sections"][0]["id"]
        .clone();
    for (title, hidden) in [("Pembukaan", false), ("Rahasia dapur", true)] {
        let lesson = json!({ "section": section, "title": title, "kind": "ARTICLE", "body": "Isi.", "hidden": hidden });
        done(client, "createLesson", lesson, "lesson { id }").await;
    }
    approve(reviewer, person, &id).await;
    id
}

async fn approve(reviewer: &Person, person: &Person, course: &Value) {
    let submitted = done(&person.client, "submitCourse", json!({ "id": course }), "submission { id }").await;
    let decision = json!({ "id": submitted["submission"]["id"], "decision": "APPROVE" });
    done(&reviewer.client, "decideCourseSubmission", decision, "submission { id }").await;
}

const COURSES: &str = "query ($query: String, $filter: CourseFilter, $orderBy: CourseOrder, $first: Int, $after: String) {
    courses(query: $query, filter: $filter, orderBy: $orderBy, first: $first, after: $after) { totalCount nodes { title } pageInfo { hasNextPage endCursor } } }";

async fn titles(client: &Client, asked: Value) -> Vec<String> {
    let data = client.data(COURSES, asked).await["courses"].clone();
    let nodes = data["nodes"].as_array().expect("nodes");
    assert_eq!(data["totalCount"], nodes.len(), "{data}");
    nodes.iter().map(|node| node["title"].as_str().expect("a title").to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn courses_are_found_by_what_they_say() {
    let app = TestApp::start().await;
    let reviewer = app.staff("Rudi Hartono", Role::Reviewer).await;
    let ani = instructor(&app, &reviewer, "Ani Wijaya").await;
    let coffee = Written { title: "Menyeduh Kopi", tags: &["kafe"], description: "Belajar membaca rasa.", ..PLAIN };
    let coffee = publish(&app, &reviewer, &ani, coffee).await;
    let running = Written { title: "Running Servers", locale: "en", description: "Keep them alive.", ..PLAIN };
    publish(&app, &reviewer, &ani, running).await;
    publish(&app, &reviewer, &ani, Written { title: "Café Déjà", locale: "fr", tags: &["python"], ..PLAIN }).await;
    let ask = async |query: &str| titles(&app.anonymous(), json!({ "query": query })).await;
    for (query, found) in [
        ("kopi", &["Menyeduh Kopi"][..]),
        ("KOPI menyeduh", &["Menyeduh Kopi"]),
        ("pembacaan", &["Menyeduh Kopi"]),    // stemmed as Indonesian
        ("run server", &["Running Servers"]), // stemmed as English
        ("deja cafe", &["Café Déjà"]),        // without marks
        ("pyton", &["Café Déjà"]),            // misspelt
        ("Servrs", &["Running Servers"]),
        ("pembukaan kopi", &["Menyeduh Kopi"]), // a lesson's title
        ("rahasia dapur", &[]),                 // a hidden one's
        ("kopi server", &[]),                   // all of the words
        ("bu ani", &["Café Déjà", "Running Servers", "Menyeduh Kopi"]), // who teaches
        ("xyzzy", &[]),
        ("' & | ! ( \\", &[]),
        ("%", &[]),
    ] {
        assert_eq!(ask(query).await, found, "{query}");
    }
    // A blank is no query.
    assert_eq!(ask("  ").await.len(), 3);
    let long = app.anonymous().send(COURSES, json!({ "query": "x".repeat(201) })).await;
    assert_eq!(long.json["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    assert_eq!(titles(&app.next_door(), json!({ "query": "kopi" })).await, [""; 0]);
    // What is published anew is found by what it says now, and what is archived no more.
    done(&ani.client, "updateCourse", json!({ "id": coffee, "title": "Menanam Teh" }), "course { id }").await;
    assert_eq!(ask("kopi").await, ["Menyeduh Kopi"], "a draft is no news");
    approve(&reviewer, &ani, &coffee).await;
    assert_eq!((ask("kopi").await.len(), ask("teh").await), (0, vec!["Menanam Teh".to_owned()]));
    done(&ani.client, "archiveCourse", json!({ "id": coffee }), "course { id }").await;
    assert_eq!(ask("teh").await, [""; 0]);
    approve(&reviewer, &ani, &coffee).await;
    assert_eq!(ask("teh").await, ["Menanam Teh"]);
    // Who is suspended appears nowhere, their name neither.
    let admin = app.staff("Adi Nugroho", Role::Admin).await;
    let suspend = json!({ "id": ani.id, "reason": "Sebentar." });
    let suspended = sent(&admin.client.because("a look"), "suspendUser", suspend, "user { id }").await;
    assert_eq!(user_errors(&suspended), [""; 0]);
    assert_eq!(ask("bu ani").await, [""; 0]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_catalogue_is_filtered_ordered_and_counted() {
    let app = TestApp::start().await;
    let reviewer = app.staff("Rudi Hartono", Role::Reviewer).await;
    let ani = instructor(&app, &reviewer, "Ani Wijaya").await;
    app.world.pass(TimeDelta::seconds(1));
    let budi = instructor(&app, &reviewer, "Budi Santoso").await;
    let price = json!({ "amount": "10", "currency": "USD" });
    let a = publish(&app, &reviewer, &ani, Written { title: "Anggrek", tags: &["kebun", "bunga"], ..PLAIN }).await;
    let b = Written { title: "bonsai", level: "ADVANCED", tags: &["kebun"], price, ..PLAIN };
    publish(&app, &reviewer, &budi, b).await;
    let c = publish(&app, &reviewer, &ani, Written { title: "Çilek", locale: "en", tags: &["kebun"], ..PLAIN }).await;
    let learners = [app.person("Citra Dewi").await, app.person("Dedi Kurnia").await, app.person("Eko Prasetyo").await];
    let run = "query ($id: ID!) { node(id: $id) { ... on Course { runs { nodes { id } } learnerCount averageRating reviewCount } } }";
    let runs = async |course: &Value| ani.client.data(run, json!({ "id": course })).await["node"].clone();
    for (course, rating, how_many) in [(&a, 3, 3), (&c, 5, 2)] {
        let run = runs(course).await["runs"]["nodes"][0]["id"].clone();
        for learner in &learners[..how_many] {
            done(&learner.client, "enrol", json!({ "run": run }), "enrolment { id }").await;
            done(&learner.client, "reviewCourse", json!({ "course": course, "rating": rating }), "review { id }").await;
        }
    }
    let ask = async |asked: Value| titles(&app.anonymous(), asked).await;
    for (asked, found) in [
        (json!({}), &["Çilek", "bonsai", "Anggrek"][..]),
        (json!({ "orderBy": "TITLE" }), &["Anggrek", "bonsai", "Çilek"]),
        (json!({ "orderBy": "LEARNERS" }), &["Anggrek", "Çilek", "bonsai"]),
        // Two ratings are too few to tell: they order nothing either.
        (json!({ "orderBy": "RATING", "first": 100 }), &["Anggrek"]),
        (json!({ "orderBy": "RELEVANCE" }), &["Çilek", "bonsai", "Anggrek"]),
        (json!({ "filter": { "level": "ADVANCED" } }), &["bonsai"]),
        (json!({ "filter": { "tag": "bunga" } }), &["Anggrek"]),
        (json!({ "filter": { "tag": "kebu" } }), &[]),
        (json!({ "filter": { "locale": "en" } }), &["Çilek"]),
        (json!({ "filter": { "free": true } }), &["Çilek", "Anggrek"]),
        (json!({ "filter": { "free": false, "tag": "kebun" } }), &["bonsai"]),
        (json!({ "filter": { "minimumRating": 3.0 } }), &["Anggrek"]),
        (json!({ "filter": { "minimumRating": 3.1 } }), &[]),
        (json!({ "query": "kebun", "orderBy": "TITLE" }), &["Anggrek", "bonsai", "Çilek"]),
        (json!({ "query": "kebun", "filter": { "free": false } }), &["bonsai"]),
    ] {
        let all = ask(asked.clone()).await;
        let all = if asked["orderBy"] == "RATING" { &all[..1] } else { &all[..] };
        assert_eq!(all, found, "{asked}");
    }
    // Page after page, in every order, each course once.
    for order in ["NEWEST", "TITLE", "LEARNERS", "RATING"] {
        let (mut seen, mut after) = (Vec::new(), Value::Null);
        loop {
            let asked = json!({ "orderBy": order, "first": 1, "after": after });
            let page = app.anonymous().data(COURSES, asked).await["courses"].clone();
            seen.push(page["nodes"][0]["title"].as_str().expect("a title").to_owned());
            after = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        assert_eq!(seen, ask(json!({ "orderBy": order })).await, "{order}");
        let mixed = app.anonymous().send(COURSES, json!({ "after": after, "query": "kebun" })).await;
        assert_eq!(mixed.json["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "a cursor is of one order");
    }
    let facets = "query ($query: String, $filter: CourseFilter) { courseFacets(query: $query, filter: $filter) { levels { level count } locales { locale count } tags { tag count } free priced } }";
    let counted = app.anonymous().data(facets, json!({ "query": "kebun", "filter": { "level": "BEGINNER" } })).await;
    assert_eq!(
        counted["courseFacets"],
        json!({
            "levels": [{ "level": "BEGINNER", "count": 2 }, { "level": "ADVANCED", "count": 1 }],
            "locales": [{ "locale": "en", "count": 1 }, { "locale": "id", "count": 1 }],
            "tags": [{ "tag": "kebun", "count": 2 }, { "tag": "bunga", "count": 1 }],
            "free": 2, "priced": 0,
        })
    );
    let teachers = "{ instructors { totalCount nodes { id displayName learnerCount averageRating courses(first: 1) { totalCount nodes { title } } } } }";
    let taught = app.anonymous().data(teachers, json!({})).await["instructors"].clone();
    assert_eq!(taught["totalCount"], 2);
    let of = |at: usize| {
        let one = &taught["nodes"][at];
        json!([one["learnerCount"], one["averageRating"], one["courses"]])
    };
    assert_eq!(of(0), json!([0, null, { "totalCount": 1, "nodes": [{ "title": "bonsai" }] }]));
    assert_eq!(of(1), json!([5, 3.0, { "totalCount": 2, "nodes": [{ "title": "Çilek" }] }]));
    let theirs = json!({ "filter": { "instructor": taught["nodes"][1]["id"] } });
    assert_eq!(ask(theirs).await, ["Çilek", "Anggrek"]);
    let nobody = json!({ "filter": { "instructor": "BwAAAAAAAAAAAAAAAAAAAAA" } });
    assert_eq!(ask(nobody).await, [""; 0]);
    // What is counted is what there is, whoever comes, goes or begins to teach.
    done(&learners[2].client, "deleteReview", json!({ "id": own_review(&learners[2]).await }), "acknowledged").await;
    true_figures(&app).await;
    assert_eq!(runs(&a).await["averageRating"], Value::Null);
    sanggar::app::erase_person(&app.services, app.academy, crate::harness::user_id(&learners[0].id), "asked")
        .await
        .expect("erased");
    true_figures(&app).await;
    assert_eq!(runs(&a).await["learnerCount"], 2);
    app.stop().await;
}

async fn own_review(person: &Person) -> Value {
    let query = "{ viewer { user { reviews { nodes { id } } } } }";
    person.client.data(query, json!({})).await["viewer"]["user"]["reviews"]["nodes"][0]["id"].clone()
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Asserts that what triggers have counted is what there is.
async fn true_figures(app: &TestApp) {
    let wrong = "select f.course_id::text as line from course_figures f
        where (f.learners, f.ratings, f.rating_sum) is distinct from (
            (select count(*) from enrolments e where e.course_id = f.course_id and e.status in ('ACTIVE', 'COMPLETED')),
            (select count(*) from reviews r where r.course_id = f.course_id and not exists
                (select from course_instructors i where i.course_id = r.course_id and i.user_id = r.user_id)),
            (select coalesce(sum(rating), 0) from reviews r where r.course_id = f.course_id and not exists
                (select from course_instructors i where i.course_id = r.course_id and i.user_id = r.user_id)))";
    let mut superuser = app.database.superuser().await;
    let wrong: Vec<Line> = sql_query(wrong).load(&mut superuser).await.expect("figures");
    assert_eq!(wrong.iter().map(|line| line.line.as_str()).collect::<Vec<_>>(), [""; 0]);
    assert!(app.rows_in("course_figures").await > 0);
}

/// Many at once count each other.
#[tokio::test(flavor = "multi_thread")]
async fn figures_do_not_drift_when_many_come_at_once() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let mut learners = Vec::new();
    for number in 0..6 {
        learners.push(app.person(&format!("Murid {number}")).await);
    }
    futures_util::future::join_all(learners.iter().map(|learner| async {
        learn(&course, learner).await;
        for rating in [1, 5, 3] {
            let review = json!({ "course": course.course, "rating": rating });
            done(&learner.client, "reviewCourse", review, "review { id }").await;
        }
    }))
    .await;
    true_figures(&app).await;
    let look = "query ($id: ID!) { node(id: $id) { ... on Course { learnerCount averageRating reviewCount } } }";
    let seen = app.anonymous().data(look, json!({ "id": course.course })).await;
    assert_eq!(seen["node"], json!({ "learnerCount": 6, "averageRating": 3.0, "reviewCount": 6 }));
    // Who begins to teach rates it no more.
    let reviewer = &course.reviewer;
    let applied =
        done(&learners[0].client, "applyToTeach", crate::instructors::application(), "application { id }").await;
    let decision = json!({ "id": applied["application"]["id"], "decision": "APPROVE" });
    done(&reviewer.client, "decideInstructorApplication", decision, "application { id }").await;
    let add = json!({ "course": course.course, "user": learners[0].id });
    done(&course.instructor.client, "addInstructor", add, "course { id }").await;
    true_figures(&app).await;
    let seen = app.anonymous().data(look, json!({ "id": course.course })).await;
    assert_eq!(seen["node"]["reviewCount"], 5);
    app.stop().await;
}

/// At twenty thousand courses, of an academy among others, every order and filter goes by an index, row-level security on.
#[tokio::test(flavor = "multi_thread")]
async fn every_order_and_filter_goes_by_an_index() {
    let app = TestApp::start().await;
    let course = published(&app).await;
    let mut superuser = app.database.superuser().await;
    let fill = format!(
        "set sanggar.academy_id = '{}';
         alter table courses disable trigger courses_catalogue;
         insert into courses (id, slug, locale, status, created_at) select gen_random_uuid(), 'c-' || n, (array['id', 'en', 'fr'])[n % 3 + 1], 'DRAFT', now() - n * interval '1 minute'
             from generate_series(1, 20000) n;
         insert into course_versions (id, course_id, number, title, summary, description, level, tags, lessons_percent, quizzes_passed, price_amount, price_currency)
             select gen_random_uuid(), c.id, 1, 'Kursus ' || c.slug, 's', '', (array['BEGINNER', 'INTERMEDIATE', 'ADVANCED'])[(hashtext(c.slug) & 1) * 2 + 1],
                 array['tag' || (hashtext(c.slug) & 255)], 100, true, case when hashtext(c.slug) & 7 = 0 then 10 end, case when hashtext(c.slug) & 7 = 0 then 'IDR' end
             from courses c where c.latest_id is null;
         update courses c set latest_id = v.id, published_id = v.id, published_at = c.created_at, status = 'PUBLISHED'
             from course_versions v where v.course_id = c.id and c.latest_id is null;
         insert into catalogue_entries (course_id, since, title_key, level, locale, tags, free)
             select c.id, c.created_at, sanggar_fold(v.title), v.level, c.locale, v.tags, v.price_amount is null
             from courses c join course_versions v on v.id = c.published_id on conflict do nothing;
         insert into catalogue_words (word, course_id, weight)
             select word, e.course_id, 1 from catalogue_entries e, unnest('#' || e.tags[1], 's:kursus', 's:' || e.title_key, 't:' || left(e.title_key, 3)) word on conflict do nothing;
         insert into course_figures (course_id, learners, ratings, rating_sum)
             select id, hashtext(slug) & 1023, 10, 10 + (hashtext(slug) & 31) from courses on conflict do nothing;
         analyze catalogue_entries; analyze catalogue_words; analyze course_figures; analyze course_instructors; analyze courses;",
        app.academy.uuid()
    );
    let fill = fill
        .replace("unnest('#' || e.tags[1]", "unnest(array['#' || e.tags[1]")
        .replace("left(e.title_key, 3))", "left(e.title_key, 3)])");
    superuser.batch_execute(&fill).await.expect("rows");
    let mut server = AsyncPgConnection::establish(&app.database.server_url()).await.expect("as the server");
    let academy = format!("set sanggar.academy_id = '{}'", app.academy.uuid());
    server.batch_execute(&academy).await.expect("an academy");
    let any = || Search {
        query: None,
        level: None,
        tag: None,
        locale: None,
        instructor: None,
        free: None,
        minimum_rating: None,
        order: CourseOrder::Newest,
    };
    let order = |order| Search { order, ..any() };
    let teacher = UserId::from_uuid(uuid_of(&json!(course.instructor.id)));
    let at = |key: &str| Some((key.to_owned(), sanggar::catalog::model::CourseId::from_uuid(uuid::Uuid::nil())));
    let mut told = String::new();
    for (search, after, index) in [
        (any(), at("2026-01-01 00:00:00+00"), "catalogue_since"),
        (order(CourseOrder::Title), at("kursus c-5"), "catalogue_title"),
        (order(CourseOrder::Learners), at("500"), "course_figures_learners"),
        (order(CourseOrder::Rating), at("30"), "course_figures_rating"),
        (Search { level: Some(CourseLevel::Advanced), ..any() }, None, "catalogue_level"),
        (Search { locale: Some("fr".to_owned()), ..any() }, None, "catalogue_locale"),
        (Search { free: Some(false), ..any() }, None, "catalogue_free"),
        (Search { tag: Some("tag7".to_owned()), ..any() }, None, "catalogue_words_pkey"),
        (Search { instructor: Some(teacher), ..any() }, None, "catalogue_entries_pkey"),
        (Search { minimum_rating: Some(41), ..any() }, None, "course_figures"),
        (
            Search { query: Some("c-77".to_owned()), order: CourseOrder::Relevance, ..any() },
            None,
            "catalogue_words_pkey",
        ),
    ] {
        let page = Page { limit: 20, from: From::Start { after, before: None } };
        let statement = search.statement(&page);
        let text = |value: Option<&str>| value.map_or("null".to_owned(), |value| format!("'{value}'"));
        let From::Start { after, .. } = &page.from else { unreachable!("as it was made") };
        let execute = format!(
            "explain (costs off) execute listed({}, {}, {}, {}, {}, {}, {}, {}, {}, null, null, 21)",
            text(search.query.as_deref()),
            text(search.level.map(CourseLevel::as_str)),
            text(search.tag.as_ref().map(|tag| format!("#{tag}")).as_deref()),
            text(search.locale.as_deref()),
            text(search.instructor.map(|user| user.uuid().to_string()).as_deref()),
            search.free.map_or("null".to_owned(), |free| free.to_string()),
            search.minimum_rating.map_or("null".to_owned(), |rating| rating.to_string()),
            text(after.as_ref().map(|(key, _)| key.as_str())),
            text(after.as_ref().map(|(_, id)| id.uuid().to_string()).as_deref()),
        );
        let prepare = format!(
            "deallocate all; prepare listed(text, text, text, text, uuid, bool, int, text, uuid, text, uuid, bigint) as {statement}"
        );
        server.batch_execute(&prepare).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
        let plan = explained(&mut server, &execute).await;
        writeln!(told, "{index}:\n{plan}\n").expect("a text");
        assert!(plan.contains(index), "{index} is not in the plan of {statement}\n{plan}");
        let reads_all = ["catalogue_words", "course_figures", "catalogue_entries"]
            .iter()
            .filter(|table| plan.contains(&format!("Seq Scan on {table}")))
            // What is found by its words is joined to all the entries where it is much.
            .filter(|table| search.query.is_none() || **table != "catalogue_entries")
            .count();
        assert_eq!(reads_all, 0, "{plan}");
    }
    println!("{told}");
    app.stop().await;
}

async fn explained(connection: &mut AsyncPgConnection, execute: &str) -> String {
    #[derive(QueryableByName)]
    struct Plan {
        #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
        line: String,
    }
    let plan: Vec<Plan> =
        sql_query(execute).load(connection).await.unwrap_or_else(|error| panic!("{execute}: {error}"));
    plan.into_iter().map(|row| row.line).collect::<Vec<_>>().join("\n")
}
