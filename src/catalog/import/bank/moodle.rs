//! Moodle XML: <https://docs.moodle.org/en/Moodle_XML_format>. Read an element at a time; of a document type nothing is read.

use std::io::{BufRead, Read};

use base64::{Engine, engine::general_purpose::STANDARD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use quick_xml::{
    Reader, XmlVersion,
    events::{BytesStart, Event},
};

use super::{
    BankFile, BankQuestion, Entry, MOST_BYTES, MOST_FILE, Manner, Problem,
    ProblemSeverity::{Error, Note, Warning},
    Tell, leave, named_by, percent, rounded,
    texts::{Formatted, by_the_best, matched, plain, unify},
};
use crate::{
    catalog::{
        model::{MILLIONTHS, TextFormat},
        policy,
        questions::{
            key::{AcceptedRange, AcceptedText},
            written::{self, Asks, ChoiceInput, QuestionInput},
        },
    },
    platform::text::Words,
};

/// Elements of a question at most: one of Moodle's own has some hundred.
const ELEMENTS: usize = 10_000;

/// Notes of a question that are told at most.
const NOTES: usize = 50;

/// Elements within each other at most.
const DEPTH: usize = 64;

/// Counts the lines of what is read, and ends where one question is too large.
struct Counted<'a> {
    inner: &'a mut dyn BufRead,
    line: usize,
    left: usize,
    /// Whether there was a character that no text here can hold.
    has_nul: bool,
}

impl Counted<'_> {
    fn begin(&mut self) {
        self.left = MOST_BYTES;
    }
}

impl Read for Counted<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(into.len());
        into[..count].copy_from_slice(&available[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Counted<'_> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        if self.left == 0 {
            return Err(std::io::Error::other("one question is too large"));
        }
        let available = self.inner.fill_buf()?;
        Ok(&available[..available.len().min(self.left)])
    }

    fn consume(&mut self, count: usize) {
        if let Ok(available) = self.inner.fill_buf() {
            self.line += available[..count].split(|byte| *byte == b'\n').count() - 1;
            self.has_nul |= available[..count].contains(&0);
        }
        self.left = self.left.saturating_sub(count);
        self.inner.consume(count);
    }
}

/// An element, whole.
#[derive(Default, Debug)]
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    text: String,
    children: Vec<Element>,
}

impl Element {
    fn begun(start: &BytesStart<'_>) -> Result<Self, Words> {
        let mut element = Self { name: start.name().as_ref().to_owned(), ..Self::default() };
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| malformed(&error.to_string()))?;
            let value =
                attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| malformed(&error.to_string()))?;
            element.attributes.push((attribute.key.as_ref().to_owned(), value.into_owned()));
        }
        Ok(element)
    }

    fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    fn children<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of a child, or of a `text` within it.
    fn said(&self, name: &str) -> &str {
        self.child(name).map_or("", |child| child.child("text").unwrap_or(child).text.trim())
    }

    /// Its own `text`.
    fn own(&self) -> &str {
        self.child("text").map_or_else(|| self.text.trim(), |text| text.text.trim())
    }

    fn yes(&self, name: &str, otherwise: bool) -> bool {
        match self.said(name).to_ascii_lowercase().as_str() {
            "" => otherwise,
            word => word == "1" || word == "true",
        }
    }

    /// Its own `text` in its format; `@@PLUGINFILE@@/` leads to a file that comes with it.
    fn formatted(&self) -> Formatted {
        let format = match self.attribute("format") {
            Some("plain_text") => TextFormat::Plain,
            Some("markdown") => TextFormat::Markdown,
            // Where nothing is said, Moodle takes it for HTML too.
            _ => TextFormat::Html,
        };
        let text = self.own().replace("@@PLUGINFILE@@/", "");
        let format = if format == TextFormat::Html && !text.contains(['<', '&']) { TextFormat::Plain } else { format };
        (format, text)
    }

    /// All that is said to who answered, as it is written.
    fn feedbacks(&self) -> impl Iterator<Item = &str> {
        let own = self.children.iter().filter(|child| matches!(child.name.as_str(), "generalfeedback" | "graderinfo"));
        own.chain(self.children("answer").flat_map(|answer| answer.children("feedback"))).map(Self::own)
    }

    /// What is said to who answered: plain text here.
    fn feedback(&self, name: &str) -> Option<String> {
        let (format, text) = self.child(name)?.formatted();
        let text = if format == TextFormat::Html { plain(&text) } else { text };
        Some(text).filter(|text| !text.is_empty())
    }
}

