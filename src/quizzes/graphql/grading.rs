//! `GradingTask`, and what people do about grades.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};

use super::attempt::{AttemptPayload, Response};
use crate::{
    accounts::graphql::AcknowledgedPayload,
    catalog::{
        authority,
        graphql::{Question, QuestionPayload, ShownQuestion, exact, fixed_seconds},
        model::{CourseId, QuestionId, QuizId},
        questions::{
            Key, OtherKey, key,
            store::{Asked, QuestionIn},
        },
    },
    platform::{
        duration::CalendarDuration,
        fault::Fault,
        graphql::{
            Call, CallExt, List, PageArgs, UserError,
            page::list,
            scalars::{Decimal, Duration},
            user_error::{self, Objection},
        },
        id::GlobalId,
        privacy::{
            UserId,
            directive::{to, visibility},
        },
    },
    quizzes::{
        contest, extend, grade_answer,
        model::{AttemptId, AttemptRow, TaskId, TaskRow},
        privacy::Graders,
        regrade,
        store::{self, AnswersOf, AttemptById, TaskById},
    },
};

/// An answer that waits for a person. It names no learner and no other score.
pub struct GradingTask(TaskRow);

impl GradingTask {
    /// A task of a course that the viewer teaches, or of their academy's where they run it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn by_id(call: &Call, id: TaskId) -> Result<Option<Self>, Fault> {
        let row = call.load(TaskById(id)).await?;
        // One that is not there takes the same work as one that is another's.
        let course = row.as_ref().map_or_else(|| call.services.random.id(), |row| row.course_id);
        let is_grader = authority::may_edit(call, course).await?;
        Ok(row.filter(|_| is_grader).map(Self))
    }

    /// What waits at a quiz of a course, longest first.
    ///
    /// # Errors
    /// `FORBIDDEN` to who does not teach it, `BAD_USER_INPUT`, and those of the database.
    pub async fn queue(call: &Call, course: CourseId, quiz: QuizId, page: &PageArgs) -> Result<List<Self>, Fault> {
        const NAME: &str = "gradingQueue";
        if !authority::may_edit(call, course).await? {
            return Err(Fault::forbidden());
        }
        let page = page.page(call, NAME)?;
        let rows = page.cut(store::queue(&*call.reader().await?, quiz, &page).await?);
        list(
            call,
            NAME,
            rows,
            |row| (row.submitted_at.timestamp_micros(), row.id),
            Self,
            move |call| Box::pin(async move { store::queue_length(&*call.reader().await?, quiz).await }),
        )
    }

    async fn attempt(&self, call: &Call) -> Result<AttemptRow, Fault> {
        let found = call.load(AttemptById(self.0.attempt_id)).await?;
        Ok(found.ok_or_else(|| anyhow::anyhow!("an answer without an attempt"))?)
    }

    async fn asked(&self, call: &Call) -> Result<Asked, Fault> {
        let version = self.attempt(call).await?.version_id;
        let found = call.load(QuestionIn(version, self.0.question_id)).await?;
        Ok(found.ok_or_else(|| anyhow::anyhow!("an answer without a question"))?)
    }
}

/// An answer that waits for a person. It names no learner and no other score.
#[Object(directive = visibility::apply(to::<Graders>()))]
impl GradingTask {
    /// The global id.
    pub async fn id(&self) -> GlobalId {
        self.0.id.global()
    }

    /// The question.
    async fn question(&self, ctx: &Context<'_>) -> Result<Question> {
        let asked = self.asked(ctx.call()).await?;
        Ok(Question::of(ShownQuestion::written(self.0.course_id, asked)))
    }

    /// What was answered.
    async fn response(&self, ctx: &Context<'_>) -> Result<Option<Response>> {
        let call = ctx.call();
        let kind = self.asked(call).await?.0.kind;
        let saved = call.load(AnswersOf(self.0.attempt_id)).await?.unwrap_or_default();
        let answer = saved.iter().find(|answer| answer.question_id == self.0.question_id);
        Ok(answer.and_then(|answer| Response::of(kind, &answer.response)))
    }

    /// When it was handed in, or when its learner asked a person to look at it.
    async fn submitted_at(&self) -> DateTime<Utc> {
        self.0.submitted_at
    }

    /// What to look at, where the question says.
    async fn rubric(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let call = ctx.call();
        let version = self.attempt(call).await?.version_id;
        let key = key::open(call, self.0.course_id, (version, self.0.question_id), false).await?;
        Ok(match key.key {
            Key::Other(OtherKey::Essay { rubric }) => rubric,
            Key::Choice(_) | Key::Other(_) => None,
        })
    }

