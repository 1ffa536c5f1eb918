//! Mutations that write quizzes.

use async_graphql::{Context, InputObject, Object, OneofObject, Result, SimpleObject};

use super::{
    question::{ChoiceQuestion, Question},
    quiz::Quiz,
    writing::fixed_seconds,
};
use crate::{
    catalog::{
        model::{CourseId, FeedbackPolicy, MILLIONTHS, QuizId},
        write::{self, QuestionInput as NewQuestion, QuizInput},
    },
    platform::graphql::{
        CallExt, UserError, UserErrorCode,
        scalars::{Decimal, Duration},
        user_error::{self, Objection},
    },
};

/// A decimal as millionths; nothing where it has more than six places or is out of range.
fn millionths(decimal: &Decimal) -> Option<i64> {
    let scaled = decimal.0.checked_mul(rust_decimal::Decimal::from(MILLIONTHS))?;
    (scaled.fract().is_zero() && scaled.abs() <= rust_decimal::Decimal::from(1_000_000_000_000_000_i64))
        .then(|| scaled.normalize().to_string().parse().ok())
        .flatten()
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
    /// When learners see the key; after passing where it is left out.
    feedback: Option<FeedbackPolicy>,
}

/// A question to be added at the end of a quiz.
#[derive(InputObject)]
pub struct CreateQuestionInput {
    /// The quiz.
    quiz: QuizId,
    /// The question.
    question: QuestionInput,
}

/// A question of one kind.
#[derive(OneofObject)]
pub enum QuestionInput {
    /// With choices to tick.
    Choice(ChoiceQuestionInput),
}

/// A question with choices to tick.
#[derive(InputObject)]
pub struct ChoiceQuestionInput {
    /// What is asked.
    prompt: String,
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
    /// What it says.
    text: String,
    /// The share of the points that ticking it earns, -1 to 1.
    fraction: Decimal,
    /// What is said to who ticked it.
    feedback: Option<String>,
}

/// A quiz after a change.
#[derive(SimpleObject)]
pub struct QuizPayload {
    /// The quiz.
    quiz: Option<Quiz>,
    /// What the person can mend.
    user_errors: Vec<UserError>,
}

/// A question after a change.
#[derive(SimpleObject)]
pub struct QuestionPayload {
    /// The question.
    question: Option<Question>,
    /// What the person can mend.
    user_errors: Vec<UserError>,
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
        let refused =
            |objection| QuizPayload { quiz: None, user_errors: user_error::told(vec![objection], call.language) };
        let time_limit = match fixed_seconds(input.time_limit, "timeLimit") {
            Ok(seconds) => seconds,
            Err(objection) => return Ok(refused(objection)),
        };
        let new = QuizInput {
            course: input.course,
            title: input.title,
            pass_percent: input.pass_percent,
            time_limit,
            attempts_allowed: input.attempts_allowed,
            shuffle: input.shuffle.unwrap_or(false),
            feedback: input.feedback.unwrap_or(FeedbackPolicy::AfterPassing),
        };
        Ok(match write::add_quiz(call, new).await? {
            Ok((_, id)) => QuizPayload { quiz: Quiz::by_id(call, id).await?, user_errors: Vec::new() },
            Err(objection) => refused(objection),
        })
    }

    /// Adds a question at the end of a quiz.
    async fn create_question(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The question.")] input: CreateQuestionInput,
    ) -> Result<QuestionPayload> {
        let call = ctx.call();
        let refused = |objection: Objection| QuestionPayload {
            question: None,
            user_errors: user_error::told(vec![objection], call.language),
        };
        let QuestionInput::Choice(given) = input.question;
        let inexact = |field: &str| {
            let words = words!(
                "Paling banyak enam angka di belakang koma, dan paling besar satu miliar.",
                "Six decimal places at most, and no more than a thousand million."
            );
            Objection::new(UserErrorCode::Invalid, field, words)
        };
        let Some(points) = millionths(&given.points) else { return Ok(refused(inexact("question.choice.points"))) };
        let mut choices = Vec::new();
        for (index, choice) in given.choices.into_iter().enumerate() {
            let Some(fraction) = millionths(&choice.fraction) else {
                return Ok(refused(inexact(&format!("question.choice.choices.{index}.fraction"))));
            };
            choices.push((choice.text, fraction, choice.feedback));
        }
        let new = NewQuestion {
            quiz: input.quiz,
            prompt: given.prompt,
            points,
            multiple: given.multiple,
            choices,
            feedback: given.feedback,
        };
        Ok(match write::add_question(call, new).await? {
            Ok((_, id)) => {
                let question = ChoiceQuestion::by_id(call, id).await?;
                QuestionPayload { question: question.map(Question::ChoiceQuestion), user_errors: Vec::new() }
            }
            Err(objection) => refused(objection),
        })
    }
}