fn malformed(error: &str) -> Words {
    words!("XML-nya tidak sah: {error}", "Its XML is malformed: {error}")
}

/// Reads a bank.
///
/// # Errors
/// Where it is no well-formed `quiz`, has a document type, or a question of more than 16 MiB.
pub fn read(input: &mut dyn BufRead, manner: Manner<'_>, tell: Tell<'_>) -> Result<(), Problem> {
    let mut reader = Reader::from_reader(Counted { inner: input, line: 1, left: MOST_BYTES, has_nul: false });
    // Without it, an element that ends nowhere would be taken for one that does.
    reader.config_mut().check_end_names = true;
    let mut buffer = Vec::new();
    let mut open: Vec<Element> = Vec::new();
    let mut begun = 1;
    let mut is_quiz = false;
    let mut elements = 0;
    loop {
        buffer.clear();
        let line = reader.get_mut().line;
        let stop = |words: Words| manner.problem(line, Error, words);
        let event = reader.read_event_into(&mut buffer).map_err(|error| stop(malformed(&error.to_string())))?;
        if reader.get_ref().has_nul {
            return Err(stop(words!("Mengandung karakter U+0000.", "It holds the character U+0000.")));
        }
        let mut ended = None;
        match event {
            Event::Start(start) => {
                let element = Element::begun(&start).map_err(stop)?;
                if open.is_empty() && element.name != "quiz" {
                    return Err(stop(words!("Akarnya bukan <quiz>.", "Its root is not a <quiz>.")));
                }
                if open.len() == 1 {
                    begun = line;
                }
                is_quiz = true;
                open.push(element);
                elements += 1;
                if open.len() > DEPTH {
                    return Err(stop(words!("Lebih dari {DEPTH} tingkat.", "More than {DEPTH} levels.")));
                }
            }
            Event::Empty(start) => {
                if open.len() == 1 {
                    begun = line;
                }
                elements += 1;
                ended = Some(Element::begun(&start).map_err(stop)?);
            }
            Event::End(_) => ended = open.pop(),
            Event::Text(text) => add(&mut open, &text.xml10_content()),
            Event::CData(text) => add(&mut open, &text.xml10_content()),
            Event::GeneralRef(reference) => {
                let named = || Some(quick_xml::escape::resolve_predefined_entity(&reference)?.to_owned());
                let character = reference.resolve_char_ref().map_err(|error| stop(malformed(&error.to_string())))?;
                let said = character.filter(|c| *c != '\0').map(String::from).or_else(named);
                let name = reference.to_string();
                let said = said.ok_or_else(|| stop(malformed(&format!("&{name};"))))?;
                add(&mut open, &said);
            }
            Event::DocType(_) => {
                return Err(stop(words!(
                    "Jenis dokumen (DOCTYPE) tidak diterima: hapuslah baris itu.",
                    "A document type (DOCTYPE) is not taken: remove that line."
                )));
            }
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            Event::Eof if open.is_empty() && is_quiz => return Ok(()),
            Event::Eof if !is_quiz => {
                return Err(stop(words!("Tidak ada <quiz> di dalamnya.", "There is no <quiz> in it.")));
            }
            Event::Eof => return Err(stop(malformed("</quiz>"))),
        }
        if elements > ELEMENTS {
            let words = words!(
                "Lebih dari {ELEMENTS} unsur dalam satu soal.",
                "More than {ELEMENTS} elements in one question."
            );
            return Err(manner.problem(line, Error, words));
        }
        match (ended, open.as_mut_slice()) {
            // All of a question, and nothing of the one before.
            (Some(mut element), [quiz]) => {
                quiz.text.clear();
                let bytes = MOST_BYTES - reader.get_mut().left;
                reader.get_mut().begin();
                elements = 0;
                if !one(&mut element, (begun, bytes), manner, tell) {
                    return Ok(());
                }
            }
            (Some(element), [.., parent]) => parent.children.push(element),
            _ => {}
        }
    }
}

