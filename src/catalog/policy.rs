//! What a course may say. No I/O.

use unicode_normalization::UnicodeNormalization;

use crate::platform::{
    config::PublishedLimit,
    graphql::{UserErrorCode, scalars::is_language_tag, user_error::Objection},
    text::is_slug,
};

/// Characters of a title at most.
pub const TITLE: usize = 200;
/// Characters of a summary at most.
pub const SUMMARY: usize = 500;
/// Characters of a course's description at most.
pub const DESCRIPTION: usize = 50_000;
/// Characters of a lesson's text at most.
pub const BODY: usize = 200_000;
/// Characters of a question or of a choice at most.
pub const PROMPT: usize = 5_000;

/// Tags of a course at most, and characters of each.
const TAGS: usize = 20;
const TAG: usize = 50;
/// Sections of a course at most.
pub const SECTIONS: usize = 500;
/// Lessons of a section at most.
pub const LESSONS: usize = 500;
/// Quizzes of a course at most.
pub const QUIZZES: usize = 2_000;
/// Quizzes beside a lesson at most.
pub const QUIZZES_BESIDE: usize = 20;
/// Questions of a quiz at most: of a bank that attempts draw from.
pub const QUESTIONS: usize = 50_000;
/// Questions that an attempt asks at most.
pub const ASKED: usize = 500;
/// Characters of a short answer at most.
pub const SHORT_ANSWER: usize = 500;
/// Characters of an essay at most.
pub const ESSAY: usize = 50_000;
/// Millionths that a question is worth at most.
pub const POINTS: i64 = 1_000_000_000_000_000;
/// Attempts of a learner at a quiz at most, whatever the quiz allows.
pub const ATTEMPTS: i32 = 100;
/// Courses that one course asks to be completed before at most.
pub const PREREQUISITES: usize = 20;
/// Files attached to a lesson at most.
pub const ATTACHMENTS: usize = 50;
/// Runs of a course at most.
pub const RUNS: usize = 500;
/// Choices of a question at most; two at least.
pub const CHOICES: usize = 50;

/// The bounds of plain lists, as `serviceLimits` publishes them.
#[must_use]
pub fn published() -> Vec<PublishedLimit> {
    vec![
        ("sections", SECTIONS as u64, "sections", "A course."),
        ("lessons", LESSONS as u64, "lessons", "A section."),
        ("quizzes", QUIZZES as u64, "quizzes", "A course."),
        ("quizzesBeside", QUIZZES_BESIDE as u64, "quizzes", "A lesson of an imported course."),
        ("questions", QUESTIONS as u64, "questions", "A quiz."),
        ("questionsAsked", ASKED as u64, "questions", "An attempt at a quiz."),
        ("choices", CHOICES as u64, "choices", "A question."),
        ("essay", ESSAY as u64, "characters", "An answer to a question that asks for an essay."),
        ("instructors", super::teaching::INSTRUCTORS.unsigned_abs(), "people", "A course."),
        ("prerequisites", PREREQUISITES as u64, "courses", "A course."),
        ("attachments", ATTACHMENTS as u64, "files", "A lesson."),
        ("runs", RUNS as u64, "runs", "A course."),
        ("changes", super::changes::MOST as u64, "changes", "A submission, told to its reviewer."),
        ("facetTags", super::store::FACET_TAGS.unsigned_abs(), "tags", "The facets of a search."),
        ("attempts", ATTEMPTS.unsigned_abs().into(), "attempts", "A learner at a quiz."),
    ]
}

/// Whether a course may be in a language.
pub(super) fn language(locale: &str) -> Result<(), Objection> {
    if is_language_tag(locale) {
        return Ok(());
    }
    let words = words!("Bukan kode bahasa, misalnya id.", "Not a language tag, such as id.");
    Err(Objection::new(UserErrorCode::Invalid, "locale", words))
}

/// Whether a course may ask this share of lessons.
pub(super) fn lessons_percent(percent: i32) -> Result<(), Objection> {
    if (0..=100).contains(&percent) {
        return Ok(());
    }
    let words = words!("Dari 0 sampai 100.", "From 0 to 100.");
    Err(Objection::new(UserErrorCode::Invalid, "completionRule.lessonsPercent", words))
}

/// Whether a course may ask this score.
pub(super) fn minimum_score(score: Option<i32>) -> Result<(), Objection> {
    if score.is_none_or(|score| (1..=100).contains(&score)) {
        return Ok(());
    }
    let words = words!("Dari 1 sampai 100; tanpa batas: null.", "From 1 to 100; none at all: null.");
    Err(Objection::new(UserErrorCode::Invalid, "completionRule.minimumScore", words))
}

/// Whether a course may be found by these.
pub(super) fn tags(tags: &[String]) -> Result<(), Objection> {
    if tags.len() <= TAGS && tags.iter().all(|tag| !tag.is_empty() && tag.chars().count() <= TAG) {
        return Ok(());
    }
    let words = words!(
        "Paling banyak {TAGS} tag, masing-masing 1 sampai {TAG} karakter.",
        "No more than {TAGS} tags of 1 to {TAG} characters."
    );
    Err(Objection::new(UserErrorCode::LimitReached, "tags", words))
}

/// Where one more is one too many.
pub(super) fn room_for_one_more(last: i32, most: usize, field: &str) -> Result<(), Objection> {
    if usize::try_from(last).is_ok_and(|last| last < most) {
        return Ok(());
    }
    Err(Objection::new(
        UserErrorCode::LimitReached,
        field,
        words!("Paling banyak {most}; lihat serviceLimits.", "No more than {most}; see serviceLimits."),
    ))
}

/// A slug of a title: its letters and digits without their marks, joined by hyphens.
pub(super) fn slug_of(title: &str) -> String {
    let mut slug = String::new();
    for c in title.nfkd().filter(char::is_ascii) {
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    let slug: String = slug.trim_end_matches('-').chars().take(80).collect();
    let slug = slug.trim_end_matches('-');
    if slug.len() < 2 { "course".to_owned() } else { slug.to_owned() }
}

/// Whether a slug that was given may stand in an address.
pub(super) fn slug(slug: &str) -> Result<String, Objection> {
    if is_slug(slug, 100) {
        return Ok(slug.to_owned());
    }
    Err(Objection::new(
        UserErrorCode::Invalid,
        "slug",
        words!("2 sampai 100 huruf kecil, angka, dan tanda hubung.", "2 to 100 small letters, digits and hyphens."),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_of_titles() {
        for (title, slug) in [
            ("Web Development for Beginners", "web-development-for-beginners"),
            ("  Café — déjà vu! ", "cafe-deja-vu"),
            ("日本語", "course"),
            ("A", "course"),
        ] {
            assert_eq!(slug_of(title), slug);
            assert!(super::slug(slug).is_ok());
        }
    }
}
