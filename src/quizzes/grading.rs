//! Grading: exact, in millionths, never below nought and never above all. No I/O.

use rust_decimal::Decimal;
use unicode_normalization::UnicodeNormalization;

use super::response::Response;
use crate::catalog::{
    model::{ItemId, MILLIONTHS},
    questions::{
        Key, OtherKey,
        key::{AcceptedText, ChoiceShare},
    },
};

/// Which share of the points a response earns, in millionths; nothing where a person grades it.
pub(super) fn share(key: &Key, multiple: bool, response: &Response) -> Option<i64> {
    Some(match (key, response) {
        (_, response) if response.is_blank() => 0,
        (Key::Choice(offered), Response::Choices(ticked)) => ticking(offered, multiple, ticked),
        (Key::Other(OtherKey::ShortAnswer { accepted, case_sensitive }), Response::Text(text)) => {
            let fits = |answer: &&AcceptedText| is_like(text, &answer.text, *case_sensitive);
            accepted.iter().filter(fits).map(|answer| answer.fraction).max().unwrap_or(0)
        }
        (Key::Other(OtherKey::Numeric { accepted }), Response::Number(number)) => {
            let of = |least: Decimal, greatest: Decimal| least <= *number && *number <= greatest;
            let fitting = accepted.iter().filter(|range| of(range.minimum, range.maximum));
            fitting.map(|range| range.fraction).max().unwrap_or(0)
        }
        (Key::Other(OtherKey::Matching { pairs }), Response::Pairs(given)) => {
            part(given.iter().filter(|pair| pairs.contains(pair)).count(), pairs.len())
        }
        (Key::Other(OtherKey::Ordering { items }), Response::Order(order)) => {
            part(items.iter().zip(order).filter(|(right, given)| right == given).count(), items.len())
        }
        (Key::Other(OtherKey::Essay { .. }), _) => return None,
        // What does not fit was never saved.
        _ => 0,
    })
    .map(|share| share.clamp(0, MILLIONTHS))
}

/// What ticking these choices earns.
///
/// Fractions add up and are clamped to nought and one. Where several may be ticked and one of them is wrong, ticking everything earns nothing:
/// otherwise it would be the safest answer to a question without negative fractions.
fn ticking(offered: &[ChoiceShare], multiple: bool, ticked: &[ItemId]) -> i64 {
    let one_is_wrong = offered.iter().any(|share| share.fraction <= 0);
    if multiple && one_is_wrong && offered.iter().all(|share| ticked.contains(&share.choice)) {
        return 0;
    }
    offered.iter().filter(|share| ticked.contains(&share.choice)).map(|share| share.fraction).sum()
}

/// So many of so many, in millionths, rounded down: only all are all.
fn part(right: usize, all: usize) -> i64 {
    let scaled = i64::try_from(right).unwrap_or(0) * MILLIONTHS;
    scaled.checked_div(i64::try_from(all).unwrap_or(i64::MAX)).unwrap_or(0)
}

/// What a share of the points comes to, in millionths of a point. Half a millionth is rounded up: it is the learner's.
pub(super) fn score(points: i64, share: i64) -> i64 {
    let product = i128::from(points) * i128::from(share.clamp(0, MILLIONTHS));
    let unit = i128::from(MILLIONTHS);
    i64::try_from((product + unit / 2) / unit).unwrap_or(points)
}

/// Whether a text is one that is taken: spaces at the ends and in a row, and ways to write the same letter, make no difference; `*` in
/// the pattern stands for any text, `\*` for itself.
fn is_like(text: &str, pattern: &str, case_sensitive: bool) -> bool {
    let folded = |text: &str| {
        let text: String = text.chars().map(narrow).nfc().collect();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if case_sensitive { text } else { text.to_lowercase().nfc().collect() }
    };
    // An asterisk of another width is no wildcard: it would become one when it is folded.
    let pattern = parts(&folded(&pattern.replace('＊', "\\*")));
    let text = folded(text);
    let [first, rest @ ..] = pattern.as_slice() else { return false };
    let Some(mut left) = text.strip_prefix(first.as_str()) else { return false };
    let Some((last, middle)) = rest.split_last() else { return left.is_empty() };
    // Each part where it first comes: if any way fits, this one does.
    for part in middle {
        match left.find(part.as_str()) {
            Some(at) => left = &left[at + part.len()..],
            None => return false,
        }
    }
    left.ends_with(last.as_str())
}

