//! GIFT, the text format of Moodle: <https://docs.moodle.org/en/GIFT_format>.

use std::io::BufRead;

use rust_decimal::Decimal;

use super::{
    BankQuestion, Entry, Manner, PLAIN, Problem,
    ProblemSeverity::{Error, Note, Warning},
    Tell, leave, named_by, percent, rounded,
    texts::{Formatted, by_the_best, looks_like_html, matched, plain, unify},
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

/// Bytes of a question at most: it has no files but those within its texts.
const MOST_TEXT: usize = 4 << 20;

/// Reads a bank: questions are paragraphs.
///
/// # Errors
/// Where it is no text.
pub fn read(input: &mut dyn BufRead, manner: Manner<'_>, tell: Tell<'_>) -> Result<(), Problem> {
    let mut paragraph = Paragraph::default();
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let most = u64::try_from(MOST_TEXT + 1).unwrap_or(u64::MAX);
        let count = std::io::Read::take(&mut *input, most).read_until(b'\n', &mut line);
        let count = count.map_err(|error| unreadable(manner, number, &error))?;
        let text = std::str::from_utf8(&line).map_err(|_| {
            manner.problem(
                number,
                Error,
                words!("Bukan UTF-8: simpanlah sebagai UTF-8.", "Not UTF-8: save it as that."),
            )
        })?;
        let text = if number == 1 { text.trim_start_matches('\u{feff}') } else { text };
        let is_empty = text.trim().is_empty();
        if (is_empty || count == 0) && paragraph.has_text() {
            let whole = std::mem::take(&mut paragraph);
            if !whole.read(manner, tell) {
                return Ok(());
            }
        }
        if count == 0 {
            return Ok(());
        }
        if paragraph.text.len() + text.len() > MOST_TEXT || text.contains('\0') {
            let words = words!(
                "Terlalu besar, atau mengandung karakter U+0000.",
                "Too large, or it holds the character U+0000."
            );
            return Err(manner.problem(number, Error, words));
        }
        if !is_empty {
            paragraph.add(number, text);
        }
    }
    Ok(())
}

pub(super) fn unreadable(manner: Manner<'_>, line: usize, error: &std::io::Error) -> Problem {
    manner.problem(line, Error, words!("Tidak dapat dibaca: {error}", "It can't be read: {error}"))
}

/// Lines without an empty one between them.
#[derive(Default)]
struct Paragraph {
    /// Where its text begins.
    line: usize,
    text: String,
    /// What a comment says that the question is called.
    id: Option<String>,
    /// Whether a comment gives it tags.
    has_tags: bool,
}

impl Paragraph {
    /// A comment is no part of the question, but may name it.
    fn add(&mut self, number: usize, line: &str) {
        let line = line.trim_end_matches(['\r', '\n']);
        if let Some(comment) = line.trim_start().strip_prefix("//") {
            let id = comment.split("[id:").nth(1).and_then(|rest| rest.split(']').next());
            self.id = id.map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()).or(self.id.take());
            self.has_tags |= comment.contains("[tag:");
            return;
        }
        if self.text.is_empty() {
            self.line = number;
        } else {
            self.text.push('\n');
        }
        self.text.push_str(line);
    }

    fn has_text(&self) -> bool {
        !self.text.is_empty()
    }

    /// Tells the question; false where no more is wanted.
    fn read(mut self, manner: Manner<'_>, tell: Tell<'_>) -> bool {
        if let Some(rest) = self.text.trim_start().strip_prefix("$CATEGORY:") {
            let (category, rest) = rest.split_once('\n').unwrap_or((rest, ""));
            let category = category.trim();
            let words = words!("Kategori \"{category}\" tidak disimpan.", "The category \"{category}\" is not kept.");
            let goes_on = tell(Entry::Told(manner.problem(self.line, Note, words)));
            self.text = rest.to_owned();
            if !goes_on || self.text.trim().is_empty() {
                return goes_on;
            }
            self.line += 1;
        }
        let line = self.line;
        let told = |notes: Vec<Words>, tell: Tell<'_>| {
            notes.into_iter().all(|words| tell(Entry::Told(manner.problem(line, Warning, words))))
        };
        match question(&self.text, manner) {
            Ok(Read::Question(input, name, notes)) => {
                if self.has_tags {
                    let words = words!("Labelnya (tag) tidak disimpan.", "Its tags are not kept.");
                    if !tell(Entry::Told(manner.problem(line, Note, words))) {
                        return false;
                    }
                }
                let source = self.id.unwrap_or_else(|| named_by(input.asks.kind(), &[&name, &input.prompt]));
                let question = BankQuestion { line, source, input, files: Vec::new(), bytes: self.text.len() };
                told(notes, tell) && tell(Entry::Question(Box::new(question)))
            }
            Ok(Read::Description) => {
                let words = words!("Teks saja, tanpa soal: ditinggalkan.", "A text that asks nothing: left out.");
                leave(tell, "description", manner.problem(line, Note, words))
            }
            Err(words) => leave(tell, "malformed", manner.problem(line, Error, words)),
        }
    }
}

