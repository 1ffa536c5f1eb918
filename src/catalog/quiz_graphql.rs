//! `Quiz`, its questions as learners see them, and the one door to the answer key.
#![expect(clippy::duplicated_attributes, reason = "the lint takes the types of an interface's fields for attributes")]

use async_graphql::{Context, InputObject, Interface, Object, OneofObject, Result, SimpleObject, Union};

use super::{
    authority,
    content::{self, SizeOf},
    graphql::Course,
    model::{ChoiceId, ChoiceRow, CourseId, FeedbackPolicy, MILLIONTHS, QuestionId, QuestionRow, QuizId, QuizRow},
    rendering,
    write::{self, QuestionInput as NewQuestion, QuizInput},
};
use crate::platform::{
    fault::Fault,
    graphql::{
        Call, CallExt, Shown, UserError, error,
        scalars::{Decimal, Duration},
        user_error::{self, Objection},
    },
    id::GlobalId,
    privacy::Role,
};
use crate::quizzes::graphql::Attempt;

/// Millionths as a decimal, without noughts at its end.
#[must_use]
pub fn decimal(millionths: i64) -> Decimal {
    Decimal(rust_decimal::Decimal::new(millionths, 6).normalize())
}

/// A decimal as millionths; nothing where it has more than six places or is out of range.
#[must_use]
pub fn millionths(decimal: &Decimal) -> Option<i64> {
    let scaled = decimal.0.checked_mul(rust_decimal::Decimal::from(MILLIONTHS))?;
    (scaled.fract().is_zero() && scaled.abs() <= rust_decimal::Decimal::from(1_000_000_000_000_000_i64))
        .then(|| scaled.normalize().to_string().parse().ok())
        .flatten()
}

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
        let Some(version) = content::version_of_quiz(call.reader().await?, id).await? else { return Ok(None) };
        let Some(version) = call.load(super::store::VersionById(version)).await? else { return Ok(None) };
        let Some(course) = call.load(super::store::CourseById(version.course_id)).await? else { return Ok(None) };
        if !authority::may_see(call, &course).await? {
            return Ok(None);
        }
        let drafts = call.viewer().roles.has(Role::Reviewer) || authority::may_edit(call, course.id).await?;
        let shown = if drafts { course.latest_id } else { course.published_id };
        let Some(shown) = shown else { return Ok(None) };
        let row = call.load(content::QuizIn(shown, id)).await?;
        Ok(row.map(|row| Self { course: course.id, row }))
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

    /// What all its questions are worth together.
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

    /// How often a learner may try; null: as often as they like.
    async fn attempts_allowed(&self) -> Option<i32> {
        self.row.attempts_allowed
    }

    /// Whether questions and choices come in another order each attempt.
    async fn shuffle(&self) -> bool {
        self.row.shuffle
    }

    /// The viewer's own attempts, first to last.
    async fn viewer_attempts(&self, ctx: &Context<'_>) -> Result<Vec<Attempt>> {
        Ok(Attempt::of_viewer(ctx.call(), self.row.id).await?)
    }

    /// When learners see the answer key.
    async fn feedback(&self) -> FeedbackPolicy {
        self.row.feedback
    }
}

/// What a learner may see of a question while answering. The answer key stands behind one door, `answerKey`: null with FORBIDDEN until
/// the quiz's feedback policy opens it for this learner; its instructors always pass.
#[derive(Interface, Clone)]
#[graphql(
    field(name = "id", ty = "GlobalId", desc = "The global id."),
    field(name = "prompt", ty = "String", desc = "What is asked, as it was written."),
    field(name = "prompt_html", ty = "String", desc = "What is asked, as safe HTML."),
    field(name = "points", ty = "Decimal", desc = "What it is worth."),
    field(
        name = "answer_key",
        ty = "Option<async_graphql::Result<AnswerKey>>",
        desc = "The key, where it is open to the viewer."
    )
)]
pub enum Question {
    /// Choices to tick.
    ChoiceQuestion(ChoiceQuestion),
}

/// A question with choices to tick.
#[derive(Clone)]
pub struct ChoiceQuestion {
    pub(crate) course: CourseId,
    pub(crate) row: QuestionRow,
    pub(crate) choices: Vec<ChoiceRow>,
    pub(crate) locale: Option<String>,
    /// Whether the feedback policy has opened the key for the learner who asks.
    pub(crate) key_open: bool,
}

impl ChoiceQuestion {
    /// A question of a draft, for who may edit its course.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn by_id(call: &Call, quiz: QuizId, id: QuestionId) -> Result<Option<Self>, Fault> {
        let Some(quiz) = Quiz::by_id(call, quiz).await? else { return Ok(None) };
        let all = content::questions_of(call.reader().await?, quiz.row.version_id, quiz.row.id).await?;
        let found = all.into_iter().find(|(question, _)| question.id == id);
        Ok(found.map(|(row, choices)| Self { course: quiz.course, row, choices, locale: None, key_open: false }))
    }

    fn said<'a>(&self, own: &'a str, translations: &'a serde_json::Value) -> &'a str {
        self.locale.as_ref().and_then(|locale| translations.get(locale)?.as_str()).unwrap_or(own)
    }
}