/// A letter or sign as wide as others are: keyboards for Chinese and Japanese write wide ones. What is above the line or a fraction stays so.
fn narrow(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        c => c,
    }
}

/// What stands between the asterisks of a pattern.
fn parts(pattern: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut part = String::new();
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' if chars.next_if_eq(&'*').is_some() => part.push('*'),
            '*' => parts.push(std::mem::take(&mut part)),
            c => part.push(c),
        }
    }
    parts.push(part);
    parts
}

/// Whether a score passes: at least `percent` of the most.
pub(super) fn passes(score: i64, most: i64, percent: i32) -> bool {
    i128::from(score) * 100 >= i128::from(most) * i128::from(percent)
}

/// The share of the most, in whole per cents, rounded down: 59.99 is not 60.
pub(super) fn percent(score: i64, most: i64) -> i32 {
    if most == 0 {
        return 0;
    }
    i32::try_from(i128::from(score) * 100 / i128::from(most)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{catalog::questions::key::AcceptedRange, platform::id::Random};

    fn earned(points: i64, multiple: bool, fractions: &[i64], ticked: &[usize]) -> i64 {
        let random = Random::system();
        let share = |fraction: &i64| ChoiceShare { choice: random.id(), fraction: *fraction, feedback: None };
        let offered: Vec<_> = fractions.iter().map(share).collect();
        let ids: Vec<_> = ticked.iter().map(|index| offered[*index].choice).collect();
        score(points, super::share(&Key::Choice(offered), multiple, &Response::Choices(ids)).expect("a machine's"))
    }

    #[test]
    fn what_is_ticked_is_what_counts() {
        let one = MILLIONTHS;
        assert_eq!(earned(one, false, &[one, 0, 0], &[0]), one);
        assert_eq!(earned(one, false, &[one, 0, 0], &[1]), 0);
        assert_eq!(earned(one, false, &[one, 0, 0], &[]), 0);
        assert_eq!(earned(3 * one, true, &[one / 2, one / 2, -one / 2], &[0]), 3 * one / 2);
        assert_eq!(earned(one, true, &[one / 2, one / 2, -one / 2], &[0, 2]), 0);
        assert_eq!(earned(one, true, &[one / 2, one / 2, -one], &[2]), 0, "never below nought");
        assert_eq!(earned(one, true, &[one / 2, one / 2, 0], &[0, 1, 2]), 0, "everything earns nothing");
        assert_eq!(earned(one, true, &[333_333, 333_333, 333_334, 0], &[0, 1, 2]), one, "thirds add up");
        assert_eq!(earned(one, true, &[one / 2, one / 2], &[0, 1]), one, "where all of it is right, all is right");
    }

    #[test]
    fn texts_are_taken_as_they_are_meant() {
        for (text, pattern, case_sensitive, like) in [
            ("Jakarta", "jakarta", false, true),
            ("Jakarta", "jakarta", true, false),
            ("  Jakarta   Pusat ", "Jakarta Pusat", true, true),
            ("ｊａｋａｒｔａ", "jakarta", true, true),
            ("e\u{301}lan", "élan", true, true),
            ("STRASSE", "straße", false, false),
            ("Ir. Soekarno", "*Soekarno", false, true),
            ("Soekarno, Ir.", "*Soekarno", false, false),
            ("Soekarno", "S*k*no", false, true),
            ("Soekarno", "S*k*x*no", false, false),
            ("aXbXc", "a*b*c", true, true),
            ("ab", "a*b*b", true, false),
            ("apa saja", "*", true, true),
            ("2*3", "2\\*3", true, true),
            ("2x3", "2\\*3", true, false),
            ("2x3", "2＊3", true, false),
            ("52", "5²", false, false),
            ("5²", "5²", false, true),
            ("2*3", "2＊3", true, true),
            ("aa", "a*a*a", true, false),
            ("", "*", true, true),
            ("\\", "\\", true, true),
        ] {
            assert_eq!(is_like(text, pattern, case_sensitive), like, "{text} as {pattern}");
        }
        // A pattern of asterisks costs no more than the product of both lengths.
        let started = std::time::Instant::now();
        assert!(!is_like(&"a".repeat(500), &format!("{}b", "a*".repeat(249)), true));
        assert!(started.elapsed().as_secs() < 1);
    }

    #[test]
    fn numbers_are_exact() {
        let decimal = |text: &str| text.parse::<Decimal>().expect("a decimal");
        let range = |minimum: &str, maximum: &str, fraction| AcceptedRange {
            minimum: decimal(minimum),
            maximum: decimal(maximum),
            fraction,
            feedback: None,
        };
        let accepted = vec![range("3.13", "3.15", MILLIONTHS), range("3", "4", MILLIONTHS / 2)];
        let key = Key::Other(OtherKey::Numeric { accepted });
        for (number, earned) in
            [("3.13", MILLIONTHS), ("3.150", MILLIONTHS), ("3.1299", MILLIONTHS / 2), ("4.0001", 0), ("-3.14", 0)]
        {
            assert_eq!(share(&key, false, &Response::Number(decimal(number))), Some(earned), "{number}");
        }
    }

    #[test]
    fn parts_are_what_is_right_of_all() {
        let random = Random::system();
        let ids: Vec<ItemId> = (0..3).map(|_| random.id()).collect();
        let pairs: Vec<_> = ids.iter().copied().zip(ids.iter().rev().copied()).collect();
        let key = Key::Other(OtherKey::Matching { pairs: pairs.clone() });
        let given = |pairs: &[_]| share(&key, false, &Response::Pairs(pairs.to_vec())).expect("a machine's");
        assert_eq!((given(&pairs), given(&pairs[..1]), given(&[])), (MILLIONTHS, 333_333, 0));
        let key = Key::Other(OtherKey::Ordering { items: ids.clone() });
        let given = |order: &[_]| share(&key, false, &Response::Order(order.to_vec())).expect("a machine's");
        assert_eq!(given(&ids), MILLIONTHS);
        assert_eq!(given(&[ids[1], ids[0], ids[2]]), 333_333);
        let essay = Key::Other(OtherKey::Essay { rubric: None });
        assert_eq!(share(&essay, false, &Response::Text("Karena …".to_owned())), None);
        assert_eq!(share(&essay, false, &Response::Text(" ".to_owned())), Some(0), "nobody need read nothing");
    }

    /// Another way to grade, in decimals and by hand: what it says, the grader says.
    mod model {
        use proptest::prelude::*;

        use super::*;
        use crate::catalog::questions::key::ChoiceShare;

        const ONE: Decimal = Decimal::ONE;

        fn of_millionths(millionths: i64) -> Decimal {
            Decimal::new(millionths, 6)
        }

        /// Points for a share: a sixth place, half a millionth up.
        fn points_for(points: Decimal, share: Decimal) -> Decimal {
            let most = if share > ONE { ONE } else { share };
            let least = if most < Decimal::ZERO { Decimal::ZERO } else { most };
            (points * least).round_dp_with_strategy(6, rust_decimal::RoundingStrategy::MidpointAwayFromZero)
        }

        /// A part of a whole, cut after the sixth place.
        fn cut(right: usize, all: usize) -> Decimal {
            (Decimal::from(right) / Decimal::from(all)).trunc_with_scale(6)
        }

        /// Whether a pattern takes a text, by trying all ways.
        fn takes(pattern: &[char], text: &[char]) -> bool {
            match pattern {
                [] => text.is_empty(),
                ['*', rest @ ..] => (0..=text.len()).any(|at| takes(rest, &text[at..])),
                [c, rest @ ..] => text.split_first().is_some_and(|(first, left)| first == c && takes(rest, left)),
            }
        }

        fn ids(count: usize) -> Vec<ItemId> {
            let random = Random::system();
            (0..count).map(|_| random.id()).collect()
        }

        fn graded(points: i64, key: &Key, multiple: bool, response: &Response) -> Decimal {
            of_millionths(score(points, share(key, multiple, response).expect("a machine's")))
        }

        proptest! {
            #[test]
            fn choices(
                points in 1..=1_000_000_000_000_000_i64,
                shares in prop::collection::vec(-MILLIONTHS..=MILLIONTHS, 2..8),
                ticks in prop::collection::vec(any::<bool>(), 8),
                multiple: bool,
            ) {
                let ids = ids(shares.len());
                let offered = ids.iter().zip(&shares).map(|(choice, fraction)| ChoiceShare { choice: *choice, fraction: *fraction, feedback: None });
                let key = Key::Choice(offered.collect());
                let ticked: Vec<usize> = (0..shares.len()).filter(|at| ticks[*at]).collect();
                let expected = if multiple && ticked.len() == shares.len() && shares.iter().any(|share| *share <= 0) {
                    Decimal::ZERO
                } else {
                    points_for(of_millionths(points), ticked.iter().map(|at| of_millionths(shares[*at])).sum())
                };
                let response = Response::Choices(ticked.iter().map(|at| ids[*at]).collect());
                prop_assert_eq!(graded(points, &key, multiple, &response), expected);
                let everything = Response::Choices(ids);
                let one_is_wrong = shares.iter().any(|share| *share <= 0);
                prop_assert!(!one_is_wrong || graded(points, &key, true, &everything).is_zero(), "ticking everything earns nothing");
            }

            #[test]
            fn texts(text in "[ab*]{0,8}", patterns in prop::collection::vec(("[ab*]{1,6}", 0..=MILLIONTHS), 1..4)) {
                let literal: Vec<char> = text.chars().collect();
                let fits = |pattern: &str| takes(&pattern.chars().collect::<Vec<_>>(), &literal);
                let best = patterns.iter().filter(|(pattern, _)| fits(pattern)).map(|(_, share)| *share).max().unwrap_or(0);
                let expected = if text.is_empty() { 0 } else { best };
                let accepted = patterns.into_iter().map(|(text, fraction)| AcceptedText { text, fraction, feedback: None });
                let key = Key::Other(OtherKey::ShortAnswer { accepted: accepted.collect(), case_sensitive: true });
                prop_assert_eq!(graded(MILLIONTHS, &key, false, &Response::Text(text)), of_millionths(expected));
            }

            #[test]
            fn numbers(number in -2000..2000_i64, ranges in prop::collection::vec((-2000..2000_i64, 0..300_i64, 0..=MILLIONTHS), 1..4)) {
                let best = ranges.iter().filter(|(least, width, _)| (*least..=least + width).contains(&number)).map(|(.., share)| *share).max();
                let accepted = ranges.iter().map(|(least, width, fraction)| AcceptedRange {
                    minimum: Decimal::new(*least, 3), maximum: Decimal::new(least + width, 3), fraction: *fraction, feedback: None,
                });
                let key = Key::Other(OtherKey::Numeric { accepted: accepted.collect() });
                let response = Response::Number(Decimal::new(number, 3));
                prop_assert_eq!(graded(MILLIONTHS, &key, false, &response), of_millionths(best.unwrap_or(0)));
            }

            #[test]
            fn pairs_and_orders(points in 1..=1_000_000_000_000_000_i64, order in Just((0..7_usize).collect::<Vec<_>>()).prop_shuffle(), count in 2..8_usize, given in 0..8_usize) {
                let (stems, options) = (ids(count), ids(count));
                let order: Vec<usize> = order.into_iter().filter(|at| *at < count).collect();
                let right = order.iter().enumerate().filter(|(at, item)| at == *item).count();
                let key = Key::Other(OtherKey::Ordering { items: stems.clone() });
                let response = Response::Order(order.iter().map(|at| stems[*at]).collect());
                prop_assert_eq!(graded(points, &key, false, &response), points_for(of_millionths(points), cut(right, count)));
                let key = Key::Other(OtherKey::Matching { pairs: stems.iter().copied().zip(options.iter().copied()).collect() });
                // Not all need be matched.
                let some: Vec<_> = order.iter().enumerate().take(given).map(|(at, item)| (stems[at], options[*item])).collect();
                let right = order.iter().enumerate().take(given).filter(|(at, item)| at == *item).count();
                prop_assert_eq!(graded(points, &key, false, &Response::Pairs(some)), points_for(of_millionths(points), cut(right, count)));
            }
        }
    }

    #[test]
    fn the_bar_is_exact() {
        assert!(passes(60, 100, 60));
        assert!(!passes(599_999, 1_000_000, 60));
        assert_eq!(percent(599_999, 1_000_000), 59);
        assert_eq!(percent(2, 3), 66);
        assert_eq!(percent(0, 0), 0);
    }
}
