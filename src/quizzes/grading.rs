//! Grading: exact, in millionths, never below nought. No I/O.

use crate::catalog::model::{ChoiceId, ChoiceRow, MILLIONTHS};

/// What ticking these choices earns, in millionths of a point.
///
/// Fractions add up and are clamped to nought and one. Where several may be ticked, ticking everything earns nothing:
/// otherwise it would be the safest answer to a question without negative fractions.
pub(super) fn score(points: i64, multiple: bool, offered: &[ChoiceRow], ticked: &[ChoiceId]) -> i64 {
    if multiple && offered.iter().all(|choice| ticked.contains(&choice.id)) {
        return 0;
    }
    let earned: i64 = offered.iter().filter(|choice| ticked.contains(&choice.id)).map(|choice| choice.fraction).sum();
    let share = i128::from(earned.clamp(0, MILLIONTHS));
    // Half a millionth is rounded up: it is the learner's.
    let product = i128::from(points) * share;
    let unit = i128::from(MILLIONTHS);
    i64::try_from((product + unit / 2) / unit).unwrap_or(points)
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
    use crate::{catalog::model::QuestionId, platform::id::Random};

    fn offered(fractions: &[i64]) -> Vec<ChoiceRow> {
        let random = Random::system();
        let question: QuestionId = random.id();
        (1..)
            .zip(fractions)
            .map(|(position, fraction)| ChoiceRow {
                version_id: random.id(),
                id: random.id(),
                question_id: question,
                position,
                text: String::new(),
                texts: serde_json::json!({}),
                fraction: *fraction,
                feedback: None,
            })
            .collect()
    }

    fn earned(points: i64, multiple: bool, fractions: &[i64], ticked: &[usize]) -> i64 {
        let offered = offered(fractions);
        let ids: Vec<_> = ticked.iter().map(|index| offered[*index].id).collect();
        score(points, multiple, &offered, &ids)
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