/// A question with choices to tick.
#[Object]
impl ChoiceQuestion {
    /// The global id.
    pub async fn id(&self) -> GlobalId {
        self.row.id.global()
    }

    /// What is asked, as it was written.
    pub async fn prompt(&self) -> String {
        self.said(&self.row.prompt, &self.row.prompts).to_owned()
    }

    /// What is asked, as safe HTML that shows it to the letter.
    pub async fn prompt_html(&self) -> String {
        rendering::literal(self.said(&self.row.prompt, &self.row.prompts))
    }

    /// What it is worth.
    pub async fn points(&self) -> Decimal {
        decimal(self.row.points)
    }

    /// The key: null with FORBIDDEN until the quiz's feedback policy opens it for this learner.
    pub async fn answer_key(&self, ctx: &Context<'_>) -> Shown<AnswerKey> {
        match authority::may_edit(ctx.call(), self.course).await {
            Ok(edits) if edits || self.key_open => {}
            Ok(_) => return Some(Err(error::of(Fault::forbidden()))),
            Err(fault) => return Some(Err(error::of(fault))),
        }
        let choices = self.choices.iter().map(|choice| ChoiceFraction {
            choice: choice.id,
            fraction: decimal(choice.fraction),
            feedback: choice.feedback.clone(),
        });
        Some(Ok(AnswerKey::ChoiceKey(ChoiceKey { choices: choices.collect(), feedback: self.row.feedback.clone() })))
    }

    /// Whether several may be ticked.
    async fn multiple(&self) -> bool {
        self.row.multiple
    }

    /// What may be ticked.
    async fn choices(&self) -> Vec<Item> {
        let said = |choice: &ChoiceRow| self.said(&choice.text, &choice.texts).to_owned();
        self.choices
            .iter()
            .map(|choice| Item { id: choice.id, html: rendering::literal(&said(choice)), text: said(choice) })
            .collect()
    }
}

/// Something to tick, match or put in order.
#[derive(SimpleObject)]
pub struct Item {
    /// The global id.
    id: ChoiceId,
    /// What it says, as it was written.
    text: String,
    /// What it says, as safe HTML that shows it to the letter.
    html: String,
}

/// What is right.
#[derive(Union)]
pub enum AnswerKey {
    /// Of a question with choices.
    ChoiceKey(ChoiceKey),
}

/// What is right, of a question with choices.
#[derive(SimpleObject)]
pub struct ChoiceKey {
    /// What each choice earns.
    choices: Vec<ChoiceFraction>,
    /// What is said to who answered.
    feedback: Option<String>,
}

/// What a choice earns.
#[derive(SimpleObject)]
pub struct ChoiceFraction {
    /// The choice.
    choice: ChoiceId,
    /// The share of the points that ticking it earns; negative fractions are taken off.
    fraction: Decimal,
    /// What is said to who ticked it.
    feedback: Option<String>,
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
    /// How often a learner may try.
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
        let time_limit = input.time_limit.map(|limit| limit.0.fixed_seconds());
        if time_limit == Some(None) {
            let words = words!(
                "Lebih dari nol, tanpa bulan dan tahun, misalnya PT30M.",
                "More than nothing, without months and years, such as PT30M."
            );
            let objection = Objection::new(user_error::UserErrorCode::Invalid, "timeLimit", words);
            return Ok(QuizPayload { quiz: None, user_errors: user_error::told(vec![objection], call.language) });
        }
        let new = QuizInput {
            course: input.course,
            title: input.title,
            pass_percent: input.pass_percent,
            time_limit: time_limit.flatten(),
            attempts_allowed: input.attempts_allowed,
            shuffle: input.shuffle.unwrap_or(false),
            feedback: input.feedback.unwrap_or(FeedbackPolicy::AfterPassing),
        };
        Ok(match write::add_quiz(call, new).await? {
            Ok((_, id)) => QuizPayload { quiz: Quiz::by_id(call, id).await?, user_errors: Vec::new() },
            Err(objection) => QuizPayload { quiz: None, user_errors: user_error::told(vec![objection], call.language) },
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
            let words = words!("Paling banyak enam angka di belakang koma.", "Six decimal places at most.");
            Objection::new(user_error::UserErrorCode::Invalid, field, words)
        };
        let Some(points) = millionths(&given.points) else { return Ok(refused(inexact("question.choice.points"))) };
        let mut choices = Vec::new();
        for (index, choice) in given.choices.into_iter().enumerate() {
            let Some(fraction) = millionths(&choice.fraction) else {
                return Ok(refused(inexact(&format!("question.choice.choices.{index}.fraction"))));
            };
            choices.push((choice.text, fraction, choice.feedback));
        }
        let quiz = input.quiz;
        let new = NewQuestion {
            quiz,
            prompt: given.prompt,
            points,
            multiple: given.multiple,
            choices,
            feedback: given.feedback,
        };
        Ok(match write::add_question(call, new).await? {
            Ok((_, id)) => {
                let question = ChoiceQuestion::by_id(call, quiz, id).await?;
                QuestionPayload { question: question.map(Question::ChoiceQuestion), user_errors: Vec::new() }
            }
            Err(objection) => refused(objection),
        })
    }
}