fn add(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

/// Tells a question; false where no more is wanted.
fn one(element: &mut Element, (line, bytes): (usize, usize), manner: Manner<'_>, tell: Tell<'_>) -> bool {
    let kind = &*element.attribute("type").unwrap_or_default().chars().take(64).collect::<String>();
    if element.name != "question" {
        let name = &element.name;
        let words = words!("<{name}> tidak dikenal; ditinggalkan.", "<{name}> is unknown; left out.");
        return tell(Entry::Told(manner.problem(line, Note, words)));
    }
    if kind == "category" {
        let category = element.said("category");
        let words = words!("Kategori \"{category}\" tidak disimpan.", "The category \"{category}\" is not kept.");
        return tell(Entry::Told(manner.problem(line, Note, words)));
    }
    // As it is told: each note repeats it.
    let name = &*element.said("name").chars().take(200).collect::<String>();
    let mut notes = Vec::new();
    let read = match kind {
        "description" => {
            let words = words!(
                "\"{name}\": teks saja, tanpa soal; ditinggalkan.",
                "\"{name}\": a text that asks nothing; left out."
            );
            return leave(tell, kind, manner.problem(line, Note, words));
        }
        "multichoice" | "truefalse" | "shortanswer" | "numerical" | "matching" | "ordering" | "essay" => {
            question(element, kind, manner, &mut notes)
        }
        _ => Err(words!("Jenis {kind} belum ada di sini.", "There is no {kind} here yet.")),
    };
    let said = |words: Words| {
        let Words { id, en } = words;
        words!("\"{name}\": {id}", "\"{name}\": {en}")
    };
    for (severity, words) in notes.into_iter().take(NOTES) {
        if !tell(Entry::Told(manner.problem(line, severity, said(words)))) {
            return false;
        }
    }
    match read {
        Ok((input, files)) => {
            let id = element.said("idnumber");
            let source =
                if id.is_empty() { named_by(input.asks.kind(), &[name, &input.prompt]) } else { id.to_owned() };
            tell(Entry::Question(Box::new(BankQuestion { line, source, input, files, bytes })))
        }
        Err(words) => leave(tell, kind, manner.problem(line, Warning, said(words))),
    }
}

type Notes = Vec<(super::ProblemSeverity, Words)>;

fn question(
    element: &mut Element,
    kind: &str,
    manner: Manner<'_>,
    notes: &mut Notes,
) -> Result<(QuestionInput, Vec<BankFile>), Words> {
    let mut files = Vec::new();
    take_files(element, &mut files, notes);
    let element = &*element;
    let asked = element.child("questiontext");
    let mut prompt = asked.map(Element::formatted).unwrap_or_default_text();
    if prompt.1.is_empty() {
        prompt = (TextFormat::Plain, element.said("name").to_owned());
    }
    let points = points(element)?;
    untold(element, notes);
    let asks = match kind {
        "multichoice" => choices(element, &mut prompt)?,
        "truefalse" => truth(element, manner, notes),
        "shortanswer" => Asks::ShortAnswer { case_sensitive: element.yes("usecase", false), accepted: texts(element)? },
        "numerical" => Asks::Numeric { accepted: ranges(element, notes)? },
        "matching" => matching(element, &mut prompt),
        "ordering" => ordering(element, &mut prompt, notes),
        _ => essay(element, notes),
    };
    let shares: Vec<i64> = match &asks {
        Asks::ShortAnswer { accepted, .. } => accepted.iter().map(|answer| answer.fraction).collect(),
        Asks::Numeric { accepted } => accepted.iter().map(|range| range.fraction).collect(),
        _ => Vec::new(),
    };
    notes.extend(by_the_best(shares.into_iter()).map(|words| (Warning, words)));
    let (format, prompt) = prompt;
    let feedback = element.feedback("generalfeedback");
    Ok((QuestionInput { prompt, format: Some(format), points, feedback, asks }, files))
}

/// A text where there may be none.
trait OrEmpty {
    fn unwrap_or_default_text(self) -> Formatted;
}

impl OrEmpty for Option<Formatted> {
    fn unwrap_or_default_text(self) -> Formatted {
        self.unwrap_or((TextFormat::Plain, String::new()))
    }
}

/// What it is worth: one point where it does not say.
fn points(element: &Element) -> Result<i64, Words> {
    let given = element.said("defaultgrade");
    if given.is_empty() {
        return Ok(MILLIONTHS);
    }
    let scaled = written::number(given).and_then(|grade| grade.checked_mul(rust_decimal::Decimal::from(MILLIONTHS)));
    scaled
        .and_then(|scaled| i64::try_from(scaled.trunc()).ok())
        .filter(|points| *points > 0)
        .ok_or_else(|| words!("nilainya \"{given}\".", "its grade is \"{given}\"."))
}

/// What is not taken over of a question of any kind.
fn untold(element: &Element, notes: &mut Notes) {
    if element.children("hint").any(|hint| !hint.own().is_empty()) {
        notes.push((Note, words!("petunjuknya tidak diambil.", "its hints are not taken over.")));
    }
    let settings = [
        ("tags", !element.children("tags").all(|tags| tags.children.is_empty())),
        ("penalty", written::number(element.said("penalty")).is_some_and(|penalty| !penalty.is_zero())),
        ("shuffleanswers", !element.yes("shuffleanswers", true)),
        ("answernumbering", !matches!(element.said("answernumbering"), "" | "abc" | "none")),
        ("responseformat", !matches!(element.said("responseformat"), "" | "editor" | "plain")),
        ("minwordlimit", !matches!(element.said("minwordlimit"), "" | "0")),
        ("maxwordlimit", !matches!(element.said("maxwordlimit"), "" | "0")),
    ];
    let others: Vec<&str> = settings.into_iter().filter(|(_, is_set)| *is_set).map(|(name, _)| name).collect();
    if !others.is_empty() {
        let others = others.join(", ");
        notes.push((Note, words!("tidak diambil: {others}.", "not taken over: {others}.")));
    }
    if element.yes("hidden", false) {
        notes.push((
            Note,
            words!("tersembunyi di sumbernya; di sini tidak.", "it is hidden in its source, and is not here."),
        ));
    }
    if element.feedbacks().any(|text| text.contains("<img")) {
        notes.push((
            Warning,
            words!(
                "gambar dalam yang dikatakan kepada penjawab tidak diambil.",
                "pictures in what is said to who answered are not taken over."
            ),
        ));
    }
    let by_result = ["correctfeedback", "partiallycorrectfeedback", "incorrectfeedback"];
    let standard = ["Your answer is correct.", "Your answer is partially correct.", "Your answer is incorrect."];
    if by_result.iter().any(|name| {
        let said = element.said(name);
        !said.is_empty() && !standard.iter().any(|standard| said.contains(standard))
    }) {
        notes.push((
            Note,
            words!(
                "yang dikatakan menurut hasilnya tidak diambil.",
                "what is said by how well it was answered is not taken over."
            ),
        ));
    }
}

/// The share that an answer earns.
fn share(answer: &Element) -> Result<i64, Words> {
    let given = answer.attribute("fraction").unwrap_or("0");
    percent(given).ok_or_else(|| words!("bobotnya \"{given}\".", "its weight is \"{given}\"."))
}

fn choices(element: &Element, prompt: &mut Formatted) -> Result<Asks, Words> {
    let multiple = !element.yes("single", true);
    let mut choices = Vec::new();
    let mut texts = Vec::new();
    for answer in element.children("answer") {
        texts.push(answer.formatted());
        let fraction = share(answer)?;
        choices.push(ChoiceInput { id: None, text: String::new(), fraction, feedback: answer.feedback("feedback") });
    }
    if multiple {
        rounded(choices.iter_mut().map(|choice| &mut choice.fraction));
    }
    unify(prompt, &mut texts);
    for (choice, (_, text)) in choices.iter_mut().zip(texts) {
        choice.text = text;
    }
    Ok(Asks::Choice { multiple, choices })
}

fn truth(element: &Element, manner: Manner<'_>, notes: &mut Notes) -> Asks {
    let (yes, no) = manner.truth();
    let answers: Vec<&Element> = element.children("answer").collect();
    let named = |answer: &Element| match answer.own().to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    };
    if answers.iter().any(|answer| named(answer).is_none()) {
        notes.push((
            Warning,
            words!("jawabannya dianggap benar, lalu salah.", "its answers are taken for true, then false."),
        ));
    }
    let choices = answers.iter().enumerate().map(|(at, answer)| ChoiceInput {
        id: None,
        text: if named(answer).unwrap_or(at == 0) { yes } else { no }.to_owned(),
        fraction: share(answer).unwrap_or(0),
        feedback: answer.feedback("feedback"),
    });
    Asks::Choice { multiple: false, choices: choices.collect() }
}

