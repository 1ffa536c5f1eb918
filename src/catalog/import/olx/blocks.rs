//! What a vertical holds, as a lesson: pages, videos, problems, experiments.

use std::collections::BTreeSet;

use roxmltree::Node;

use super::{
    Reading, not_taken, problem,
    problem::Manner,
    xml::{attribute, elements, inside, place},
};
use crate::{
    catalog::{
        course_files::names,
        import::{
            Problem,
            ProblemSeverity::{Error, Note, Warning},
            markdown::text::{cut, text_of},
            outline::{Enclosed, Lesson, Question, Quiz, enclose},
        },
        model::{BodyFormat, LessonKind},
        policy,
    },
    platform::text::html_escaped,
};

/// What a lesson is put together from.
#[derive(Default)]
struct Parts {
    body: String,
    videos: Vec<Video>,
    questions: Vec<Question>,
    files: Vec<Enclosed>,
    manner: Manner,
    /// Whether there was anything but videos, and anything but problems.
    other_than_videos: bool,
    other_than_problems: bool,
    /// The groups of experiments, each a lesson of its own behind this one.
    groups: Vec<Lesson>,
}

struct Video {
    title: String,
    url: String,
    seconds: Option<i32>,
}

/// The lesson of a vertical, and behind it those of the experiments in it. `group` is whose a vertical of an experiment is.
pub(super) fn lessons(
    reading: &mut Reading<'_>,
    path: &str,
    vertical: Node<'_, '_>,
    source: &str,
    group: Option<&str>,
) -> Result<Vec<Lesson>, Problem> {
    let own = attribute(vertical, "display_name").unwrap_or(source);
    let title = group.map_or_else(|| own.to_owned(), ToOwned::to_owned);
    let title = cut(&title, policy::TITLE, path, &mut reading.problems);
    let hidden = reading.hidden(path, vertical);
    reading.tell_of_attributes(path, vertical, &[]);
    let mut parts = Parts::default();
    for node in elements(vertical) {
        part(reading, path, node, &title, &mut parts)?;
    }
    if elements(vertical).next().is_none() {
        let words = words!("Pelajaran ini kosong.", "The lesson is empty.");
        reading.tell(path, vertical, Note, words);
    }
    let mut lesson = Lesson {
        source: source.to_owned(),
        title,
        kind: LessonKind::Article,
        hidden,
        body: None,
        body_format: BodyFormat::Html,
        media_url: None,
        estimated_duration: None,
        translations: Vec::new(),
        files: Vec::new(),
        quizzes: Vec::new(),
    };
    lesson.files = std::mem::take(&mut parts.files);
    if !parts.questions.is_empty() {
        lesson.quizzes.push(quiz(reading, path, &lesson, &mut parts));
    }
    if !parts.other_than_problems && !lesson.quizzes.is_empty() {
        lesson.kind = LessonKind::Quiz;
    } else if !parts.other_than_videos && !parts.videos.is_empty() {
        lesson.kind = LessonKind::Video;
    }
    let lengths: Option<Vec<i32>> = parts.videos.iter().map(|video| video.seconds).collect();
    lesson.estimated_duration = lengths.map(|all| all.into_iter().sum()).filter(|seconds| *seconds > 0);
    let mut videos = parts.videos.into_iter();
    lesson.media_url = videos.next().map(|video| video.url);
    for video in videos {
        let (url, title) = (html_escaped(&video.url), html_escaped(&video.title));
        parts.body.push_str(&format!("<p><a href=\"{url}\">{title}</a></p>\n"));
    }
    if parts.body.chars().count() > policy::BODY {
        return Err(too_long(path, Some(place(vertical).line())));
    }
    lesson.body = Some(parts.body).filter(|body| !body.is_empty());
    let groups = parts.groups.into_iter().map(|group| Lesson { hidden: group.hidden || hidden, ..group });
    Ok(std::iter::once(lesson).chain(groups).collect())
}

