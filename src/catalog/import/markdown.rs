//! Courses in Markdown: numbered folders of sections, in them folders of lessons with a `README.md`, translations beside it as
//! `translations/README.LANG.md`, quizzes as JSON in `quiz-app/src/assets/translations/LANG.json`, linked from lessons as `/quiz/N`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::json;

use super::{
    Counts, Problem,
    ProblemSeverity::{Error, Note, Warning},
    Read,
    files::Files,
};
use crate::{
    catalog::{
        content::Content,
        create_course::NewCourse,
        model::{
            ChoiceRow, CourseLevel, FeedbackPolicy, LessonKind, MILLIONTHS, NewLesson, NewLessonQuiz, NewTranslation,
            QuestionRow, QuizId, QuizRow, SectionRow, VersionId,
        },
    },
    platform::graphql::Services,
};

/// The language of a course whose files do not say.
const OWN: &str = "en";
/// Quizzes of a course at most.
const MOST_QUIZZES: usize = 2_000;
const QUIZZES: &str = "quiz-app/src/assets/translations/";

/// A course as its files have it.
pub struct Course {
    sections: Vec<Section>,
    quizzes: Vec<Quiz>,
}

struct Section {
    title: String,
    lessons: Vec<Lesson>,
}

struct Lesson {
    title: String,
    body: String,
    translations: Vec<(String, String, String)>,
    quizzes: Vec<u32>,
}

struct Quiz {
    number: u32,
    title: String,
    titles: BTreeMap<String, String>,
    questions: Vec<Question>,
}

struct Question {
    prompt: String,
    prompts: BTreeMap<String, String>,
    options: Vec<Option_>,
}

struct Option_ {
    text: String,
    texts: BTreeMap<String, String>,
    right: bool,
}

#[derive(Deserialize)]
struct QuizFile {
    quizzes: Vec<QuizJson>,
}

