//! `CourseStatistics`: how the learners of a course get on, taken together.

use async_graphql::{Context, Object, Result, SimpleObject};

use super::lesson::Lesson;
use crate::{
    catalog::model::{CourseRow, VersionId},
    enrolment::statistics::Statistics,
    platform::graphql::CallExt,
};

/// How the learners of a course get on, taken together.
pub struct CourseStatistics {
    pub(super) course: CourseRow,
    pub(super) version: VersionId,
    pub(super) statistics: Statistics,
}

/// How the learners of a course get on, taken together. What fewer than five have done, or all but fewer than five, is null: one could tell
/// who.
#[Object]
impl CourseStatistics {
    /// Who learns by it, or has completed it.
    async fn learners(&self) -> i64 {
        self.statistics.learners
    }

    /// Who of them has completed it.
    async fn completed(&self) -> Option<i64> {
        self.statistics.completed
    }

    /// The lessons of the version that is shown, in their order: where learners stop.
    async fn lessons(&self, ctx: &Context<'_>) -> Result<Vec<LessonStatistics>> {
        let lessons = Lesson::for_learners(ctx.call(), &self.course, self.version).await?;
        let told = lessons
            .into_iter()
            .map(|lesson| LessonStatistics { completed: self.statistics.completed_lesson(lesson.row_id()), lesson });
        Ok(told.collect())
    }
}

/// How many have completed a lesson.
#[derive(SimpleObject)]
pub struct LessonStatistics {
    /// The lesson.
    lesson: Lesson,
    /// Who of the learners has completed it, in whichever version of the course.
    completed: Option<i64>,
}