enum Read {
    Question(QuestionInput, String, Vec<Words>),
    Description,
}

/// A character, and whether it was escaped: then it is no control character.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Char(char, bool);

/// The characters of a text, escapes taken out, from left to right.
fn lexed(text: &str) -> Vec<Char> {
    let mut lexed = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let escaped = if c == '\\' { chars.next_if(|next| "~=#{}:\\n".contains(*next)) } else { None };
        lexed.push(match escaped {
            Some('n') => Char('\n', true),
            Some(literal) => Char(literal, true),
            None => Char(c, false),
        });
    }
    lexed
}

fn is(control: char) -> impl Fn(&Char) -> bool + Copy {
    move |c: &Char| *c == Char(control, false)
}

fn said(text: &[Char]) -> String {
    text.iter().map(|c| c.0).collect::<String>().trim().to_owned()
}

/// What stands before and after the first of some control characters.
fn split<'a>(text: &'a [Char], control: &str) -> Option<(&'a [Char], &'a [Char])> {
    let control: Vec<Char> = control.chars().map(|c| Char(c, false)).collect();
    let at = text.windows(control.len()).position(|part| part == control)?;
    Some((&text[..at], &text[at + control.len()..]))
}

fn trimmed(mut text: &[Char]) -> &[Char] {
    while let [first, rest @ ..] = text
        && first.0.is_whitespace()
    {
        text = rest;
    }
    while let [rest @ .., last] = text
        && last.0.is_whitespace()
    {
        text = rest;
    }
    text
}

/// A text, and the feedback after its first `#`.
fn with_feedback(text: &[Char]) -> (&[Char], Option<String>) {
    match split(text, "#") {
        Some((text, feedback)) => (text, feedback_of(feedback)),
        None => (text, None),
    }
}

/// What is said to who answered: plain text here.
fn feedback_of(text: &[Char]) -> Option<String> {
    let (format, text) = text_of(text, None);
    let text = if format == TextFormat::Html { plain(&text) } else { text };
    Some(text).filter(|text| !text.is_empty())
}

/// A text without the `[html]` or `[markdown]` that it begins with.
fn formatted(text: &[Char]) -> (Option<TextFormat>, &[Char]) {
    let text = trimmed(text);
    for (word, format) in [
        ("[html]", Some(TextFormat::Html)),
        ("[markdown]", Some(TextFormat::Markdown)),
        ("[plain]", Some(PLAIN)),
        ("[moodle]", None),
    ] {
        let word: Vec<Char> = word.chars().map(|c| Char(c, false)).collect();
        if let Some(rest) = text.strip_prefix(word.as_slice()) {
            return (format, trimmed(rest));
        }
    }
    (None, text)
}

/// A text in the format that it says, or else in that of the question, or the one that it looks like.
fn text_of(text: &[Char], other: Option<TextFormat>) -> Formatted {
    let (format, text) = formatted(text);
    let words = said(text);
    let guessed = || if looks_like_html(&words) { TextFormat::Html } else { PLAIN };
    (format.or(other).unwrap_or_else(guessed), words)
}

