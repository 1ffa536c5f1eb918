//! Courses in Markdown: numbered folders of sections, in them folders of lessons with a `README.md`, translations beside it as
//! `translations/README.LANG.md`, quizzes as JSON in `quiz-app/src/assets/translations/LANG.json`, linked from lessons as `/quiz/N`.

mod quizzes;
pub(super) mod text;

use std::collections::{BTreeMap, BTreeSet};

use self::{
    quizzes::{QUIZZES, Quiz, quizzes},
    text::{cut, enclose_files, heading, linked_quizzes, summary, tell_of_images, text_of},
};
use super::{
    Counts, Problem,
    ProblemSeverity::{Error, Note, Warning},
    Problems, Read,
    files::{Files, Tree},
    outline::{self, Enclosed, Outline},
};
use crate::{
    catalog::{
        create_course::NewCourse,
        model::{BodyFormat, Completion, CourseLevel, LessonKind},
        policy,
    },
    platform::{graphql::scalars::is_language_tag, text::Words},
};

/// The language of a course whose files do not say.
const OWN: &str = "en";

struct Section {
    folder: String,
    title: String,
    lessons: Vec<Lesson>,
}

struct Lesson {
    folder: String,
    title: String,
    body: String,
    translations: Vec<(String, String, String)>,
    files: Vec<Enclosed>,
    quizzes: Vec<u32>,
}

