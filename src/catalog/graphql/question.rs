//! `Question` as learners see it, and the one door to the answer key.
#![expect(clippy::duplicated_attributes, reason = "the lint takes the types of an interface's fields for attributes")]

use async_graphql::{Context, Interface, Object, SimpleObject, Union};

use super::quiz::Quiz;
use crate::{
    catalog::{
        authority,
        content::{QuestionsOf, QuizOfQuestion},
        model::{ChoiceId, ChoiceRow, CourseId, QuestionId, QuestionRow},
        rendering,
    },
    platform::{
        fault::Fault,
        graphql::{Call, CallExt, Shown, error, scalars::Decimal},
        id::GlobalId,
    },
};

/// Millionths as a decimal, without noughts at its end.
#[must_use]
pub fn decimal(millionths: i64) -> Decimal {
    Decimal(rust_decimal::Decimal::new(millionths, 6).normalize())
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
    /// A question as it was written, for who writes, reviews or runs its course.
    #[must_use]
    pub(super) const fn written(course: CourseId, row: QuestionRow, choices: Vec<ChoiceRow>) -> Self {
        Self { course, row, choices, locale: None, key_open: false }
    }

    /// A question by its id, in the version that is being written, for who writes, reviews or runs its course. To learners it is
    /// there in their attempts only.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn by_id(call: &Call, id: QuestionId) -> Result<Option<Self>, Fault> {
        let Some(quiz) = call.load(QuizOfQuestion(id)).await? else { return Ok(None) };
        let Some(quiz) = Quiz::by_id(call, quiz).await? else { return Ok(None) };
        if !authority::sees_drafts(call, quiz.course).await? {
            return Ok(None);
        }
        let all = call.load(QuestionsOf(quiz.row.version_id, quiz.row.id)).await?.unwrap_or_default();
        let found = all.iter().find(|(question, _)| question.id == id).cloned();
        Ok(found.map(|(row, choices)| Self::written(quiz.course, row, choices)))
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