fn texts(element: &Element) -> Result<Vec<AcceptedText>, Words> {
    let accepted = element.children("answer").map(|answer| {
        let (text, fraction) = (answer.own().to_owned(), share(answer)?);
        Ok(AcceptedText { text, fraction, feedback: answer.feedback("feedback") })
    });
    accepted.collect()
}

fn ranges(element: &Element, notes: &mut Notes) -> Result<Vec<AcceptedRange>, Words> {
    if element.child("units").is_some_and(|units| !units.children.is_empty()) {
        notes.push((
            Warning,
            words!(
                "satuannya tidak diambil: jawab dengan angka saja.",
                "its units are not taken over: a number alone answers it."
            ),
        ));
    }
    let mut accepted = Vec::new();
    for answer in element.children("answer") {
        let (said, fraction) = (answer.own(), share(answer)?);
        if said == "*" {
            if fraction != 0 {
                let words =
                    words!("nilai untuk angka lain tidak diambil.", "what any other number earns is not taken over.");
                notes.push((Warning, words));
            } else if answer.feedback("feedback").is_some() {
                notes.push((
                    Note,
                    words!(
                        "yang dikatakan untuk angka lain tidak diambil.",
                        "what is said to any other number is not taken over."
                    ),
                ));
            }
            continue;
        }
        let tolerance = answer.said("tolerance");
        let tolerance = if tolerance.is_empty() { "0" } else { tolerance };
        let bounds = written::number(said).zip(written::number(tolerance));
        let (minimum, maximum) = bounds
            .and_then(|(middle, tolerance)| written::around(middle, tolerance.abs()))
            .ok_or_else(|| words!("\"{said}\" bukan angka.", "\"{said}\" is no number."))?;
        accepted.push(AcceptedRange { minimum, maximum, fraction, feedback: answer.feedback("feedback") });
    }
    Ok(accepted)
}

