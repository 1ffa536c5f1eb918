//! `sanggar course import` on a folder of our own, and on a broken one.

use std::fs;

use super::command_line::{Home, text};

fn write(root: &std::path::Path, files: &[(&str, &str)]) {
    for (path, content) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, content).expect("a file");
    }
}

#[test]
fn a_folder_becomes_a_draft_and_a_broken_one_nothing() {
    let home = Home::new("course");
    let folder = std::env::temp_dir().join(format!("sanggar-it-{}", std::process::id())).join("small-course");
    write(
        &folder,
        &[
            ("README.md", "# Small\n\nOurs.\n"),
            ("1-one/1-a/README.md", "# A\n"),
            ("1-one/2-b/README.md", "# B\n"),
            ("2-two/1-c/README.md", "# C\n![x](x.png)\n"),
            ("extra.txt", "beside"),
        ],
    );
    let path = folder.to_str().expect("a path");
    let done = home.run(&["course", "import", path, "--json"]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    let report: serde_json::Value = serde_json::from_slice(&done.stdout).expect("one JSON document");
    let counts: Vec<_> =
        ["sections", "lessons", "quizzes", "questions"].iter().map(|name| report[name].as_i64()).collect();
    assert_eq!(counts, [Some(2), Some(3), Some(0), Some(0)]);
    assert_eq!(report["problems"].as_array().map(Vec::len), Some(2));
    assert!(text(&done.stderr).contains("WARNING 2-two/1-c/README.md:2"), "{}", text(&done.stderr));
    fs::write(folder.join("1-one/1-a/README.md"), b"# A\n\xff").expect("a file");
    let broken = home.run(&["course", "import", path, "--json"]);
    assert_eq!(broken.status.code(), Some(1));
    let report: serde_json::Value = serde_json::from_slice(&broken.stdout).expect("one JSON document");
    assert_eq!(
        (report["problems"][0]["path"].as_str(), report["problems"][0]["line"].as_i64()),
        (Some("1-one/1-a/README.md"), Some(2))
    );
    let missing = home.run(&["course", "import", "/nowhere/at/all"]);
    assert_eq!(missing.status.code(), Some(1));
    let nobody = home.run(&["course", "import", path, "--instructor", "nobody"]);
    assert_eq!(nobody.status.code(), Some(1));
}
