//! XML as courses of Open edX have it: files that point to each other, and text with markup in it.

use roxmltree::{Document, Node, ParsingOptions};

use crate::catalog::import::{Problem, ProblemSeverity::Error};

/// Nodes of a file at most: each takes a hundred bytes or more.
const NODES: u32 = 500_000;

/// Bytes of a file at most: a tree takes ten times as much.
const BYTES: usize = 16 << 20;

/// Attributes of an element at most: each is compared with all others of it.
const ATTRIBUTES: usize = 500;

/// Whether an element has more attributes than that.
fn has_wild_tag(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        // What is quoted in these is no attribute.
        let aside = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")];
        if let Some((begin, end)) = aside.into_iter().find(|(begin, _)| rest.starts_with(begin)) {
            let Some(after) = rest[begin.len()..].find(end) else { return false };
            rest = &rest[begin.len() + after + end.len()..];
            continue;
        }
        let mut attributes = 0;
        let mut quote = None;
        let mut ended = rest.len();
        for (at, c) in rest.char_indices() {
            match (quote, c) {
                (Some(open), c) if c == open => quote = None,
                (None, '"' | '\'') => {
                    quote = Some(c);
                    attributes += 1;
                }
                (None, '>') => {
                    ended = at;
                    break;
                }
                _ => {}
            }
        }
        if attributes > ATTRIBUTES {
            return true;
        }
        rest = &rest[ended..];
        rest = rest.strip_prefix('>').unwrap_or(rest);
    }
    false
}

/// A file as XML. What declares entities is refused: a few of them can be gigabytes.
///
/// # Errors
/// The problem that stops the import.
pub(super) fn parsed<'a>(path: &str, text: &'a str) -> Result<Document<'a>, Problem> {
    if text.len() > BYTES {
        let words = words!("Lebih dari {BYTES} bita.", "More than {BYTES} bytes.");
        return Err(Problem::new(path, None, Error, words));
    }
    if has_wild_tag(text) {
        let words = words!(
            "Ada unsur dengan lebih dari {ATTRIBUTES} atribut.",
            "An element has more than {ATTRIBUTES} attributes."
        );
        return Err(Problem::new(path, None, Error, words));
    }
    let options = ParsingOptions { allow_dtd: false, nodes_limit: NODES, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).map_err(|error| {
        let line = usize::try_from(error.pos().row).ok();
        Problem::new(path, line, Error, words!("Bukan XML yang utuh: {error}", "No sound XML: {error}"))
    })
}

/// Where a node stands: its line is counted only where it is told, since that reads the file up to it.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    before: &'a str,
}

impl Place<'_> {
    /// The line, from one on.
    pub(super) fn line(self) -> usize {
        self.before.bytes().filter(|byte| *byte == b'\n').count() + 1
    }
}

/// Where a node stands.
pub(super) fn place<'a>(node: Node<'a, '_>) -> Place<'a> {
    Place { before: &node.document().input_text()[..node.range().start] }
}

/// An attribute that says something.
pub(super) fn attribute<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    node.attribute(name).map(str::trim).filter(|value| !value.is_empty())
}

/// Whether an attribute says yes.
pub(super) fn says_yes(node: Node<'_, '_>, name: &str) -> bool {
    attribute(node, name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

/// The elements in a node.
pub(super) fn elements<'a, 'input>(node: Node<'a, 'input>) -> impl Iterator<Item = Node<'a, 'input>> {
    node.children().filter(Node::is_element)
}

/// What stands between the tags of an element: its text, or its markup as it was written.
pub(super) fn inside(node: Node<'_, '_>) -> String {
    // Text alone is meant as it reads: pages are written as CDATA, or with their markup escaped.
    if node.children().all(|child| child.is_text()) {
        return node.children().filter_map(|child| child.text()).collect();
    }
    let text = node.document().input_text();
    match (node.first_child(), node.last_child()) {
        (Some(first), Some(last)) => text[first.range().start..last.range().end].to_owned(),
        _ => String::new(),
    }
}

/// What is read of a text with markup: its words, a line for each block.
#[derive(Default)]
pub(super) struct Words {
    text: String,
    /// Pictures in it, which no plain text shows.
    pub(super) pictures: usize,
}

impl Words {
    /// Adds a node, but nothing of the elements that `left_out` names.
    pub(super) fn add(&mut self, node: Node<'_, '_>, left_out: &[&str]) {
        // Not by recursion: nobody says how deep it is.
        let mut open = vec![(node, false)];
        while let Some((node, done)) = open.pop() {
            if node.is_text() {
                let text = node.text().unwrap_or_default();
                if node.ancestors().take(4).any(|one| one.has_tag_name("pre")) {
                    self.text.push_str(text);
                } else {
                    // A line that ends within a sentence is no end of it.
                    self.text.extend(text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }));
                }
                continue;
            }
            let name = node.tag_name().name();
            // What a question is answered by is no text, wherever it stands.
            if !node.is_element() || left_out.contains(&name) || name.ends_with("response") {
                continue;
            }
            if is_block(name) && !self.text.ends_with('\n') {
                self.text.push('\n');
            }
            if done {
                continue;
            }
            if name == "img" {
                self.pictures += 1;
                self.text.push_str(&format!("[{}]", attribute(node, "alt").unwrap_or("…")));
            }
            open.push((node, true));
            open.extend(node.children().rev().map(|child| (child, false)));
        }
    }

    /// The text: lines without what is empty around them.
    pub(super) fn told(&self) -> String {
        let lines = self.text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
        lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
    }
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "br"
            | "li"
            | "ul"
            | "ol"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "pre"
            | "table"
            | "tr"
            | "label"
            | "description"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_has_only_so_many_attributes() {
        let with = |count: usize| {
            let attributes: Vec<String> = (0..count).map(|number| format!("a{number}=\"x\"")).collect();
            format!("<!-- \"\" --><a {}><![CDATA[<b c=\"\">]]></a>", attributes.join(" "))
        };
        assert!(parsed("a.xml", &with(ATTRIBUTES)).is_ok());
        let wild = with(ATTRIBUTES + 1);
        assert!(parsed("a.xml", &wild).expect_err("wild").message.en.contains("attributes"));
    }

    #[test]
    fn words_are_read_off_markup() {
        let text = "<p>One <b>two</b>\n three<br/>four</p><ul><li>five</li></ul><script>no</script><img alt='A cat'/>";
        let document = format!("<problem>{text}</problem>");
        let document = parsed("x", &document).expect("XML");
        let mut words = Words::default();
        words.add(document.root_element(), &["script"]);
        assert_eq!((words.told().as_str(), words.pictures), ("One two three\nfour\nfive\n[A cat]", 1));
        assert_eq!(inside(document.root_element()), text);
    }

    #[test]
    fn entities_are_refused() {
        let bomb = "<!DOCTYPE a [<!ENTITY b \"bbbb\"><!ENTITY c \"&b;&b;\">]>\n<a>&c;</a>";
        assert!(parsed("x", bomb).is_err());
        let broken = parsed("x.xml", "<a>\n<b></a>").expect_err("broken");
        assert_eq!((broken.path.as_str(), broken.line), ("x.xml", Some(2)));
        let deep = "<a>".repeat(100_000) + &"</a>".repeat(100_000);
        if let Ok(document) = parsed("x", &deep) {
            Words::default().add(document.root_element(), &[]);
        }
    }
}
