//! Banks of questions from elsewhere: read piece by piece, twice. First all is looked at, so that what is wrong is told before anything is written; then it
//! is written, all or nothing. Of a bank, no more is in memory than a few hundred questions, and what each
//! is called.

pub mod ask;
pub mod gift;
pub mod moodle;
pub mod source;
mod texts;
pub mod write;

use std::{collections::BTreeMap, io::BufRead};

use super::{ImportFormat, Problem, ProblemSeverity, Problems, enclosed, olx};
use crate::{
    catalog::{
        model::{QuestionKind, TextFormat},
        policy,
        questions::written::{self, Place, QuestionInput},
    },
    platform::{
        id::{Id, Random},
        text::{Language, Words},
    },
};

/// A question of a bank.
#[derive(Clone, Debug)]
pub struct BankQuestion {
    /// Where it begins, from one on.
    pub line: usize,
    /// What its source calls it: the same where it comes again.
    pub source: String,
    /// The question.
    pub input: QuestionInput,
    /// The files that its texts show.
    pub files: Vec<BankFile>,
    /// Bytes that it takes in its source.
    pub bytes: usize,
}

/// A file within a bank.
#[derive(Clone, Debug)]
pub struct BankFile {
    /// As the texts call it.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What a reader comes upon.
#[derive(Debug)]
pub enum Entry {
    /// A question.
    Question(Box<BankQuestion>),
    /// Something that is not taken over, or not as it was.
    Told(Problem),
    /// A question that is not taken over, as was told: of which kind it is in its source.
    Left(String),
}

/// How a reader tells what it comes upon; false: no more is wanted.
pub type Tell<'a> = &'a mut dyn FnMut(Entry) -> bool;

/// Bytes of a question at most, its files among them.
const MOST_BYTES: usize = 16 << 20;

/// Characters of what a source calls a question at most: what is longer is called by its digest.
const SOURCE: usize = 200;

/// Bytes of a file of a question at most.
const MOST_FILE: usize = 8 << 20;

/// How a bank is read.
#[derive(Clone, Copy, Debug)]
pub struct Manner<'a> {
    /// The file, as it is told.
    pub path: &'a str,
    /// The language of what a reader adds: true, false.
    pub language: Language,
}

impl Manner<'_> {
    pub(super) fn problem(&self, line: usize, severity: ProblemSeverity, words: Words) -> Problem {
        Problem::new(self.path, Some(line), severity, words)
    }

    /// What the choices of a question that is true or false are called.
    const fn truth(&self) -> (&'static str, &'static str) {
        match self.language {
            Language::Indonesian => ("Benar", "Salah"),
            Language::English => ("True", "False"),
        }
    }
}

/// Reads a bank of a form.
///
/// # Errors
/// The problem that stops it: what comes after can't be understood.
pub fn read(format: ImportFormat, input: &mut dyn BufRead, manner: Manner<'_>, tell: Tell<'_>) -> Result<(), Problem> {
    let tell: Tell<'_> = &mut |mut entry| {
        let Entry::Question(question) = &mut entry else { return tell(entry) };
        if question.source.chars().count() > SOURCE {
            question.source = named_by(question.input.asks.kind(), &[&question.source]);
        }
        let missed = texts::enclosed(question);
        let words = words!(
            "{missed} berkas di dalam teksnya tidak dapat diambil: terlalu besar, terlalu banyak, atau bukan base64.",
            "{missed} files within its texts can't be taken over: too large, too many, or no base64."
        );
        let warning = manner.problem(question.line, ProblemSeverity::Warning, words);
        (missed == 0 || tell(Entry::Told(warning))) && tell(entry)
    };
    match format {
        ImportFormat::Gift => gift::read(input, manner, tell),
        ImportFormat::MoodleXml => moodle::read(input, manner, tell),
        ImportFormat::Olx => olx::bank::read(input, manner, tell),
        ImportFormat::Markdown => Err(manner.problem(
            1,
            ProblemSeverity::Error,
            words!(
                "Bank soal berbentuk GIFT, MOODLE_XML, atau OLX; kursus utuh diambil dengan importCourse.",
                "A bank of questions is of the form GIFT, MOODLE_XML or OLX; a whole course is taken over by importCourse."
            ),
        )),
    }
}

