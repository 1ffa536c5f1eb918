//! The problems of Open edX as a bank of questions: of a course, of a library, or of one file.

use std::io::{BufRead, Read};

use super::{
    Reading, problem,
    xml::{attribute, elements, parsed, place},
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
    let is_archive = bytes.starts_with(b"PK") || bytes.starts_with(&[0x1f, 0x8b]);
    let files =
        if is_archive { files::of_archive(&bytes)? } else { Files::of(Tree::from([(manner.path.to_owned(), bytes)])) };
    let mut reading = Reading::of(&files);
    let mut goes_on = true;
    let mut without = 0;
    for (path, bytes) in files.tree.iter().filter(|(path, _)| !path.starts_with("drafts/")) {
        if is_archive && !path.to_ascii_lowercase().ends_with(".xml") {
            continue;
        }
        let text = utf8_of(path, bytes)?;
        let document = parsed(path, text)?;
        let stem = path.rsplit('/').next().unwrap_or(path).trim_end_matches(".xml");
        // What says nothing but a name is said elsewhere.
        let problems =
            document.descendants().filter(|node| node.has_tag_name("problem") && elements(*node).next().is_some());
        let mut has_some = false;
        for node in problems {
            has_some = true;
            let name = attribute(node, "url_name").unwrap_or(stem);
            for question in problem::questions(&mut reading, path, node, name)? {
                let question = of_bank(question, place(node).line());
                goes_on = goes_on && tell(Entry::Question(Box::new(question)));
            }
        }
        without += usize::from(!has_some);
        for problem in std::mem::take(&mut reading.problems).told() {
            goes_on = goes_on && tell(Entry::Told(problem));
        }
        for (kind, count) in std::mem::take(&mut reading.left) {
            goes_on = goes_on && (0..count).all(|_| tell(Entry::Left(kind.clone())));
        }
        if !goes_on {
            return Ok(());
        }
    }
    if without > 0 {
        let words =
            words!("{without} berkas tanpa soal ditinggalkan.", "{without} files without questions are left out.");
        tell(Entry::Told(Problem::new("", None, Note, words)));
    }
    Ok(())
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
