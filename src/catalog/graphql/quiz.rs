//! `Quiz`.

use async_graphql::{Context, Object, Result};

use super::{
    course::Course,
    lesson::shown_version,
    question::{Question, ShownQuestion, decimal},
};
use crate::{
    catalog::{
        authority,
        content::{HiddenQuizzesOf, QuizIn, VersionOfQuiz},
        model::{CourseId, FeedbackPolicy, QuestionId, QuizId, QuizRow},
        questions::store::{PageOf, SizeOf},
    },
    platform::{
        db::page::Rows,
        fault::Fault,
        graphql::{
            Call, CallExt, List, PageArgs, Shown, error,
            page::list,
            scalars::{Decimal, Duration},
        },
        id::GlobalId,
    },
    quizzes::graphql::{Attempt, GradingTask, QuizStatistics},
};

/// A quiz of a course.
#[derive(Clone)]
pub struct Quiz {
    pub(crate) course: CourseId,
    pub(crate) row: QuizRow,
}

impl Quiz {
    /// A quiz by its id, in its newest version, for who may see its course.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn by_id(call: &Call, id: QuizId) -> Result<Option<Self>, Fault> {
        let Some(version) = call.load(VersionOfQuiz(id)).await? else { return Ok(None) };
        let Some((course, version)) = shown_version(call, version).await? else { return Ok(None) };
        let hidden = call.load(HiddenQuizzesOf(version)).await?;
        if hidden.is_some_and(|hidden| hidden.contains(&id)) && !authority::sees_drafts(call, course.row.id).await? {
            return Ok(None);
        }
        let row = call.load(QuizIn(version, id)).await?;
        Ok(row.map(|row| Self { course: course.row.id, row }))
    }
}

/// A quiz of a course.
#[Object]
impl Quiz {
    /// The global id: the quiz itself, the same through all versions.
    pub async fn id(&self) -> GlobalId {
        self.row.id.global()
    }

    /// Its title.
    async fn title(&self) -> &str {
        &self.row.title
    }

    /// Its course.
    async fn course(&self, ctx: &Context<'_>) -> Result<Course> {
        let course = Course::load(ctx.call(), self.course).await?;
        Ok(course.ok_or_else(|| Fault::from(anyhow::anyhow!("a quiz without a course")))?)
    }

    /// How many questions it has.
    async fn question_count(&self, ctx: &Context<'_>) -> Result<i64> {
        Ok(ctx.call().load(SizeOf(self.row.version_id, self.row.id)).await?.unwrap_or_default().0)
    }

    /// What the questions of an attempt are worth together.
    async fn max_score(&self, ctx: &Context<'_>) -> Result<Decimal> {
        Ok(decimal(ctx.call().load(SizeOf(self.row.version_id, self.row.id)).await?.unwrap_or_default().1))
    }

    /// From which share of the points it is passed.
    async fn pass_percent(&self) -> i32 {
        self.row.pass_percent
    }

    /// How long an attempt may take; null: as long as it likes.
    async fn time_limit(&self) -> Option<Duration> {
        let seconds = u32::try_from(self.row.time_limit?).ok()?;
        Some(Duration(crate::platform::duration::CalendarDuration::seconds(seconds)))
    }

    /// How often a learner may try; null: as often as `serviceLimits` allows.
    async fn attempts_allowed(&self) -> Option<i32> {
        self.row.attempts_allowed
    }

    /// Whether questions and choices come in another order each attempt.
    async fn shuffle(&self) -> bool {
        self.row.shuffle
    }

    /// So many of its questions an attempt asks, drawn by chance; null: all of them.
    async fn draw_count(&self) -> Option<i32> {
        self.row.draw_count
    }

    /// Its questions. Its instructors, reviewers and admins; null with FORBIDDEN to others: learners get theirs with an attempt.
    async fn questions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the start; 20 where none is asked for, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end; 100 at most.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Shown<List<Question>> {
        let call = ctx.call();
        let questions = async {
            if !authority::sees_drafts(call, self.course).await? {
                return Err(Fault::forbidden());
            }
            let page = PageArgs { first, after, last, before }.page::<(i32, QuestionId)>(call, "questions")?;
            let of = (self.row.version_id, self.row.id);
            let rows = call.load(PageOf { version: of.0, quiz: of.1, page }).await?;
            let rows = rows.map_or_else(
                || Rows { rows: Vec::new(), has_previous: false, has_next: false },
                |rows| (*rows).clone(),
            );
            list(
                call,
                "questions",
                rows,
                |(row, _)| (row.position, row.id),
                |asked| Question::of(ShownQuestion::written(self.course, asked)),
                move |call| Box::pin(async move { Ok(call.load(SizeOf(of.0, of.1)).await?.unwrap_or_default().0) }),
            )
        };
        Some(questions.await.map_err(error::of))
    }

    /// The viewer's own attempts, first to last.
    async fn viewer_attempts(&self, ctx: &Context<'_>) -> Result<Vec<Attempt>> {
        Ok(Attempt::of_viewer(ctx.call(), self.row.id).await?)
    }

    /// Answers that wait for a person, longest first. Its instructors and admins; null with FORBIDDEN to others.
    async fn grading_queue(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the start; 20 where none is asked for, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end; 100 at most.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Shown<List<GradingTask>> {
        let page = PageArgs { first, after, last, before };
        Some(GradingTask::queue(ctx.call(), self.course, self.row.id, &page).await.map_err(error::of))
    }

    /// How learners do at it, taken together. Its instructors and admins; null with FORBIDDEN to others.
    async fn statistics(&self, ctx: &Context<'_>) -> Shown<QuizStatistics> {
        Some(QuizStatistics::of(ctx.call(), self.course, self.row.clone()).await.map_err(error::of))
    }

    /// When learners see the answer key.
    async fn feedback(&self) -> FeedbackPolicy {
        self.row.feedback
    }
}
