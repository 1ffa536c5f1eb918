//! What every test stands on: a cluster for the run, a database for the test, a server on it, and clients that speak HTTP.

mod app;
mod client;
mod cluster;
mod people;
pub mod provider;
mod smtp;
mod world;

pub use app::{LOG, TestApp};
pub use client::{Answer, Client, user_errors};
pub use cluster::{Database, empty_database};
pub use people::{PASSWORD, Person, token_in, user_id};
pub use smtp::MailServer;
pub use world::TestWorld;

/// Compares a text with the blessed one in `tests/expected`; `BLESS=1` writes it instead, to be read in review.
pub fn blessed(name: &str, actual: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expected").join(name);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, actual).expect("tests/expected can be written");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        expected == actual,
        "{} differs from what the code does. Run the test again with BLESS=1 and read the diff.\n{}",
        path.display(),
        first_difference(&expected, actual)
    );
}

fn first_difference(expected: &str, actual: &str) -> String {
    let mut lines = expected.lines().zip(actual.lines()).enumerate();
    lines.find(|(_, (a, b))| a != b).map_or_else(
        || format!("{} lines expected, {} there", expected.lines().count(), actual.lines().count()),
        |(line, (expected, actual))| format!("line {}\n- {expected}\n+ {actual}", line + 1),
    )
}
