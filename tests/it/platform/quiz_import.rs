//! `sanggar quiz import`: looked through without a database, written beside nothing else, refused whole.

use std::fs;

use super::command_line::{Home, text};

fn report(output: &std::process::Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("one JSON document: {}", text(&output.stderr)))
}

#[test]
fn a_bank_is_looked_through_and_a_broken_one_refused() {
    let home = Home::new("quiz");
    let folder = std::env::temp_dir().join(format!("sanggar-it-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    let file = |name: &str, content: &str| {
        let path = folder.join(name);
        fs::write(&path, content).expect("a file");
        path.to_str().expect("a path").to_owned()
    };
    let bank = file(
        "bank.xml",
        "<quiz>\n<question type='cloze'><name><text>C</text></name></question>\n<question type='essay'><questiontext><text>Mengapa?</text></questiontext></question>\n</quiz>",
    );
    let looked = home.run(&["quiz", "import", &bank, "--dry-run", "--json"]);
    assert!(looked.status.success(), "{}", text(&looked.stderr));
    let said = report(&looked);
    assert_eq!(
        (said["imported"].as_i64(), &said["byKind"], &said["left"]),
        (Some(1), &serde_json::json!({ "ESSAY": 1 }), &serde_json::json!({ "cloze": 1 }))
    );
    assert_eq!(
        (said["problems"][0]["path"].as_str(), said["problems"][0]["line"].as_i64()),
        (Some("bank.xml"), Some(2))
    );
    assert!(text(&looked.stderr).contains("Would import 1 question (1 ESSAY)."), "{}", text(&looked.stderr));
    assert!(!home.path().join("postgres").exists(), "no database is needed");
    let broken = file("broken.gift", "Baik. {=a}\n\nBerapa? {#tiga}\n");
    let refused = home.run(&["quiz", "import", &broken, "--dry-run", "--json"]);
    assert_eq!(refused.status.code(), Some(1));
    let said = report(&refused);
    assert_eq!((said["imported"].as_i64(), said["problems"][0]["line"].as_i64()), (Some(0), Some(3)));
    for (arguments, code, word) in [
        (["quiz", "import", &bank, "--quiz", "x"].as_slice(), 1, "no id of a quiz"),
        (&["quiz", "import", &bank], 2, "--quiz"),
        (&["quiz", "import", "/nowhere/at/all", "--dry-run"], 1, "/nowhere/at/all"),
        (&["quiz", "import", &bank, "--quiz", "BgAAAAAAAAAAAAAAAAAAAAAA"], 1, "quiz"),
    ] {
        let refused = home.run(arguments);
        assert_eq!(refused.status.code(), Some(code), "{arguments:?}: {}", text(&refused.stderr));
        assert!(text(&refused.stderr).contains(word), "{arguments:?}: {}", text(&refused.stderr));
    }
}
