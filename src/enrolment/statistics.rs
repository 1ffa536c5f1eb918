//! How the learners of a course get on, taken together: never so few that one could tell who.

use std::collections::HashMap;

use super::store::{CompletionsIn, StandingOf};
use crate::{
    catalog::model::{CourseId, LessonId},
    platform::{fault::Fault, graphql::Call},
};

/// Learners of whom, taken together, nobody can tell one.
pub const FEWEST: i64 = 5;

/// How many of a course's learners have come how far.
#[derive(Clone, Debug)]
pub struct Statistics {
    /// Who learns by it, or has completed it.
    pub learners: i64,
    /// Who of them has completed it; none where so few have, or so few have not, that one could tell who.
    pub completed: Option<i64>,
    lessons: HashMap<LessonId, i64>,
}

impl Statistics {
    /// Of a course.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn of(call: &Call, course: CourseId) -> Result<Self, Fault> {
        let (learners, completed) = call.load(StandingOf(course)).await?.unwrap_or_default();
        let lessons = call.load(CompletionsIn(course)).await?.unwrap_or_default();
        Ok(Self { learners, completed: told(completed, learners), lessons })
    }

    /// Who of them has completed a lesson, as of [`Self::completed`].
    #[must_use]
    pub fn completed_lesson(&self, lesson: LessonId) -> Option<i64> {
        told(self.lessons.get(&lesson).copied().unwrap_or(0), self.learners)
    }
}

/// A number of so many, where neither those nor the others are too few: of none and of all nobody learns who.
#[must_use]
pub fn told(some: i64, all: i64) -> Option<i64> {
    let enough = |group: i64| group == 0 || group >= FEWEST;
    (all >= FEWEST && enough(some) && enough(all - some)).then_some(some)
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn small_groups_are_not_told() {
        for (some, all, expected) in [
            (0, 0, None),
            (4, 4, None),
            (5, 5, Some(5)),
            (0, 5, Some(0)),
            (1, 10, None),
            (9, 10, None),
            (5, 10, Some(5)),
            (6, 10, None),
            (95, 100, Some(95)),
            (96, 100, None),
        ] {
            assert_eq!(told(some, all), expected, "{some} of {all}");
        }
    }
}
