//! What is read off a Markdown text: headings, links to quizzes, images.

use std::{
    collections::{BTreeSet, HashSet},
    path::Path,
};

use comrak::{Arena, Options, nodes::NodeValue, parse_document};
use percent_encoding::percent_decode_str;

use crate::catalog::{
    course_files::names,
    import::{
        Problem,
        ProblemSeverity::{Error, Note, Warning},
        Problems,
        files::Tree,
        outline::{Enclosed, enclose},
    },
    policy,
    rendering::is_shown_to_the_letter,
};

/// A text that must not be longer: a longer one stops the import.
pub(super) fn bounded(text: &str, most: usize, path: &str) -> Result<(), Problem> {
    if text.chars().count() > most {
        let words = words!("Lebih dari {most} karakter.", "More than {most} characters.");
        return Err(Problem::new(path, None, Error, words));
    }
    Ok(())
}

/// A text cut to what there is room for; that it was is told.
pub(in crate::catalog::import) fn cut(text: &str, most: usize, path: &str, problems: &mut Problems) -> String {
    if text.chars().count() > most {
        let words = words!("Dipotong pada {most} karakter.", "Cut at {most} characters.");
        problems.push(Problem::new(path, None, Warning, words));
    }
    text.chars().take(most).collect()
}

/// A file as text, no longer than a lesson may be: what follows reads it more than once.
pub(in crate::catalog::import) fn text_of<'a>(path: &str, bytes: &'a [u8]) -> Result<&'a str, Problem> {
    let text = utf8_of(path, bytes)?;
    bounded(text, policy::BODY, path)?;
    Ok(text)
}

/// A file as text.
pub(in crate::catalog::import) fn utf8_of<'a>(path: &str, bytes: &'a [u8]) -> Result<&'a str, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = String::from_utf8_lossy(&bytes[..error.valid_up_to()]).matches('\n').count() + 1;
        Problem::new(path, Some(line), Error, words!("Bukan UTF-8.", "Not UTF-8."))
    })?;
    if let Some(at) = text.find('\0') {
        let line = text[..at].matches('\n').count() + 1;
        return Err(Problem::new(
            path,
            Some(line),
            Error,
            words!("Berisi karakter U+0000.", "Holds the character U+0000."),
        ));
    }
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// Lines of Markdown that are no code, with their numbers.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fence: Option<&str> = None;
    (1..).zip(text.lines()).filter(move |(_, line)| {
        let trimmed = line.trim_start();
        let mark = ["```", "~~~"].into_iter().find(|mark| trimmed.starts_with(mark));
        match (fence, mark) {
            (None, Some(mark)) => {
                fence = Some(mark);
                false
            }
            (Some(open), Some(mark)) if open == mark => {
                fence = None;
                false
            }
            (open, _) => open.is_none(),
        }
    })
}

/// The first heading of the first level.
pub(super) fn heading(text: &str) -> Option<String> {
    let line = prose(text).find_map(|(_, line)| line.strip_prefix("# "))?;
    Some(line.trim().trim_end_matches('#').trim().to_owned()).filter(|title| !title.is_empty())
}

/// The first paragraph after the first heading, cut to a summary.
pub(super) fn summary(text: &str) -> Option<String> {
    let mut lines = prose(text).map(|(_, line)| line).skip_while(|line| !line.starts_with("# ")).skip(1);
    let first = lines.find(|line| line.starts_with(|c: char| c.is_alphanumeric()))?;
    Some(first.trim().chars().take(500).collect())
}

/// Numbers of the quizzes that a text links to, each once, in their order.
pub(super) fn linked_quizzes(text: &str) -> Vec<u32> {
    let (mut found, mut seen) = (Vec::new(), HashSet::new());
    for rest in text.split("/quiz/").skip(1) {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        if let Ok(number) = digits.parse()
            && seen.insert(number)
        {
            found.push(number);
        }
    }
    found
}

/// Where a text leads: the line, the target, and whether it shows what is there.
fn targets(text: &str) -> Vec<(usize, String, bool)> {
    if is_shown_to_the_letter(text) {
        return Vec::new();
    }
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.footnotes = true;
    let arena = Arena::new();
    let mut found = Vec::new();
    for node in parse_document(&arena, text, &options).descendants() {
        let node = node.data();
        let line = node.sourcepos.start.line;
        match &node.value {
            NodeValue::Link(link) => found.push((line, link.url.clone(), false)),
            NodeValue::Image(link) => found.push((line, link.url.clone(), true)),
            NodeValue::HtmlBlock(html) => in_tags(&html.literal, line, &mut found),
            NodeValue::HtmlInline(html) => in_tags(html, line, &mut found),
            _ => {}
        }
    }
    found
}

