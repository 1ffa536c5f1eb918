//! Lesson text on its way out: Markdown to HTML, and the HTML sanitised. What was written is kept as it was written.

use std::{
    borrow::Cow,
    collections::HashMap,
    sync::{Arc, LazyLock},
};

use ammonia::{UrlRelative, UrlRelativeEvaluate};
use comrak::{Options, markdown_to_html};
use tokio::sync::Semaphore;

use super::{calm::is_calm, course_files::names, model::BodyFormat};
use crate::platform::{fault::Fault, graphql::Call};

/// Where the files of a text are, by the names that it calls them by.
pub type Links = HashMap<String, String>;

/// Leads what a text calls by the name of a file to that file; all else that is relative stays as it is.
struct Leading(Links);

impl UrlRelativeEvaluate<'_> for Leading {
    fn evaluate<'url>(&self, url: &'url str) -> Option<Cow<'url, str>> {
        let file = names::meant(url).and_then(|name| self.0.get(&name));
        Some(file.map_or(Cow::Borrowed(url), |file| Cow::Owned(file.clone())))
    }
}

/// Quotes within each other at most; a text with more is shown to the letter.
const MOST_QUOTES: usize = 32;

/// Texts of fewer bytes are rendered where they are asked for: handing them over would cost more.
const SHORT: usize = 4096;

/// So many long texts are rendered at a time: the others wait, and the server answers meanwhile.
static LONG: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(2)));

/// Safe HTML of a text, where other requests need not wait for it. Weighed before it is rendered: a request may ask for a text many times.
///
/// # Errors
/// Only where the server is about to stop.
pub async fn html_of(call: &Call, text: String, format: BodyFormat, links: Links) -> Result<String, Fault> {
    call.weigh(text.len()).await;
    if text.len() < SHORT {
        return Ok(rendered(&text, format, links));
    }
    // Nothing is read while it waits for its turn.
    call.give_back_reader().await;
    let turn = Arc::clone(&LONG).acquire_owned().await.map_err(anyhow::Error::from)?;
    // The turn is over when the work is, and not when nobody waits for it any more.
    let rendering = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        rendered(&text, format, links)
    });
    Ok(rendering.await.map_err(anyhow::Error::from)?)
}

fn rendered(text: &str, format: BodyFormat, links: Links) -> String {
    match format {
        BodyFormat::Markdown => html(text, links),
        BodyFormat::Html if is_calm(text) => sanitised(text, links),
        BodyFormat::Html => format!("<pre>{}</pre>", literal(text)),
    }
}

/// Whether a Markdown text is not read as such: quotes within quotes cost the square of their depth, and nobody means so many.
#[must_use]
pub fn is_shown_to_the_letter(markdown: &str) -> bool {
    let quoted = |line: &str| line.chars().take_while(|c| matches!(c, '>' | ' ')).filter(|c| *c == '>').count();
    markdown.lines().any(|line| quoted(line) > MOST_QUOTES)
}

/// Safe HTML of a Markdown text: tables, task lists, strike-through and autolinks as on the forges; raw HTML is let through
/// the sanitiser, which keeps what is harmless.
#[must_use]
pub fn html(markdown: &str, links: Links) -> String {
    if is_shown_to_the_letter(markdown) {
        return format!("<pre>{}</pre>", literal(markdown));
    }
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    options.extension.tasklist = true;
    // Looking for addresses costs the square of a paragraph's length.
    options.extension.autolink = markdown.split("\n\n").all(|block| block.len() < LONG_BLOCK);
    options.extension.footnotes = true;
    options.render.r#unsafe = true;
    let html = markdown_to_html(markdown, &options);
    if html.len() > 4 * markdown.len() + ROOM || !is_calm(&html) {
        return format!("<pre>{}</pre>", literal(markdown));
    }
    sanitised(&html, links)
}

/// Bytes from which on a block is not looked through for addresses to link.
const LONG_BLOCK: usize = 20_000;
/// Bytes of HTML that even a short text may make: tables fill up their missing cells, by the square of what is written.
const ROOM: usize = 64 << 10;
/// HTML without anything that acts: no scripts, handlers, forms, frames or styles; links say who they are not.
#[must_use]
pub fn sanitised(html: &str, links: Links) -> String {
    ammonia::Builder::default()
        .link_rel(Some("noopener noreferrer nofollow"))
        .url_relative(UrlRelative::Custom(Box::new(Leading(links))))
        .clean(html)
        .to_string()
}