/// The text of a page or of a lesson is more than a lesson may have.
fn too_long(path: &str, line: Option<usize>) -> Problem {
    let most = policy::BODY;
    Problem::new(path, line, Error, words!("Lebih dari {most} karakter.", "More than {most} characters."))
}

/// One block of a vertical.
fn part(
    reading: &mut Reading<'_>,
    path: &str,
    node: Node<'_, '_>,
    title: &str,
    parts: &mut Parts,
) -> Result<(), Problem> {
    let kind = node.tag_name().name();
    parts.other_than_videos |= kind != "video";
    parts.other_than_problems |= kind != "problem";
    match kind {
        "html" | "video" | "problem" => {
            reading.block(path, node, |reading, path, block, name| {
                if reading.hidden(path, block) {
                    let words = words!(
                        "Tersembunyi di tengah pelajaran yang tampak: ditinggalkan.",
                        "Hidden within a lesson that is not: left out."
                    );
                    reading.tell(path, block, Warning, words);
                    return Ok(());
                }
                match kind {
                    "html" => page(reading, path, block, parts)?,
                    "video" => parts.videos.extend(video(reading, path, block)),
                    _ => {
                        problem::manner(block, &mut parts.manner);
                        parts.questions.extend(problem::questions(reading, path, block, name)?);
                        if parts.questions.len() > policy::ASKED {
                            let most = policy::ASKED;
                            let words = words!("Lebih dari {most} soal.", "More than {most} questions.");
                            return Err(Problem::new(path, Some(place(block).line()), Error, words));
                        }
                    }
                }
                Ok(())
            })?;
        }
        "split_test" => {
            reading
                .block(path, node, |reading, path, experiment, _| groups(reading, path, experiment, title, parts))?;
        }
        _ => not_taken(reading, path, node),
    }
    Ok(())
}

/// A page: its text stands in a file of its own, or in the element.
fn page(reading: &mut Reading<'_>, path: &str, node: Node<'_, '_>, parts: &mut Parts) -> Result<(), Problem> {
    reading.tell_of_attributes(path, node, &["filename", "editor"]);
    let file = attribute(node, "filename").map(|name| format!("html/{name}.html"));
    let (path, text) = if let Some(file) = file {
        let Some(bytes) = reading.files.get(&file) else {
            let words = words!("Menunjuk ke {file}, yang tidak ada.", "Points to {file}, which is not there.");
            reading.tell(path, node, Warning, words);
            return Ok(());
        };
        let text = text_of(&file, bytes)?.to_owned();
        reading.taken.insert(file.clone());
        (file, text)
    } else {
        (path.to_owned(), inside(node))
    };
    if text.chars().count() > policy::BODY {
        return Err(too_long(&path, None));
    }
    reading.spend(&path, text.len())?;
    tell_of_page(reading, &path, &text);
    enclose_files(reading, &path, &text, &mut parts.files);
    parts.body.push_str(text.trim());
    parts.body.push('\n');
    Ok(())
}

/// Tells what of a page no learner sees: what acts.
fn tell_of_page(reading: &mut Reading<'_>, path: &str, text: &str) {
    let low = text.to_ascii_lowercase();
    let line_of = |at: usize| low[..at].matches('\n').count() + 1;
    for (tag, severity) in [
        ("<script", Warning),
        ("<iframe", Warning),
        ("<object", Warning),
        ("<embed", Warning),
        ("<form", Warning),
        ("<style", Note),
    ] {
        if let Some(at) = low.find(tag) {
            let (count, name) = (low.matches(tag).count(), &tag[1..]);
            let words = words!(
                "{count} × <{name}>: pelajar tidak pernah mendapatkannya.",
                "{count} × <{name}>: no learner ever gets it."
            );
            reading.tell_line(path, Some(line_of(at)), severity, words);
        }
    }
}

/// What no lesson shows: it acts, or makes other things look like something.
const NOT_SHOWN: [&str; 4] = [".js", ".css", ".html", ".htm"];

