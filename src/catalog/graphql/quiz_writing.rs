//! Mutations that write quizzes.

use async_graphql::{Context, InputObject, MaybeUndefined, Object, OneofObject, Result, SimpleObject};

use super::{question::Question, quiz::Quiz, writing::fixed_seconds};
use crate::{
    accounts::graphql::AcknowledgedPayload,
    catalog::{
        model::{CourseId, FeedbackPolicy, ItemId, MILLIONTHS, QuestionId, QuizId, TextFormat},
        questions::{
            key::{AcceptedRange, AcceptedText},
            write,
            written::{self, Asks, PairInput},
        },
        quiz_write::{self, QuizInput, UpdateQuiz},
    },
    platform::{
        change::Change,
        fault::Fault,
        graphql::{
            Call, CallExt, UserError, UserErrorCode,
            scalars::{Decimal, Duration},
            user_error::{self, Objection},
        },
    },
};

/// A decimal as millionths; nothing where it has more than six places or is out of range.
#[must_use]
pub fn millionths(decimal: &Decimal) -> Option<i64> {
    let scaled = decimal.0.checked_mul(rust_decimal::Decimal::from(MILLIONTHS))?;
    (scaled.fract().is_zero() && scaled.abs() <= rust_decimal::Decimal::from(1_000_000_000_000_000_i64))
        .then(|| scaled.normalize().to_string().parse().ok())
        .flatten()
}

/// A decimal as millionths, or what is said of one that is none.
///
/// # Errors
/// `INVALID`.
pub fn exact(decimal: &Decimal, field: &str) -> Result<i64, Objection> {
    millionths(decimal).ok_or_else(|| {
        let words = words!(
            "Paling banyak enam angka di belakang koma, dan paling besar satu miliar.",
            "Six decimal places at most, and no more than a thousand million."
        );
        Objection::new(UserErrorCode::Invalid, field, words)
    })
}

/// What a quiz is made of.
#[derive(InputObject)]
pub struct CreateQuizInput {
    /// The course that it belongs to.
    course: CourseId,
    /// Its title.
    title: String,
    /// From which share of the points it is passed, 0 to 100.
    pass_percent: i32,
    /// How long an attempt may take.
    time_limit: Option<Duration>,
    /// How often a learner may try; absent: as often as `serviceLimits` allows. Every attempt is told its score, so who may try often
    /// can find the key out: an examination allows few.
    attempts_allowed: Option<i32>,
    /// Whether questions and choices come in another order each attempt; no where it is left out.
    shuffle: Option<bool>,
    /// So many of its questions an attempt asks, drawn by chance; all where it is left out. They are to be worth the same then.
    draw_count: Option<i32>,
    /// When learners see the key; after passing where it is left out.
    feedback: Option<FeedbackPolicy>,
}

/// What changes of a quiz: what is absent stays, null clears.
#[derive(InputObject)]
pub struct UpdateQuizInput {
    /// The quiz.
    id: QuizId,
    /// Its title.
    title: MaybeUndefined<String>,
    /// From which share of the points it is passed, 0 to 100.
    pass_percent: MaybeUndefined<i32>,
    /// How long an attempt may take; null: as long as it likes.
    time_limit: MaybeUndefined<Duration>,
    /// How often a learner may try; null: as often as `serviceLimits` allows.
    attempts_allowed: MaybeUndefined<i32>,
    /// Whether questions and choices come in another order each attempt.
    shuffle: MaybeUndefined<bool>,
    /// So many of its questions an attempt asks, drawn by chance; null: all.
    draw_count: MaybeUndefined<i32>,
    /// When learners see the key.
    feedback: MaybeUndefined<FeedbackPolicy>,
}

/// A question to be added at the end of a quiz.
#[derive(InputObject)]
pub struct CreateQuestionInput {
    /// The quiz.
    quiz: QuizId,
    /// The question.
    question: QuestionInput,
}

/// A question to be written anew.
#[derive(InputObject)]
pub struct UpdateQuestionInput {
    /// The question.
    id: QuestionId,
    /// The whole of it: items that name their ids stay the same items.
    question: QuestionInput,
}

/// A question to be deleted.
#[derive(InputObject)]
pub struct DeleteQuestionInput {
    /// The question.
    id: QuestionId,
}