/// A weight between two `%`, in millionths, and what comes after it.
fn weighed(text: &[Char]) -> (Option<i64>, &[Char]) {
    let text = trimmed(text);
    let Some(rest) = text.strip_prefix(&[Char('%', false)]) else { return (None, text) };
    let Some(end) = rest.iter().position(|c| c.0 == '%') else { return (None, text) };
    let number: String = rest[..end].iter().map(|c| c.0).collect();
    let digits = number.trim_start_matches('-');
    let whole = digits.split('.').next().unwrap_or_default();
    let is_weight = (1..=3).contains(&whole.len()) && digits.chars().all(|c| c.is_ascii_digit() || c == '.');
    match percent(&number).filter(|_| is_weight) {
        Some(share) => (Some(share), &rest[end + 1..]),
        None => (None, text),
    }
}

/// The parts of a text that begin with one of these marks, each with its mark; what stands before the first is left out where it is blank.
fn marked<'a>(text: &'a [Char], marks: &str) -> Vec<(char, &'a [Char])> {
    let starts: Vec<usize> = text
        .iter()
        .enumerate()
        .filter(|(_, c)| !c.1 && marks.contains(c.0))
        .map(|(at, _)| at)
        .take(policy::CHOICES + 2)
        .collect();
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    // One too many is enough to be refused.
    let parts = starts.iter().zip(ends).map(|(start, end)| (text[*start].0, &text[start + 1..end]));
    parts.take(policy::CHOICES + 1).collect()
}

/// The answers of a text, each with its mark: one may stand before the first mark, and is right.
fn answers<'a>(text: &'a [Char], marks: &str) -> Vec<(char, &'a [Char])> {
    let first = text.iter().position(|c| !c.1 && marks.contains(c.0)).unwrap_or(text.len());
    let unmarked = Some(('=', &text[..first])).filter(|(_, text)| !said(text).is_empty());
    unmarked.into_iter().chain(marked(text, marks)).collect()
}

/// A question, as a paragraph has it.
fn question(text: &str, manner: Manner<'_>) -> Result<Read, Words> {
    let lexed = lexed(text);
    let mut rest = trimmed(&lexed);
    let mut name = String::new();
    if let Some(([], after)) = split(rest, "::") {
        let (own, after) = split(after, "::").ok_or_else(|| {
            words!("Nama soal tidak ditutup dengan \"::\".", "The name of the question does not end with \"::\".")
        })?;
        name = said(own);
        rest = trimmed(after);
    }
    let opens = rest.iter().position(is('{'));
    let closes = rest.iter().position(is('}'));
    let (opens, closes) = match (opens, closes) {
        (Some(opens), Some(closes)) if opens < closes => (opens, closes),
        (None, None) => return Ok(Read::Description),
        _ => {
            return Err(words!(
                "Kurung kurawalnya tidak berpasangan: bila bagian dari teks, tulis \\{{ atau \\}}.",
                "Its braces are no pair: where they are part of the text, write \\{{ or \\}}."
            ));
        }
    };
    let (format, before) = formatted(&rest[..opens]);
    let (body, tail) = (trimmed(&rest[opens + 1..closes]), &rest[closes + 1..]);
    if tail.iter().any(is('{')) {
        return Err(words!(
            "Lebih dari satu pasang kurung kurawal: pisahkan soal dengan baris kosong.",
            "More than one pair of braces: put an empty line between questions."
        ));
    }
    let mut asked = said(before);
    let after = said(tail);
    if !after.is_empty() {
        format!("{asked} _____ {after}").trim().clone_into(&mut asked);
    }
    if asked.is_empty() {
        asked.clone_from(&name);
    }
    let guessed = || if looks_like_html(&asked) { TextFormat::Html } else { PLAIN };
    let mut prompt: Formatted = (format.unwrap_or_else(guessed), asked.clone());
    let (body, feedback) = without_general_feedback(body);
    let mut notes = Vec::new();
    let asks = asks(body, &mut prompt, manner, &mut notes)?;
    let (format, prompt) = prompt;
    let input = QuestionInput { prompt, format: Some(format), points: MILLIONTHS, feedback, asks };
    Ok(Read::Question(input, name, notes))
}