/// Takes the files over that a page points to, and tells of those that are not.
fn enclose_files(reading: &mut Reading<'_>, path: &str, text: &str, files: &mut Vec<Enclosed>) {
    let mut used: BTreeSet<String> = BTreeSet::new();
    let mut more = 0;
    for (at, _) in text.match_indices("/static/") {
        let start = at + "/static/".len();
        // No name is longer: what has no end there is none, and is not looked through to the end of the page each time.
        let near = &text.as_bytes()[start..text.len().min(start + LONGEST_NAME)];
        match near.iter().position(|byte| b"\"'?#)<>&\n".contains(byte)) {
            // The folder itself, in a script.
            Some(0) => {}
            Some(end) if used.len() < MOST_NAMES => {
                match names::meant(text[start..start + end].trim_end_matches('\\')) {
                    Some(name) => _ = used.insert(name),
                    None => more += 1,
                }
            }
            _ => more += 1,
        }
    }
    if more > 0 {
        let words = words!(
            "{more} penunjuk ke static tidak dilihat: terlalu banyak, atau tanpa akhir.",
            "{more} references to static were not looked at: too many, or without an end."
        );
        reading.tell_line(path, None, Warning, words);
    }
    let (mut left, mut gone) = (Vec::new(), Vec::new());
    for name in used {
        let file = format!("static/{name}");
        if !reading.files.contains_key(&file) {
            gone.push(name);
        } else if NOT_SHOWN.iter().any(|ending| name.to_ascii_lowercase().ends_with(ending))
            || !enclose(files, name.clone(), &file)
        {
            left.push(name);
        } else {
            reading.taken.insert(file);
        }
    }
    let first = || text.find("/static/").map(|at| text[..at].matches('\n').count() + 1);
    if !left.is_empty() {
        let (count, names) = (left.len(), few(&left));
        let words = words!(
            "{count} berkas dari static tidak diambil: {names}",
            "{count} files of static are not taken over: {names}"
        );
        reading.tell_line(path, first(), Note, words);
    }
    if !gone.is_empty() {
        let (count, names) = (gone.len(), few(&gone));
        let words =
            words!("{count} berkas dari static tidak ada: {names}", "{count} files of static are not there: {names}");
        reading.tell_line(path, first(), Warning, words);
    }
}

/// Names of a page that are looked at, at most.
const MOST_NAMES: usize = 1_000;
/// Bytes of a name at most, escapes and all.
const LONGEST_NAME: usize = 4 * names::NAME;

/// As many names as one reads.
fn few(names: &[String]) -> String {
    let shown = names[..names.len().min(20)].join(", ");
    if names.len() > 20 { format!("{shown}, …") } else { shown }
}

/// The address of a video where its files are told by their kinds: the best of them that has a picture.
fn encoded(node: Node<'_, '_>) -> Option<String> {
    let files = || node.descendants().filter(|child| child.has_tag_name("encoded_video"));
    ["desktop_mp4", "desktop_webm", "hls", "mobile_low", "mobile_high"].iter().find_map(|kind| {
        let file = files().find(|file| attribute(*file, "profile") == Some(kind))?;
        attribute(file, "url").map(str::to_owned)
    })
}