/// A question of one kind.
#[derive(OneofObject)]
pub enum QuestionInput {
    /// With choices to tick.
    Choice(ChoiceQuestionInput),
    /// That a few words answer.
    ShortAnswer(ShortAnswerQuestionInput),
    /// That a number answers.
    Numeric(NumericQuestionInput),
    /// With stems to match with options.
    Matching(MatchingQuestionInput),
    /// With items to put in order.
    Ordering(OrderingQuestionInput),
    /// That a text answers, which a person grades.
    Essay(EssayQuestionInput),
}

/// A question with choices to tick.
#[derive(InputObject)]
pub struct ChoiceQuestionInput {
    /// What is asked.
    prompt: String,
    /// What its texts are written in; plain text where it is left out of a new question.
    format: Option<TextFormat>,
    /// What it is worth; six decimal places at most.
    points: Decimal,
    /// Whether several may be ticked.
    multiple: bool,
    /// What may be ticked: two at least.
    choices: Vec<ChoiceInput>,
    /// What is said to who answered.
    feedback: Option<String>,
}

/// Something to tick.
#[derive(InputObject)]
pub struct ChoiceInput {
    /// The choice that the question has already; a new one where it is left out.
    id: Option<ItemId>,
    /// What it says.
    text: String,
    /// The share of the points that ticking it earns, -1 to 1.
    fraction: Decimal,
    /// What is said to who ticked it.
    feedback: Option<String>,
}

/// A question that a few words answer. Case is told apart only where it is asked for; spaces at the ends, spaces in a row and ways to
/// write the same letter never are.
#[derive(InputObject)]
pub struct ShortAnswerQuestionInput {
    /// What is asked.
    prompt: String,
    /// What its texts are written in; plain text where it is left out of a new question.
    format: Option<TextFormat>,
    /// What it is worth; six decimal places at most.
    points: Decimal,
    /// Whether capital letters are told from small ones; no where it is left out.
    case_sensitive: Option<bool>,
    /// What is taken: one of them earns all.
    accepted: Vec<AcceptedAnswerInput>,
    /// What is said to who answered.
    feedback: Option<String>,
}

/// A text that is taken.
#[derive(InputObject)]
pub struct AcceptedAnswerInput {
    /// The text; `*` stands for any text, and for itself after a backslash.
    text: String,
    /// The share of the points that it earns, 0 to 1.
    fraction: Decimal,
    /// What is said to who wrote it.
    feedback: Option<String>,
}

/// A question that a number answers.
#[derive(InputObject)]
pub struct NumericQuestionInput {
    /// What is asked.
    prompt: String,
    /// What its texts are written in; plain text where it is left out of a new question.
    format: Option<TextFormat>,
    /// What it is worth; six decimal places at most.
    points: Decimal,
    /// What is taken: one of them earns all.
    accepted: Vec<NumericRangeInput>,
    /// What is said to who answered.
    feedback: Option<String>,
}

/// Numbers that are taken, the bounds among them.
#[derive(InputObject)]
pub struct NumericRangeInput {
    /// The least.
    minimum: Decimal,
    /// The greatest: the same as the least for one number alone.
    maximum: Decimal,
    /// The share of the points that they earn, 0 to 1.
    fraction: Decimal,
    /// What is said to who wrote one of them.
    feedback: Option<String>,
}

/// A question with stems to match with options.
#[derive(InputObject)]
pub struct MatchingQuestionInput {
    /// What is asked.
    prompt: String,
    /// What its texts are written in; plain text where it is left out of a new question.
    format: Option<TextFormat>,
    /// What it is worth; six decimal places at most.
    points: Decimal,
    /// What belongs together: two pairs at least. Pairs may have the same option: there is one of it then.
    pairs: Vec<MatchPairInput>,
    /// Options that belong to no stem.
    distractors: Option<Vec<String>>,
    /// What is said to who answered.
    feedback: Option<String>,
}

/// A stem and the option that belongs to it.
#[derive(InputObject)]
pub struct MatchPairInput {
    /// The stem that the question has already; a new one where it is left out. An option stays the same by its text.
    id: Option<ItemId>,
    /// What is to be matched.
    stem: String,
    /// With what.
    option: String,
}

/// A question with items to put in order.
#[derive(InputObject)]
pub struct OrderingQuestionInput {
    /// What is asked.
    prompt: String,
    /// What its texts are written in; plain text where it is left out of a new question.
    format: Option<TextFormat>,
    /// What it is worth; six decimal places at most.
    points: Decimal,
    /// The items in their right order: two at least.
    items_in_order: Vec<OrderItemInput>,
    /// What is said to who answered.
    feedback: Option<String>,
}

