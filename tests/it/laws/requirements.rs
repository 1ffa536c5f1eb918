//! A requirement that is claimed names the tests that prove it: a claim without a test that exists is none.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// An id, `enforced`, the paths of tests, then after a dash what they prove.
const CLAIMS: &str = include_str!("../../expected/requirements.txt");

/// The paths of all tests: `it::room::file::name` of the integration tests, `src::…` of the unit tests in the sources.
fn tests() -> BTreeSet<String> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut names = BTreeSet::new();
    for (kind, root) in [("it", home.join("tests/it")), ("src", home.join("src"))] {
        let mut files = Vec::new();
        walk(&root, &mut files);
        for file in files {
            let text = fs::read_to_string(&file).expect("a source");
            let inner = file.strip_prefix(&root).expect("below the root").with_extension("");
            let module: Vec<_> =
                inner.iter().map(|part| part.to_string_lossy().into_owned()).filter(|part| part != "mod").collect();
            let mut is_test = false;
            for line in text.lines().map(str::trim) {
                if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
                    is_test = true;
                } else if let Some((_, rest)) = line.split_once("fn ")
                    && is_test
                {
                    let name = rest.split('(').next().unwrap_or_default();
                    names.insert(format!("{kind}::{}::{name}", module.join("::")));
                    is_test = false;
                }
            }
        }
    }
    names
}

#[test]
fn every_claim_is_proved_by_a_test_that_exists() {
    let known = tests();
    assert!(known.len() > 50, "{known:?}");
    let mut claimed = BTreeSet::new();
    let mut wrong = Vec::new();
    for line in CLAIMS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (claim, what) = line.split_once(" - ").unwrap_or_else(|| panic!("no ` - ` in {line}"));
        assert!(!what.trim().is_empty(), "{line}");
        let mut words = claim.split_whitespace();
        let id = words.next().expect("an id");
        assert!(claimed.insert(id), "{id} is claimed twice");
        assert_eq!(words.next(), Some("enforced"), "{line}");
        let named: Vec<_> = words.collect();
        assert!(!named.is_empty(), "{id} names no test");
        wrong.extend(named.into_iter().filter(|test| !known.contains(*test)).map(|test| format!("{id}: {test}")));
    }
    assert_eq!(wrong, Vec::<String>::new(), "tests that are not there");
}
