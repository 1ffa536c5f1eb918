//! Every letter that the platform writes, in both languages: their diff is what people will read.

use sanggar::{
    accounts, catalog,
    catalog::model::SubmissionStatus,
    instructors::{self, Decision},
    platform::text::Language,
};

use crate::harness::blessed;

#[test]
fn letters_say_what_was_blessed() {
    let target = "https://akademi.example/verify-email#sgm_…".to_owned();
    let because = Some("Tambahkan <b>contoh</b>.");
    let academy = "Akademi Nusa";
    let letters = [
        ("accounts: verify an address", accounts::mail::verify_address(academy, target)),
        ("accounts: verify an address, by a code", accounts::mail::verify_address(academy, "sgm_…".to_owned())),
        ("accounts: the address is in use", accounts::mail::address_in_use(academy)),
        ("instructors: approved", instructors::mail::decided(academy, Decision::Approve, None)),
        ("instructors: changes", instructors::mail::decided(academy, Decision::RequestChanges, because)),
        ("instructors: rejected", instructors::mail::decided(academy, Decision::Reject, because)),
        ("catalog: approved", catalog::mail::decided(academy, "Web", SubmissionStatus::Approved, None)),
        ("catalog: changes", catalog::mail::decided(academy, "Web", SubmissionStatus::ChangesRequested, because)),
        ("catalog: rejected", catalog::mail::decided(academy, "Web", SubmissionStatus::Rejected, because)),
    ];
    let mut text = String::from("# Every letter: its subject, its text, its HTML. In Indonesian, then in English.\n");
    for (name, letter) in letters {
        for language in [Language::Indonesian, Language::English] {
            let (subject, plain, html) = letter.render(academy, language);
            assert!(!html.contains("<b>"), "{name}: what a person wrote is no HTML");
            text.push_str(&format!("\n== {name} ({})\n{subject}\n\n{plain}\n{html}\n", language.tag()));
        }
    }
    blessed("letters.txt", &text);
}
