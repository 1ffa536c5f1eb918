//! The two courses of the demonstration, written for it.

/// A short course.
pub(super) struct Course {
    pub title: &'static str,
    pub locale: &'static str,
    pub summary: &'static str,
    pub description: &'static str,
    pub section: &'static str,
    pub lessons: &'static [(&'static str, &'static str)],
    pub quiz: &'static str,
    /// What is asked, what is right, what is wrong.
    pub questions: &'static [(&'static str, &'static str, &'static [&'static str])],
}

pub(super) const ALL: &[Course] = &[
    Course {
        title: "Kata Sandi yang Kuat",
        locale: "id",
        summary: "Membuat dan menyimpan kata sandi tanpa menghafal teka-teki.",
        description: "Kursus singkat tentang **kata sandi**: apa yang membuatnya kuat, dan bagaimana menyimpannya.",
        section: "Dasar",
        lessons: &[
            (
                "Panjang mengalahkan rumit",
                "Empat kata acak lebih sulit ditebak mesin daripada satu kata dengan angka di ujungnya, dan lebih mudah diingat.\n\n- *kucing meja hujan sepeda* kuat\n- *K0pi123!* lemah\n",
            ),
            (
                "Satu layanan, satu kata sandi",
                "Bila satu layanan bocor, kata sandi yang sama membuka semua yang lain. Simpanlah yang berbeda-beda di pengelola kata sandi.\n",
            ),
        ],
        quiz: "Kuis: kata sandi",
        questions: &[
            (
                "Mana yang paling sulit ditebak mesin?",
                "Empat kata acak",
                &["Nama dan tahun lahir", "Satu kata dengan angka 1 di ujung"],
            ),
            (
                "Mengapa memakai kata sandi berbeda di tiap layanan?",
                "Agar kebocoran satu layanan tidak membuka yang lain",
                &["Agar lebih cepat masuk", "Karena layanan memintanya"],
            ),
        ],
    },
    Course {
        title: "Reading a Privacy Policy",
        locale: "en",
        summary: "What to look for in a privacy policy, in ten minutes.",
        description: "A short course on **privacy policies**: who holds your data, why, and for how long.",
        section: "Basics",
        lessons: &[
            (
                "Who, what, why",
                "A policy names *who* answers for your data, *what* is kept and *why*. Where one of the three is missing, ask.\n",
            ),
            (
                "For how long, and what you may ask",
                "Look for a time after which data goes, and for how to ask for a copy, a correction or an erasure.\n",
            ),
        ],
        quiz: "Quiz: privacy policies",
        questions: &[
            (
                "What does a policy have to name?",
                "Who answers for the data, what is kept, and why",
                &["The colour of the website", "How many people use the service"],
            ),
            (
                "Which of these may you ask for?",
                "A copy of your data",
                &["Other people's data", "The source code of the service"],
            ),
        ],
    },
];
