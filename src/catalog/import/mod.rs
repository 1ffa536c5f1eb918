//! Whole courses from elsewhere: recognised, read, and taken over all or nothing. What is not taken over is reported by file and
//! line; nothing is repaired or dropped silently.

pub mod files;
pub mod graphql;
pub mod job;
pub mod markdown;
pub mod model;
pub mod store;

use serde::{Deserialize, Serialize};

use super::{
    content::Watch,
    create_course::{self, NewCourse},
    model::CourseId,
};
use crate::platform::{
    db::Tx,
    fault::Fault,
    graphql::{Services, user_error::Objection},
    privacy::UserId,
    text::Words,
};

crate::text_enum!(
    /// How much a problem matters.
    ProblemSeverity {
        /// Something that you may want to know.
        Note = "NOTE",
        /// Something that you should look at.
        Warning = "WARNING",
        /// Something that stops the import.
        Error = "ERROR",
    }
);

impl Serialize for ProblemSeverity {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ProblemSeverity {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        let all = [Self::Note, Self::Warning, Self::Error];
        all.into_iter()
            .find(|severity| severity.as_str() == word)
            .ok_or_else(|| serde::de::Error::custom("no severity"))
    }
}

/// What was not taken over, or is not as it should be.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file, from the folder's root.
    pub path: String,
    /// The line in it, from one on.
    pub line: Option<u32>,
    /// How much it matters.
    pub severity: ProblemSeverity,
    /// What is the matter.
    pub message: Words,
}

impl Problem {
    pub(super) fn new(path: &str, line: Option<usize>, severity: ProblemSeverity, message: Words) -> Self {
        let line = line.and_then(|line| u32::try_from(line).ok());
        let short = |text: &str, most: usize| text.chars().take(most).collect::<String>();
        let Words { id, en } = message;
        let message = Words { id: short(&id, 500).into(), en: short(&en, 500).into() };
        Self { path: short(path, 500), line, severity, message }
    }
}

/// Problems of each severity at most: a few bytes of files can have millions.
const MOST_PROBLEMS: usize = 1_000;

/// What is the matter with a course: so much of it as a person may read, and how much more there is.
#[derive(Default, Clone, Debug)]
pub struct Problems {
    kept: Vec<Problem>,
    notes: usize,
    others: usize,
}

impl Problems {
    /// One more.
    pub fn push(&mut self, problem: Problem) {
        let count = if problem.severity == ProblemSeverity::Note { &mut self.notes } else { &mut self.others };
        *count += 1;
        if *count <= MOST_PROBLEMS {
            self.kept.push(problem);
        }
    }

    /// All that is told, by file and line; the last ones say how many are not.
    #[must_use]
    pub fn told(mut self) -> Vec<Problem> {
        self.kept.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
        for (count, severity) in [(self.others, ProblemSeverity::Warning), (self.notes, ProblemSeverity::Note)] {
            let more = count.saturating_sub(MOST_PROBLEMS);
            if more > 0 {
                let words = words!("… dan {more} lagi seperti ini.", "… and {more} more like these.");
                self.kept.push(Problem::new("", None, severity, words));
            }
        }
        self.kept
    }

    /// The same, seen from a folder.
    #[must_use]
    fn below(mut self, folder: &str) -> Self {
        for problem in &mut self.kept {
            if let Some(rest) = problem.path.strip_prefix(folder) {
                problem.path = rest.to_owned();
            }
        }
        self
    }

    /// How many there are.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.notes + self.others
    }
}

/// How much was taken over.
#[derive(Serialize, Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Sections.
    pub sections: usize,
    /// Lessons.
    pub lessons: usize,
    /// Quizzes.
    pub quizzes: usize,
    /// Questions.
    pub questions: usize,
    /// Options of questions.
    pub options: usize,
}

/// A course that was read, ready to be written.
pub struct Read {
    /// What the course is begun with.
    pub course: NewCourse,
    /// Makes its content for a version.
    pub content: markdown::Course,
    /// How much there is, in the course's own language.
    pub counts: Counts,
    /// Lessons, quizzes, questions and options that are there in another language.
    pub translations: std::collections::BTreeMap<String, Counts>,
    /// What is not taken over.
    pub problems: Vec<Problem>,
}

/// Reads a course of whichever format its files are in.
///
/// # Errors
/// The problem that stops it.
pub fn read(files: &files::Files, title: Option<&str>) -> Result<Read, Problem> {
    if markdown::is_one(files.tree.keys().map(String::as_str)) {
        return markdown::read(files, title);
    }
    Err(Problem::new(
        "",
        None,
        ProblemSeverity::Error,
        words!(
            "Bentuknya tidak dikenal: kursus Markdown adalah folder berisi folder bernomor (1-bagian-pertama/1-pelajaran-pertama/README.md).",
            "The format is not known: a Markdown course is a folder of numbered folders (1-first-section/1-first-lesson/README.md)."
        ),
    ))
}

/// Writes a course that was read, in a transaction of the caller's; `watch` sees how far it is.
///
/// # Errors
/// Those of the database; objections where the course can't be begun like this.
pub async fn write(
    tx: &mut Tx,
    services: &Services,
    instructor: Option<UserId>,
    read: &Read,
    watch: Watch<'_>,
) -> Result<Result<CourseId, Vec<Objection>>, Fault> {
    let content = |version| read.content.content(services, version);
    create_course::insert(tx, services, instructor, read.course.clone(), content, watch).await
}
