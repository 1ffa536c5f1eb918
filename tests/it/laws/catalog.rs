//! Laws of the database's own catalog: tenancy, roles, classification, and the tables as Diesel knows them.

use std::collections::{BTreeMap, BTreeSet};

use diesel::{QueryableByName, sql_query, sql_types::Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use sanggar::{app, platform::privacy::Whose};

use crate::harness::{TestApp, empty_database};

/// Tables that belong to no academy: DESIGN names each.
const PLATFORM: [&str; 4] = ["__diesel_schema_migrations", "academies", "certificate_codes", "jobs"];

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

async fn lines(connection: &mut AsyncPgConnection, sql: &str) -> Vec<String> {
    let rows: Vec<Line> = sql_query(sql).load(connection).await.expect(sql);
    rows.into_iter().map(|row| row.line).collect()
}

const TABLES: &str = "select c.relname::text as line from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') order by 1";

#[tokio::test(flavor = "multi_thread")]
async fn every_tenant_table_is_behind_the_one_policy() {
    let database = empty_database().await;
    let mut connection = database.superuser().await;
    let all: BTreeSet<_> = lines(&mut connection, TABLES).await.into_iter().collect();
    let tenant: BTreeSet<_> = all.iter().filter(|table| !PLATFORM.contains(&table.as_str())).cloned().collect();
    assert!(tenant.len() > 5, "{tenant:?}");
    let isolated = lines(
        &mut connection,
        "select c.relname::text as line from pg_class c join pg_policies p on p.tablename = c.relname
         where c.relnamespace = 'public'::regnamespace and c.relrowsecurity and c.relforcerowsecurity
           and p.cmd = 'ALL' and p.permissive = 'PERMISSIVE' and p.roles = '{public}'
           and p.qual = '(academy_id = ( SELECT sanggar_academy() AS sanggar_academy))' and p.with_check = p.qual
           and (select count(*) from pg_policies other where other.tablename = c.relname) = 1",
    )
    .await;
    assert_eq!(isolated.into_iter().collect::<BTreeSet<_>>(), tenant);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_tenant_tables_carry_the_academy() {
    let database = empty_database().await;
    let mut connection = database.superuser().await;
    let platform = PLATFORM.map(|table| format!("'{table}'")).join(", ");
    // Every unique index starts with academy_id; the one exception of the design is the directory of certificate codes.
    let loose = lines(
        &mut connection,
        &format!(
            "select i.indexrelid::regclass::text as line from pg_index i join pg_class c on c.oid = i.indrelid
             join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
             where c.relnamespace = 'public'::regnamespace and i.indisunique and a.attname <> 'academy_id'
               and c.relname not in ({platform})"
        ),
    )
    .await;
    assert_eq!(loose, Vec::<String>::new(), "unique indexes that do not start with academy_id");
    let loose = lines(
        &mut connection,
        "select k.conrelid::regclass::text || ' ' || k.conname as line from pg_constraint k
         where k.contype = 'f' and k.connamespace = 'public'::regnamespace and k.confrelid <> 'academies'::regclass
           and not exists (select from unnest(k.conkey) with ordinality c(num, at)
               join pg_attribute a on a.attrelid = k.conrelid and a.attnum = c.num
               join unnest(k.confkey) with ordinality f(num, at) on f.at = c.at
               join pg_attribute b on b.attrelid = k.confrelid and b.attnum = f.num
               where a.attname = 'academy_id' and b.attname = 'academy_id')",
    )
    .await;
    assert_eq!(loose, Vec::<String>::new(), "foreign keys that do not carry academy_id");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_owns_nothing_and_may_become_nobody() {
    let database = empty_database().await;
    let mut connection = database.server().await;
    sanggar::platform::db::roles::check(&mut connection).await.expect("the server's role is fit");
    let privileges = lines(
        &mut connection,
        "select c.relname::text || ' ' || p as line from pg_class c, unnest(array['truncate', 'references', 'trigger']) p
         where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and has_table_privilege(c.oid, p)",
    )
    .await;
    assert_eq!(privileges, Vec::<String>::new());
    let definers = lines(
        &mut connection,
        "select proname::text as line from pg_proc where pronamespace = 'public'::regnamespace and prosecdef",
    )
    .await;
    assert_eq!(definers, Vec::<String>::new(), "functions that run as their owner");
    for url in [database.superuser_url(), database.owner_url()] {
        let refused =
            app::check_database(&url).await.expect_err("a role that looks past row-level security").to_string();
        assert!(
            refused.contains("create role sanggar_server login") && refused.contains("grant sanggar_app"),
            "{refused}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_academy_there_are_no_rows_and_no_writes() {
    let app = TestApp::start().await;
    app.person("Ani Wijaya").await;
    let mut connection = app.database.server().await;
    let tables = lines(&mut connection, TABLES).await;
    let tenant: Vec<_> = tables.iter().filter(|table| !PLATFORM.contains(&table.as_str())).collect();
    for setting in ["reset sanggar.academy_id", "set sanggar.academy_id = ''"] {
        connection.batch_execute(setting).await.expect(setting);
        for table in &tenant {
            let count = lines(&mut connection, &format!("select count(*)::text as line from {table}")).await;
            assert_eq!(count, ["0"], "{table} after {setting}");
        }
        let write = "insert into users (academy_id, id, roles, created_at) select id, gen_random_uuid(), '{}', now() from academies";
        let refused = connection.batch_execute(write).await.expect_err("a write without an academy").to_string();
        assert!(refused.contains("row-level security"), "{refused}");
    }
    app.stop().await;
}

/// A column that nobody classified fails the build, and so does a classification of nothing.
#[tokio::test(flavor = "multi_thread")]
async fn every_column_is_classified() {
    let database = empty_database().await;
    let mut connection = database.superuser().await;
    let columns: BTreeSet<String> = lines(
        &mut connection,
        "select table_name || '.' || column_name as line from information_schema.columns
         where table_schema = 'public' and table_name <> '__diesel_schema_migrations'",
    )
    .await
    .into_iter()
    .collect();
    let mut classified: BTreeMap<String, usize> = BTreeMap::new();
    for table in app::tables() {
        for column in table.plain {
            *classified.entry(format!("{}.{column}", table.name)).or_default() += 1;
        }
        let leading: &[&str] = match &table.whose {
            Whose::Nobody | Whose::Unknown => &[],
            Whose::Person(column) | Whose::RowOf { column, .. } => &[column],
            Whose::Both(one, other) => &[one, other],
        };
        assert!(leading.iter().all(|column| columns.contains(&format!("{}.{column}", table.name))), "{table:?}");
    }
    for datum in app::data() {
        for column in datum.columns {
            *classified.entry((*column).to_owned()).or_default() += 1;
        }
    }
    let named: BTreeSet<String> = classified.keys().cloned().collect();
    let unclassified: Vec<_> = columns.difference(&named).collect();
    let missing: Vec<_> = named.difference(&columns).collect();
    let twice: Vec<_> = classified.iter().filter(|(_, times)| **times > 1).collect();
    assert!(unclassified.is_empty(), "say what these columns are in their room's privacy.rs: {unclassified:?}");
    assert!(missing.is_empty(), "classified, and not in the database: {missing:?}");
    assert!(twice.is_empty(), "classified twice: {twice:?}");
}

/// `tables.rs` is what a migrated database is; a column is sealed there if and only if it is personal.
#[tokio::test(flavor = "multi_thread")]
async fn diesel_knows_the_tables_as_they_are() {
    let database = empty_database().await;
    let mut connection = database.superuser().await;
    let actual = lines(
        &mut connection,
        "select c.relname || ' (' || (select string_agg(a.attname, ', ' order by k.at) from pg_constraint p,
                unnest(p.conkey) with ordinality k(num, at) join pg_attribute a on a.attrelid = c.oid and a.attnum = k.num
                where p.conrelid = c.oid and p.contype = 'p') || ') ' ||
            string_agg(a.attname || ':' || format_type(a.atttypid, a.atttypmod) || case when a.attnotnull then '' else '?' end,
                ' ' order by a.attnum) as line
         from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
         where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname <> '__diesel_schema_migrations'
         group by c.oid, c.relname order by c.relname",
    )
    .await;
    let (known, sealed) = diesel_tables();
    assert_eq!(known, actual);
    let personal: BTreeSet<String> = app::data()
        .iter()
        .filter(|datum| !datum.guarded_whole)
        .flat_map(|datum| datum.columns.iter().map(|column| (*column).to_owned()))
        .collect();
    assert_eq!(sealed, personal, "sealed in tables.rs, and personal in privacy.rs");
}

/// Reads `tables.rs`: its tables as the query above prints them, and its sealed columns.
fn diesel_tables() -> (Vec<String>, BTreeSet<String>) {
    let text = include_str!("../../../src/schema/tables.rs");
    let mut tables = Vec::new();
    let mut sealed = BTreeSet::new();
    let mut table: Option<(String, String, Vec<String>)> = None;
    for line in text.lines().map(str::trim) {
        if let Some((name, rest)) = line.strip_suffix(") {").and_then(|line| line.split_once(" (")) {
            table = Some((name.to_owned(), rest.to_owned(), Vec::new()));
        } else if let Some((column, ty)) = line.strip_suffix(',').and_then(|line| line.split_once(" -> ")) {
            let (name, _, columns) = table.as_mut().expect("a column stands in a table");
            let nullable = ty.starts_with("Nullable<");
            let bare = ty.strip_prefix("Nullable<").and_then(|ty| ty.strip_suffix('>')).unwrap_or(ty);
            let open = bare.strip_prefix("Sealed<").and_then(|ty| ty.strip_suffix('>'));
            if open.is_some() {
                sealed.insert(format!("{name}.{column}"));
            }
            columns.push(format!("{column}:{}{}", sql_type(open.unwrap_or(bare)), if nullable { "?" } else { "" }));
        } else if line == "}"
            && let Some((name, key, columns)) = table.take()
        {
            tables.push(format!("{name} ({key}) {}", columns.join(" ")));
        }
    }
    tables.sort();
    (tables, sealed)
}

fn sql_type(diesel: &str) -> String {
    let word = match diesel {
        "Text" => "text",
        "Uuid" => "uuid",
        "Bool" => "boolean",
        "Int2" => "smallint",
        "Int4" => "integer",
        "Int8" => "bigint",
        "Numeric" => "numeric",
        "Jsonb" => "jsonb",
        "Bytea" => "bytea",
        "Date" => "date",
        "Timestamptz" => "timestamp with time zone",
        array => {
            let inner =
                array.strip_prefix("Array<").and_then(|ty| ty.strip_suffix('>')).unwrap_or_else(|| panic!("{array}"));
            return format!("{}[]", sql_type(inner));
        }
    };
    word.to_owned()
}
