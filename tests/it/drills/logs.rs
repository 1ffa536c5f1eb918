//! LOG-1: the whole suite at TRACE, and nothing of anybody in what it says.

use std::process::Command;

use crate::{
    harness::{LOG, PASSWORD},
    laws::logs::forms,
};

/// What people of the tests say of themselves, what they are planted with, and what begins a secret.
const SAID: [&str; 24] = [
    "@example.org",
    "Citra Dewi",
    "Ani Wijaya",
    "Budi Santoso",
    "kanari",
    "04:05:06.",
    "2031-02-03",
    "-04-05",
    "198765",
    "00000000-0000-4000-8000-",
    "Kanari",
    "Saya suka belajar",
    "Jl. Melati",
    "+6281234567890",
    "Sepuluh tahun mengajar",
    "linkedin.com/in/ani",
    "ticket 42",
    "sgs_",
    "sgm_",
    "sgo_",
    "sgp_",
    "sgn_",
    "Siti Rahma",
    "rahasia klien",
];

#[test]
#[ignore = "a drill"]
fn drill_the_whole_suite_logs_nothing_of_anybody() {
    let log = std::env::temp_dir().join(format!("sanggar-it-log-{}", std::process::id()));
    let _ = std::fs::remove_file(&log);
    let suite = std::env::current_exe().expect("this program");
    // What looks at its own log, and what starts programs of its own, has its own search.
    let done = Command::new(suite)
        .args(["--skip", "drills::", "--skip", "laws::logs", "--test-threads", "2"])
        .env(LOG, &log)
        .output()
        .expect("the suite runs");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
    let text = std::fs::read_to_string(&log).expect("a log");
    std::fs::remove_file(&log).expect("removed");
    assert!(text.contains("TRACE") && text.contains("a job is done"), "it tells something");
    let mut told = Vec::new();
    for word in SAID.into_iter().chain([PASSWORD]) {
        for form in forms(word).into_iter().filter(|form| form.len() > 3) {
            if let Some(line) = text.lines().find(|line| line.contains(&form)) {
                told.push(format!("{word} as {form}: {}", line.chars().take(300).collect::<String>()));
            }
        }
    }
    eprintln!("{} MB of log, {} words looked for: {} found", text.len() >> 20, SAID.len() + 1, told.len());
    assert_eq!(told, Vec::<String>::new());
}
