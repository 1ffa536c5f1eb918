//! What is worth how much, and how days make a streak. No I/O.

use chrono::NaiveDate;

use super::model::{Measure, PointsReason};

/// What something that a learner did is worth.
#[must_use]
pub const fn worth(reason: PointsReason) -> i32 {
    match reason {
        PointsReason::LessonCompleted => 10,
        PointsReason::QuizPassed => 20,
        PointsReason::CourseCompleted => 100,
    }
}

/// The most days in a row, of days in their order.
#[must_use]
pub fn longest_streak(days: &[NaiveDate]) -> i64 {
    let (mut longest, mut current, mut last) = (0, 0, None);
    for day in days {
        current = if last.is_some() && last == day.pred_opt() { current + 1 } else { 1 };
        longest = longest.max(current);
        last = Some(*day);
    }
    longest
}

/// What a learner has done so far, as rules of badges count it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Measured {
    /// Lessons completed.
    pub lessons: i64,
    /// Courses completed.
    pub courses: i64,
    /// The most days in a row.
    pub streak: i64,
    /// Points.
    pub points: i64,
}

impl Measured {
    /// What a rule counts.
    #[must_use]
    pub const fn of(&self, measure: Measure) -> i64 {
        match measure {
            Measure::Lessons => self.lessons,
            Measure::Courses => self.courses,
            Measure::Streak => self.streak,
            Measure::Points => self.points,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_in_a_row_make_a_streak() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        for (days, longest) in [
            (vec![], 0),
            (vec!["2026-11-22"], 1),
            (vec!["2026-11-20", "2026-11-22"], 1),
            (vec!["2026-11-20", "2026-11-21", "2026-11-24"], 2),
            (vec!["2026-11-20", "2026-11-22", "2026-11-23", "2026-11-24"], 3),
            // Over the end of a month, of a February that has 29 days, of a year.
            (vec!["2026-11-30", "2026-12-01"], 2),
            (vec!["2028-02-28", "2028-02-29", "2028-03-01"], 3),
            (vec!["2027-02-28", "2027-03-01"], 2),
            (vec!["2026-12-31", "2027-01-01"], 2),
        ] {
            let days: Vec<_> = days.into_iter().map(day).collect();
            assert_eq!(longest_streak(&days), longest, "{days:?}");
        }
    }
}