/// A question is left out: of which kind it is, and why.
fn leave(tell: Tell<'_>, kind: &str, why: Problem) -> bool {
    tell(Entry::Told(why)) && tell(Entry::Left(kind.to_owned()))
}

/// The form of a bank, by how it begins.
///
/// # Errors
/// Where it can't be read.
pub fn recognised(input: &mut dyn BufRead) -> std::io::Result<ImportFormat> {
    let begin = input.fill_buf()?;
    if begin.starts_with(b"PK\x03\x04") || begin.starts_with(&[0x1f, 0x8b]) {
        return Ok(ImportFormat::Olx);
    }
    let text = String::from_utf8_lossy(&begin[..begin.len().min(4096)]).into_owned();
    let text = text.trim_start_matches('\u{feff}').trim_start();
    // A question in GIFT may begin with HTML: only what can't be a question is taken for XML.
    let root = |name: &str| {
        text.starts_with(&format!("<{name}")) || text.starts_with("<?xml") && text.contains(&format!("<{name}"))
    };
    Ok(if olx::bank::ROOTS.into_iter().any(root) && !root("quiz") {
        ImportFormat::Olx
    } else if root("quiz") || text.starts_with("<?xml") {
        ImportFormat::MoodleXml
    } else {
        ImportFormat::Gift
    })
}

/// How a file of a form ends.
const fn extension(format: ImportFormat) -> &'static str {
    match format {
        ImportFormat::Gift => "gift",
        ImportFormat::MoodleXml => "xml",
        ImportFormat::Olx => "tar.gz",
        ImportFormat::Markdown => "md",
    }
}

/// What a bank holds, as far as it is taken over.
#[derive(Default, Clone, Debug)]
pub struct Survey {
    /// How many questions of each kind.
    pub kinds: BTreeMap<&'static str, usize>,
    /// How many questions are left out, by their kind in the source.
    pub left: BTreeMap<String, usize>,
    /// How many files they show.
    pub files: usize,
    /// What is told.
    problems: Problems,
    stops: bool,
}

impl Survey {
    /// Looks through a bank; `watch` sees how many questions were read.
    pub fn of(format: ImportFormat, input: &mut dyn BufRead, manner: Manner<'_>, watch: &dyn Fn(usize)) -> Self {
        let random = Random::system();
        let mut survey = Self::default();
        let mut read = 0;
        let outcome = self::read(format, input, manner, &mut |entry| {
            read += usize::from(!matches!(entry, Entry::Told(_)));
            watch(read);
            match entry {
                Entry::Question(question) => survey.question(&random, manner, &question),
                Entry::Told(problem) => survey.tell(problem),
                Entry::Left(kind) => survey.leave(kind),
            }
            true
        });
        if let Err(problem) = outcome {
            survey.tell(problem);
        }
        let (all, most) = (survey.questions(), policy::QUESTIONS);
        if all > most {
            let words = words!("{all} soal; paling banyak {most}.", "{all} questions; {most} at most.");
            survey.tell(Problem::new(manner.path, None, ProblemSeverity::Error, words));
        }
        if all == 0 && !survey.stops {
            let words = words!("Tidak ada soal yang dapat diambil.", "There is no question that can be taken over.");
            survey.tell(Problem::new(manner.path, None, ProblemSeverity::Error, words));
        }
        survey
    }

