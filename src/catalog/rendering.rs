//! Lesson text on its way out: Markdown to HTML, and the HTML sanitised. What was written is kept as it was written.

use comrak::{Options, markdown_to_html};

use crate::platform::{fault::Fault, graphql::Call};

/// Quotes within each other at most; a text with more is shown to the letter.
const MOST_QUOTES: usize = 32;

/// Texts of fewer bytes are rendered where they are asked for: handing them over would cost more.
const SHORT: usize = 4096;

/// So many long texts are rendered at a time: the others wait, and the server answers meanwhile.
static LONG: tokio::sync::Semaphore = tokio::sync::Semaphore::const_new(2);

/// [`html`], where other requests need not wait for it. Weighed before it is rendered: a request may ask for a text many times.
///
/// # Errors
/// Only where the server is about to stop.
pub async fn html_of(call: &Call, markdown: String) -> Result<String, Fault> {
    call.weigh(markdown.len()).await;
    if markdown.len() < SHORT {
        return Ok(html(&markdown));
    }
    // Nothing is read while it waits for its turn.
    call.give_back_reader().await;
    let _turn = LONG.acquire().await.map_err(anyhow::Error::from)?;
    Ok(tokio::task::spawn_blocking(move || html(&markdown)).await.map_err(anyhow::Error::from)?)
}

/// Safe HTML of a Markdown text: tables, task lists, strike-through and autolinks as on the forges; raw HTML is let through
/// the sanitiser, which keeps what is harmless.
#[must_use]
pub fn html(markdown: &str) -> String {
    // Quotes within quotes cost the square of their depth: nobody means so many.
    let quoted = |line: &str| line.chars().take_while(|c| matches!(c, '>' | ' ')).filter(|c| *c == '>').count();
    if markdown.lines().any(|line| quoted(line) > MOST_QUOTES) {
        return format!("<pre>{}</pre>", literal(markdown));
    }
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    options.extension.tasklist = true;
    options.extension.autolink = true;
    options.extension.footnotes = true;
    options.render.r#unsafe = true;
    let html = markdown_to_html(markdown, &options);
    if html.len() > 4 * markdown.len() + ROOM || !is_calm(&html) {
        return format!("<pre>{}</pre>", literal(markdown));
    }
    sanitised(&html)
}

/// Bytes of HTML that even a short text may make: tables fill up their missing cells, by the square of what is written.
const ROOM: usize = 64 << 10;
/// Elements within each other at most.
const DEEP: usize = 64;
/// How often an open `<b>` or the like may be opened anew by a browser's rules: once in each block that follows, so that a few
/// kilobytes of them can be gigabytes of elements.
const REOPENED: usize = 10_000;

/// Whether HTML is what a reader of it can take: nested within reason, and not growing as it is read. Linear, and generous: it
/// counts tags, and judges nothing else.
fn is_calm(html: &str) -> bool {
    // Closed by what follows them, or by themselves.
    const FLAT: [&str; 20] = [
        "p", "li", "td", "th", "tr", "dt", "dd", "option", "br", "hr", "img", "input", "wbr", "col", "thead", "tbody",
        "tfoot", "area", "source", "embed",
    ];
    const FORMATS: [&str; 14] =
        ["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"];
    let (mut deep, mut open_formats, mut reopened) = (0_usize, 0_usize, 0_usize);
    for rest in html.split('<').skip(1) {
        let (closes, rest) = rest.strip_prefix('/').map_or((false, rest), |rest| (true, rest));
        let name: String = rest.chars().take_while(char::is_ascii_alphanumeric).take(12).collect();
        let name = name.to_ascii_lowercase();
        if name.is_empty() {
            continue;
        }
        let is_format = FORMATS.contains(&name.as_str());
        if !is_format {
            reopened += open_formats;
        }
        match (is_format, closes) {
            (true, true) => open_formats = open_formats.saturating_sub(1),
            (true, false) => open_formats += 1,
            (false, _) if FLAT.contains(&name.as_str()) => {}
            (false, true) => deep = deep.saturating_sub(1),
            (false, false) => deep += 1,
        }
        if deep + open_formats > DEEP || reopened > REOPENED {
            return false;
        }
    }
    true
}

/// HTML without anything that acts: no scripts, handlers, forms, frames or styles; links say who they are not.
#[must_use]
pub fn sanitised(html: &str) -> String {
    ammonia::Builder::default()
        .link_rel(Some("noopener noreferrer nofollow"))
        .url_relative(ammonia::UrlRelative::PassThrough)
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

    /// Each of these took seconds, or all the memory there was.
    #[test]
    fn what_would_grow_as_it_is_read_is_shown_to_the_letter() {
        let bold = (0..1700).fold(String::new(), |text, at| text + "<b id=" + &at.to_string() + ">");
        let wide = format!("|{}\n|{}\n{}", "a|".repeat(800), "-|".repeat(800), "|a|\n".repeat(800));
        for hostile in [
            bold + &"<p>x".repeat(7600),
            format!("{}{}", "<b id=1><b id=2><i id=3>".repeat(20), "<p>x".repeat(7600)),
            "<div>".repeat(8000),
            wide,
        ] {
            assert!(html(&hostile).starts_with("<pre>"), "{}", &hostile[..20]);
        }
        let book =
            "# Bab\n\nSebuah *kalimat* yang **tebal**, [tautan](https://example.org), `kode`.\n\n- satu\n  - dua\n\n"
                .repeat(400);
        let table = format!("|a|b|\n|-|-|\n{}", "|1|2|\n".repeat(500));
        for sound in [book, table, "<details><summary>Lihat</summary>\n\nIsi <b>tebal</b>\n</details>\n".repeat(200)] {
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
