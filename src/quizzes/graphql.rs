//! `Attempt`, and the mutations of taking a quiz.

use std::sync::Arc;

use async_graphql::{Context, InputObject, Object, OneofObject, Result, SimpleObject, Union};
use chrono::{DateTime, Utc};

use super::{
    attempt, grading,
    model::{AnswerRow, AttemptId, AttemptRow, AttemptStatus},
    privacy::{Answered, Graded},
    store::{self, AnswersOf, AttemptById, AttemptsAt},
};
use crate::{
    catalog::{
        content::{QuestionsOf, QuizIn},
        graphql::{ChoiceQuestion, Question, Quiz, decimal},
        model::{ChoiceId, ChoiceRow, FeedbackPolicy, QuestionId, QuizId},
    },
    enrolment::{graphql::ties_in, store::EnrolmentById},
    platform::{
        fault::Fault,
        graphql::{
            Call, CallExt, Guarded, Shown, UserError,
            scalars::{Decimal, Locale},
            shown::hidden,
            user_error::{self, Objection},
        },
        id::GlobalId,
        privacy::{
            Access, Datum, Decision, Entry, Ties,
            directive::{class, personalData, to, visibility},
        },
    },
    profiles::graphql::User,
};

/// One go at a quiz: the questions as drawn and shuffled for it. The clock is the server's.
pub struct Attempt(AttemptRow);

impl Attempt {
    /// An attempt: the viewer's own, or one whose result is shared with them.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` to who reads by office without a reason, and those of the database.
    pub async fn by_id(call: &Call, id: AttemptId) -> Result<Option<Self>, Fault> {
        Ok(call.guarded(AttemptById(id)).await?.map(Self))
    }

    /// The viewer's attempts at a quiz, first to last.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn of_viewer(call: &Call, quiz: QuizId) -> Result<Vec<Self>, Fault> {
        let Some(user) = call.viewer().user else { return Ok(Vec::new()) };
        Ok(call.load(AttemptsAt(user, quiz)).await?.unwrap_or_default().iter().cloned().map(Self).collect())
    }

    /// Every question with what was answered.
    async fn answered(&self, call: &Call) -> Result<Vec<Answer>, Fault> {
        let key_open = self.key_open(call).await?;
        let questions = call.load(QuestionsOf(self.0.version_id, self.0.quiz_id)).await?.unwrap_or_default();
        let saved = call.load(AnswersOf(self.0.id)).await?.unwrap_or_default();
        let shuffled = call.load(QuizIn(self.0.version_id, self.0.quiz_id)).await?.is_some_and(|quiz| quiz.shuffle);
        let mut answers = Vec::new();
        for id in &self.0.question_ids {
            let found = questions.iter().find(|(question, _)| question.id == *id).cloned();
            let Some((row, mut choices)) = found else { continue };
            if shuffled {
                sort_for(self.0.id, &mut choices);
            }
            let answer = saved.iter().find(|answer| answer.question_id == *id).cloned();
            let question =
                ChoiceQuestion { course: self.0.course_id, row, choices, locale: self.0.locale.clone(), key_open };
            answers.push(Answer { question, answer, key_open });
        }
        Ok(answers)
    }

    /// Whether the feedback policy has opened the key to this learner.
    async fn key_open(&self, call: &Call) -> Result<bool, Fault> {
        if !store::OVER.contains(&self.0.status) {
            return Ok(false);
        }
        let Some(quiz) = call.load(QuizIn(self.0.version_id, self.0.quiz_id)).await? else { return Ok(false) };
        let all = call.load(AttemptsAt(self.0.user_id, self.0.quiz_id)).await?.unwrap_or_default();
        // While another attempt is open, what an earlier one shows would answer it.
        if all.iter().any(|attempt| attempt.status == AttemptStatus::InProgress) {
            return Ok(false);
        }
        let own: Vec<_> = all.iter().filter(|attempt| attempt.enrolment_id == self.0.enrolment_id).collect();
        let passed = own.iter().any(|attempt| attempt.passed == Some(true));
        let made = i32::try_from(own.len()).unwrap_or(i32::MAX);
        Ok(match quiz.feedback {
            FeedbackPolicy::Never => false,
            FeedbackPolicy::AfterEachAttempt => true,
            FeedbackPolicy::AfterLastAttempt => quiz.attempts_allowed.is_some_and(|allowed| made >= allowed),
            FeedbackPolicy::AfterPassing => passed,
        })
    }
}

