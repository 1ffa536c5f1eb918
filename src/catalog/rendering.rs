//! Lesson text on its way out: Markdown to HTML, and the HTML sanitised. What was written is kept as it was written.

use comrak::{Options, markdown_to_html};

use crate::platform::fault::Fault;

/// Quotes within each other at most; a text with more is shown to the letter.
const MOST_QUOTES: usize = 32;

/// Texts of fewer bytes are rendered where they are asked for: handing them over would cost more.
const SHORT: usize = 4096;

/// So many long texts are rendered at a time: the others wait, and the server answers meanwhile.
static LONG: tokio::sync::Semaphore = tokio::sync::Semaphore::const_new(2);

/// [`html`], where other requests need not wait for it.
///
/// # Errors
/// Only where the server is about to stop.
pub async fn html_of(markdown: String) -> Result<String, Fault> {
    if markdown.len() < SHORT {
        return Ok(html(&markdown));
    }
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
    sanitised(&markdown_to_html(markdown, &options))
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