/// Whether files of these paths are a course of this kind.
#[must_use]
pub fn is_one<'a>(mut paths: impl Iterator<Item = &'a str>) -> bool {
    paths.any(|path| {
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
    let mut problems = files.left_out.clone();
    let files = &files.tree;
    let mut taken: BTreeSet<&str> = BTreeSet::new();
    let sections = sections(files, &mut taken, &mut problems)?;
    let (quizzes, languages) = quizzes(files, &mut taken, &mut problems)?;
    check_links(&sections, &quizzes, &mut problems);
    let root = files.get("README.md").map_or(Ok(""), |bytes| text_of("README.md", bytes))?;
    if !root.is_empty() {
        taken.insert("README.md");
        tell_of_images(files, "README.md", root, &mut problems);
    }
    for path in files.keys().filter(|path| !taken.contains(path.as_str())) {
        problems.push(Problem::new(
            path,
            None,
            Note,
            words!(
                "Tidak diambil: bukan teks pelajaran, terjemahannya, atau kuis.",
                "Not taken over: no part of a lesson's text, its translations or a quiz."
            ),
        ));
    }
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
    let title = cut(&title, policy::TITLE, "README.md", &mut problems);
    let course = NewCourse {
        // The first paragraph, or as much of it as a summary holds: the description has it whole.
        summary: summary(root).unwrap_or_else(|| title.clone()),
        title,
        slug: None,
        description: cut(root, policy::DESCRIPTION, "README.md", &mut problems),
        locale: OWN.to_owned(),
        level: CourseLevel::Beginner,
        tags: Vec::new(),
        // Its quizzes are warm-ups and checks of the learner's own: the files name no bar that must be passed.
        completion: Completion { quizzes_passed: false, ..Completion::default() },
        price: None,
        // Its files do not say which course they are.
        cover: None,
        source: None,
    };
    let outline = outline(sections, quizzes);
    let (blocks, files) = (BTreeMap::new(), Vec::new());
    Ok(Read { course, outline, counts, translations, blocks, problems: problems.told(), cover: None, files })
}

fn outline(sections: Vec<Section>, quizzes: Vec<Quiz>) -> Outline {
    let at: BTreeMap<u32, usize> = quizzes.iter().enumerate().map(|(at, quiz)| (quiz.number, at)).collect();
    let sections = sections.into_iter().map(|section| outline::Section {
        title: section.title,
        hidden: false,
        lessons: section
            .lessons
            .into_iter()
            .map(|lesson| outline::Lesson {
                source: format!("{}/{}", section.folder, lesson.folder),
                title: lesson.title,
                kind: LessonKind::Article,
                hidden: false,
                body: Some(lesson.body),
                body_format: BodyFormat::Markdown,
                media_url: None,
                estimated_duration: None,
                translations: lesson.translations,
                files: lesson.files,
                quizzes: lesson.quizzes.iter().filter_map(|number| at.get(number).copied()).collect(),
            })
            .collect(),
        source: section.folder,
    });
    Outline { sections: sections.collect(), quizzes: quizzes.into_iter().map(Quiz::outline).collect() }
}

/// Lessons link to quizzes by their numbers: every link finds one, and every quiz is found.
fn check_links(sections: &[Section], quizzes: &[Quiz], problems: &mut Problems) {
    let there: BTreeSet<u32> = quizzes.iter().map(|quiz| quiz.number).collect();
    let mut linked: BTreeSet<u32> = BTreeSet::new();
    for (section, lesson) in
        sections.iter().flat_map(|section| section.lessons.iter().map(move |lesson| (section, lesson)))
    {
        let path = &format!("{}/{}/README.md", section.folder, lesson.folder);
        linked.extend(&lesson.quizzes);
        for number in lesson.quizzes.iter().filter(|number| !there.contains(number)) {
            let words =
                words!("Menaut ke kuis {number}, yang tidak ada.", "Links to quiz {number}, which is not there.");
            problems.push(Problem::new(path, None, Warning, words));
        }
    }
    for number in there.difference(&linked) {
        let words = words!(
            "Tidak ada pelajaran yang menaut ke kuis {number}; diambil, tetapi tak seorang pun menemukannya.",
            "No lesson links to quiz {number}; it is taken over, but nobody finds it."
        );
        problems.push(Problem::new(&format!("{QUIZZES}{OWN}.json"), None, Warning, words));
    }
}

/// Its number, its name, its text's path.
type LessonFolder<'a> = (Option<u32>, &'a str, &'a str);

fn sections<'a>(
    files: &'a Tree,
    taken: &mut BTreeSet<&'a str>,
    problems: &mut Problems,
) -> Result<Vec<Section>, Problem> {
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
    let (most_sections, most_lessons) = (policy::SECTIONS, policy::LESSONS);
    if folders.len() > most_sections || folders.values().any(|lessons| lessons.len() > most_lessons) {
        let words = words!(
            "Lebih dari {most_sections} bagian, atau sebuah bagian dengan lebih dari {most_lessons} pelajaran.",
            "More than {most_sections} sections, or a section of more than {most_lessons} lessons."
        );
        return Err(Problem::new("", None, Error, words));
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
            if text.lines().filter(|line| !line.trim().is_empty()).count() > 1 {
                let words = words!(
                    "Hanya judulnya yang diambil: bagian tidak punya teks sendiri.",
                    "Only its title is taken over: a section has no text of its own."
                );
                problems.push(Problem::new(path, None, Note, words));
            }
            tell_of_images(files, path, text, problems);
        }
        let mut read = Vec::new();
        for (_, folder, path) in lessons {
            taken.insert(path);
            read.push(lesson(files, section, folder, path, taken, problems)?);
        }
        let title = title.unwrap_or_else(|| section.to_owned());
        let title = cut(&title, policy::TITLE, &format!("{section}/README.md"), problems);
        found.push(Section { folder: section.to_owned(), title, lessons: read });
    }
    Ok(found)
}

