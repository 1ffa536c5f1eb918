//! `Attempt`, and the mutations of taking a quiz.

use std::sync::Arc;

use async_graphql::{Context, InputObject, Object, OneofObject, Result, SimpleObject, Union};
use chrono::{DateTime, Utc};
use futures_util::future::try_join_all;

use crate::quizzes::{
    attempt, grading,
    model::{self, AnswerRow, AttemptId, AttemptRow, AttemptStatus, ResponseColumns, ScoreCause},
    privacy::{Answered, Graded},
    response,
    store::{self, AnswersOf, AttemptById, AttemptsAt, ChangesOf, ExtensionFor},
};
use crate::{
    catalog::{
        content::QuizIn,
        graphql::{MatchPair, Question, Quiz, ShownQuestion, decimal},
        model::{FeedbackPolicy, ItemId, QuestionId, QuestionKind, QuizId},
        questions::store::QuestionIn,
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
        let ids = self.0.question_ids.iter();
        let asked = try_join_all(ids.map(|id| call.load(QuestionIn(self.0.version_id, *id)))).await?;
        let saved = call.load(AnswersOf(self.0.id)).await?.unwrap_or_default();
        let shuffled = call.load(QuizIn(self.0.version_id, self.0.quiz_id)).await?.is_some_and(|quiz| quiz.shuffle);
        let answered = asked.into_iter().flatten().map(|asked| {
            let answer = saved.iter().find(|answer| answer.question_id == asked.0.id).cloned();
            let (course, locale) = (self.0.course_id, self.0.locale.clone());
            let kind = asked.0.kind;
            let question = ShownQuestion::asked(course, asked, self.0.id.uuid(), locale, (shuffled, key_open));
            Answer { question, kind, answer, key_open }
        });
        Ok(answered.collect())
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
        let passed = all.iter().any(|attempt| attempt.passed == Some(true));
        let made = i32::try_from(all.len()).unwrap_or(i32::MAX);
        Ok(match quiz.feedback {
            FeedbackPolicy::Never => false,
            FeedbackPolicy::AfterEachAttempt => true,
            FeedbackPolicy::AfterLastAttempt => {
                let more = call.load(ExtensionFor(self.0.user_id, self.0.quiz_id)).await?;
                let extra = more.map_or(0, |more| more.extra_attempts);
                quiz.attempts_allowed.is_some_and(|allowed| made >= allowed + extra)
            }
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

    /// What was graded again, first to last: after a key was corrected, or by a person. None until the quiz's feedback policy shows what answers
    /// earned.
    async fn score_changes(&self, ctx: &Context<'_>) -> Result<Vec<ScoreChange>> {
        let call = ctx.call();
        if !self.key_open(call).await? {
            return Ok(Vec::new());
        }
        let rows = call.load(ChangesOf(self.0.id)).await?.unwrap_or_default();
        Ok(rows.into_iter().map(ScoreChange::from).collect())
    }

    /// Whether it passed; null until it is graded. What was passed once stays so, also where a key is corrected later.
    async fn passed(&self) -> Option<bool> {
        self.0.passed
    }

    /// Whether a machine alone has graded it: then `contestGrade` asks a person to look at it. Null until it is graded.
    async fn automated(&self, ctx: &Context<'_>) -> Result<Option<bool>> {
        if self.0.score.is_none() {
            return Ok(None);
        }
        let saved = ctx.call().load(AnswersOf(self.0.id)).await?.unwrap_or_default();
        Ok(Some(saved.iter().all(|answer| answer.graded_at.is_none())))
    }

    /// When its learner asked a person to look at the grade.
    async fn contested_at(&self) -> Option<DateTime<Utc>> {
        self.0.contested_at
    }

    /// When a person had looked at all of it.
    async fn contest_decided_at(&self) -> Option<DateTime<Utc>> {
        self.0.contest_decided_at
    }
}

/// A question with what was answered.
pub struct Answer {
    question: ShownQuestion,
    kind: QuestionKind,
    answer: Option<AnswerRow>,
    key_open: bool,
}

/// A question with what was answered.
#[Object]
impl Answer {
    /// The question.
    async fn question(&self) -> Question {
        Question::of(self.question.clone())
    }

    /// What was answered; null: nothing yet.
    async fn response(&self) -> Option<Response> {
        Response::of(self.kind, &self.answer.as_ref()?.response)
    }

    /// What it earned; null until the quiz's feedback policy opens the key to this learner, and while it waits for a person.
    async fn score(&self) -> Option<Decimal> {
        if !self.key_open {
            return None;
        }
        match &self.answer {
            Some(answer) => answer.score.map(decimal),
            None => Some(decimal(0)),
        }
    }

    /// What is said to who answered, by the person who graded it or by the question; null until the quiz's feedback policy opens the key
    /// to this learner.
    async fn feedback(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        if !self.key_open {
            return Ok(None);
        }
        match self.answer.as_ref().and_then(|answer| answer.feedback.clone()) {
            Some(said) => Ok(Some(said)),
            None => Ok(self.question.feedback(ctx.call()).await?),
        }
    }
}

/// That an answer earns something else than it did.
#[derive(SimpleObject)]
pub struct ScoreChange {
    /// The question that was answered.
    question: QuestionId,
    /// Why.
    cause: ScoreCause,
    /// What it earned before; null where nobody had graded it.
    before: Option<Decimal>,
    /// What it earns since.
    after: Decimal,
    /// Since when.
    at: DateTime<Utc>,
}

impl From<model::ScoreChange> for ScoreChange {
    fn from(row: model::ScoreChange) -> Self {
        let model::ScoreChange { question_id, cause, before, after, at, .. } = row;
        Self { question: question_id, cause, before: before.map(decimal), after: decimal(after), at }
    }
}

/// What was answered.
#[expect(clippy::enum_variant_names, reason = "the names of the types in the schema")]
#[derive(Union)]
pub enum Response {
    /// Of a question with choices.
    ChoiceResponse(ChoiceResponse),
    /// Of a question that a few words answer, and of an essay.
    TextResponse(TextResponse),
    /// Of a question that a number answers.
    NumberResponse(NumberResponse),
    /// Of stems to match.
    MatchResponse(MatchResponse),
    /// Of items to put in order.
    OrderResponse(OrderResponse),
}

impl Response {
    /// What was answered to a question of a kind.
    pub(super) fn of(kind: QuestionKind, columns: &ResponseColumns) -> Option<Self> {
        Some(match response::Response::read(kind, columns)? {
            response::Response::Choices(choices) => Self::ChoiceResponse(ChoiceResponse { choices }),
            response::Response::Text(text) => Self::TextResponse(TextResponse { text }),
            response::Response::Number(number) => Self::NumberResponse(NumberResponse { number: Decimal(number) }),
            response::Response::Pairs(pairs) => {
                let pairs = pairs.into_iter().map(|(stem, option)| MatchPair { stem, option });
                Self::MatchResponse(MatchResponse { pairs: pairs.collect() })
            }
            response::Response::Order(items) => Self::OrderResponse(OrderResponse { items }),
        })
    }
}

/// What was ticked.
#[derive(SimpleObject)]
pub struct ChoiceResponse {
    /// The choices.
    choices: Vec<ItemId>,
}

/// What was written.
#[derive(SimpleObject)]
pub struct TextResponse {
    /// The text.
    text: String,
}

/// A number that was written.
#[derive(SimpleObject)]
pub struct NumberResponse {
    /// The number.
    number: Decimal,
}

/// What was matched.
#[derive(SimpleObject)]
pub struct MatchResponse {
    /// Each stem with its option.
    pairs: Vec<MatchPair>,
}

/// An order.
#[derive(SimpleObject)]
pub struct OrderResponse {
    /// First to last.
    items: Vec<ItemId>,
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

/// What is answered: as the kind of the question asks for. What is empty takes the answer back.
#[derive(OneofObject)]
pub enum ResponseInput {
    /// What is ticked, of a question with choices.
    Choices(Vec<ItemId>),
    /// A few words, or an essay.
    Text(String),
    /// A number.
    Number(Decimal),
    /// Stems with their options; a stem may be left out.
    Pairs(Vec<MatchPairIdInput>),
    /// All items in their order.
    Items(Vec<ItemId>),
}

/// A stem and the option that is matched with it.
#[derive(InputObject)]
pub struct MatchPairIdInput {
    /// The stem.
    stem: ItemId,
    /// The option: one may be used again.
    option: ItemId,
}

impl From<ResponseInput> for response::Response {
    fn from(input: ResponseInput) -> Self {
        match input {
            ResponseInput::Choices(choices) => Self::Choices(choices),
            ResponseInput::Text(text) => Self::Text(text),
            ResponseInput::Number(number) => Self::Number(number.0),
            ResponseInput::Pairs(pairs) => {
                Self::Pairs(pairs.into_iter().map(|MatchPairIdInput { stem, option }| (stem, option)).collect())
            }
            ResponseInput::Items(items) => Self::Order(items),
        }
    }
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
    /// The attempt, or what is to be mended.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) async fn of(call: &Call, outcome: Result<AttemptId, Objection>) -> Result<Self, Fault> {
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
        let outcome = attempt::save(ctx.call(), input.attempt, input.question, input.response.into()).await?;
        Ok(AttemptPayload::of(ctx.call(), outcome).await?)
    }

    /// Submits an attempt; it is graded at once, but for what a person grades.
    async fn submit_attempt(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The attempt.")] input: SubmitAttemptInput,
    ) -> Result<AttemptPayload> {
        let outcome = attempt::submit(ctx.call(), input.id).await?;
        Ok(AttemptPayload::of(ctx.call(), outcome).await?)
    }
}