/// Something to put in its place.
#[derive(InputObject)]
pub struct OrderItemInput {
    /// The item that the question has already; a new one where it is left out.
    id: Option<ItemId>,
    /// What it says.
    text: String,
}

/// A question that a text answers, which a person grades.
#[derive(InputObject)]
pub struct EssayQuestionInput {
    /// What is asked.
    prompt: String,
    /// What its texts are written in; plain text where it is left out of a new question.
    format: Option<TextFormat>,
    /// What it is worth; six decimal places at most.
    points: Decimal,
    /// What the person who grades looks at.
    rubric: Option<String>,
    /// What is said to who answered.
    feedback: Option<String>,
}

impl TryFrom<QuestionInput> for written::QuestionInput {
    type Error = Objection;

    fn try_from(input: QuestionInput) -> Result<Self, Objection> {
        let ((prompt, format, points, feedback), asks) = match input {
            QuestionInput::Choice(given) => {
                let choice = |(index, choice): (usize, ChoiceInput)| {
                    let fraction = exact(&choice.fraction, &format!("question.choice.choices.{index}.fraction"))?;
                    let ChoiceInput { id, text, feedback, .. } = choice;
                    Ok(written::ChoiceInput { id, text, fraction, feedback })
                };
                let choices = given.choices.into_iter().enumerate().map(choice).collect::<Result<_, Objection>>()?;
                let asks = Asks::Choice { multiple: given.multiple, choices };
                ((given.prompt, given.format, given.points, given.feedback), asks)
            }
            QuestionInput::ShortAnswer(given) => {
                let answer = |(index, answer): (usize, AcceptedAnswerInput)| {
                    let fraction = exact(&answer.fraction, &format!("question.shortAnswer.accepted.{index}.fraction"))?;
                    Ok(AcceptedText { text: answer.text, fraction, feedback: answer.feedback })
                };
                let accepted = given.accepted.into_iter().enumerate().map(answer).collect::<Result<_, Objection>>()?;
                let asks = Asks::ShortAnswer { case_sensitive: given.case_sensitive.unwrap_or(false), accepted };
                ((given.prompt, given.format, given.points, given.feedback), asks)
            }
            QuestionInput::Numeric(given) => {
                let range = |(index, range): (usize, NumericRangeInput)| {
                    let fraction = exact(&range.fraction, &format!("question.numeric.accepted.{index}.fraction"))?;
                    let (minimum, maximum) = (range.minimum.0, range.maximum.0);
                    Ok(AcceptedRange { minimum, maximum, fraction, feedback: range.feedback })
                };
                let accepted = given.accepted.into_iter().enumerate().map(range).collect::<Result<_, Objection>>()?;
                ((given.prompt, given.format, given.points, given.feedback), Asks::Numeric { accepted })
            }
            QuestionInput::Matching(given) => {
                let pair = |MatchPairInput { id, stem, option }| PairInput { id, stem, option };
                let asks = Asks::Matching {
                    pairs: given.pairs.into_iter().map(pair).collect(),
                    distractors: given.distractors.unwrap_or_default(),
                };
                ((given.prompt, given.format, given.points, given.feedback), asks)
            }
            QuestionInput::Ordering(given) => {
                let items = given.items_in_order.into_iter().map(|item| (item.id, item.text)).collect();
                ((given.prompt, given.format, given.points, given.feedback), Asks::Ordering { items })
            }
            QuestionInput::Essay(given) => {
                let asks = Asks::Essay { rubric: given.rubric };
                ((given.prompt, given.format, given.points, given.feedback), asks)
            }
        };
        let points = exact(&points, &format!("{}.points", written::field(asks.kind())))?;
        Ok(Self { prompt, format, points, feedback, asks })
    }
}

/// A quiz after a change.
#[derive(SimpleObject)]
pub struct QuizPayload {
    /// The quiz.
    quiz: Option<Quiz>,
    /// What the person can mend.
    user_errors: Vec<UserError>,
}

impl QuizPayload {
    async fn of(call: &Call, outcome: Result<QuizId, Vec<Objection>>) -> Result<Self, Fault> {
        Ok(match outcome {
            Ok(id) => Self { quiz: Quiz::by_id(call, id).await?, user_errors: Vec::new() },
            Err(objections) => Self { quiz: None, user_errors: user_error::told(objections, call.language) },
        })
    }
}