impl Guarded for AttemptById {
    const DATUM: Entry = Graded::ENTRY;

    async fn access(call: &Call, row: &AttemptRow) -> Result<Option<Arc<Access>>, Fault> {
        let enrolment = call.load(EnrolmentById(row.enrolment_id)).await?;
        let run = enrolment.ok_or_else(|| anyhow::anyhow!("an attempt without an enrolment"))?.run_id;
        let ties = ties_in(call, row.user_id, row.course_id, run).await?;
        Ok(Some(Arc::new(call.access_to(row.user_id, ties, Vec::new()))))
    }
}

/// One go at a quiz: the questions as drawn and shuffled for it. The clock is the server's.
#[Object(directive = visibility::apply(to::<Graded>()))]
impl Attempt {
    /// The global id.
    pub async fn id(&self) -> GlobalId {
        self.0.id.global()
    }

    /// The quiz.
    async fn quiz(&self, ctx: &Context<'_>) -> Result<Quiz> {
        let row = ctx.call().load(QuizIn(self.0.version_id, self.0.quiz_id)).await?;
        let row = row.ok_or_else(|| Fault::from(anyhow::anyhow!("an attempt without a quiz")))?;
        Ok(Quiz { course: self.0.course_id, row })
    }

    /// Who takes it.
    async fn learner(&self) -> User {
        User(self.0.user_id)
    }

    /// Which go it is, from one on.
    async fn number(&self) -> i32 {
        self.0.number
    }

    /// How far it is.
    async fn status(&self) -> AttemptStatus {
        self.0.status
    }

    /// When it was started.
    async fn started_at(&self) -> DateTime<Utc> {
        self.0.started_at
    }

    /// Until when it must be submitted; null: any time.
    async fn deadline(&self) -> Option<DateTime<Utc>> {
        self.0.deadline
    }

    /// When it was submitted, or its time was over.
    async fn submitted_at(&self) -> Option<DateTime<Utc>> {
        self.0.submitted_at
    }

    /// Every question with what was answered, in the order of this attempt.
    #[graphql(directive = visibility::apply(to::<Answered>()), directive = personalData::apply(class::<Answered>()))]
    async fn answers(&self, ctx: &Context<'_>) -> Shown<Vec<Answer>> {
        let access = ctx.call().access_to(self.0.user_id, Ties::default(), Vec::new());
        match access.open(&Answered::ENTRY) {
            Decision::Shown => Some(self.answered(ctx.call()).await.map_err(async_graphql::Error::from)),
            decision => hidden(decision),
        }
    }

    /// What it earned; null until it is graded.
    async fn score(&self) -> Option<Decimal> {
        self.0.score.map(decimal)
    }

    /// The share of the most that it could earn, in whole per cents; null until it is graded.
    async fn percent(&self) -> Option<i32> {
        self.0.score.map(|score| grading::percent(score, self.0.max_score))
    }

    /// Whether it passed; null until it is graded.
    async fn passed(&self) -> Option<bool> {
        self.0.passed
    }
}

/// An order of the choices that is the attempt's own and stays: by a digest of both ids.
fn sort_for(attempt: AttemptId, choices: &mut [ChoiceRow]) {
    use sha2::{Digest, Sha256};
    choices.sort_by_cached_key(|choice| {
        <[u8; 32]>::from(Sha256::digest([attempt.uuid().as_bytes().as_slice(), choice.id.uuid().as_bytes()].concat()))
    });
}

/// A question with what was answered.
pub struct Answer {
    question: ChoiceQuestion,
    answer: Option<AnswerRow>,
    key_open: bool,
}

