//! What is read off a Markdown text: headings, links to quizzes, images.

use std::collections::HashSet;

use crate::catalog::{
    import::{
        Problem,
        ProblemSeverity::{Error, Note, Warning},
        Problems,
        files::Tree,
    },
    policy,
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

/// Tells of images of the course's own files: those that are not there, and that the others are not taken over.
pub(super) fn dangling_images(files: &Tree, path: &str, text: &str, problems: &mut Problems) {
    for (line, content) in prose(text) {
        let (has_pictures, has_tags) = (content.contains("!["), content.contains("<img"));
        let linked = content.split("](").skip(1).filter(|_| has_pictures);
        // HTML in Markdown: src="…", with either quote or none.
        let embedded = content.split("src=").skip(1).filter(|_| has_tags);
        for rest in linked.chain(embedded.map(|rest| rest.trim_start_matches(['"', '\'']))) {
            let target = rest.split([')', ' ', '?', '"', '\'', '>']).next().unwrap_or_default();
            let is_image = [".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp"]
                .iter()
                .any(|ending| target.to_ascii_lowercase().ends_with(ending));
            if !is_image || target.contains("://") || target.starts_with("data:") {
                continue;
            }
            let resolved = resolve(path, target);
            let (severity, message) = if resolved.as_ref().is_some_and(|file| files.contains_key(file)) {
                (Note, words!("Gambar {target} tidak diambil.", "The image {target} is not taken over."))
            } else {
                (
                    Warning,
                    words!(
                        "Gambar {target} tidak ada di antara berkasnya.",
                        "The image {target} is not among the files."
                    ),
                )
            };
            problems.push(Problem::new(path, Some(line), severity, message));
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