    fn question(&mut self, random: &Random, manner: Manner<'_>, question: &BankQuestion) {
        let kind = question.input.asks.kind().as_str();
        match sound(random, &question.input) {
            Ok(()) => {
                *self.kinds.entry(kind).or_default() += 1;
                self.files_of(manner, question);
            }
            Err(why) => {
                self.leave(kind.to_owned());
                let Words { id, en } = why;
                let words = words!("Soal ini tidak diambil: {id}", "This question is left out: {en}");
                self.tell(manner.problem(question.line, ProblemSeverity::Warning, words));
            }
        }
    }

    fn files_of(&mut self, manner: Manner<'_>, question: &BankQuestion) {
        for file in &question.files {
            self.files += 1;
            if let Some((severity, words)) = enclosed::suspect(&file.name, &file.bytes) {
                let (name, Words { id, en }) = (&file.name, words);
                self.tell(manner.problem(question.line, severity, words!("\"{name}\": {id}", "\"{name}\": {en}")));
            }
        }
    }

    fn leave(&mut self, kind: String) {
        // Of kinds that somebody made up there may be as many as questions.
        if self.left.len() < 100 || self.left.contains_key(&kind) {
            *self.left.entry(kind).or_default() += 1;
        }
    }

    fn tell(&mut self, problem: Problem) {
        self.stops |= problem.severity == ProblemSeverity::Error;
        self.problems.push(problem);
    }

    /// How many questions are taken over.
    #[must_use]
    pub fn questions(&self) -> usize {
        self.kinds.values().sum()
    }

    /// Whether nothing is taken over: what is wrong is told.
    #[must_use]
    pub const fn stops(&self) -> bool {
        self.stops
    }

    /// What is told of it, by line.
    #[must_use]
    pub fn told(self) -> Vec<Problem> {
        self.problems.told()
    }
}

/// Whether a question keeps the rules of questions here.
///
/// # Errors
/// What is wrong, where, and how to mend it.
pub fn sound(random: &Random, input: &QuestionInput) -> Result<(), Words> {
    let place = Place { version: Id::from_uuid(uuid::Uuid::nil()), quiz: random.id(), id: random.id(), position: 1 };
    match written::rows(random, place, input.clone(), None) {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(objection)) => {
            let Words { id, en } = objection.words;
            // Without "question" and the kind.
            let field = objection.path.get(2..).unwrap_or_default().join(".");
            Err(words!("{field}: {id}", "{field}: {en}"))
        }
        Err(_) => Err(words!("kuncinya tidak dapat disimpan.", "its key can't be stored.")),
    }
}

/// A percentage as millionths, cut after the sixth place.
fn percent(text: &str) -> Option<i64> {
    let share: rust_decimal::Decimal = text.trim().parse().ok()?;
    let millionths = share.checked_mul(rust_decimal::Decimal::from(10_000))?;
    i64::try_from(millionths.trunc()).ok()
}

/// Shares that a source has rounded: where they come to one but for that, the first of them takes the rest.
fn rounded<'a>(shares: impl Iterator<Item = &'a mut i64>) {
    use crate::catalog::model::MILLIONTHS;
    let mut right: Vec<&mut i64> = shares.filter(|share| **share > 0).collect();
    let sum: i64 = right.iter().map(|share| **share).sum();
    // Moodle writes five places of a per cent: so much is lost with each.
    let lost = 50 * i64::try_from(right.len()).unwrap_or(0);
    if let Some(first) = right.first_mut().filter(|_| (MILLIONTHS - sum).abs() <= lost) {
        **first += MILLIONTHS - sum;
    }
}

/// What names a question that its source does not name: what it asks.
fn named_by(kind: QuestionKind, parts: &[&str]) -> String {
    use sha2::{Digest, Sha256};
    let mut digest = Sha256::new();
    for part in std::iter::once(kind.as_str()).chain(parts.iter().copied()) {
        digest.update(part.as_bytes());
        digest.update([0]);
    }
    crate::platform::text::hex(&digest.finalize()[..16])
}

/// The format of texts that are shown as they are.
const PLAIN: TextFormat = TextFormat::Plain;
