//! Courses of Open edX: OLX, a folder of XML files that point to each other. A chapter and a sequential are a section, a vertical is a
//! lesson, the problems of a vertical are its quiz. What there is nothing like here is told, by file and line.

mod answers;
pub(super) mod bank;
mod blocks;
mod problem;
mod xml;

use std::collections::{BTreeMap, BTreeSet};

use roxmltree::Node;

use self::xml::{Words, attribute, elements, parsed, place, says_yes};
use super::{
    Counts, Problem,
    ProblemSeverity::{self, Error, Note, Warning},
    Problems, Read,
    files::{Files, Tree},
    markdown::text::{cut, text_of, utf8_of},
    outline::{Outline, Section},
};
use crate::{
    catalog::{
        create_course::NewCourse,
        model::{Completion, CourseLevel},
        policy,
    },
    platform::{graphql::scalars::is_language_tag, text},
};

/// Bytes of text of a course at most.
const KEPT: usize = 128 << 20;
/// Blocks within each other at most: a course has four or six.
const DEEP: usize = 16;
/// The language of a course that does not say.
const OWN: &str = "en";

/// Whether a course is of this kind.
#[must_use]
pub fn is_one(files: &Tree) -> bool {
    files.contains_key("course.xml")
}

/// A course while it is read.
pub(super) struct Reading<'a> {
    files: &'a Tree,
    /// Files that were read.
    taken: BTreeSet<String>,
    /// Blocks that were read: each belongs to one place.
    seen: BTreeSet<(String, String)>,
    problems: Problems,
    /// How many of each kind there are.
    blocks: BTreeMap<String, usize>,
    /// Bytes of text that are kept.
    spent: usize,
    /// How many blocks are open.
    depth: usize,
    /// Whether the block that is read now is hidden by what points to it.
    hidden_where_named: bool,
    /// Groups of experiments by their ids.
    groups: BTreeMap<String, String>,
    /// The path of the course's picture.
    cover: Option<String>,
    /// How many questions of each kind are left out.
    left: BTreeMap<String, usize>,
    outline: Outline,
}

impl<'a> Reading<'a> {
    fn of(files: &'a Files) -> Self {
        Self {
            files: &files.tree,
            taken: BTreeSet::new(),
            seen: BTreeSet::new(),
            problems: files.left_out.clone(),
            blocks: BTreeMap::new(),
            spent: 0,
            depth: 0,
            hidden_where_named: false,
            groups: BTreeMap::new(),
            cover: None,
            left: BTreeMap::new(),
            outline: Outline::default(),
        }
    }
}