#[derive(Deserialize)]
struct QuizJson {
    id: u32,
    title: String,
    quiz: Vec<QuestionJson>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct QuestionJson {
    question_text: String,
    answer_options: Vec<OptionJson>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OptionJson {
    answer_text: String,
    is_correct: serde_json::Value,
}

impl OptionJson {
    /// `"true"` or `true`.
    fn right(&self) -> bool {
        self.is_correct == json!(true) || self.is_correct == json!("true")
    }
}

/// Whether the files are a course of this kind.
#[must_use]
pub fn is_one(files: &Files) -> bool {
    files.keys().any(|path| {
        let parts: Vec<_> = path.split('/').collect();
        matches!(parts[..], [section, _, "README.md"] if number_of(section).is_some())
    })
}

/// `12-name` is 12.
fn number_of(folder: &str) -> Option<u32> {
    folder.split_once('-')?.0.parse().ok()
}

/// Reads the course.
///
/// # Errors
/// The problem that stops it.
pub fn read(files: &Files, title: Option<&str>) -> Result<Read, Problem> {
    let mut problems = Vec::new();
    let mut taken: BTreeSet<&str> = BTreeSet::new();
    let sections = sections(files, &mut taken, &mut problems)?;
    let (quizzes, languages) = quizzes(files, &mut taken, &mut problems)?;
    for (path, lesson) in sections.iter().flat_map(|(_, lessons)| lessons) {
        for number in &lesson.quizzes {
            if !quizzes.iter().any(|quiz| quiz.number == *number) {
                problems.push(Problem::new(
                    path,
                    None,
                    Warning,
                    format!("Links to quiz {number}, which is not there."),
                ));
            }
        }
    }
    let root = files.get("README.md").map_or(Ok(""), |bytes| text_of("README.md", bytes))?;
    if !root.is_empty() {
        taken.insert("README.md");
        dangling_images(files, "README.md", root, &mut problems);
    }
    for path in files.keys().filter(|path| !taken.contains(path.as_str())) {
        problems.push(Problem::new(
            path,
            None,
            Note,
            "Not taken over: no part of a lesson's text, its translations or a quiz.",
        ));
    }
    problems.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    let sections: Vec<Section> = sections
        .into_iter()
        .map(|(title, lessons)| Section { title, lessons: lessons.into_iter().map(|(_, lesson)| lesson).collect() })
        .collect();
    let lessons: Vec<&Lesson> = sections.iter().flat_map(|section| &section.lessons).collect();
    let mut translations: BTreeMap<String, Counts> = languages;
    for lesson in &lessons {
        for (locale, ..) in &lesson.translations {
            translations.entry(locale.clone()).or_default().lessons += 1;
        }
    }
    let counts = Counts {
        sections: sections.len(),
        lessons: lessons.len(),
        quizzes: quizzes.len(),
        questions: quizzes.iter().map(|quiz| quiz.questions.len()).sum(),
        options: quizzes.iter().flat_map(|quiz| &quiz.questions).map(|question| question.options.len()).sum(),
    };
    let title = title.map(str::to_owned).or_else(|| heading(root)).unwrap_or_else(|| "Course".to_owned());
    let course = NewCourse {
        summary: summary(root).unwrap_or_else(|| title.chars().take(500).collect()),
        title: title.chars().take(200).collect(),
        slug: None,
        description: root.chars().take(50_000).collect(),
        locale: OWN.to_owned(),
        level: CourseLevel::Beginner,
        tags: Vec::new(),
        // Its quizzes are warm-ups and checks of the learner's own: the files name no bar that must be passed.
        completion: (100, false),
    };
    Ok(Read { course, content: Course { sections, quizzes }, counts, translations, problems })
}

/// Its number, its name, its text's path.
type LessonFolder<'a> = (Option<u32>, &'a str, &'a str);
type SectionFiles = (String, Vec<(String, Lesson)>);

fn sections<'a>(
    files: &'a Files,
    taken: &mut BTreeSet<&'a str>,
    problems: &mut Vec<Problem>,
) -> Result<Vec<SectionFiles>, Problem> {
    let mut folders: BTreeMap<(u32, &str), Vec<LessonFolder<'a>>> = BTreeMap::new();
    for path in files.keys() {
        let parts: Vec<_> = path.split('/').collect();
        if let [section, lesson, "README.md"] = parts[..]
            && let Some(number) = number_of(section)
            && lesson != "translations"
        {
            folders.entry((number, section)).or_default().push((number_of(lesson), lesson, path));
        }
    }
    let mut found = Vec::new();
    for ((_, section), mut lessons) in folders {
        lessons.sort();
        let own = files.get_key_value(&format!("{section}/README.md"));
        let mut title = None;
        if let Some((path, bytes)) = own {
            taken.insert(path);
            let text = text_of(path, bytes)?;
            title = heading(text);
            dangling_images(files, path, text, problems);
        }
        let mut read = Vec::new();
        for (_, folder, path) in lessons {
            taken.insert(path);
            read.push((path.to_owned(), lesson(files, section, folder, path, taken, problems)?));
        }
        found.push((title.unwrap_or_else(|| section.to_owned()).chars().take(200).collect(), read));
    }
    Ok(found)
}

fn lesson<'a>(
    files: &'a Files,
    section: &str,
    folder: &str,
    path: &'a str,
    taken: &mut BTreeSet<&'a str>,
    problems: &mut Vec<Problem>,
) -> Result<Lesson, Problem> {
    let body = text_of(path, &files[path])?;
    let title = heading(body);
    if title.is_none() {
        problems.push(Problem::new(
            path,
            Some(1),
            Warning,
            "The lesson has no heading: its folder's name is its title.",
        ));
    }
    dangling_images(files, path, body, problems);
    let prefix = format!("{section}/{folder}/translations/README.");
    let mut translations: Vec<(String, String, String)> = Vec::new();
    for (path, bytes) in files.range(prefix.clone()..).take_while(|(path, _)| path.starts_with(&prefix)) {
        let Some(tag) = path[prefix.len()..].strip_suffix(".md").filter(|tag| !tag.contains('/')) else { continue };
        let text = text_of(path, bytes)?;
        taken.insert(path);
        dangling_images(files, path, text, problems);
        if translations.iter().any(|(known, ..)| *known == locale(tag)) {
            problems.push(Problem::new(path, None, Warning, "A second translation into the same language; left out."));
            continue;
        }
        let title = heading(text).unwrap_or_else(|| title.clone().unwrap_or_else(|| folder.to_owned()));
        translations.push((locale(tag), title.chars().take(200).collect(), text.to_owned()));
        let theirs = linked_quizzes(text);
        let ours = linked_quizzes(body);
        if theirs != ours {
            problems.push(Problem::new(
                path,
                None,
                Warning,
                format!("Links to quizzes {theirs:?}, the original to {ours:?}."),
            ));
        }
    }
    Ok(Lesson {
        title: title.unwrap_or_else(|| folder.to_owned()).chars().take(200).collect(),
        body: body.to_owned(),
        translations,
        quizzes: linked_quizzes(body),
    })
}