/// What is said to everybody comes after the last `####`.
fn without_general_feedback(body: &[Char]) -> (&[Char], Option<String>) {
    let mark = [Char('#', false); 4];
    let Some(at) = body.windows(4).rposition(|part| part == mark) else { return (body, None) };
    (trimmed(&body[..at]), feedback_of(&body[at + 4..]))
}

/// What a question asks for, by what stands in its braces.
fn asks(body: &[Char], prompt: &mut Formatted, manner: Manner<'_>, notes: &mut Vec<Words>) -> Result<Asks, Words> {
    if let Some(ordered) = body.strip_prefix(&[Char('>', false)]) {
        return Ok(ordering(ordered, prompt, notes));
    }
    if body.is_empty() {
        return Ok(Asks::Essay { rubric: None });
    }
    if let Some(numbers) = body.strip_prefix(&[Char('#', false)]) {
        return numeric(numbers, notes);
    }
    if body.iter().any(is('~')) {
        return choice(body, prompt);
    }
    if body.iter().any(is('=')) && split(body, "->").is_some() {
        return Ok(matching(body, prompt));
    }
    match said(with_feedback(body).0).as_str() {
        "T" | "TRUE" => return Ok(true_or_false(true, body, manner)),
        "F" | "FALSE" => return Ok(true_or_false(false, body, manner)),
        _ => {}
    }
    let accepted = answers(body, "=").into_iter().map(|(_, part)| {
        let (share, text) = weighed(part);
        let (text, feedback) = with_feedback(text);
        AcceptedText { text: said(formatted(text).1), fraction: share.unwrap_or(MILLIONTHS), feedback }
    });
    let accepted: Vec<AcceptedText> = accepted.collect();
    notes.extend(by_the_best(accepted.iter().map(|answer| answer.fraction)));
    Ok(Asks::ShortAnswer { case_sensitive: false, accepted })
}

fn true_or_false(is_true: bool, body: &[Char], manner: Manner<'_>) -> Asks {
    // After the word: what is said to who is wrong, then to who is right.
    let mut said_to = body.split(is('#')).skip(1).map(feedback_of);
    let (wrong, right) = (said_to.next().flatten(), said_to.next().flatten());
    let (truth, falsehood) = manner.truth();
    let choice = |text: &str, holds: bool| ChoiceInput {
        id: None,
        text: text.to_owned(),
        fraction: if holds { MILLIONTHS } else { 0 },
        feedback: if holds { &right } else { &wrong }.clone(),
    };
    Asks::Choice { multiple: false, choices: vec![choice(truth, is_true), choice(falsehood, !is_true)] }
}