impl Reading<'_> {
    /// Tells of a node, where there is room for it.
    pub(super) fn tell(&mut self, path: &str, node: Node<'_, '_>, severity: ProblemSeverity, words: text::Words) {
        let line = self.problems.has_room(severity).then(|| place(node).line());
        self.tell_line(path, line, severity, words);
    }

    /// Tells of a line.
    pub(super) fn tell_line(&mut self, path: &str, line: Option<usize>, severity: ProblemSeverity, words: text::Words) {
        self.problems.push(Problem::new(path, line, severity, words));
    }

    /// Tells of a question that is left out.
    fn leave(&mut self, path: &str, node: Node<'_, '_>, words: text::Words) {
        *self.left.entry(node.tag_name().name().to_owned()).or_default() += 1;
        self.tell(path, node, Warning, words);
    }

    /// Counts what is kept of the course, so that a few bytes that are kept many times come to an end.
    pub(super) fn spend(&mut self, path: &str, bytes: usize) -> Result<(), Problem> {
        self.spent += bytes;
        if self.spent <= KEPT {
            return Ok(());
        }
        let words = words!("Lebih dari {KEPT} bita teks.", "More than {KEPT} bytes of text.");
        Err(Problem::new(path, None, Error, words))
    }

    pub(super) fn count(&mut self, kind: &str) {
        // Of kinds that somebody made up there may be as many as elements.
        if self.blocks.len() < 100 || self.blocks.contains_key(kind) {
            *self.blocks.entry(kind.to_owned()).or_default() += 1;
        }
    }

    /// Reads a block: where it stands, or in the file that it points to. Nothing where that is not there, or was read before.
    fn block<R>(
        &mut self,
        path: &str,
        node: Node<'_, '_>,
        read: impl FnOnce(&mut Self, &str, Node<'_, '_>, &str) -> Result<R, Problem>,
    ) -> Result<Option<R>, Problem> {
        let kind = node.tag_name().name().to_owned();
        let name = attribute(node, "url_name").unwrap_or_default().to_owned();
        if !name.is_empty() && !self.seen.insert((kind.clone(), name.clone())) {
            let words = words!(
                "{kind} \"{name}\" sudah diambil di tempat lain; di sini ditinggalkan.",
                "The {kind} \"{name}\" was taken over elsewhere already; left out here."
            );
            self.tell(path, node, Warning, words);
            return Ok(None);
        }
        self.count(&kind);
        let file = format!("{kind}/{}.xml", name.replace(':', "/"));
        let empty = !node
            .children()
            .any(|child| child.is_element() || child.text().is_some_and(|text| !text.trim().is_empty()));
        // What says nothing itself but a name is said elsewhere.
        let named = node.attributes().all(|one| matches!(one.name(), "url_name" | "org" | "course" | "slug"));
        let bytes = self.files.get(&file).filter(|_| empty && !name.is_empty());
        let Some(bytes) = bytes else {
            if empty && named && !name.is_empty() {
                let words = words!("Menunjuk ke {file}, yang tidak ada.", "Points to {file}, which is not there.");
                self.tell(path, node, Warning, words);
                return Ok(None);
            }
            return self.within(path, node, |reading, node| read(reading, path, node, &name)).map(Some);
        };
        self.hidden_where_named = self.hidden(path, node);
        self.taken.insert(file.clone());
        let text = utf8_of(&file, bytes)?;
        let document = parsed(&file, text)?;
        let read = self.within(&file, document.root_element(), |reading, node| read(reading, &file, node, &name));
        self.hidden_where_named = false;
        read.map(Some)
    }

    /// Blocks hold blocks, but not without end.
    fn within<'n, 'i, R>(
        &mut self,
        path: &str,
        node: Node<'n, 'i>,
        read: impl FnOnce(&mut Self, Node<'n, 'i>) -> Result<R, Problem>,
    ) -> Result<R, Problem> {
        if self.depth >= DEEP {
            let words = words!("Lebih dari {DEEP} blok bersarang.", "More than {DEEP} blocks within each other.");
            return Err(Problem::new(path, Some(place(node).line()), Error, words));
        }
        self.depth += 1;
        let outcome = read(self, node);
        self.depth -= 1;
        outcome
    }

    fn hidden(&mut self, path: &str, node: Node<'_, '_>) -> bool {
        let grouped = attribute(node, "group_access").is_some_and(|access| access != "{}");
        if grouped {
            let words =
                words!("Hanya untuk kelompok tertentu: di sini tersembunyi.", "For certain groups only: hidden here.");
            self.tell(path, node, Warning, words);
        }
        let named = std::mem::take(&mut self.hidden_where_named);
        named || grouped || says_yes(node, "visible_to_staff_only") || says_yes(node, "hide_from_toc")
    }

    /// Tells what an element says that is not taken over.
    fn tell_of_attributes(&mut self, path: &str, node: Node<'_, '_>, known: &[&str]) {
        let always =
            ["url_name", "display_name", "visible_to_staff_only", "hide_from_toc", "group_access", "xblock-family"];
        let others = node.attributes().filter(|one| !one.value().trim().is_empty()).map(|one| one.name());
        let others: Vec<&str> = others.filter(|name| !always.contains(name) && !known.contains(name)).collect();
        if !others.is_empty() {
            let (kind, others) = (node.tag_name().name(), others.join(", "));
            let words = words!("Tidak diambil dari {kind}: {others}.", "Not taken over of the {kind}: {others}.");
            self.tell(path, node, Note, words);
        }
    }
}

