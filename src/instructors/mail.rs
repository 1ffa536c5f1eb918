//! The mails of this room.

use super::Decision;
use crate::platform::mail::Letter;

/// Tells a reviewer that an application waits: whose, they see when they read it.
#[must_use]
pub fn applied(academy: &str) -> Letter {
    Letter {
        subject: words!("Sebuah lamaran di {academy} menunggu", "An application at {academy} waits"),
        paragraphs: vec![words!(
            "Seseorang melamar untuk mengajar di {academy}; lamarannya menunggu untuk ditinjau.",
            "Somebody applies to teach at {academy}; their application waits for a review."
        )],
        action: None,
    }
}

/// Tells an applicant what was decided.
#[must_use]
pub fn decided(academy: &str, decision: Decision, reason: Option<&str>) -> Letter {
    let first = match decision {
        Decision::Approve => words!(
            "Lamaran Anda untuk mengajar di {academy} disetujui. Masuk lagi untuk mulai menulis kursus.",
            "Your application to teach at {academy} is approved. Sign in again to start writing courses."
        ),
        Decision::RequestChanges => words!(
            "Peninjau meminta perubahan pada lamaran Anda di {academy}; perbaiki lalu lamar lagi.",
            "A reviewer asks for changes to your application at {academy}; mend it and apply again."
        ),
        Decision::Reject => words!(
            "Lamaran Anda untuk mengajar di {academy} tidak diterima.",
            "Your application to teach at {academy} was not accepted."
        ),
    };
    let mut paragraphs = vec![first];
    if let Some(reason) = reason {
        paragraphs.push(words!("Alasannya: {reason}", "The reason: {reason}"));
    }
    Letter { subject: words!("Lamaran Anda di {academy}", "Your application at {academy}"), paragraphs, action: None }
}