fn matching(element: &Element, prompt: &mut Formatted) -> Asks {
    let mut texts = Vec::new();
    for pair in element.children("subquestion") {
        texts.push(pair.formatted());
        texts.push((TextFormat::Plain, pair.said("answer").to_owned()));
    }
    unify(prompt, &mut texts);
    matched(texts)
}

fn ordering(element: &Element, prompt: &mut Formatted, notes: &mut Notes) -> Asks {
    let is_plain = |name: &str, plain: &[&str]| {
        let said = element.said(name);
        said.is_empty() || plain.contains(&said)
    };
    // All of them, each in its place: 0 selects all, 0 grades by the place.
    if !is_plain("selecttype", &["0"]) || !is_plain("gradingtype", &["0"]) {
        notes.push((
            Note,
            words!(
                "pengaturan pilihan dan penilaiannya tidak diambil: semua ditanyakan, dan tiap yang di tempatnya bernilai sama.",
                "how it selects and grades is not taken over: all are asked, and each in its place earns the same."
            ),
        ));
    }
    let mut texts: Vec<Formatted> = element.children("answer").map(Element::formatted).collect();
    unify(prompt, &mut texts);
    Asks::Ordering { items: texts.into_iter().map(|(_, text)| (None, text)).collect() }
}

fn essay(element: &Element, notes: &mut Notes) -> Asks {
    if written::number(element.said("attachments")).is_some_and(|files| !files.is_zero()) {
        notes.push((Warning, words!("lampiran jawaban belum ada di sini.", "files in an answer are not here yet.")));
    }
    if !element.said("responsetemplate").is_empty() {
        notes.push((
            Note,
            words!("kerangka jawabannya tidak diambil.", "what an answer begins with is not taken over."),
        ));
    }
    Asks::Essay { rubric: element.feedback("graderinfo") }
}

