//! The texts of a question are of one format here; a source may have one for each.

use std::cell::{Cell, RefCell};

use base64::{Engine, engine::general_purpose::STANDARD};
use html5ever::{
    tendril::StrTendril,
    tokenizer::{BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts},
};

use super::{BankFile, BankQuestion, MOST_FILE};
use crate::catalog::{
    model::TextFormat,
    policy,
    questions::written::{Asks, PairInput},
    rendering::{self, Links},
};
use crate::platform::text::Words;

/// A text and its format.
pub(super) type Formatted = (TextFormat, String);

/// Brings the texts of a question to the format of its prompt: where they differ, to HTML that shows the same.
pub(super) fn unify(prompt: &mut Formatted, texts: &mut [Formatted]) {
    if texts.iter().all(|(format, _)| *format == prompt.0) {
        return;
    }
    for (format, words) in std::iter::once(prompt).chain(texts) {
        *words = match format {
            // Bounded, as lessons are: what is longer is shown to the letter.
            TextFormat::Markdown if words.len() <= policy::PROMPT => rendering::html(words, Links::default()),
            TextFormat::Plain | TextFormat::Markdown => escaped(words),
            TextFormat::Html => std::mem::take(words),
        };
        *format = TextFormat::Html;
    }
}

/// What stems and options in turns ask for: an option without a stem belongs to none.
pub(super) fn matched(texts: Vec<Formatted>) -> Asks {
    let (mut pairs, mut distractors) = (Vec::new(), Vec::new());
    let mut texts = texts.into_iter().map(|(_, text)| text);
    while let (Some(stem), Some(option)) = (texts.next(), texts.next()) {
        if stem.is_empty() {
            distractors.push(option);
        } else {
            pairs.push(PairInput { id: None, stem, option });
        }
    }
    Asks::Matching { pairs, distractors }
}

/// Plain text as HTML, lines kept.
fn escaped(text: &str) -> String {
    crate::platform::text::html_escaped(text).replace('\n', "<br>")
}

/// Whether a text without a format is meant as HTML: it closes a tag, breaks a line, or shows a picture.
pub(super) fn looks_like_html(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    [
        "</p>",
        "</b>",
        "</i>",
        "</em>",
        "</strong>",
        "</span>",
        "</div>",
        "</code>",
        "</pre>",
        "</a>",
        "</li>",
        "</td>",
        "<br",
        "<img ",
    ]
    .iter()
    .any(|tag| lower.contains(tag))
}

/// What is to be told where an answer earns less than one that comes later: its source takes the first that fits, and here the best counts.
pub(super) fn by_the_best(shares: impl Iterator<Item = i64>) -> Option<Words> {
    let shares: Vec<i64> = shares.collect();
    (!shares.is_sorted_by(|one, next| one >= next)).then(|| {
        words!(
            "dari jawaban yang cocok, di sini yang terbaik dihitung, bukan yang pertama.",
            "of the answers that fit, the best one counts here, and not the first."
        )
    })
}

/// Bytes of a tag at most.
const LONGEST_TAG: usize = 8 << 10;

/// What HTML says, without its markup: what is said with a key is plain text here.
pub(super) fn plain(html: &str) -> String {
    // Attributes of one tag are compared with each other: what has thousands is no HTML that anybody wrote.
    if html.split('<').any(|tag| tag.find('>').unwrap_or(tag.len()) > LONGEST_TAG) {
        return html.to_owned();
    }
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(html));
    let tokenizer = Tokenizer::new(Plain::default(), TokenizerOpts::default());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    let text = tokenizer.sink.text.into_inner();
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Gathers the words of HTML.
#[derive(Default)]
struct Plain {
    text: RefCell<String>,
    /// What is within a script or a style is said to nobody.
    silent: Cell<bool>,
}

