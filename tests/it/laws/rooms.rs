//! Who may name whom: read off the `use` lines and paths of the sources.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The rooms by level: a room names rooms of a lower level, and those of its own.
const LEVELS: [&[&str]; 3] = [
    &["academies", "accounts", "audit", "consent", "notifications", "uploads"],
    &["profiles", "instructors", "referrals"],
    &["catalog", "enrolment", "quizzes", "certificates", "reviews", "gamification"],
];
/// What stands below all rooms, and above them.
const AROUND: [&str; 5] = ["platform", "schema", "api", "cli", "demo"];

fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(folder).expect("src").flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = fs::read_to_string(&path).expect("a source");
                found.push((path, text));
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    walk(&root, &mut found);
    found.into_iter().map(|(path, text)| (path.strip_prefix(&root).expect("below src").to_owned(), text)).collect()
}

fn level(room: &str) -> Option<usize> {
    LEVELS.iter().position(|rooms| rooms.contains(&room))
}

fn is_graphql(path: &Path) -> bool {
    path.iter().any(|part| part.to_string_lossy().trim_end_matches(".rs").ends_with("graphql"))
        || path.starts_with("api")
}

/// The text without comments and without its unit tests.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Rooms that a source names by `crate::room` or within `use crate::{ … }`.
fn named(code: &str) -> Vec<&'static str> {
    let rooms = LEVELS.iter().flat_map(|rooms| rooms.iter());
    rooms
        .filter(|room| {
            let direct = code.contains(&format!("crate::{room}"));
            let in_list = code.split("use crate::{").skip(1).any(|rest| {
                let list = rest.split("\n};").next().unwrap_or_default();
                list.lines().any(|line| {
                    let line = line.trim_start();
                    line.strip_prefix(**room).is_some_and(|rest| rest.starts_with("::") || rest.starts_with(','))
                }) || list
                    .lines()
                    .next()
                    .is_some_and(|line| line.split(", ").any(|part| part.trim_end_matches("};") == **room))
            });
            direct || in_list
        })
        .copied()
        .collect()
}

#[test]
fn every_folder_has_its_level() {
    let src = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).expect("src");
    let mut there: Vec<String> = src
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    let mut known: Vec<&str> = LEVELS.iter().flat_map(|rooms| rooms.iter()).chain(&AROUND).copied().collect();
    there.sort();
    known.sort_unstable();
    assert_eq!(there, known);
}

#[test]
fn rooms_name_lower_rooms_only() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let top = path.iter().next().expect("a path").to_string_lossy().into_owned();
        let code = code(&text);
        for other in named(&code) {
            let allowed = match (top.as_str(), level(&top), level(other)) {
                ("platform" | "schema", ..) => false,
                (_, Some(own), Some(theirs)) => theirs <= own || is_graphql(&path),
                _ => true,
            };
            if !allowed {
                wrong.push(format!("{} names {other}", path.display()));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// Each library has its place, so that it can be changed there.
#[test]
fn libraries_stay_in_their_places() {
    let graphql = |path: &Path| {
        is_graphql(path)
            || path.starts_with("platform/privacy")
            || path.ends_with("text_enum.rs")
            || path.ends_with("http/router.rs")
    };
    let within =
        |folders: &'static [&'static str]| move |path: &Path| folders.iter().any(|folder| path.starts_with(folder));
    type Place = Box<dyn Fn(&Path) -> bool>;
    let places: Vec<(&str, Place)> = vec![
        ("async_graphql::", Box::new(graphql)),
        ("poem::", Box::new(within(&["platform/http", "platform/graphql", "api/gateway.rs", "api/documents.rs"]))),
        ("lettre::", Box::new(within(&["platform/mail.rs"]))),
        ("argon2::", Box::new(within(&["accounts"]))),
        ("oauth2::", Box::new(within(&["accounts"]))),
        ("object_store::", Box::new(within(&["platform/storage.rs"]))),
        ("std::env::", Box::new(within(&["platform/config.rs"]))),
        ("env::var", Box::new(within(&["platform/config.rs"]))),
        // What time it is the database says, to all servers alike.
        ("Utc::now", Box::new(|_| false)),
        ("Local::now", Box::new(|_| false)),
        ("SystemTime::now", Box::new(|_| false)),
        ("getrandom::", Box::new(within(&["platform/id.rs"]))),
        ("Uuid::new_v4", Box::new(within(&["platform/id.rs"]))),
        ("Uuid::now_v7", Box::new(within(&["platform/id.rs"]))),
    ];
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let code = code(&text);
        for (library, place) in &places {
            if code.contains(library) && !place(&path) {
                wrong.push(format!("{} names {library}", path.display()));
            }
        }
        // A file that asks the database is a store, a model, or the platform's own.
        let asks = code.contains("RunQueryDsl");
        let may = path.starts_with("platform")
            || path.ends_with("store.rs")
            || path.parent().is_some_and(|folder| folder.ends_with("store"))
            || path.ends_with("content.rs")
            || path.starts_with("app.rs");
        if asks && !may {
            wrong.push(format!("{} asks the database: that belongs in its store", path.display()));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// Who holds a transaction reads by it: a second connection could wait for the first one for ever, under load.
#[test]
fn a_transaction_is_the_only_connection() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let code = code(&text);
        for function in code.split("async fn ").skip(1) {
            let name = function.split(['(', '<']).next().unwrap_or_default();
            let Some((_, held)) = function.split_once(".begin(") else { continue };
            // To the end of the function, or to where it has committed.
            let held = held.split("\n}").next().unwrap_or_default();
            let held = held.rsplit_once(".commit()").map_or(held, |(before, _)| before);
            if held.contains("call.load(") || held.contains("call.reader(") {
                wrong.push(format!("{}: {name}", path.display()));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new(), "read by the transaction: call.load_in, or a statement on it");
}

#[test]
fn modules_open_with_what_they_are() {
    let silent: Vec<_> = sources()
        .into_iter()
        .filter(|(_, text)| !text.starts_with("//!") && !text.starts_with("#![doc"))
        .map(|(path, _)| path)
        .collect();
    assert_eq!(silent, Vec::<PathBuf>::new());
}
