//! How long a document is looked at before the library sees it: bombs no longer than others, and no longer than it is long.

use std::{
    fmt::Write,
    hint::black_box,
    time::{Duration, Instant},
};

use sanggar::platform::{config::Limits, graphql::document::Shape};
use serde_json::Value;

use super::rounds;

/// Fragments that spread the next one `wide` times, `levels` deep.
fn bomb(levels: usize, wide: usize) -> String {
    let mut text = String::from("{...a0}");
    for level in 0..levels {
        let spread = format!("...a{}", level + 1).repeat(wide);
        write!(text, "fragment a{level} on Query{{{spread}}}").expect("a string grows");
    }
    write!(text, "fragment a{levels} on Query{{__typename}}").expect("a string grows");
    text
}

/// The shortest of many times: what the machine does besides only ever makes it longer.
fn shortest(shape: &Shape, text: &str, limits: &Limits) -> Duration {
    (0..rounds(2_000))
        .map(|_| {
            let start = Instant::now();
            let _ = black_box(shape.check(black_box(text), None, &Value::Null, limits));
            start.elapsed()
        })
        .min()
        .expect("one round at least")
}

#[test]
#[ignore = "a drill"]
fn drill_documents_are_looked_at_in_the_time_that_they_are_long() {
    let shape = Shape::of_schema(include_str!("../../../schema.graphql"), &[]).expect("a schema");
    for (levels, wide) in [(23, 2), (9, 10)] {
        let text = bomb(levels, wide);
        assert!(shape.check(&text, None, &Value::Null, &Limits::default()).is_err());
        println!(
            "a bomb of {} bytes ({wide}^{levels} fields): refused in {:?}",
            text.len(),
            shortest(&shape, &text, &Limits::default())
        );
    }
    // Without limits, so that each is read to its end.
    let endless = Limits {
        document_bytes: usize::MAX,
        tokens: usize::MAX,
        selections: u64::MAX,
        aliases: u64::MAX,
        directives: usize::MAX,
        cost: u64::MAX,
        ..Limits::default()
    };
    type Document = fn(usize) -> String;
    let kinds: [(&str, Document); 4] = [
        ("fields", |size| format!("{{ {} }}", "a: __typename ".repeat(size))),
        ("fragments", |size| {
            (0..size).fold("{ __typename }".to_owned(), |text, at| {
                text + &format!(" fragment f{at} on Query {{ __typename }}")
            })
        }),
        ("spreads", |size| format!("{{ {} }} fragment f on Query {{ __typename }}", "...f ".repeat(size))),
        ("arguments", |size| format!("{{ nodes(ids: [{}]) {{ id }} }}", "\"a\" ".repeat(size))),
    ];
    for (kind, document) in kinds {
        let (small, large) = (document(400), document(800));
        let longer = f64::from(u32::try_from(large.len()).expect("short"))
            / f64::from(u32::try_from(small.len()).expect("short"));
        let (fast, slow) = (shortest(&shape, &small, &endless), shortest(&shape, &large, &endless));
        let slower = slow.as_secs_f64() / fast.as_secs_f64();
        println!(
            "{kind}: {} bytes in {fast:?}, {} in {slow:?}: {longer:.2} times as long, {slower:.2} times the time",
            small.len(),
            large.len()
        );
        assert!(slower <= longer * 1.1, "{kind}: the time grows faster than the document");
    }
}