/// Reads the course.
///
/// # Errors
/// The problem that stops it.
pub fn read(files: &Files, title: Option<&str>) -> Result<Read, Problem> {
    let root = utf8_of("course.xml", files.tree.get("course.xml").map(Vec::as_slice).unwrap_or_default())?;
    let document = parsed("course.xml", root)?;
    let mut reading = Reading::of(files);
    reading.taken.insert("course.xml".to_owned());
    let pointer = document.root_element();
    if !pointer.has_tag_name("course") {
        let words = words!("Bukan <course>.", "No <course>.");
        return Err(Problem::new("course.xml", Some(place(pointer).line()), Error, words));
    }
    let named = |name: &str| attribute(pointer, name).unwrap_or_default().to_owned();
    let (org, number, run) = (named("org"), named("course"), named("url_name"));
    let course = reading.block("course.xml", pointer, |reading, path, node, _| {
        let mut course = about(reading, path, node, &run)?;
        course.source = (!number.is_empty()).then(|| format!("olx:{org}/{number}/{run}"));
        chapters(reading, path, node)?;
        Ok(course)
    })?;
    let Some(mut course) = course else {
        let words = words!("Berkas kursusnya tidak ada.", "The file of the course is not there.");
        return Err(Problem::new("course.xml", Some(place(pointer).line()), Error, words));
    };
    // The root is no block of the course.
    reading.blocks.remove("course");
    if let Some(title) = title {
        title.clone_into(&mut course.title);
    }
    within_limits(&reading.outline)?;
    let Reading { taken, mut problems, blocks, outline, cover, .. } = reading;
    for path in files.tree.keys().filter(|path| !taken.contains(path.as_str())) {
        let words = if path.starts_with("drafts/") {
            words!("Konsep yang belum terbit di Open edX: tidak diambil.", "Not published in Open edX: not taken over.")
        } else {
            words!(
                "Tidak diambil: bukan teks pelajaran atau kuis.",
                "Not taken over: no text of a lesson, and no quiz."
            )
        };
        problems.push(Problem::new(path, None, Note, words));
    }
    let questions = || outline.quizzes.iter().flat_map(|quiz| &quiz.questions);
    let counts = Counts {
        sections: outline.sections.len(),
        lessons: outline.sections.iter().map(|section| section.lessons.len()).sum(),
        quizzes: outline.quizzes.len(),
        questions: questions().count(),
        options: questions().map(|question| question.options.len()).sum(),
    };
    let (translations, files) = (BTreeMap::new(), Vec::new());
    Ok(Read { course, outline, counts, translations, blocks, problems: problems.told(), cover, files })
}

fn within_limits(outline: &Outline) -> Result<(), Problem> {
    let (sections, lessons, quizzes) = (policy::SECTIONS, policy::LESSONS, policy::QUIZZES);
    if outline.sections.len() <= sections
        && outline.quizzes.len() <= quizzes
        && outline.sections.iter().all(|section| section.lessons.len() <= lessons)
        && outline.quizzes.iter().all(|quiz| quiz.questions.len() <= policy::ASKED)
    {
        return Ok(());
    }
    let words = words!(
        "Lebih dari {sections} bagian, {lessons} pelajaran sebuah bagian, atau {quizzes} kuis; lihat serviceLimits.",
        "More than {sections} sections, {lessons} lessons of a section, or {quizzes} quizzes; see serviceLimits."
    );
    Err(Problem::new("course.xml", None, Error, words))
}

