//! `QuizStatistics`: how learners do at a quiz, taken together.

use async_graphql::{Context, Object, Result, SimpleObject};
use futures_util::future::try_join_all;

use crate::{
    catalog::{
        authority,
        graphql::{Question, ShownQuestion},
        model::{CourseId, ItemId, QuizRow, VersionId},
        questions::store::QuestionIn,
    },
    platform::{
        fault::Fault,
        graphql::{Call, CallExt},
    },
    quizzes::store::statistics::{OfQuestion, QuestionsOf, TickedOf, Totals, TotalsOf},
};

/// How learners do at a quiz, taken together.
pub struct QuizStatistics {
    course: CourseId,
    quiz: QuizRow,
    totals: Totals,
}

impl QuizStatistics {
    /// Of a quiz, for who teaches its course or runs the academy.
    ///
    /// # Errors
    /// `FORBIDDEN` to others; those of the database.
    pub async fn of(call: &Call, course: CourseId, quiz: QuizRow) -> Result<Self, Fault> {
        if !authority::may_edit(call, course).await? {
            return Err(Fault::forbidden());
        }
        let totals = call.load(TotalsOf(quiz.id)).await?;
        let totals = totals.ok_or_else(|| anyhow::anyhow!("a quiz without totals"))?;
        Ok(Self { course, quiz, totals })
    }
}

/// How learners do at a quiz, taken together: over every attempt that is graded, in whichever version. What would tell of fewer than five
/// learners is null.
#[Object]
impl QuizStatistics {
    /// Attempts that are graded.
    async fn attempts(&self) -> i64 {
        self.totals.attempts
    }

    /// The mean share of the most, in per cents.
    async fn mean_percent(&self) -> Option<f64> {
        self.totals.mean_percent
    }

    /// The share of attempts that passed, 0 to 1.
    async fn pass_rate(&self) -> Option<f64> {
        self.totals.pass_rate
    }

    /// How many attempts came to each tenth of the most, from 0 to below 10 per cent, and so on; the last tenth holds 100.
    async fn distribution(&self) -> Vec<ScoreBand> {
        let bands = (0..).zip(&self.totals.bands);
        bands.map(|(band, attempts)| ScoreBand { from_percent: band * 10, attempts: *attempts }).collect()
    }

    /// The questions that attempts asked, in the order of the quiz: of a bank the first so many, as `serviceLimits` says.
    async fn questions(&self, ctx: &Context<'_>) -> Result<Vec<QuestionStatistics>> {
        let call = ctx.call();
        let found = call.load(QuestionsOf(self.quiz.version_id, self.quiz.id)).await?.unwrap_or_default();
        let asked = found.iter().map(|question| call.load(QuestionIn(self.quiz.version_id, question.question_id)));
        let asked = try_join_all(asked).await?;
        let shown = found.into_iter().zip(asked).filter_map(|(of, asked)| {
            let question = Question::of(ShownQuestion::written(self.course, asked?));
            Some(QuestionStatistics { version: self.quiz.version_id, question, of })
        });
        Ok(shown.collect())
    }
}

/// How many attempts came to a tenth of the most.
#[derive(SimpleObject)]
pub struct ScoreBand {
    /// From which share of the most on, in per cents.
    from_percent: i32,
    /// How many.
    attempts: Option<i64>,
}

/// How a question went.
pub struct QuestionStatistics {
    version: VersionId,
    question: Question,
    of: OfQuestion,
}

/// How a question went, over the attempts that asked it.
#[Object]
impl QuestionStatistics {
    /// The question.
    async fn question(&self) -> Question {
        self.question.clone()
    }

    /// Attempts that answered it.
    async fn answered(&self) -> i64 {
        self.of.answered
    }

    /// The mean share of its points, 0 to 1: how easy it is.
    async fn facility(&self) -> Option<f64> {
        self.of.facility()
    }

    /// How it goes with the rest of the attempt: the point-biserial correlation, -1 to 1. Below 0.1 it tells nothing of who knows.
    async fn discrimination(&self) -> Option<f64> {
        self.of.discrimination()
    }

    /// How often each choice was ticked, of a question with choices.
    async fn choices(&self, ctx: &Context<'_>) -> Result<Vec<ChoiceStatistics>> {
        let found = ctx.call().load(TickedOf(self.version, self.of.question_id)).await?.unwrap_or_default();
        Ok(found.into_iter().map(|(choice, attempts)| ChoiceStatistics { choice, attempts }).collect())
    }
}

/// How often a choice was ticked.
#[derive(SimpleObject)]
pub struct ChoiceStatistics {
    /// The choice.
    choice: ItemId,
    /// In how many attempts.
    attempts: Option<i64>,
}