fn lesson<'a>(
    files: &'a Tree,
    section: &str,
    folder: &str,
    path: &'a str,
    taken: &mut BTreeSet<&'a str>,
    problems: &mut Problems,
) -> Result<Lesson, Problem> {
    let body = text_of(path, &files[path])?;
    let title = heading(body);
    if title.is_none() {
        problems.push(Problem::new(
            path,
            Some(1),
            Warning,
            words!(
                "Pelajaran ini tanpa judul: nama foldernya menjadi judulnya.",
                "The lesson has no heading: its folder's name is its title."
            ),
        ));
    }
    let mut enclosed = Vec::new();
    enclose_files(files, path, body, &mut enclosed, taken, problems);
    let prefix = format!("{section}/{folder}/translations/README.");
    let mut translations: Vec<(String, String, String)> = Vec::new();
    for (path, bytes) in files.range(prefix.clone()..).take_while(|(path, _)| path.starts_with(&prefix)) {
        let Some(tag) = path[prefix.len()..].strip_suffix(".md").filter(|tag| !tag.contains('/')) else { continue };
        let tag = locale(tag);
        if !is_language_tag(&tag) || tag == OWN {
            let words = words!(
                "Nama berkasnya bukan bahasa lain; ditinggalkan.",
                "The file's name names no other language; left out."
            );
            problems.push(Problem::new(path, None, Warning, words));
            taken.insert(path);
            continue;
        }
        let text = text_of(path, bytes)?;
        taken.insert(path);
        enclose_files(files, path, text, &mut enclosed, taken, problems);
        if translations.iter().any(|(known, ..)| *known == tag) {
            problems.push(Problem::new(path, None, Warning, second_translation()));
            continue;
        }
        let title = heading(text).unwrap_or_else(|| title.clone().unwrap_or_else(|| folder.to_owned()));
        translations.push((tag, cut(&title, policy::TITLE, path, problems), text.to_owned()));
        let theirs = linked_quizzes(text);
        let ours = linked_quizzes(body);
        if theirs != ours {
            problems.push(Problem::new(
                path,
                None,
                Warning,
                words!(
                    "Menaut ke kuis {theirs:?}, aslinya ke {ours:?}.",
                    "Links to quizzes {theirs:?}, the original to {ours:?}."
                ),
            ));
        }
    }
    let mut quizzes = linked_quizzes(body);
    let most = policy::QUIZZES_BESIDE;
    if quizzes.len() > most {
        quizzes.truncate(most);
        let words = words!(
            "Menaut ke lebih dari {most} kuis; hanya yang pertama diambil.",
            "Links to more than {most} quizzes; only the first ones are taken over."
        );
        problems.push(Problem::new(path, None, Warning, words));
    }
    Ok(Lesson {
        folder: folder.to_owned(),
        title: cut(&title.unwrap_or_else(|| folder.to_owned()), policy::TITLE, path, problems),
        body: body.to_owned(),
        translations,
        files: enclosed,
        quizzes,
    })
}

fn second_translation() -> Words {
    words!("Berkas kedua dalam bahasa yang sama; ditinggalkan.", "A second file in the same language; left out.")
}

