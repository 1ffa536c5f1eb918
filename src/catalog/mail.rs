//! The mails of this room.

use super::model::SubmissionStatus;
use crate::platform::mail::Letter;

/// Tells an instructor what was decided on their course.
#[must_use]
pub fn decided(academy: &str, title: &str, status: SubmissionStatus, reason: Option<&str>) -> Letter {
    let first = match status {
        SubmissionStatus::Approved => {
            words!("Kursus \"{title}\" sekarang terbit.", "The course \"{title}\" is published now.")
        }
        SubmissionStatus::ChangesRequested => words!(
            "Peninjau meminta perubahan pada kursus \"{title}\".",
            "A reviewer asks for changes to the course \"{title}\"."
        ),
        _ => words!("Kursus \"{title}\" tidak diterbitkan.", "The course \"{title}\" was not published."),
    };
    let mut paragraphs = vec![first];
    if let Some(reason) = reason {
        paragraphs.push(words!("Alasannya: {reason}", "The reason: {reason}"));
    }
    Letter { subject: words!("Kursus Anda di {academy}", "Your course at {academy}"), paragraphs, action: None }
}
