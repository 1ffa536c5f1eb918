//! Every letter that the platform writes, in both languages: their diff is what people will read.

use sanggar::{
    accounts::{self, model::TokenPurpose},
    catalog,
    catalog::model::SubmissionStatus,
    instructors::{self, Decision},
    platform::{privacy::Role, text::Language},
    quizzes,
};

use crate::harness::blessed;

#[test]
fn letters_say_what_was_blessed() {
    let base = "https://akademi.example/".parse().expect("an address");
    let proving = |purpose| accounts::mail::proving("Akademi Nusa", purpose, Some(&base), "sgm_…");
    let because = Some("Tambahkan <b>contoh</b>.");
    let academy = "Akademi Nusa";
    let letters = [
        ("accounts: verify an address", proving(TokenPurpose::VerifyEmail)),
        (
            "accounts: verify an address, by a code",
            accounts::mail::proving(academy, TokenPurpose::VerifyEmail, None, "sgm_…"),
        ),
        ("accounts: another address", proving(TokenPurpose::ChangeEmail)),
        ("accounts: another password", proving(TokenPurpose::ResetPassword)),
        ("accounts: prove presence", proving(TokenPurpose::Reauthenticate)),
        ("accounts: the password was changed", accounts::mail::password_changed(academy)),
        ("accounts: the address is to change", accounts::mail::email_changes(academy)),
        ("accounts: the address was changed", accounts::mail::email_changed(academy)),
        ("accounts: a second factor", accounts::mail::mfa_enabled(academy)),
        ("accounts: no second factor", accounts::mail::mfa_disabled(academy)),
        ("accounts: a provider", accounts::mail::identity_linked(academy)),
        ("accounts: a provider less", accounts::mail::identity_unlinked(academy)),
        ("accounts: a guardian is asked", proving(TokenPurpose::ConfirmGuardianship)),
        ("accounts: a guardian agreed", accounts::mail::guardian_agreed(academy)),
        ("accounts: an invitation", proving(TokenPurpose::Invitation)),
        ("accounts: suspended", accounts::mail::suspended(academy, "Menyalin <b>jawaban</b>.")),
        ("accounts: the suspension is lifted", accounts::mail::suspension_lifted(academy, "Bukan <b>salinan</b>.")),
        ("accounts: a role", accounts::mail::role_changed(academy, Role::Reviewer, true)),
        ("accounts: a role less", accounts::mail::role_changed(academy, Role::Reviewer, false)),
        ("accounts: a password is guessed at", accounts::mail::password_guessed(academy)),
        ("accounts: a code is guessed at", accounts::mail::second_factor_guessed(academy)),
        ("accounts: new recovery codes", accounts::mail::recovery_codes_replaced(academy)),
        ("accounts: a recovery code was used", accounts::mail::recovery_code_used(academy, 9)),
        ("accounts: the address is in use", accounts::mail::address_in_use(academy)),
        ("instructors: applied", instructors::mail::applied(academy)),
        ("catalog: submitted", catalog::mail::submitted(academy, "Web")),
        ("instructors: approved", instructors::mail::decided(academy, Decision::Approve, None)),
        ("instructors: changes", instructors::mail::decided(academy, Decision::RequestChanges, because)),
        ("instructors: rejected", instructors::mail::decided(academy, Decision::Reject, because)),
        ("catalog: approved", catalog::mail::decided(academy, "Web", SubmissionStatus::Approved, None)),
        ("catalog: changes", catalog::mail::decided(academy, "Web", SubmissionStatus::ChangesRequested, because)),
        ("quizzes: graded", quizzes::mail::graded(academy, "Ujian")),
        ("quizzes: looked at, and changed", quizzes::mail::looked_at(academy, "Ujian", true)),
        ("quizzes: looked at", quizzes::mail::looked_at(academy, "Ujian", false)),
        ("quizzes: the key was corrected", quizzes::mail::corrected(academy, "Ujian")),
        ("quizzes: contested", quizzes::mail::contested(academy, "Ujian")),
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