/// `zh_cn` is `zh-CN`.
fn locale(tag: &str) -> String {
    match tag.replace('_', "-").split_once('-') {
        Some((language, region)) => format!("{}-{}", language.to_ascii_lowercase(), region.to_ascii_uppercase()),
        None => tag.to_ascii_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(all: &[(&str, &str)]) -> Files {
        Files::of(all.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect())
    }

    const QUIZ: &str = r#"[{"title":"Q","quizzes":[{"id":1,"title":"One","quiz":[
        {"questionText":"2+2?","answerOptions":[{"answerText":"4","isCorrect":"true"},{"answerText":"5","isCorrect":"false"}]},
        {"questionText":"<b>?","answerOptions":[{"answerText":"a","isCorrect":"true"},{"answerText":"b","isCorrect":true}]},
        {"questionText":"None?","answerOptions":[{"answerText":"a","isCorrect":"false"},{"answerText":"b","isCorrect":"false"}]}]}]}]"#;

    fn course() -> Files {
        files(&[
            ("README.md", "[![badge](https://x.example/a.svg)](y)\n# A course\n\nWhat it is.\n"),
            ("2-second/README.md", "# Second\n\nAnd what it is about.\n"),
            (
                "2-second/only/README.md",
                "# Only\n\n```\n# no heading ![x](no.png)\n```\n![y](../pictures/gone.png)\n<img alt=\"a\" src=\"lost.png\">\n",
            ),
            ("1-first/README.md", "# First\n"),
            ("1-first/10-late/README.md", "# Late\n"),
            (
                "1-first/2-early/README.md",
                "# Early\n[quiz](https://q.example/quiz/1)\n![z](z.png) [do it](assignment.md#now)\n[a [b]](../../files/a%20b.pdf) <img src='./z.png'> `![no](no.png)` ![r][r] ![c](<foto (1).png>)\n\n<img\n  alt=\"x\"\n  src=\"/files/d.png\">\n\n[r]: z.png\n",
            ),
            ("1-first/2-early/z.png", "png"),
            ("1-first/2-early/foto (1).png", "png"),
            ("files/a b.pdf", "%PDF-1.7"),
            ("files/d.png", "png"),
            ("1-first/2-early/translations/README.id.md", "# Awal\n[kuis](https://q.example/quiz/2)\n"),
            ("1-first/2-early/assignment.md", "# Do it\n"),
            ("quiz-app/src/assets/translations/en.json", QUIZ),
            (
                "quiz-app/src/assets/translations/zh-CN.json",
                &QUIZ.replace("\"4\",\"isCorrect\":\"true\"", "\"四\",\"isCorrect\":\"False\""),
            ),
            ("quiz-app/src/assets/translations/zh_cn.json", QUIZ),
            ("quiz-app/src/assets/translations/EN.json", QUIZ),
        ])
    }

    #[test]
    fn sections_lessons_and_quizzes_in_their_order() {
        let read = read(&course(), None).unwrap_or_else(|problem| panic!("{problem:?}"));
        assert_eq!(read.course.title, "A course");
        assert_eq!(read.course.summary, "What it is.");
        assert_eq!(read.counts, Counts { sections: 2, lessons: 3, quizzes: 1, questions: 3, options: 6 });
        let titles: Vec<_> = read.outline.sections.iter().flat_map(|s| &s.lessons).map(|l| l.title.as_str()).collect();
        assert_eq!(titles, ["Early", "Late", "Only"]);
        assert_eq!(read.translations["id"].lessons, 1);
        assert_eq!(read.translations["zh-CN"].questions, 3);
    }

    #[test]
    fn nothing_is_dropped_or_repaired_silently() {
        let read = read(&course(), None).unwrap_or_else(|problem| panic!("{problem:?}"));
        let told: Vec<_> = read.problems.iter().map(|p| (p.path.as_str(), p.line, p.severity)).collect();
        for expected in [
            ("2-second/only/README.md", Some(6), Warning),
            ("2-second/only/README.md", Some(7), Warning),
            ("1-first/2-early/README.md", Some(3), Note),
            ("1-first/2-early/assignment.md", None, Note),
            ("1-first/2-early/translations/README.id.md", None, Warning),
            ("quiz-app/src/assets/translations/en.json", Some(3), Warning),
            ("quiz-app/src/assets/translations/en.json", Some(3), Note),
            ("quiz-app/src/assets/translations/en.json", Some(4), Warning),
            ("quiz-app/src/assets/translations/zh-CN.json", Some(2), Warning),
            ("quiz-app/src/assets/translations/zh_cn.json", None, Warning),
            ("quiz-app/src/assets/translations/EN.json", None, Warning),
            ("quiz-app/src/assets/translations/en.json", None, Note),
            ("2-second/README.md", None, Note),
        ] {
            assert!(told.contains(&expected), "{expected:?} in {told:#?}");
        }
        let right = |at: usize| read.outline.quizzes[0].questions[at].options.iter().filter(|o| o.fraction > 0).count();
        assert_eq!((right(0), right(1), right(2)), (1, 2, 0));
        assert!(!told.contains(&("1-first/README.md", None, Note)), "a title is all that there is");
        let files = &read.outline.sections[0].lessons[0].files;
        let files: Vec<_> = files.iter().map(|file| (file.name.as_str(), file.path.as_str())).collect();
        assert_eq!(
            files,
            [
                ("z.png", "1-first/2-early/z.png"),
                ("files/a b.pdf", "files/a b.pdf"),
                ("foto (1).png", "1-first/2-early/foto (1).png"),
                ("files/d.png", "files/d.png"),
            ]
        );
        assert!(!told.iter().any(|(path, ..)| files.iter().any(|(_, file)| path == file)), "{told:#?}");
    }

    #[test]
    fn questions_that_nobody_can_answer_are_told() {
        let bare = r#"[{"quizzes":[{"id":1,"title":" ","quiz":[{"questionText":"","answerOptions":[]},
            {"questionText":"of \\u0000","answerOptions":[{"answerText":" ","isCorrect":"true"}]}]},{"id":2,"title":"Two","quiz":[]}]}]"#;
        let mut hollow = course();
        hollow.tree.insert("quiz-app/src/assets/translations/en.json".to_owned(), bare.as_bytes().to_vec());
        let read = read(&hollow, None).unwrap_or_else(|problem| panic!("{problem:?}"));
        for said in [
            "Quiz 1 has no title.",
            "Quiz 2 has no question;",
            "Quiz 1, question 1: nothing is asked.",
            "Quiz 1, question 1: fewer than two options.",
            "Quiz 1, question 2: fewer than two options.",
            "Quiz 1, question 2: an option has no text.",
        ] {
            let told = read.problems.iter().find(|problem| problem.message.en.starts_with(said));
            assert_eq!(told.map(|problem| problem.severity), Some(Warning), "{said} in {:?}", read.problems);
        }
    }

    #[test]
    fn a_quiz_that_no_lesson_links_to_is_told() {
        let mut lonely = course();
        lonely.tree.insert("1-first/2-early/README.md".to_owned(), b"# Early\n".to_vec());
        let read = read(&lonely, None).unwrap_or_else(|problem| panic!("{problem:?}"));
        assert!(read.problems.iter().any(|problem| problem.message.en.contains("No lesson links to quiz 1")));
        assert_eq!(read.counts.quizzes, 1);
    }

    /// What is read of JSON takes many times its length, and what is offered must be read by somebody.
    #[test]
    fn quizzes_have_bounds() {
        let path = "quiz-app/src/assets/translations/en.json";
        let option = r#"{"answerText":"a","isCorrect":"true"},"#;
        let many = QUIZ.replacen(r#"{"answerText":"4","#, &format!(r#"{}{{"answerText":"4","#, option.repeat(60)), 1);
        let large = format!(r#"[{{"quizzes":[],"x":[{}0]}}]"#, "[],".repeat(2 << 20));
        let nul = QUIZ.replacen("2+2?", "\\u0000", 1);
        for (text, said) in
            [(many, "more than 50 options"), (large, "More than 4194304 bytes"), (nul, "the character U+0000")]
        {
            let mut hostile = course();
            hostile.tree.insert(path.to_owned(), text.into_bytes());
            let problem = read(&hostile, None).err().expect("a problem");
            assert!(problem.path == path && problem.message.en.contains(said), "{problem:?}");
        }
    }

    /// A few bytes must not make millions of problems, nor hours of reading.
    #[test]
    fn hostile_courses_are_told_shortly() {
        let images = "![](a.png)\n".repeat(15_000);
        let links: String = (0..15_000).fold("# A\n".to_owned(), |text, at| text + "/quiz/" + &at.to_string());
        let mut hostile = course();
        hostile.tree.insert("README.md".to_owned(), images.into_bytes());
        hostile.tree.insert("1-first/2-early/README.md".to_owned(), links.into_bytes());
        hostile.tree.insert("1-first/2-early/translations/README.<b>.md".to_owned(), b"# A".to_vec());
        hostile.tree.insert("1-first/2-early/translations/README.en.md".to_owned(), b"# A".to_vec());
        let read = read(&hostile, None).unwrap_or_else(|problem| panic!("{problem:?}"));
        assert!(read.problems.len() <= 2002, "{}", read.problems.len());
        assert!(read.problems.last().is_some_and(|problem| problem.message.en.contains("more like these")));
        assert!(read.problems.iter().all(|problem| problem.message.en.chars().count() <= 500));
        assert!(read.translations.keys().all(|tag| is_language_tag(tag)), "{:?}", read.translations.keys());
        hostile.tree.insert("README.md".to_owned(), vec![b'a'; policy::BODY + 1]);
        assert_eq!(super::read(&hostile, None).err().map(|problem| problem.path), Some("README.md".to_owned()));
    }

    #[test]
    fn what_can_not_be_read_stops_it() {
        let mut broken = course();
        broken.tree.insert("1-first/2-early/README.md".to_owned(), b"# A\n\xff".to_vec());
        let problem = read(&broken, None).err().expect("a problem");
        assert_eq!((problem.path.as_str(), problem.line), ("1-first/2-early/README.md", Some(2)));
        let mut broken = course();
        broken.tree.insert(format!("{QUIZZES}en.json"), b"[{\n\"quizzes\": 7}]".to_vec());
        assert_eq!(read(&broken, None).err().and_then(|problem| problem.line), Some(2));
    }
}