/// Where HTML within Markdown leads: `src` and `href`, with either quote or none.
fn in_tags(html: &str, first: usize, found: &mut Vec<(usize, String, bool)>) {
    let mut line = first;
    let mut rest = html;
    while let Some(at) = rest.find('=') {
        let (before, after) = (&rest[..at], &rest[at + 1..]);
        line += before.matches('\n').count();
        rest = after;
        let shows = before.trim_end().ends_with("src");
        if !shows && !before.trim_end().ends_with("href") {
            continue;
        }
        let value = after.trim_start();
        let target = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => value[1..].split(quote).next().unwrap_or_default(),
            _ => value.split([' ', '>', '\n']).next().unwrap_or_default(),
        };
        found.push((line, target.to_owned(), shows));
    }
}

/// What a target calls a file of the course, and where that is.
fn own_file(path: &str, target: &str) -> Option<(String, String)> {
    let name = names::meant(target)?;
    let target = target.split(['?', '#']).next().unwrap_or_default();
    let target = percent_decode_str(target).decode_utf8().ok()?;
    Some((name, resolve(path, &target)?))
}

fn is_image(target: &str) -> bool {
    let target = target.split(['?', '#']).next().unwrap_or_default();
    ["png", "jpg", "jpeg", "gif", "svg", "webp"].iter().any(|kind| has_ending(target, kind))
}

fn has_ending(path: &str, ending: &str) -> bool {
    Path::new(path).extension().is_some_and(|own| own.eq_ignore_ascii_case(ending))
}

/// Tells of images of the course's own files in a text that can have none.
pub(super) fn tell_of_images(files: &Tree, path: &str, text: &str, problems: &mut Problems) {
    for (line, target, shows) in targets(text) {
        if !is_image(&target) {
            continue;
        }
        match own_file(path, &target) {
            Some((_, file)) if files.contains_key(&file) => {
                let words = words!(
                    "Gambar {target} tidak diambil: di sini tidak ada tempatnya.",
                    "The image {target} is not taken over: there is no place for it here."
                );
                problems.push(Problem::new(path, Some(line), Note, words));
            }
            Some(_) if shows => problems.push(missing(path, line, &target)),
            _ => {}
        }
    }
}

fn missing(path: &str, line: usize, target: &str) -> Problem {
    let words = words!("Gambar {target} tidak ada di antara berkasnya.", "The image {target} is not among the files.");
    Problem::new(path, Some(line), Warning, words)
}

/// Takes the files over that a lesson's text leads to; tells of images that are not there, and of files that there is no room for.
pub(super) fn enclose_files<'a>(
    files: &'a Tree,
    path: &str,
    text: &str,
    enclosed: &mut Vec<Enclosed>,
    taken: &mut BTreeSet<&'a str>,
    problems: &mut Problems,
) {
    for (line, target, shows) in targets(text) {
        let Some((name, file)) = own_file(path, &target) else { continue };
        let there = files.get_key_value(&file).map(|(file, _)| file.as_str());
        match there {
            Some(file) if ["md", "json"].iter().any(|kind| has_ending(file, kind)) => {
                let words = words!(
                    "Tautan {target} tidak menuju ke mana pun di sini: pelajaran tidak punya alamat berkas.",
                    "The link {target} leads nowhere here: a lesson has no file's address."
                );
                problems.push(Problem::new(path, Some(line), Note, words));
            }
            Some(file) if enclose(enclosed, name, file) => {
                taken.insert(file);
            }
            Some(_) => {
                let words = words!("Berkas {target} tidak diambil.", "The file {target} is not taken over.");
                problems.push(Problem::new(path, Some(line), Warning, words));
            }
            None if shows && is_image(&target) => problems.push(missing(path, line, &target)),
            None => {}
        }
    }
}

/// A target as a path from the root, seen from a file.
fn resolve(from: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = match target.strip_prefix('/') {
        Some(_) => Vec::new(),
        None => from.split('/').rev().skip(1).collect::<Vec<_>>().into_iter().rev().collect(),
    };
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
