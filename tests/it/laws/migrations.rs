//! Each migration has a true way down: up, down and up again leave the same database.

use std::process::Command;

use diesel::{QueryableByName, sql_query, sql_types::Text};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

use sanggar::platform::db::migrate;

use crate::harness::{Database, TestApp, empty_database};

fn dump(database: &Database) -> String {
    let programs = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let pg_dump = programs.map(|version| version.path().join("bin/pg_dump")).filter(|path| path.exists()).max();
    let output = Command::new(pg_dump.unwrap_or_else(|| "pg_dump".into()))
        .args(["--schema-only", "--no-comments", "--dbname", &database.superuser_url()])
        .output()
        .expect("pg_dump runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // A random word guards the dump against injection: it is another one each time.
    let text = String::from_utf8(output.stdout).expect("text");
    text.lines()
        .filter(|line| !line.starts_with("\\restrict") && !line.starts_with("\\unrestrict"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_way_down_is_true() {
    let database = empty_database().await;
    let before = dump(&database);
    assert!(before.contains("CREATE TABLE public.users"));
    migrate::revert_all(&database.owner_url()).await.expect("the way down");
    let bare = dump(&database);
    assert!(!bare.contains("CREATE TABLE public.users") && !bare.contains("FUNCTION public.sanggar_"), "{bare}");
    let done = migrate::run(&database.owner_url()).await.expect("the way up");
    assert!(done.len() >= 3);
    assert_eq!(dump(&database), before);
    assert_eq!(migrate::run(&database.owner_url()).await.expect("once more"), Vec::<String>::new());
}

/// Who wrote a course before there were assignments goes on seeing its learners: row-level security, forced on their owner too, hides
/// no row from the migration, and is back afterwards (another law looks).
#[tokio::test(flavor = "multi_thread")]
async fn who_taught_before_assignments_teaches_on() {
    let app = TestApp::start().await;
    let course = crate::line::published(&app).await;
    let learner = app.person("Citra Dewi").await;
    crate::line::learn(&course, &learner).await;
    let mut owner = AsyncPgConnection::establish(&app.database.owner_url()).await.expect("the owner");
    for step in [
        include_str!("../../../migrations/2026-11-22-000014_relations/down.sql"),
        include_str!("../../../migrations/2026-11-22-000014_relations/up.sql"),
    ] {
        owner.batch_execute(step).await.expect("a migration");
    }
    let look = "query ($id: ID!) { node(id: $id) { ... on User { fullName } } }";
    let seen = course.instructor.client.data(look, serde_json::json!({ "id": learner.id })).await;
    assert_eq!(seen["node"]["fullName"], "Citra Dewi");
    app.stop().await;
}

#[derive(QueryableByName, PartialEq, Eq, Debug)]
struct Filled {
    #[diesel(sql_type = Text)]
    slug: String,
    #[diesel(sql_type = Text)]
    purposes: String,
    #[diesel(sql_type = Text)]
    badges: String,
}

/// An academy from before there were badges has the first ones, in its language; what its preset uses data for is on, and where its
/// preset says nothing of it, off.
#[tokio::test(flavor = "multi_thread")]
async fn an_academy_from_before_badges_has_the_first_ones() {
    let app = TestApp::start().await;
    let mut superuser = app.database.superuser().await;
    let before = "update academies set policy_profile = case slug when 'nusa' then 'eterna' else 'karisma' end,
        locale = case slug when 'nusa' then 'en' else 'id' end";
    superuser.batch_execute(before).await.expect("academies");
    let mut owner = AsyncPgConnection::establish(&app.database.owner_url()).await.expect("the owner");
    for step in [
        include_str!("../../../migrations/2026-11-22-000017_gamification/down.sql"),
        include_str!("../../../migrations/2026-11-22-000017_gamification/up.sql"),
    ] {
        owner.batch_execute(step).await.expect("a migration");
    }
    let filled = "select slug, coalesce(policy ->> 'purposes', 'none') as purposes,
            (select string_agg(b.name, ', ' order by b.slug) from badges b where b.academy_id = a.id) as badges
        from academies a order by slug";
    let filled: Vec<Filled> = sql_query(filled).load(&mut superuser).await.expect("academies");
    let of = |slug: &str, purposes: &str, badges: &str| Filled {
        slug: slug.to_owned(),
        purposes: purposes.to_owned(),
        badges: badges.to_owned(),
    };
    let english = of(
        "nusa",
        r#"["badges", "community", "leaderboard"]"#,
        "First course, First step, Seven days, A thousand points",
    );
    let indonesian = of("tetangga", "none", "Kursus pertama, Langkah pertama, Tujuh hari, Seribu poin");
    assert_eq!(filled, [english, indonesian]);
    app.stop().await;
}