/// A question with what was answered.
#[Object]
impl Answer {
    /// The question.
    async fn question(&self) -> Question {
        Question::ChoiceQuestion(self.question.clone())
    }

    /// What was answered; null: nothing yet.
    async fn response(&self) -> Option<Response> {
        let answer = self.answer.as_ref()?;
        Some(Response::ChoiceResponse(ChoiceResponse { choices: answer.choice_ids.clone() }))
    }

    /// What it earned; null until the quiz's feedback policy opens the key to this learner.
    async fn score(&self) -> Option<Decimal> {
        self.key_open.then(|| decimal(self.answer.as_ref().and_then(|answer| answer.score).unwrap_or(0)))
    }

    /// What is said to who answered; null until the quiz's feedback policy opens the key to this learner.
    async fn feedback(&self) -> Option<String> {
        self.key_open.then(|| self.question.row.feedback.clone()).flatten()
    }
}

/// What was answered.
#[derive(Union)]
pub enum Response {
    /// Of a question with choices.
    ChoiceResponse(ChoiceResponse),
}

/// What was ticked.
#[derive(SimpleObject)]
pub struct ChoiceResponse {
    /// The choices.
    choices: Vec<ChoiceId>,
}

/// A quiz to be taken.
#[derive(InputObject)]
pub struct StartAttemptInput {
    /// The quiz.
    quiz: QuizId,
    /// In which language, where there is a translation.
    locale: Option<Locale>,
}

/// An answer to be saved.
#[derive(InputObject)]
pub struct SaveAnswerInput {
    /// The attempt.
    attempt: AttemptId,
    /// The question.
    question: QuestionId,
    /// What is answered.
    response: ResponseInput,
}

/// What is answered.
#[derive(OneofObject)]
pub enum ResponseInput {
    /// What is ticked.
    Choices(Vec<ChoiceId>),
}

/// An attempt to be submitted.
#[derive(InputObject)]
pub struct SubmitAttemptInput {
    /// The attempt.
    id: AttemptId,
}

/// An attempt after a change.
#[derive(SimpleObject)]
pub struct AttemptPayload {
    /// The attempt.
    attempt: Option<Attempt>,
    /// What the person can mend.
    user_errors: Vec<UserError>,
}

impl AttemptPayload {
    async fn of(call: &Call, outcome: Result<AttemptId, Objection>) -> Result<Self, Fault> {
        Ok(match outcome {
            Ok(id) => Self { attempt: Attempt::by_id(call, id).await?, user_errors: Vec::new() },
            Err(objection) => Self { attempt: None, user_errors: user_error::told(vec![objection], call.language) },
        })
    }
}

/// Mutations of taking a quiz.
#[derive(Default)]
pub struct AttemptMutations;

/// Mutations of taking a quiz.
#[Object]
impl AttemptMutations {
    /// Starts an attempt at a quiz, or gives back the one that is open.
    async fn start_attempt(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The quiz.")] input: StartAttemptInput,
    ) -> Result<AttemptPayload> {
        let outcome = attempt::start(ctx.call(), input.quiz, input.locale.map(|locale| locale.0)).await?;
        Ok(AttemptPayload::of(ctx.call(), outcome).await?)
    }

    /// Saves an answer, over an earlier one.
    async fn save_answer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The answer.")] input: SaveAnswerInput,
    ) -> Result<AttemptPayload> {
        let ResponseInput::Choices(ticked) = input.response;
        let outcome = attempt::save(ctx.call(), input.attempt, input.question, ticked).await?;
        Ok(AttemptPayload::of(ctx.call(), outcome).await?)
    }

    /// Submits an attempt; it is graded at once.
    async fn submit_attempt(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The attempt.")] input: SubmitAttemptInput,
    ) -> Result<AttemptPayload> {
        let outcome = attempt::submit(ctx.call(), input.id).await?;
        Ok(AttemptPayload::of(ctx.call(), outcome).await?)
    }
}