    /// Why its learner asks a person to look at what a machine has graded; null: it waited for a person from the start.
    async fn contest(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(self.attempt(ctx.call()).await?.contest)
    }

    /// When a person graded it; null while it waits.
    async fn graded_at(&self) -> Option<DateTime<Utc>> {
        self.0.graded_at
    }
}

/// What a person gives an answer.
#[derive(InputObject)]
pub struct GradeAnswerInput {
    /// The answer that waits.
    task: TaskId,
    /// From nothing to the points of the question; six decimal places at most.
    score: Decimal,
    /// What is said to the learner, when the quiz's feedback policy opens.
    feedback: Option<String>,
}

/// A question whose key was corrected.
#[derive(InputObject)]
pub struct RegradeQuestionInput {
    /// The question.
    question: QuestionId,
}

/// What a learner has more than others.
#[derive(InputObject)]
pub struct GrantExtraTimeInput {
    /// The quiz.
    quiz: QuizId,
    /// The learner.
    learner: UserId,
    /// So much longer an attempt may take, also one that is open; what was granted before where it is left out.
    extra_time: Option<Duration>,
    /// So many more attempts; what was granted before where it is left out.
    extra_attempts: Option<i32>,
}

/// A grade that a person should look at.
#[derive(InputObject)]
pub struct ContestGradeInput {
    /// The viewer's own attempt.
    attempt: AttemptId,
    /// Why.
    reason: String,
}

/// A task after a change.
#[derive(SimpleObject)]
pub struct GradingTaskPayload {
    /// The task.
    task: Option<GradingTask>,
    /// What the person can mend.
    user_errors: Vec<UserError>,
}

/// Mutations about grades.
#[derive(Default)]
pub struct GradingMutations;

/// Mutations about grades.
#[Object]
impl GradingMutations {
    /// Grades an answer that waits for a person. With the last one of its attempt the attempt is graded. Its instructors and admins.
    async fn grade_answer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it is given.")] input: GradeAnswerInput,
    ) -> Result<GradingTaskPayload> {
        let call = ctx.call();
        let graded = match exact(&input.score, "score") {
            Ok(score) => grade_answer::grade_answer(call, input.task, score, input.feedback).await?,
            Err(objection) => Err(objection),
        };
        Ok(match graded {
            Ok(id) => GradingTaskPayload { task: GradingTask::by_id(call, id).await?, user_errors: Vec::new() },
            Err(objection) => {
                GradingTaskPayload { task: None, user_errors: user_error::told(vec![objection], call.language) }
            }
        })
    }

    /// Takes the key that the question has now into the versions that learners have, and grades every attempt that asked it again, in the
    /// background: the scores before are kept, learners whose score changes are told. What was passed stays so. Its instructors and admins.
    async fn regrade_question(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The question.")] input: RegradeQuestionInput,
    ) -> Result<QuestionPayload> {
        let call = ctx.call();
        let outcome = regrade::regrade(call, input.question).await?;
        Ok(QuestionPayload::of(call, outcome).await?)
    }

    /// Grants a learner of the course more time, more attempts, or both. Its instructors and admins.
    async fn grant_extra_time(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is granted.")] input: GrantExtraTimeInput,
    ) -> Result<AcknowledgedPayload> {
        let call = ctx.call();
        let granted: Result<(), Objection> = match extra_seconds(input.extra_time) {
            Ok(seconds) => extend::grant(call, input.quiz, input.learner, seconds, input.extra_attempts).await?,
            Err(objection) => Err(objection),
        };
        Ok(match granted {
            Ok(()) => AcknowledgedPayload::done(),
            Err(objection) => AcknowledgedPayload::objections(vec![objection], call.language),
        })
    }

    /// Asks a person to look at a grade that a machine alone has given: once an attempt.
    async fn contest_grade(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The grade.")] input: ContestGradeInput,
    ) -> Result<AttemptPayload> {
        let call = ctx.call();
        let outcome = contest::contest(call, input.attempt, &input.reason).await?;
        Ok(AttemptPayload::of(call, outcome).await?)
    }
}

/// Seconds; none at all takes back what was granted.
fn extra_seconds(given: Option<Duration>) -> Result<Option<i32>, Objection> {
    if given.as_ref().is_some_and(|given| given.0 == CalendarDuration::default()) {
        return Ok(Some(0));
    }
    fixed_seconds(given, "extraTime")
}
