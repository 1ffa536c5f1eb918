//! The badges that a new academy starts with.

use super::{
    model::{BadgeRow, Measure},
    store,
};
use crate::platform::{
    db::Tx,
    fault::Fault,
    graphql::Services,
    text::{Language, Words},
};

fn first() -> [(&'static str, Words, Words, Measure, i64); 4] {
    [
        (
            "first-step",
            words!("Langkah pertama", "First step"),
            words!("Menyelesaikan satu pelajaran.", "Completed a lesson."),
            Measure::Lessons,
            1,
        ),
        (
            "first-course",
            words!("Kursus pertama", "First course"),
            words!("Menyelesaikan satu kursus.", "Completed a course."),
            Measure::Courses,
            1,
        ),
        (
            "seven-days",
            words!("Tujuh hari", "Seven days"),
            words!("Belajar tujuh hari berturut-turut.", "Learnt on seven days in a row."),
            Measure::Streak,
            7,
        ),
        (
            "thousand-points",
            words!("Seribu poin", "A thousand points"),
            words!("Mengumpulkan seribu poin.", "Earned a thousand points."),
            Measure::Points,
            1_000,
        ),
    ]
}

/// Adds them to the academy of a transaction of the caller's, in its language.
///
/// # Errors
/// Those of the database.
pub async fn add(tx: &mut Tx, services: &Services, language: Language) -> Result<(), Fault> {
    let rows: Vec<_> = first()
        .into_iter()
        .map(|(slug, name, description, measure, at_least)| BadgeRow {
            id: services.random.ordered_id(&services.clock),
            slug: slug.to_owned(),
            name: name.in_language(language).to_owned(),
            description: description.in_language(language).to_owned(),
            measure,
            at_least,
            created_at: services.clock.now(),
        })
        .collect();
    store::add_badges(tx, &rows).await
}