/// Text that is no Markdown, as HTML that shows it to the letter.
#[must_use]
pub fn literal(text: &str) -> String {
    crate::platform::text::html_escaped(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(markdown: &str) -> String {
        super::html(markdown, Links::default())
    }

    #[test]
    fn names_lead_to_files() {
        let links = || Links::from([("images/a b.png".to_owned(), "https://s.example/files/x?y=1&z=2".to_owned())]);
        let html =
            super::html("![A](../images/a%20b.png) [b](other.png) <img src=\"/static/images/a b.png\">", links());
        let file = "https://s.example/files/x?y=1&amp;z=2";
        assert_eq!(html.matches(&format!("src=\"{file}\"")).count(), 2, "{html}");
        assert!(html.contains("href=\"other.png\""), "{html}");
    }

    /// Each of these took seconds, or all the memory there was.
    #[test]
    fn what_would_grow_as_it_is_read_is_shown_to_the_letter() {
        let bold = (0..1700).fold(String::new(), |text, at| text + "<b id=" + &at.to_string() + ">");
        let wide = format!("|{}\n|{}\n{}", "a|".repeat(800), "-|".repeat(800), "|a|\n".repeat(800));
        for hostile in [
            bold + &"<p>x".repeat(7600),
            format!("{}{}", "<b id=1><b id=2><i id=3>".repeat(20), "<p>x".repeat(7600)),
            "<div>".repeat(8000),
            "<b></i>".repeat(28_000),
            // A tag that closes another one closes nothing.
            (0..2500).fold("<p>".to_owned(), |text, at| text + &format!("<b id={at}></i>")) + &"<p>x".repeat(2500),
            (0..200).fold("<p>".to_owned(), |text, at| text + &format!("<b id={at}></i>")) + &"<p>x".repeat(200),
            "<table><td>".repeat(5000),
            wide,
        ] {
            assert!(html(&hostile).starts_with("<pre>"), "{}", &hostile[..20]);
        }
        let book =
            "# Bab\n\nSebuah *kalimat* yang **tebal**, [tautan](https://example.org), `kode`.\n\n- satu\n  - dua\n\n"
                .repeat(400);
        let table = format!("|a|b|\n|-|-|\n{}", "|1|2|\n".repeat(500));
        let sloppy = "<p><b>tebal<p>dan <i>miring</b> lagi</i>\n\n".repeat(40);
        for sound in
            [book, table, sloppy, "<details><summary>Lihat</summary>\n\nIsi <b>tebal</b>\n</details>\n".repeat(200)]
        {
            assert!(!html(&sound).starts_with("<pre>"), "{}", &sound[..20]);
        }
    }

    #[test]
    fn nothing_acts() {
        for hostile in [
            "<script>alert(1)</script>",
            "[x](javascript:alert(1))",
            "<img src=x onerror=alert(1)>",
            "<svg onload=alert(1)>",
            "<a href=\"JaVaScRiPt:alert(1)\">x</a>",
            "<iframe src=//x></iframe>",
            "<style>*{}</style>",
            "<form action=//x><input></form>",
        ] {
            let html = html(hostile).to_lowercase();
            for word in ["<script", "javascript:", "onerror", "onload", "<iframe", "<style", "<form", "<input"] {
                assert!(!html.contains(word), "{hostile} became {html}");
            }
        }
    }

    #[test]
    fn markdown_is_rendered() {
        let table = html("# A\n\n| a |\n|---|\n| b |");
        assert!(
            table.starts_with("<h1>A</h1>") && table.contains("<th>a</th>") && table.contains("<td>b</td>"),
            "{table}"
        );
        assert!(html("`<b>`").contains("<code>&lt;b&gt;</code>"));
        assert_eq!(literal("<b>"), "&lt;b&gt;");
        assert!(html(&format!("{}x", "> ".repeat(30_000))).starts_with("<pre>&gt; "));
    }
}