/// Takes the files of a question and of its answers out; one that can't be had is told. Each text has its own files: two that are called alike and are
/// not the same get names of their own, in their texts too.
fn take_files(element: &mut Element, found: &mut Vec<BankFile>, notes: &mut Notes) {
    let (files, others): (Vec<_>, Vec<_>) =
        std::mem::take(&mut element.children).into_iter().partition(|child| child.name == "file");
    element.children = others;
    for file in files {
        let name = file.attribute("name").unwrap_or_default().to_owned();
        let folder = file.attribute("path").unwrap_or_default().trim_matches('/');
        let called = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
        let text: String = file.text.chars().filter(|c| !c.is_whitespace()).collect();
        let bytes = (text.len() / 4 * 3 <= MOST_FILE).then(|| STANDARD.decode(text).ok()).flatten();
        let Some(bytes) = bytes.filter(|bytes| !bytes.is_empty() && fits(&name, found)) else {
            notes.push((
                Warning,
                words!(
                    "berkas \"{called}\" tidak dapat diambil: terlalu besar, terlalu banyak, atau bukan base64.",
                    "the file \"{called}\" can't be taken over: too large, too many, or no base64."
                ),
            ));
            continue;
        };
        let own = own_name(&name, &bytes, found);
        if own != called {
            let lead = |name: &str| format!("@@PLUGINFILE@@/{name}");
            let meant = lead(&encoded(&own));
            for text in
                std::iter::once(&mut element.text).chain(element.children.iter_mut().map(|child| &mut child.text))
            {
                *text = text.replace(&lead(&encoded(&called)), &meant).replace(&lead(&called), &meant);
            }
        }
        if found.iter().all(|file| file.name != own) {
            found.push(BankFile { name: own, bytes });
        }
    }
    for child in &mut element.children {
        take_files(child, found, notes);
    }
}

fn fits(name: &str, found: &[BankFile]) -> bool {
    (1..=crate::catalog::course_files::names::NAME - 4).contains(&name.chars().count())
        && found.len() < policy::ATTACHMENTS
}

/// What a file is called here: as it was, unless another one is.
fn own_name(name: &str, bytes: &[u8], found: &[BankFile]) -> String {
    let is_free = |own: &String| found.iter().all(|file| file.name != *own || file.bytes == bytes);
    let others = (2..).map(|number| format!("{number}-{name}"));
    std::iter::once(name.to_owned()).chain(others).find(is_free).unwrap_or_default()
}