fn quizzes<'a>(
    files: &'a Files,
    taken: &mut BTreeSet<&'a str>,
    problems: &mut Vec<Problem>,
) -> Result<(Vec<Quiz>, BTreeMap<String, Counts>), Problem> {
    let own_path = format!("{QUIZZES}{OWN}.json");
    let mut counts = BTreeMap::new();
    let Some((path, bytes)) = files.get_key_value(&own_path) else { return Ok((Vec::new(), counts)) };
    taken.insert(path);
    let own = quiz_file(path, bytes)?;
    check_questions(path, bytes, &own, problems);
    let mut quizzes: Vec<Quiz> = own
        .iter()
        .map(|quiz| Quiz {
            number: quiz.id,
            title: quiz.title.chars().take(200).collect(),
            titles: BTreeMap::new(),
            questions: quiz
                .quiz
                .iter()
                .map(|question| Question {
                    prompt: question.question_text.clone(),
                    prompts: BTreeMap::new(),
                    options: question
                        .answer_options
                        .iter()
                        .map(|option| Option_ {
                            text: option.answer_text.clone(),
                            texts: BTreeMap::new(),
                            right: option.right(),
                        })
                        .collect(),
                })
                .collect(),
        })
        .collect();
    for (path, bytes) in files.range(QUIZZES.to_owned()..).take_while(|(path, _)| path.starts_with(QUIZZES)) {
        let Some(tag) = path[QUIZZES.len()..].strip_suffix(".json").filter(|tag| *tag != OWN) else { continue };
        taken.insert(path);
        let theirs = quiz_file(path, bytes)?;
        check_questions(path, bytes, &theirs, problems);
        let tag = locale(tag);
        counts.insert(tag.clone(), translate(&mut quizzes, &theirs, &tag, path, bytes, problems));
    }
    Ok((quizzes, counts))
}

/// Lays a translation beside the quizzes; what does not fit is told and left out.
fn translate(
    quizzes: &mut [Quiz],
    theirs: &[QuizJson],
    tag: &str,
    path: &str,
    bytes: &[u8],
    problems: &mut Vec<Problem>,
) -> Counts {
    let lines = question_lines(bytes);
    let mut counts = Counts::default();
    let mut at = 0;
    for quiz in theirs {
        let first = at;
        at += quiz.quiz.len();
        let Some(own) = quizzes.iter_mut().find(|own| own.number == quiz.id) else {
            problems.push(Problem::new(
                path,
                None,
                Warning,
                format!("Quiz {} is not in the original; left out.", quiz.id),
            ));
            continue;
        };
        counts.quizzes += 1;
        own.titles.insert(tag.to_owned(), quiz.title.clone());
        if own.questions.len() != quiz.quiz.len() {
            let (ours, theirs) = (own.questions.len(), quiz.quiz.len());
            let message = format!("Quiz {} has {theirs} questions, the original {ours}.", quiz.id);
            problems.push(Problem::new(path, lines.get(first).copied(), Warning, message));
        }
        for (index, (own, their)) in own.questions.iter_mut().zip(&quiz.quiz).enumerate() {
            let line = lines.get(first + index).copied();
            if own.options.len() != their.answer_options.len() {
                let message = format!(
                    "Quiz {}, question {}: another number of options than the original; left out.",
                    quiz.id,
                    index + 1
                );
                problems.push(Problem::new(path, line, Warning, message));
                continue;
            }
            if own.options.iter().map(|option| option.right).ne(their.answer_options.iter().map(OptionJson::right)) {
                let message = format!(
                    "Quiz {}, question {}: other options are marked right than in the original, whose key is kept.",
                    quiz.id,
                    index + 1
                );
                problems.push(Problem::new(path, line, Warning, message));
            }
            counts.questions += 1;
            counts.options += their.answer_options.len();
            own.prompts.insert(tag.to_owned(), their.question_text.clone());
            for (option, their) in own.options.iter_mut().zip(&their.answer_options) {
                option.texts.insert(tag.to_owned(), their.answer_text.clone());
            }
        }
    }
    counts
}

