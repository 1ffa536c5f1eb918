//! The mails of this room.

use crate::platform::{mail::Letter, text::Words};

/// Tells a learner that a person has graded their attempt.
#[must_use]
pub fn graded(academy: &str, quiz: &str) -> Letter {
    let words = words!(
        "Jawaban Anda di kuis \"{quiz}\" sudah dinilai. Nilainya ada di riwayat pengerjaan Anda.",
        "Your answers in the quiz \"{quiz}\" have been graded. The score is with your attempts."
    );
    letter(academy, vec![words])
}

/// Tells a learner that a person has looked at the grade that they contested.
#[must_use]
pub fn looked_at(academy: &str, quiz: &str, changed: bool) -> Letter {
    let words = if changed {
        words!(
            "Keberatan Anda atas nilai kuis \"{quiz}\" sudah diperiksa seseorang, dan nilainya berubah.",
            "A person has looked at the grade of the quiz \"{quiz}\" that you contested, and it has changed."
        )
    } else {
        words!(
            "Keberatan Anda atas nilai kuis \"{quiz}\" sudah diperiksa seseorang; nilainya tetap.",
            "A person has looked at the grade of the quiz \"{quiz}\" that you contested; it stays as it was."
        )
    };
    letter(academy, vec![words])
}

/// Tells a learner that the key of a question was corrected, and their score with it.
#[must_use]
pub fn corrected(academy: &str, quiz: &str) -> Letter {
    let changed = words!(
        "Kunci sebuah soal di kuis \"{quiz}\" telah diperbaiki, dan nilai Anda dihitung ulang.",
        "The key of a question in the quiz \"{quiz}\" was corrected, and your score was worked out again."
    );
    let stays = words!(
        "Yang sudah lulus tetap lulus, dan sertifikat Anda tetap berlaku.",
        "What you have passed stays passed, and your certificate stays valid."
    );
    letter(academy, vec![changed, stays])
}

/// Tells an instructor that a learner contests a grade.
#[must_use]
pub fn contested(academy: &str, quiz: &str) -> Letter {
    let words = words!(
        "Seorang peserta meminta seseorang memeriksa nilainya di kuis \"{quiz}\". Jawabannya ada di antrean penilaian.",
        "A learner asks a person to look at their grade in the quiz \"{quiz}\". The answers are in its grading queue."
    );
    letter(academy, vec![words])
}

fn letter(academy: &str, paragraphs: Vec<Words>) -> Letter {
    Letter { subject: words!("Kuis Anda di {academy}", "Your quiz at {academy}"), paragraphs, action: None }
}
