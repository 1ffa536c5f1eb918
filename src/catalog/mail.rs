//! The mails of this room.

use super::model::SubmissionStatus;
use crate::platform::mail::Letter;

/// Tells a reviewer that a course waits.
#[must_use]
pub fn submitted(academy: &str, title: &str) -> Letter {
    let waits = words!("Kursus \"{title}\" menunggu untuk ditinjau.", "The course \"{title}\" waits for a review.");
    let subject = words!("Sebuah kursus di {academy} menunggu", "A course at {academy} waits");
    Letter { subject, paragraphs: vec![waits], action: None }
}

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