/// A name as addresses have it.
fn encoded(name: &str) -> String {
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/');
    utf8_percent_encode(name, KEPT).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::text::Language;

    fn all(text: &str) -> Result<Vec<Entry>, Problem> {
        let mut entries = Vec::new();
        let manner = Manner { path: "bank.xml", language: Language::Indonesian };
        read(&mut text.as_bytes(), manner, &mut |entry| {
            entries.push(entry);
            true
        })?;
        Ok(entries)
    }

    fn quiz(question: &str) -> String {
        format!("<?xml version=\"1.0\"?>\n<quiz>\n<!-- x -->\n{question}\n</quiz>")
    }

    fn one(question: &str) -> BankQuestion {
        let mut entries = all(&quiz(question)).expect("a bank");
        match entries.pop() {
            Some(Entry::Question(question)) => *question,
            other => panic!("{other:?} after {entries:?}"),
        }
    }

    #[test]
    fn each_kind_is_read() {
        let several = one(
            "<question type='multichoice'><name><text>N</text></name><questiontext format='html'><text><![CDATA[<p>\\(x < y\\)?</p>]]></text></questiontext>\
            <defaultgrade>2.5</defaultgrade><single>false</single><answer fraction='33.33333' format='plain_text'><text>a &lt; b</text></answer>\
            <answer fraction='66.66667' format='html'><text>&lt;i&gt;b&lt;/i&gt;</text><feedback><text>Ya</text></feedback></answer><answer fraction='-100'><text>c</text></answer></question>",
        );
        assert_eq!((several.line, several.input.points, several.input.format), (4, 2_500_000, Some(TextFormat::Html)));
        let Asks::Choice { multiple: true, choices } = &several.input.asks else { panic!("{several:?}") };
        assert_eq!(
            choices.iter().map(|choice| (choice.text.as_str(), choice.fraction)).collect::<Vec<_>>(),
            [("a &lt; b", 333_334), ("<i>b</i>", 666_666), ("c", -MILLIONTHS)]
        );
        let truth = one(
            "<question type='truefalse'><questiontext><text>Benar?</text></questiontext><answer fraction='0'><text>true</text></answer><answer fraction='100'><text>false</text></answer></question>",
        );
        let Asks::Choice { choices, .. } = &truth.input.asks else { panic!("{truth:?}") };
        assert_eq!(
            choices.iter().map(|choice| (choice.text.as_str(), choice.fraction)).collect::<Vec<_>>(),
            [("Benar", 0), ("Salah", MILLIONTHS)]
        );
        let short = one(
            "<question type='shortanswer'><idnumber>q1</idnumber><questiontext><text>Siapa?</text></questiontext><usecase>1</usecase><answer fraction='100'><text>Hatta</text></answer></question>",
        );
        assert!(matches!(short.input.asks, Asks::ShortAnswer { case_sensitive: true, .. }) && short.source == "q1");
        let pi = one(
            "<question type='numerical'><questiontext><text>Pi?</text></questiontext><answer fraction='100'><text>3.14</text><tolerance>0.01</tolerance></answer><answer fraction='0'><text>*</text></answer></question>",
        );
        let Asks::Numeric { accepted } = &pi.input.asks else { panic!("{pi:?}") };
        assert_eq!((accepted.len(), accepted[0].maximum.to_string()), (1, "3.15".to_owned()));
        let essay = one(
            "<question type='essay'><questiontext><text>Mengapa?</text></questiontext><graderinfo><text>Dua alasan.</text></graderinfo></question>",
        );
        assert!(matches!(&essay.input.asks, Asks::Essay { rubric: Some(rubric) } if rubric == "Dua alasan."));
    }

    #[test]
    fn files_come_with_their_question() {
        let with = one(
            "<question type='essay'><questiontext format='html'><text><![CDATA[<img src=\"@@PLUGINFILE@@/a%20b.png\">]]></text><file name='a b.png' encoding='base64'>aGFs\n bw==</file>\
            <file name='x' encoding='base64'>!</file></questiontext></question>",
        );
        assert_eq!(
            (with.files.len(), with.files[0].name.as_str(), with.files[0].bytes.as_slice()),
            (1, "a b.png", b"halo".as_slice())
        );
        assert_eq!(with.input.prompt, "<img src=\"a%20b.png\">");
        let answer = |bytes: &str, path: &str| {
            format!(
                "<answer fraction='100' format='html'><text>&lt;img src=\"@@PLUGINFILE@@{path}a%20b.png\"&gt;</text><file name='a b.png' path='{path}' encoding='base64'>{bytes}</file></answer>"
            )
        };
        let two = one(&format!(
            "<question type='multichoice'><questiontext><text>?</text></questiontext>{}{}{}</question>",
            answer("YQ==", "/"),
            answer("Yg==", "/"),
            answer("YQ==", "/sub/")
        ));
        let Asks::Choice { choices, .. } = &two.input.asks else { panic!("{two:?}") };
        assert_eq!(
            choices.iter().map(|choice| choice.text.as_str()).collect::<Vec<_>>(),
            ["<img src=\"a%20b.png\">", "<img src=\"2-a%20b.png\">", "<img src=\"a%20b.png\">"]
        );
        assert_eq!(
            two.files.iter().map(|file| (file.name.as_str(), file.bytes.as_slice())).collect::<Vec<_>>(),
            [("a b.png", b"a".as_slice()), ("2-a b.png", b"b")]
        );
    }

    #[test]
    fn what_is_unknown_is_told_and_what_is_malformed_stops() {
        let entries = all(&quiz("<question type='category'><category><text>$course$/Bab</text></category></question>\n<question type='cloze'><name><text>C</text></name></question>")).expect("a bank");
        assert!(
            matches!(entries.as_slice(), [Entry::Told(_), Entry::Told(problem), Entry::Left(kind)] if kind == "cloze" && problem.line == Some(5)),
            "{entries:?}"
        );
        let deep = "<a>".repeat(70);
        for (text, line) in [
            ("<quiz><question type='essay'></quiz>".to_owned(), 1),
            ("<quiz>\n<question>".to_owned(), 2),
            ("<rss></rss>".to_owned(), 1),
            (String::new(), 1),
            ("<!DOCTYPE quiz [<!ENTITY a \"b\">]>\n<quiz></quiz>".to_owned(), 1),
            (quiz("<question type='essay'><name><text>&a;</text></name></question>"), 4),
            (quiz(&deep), 4),
            (quiz(&format!("<question type='essay'>{}</question>", "<file/>".repeat(20_000))), 4),
            (quiz("<question type='essay'><name><text>\0</text></name></question>"), 4),
            (quiz(&format!("<question type='essay'>{}</question>", "x".repeat(MOST_BYTES + 1))), 4),
        ] {
            let stopped = all(&text).expect_err("malformed");
            assert_eq!((stopped.severity, stopped.line), (Error, Some(line)), "{}", &text[..text.len().min(60)]);
        }
    }
}