/// What a course says of itself: its own element, its policy file, its pages for who looks for a course.
fn about(reading: &mut Reading<'_>, path: &str, node: Node<'_, '_>, run: &str) -> Result<NewCourse, Problem> {
    let policy = format!("policies/{run}/policy.json");
    let said: serde_json::Value = match reading.files.get(&policy) {
        Some(bytes) => {
            reading.taken.insert(policy.clone());
            serde_json::from_str(utf8_of(&policy, bytes)?).map_err(|error| {
                let words = words!("Bukan JSON: {error}", "No JSON: {error}");
                Problem::new(&policy, Some(error.line()), Error, words)
            })?
        }
        None => serde_json::Value::Null,
    };
    let said = &said[format!("course/{run}")];
    let of = |name: &str| said[name].as_str().or_else(|| attribute(node, name)).map(str::trim).map(str::to_owned);
    reading.tell_of_attributes(path, node, &["language", "user_partitions", "org", "course", "course_image"]);
    if let Some(image) = of("course_image").filter(|image| !image.is_empty()) {
        let file = format!("static/{image}");
        if reading.files.contains_key(&file) {
            reading.taken.insert(file.clone());
            reading.cover = Some(file);
        } else {
            let words =
                words!("Gambar kursusnya, {file}, tidak ada.", "The picture of the course, {file}, is not there.");
            reading.tell(path, node, Warning, words);
        }
    }
    read_groups(reading, node, said);
    let locale = of("language").filter(|tag| is_language_tag(tag)).unwrap_or_else(|| OWN.to_owned());
    let title = of("display_name").filter(|title| !title.is_empty()).unwrap_or_else(|| "Course".to_owned());
    let title = cut(&title, policy::TITLE, path, &mut reading.problems);
    let page = |reading: &mut Reading<'_>, name: &str| -> Result<String, Problem> {
        let file = format!("about/{name}.html");
        let Some(bytes) = reading.files.get(&file) else { return Ok(String::new()) };
        let text = text_of(&file, bytes)?;
        reading.taken.insert(file);
        Ok(text.trim().to_owned())
    };
    let overview = page(reading, "overview")?;
    // In Markdown, HTML that is indented is code.
    let overview: Vec<&str> = overview.lines().map(str::trim_start).collect();
    let overview = overview.join("\n");
    let short = page(reading, "short_description")?;
    let summary = Some(plain(&short)).filter(|text| !text.is_empty()).unwrap_or_else(|| title.clone());
    Ok(NewCourse {
        summary: cut(&summary, policy::SUMMARY, "about/short_description.html", &mut reading.problems),
        title,
        slug: None,
        description: cut(&overview, policy::DESCRIPTION, "about/overview.html", &mut reading.problems),
        locale,
        level: CourseLevel::Beginner,
        tags: Vec::new(),
        // A quiz is done when it is handed in: Open edX asks no bar of each of them.
        completion: Completion { quizzes_passed: false, ..Completion::default() },
        price: None,
        cover: None,
        source: None,
    })
}

/// Text of a page that may hold markup.
fn plain(page: &str) -> String {
    let wrapped = format!("<p>{page}</p>");
    let Ok(document) = parsed("", &wrapped) else { return page.to_owned() };
    let mut words = Words::default();
    words.add(document.root_element(), &["script", "style"]);
    words.told().replace('\n', " ")
}

/// The groups of the course's experiments.
fn read_groups(reading: &mut Reading<'_>, node: Node<'_, '_>, said: &serde_json::Value) {
    let own = attribute(node, "user_partitions").and_then(|text| serde_json::from_str(text).ok());
    let partitions: serde_json::Value = own.unwrap_or_else(|| said["user_partitions"].clone());
    let groups = partitions.as_array().into_iter().flatten().filter_map(|one| one["groups"].as_array()).flatten();
    for group in groups {
        if let (Some(id), Some(name)) = (group["id"].as_i64(), group["name"].as_str()) {
            reading.groups.insert(id.to_string(), name.to_owned());
        }
    }
}

fn chapters(reading: &mut Reading<'_>, path: &str, course: Node<'_, '_>) -> Result<(), Problem> {
    for node in elements(course) {
        if !node.has_tag_name("chapter") {
            not_taken(reading, path, node);
            continue;
        }
        reading.block(path, node, |reading, path, chapter, _| {
            let title = attribute(chapter, "display_name").unwrap_or_default().to_owned();
            let hidden = reading.hidden(path, chapter);
            reading.tell_of_attributes(path, chapter, &[]);
            for node in elements(chapter) {
                if node.has_tag_name("sequential") {
                    reading.block(path, node, |reading, path, sequential, name| {
                        section(reading, path, sequential, (&title, hidden, name))
                    })?;
                } else {
                    not_taken(reading, path, node);
                }
            }
            Ok(())
        })?;
    }
    Ok(())
}