fn quiz_file(path: &str, bytes: &[u8]) -> Result<Vec<QuizJson>, Problem> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let files: Vec<QuizFile> = serde_json::from_slice(bytes).map_err(|error| {
        Problem::new(path, Some(error.line()), Error, format!("Not the quizzes of a course: {error}"))
    })?;
    if String::from_utf8_lossy(bytes).contains("\\u0000") {
        return Err(Problem::new(path, None, Error, "Holds the character U+0000."));
    }
    let quizzes: Vec<QuizJson> = files.into_iter().flat_map(|file| file.quizzes).collect();
    if quizzes.len() > MOST_QUIZZES {
        return Err(Problem::new(path, None, Error, format!("More than {MOST_QUIZZES} quizzes.")));
    }
    let mut seen = BTreeSet::new();
    if let Some(twice) = quizzes.iter().find(|quiz| !seen.insert(quiz.id)) {
        return Err(Problem::new(path, None, Error, format!("Has two quizzes of the number {}.", twice.id)));
    }
    Ok(quizzes)
}

/// What is wrong with questions themselves: they are taken over as they are.
fn check_questions(path: &str, bytes: &[u8], quizzes: &[QuizJson], problems: &mut Vec<Problem>) {
    let lines = question_lines(bytes);
    let questions =
        quizzes.iter().flat_map(|quiz| quiz.quiz.iter().enumerate().map(move |(index, q)| (quiz.id, index + 1, q)));
    for ((quiz, number, question), at) in questions.zip(0..) {
        let line = lines.get(at).copied();
        let mut tell = |severity, message: &str| {
            problems.push(Problem::new(path, line, severity, format!("Quiz {quiz}, question {number}: {message}")));
        };
        match question.answer_options.iter().filter(|option| option.right()).count() {
            0 => tell(Warning, "no option is right; nobody can answer it right."),
            1 => {}
            right => tell(Warning, &format!("{right} options are right; ticking any of them is.")),
        }
        let texts = question.answer_options.iter().map(|option| &option.answer_text).chain([&question.question_text]);
        if texts.into_iter().any(|text| looks_like_html(text)) {
            tell(Note, "has HTML in its text; it is shown to the letter.");
        }
    }
}

/// The line of each question: of the n-th `"questionText"`.
fn question_lines(bytes: &[u8]) -> Vec<usize> {
    let text = String::from_utf8_lossy(bytes);
    (1..)
        .zip(text.lines())
        .flat_map(|(line, text)| std::iter::repeat_n(line, text.matches("\"questionText\"").count()))
        .collect()
}

fn looks_like_html(text: &str) -> bool {
    text.split('<').skip(1).any(|rest| {
        rest.find('>').is_some_and(|end| end > 0) && rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
    })
}