impl TokenSink for Plain {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let mut text = self.text.borrow_mut();
        match token {
            Token::CharacterTokens(words) if !self.silent.get() => {
                // A line that ends within a sentence is no end of it.
                text.extend(words.chars().map(|c| if c.is_whitespace() { ' ' } else { c }));
            }
            Token::TagToken(tag) => {
                let name = &*tag.name;
                if matches!(name, "script" | "style") {
                    self.silent.set(tag.kind == TagKind::StartTag);
                } else if matches!(
                    name,
                    "p" | "div"
                        | "br"
                        | "li"
                        | "ul"
                        | "ol"
                        | "tr"
                        | "table"
                        | "pre"
                        | "blockquote"
                        | "h1"
                        | "h2"
                        | "h3"
                        | "h4"
                        | "h5"
                        | "h6"
                ) {
                    text.push('\n');
                } else if matches!(name, "td" | "th") {
                    text.push(' ');
                } else if name == "img" {
                    let alt = tag.attrs.iter().find(|one| &*one.name.local == "alt").map_or("…", |one| &*one.value);
                    text.push_str(&format!("[{alt}]"));
                }
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

/// Takes the files out that the texts of a question hold within them (`data:image/png;base64,…`), and calls them by a name. Gives those that can't
/// be had.
pub(super) fn enclosed(question: &mut BankQuestion) -> usize {
    let BankQuestion { input, files, .. } = question;
    let texts: Vec<&mut String> = match &mut input.asks {
        Asks::Choice { choices, .. } => choices.iter_mut().map(|choice| &mut choice.text).collect(),
        Asks::Matching { pairs, distractors } => {
            pairs.iter_mut().flat_map(|pair| [&mut pair.stem, &mut pair.option]).chain(distractors).collect()
        }
        Asks::Ordering { items } => items.iter_mut().map(|(_, text)| text).collect(),
        Asks::ShortAnswer { .. } | Asks::Numeric { .. } | Asks::Essay { .. } => Vec::new(),
    };
    std::iter::once(&mut input.prompt).chain(texts).map(|text| without_data(text, files)).sum()
}

fn without_data(text: &mut String, files: &mut Vec<BankFile>) -> usize {
    let mut missed = 0;
    let mut done = String::new();
    let mut rest = text.as_str();
    // Only where an address begins: after a quote or a bracket. Beyond the last of them there is none.
    let mut left = text.rfind(";base64,").unwrap_or(0);
    while let Some(at) = rest.find("data:").filter(|at| *at < left) {
        let (before, data) = rest.split_at(at);
        done.push_str(before);
        let end = data.find(['"', '\'', ')', '<', '>']).unwrap_or(data.len());
        let (address, after) = data.split_at(end);
        left = left.saturating_sub(at + end);
        rest = after;
        let parts = address["data:".len()..].split_once(";base64,").filter(|_| before.ends_with(['"', '\'', '(', '=']));
        let Some((media_type, content)) = parts else {
            done.push_str(address);
            continue;
        };
        let content: String = content.chars().filter(|c| !c.is_whitespace()).collect();
        let bytes = STANDARD.decode(content).ok().filter(|bytes| (1..=MOST_FILE).contains(&bytes.len()));
        match bytes.filter(|_| files.len() < policy::ATTACHMENTS) {
            Some(bytes) => {
                let name = format!("embedded-{}.{}", files.len() + 1, extension(media_type));
                done.push_str(&name);
                files.push(BankFile { name, bytes });
            }
            None => missed += 1,
        }
    }
    done.push_str(rest);
    *text = done;
    missed
}

fn extension(media_type: &str) -> &'static str {
    match media_type.split(';').next().unwrap_or_default() {
        "image/png" => "png",
        "image/jpeg" => "jpg",
        "image/gif" => "gif",
        "image/webp" => "webp",
        "image/svg+xml" => "svg",
        _ => "bin",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_says_what_it_says() {
        let html = "<p>Satu &lt; dua,\nlalu <b>tiga</b></p><style>p{}</style><ul><li>a</li><li>b <img src=x alt='peta'></li></ul>\\(x &lt; y\\)";
        assert_eq!(plain(html), "Satu < dua, lalu tiga\na\nb [peta]\n\\(x < y\\)");
        assert_eq!(plain("<script>alert(1)</script>a<br>b &amp; c"), "a\nb & c");
        let wild = format!("<a {}>x", "b ".repeat(5_000));
        assert_eq!(plain(&wild), wild, "to the letter");
    }

    #[test]
    fn files_within_a_text_become_files() {
        let mut files = Vec::new();
        let mut text = "<img src=\"data:image/png;base64,aGFs\nbw==\"> data: ;base64, <img src='data:image/gif;base64,!'>![](data:image/x;base64,YQ==)".to_owned();
        assert_eq!(without_data(&mut text, &mut files), 1);
        assert_eq!(text, "<img src=\"embedded-1.png\"> data: ;base64, <img src=''>![](embedded-2.bin)");
        let mut many = "data:\"".repeat(100_000) + ";base64,";
        assert_eq!(without_data(&mut many, &mut Vec::new()), 0);
        assert_eq!(files.iter().map(|file| file.bytes.as_slice()).collect::<Vec<_>>(), [b"halo".as_slice(), b"a"]);
    }
}