fn choice(body: &[Char], prompt: &mut Formatted) -> Result<Asks, Words> {
    let parts = marked(body, "~=");
    let before = body.iter().position(|c| is('~')(c) || is('=')(c)).map_or(body, |at| &body[..at]);
    if !said(before).is_empty() {
        return Err(words!(
            "Sebelum pilihan pertama ada teks tanpa \"=\" atau \"~\".",
            "Before the first choice there is text without \"=\" or \"~\"."
        ));
    }
    let multiple = parts.iter().all(|(mark, _)| *mark == '~');
    let mut choices = Vec::new();
    let mut texts = Vec::new();
    for (mark, part) in parts {
        let (share, text) = weighed(part);
        let (text, feedback) = with_feedback(text);
        let fraction = share.unwrap_or(if mark == '=' { MILLIONTHS } else { 0 });
        texts.push(text_of(text, Some(prompt.0)));
        choices.push(ChoiceInput { id: None, text: String::new(), fraction, feedback });
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

fn matching(body: &[Char], prompt: &mut Formatted) -> Asks {
    let mut texts = Vec::new();
    for (_, part) in answers(body, "=") {
        let (stem, option) = split(part, "->").unwrap_or((part, &[]));
        texts.push(text_of(stem, Some(prompt.0)));
        // An option is plain text in Moodle.
        texts.push((PLAIN, said(option)));
    }
    unify(prompt, &mut texts);
    matched(texts)
}

/// The question type "ordering" of Moodle: a line of settings, then an item a line.
fn ordering(body: &[Char], prompt: &mut Formatted, notes: &mut Vec<Words>) -> Asks {
    let text: String = body.iter().map(|c| c.0).collect();
    let mut lines = text.lines().take(policy::CHOICES + 2);
    let settings = lines.next().unwrap_or_default().trim().to_ascii_uppercase();
    let mut texts: Vec<Formatted> =
        lines.map(str::trim).filter(|line| !line.is_empty()).map(|line| (prompt.0, line.to_owned())).collect();
    // A number selects so many of them.
    let asks_all = |word: &str| word.parse::<usize>().is_ok_and(|count| count == 0 || count >= texts.len());
    let known = ["ABSOLUTE_POSITION", "ALL", "VERTICAL", "HORIZONTAL", "SHOW", "HIDE"];
    let others: Vec<&str> =
        settings.split_whitespace().filter(|word| !known.contains(word) && !asks_all(word)).collect();
    if !others.is_empty() {
        let others = others.join(" ");
        notes.push(words!(
            "Pengaturan urutan ({others}) tidak diambil: semua ditanyakan, dan tiap yang di tempatnya bernilai sama.",
            "The settings of the order ({others}) are not taken over: all are asked, and each in its place earns the same."
        ));
    }
    unify(prompt, &mut texts);
    Asks::Ordering { items: texts.into_iter().map(|(_, text)| (None, text)).collect() }
}

fn numeric(body: &[Char], notes: &mut Vec<Words>) -> Result<Asks, Words> {
    let mut accepted = Vec::new();
    for (mark, part) in answers(body, "=~") {
        let (share, text) = weighed(part);
        let (text, feedback) = with_feedback(text);
        let number = said(text);
        if mark == '~' || number == "*" {
            if feedback.is_some() {
                notes.push(words!(
                    "Yang dikatakan untuk angka lain tidak diambil.",
                    "What is said to any other number is not taken over."
                ));
            }
            continue;
        }
        let (minimum, maximum) = range(&number).ok_or_else(|| {
            words!(
                "\"{number}\" bukan angka, angka:toleransi, atau kecil..besar, dengan titik desimal.",
                "\"{number}\" is no number, number:tolerance, or least..greatest, with a decimal point."
            )
        })?;
        accepted.push(AcceptedRange { minimum, maximum, fraction: share.unwrap_or(MILLIONTHS), feedback });
    }
    notes.extend(by_the_best(accepted.iter().map(|range| range.fraction)));
    Ok(Asks::Numeric { accepted })
}

fn range(text: &str) -> Option<(Decimal, Decimal)> {
    if let Some((least, greatest)) = text.split_once("..") {
        return Some((written::number(least)?, written::number(greatest)?));
    }
    let (middle, tolerance) = text.split_once(':').unwrap_or((text, "0"));
    written::around(written::number(middle)?, written::number(tolerance)?.abs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::text::Language;

    fn all(text: &str) -> Vec<Entry> {
        let mut entries = Vec::new();
        let manner = Manner { path: "bank.gift", language: Language::English };
        read(&mut text.as_bytes(), manner, &mut |entry| {
            entries.push(entry);
            true
        })
        .expect("a text");
        entries
    }

    fn one(text: &str) -> QuestionInput {
        let mut entries = all(text);
        assert_eq!(entries.len(), 1, "{entries:?}");
        match entries.remove(0) {
            Entry::Question(question) => question.input,
            other => panic!("{other:?}"),
        }
    }

    fn choices(input: &QuestionInput) -> (bool, Vec<(&str, i64)>) {
        let Asks::Choice { multiple, choices } = &input.asks else { panic!("{input:?}") };
        (*multiple, choices.iter().map(|choice| (choice.text.as_str(), choice.fraction)).collect())
    }

    #[test]
    fn choices_are_read_as_they_are_weighed() {
        assert_eq!(
            choices(&one("2+2 {=4 ~3 ~%50%empat}")),
            (false, vec![("4", MILLIONTHS), ("3", 0), ("empat", 500_000)])
        );
        let thirds = one("Mana?{~%33.33333%a ~%33.33333%b ~%33.33333%c ~%-100%d}");
        assert_eq!(choices(&thirds), (true, vec![("a", 333_334), ("b", 333_333), ("c", 333_333), ("d", -MILLIONTHS)]));
        let missing = one("Ibu kota {~Medan =Jakarta} Indonesia");
        assert_eq!(missing.prompt, "Ibu kota _____ Indonesia");
        // Not a weight, so it is text.
        assert_eq!(choices(&one("x{=%.5%a ~b}")).1[0].0, "%.5%a");
        // An arrow within a choice matches nothing.
        assert_eq!(choices(&one("x{=a -> b ~c}")).1[0].0, "a -> b");
    }

    #[test]
    fn escapes_are_read_from_left_to_right() {
        let escaped = one("Mana\\: {~ \\~ #ya\n~ \\= \n= \\\\ # benar \\\\ }");
        assert_eq!(escaped.prompt, "Mana:");
        assert_eq!(choices(&escaped).1, [("~", 0), ("=", 0), ("\\", MILLIONTHS)]);
        // A backslash, and then a control character.
        assert_eq!(choices(&one("x{~a\\\\=b}")).1, [("a\\", 0), ("b", MILLIONTHS)]);
        assert_eq!(one("satu\\ndua {}").prompt, "satu\ndua");
        // LaTeX goes through, its braces escaped.
        assert_eq!(one("\\(\\frac\\{1\\}\\{2\\}\\) {}").prompt, "\\(\\frac{1}{2}\\)");
    }

    #[test]
    fn each_kind_is_known() {
        let numeric = one("Pi? {#3.14:0.01}");
        let Asks::Numeric { accepted } = &numeric.asks else { panic!("{numeric:?}") };
        assert_eq!((accepted[0].minimum, accepted[0].maximum), (Decimal::new(313, 2), Decimal::new(315, 2)));
        let weighed = one("Lahir? {# =1822:0 #Tepat =%50%1822:2 #Dekat\ntapi salah }");
        let Asks::Numeric { accepted } = &weighed.asks else { panic!("{weighed:?}") };
        assert_eq!(accepted.iter().map(|range| range.fraction).collect::<Vec<_>>(), [MILLIONTHS, 500_000]);
        assert!(matches!(one("x {#1..5}").asks, Asks::Numeric { .. }));
        let matching = one("Pasangkan. {=Kanada -> Ottawa =Italia->Roma = -> Paris}");
        let Asks::Matching { pairs, distractors } = &matching.asks else { panic!("{matching:?}") };
        assert_eq!(
            (pairs.len(), pairs[0].option.as_str(), distractors.as_slice()),
            (2, "Ottawa", ["Paris".to_owned()].as_slice())
        );
        let Asks::ShortAnswer { accepted, .. } = one("Siapa? {=Sukarno#Ya =%25%Hatta}").asks else {
            panic!("a short answer")
        };
        assert_eq!(accepted.iter().map(|answer| answer.fraction).collect::<Vec<_>>(), [MILLIONTHS, 250_000]);
        assert_eq!(choices(&one("Benar?{TRUE#salah#betul}")).1, [("True", MILLIONTHS), ("False", 0)]);
        assert!(matches!(one("true kecil?{true}").asks, Asks::ShortAnswer { .. }));
        let Asks::Ordering { items } = one("Urut {>3 ALL VERTICAL ABSOLUTE_POSITION SHOW\nsatu\ndua\ntiga\n}").asks
        else {
            panic!("an order")
        };
        assert_eq!(items.len(), 3);
        assert!(matches!(one("Mengapa?{}").asks, Asks::Essay { .. }));
        assert_eq!(one("Mengapa?{=a####Untuk semua}").feedback.as_deref(), Some("Untuk semua"));
        let Asks::ShortAnswer { accepted, .. } = one("Ibu kota? {Jakarta =%50%Batavia}").asks else {
            panic!("a short answer")
        };
        assert_eq!(
            accepted.iter().map(|answer| (answer.text.as_str(), answer.fraction)).collect::<Vec<_>>(),
            [("Jakarta", MILLIONTHS), ("Batavia", 500_000)]
        );
        let Asks::Numeric { accepted } = one("Pi? {#3.14:0.01 =%50%3:1}").asks else { panic!("a number") };
        assert_eq!((accepted.len(), accepted[0].fraction, accepted[1].fraction), (2, MILLIONTHS, 500_000));
    }

    #[test]
    fn paragraphs_comments_and_formats() {
        let entries = all(
            "\u{feff}// [id:q7] satu\r\n::Nama\\:1::[html]<p>Apa?</p>{=<b>ya</b>\r\n~[plain]1 < 2}\r\n\r\n// lagi\r\n\r\n$CATEGORY: a/b\r\n\r\nTeks saja.\r\n",
        );
        let [Entry::Question(question), Entry::Told(category), Entry::Told(_), Entry::Left(kind)] = entries.as_slice()
        else {
            panic!("{entries:?}")
        };
        assert_eq!((question.source.as_str(), question.line, question.input.format), ("q7", 2, Some(TextFormat::Html)));
        assert_eq!(choices(&question.input).1, [("<b>ya</b>", MILLIONTHS), ("1 &lt; 2", 0)]);
        assert_eq!((category.line, kind.as_str()), (Some(7), "description"));
        // The same question is called the same, another one is not.
        let named = |text: &str| match all(text).remove(0) {
            Entry::Question(question) => question.source,
            other => panic!("{other:?}"),
        };
        assert_eq!(named("a{=b}"), named("\n\na{=c}"));
        assert_ne!(named("a{=b}"), named("a{}"));
    }

    #[test]
    fn what_is_without_end_comes_to_one() {
        for (begin, part, end) in [
            ("q{", "~", "}"),
            ("q{", "~a", "}"),
            ("q{", "=a", "}"),
            ("q{#=1", "~#a", "}"),
            ("q{>\n", "a\n", "}"),
            ("q{", "=a->b", "}"),
        ] {
            let mut entries = all(&format!("{begin}{}{end}", part.repeat(200_000)));
            let Some(Entry::Question(question)) = entries.pop() else { panic!("{part}") };
            let is_sound = super::super::sound(&crate::platform::id::Random::system(), &question.input).is_ok();
            // A number is taken, whatever is said to others.
            assert_eq!(is_sound, part == "~#a", "{part}");
            assert!(entries.len() <= policy::CHOICES + 1, "{part}: {} notes", entries.len());
        }
    }

    #[test]
    fn what_is_malformed_is_told_with_its_line() {
        for text in [
            "\n\nApa {=a",
            "\n\nApa =a}",
            "\n\nApa } {",
            "\n\n::Nama{=a}",
            "\n\nApa{=a}\nApa{=b}",
            "\n\nx{#3,14}",
            "\n\nx{teks ~a =b}",
        ] {
            let entries = all(text);
            let [Entry::Told(problem), Entry::Left(kind)] = entries.as_slice() else { panic!("{text}: {entries:?}") };
            assert_eq!((kind.as_str(), problem.line, problem.severity), ("malformed", Some(3), Error), "{text}");
        }
        let manner = Manner { path: "bank.gift", language: Language::English };
        for bytes in [b"a\n\xff\n".as_slice(), b"a\n\0{}"] {
            let stopped = read(&mut { bytes }, manner, &mut |_| true).expect_err("no text");
            assert_eq!(stopped.line, Some(2));
        }
    }
}
