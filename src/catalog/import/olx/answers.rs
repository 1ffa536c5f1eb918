//! Problems of Open edX that are answered by writing: a number, or a few words.

use roxmltree::Node;
use rust_decimal::Decimal;

use super::{
    Reading,
    problem::text_of,
    xml::{attribute, elements},
};
use crate::catalog::{
    import::ProblemSeverity::{Note, Warning},
    model::MILLIONTHS,
    questions::{
        key::{AcceptedRange, AcceptedText},
        written::{self, Asks},
    },
};

/// What a response asks for; nothing where it is none of these, or what is right is found by a program.
pub(super) fn asks(reading: &mut Reading<'_>, path: &str, response: Node<'_, '_>) -> Option<Asks> {
    match response.tag_name().name() {
        "numericalresponse" => numbers(reading, path, response),
        "stringresponse" => words(reading, path, response),
        _ => None,
    }
}

/// What an element says to who gives this answer.
fn hint(node: Node<'_, '_>) -> Option<String> {
    text_of(elements(node).find(|child| child.has_tag_name("correcthint")))
}

fn more<'a, 'i>(response: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    elements(response).filter(|node| node.has_tag_name("additional_answer"))
}

/// What an additional answer says: in its attribute, or in it.
fn answer(node: Node<'_, '_>) -> Option<String> {
    let own = || node.text().map(str::trim).filter(|text| !text.is_empty());
    attribute(node, "answer").or_else(own).map(str::to_owned)
}

fn numbers(reading: &mut Reading<'_>, path: &str, response: Node<'_, '_>) -> Option<Asks> {
    let tolerance = response
        .descendants()
        .find(|node| node.has_tag_name("responseparam") && attribute(*node, "type") == Some("tolerance"))
        .and_then(|node| attribute(node, "default"))
        .unwrap_or("0");
    let first = attribute(response, "answer")?.to_owned();
    let others = more(response).map(|node| Some((answer(node)?, hint(node))));
    let mut accepted = Vec::new();
    for one in std::iter::once(Some((first, hint(response)))).chain(others) {
        let (answer, feedback) = one?;
        let (minimum, maximum) = match bounds(&answer) {
            Some(bounds) => {
                if answer.contains(['(', ')']) {
                    let words = words!(
                        "Batas rentang {answer} di sini termasuk yang benar.",
                        "The ends of the range {answer} are right here too."
                    );
                    reading.tell(path, response, Warning, words);
                }
                bounds
            }
            None => around(&answer, tolerance)?,
        };
        accepted.push(AcceptedRange { minimum, maximum, fraction: MILLIONTHS, feedback });
    }
    Some(Asks::Numeric { accepted })
}

/// The ends of a range: `[1,5)`.
fn bounds(text: &str) -> Option<(Decimal, Decimal)> {
    let inner = text.strip_prefix(['[', '('])?.strip_suffix([']', ')'])?;
    let (least, greatest) = inner.split_once(',')?;
    Some((written::number(least)?, written::number(greatest)?))
}

/// A number and its tolerance: so much, or so many per cent of it.
fn around(answer: &str, tolerance: &str) -> Option<(Decimal, Decimal)> {
    let middle = written::number(answer)?;
    let tolerance = match tolerance.trim().strip_suffix('%') {
        Some(share) => middle.checked_mul(written::number(share)?)?.checked_div(Decimal::ONE_HUNDRED)?,
        None => written::number(tolerance)?,
    };
    written::around(middle, tolerance.abs())
}

fn words(reading: &mut Reading<'_>, path: &str, response: Node<'_, '_>) -> Option<Asks> {
    let manner = attribute(response, "type").unwrap_or_default();
    if manner.split_whitespace().any(|word| word == "regexp") {
        return None;
    }
    let first = (attribute(response, "answer")?.to_owned(), hint(response));
    let mut right = vec![first];
    right.extend(more(response).filter_map(|node| Some((answer(node)?, hint(node)))));
    let mut accepted: Vec<AcceptedText> =
        right.into_iter().map(|(text, said)| taken(&text, MILLIONTHS, said)).collect();
    for node in elements(response).filter(|node| node.has_tag_name("stringequalhint")) {
        accepted.extend(attribute(node, "answer").map(|text| taken(text, 0, text_of(Some(node)))));
    }
    if elements(response).any(|node| node.has_tag_name("regexphint")) {
        let words = words!(
            "Petunjuk dengan pola (regexphint) tidak diambil.",
            "Hints by a pattern (regexphint) are not taken over."
        );
        reading.tell(path, response, Note, words);
    }
    Some(Asks::ShortAnswer { case_sensitive: !manner.split_whitespace().any(|word| word == "ci"), accepted })
}

/// An asterisk is no wildcard in Open edX.
fn taken(text: &str, fraction: i64, feedback: Option<String>) -> AcceptedText {
    AcceptedText { text: text.replace('*', "\\*"), fraction, feedback }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_ranges_and_tolerances() {
        let shown = |bounds: Option<(Decimal, Decimal)>| bounds.map(|(least, most)| format!("{least} {most}"));
        assert_eq!(shown(bounds("[1, 5.5)")), Some("1 5.5".to_owned()));
        assert_eq!(shown(bounds("5")), None);
        assert_eq!(shown(around("200", "5%")), Some("190 210".to_owned()));
        assert_eq!(shown(around("-2e2", "1%")), Some("-202 -198".to_owned()));
        assert_eq!(shown(around("3.14", "0.01")), Some("3.13 3.15".to_owned()));
        assert_eq!(shown(around("$x", "0")), None);
    }
}