/// A question after a change.
#[derive(SimpleObject)]
pub struct QuestionPayload {
    /// The question.
    question: Option<Question>,
    /// What the person can mend.
    user_errors: Vec<UserError>,
}

impl QuestionPayload {
    /// The question, or what is to be mended.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn of(call: &Call, outcome: Result<QuestionId, Objection>) -> Result<Self, Fault> {
        Ok(match outcome {
            Ok(id) => Self { question: Question::by_id(call, id).await?, user_errors: Vec::new() },
            Err(objection) => Self { question: None, user_errors: user_error::told(vec![objection], call.language) },
        })
    }
}

/// Mutations that write quizzes.
#[derive(Default)]
pub struct QuizWritingMutations;

/// Mutations that write quizzes.
#[Object]
impl QuizWritingMutations {
    /// Adds a quiz to a course; a lesson of the kind QUIZ puts it in its place.
    async fn create_quiz(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The quiz.")] input: CreateQuizInput,
    ) -> Result<QuizPayload> {
        let call = ctx.call();
        let time_limit = match fixed_seconds(input.time_limit, "timeLimit") {
            Ok(seconds) => seconds,
            Err(objection) => return Ok(QuizPayload::of(call, Err(vec![objection])).await?),
        };
        let new = QuizInput {
            course: input.course,
            title: input.title,
            pass_percent: input.pass_percent,
            time_limit,
            attempts_allowed: input.attempts_allowed,
            shuffle: input.shuffle.unwrap_or(false),
            draw_count: input.draw_count,
            feedback: input.feedback.unwrap_or(FeedbackPolicy::AfterPassing),
        };
        let made = quiz_write::add_quiz(call, new).await?;
        Ok(QuizPayload::of(call, made.map(|(_, id)| id).map_err(|objection| vec![objection])).await?)
    }

    /// Changes a quiz of the draft. Who learns by an earlier version goes on with what it says there.
    async fn update_quiz(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdateQuizInput,
    ) -> Result<QuizPayload> {
        let call = ctx.call();
        let time_limit = Change::from(input.time_limit).try_map(|limit| fixed_seconds(Some(limit), "timeLimit"));
        let time_limit = match time_limit {
            Ok(Change::Set(seconds)) => seconds.map_or(Change::Clear, Change::Set),
            Ok(Change::Clear) => Change::Clear,
            Ok(Change::Keep) => Change::Keep,
            Err(objection) => return Ok(QuizPayload::of(call, Err(vec![objection])).await?),
        };
        let change = UpdateQuiz {
            title: input.title.into(),
            pass_percent: input.pass_percent.into(),
            time_limit,
            attempts_allowed: input.attempts_allowed.into(),
            shuffle: input.shuffle.into(),
            draw_count: input.draw_count.into(),
            feedback: input.feedback.into(),
        };
        let changed = quiz_write::update_quiz(call, input.id, change).await?;
        Ok(QuizPayload::of(call, changed).await?)
    }

    /// Adds a question at the end of a quiz.
    async fn create_question(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The question.")] input: CreateQuestionInput,
    ) -> Result<QuestionPayload> {
        let call = ctx.call();
        let made = match input.question.try_into() {
            Ok(question) => write::add_question(call, input.quiz, question).await?.map(|(_, id)| id),
            Err(objection) => Err(objection),
        };
        Ok(QuestionPayload::of(call, made).await?)
    }

    /// Writes a question of the draft anew. Attempts that were made go on with what they asked; `regradeQuestion` corrects their key.
    async fn update_question(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The question.")] input: UpdateQuestionInput,
    ) -> Result<QuestionPayload> {
        let call = ctx.call();
        let changed = match input.question.try_into() {
            Ok(question) => write::update_question(call, input.id, question).await?.map(|(_, id)| id),
            Err(objection) => Err(objection),
        };
        Ok(QuestionPayload::of(call, changed).await?)
    }

    /// Deletes a question of the draft. Attempts that were made keep it.
    async fn delete_question(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The question.")] input: DeleteQuestionInput,
    ) -> Result<AcknowledgedPayload> {
        let call = ctx.call();
        Ok(match write::delete_question(call, input.id).await? {
            Ok(_) => AcknowledgedPayload::done(),
            Err(objection) => AcknowledgedPayload::objections(vec![objection], call.language),
        })
    }
}