fn text_of<'a>(path: &str, bytes: &'a [u8]) -> Result<&'a str, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = String::from_utf8_lossy(&bytes[..error.valid_up_to()]).matches('\n').count() + 1;
        Problem::new(path, Some(line), Error, "Not UTF-8.")
    })?;
    if let Some(at) = text.find('\0') {
        let line = text[..at].matches('\n').count() + 1;
        return Err(Problem::new(path, Some(line), Error, "Holds the character U+0000."));
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
fn heading(text: &str) -> Option<String> {
    let line = prose(text).find_map(|(_, line)| line.strip_prefix("# "))?;
    Some(line.trim().trim_end_matches('#').trim().to_owned()).filter(|title| !title.is_empty())
}

/// The first paragraph after the first heading, cut to a summary.
fn summary(text: &str) -> Option<String> {
    let mut lines = prose(text).map(|(_, line)| line).skip_while(|line| !line.starts_with("# ")).skip(1);
    let first = lines.find(|line| line.starts_with(|c: char| c.is_alphanumeric()))?;
    Some(first.trim().chars().take(500).collect())
}

/// Numbers of the quizzes that a text links to, each once, in their order.
fn linked_quizzes(text: &str) -> Vec<u32> {
    let mut found = Vec::new();
    for rest in text.split("/quiz/").skip(1) {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        if let Ok(number) = digits.parse()
            && !found.contains(&number)
        {
            found.push(number);
        }
    }
    found
}

/// Tells of images of the course's own files: those that are not there, and that the others are not taken over.
fn dangling_images(files: &Files, path: &str, text: &str, problems: &mut Vec<Problem>) {
    for (line, content) in prose(text) {
        for rest in content.split("](").skip(1).filter(|_| content.contains("![")) {
            let target = rest.split([')', ' ', '?']).next().unwrap_or_default();
            let is_image = [".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp"]
                .iter()
                .any(|ending| target.to_ascii_lowercase().ends_with(ending));
            if !is_image || target.contains("://") || target.starts_with("data:") {
                continue;
            }
            let resolved = resolve(path, target);
            let (severity, message) = if resolved.as_ref().is_some_and(|file| files.contains_key(file)) {
                (Note, format!("The image {target} is not taken over."))
            } else {
                (Warning, format!("The image {target} is not among the files."))
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

/// `zh_cn` is `zh-CN`.
fn locale(tag: &str) -> String {
    match tag.replace('_', "-").split_once('-') {
        Some((language, region)) => format!("{}-{}", language.to_ascii_lowercase(), region.to_ascii_uppercase()),
        None => tag.to_ascii_lowercase(),
    }
}

impl Course {
    /// The rows of the course for a version.
    #[must_use]
    pub fn content(&self, services: &Services, version_id: VersionId) -> Content {
        let mut content = Content::default();
        let ordered = || services.random.ordered_id::<()>(&services.clock).uuid();
        let mut quiz_ids: BTreeMap<u32, QuizId> = BTreeMap::new();
        for quiz in &self.quizzes {
            let id = QuizId::from_uuid(ordered());
            quiz_ids.insert(quiz.number, id);
            content.quizzes.push(QuizRow {
                version_id,
                id,
                title: quiz.title.clone(),
                titles: json!(quiz.titles),
                pass_percent: 100,
                time_limit: None,
                attempts_allowed: None,
                shuffle: false,
                feedback: FeedbackPolicy::AfterEachAttempt,
            });
            for (position, question) in (1..).zip(&quiz.questions) {
                let question_id = services.random.id();
                content.questions.push(QuestionRow {
                    version_id,
                    id: question_id,
                    quiz_id: id,
                    position,
                    multiple: false,
                    prompt: question.prompt.clone(),
                    prompts: json!(question.prompts),
                    points: MILLIONTHS,
                    feedback: None,
                });
                for (position, option) in (1..).zip(&question.options) {
                    content.choices.push(ChoiceRow {
                        version_id,
                        id: services.random.id(),
                        question_id,
                        position,
                        text: option.text.clone(),
                        texts: json!(option.texts),
                        fraction: if option.right { MILLIONTHS } else { 0 },
                        feedback: None,
                    });
                }
            }
        }
        for (position, section) in (1..).zip(&self.sections) {
            let section_id = services.random.ordered_id(&services.clock);
            content.sections.push(SectionRow { version_id, id: section_id, position, title: section.title.clone() });
            for (position, lesson) in (1..).zip(&section.lessons) {
                let id = services.random.ordered_id(&services.clock);
                let beside: Vec<QuizId> =
                    lesson.quizzes.iter().filter_map(|number| quiz_ids.get(number).copied()).collect();
                content.lessons.push(NewLesson {
                    version_id,
                    id,
                    section_id,
                    position,
                    kind: LessonKind::Article,
                    preview: false,
                    title: lesson.title.clone(),
                    body: Some(lesson.body.clone()),
                    media_url: None,
                    estimated_duration: None,
                    // The last one is the check after the lesson.
                    quiz_id: beside.last().copied(),
                });
                for (position, quiz_id) in (1..).zip(beside) {
                    content.beside.push(NewLessonQuiz { version_id, lesson_id: id, position, quiz_id });
                }
                for (locale, title, body) in &lesson.translations {
                    content.translations.push(NewTranslation {
                        version_id,
                        lesson_id: id,
                        locale: locale.clone(),
                        title: title.clone(),
                        body: Some(body.clone()),
                    });
                }
            }
        }
        content
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(all: &[(&str, &str)]) -> Files {
        all.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect()
    }

    const QUIZ: &str = r#"[{"title":"Q","quizzes":[{"id":1,"title":"One","quiz":[
        {"questionText":"2+2?","answerOptions":[{"answerText":"4","isCorrect":"true"},{"answerText":"5","isCorrect":"false"}]},
        {"questionText":"<b>?","answerOptions":[{"answerText":"a","isCorrect":"true"},{"answerText":"b","isCorrect":true}]},
        {"questionText":"None?","answerOptions":[{"answerText":"a","isCorrect":"false"},{"answerText":"b","isCorrect":"false"}]}]}]}]"#;

    fn course() -> Files {
        files(&[
            ("README.md", "[![badge](https://x.example/a.svg)](y)\n# A course\n\nWhat it is.\n"),
            ("2-second/README.md", "# Second\n"),
            ("2-second/only/README.md", "# Only\n\n```\n# no heading ![x](no.png)\n```\n![y](../pictures/gone.png)\n"),
            ("1-first/README.md", "# First\n"),
            ("1-first/10-late/README.md", "# Late\n"),
            ("1-first/2-early/README.md", "# Early\n[quiz](https://q.example/quiz/1)\n![z](z.png)\n"),
            ("1-first/2-early/z.png", "png"),
            ("1-first/2-early/translations/README.id.md", "# Awal\n[kuis](https://q.example/quiz/2)\n"),
            ("1-first/2-early/assignment.md", "# Do it\n"),
            ("quiz-app/src/assets/translations/en.json", QUIZ),
            (
                "quiz-app/src/assets/translations/zh_cn.json",
                &QUIZ.replace("\"4\",\"isCorrect\":\"true\"", "\"四\",\"isCorrect\":\"false\""),
            ),
        ])
    }

    #[test]
    fn sections_lessons_and_quizzes_in_their_order() {
        let read = read(&course(), None).unwrap_or_else(|problem| panic!("{problem:?}"));
        assert_eq!(read.course.title, "A course");
        assert_eq!(read.course.summary, "What it is.");
        assert_eq!(read.counts, Counts { sections: 2, lessons: 3, quizzes: 1, questions: 3, options: 6 });
        let titles: Vec<_> = read.content.sections.iter().flat_map(|s| &s.lessons).map(|l| l.title.as_str()).collect();
        assert_eq!(titles, ["Early", "Late", "Only"]);
        assert_eq!(read.translations["id"].lessons, 1);
        assert_eq!(read.translations["zh-CN"].questions, 3);
    }

    #[test]
    fn nothing_is_dropped_or_repaired_silently() {
        let read = read(&course(), None).unwrap_or_else(|problem| panic!("{problem:?}"));
        let told: Vec<_> = read.problems.iter().map(|p| (p.path.as_str(), p.line, p.severity.as_str())).collect();
        for expected in [
            ("2-second/only/README.md", Some(6), "WARNING"),
            ("1-first/2-early/README.md", Some(3), "NOTE"),
            ("1-first/2-early/assignment.md", None, "NOTE"),
            ("1-first/2-early/z.png", None, "NOTE"),
            ("1-first/2-early/translations/README.id.md", None, "WARNING"),
            ("quiz-app/src/assets/translations/en.json", Some(3), "WARNING"),
            ("quiz-app/src/assets/translations/en.json", Some(3), "NOTE"),
            ("quiz-app/src/assets/translations/en.json", Some(4), "WARNING"),
            ("quiz-app/src/assets/translations/zh_cn.json", Some(2), "WARNING"),
        ] {
            assert!(told.contains(&expected), "{expected:?} in {told:#?}");
        }
        let right = |at: usize| read.content.quizzes[0].questions[at].options.iter().filter(|o| o.right).count();
        assert_eq!((right(0), right(1), right(2)), (1, 2, 0));
    }

    #[test]
    fn what_can_not_be_read_stops_it() {
        let mut broken = course();
        broken.insert("1-first/2-early/README.md".to_owned(), b"# A\n\xff".to_vec());
        let problem = read(&broken, None).err().expect("a problem");
        assert_eq!((problem.path.as_str(), problem.line), ("1-first/2-early/README.md", Some(2)));
        let mut broken = course();
        broken.insert(format!("{QUIZZES}en.json"), b"[{\n\"quizzes\": 7}]".to_vec());
        assert_eq!(read(&broken, None).err().and_then(|problem| problem.line), Some(2));
    }
}