fn video(reading: &mut Reading<'_>, path: &str, node: Node<'_, '_>) -> Option<Video> {
    let youtube = attribute(node, "youtube_id_1_0").map(str::to_owned).or_else(|| {
        let speeds = attribute(node, "youtube")?;
        speeds
            .split(',')
            .find_map(|one| one.trim().strip_prefix("1.00:").or_else(|| one.trim().strip_prefix("1.0:")))
            .map(str::to_owned)
    });
    let listed = || {
        let sources: Vec<String> = serde_json::from_str(attribute(node, "html5_sources")?).ok()?;
        sources.into_iter().next()
    };
    let source = node.children().find(|child| child.has_tag_name("source")).and_then(|source| attribute(source, "src"));
    let url = source
        .map(str::to_owned)
        .or_else(listed)
        .or_else(|| youtube.map(|id| format!("https://www.youtube.com/watch?v={id}")))
        .or_else(|| encoded(node));
    let title = attribute(node, "display_name").unwrap_or("Video").to_owned();
    let transcripts = node.children().filter(|child| child.has_tag_name("transcript")).count();
    if transcripts > 0 {
        let words = words!(
            "Transkripnya ({transcripts}) tidak diambil.",
            "Its transcripts ({transcripts}) are not taken over."
        );
        reading.tell(path, node, Note, words);
    }
    let is_address = |url: &String| url::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    let Some(url) = url.filter(is_address) else {
        let words =
            words!("Video \"{title}\" tanpa alamat; ditinggalkan.", "The video \"{title}\" has no address; left out.");
        reading.tell(path, node, Warning, words);
        return None;
    };
    let known = ["youtube", "youtube_id_1_0", "html5_sources"];
    reading.tell_of_attributes(path, node, &known);
    let asset = node.children().find(|child| child.has_tag_name("video_asset"));
    let seconds = asset.and_then(|asset| attribute(asset, "duration")?.parse::<f64>().ok());
    #[expect(clippy::cast_possible_truncation, reason = "a day at most")]
    let seconds = seconds.filter(|seconds| (0.0..86_400.0).contains(seconds)).map(|seconds| seconds.ceil() as i32);
    Some(Video { title, url, seconds })
}

/// An experiment: who learns gets one of its groups there. Here each is a lesson of its own, and its instructor keeps what they like.
fn groups(
    reading: &mut Reading<'_>,
    path: &str,
    experiment: Node<'_, '_>,
    title: &str,
    parts: &mut Parts,
) -> Result<(), Problem> {
    let words = words!(
        "Percobaan dengan kelompok: tiap kelompoknya menjadi pelajaran sendiri, di belakang \"{title}\".",
        "An experiment with groups: each group is a lesson of its own, behind \"{title}\"."
    );
    reading.tell(path, experiment, Warning, words);
    let hidden = reading.hidden(path, experiment);
    let names: serde_json::Value =
        attribute(experiment, "group_id_to_child").and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    for node in elements(experiment) {
        if !node.has_tag_name("vertical") {
            not_taken(reading, path, node);
            continue;
        }
        let name = attribute(node, "url_name").unwrap_or_default();
        let group = names.as_object().into_iter().flatten().find_map(|(id, child)| {
            child.as_str().is_some_and(|child| child.ends_with(name)).then(|| reading.groups.get(id)).flatten()
        });
        let named = group.map(|group| format!("{title} ({group})"));
        let lessons = reading.block(path, node, |reading, path, vertical, name| {
            let own = attribute(vertical, "display_name").unwrap_or(name);
            let named = named.unwrap_or_else(|| format!("{title} ({own})"));
            lessons(reading, path, vertical, name, Some(&named))
        })?;
        parts
            .groups
            .extend(lessons.into_iter().flatten().map(|lesson| Lesson { hidden: lesson.hidden || hidden, ..lesson }));
    }
    Ok(())
}

/// The quiz of a lesson's problems; gives where it stands.
fn quiz(reading: &mut Reading<'_>, path: &str, lesson: &Lesson, parts: &mut Parts) -> usize {
    if parts.manner.differs() {
        reading.problems.push(problem::attempts_differ(path));
    }
    reading.outline.quizzes.push(Quiz {
        source: lesson.source.clone(),
        title: lesson.title.clone(),
        titles: std::collections::BTreeMap::new(),
        // Open edX asks no bar of each of them: what is handed in is done.
        pass_percent: 0,
        attempts_allowed: parts.manner.attempts(),
        shuffle: parts.manner.shuffle,
        feedback: parts.manner.feedback(),
        questions: std::mem::take(&mut parts.questions),
    });
    reading.outline.quizzes.len() - 1
}
