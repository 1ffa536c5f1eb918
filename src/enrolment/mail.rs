//! The mails of this room.

use crate::platform::{mail::Letter, text::Words};

/// Tells who waited that there is a seat.
#[must_use]
pub fn seated(academy: &str, title: &str) -> Letter {
    let words = words!(
        "Ada kursi untuk Anda di kursus \"{title}\": Anda dapat mulai belajar.",
        "There is a seat for you in the course \"{title}\": you can begin to learn."
    );
    letter(academy, words)
}

/// Tells a person that they were enrolled by somebody else.
#[must_use]
pub fn enrolled(academy: &str, title: &str) -> Letter {
    let words = words!(
        "Anda didaftarkan di kursus \"{title}\". Bila ini keliru, Anda dapat keluar darinya.",
        "You were enrolled in the course \"{title}\". If that is a mistake, you can leave it."
    );
    letter(academy, words)
}

fn letter(academy: &str, words: Words) -> Letter {
    Letter {
        subject: words!("Kursus Anda di {academy}", "Your course at {academy}"),
        paragraphs: vec![words],
        action: None,
    }
}
