//! The problems of Open edX as a bank of questions: of a course, of a library, or of one file.

use std::io::{BufRead, Read};

use roxmltree::Node;

use super::{
    Reading, problem,
    xml::{attribute, elements, parsed},
};
use crate::catalog::{
    import::{
        Problem,
        ProblemSeverity::{Error, Note},
        bank::{BankQuestion, Entry, Manner, Tell},
        files::{self, Files, Tree},
        markdown::text::utf8_of,
        outline::Question,
    },
    model::TextFormat,
    questions::written::{Asks, ChoiceInput, QuestionInput},
};

/// What a file of XML begins with that may hold problems.
pub const ROOTS: [&str; 6] = ["problem", "library", "course", "chapter", "sequential", "vertical"];

/// Bytes at most, as an archive or a file.
const MOST: u64 = 256 << 20;

/// Reads the problems of an archive, or of a file of XML. All of it is in memory, as a course is.
///
/// # Errors
/// The problem that stops it.
pub fn read(input: &mut dyn BufRead, manner: Manner<'_>, tell: Tell<'_>) -> Result<(), Problem> {
    let mut bytes = Vec::new();
    let whole = input.take(MOST + 1).read_to_end(&mut bytes);
    whole.map_err(|error| {
        manner.problem(1, Error, words!("Tidak dapat dibaca: {error}", "It can't be read: {error}"))
    })?;
    if bytes.len() as u64 > MOST {
        return Err(manner.problem(1, Error, words!("Lebih dari {MOST} bita.", "More than {MOST} bytes.")));
    }
    let is_archive = bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(&[0x1f, 0x8b]);
    let files =
        if is_archive { files::of_archive(&bytes)? } else { Files::of(Tree::from([(manner.path.to_owned(), bytes)])) };
    let mut reading = Reading::of(&files);
    let (mut without, mut drafts) = (0, 0);
    for (path, bytes) in &files.tree {
        if path.starts_with("drafts/") {
            drafts += 1;
            continue;
        }
        if is_archive && !path.to_ascii_lowercase().ends_with(".xml") {
            continue;
        }
        let text = utf8_of(path, bytes)?;
        let document = parsed(path, text)?;
        let stem = path.rsplit('/').next().unwrap_or(path).trim_end_matches(".xml");
        let mut has_some = false;
        let mut lines = Lines { text, read: 0, line: 1 };
        let mut open = vec![document.root_element()];
        while let Some(node) = open.pop() {
            let kind = node.tag_name().name();
            if OTHERS.contains(&kind) {
                let words = words!("{kind} belum ada di sini; ditinggalkan.", "There is no {kind} here yet; left out.");
                reading.leave(path, node, words);
            } else if kind != "problem" {
                open.extend(node.children().rev().filter(Node::is_element));
            } else if elements(node).next().is_some() {
                // What says nothing but a name is said elsewhere.
                has_some = true;
                let line = lines.at(node.range().start);
                let name = attribute(node, "url_name").unwrap_or(stem);
                for question in problem::questions(&mut reading, path, node, name)? {
                    if !tell(Entry::Question(Box::new(of_bank(question, line)))) {
                        return Ok(());
                    }
                }
            }
        }
        without += usize::from(!has_some);
    }
    for (count, words) in [
        (
            without,
            words!("{without} berkas tanpa soal ditinggalkan.", "{without} files without questions are left out."),
        ),
        (
            drafts,
            words!("{drafts} konsep yang belum terbit ditinggalkan.", "{drafts} unpublished drafts are left out."),
        ),
    ] {
        if count > 0 {
            reading.problems.push(Problem::new("", None, Note, words));
        }
    }
    let Reading { problems, left, .. } = reading;
    for entry in problems
        .told()
        .into_iter()
        .map(Entry::Told)
        .chain(left.into_iter().flat_map(|(kind, count)| std::iter::repeat_n(kind, count)).map(Entry::Left))
    {
        if !tell(entry) {
            break;
        }
    }
    Ok(())
}

/// What asks something, and is no problem.
const OTHERS: [&str; 12] = [
    "openassessment",
    "drag-and-drop-v2",
    "poll",
    "survey",
    "word_cloud",
    "problem-builder",
    "step-builder",
    "submit-and-compare",
    "freetextresponse",
    "crowdsourcehinter",
    "lti",
    "lti_consumer",
];

/// Lines of places that come in their order: each part of the text is read once.
struct Lines<'a> {
    text: &'a str,
    read: usize,
    line: usize,
}

impl Lines<'_> {
    fn at(&mut self, place: usize) -> usize {
        let passed = self.text.get(self.read..place).unwrap_or_default();
        self.line += passed.matches('\n').count();
        self.read = self.read.max(place);
        self.line
    }
}

fn of_bank(question: Question, line: usize) -> BankQuestion {
    let Question { source, multiple, prompt, points, feedback, options, asks, .. } = question;
    let choices = || {
        let choices = options.into_iter().map(|choice| ChoiceInput {
            id: None,
            text: choice.text,
            fraction: choice.fraction,
            feedback: choice.feedback,
        });
        Asks::Choice { multiple, choices: choices.collect() }
    };
    let bytes = prompt.len();
    let asks = asks.unwrap_or_else(choices);
    let input = QuestionInput { prompt, format: Some(TextFormat::Plain), points, feedback, asks };
    BankQuestion { line, source, input, files: Vec::new(), bytes }
}