fn section(
    reading: &mut Reading<'_>,
    path: &str,
    sequential: Node<'_, '_>,
    (chapter, hidden, source): (&str, bool, &str),
) -> Result<(), Problem> {
    let own = attribute(sequential, "display_name").unwrap_or_default();
    let title = match (chapter, own) {
        ("", own) => own.to_owned(),
        (chapter, "") => chapter.to_owned(),
        (chapter, own) => format!("{chapter}: {own}"),
    };
    let title = cut(if title.is_empty() { source } else { &title }, policy::TITLE, path, &mut reading.problems);
    let hidden = reading.hidden(path, sequential) || hidden;
    reading.tell_of_attributes(path, sequential, &[]);
    let at = reading.outline.sections.len();
    reading.outline.sections.push(Section { source: source.to_owned(), title, hidden, lessons: Vec::new() });
    for node in elements(sequential) {
        if node.has_tag_name("vertical") {
            let lessons = reading.block(path, node, |reading, path, vertical, name| {
                blocks::lessons(reading, path, vertical, name, None)
            })?;
            reading.outline.sections[at].lessons.extend(lessons.into_iter().flatten());
        } else {
            not_taken(reading, path, node);
        }
    }
    Ok(())
}

/// Tells of a block that there is nothing like here.
fn not_taken(reading: &mut Reading<'_>, path: &str, node: Node<'_, '_>) {
    let kind = node.tag_name().name();
    reading.count(kind);
    // What it points to is told with it.
    if let Some(name) = attribute(node, "url_name") {
        let file = format!("{kind}/{name}.xml");
        if reading.files.contains_key(&file) {
            reading.taken.insert(file);
        }
    }
    let said = ["question", "display_name", "block_name", "slug"].iter().find_map(|name| attribute(node, name));
    let said: String = said.unwrap_or_default().chars().take(100).collect();
    let words = words!(
        "{kind} \"{said}\" tidak diambil: di sini belum ada yang seperti itu.",
        "The {kind} \"{said}\" is not taken over: there is nothing like it here yet."
    );
    reading.tell(path, node, Warning, words);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(all: &[(&str, &str)]) -> Files {
        Files::of(all.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect())
    }

    #[test]
    fn blocks_within_each_other_come_to_an_end() {
        let nested = |blocks: usize| {
            let open = "<vertical><split_test>".repeat(blocks);
            let close = "</split_test></vertical>".repeat(blocks);
            format!("<course><chapter><sequential>{open}{close}</sequential></chapter></course>")
        };
        let read = |text: &str| read(&files(&[("course.xml", text)]), None);
        assert!(read(&nested(3)).is_ok());
        let deep = read(&nested(2_000)).err().expect("refused");
        assert!(deep.message.en.contains("within each other"), "{deep:?}");
        // One that holds itself is read once.
        let turned = files(&[
            ("course.xml", "<course url_name='a'/>"),
            (
                "course/a.xml",
                "<course><chapter><sequential url_name='s'><vertical url_name='v'/></sequential></chapter></course>",
            ),
            ("vertical/v.xml", "<vertical><split_test><vertical url_name='v'/></split_test></vertical>"),
        ]);
        let turned = super::read(&turned, None).unwrap_or_else(|problem| panic!("{problem:?}"));
        assert_eq!(turned.counts.lessons, 1);
        assert!(turned.problems.iter().any(|problem| problem.message.en.contains("elsewhere already")));
    }

    #[test]
    fn what_is_within_what_is_hidden_is_hidden() {
        let course = "<course><chapter><sequential><vertical visible_to_staff_only='true'><split_test><vertical url_name='g'><html>A</html></vertical></split_test></vertical><vertical/></sequential></chapter></course>";
        let read = super::read(&files(&[("course.xml", course)]), None).unwrap_or_else(|problem| panic!("{problem:?}"));
        let hidden: Vec<bool> = read.outline.sections[0].lessons.iter().map(|lesson| lesson.hidden).collect();
        assert_eq!(hidden, [true, true, false]);
    }

    #[test]
    fn what_is_not_taken_over_is_told() {
        let course = r#"<course><chapter><sequential><vertical>
<problem attempts_before_showanswer_button="3"><choiceresponse partial_credit="EDC"><checkboxgroup>
<choice correct="true" fixed="true">a</choice>
<choice correct="partial">b</choice>
<choice correct="false">c</choice>
<compoundhint value="A B">both</compoundhint></checkboxgroup></choiceresponse></problem>
<problem><optionresponse><optioninput><option correct="true">a</option><option correct="Partial" point_value="0.25">b</option></optioninput></optionresponse></problem>
<video youtube_id_1_0="abc" youtube_id_1_5="def" download_track="true"/>
</vertical></sequential></chapter></course>"#;
        let read = super::read(&files(&[("course.xml", course)]), None).unwrap_or_else(|problem| panic!("{problem:?}"));
        let told: Vec<(Option<u32>, &str)> =
            read.problems.iter().map(|problem| (problem.line, problem.message.en.as_ref())).collect();
        assert_eq!(
            told,
            [
                (Some(2), "Its hints (1) are not taken over."),
                (Some(2), "Not taken over of the problem: attempts_before_showanswer_button."),
                (Some(2), "Graded in parts here: each right one counts, and a wrong one takes all of it."),
                (Some(2), "Not taken over of the choiceresponse: partial_credit."),
                (Some(3), "Not taken over of the choice: fixed."),
                (Some(4), "Right in part, among those that may be ticked together: taken as wrong here."),
                (Some(8), "Not taken over of the video: youtube_id_1_5, download_track."),
            ]
        );
        let worth = |question: usize| -> Vec<i64> {
            read.outline.quizzes[0].questions[question].options.iter().map(|choice| choice.fraction).collect()
        };
        assert_eq!((worth(0), worth(1)), (vec![1_000_000, -1_000_000, -1_000_000], vec![1_000_000, 250_000]));
    }

    /// Each of these took the square of its length, in time or in memory.
    #[test]
    fn what_would_grow_as_it_is_read_is_refused() {
        let course = |problem: &str| {
            format!(
                "<course><chapter><sequential><vertical><problem>{problem}</problem></vertical></sequential></chapter></course>"
            )
        };
        let read = |problem: &str| super::read(&files(&[("course.xml", &course(problem))]), None);
        let one = "<multiplechoiceresponse><choice correct='true'/><choice/></multiplechoiceresponse>";
        let many = read(&one.repeat(20_000)).err().expect("refused");
        assert!(many.message.en.contains("questions"), "{many:?}");
        let (open, close) = ("<multiplechoiceresponse>".repeat(3_000), "</multiplechoiceresponse>".repeat(3_000));
        let nested =
            read(&format!("{open}{}{close}", "<choice/>".repeat(50_000))).unwrap_or_else(|one| panic!("{one:?}"));
        assert_eq!(nested.counts.questions, 0);
        let told = read(&"<unknown a='1'/>".repeat(100_000));
        assert!(told.is_ok(), "it asks nothing, and that is told");
        let strange = format!("<course>{}</course>", "<wiki slug='x'/>".repeat(200_000));
        let strange = super::read(&files(&[("course.xml", &strange)]), None).unwrap_or_else(|one| panic!("{one:?}"));
        assert_eq!(strange.blocks["wiki"], 200_000);
        assert!(strange.problems.len() < 1_100);
        let pointers = format!("<html>{}</html>", "/static/".repeat(20_000));
        let pointers =
            format!("<course><chapter><sequential><vertical>{pointers}</vertical></sequential></chapter></course>");
        let pointers = super::read(&files(&[("course.xml", &pointers)]), None).unwrap_or_else(|one| panic!("{one:?}"));
        assert!(pointers.problems.iter().any(|problem| problem.message.en.contains("without an end")));
        let page = format!("<html>{}</html>", "a".repeat(policy::BODY + 1));
        let page = format!("<course><chapter><sequential><vertical>{page}</vertical></sequential></chapter></course>");
        let page = super::read(&files(&[("course.xml", &page)]), None).err().expect("refused");
        assert!(page.message.en.contains("characters"), "{page:?}");
    }
}
