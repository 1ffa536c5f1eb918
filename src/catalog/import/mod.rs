//! Whole courses and banks of questions from elsewhere: recognised, read, and taken over all or nothing. What is not taken over is reported by file and
//! line; nothing is repaired or dropped silently.

pub mod bank;
pub mod enclosed;
pub mod files;
pub mod following;
pub mod graphql;
pub mod job;
pub mod markdown;
pub mod model;
mod next_draft;
pub mod olx;
pub mod outline;
pub mod store;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use self::{
    enclosed::{SourceFile, Stored},
    outline::{Known, Outline},
};
use super::{
    content::Watch,
    create_course::{self, NewCourse},
    model::CourseId,
    store as catalog,
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

    /// Whether one more of a severity is told, and not only counted.
    #[must_use]
    pub fn has_room(&self, severity: ProblemSeverity) -> bool {
        let count = if severity == ProblemSeverity::Note { self.notes } else { self.others };
        count < MOST_PROBLEMS
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
    /// What it holds.
    pub outline: Outline,
    /// How much there is, in the course's own language.
    pub counts: Counts,
    /// Lessons, quizzes, questions and options that are there in another language.
    pub translations: BTreeMap<String, Counts>,
    /// How many blocks of each kind the source has, where it is made of blocks.
    pub blocks: BTreeMap<String, usize>,
    /// What is not taken over.
    pub problems: Vec<Problem>,
    /// The path of its picture in the source.
    pub cover: Option<String>,
    /// The files that it comes to have: to be [stored](enclosed::stored) before it is written.
    pub files: Vec<SourceFile>,
}

crate::text_enum!(
    /// In which form a course comes, or a bank of questions.
    ImportFormat {
        /// A course in folders of Markdown.
        Markdown = "MARKDOWN",
        /// A course of Open edX, or its problems.
        Olx = "OLX",
        /// Questions of Moodle.
        MoodleXml = "MOODLE_XML",
        /// Questions in the text format of Moodle.
        Gift = "GIFT",
    }
);

/// Reads a course of the form that is given, or of whichever its files are in.
///
/// # Errors
/// The problem that stops it.
pub fn read(mut files: files::Files, format: Option<ImportFormat>, title: Option<&str>) -> Result<Read, Problem> {
    let fits = |format: &ImportFormat| match format {
        ImportFormat::Olx => olx::is_one(&files.tree),
        ImportFormat::Markdown => markdown::is_one(files.tree.keys().map(String::as_str)),
        ImportFormat::MoodleXml | ImportFormat::Gift => false,
    };
    let found = match format {
        Some(given) => Some(given).filter(fits),
        None => [ImportFormat::Olx, ImportFormat::Markdown].into_iter().find(fits),
    };
    let mut read = match found {
        Some(ImportFormat::Olx) => olx::read(&files, title),
        Some(ImportFormat::Markdown) => markdown::read(&files, title),
        Some(ImportFormat::MoodleXml | ImportFormat::Gift) | None => Err(Problem::new(
            "",
            None,
            ProblemSeverity::Error,
            words!(
                "Bukan bentuk yang diminta, atau yang dikenal: kursus Markdown adalah folder berisi folder bernomor (1-bagian-pertama/1-pelajaran-pertama/README.md), kursus Open edX berisi course.xml; bank soal diambil dengan importQuestions.",
                "Not of the format that is asked for, or of one that is known: a Markdown course is a folder of numbered folders (1-first-section/1-first-lesson/README.md), one of Open edX holds a course.xml; a bank of questions is taken over by importQuestions."
            ),
        )),
    }?;
    let Read { outline, cover, problems, .. } = &mut read;
    read.files = enclosed::collected(&mut files.tree, outline, cover.as_deref(), problems);
    Ok(read)
}

/// Writes a course that was read, in a transaction of the caller's; `watch` sees how far it is. It becomes the next draft of the course
/// `into`, or else of the course of this instructor's that was imported from the same source, or else a course of its own.
///
/// # Errors
/// Those of the database; objections where the course can't be begun like this.
pub async fn write(
    tx: &mut Tx,
    services: &Services,
    instructor: Option<UserId>,
    into: Option<CourseId>,
    read: &Read,
    stored: &Stored,
    watch: Watch<'_>,
) -> Result<Result<CourseId, Vec<Objection>>, Fault> {
    let kept = stored.keep(tx).await?;
    let known = match (into, &read.course.source) {
        (Some(course), _) => Some(course),
        (None, Some(source)) => catalog::by_source(tx, source, instructor).await?,
        (None, None) => None,
    };
    if let Some(course) = known {
        return next_draft::write(tx, services, course, read, &kept, watch).await;
    }
    let content = |version| read.outline.content(services, version, Known::default(), &kept);
    let course = NewCourse { cover: kept.cover, ..read.course.clone() };
    create_course::insert(tx, services, instructor, course, content, watch).await
}
