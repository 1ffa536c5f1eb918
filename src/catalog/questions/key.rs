//! What is right. The key of a question is a type of its own and is read by itself, for two alone: the [`door`](open), which
//! learners come to, and [grading](super::store::keys::for_grading).

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::store::keys::KeyOf;
use crate::{
    catalog::{
        authority,
        model::{CourseId, ItemId, NewItem, NewQuestion, QuestionId, QuestionKind, VersionId},
    },
    platform::{fault::Fault, graphql::Call},
};

/// What is right, and what is said to who answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerKey {
    /// What is right.
    pub key: Key,
    /// What is said to who answered.
    pub feedback: Option<String>,
}

/// What is right, by the kind of the question. Shares are in millionths of its points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// What each choice earns.
    Choice(Vec<ChoiceShare>),
    /// What every other kind has.
    Other(OtherKey),
}

/// What ticking a choice earns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChoiceShare {
    /// The choice.
    pub choice: ItemId,
    /// Negative ones are taken off.
    pub fraction: i64,
    /// What is said to who ticked it.
    pub feedback: Option<String>,
}

/// The key of a question without choices, as it is stored.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OtherKey {
    /// Texts that are taken.
    ShortAnswer {
        /// Each with what it earns; `*` stands for any text.
        accepted: Vec<AcceptedText>,
        /// Whether capital letters are told from small ones.
        case_sensitive: bool,
    },
    /// Numbers that are taken.
    Numeric {
        /// Each range with what it earns.
        accepted: Vec<AcceptedRange>,
    },
    /// Which option belongs to which stem.
    Matching {
        /// Stem and option.
        pairs: Vec<(ItemId, ItemId)>,
    },
    /// The right order.
    Ordering {
        /// First to last.
        items: Vec<ItemId>,
    },
    /// What the person who grades looks at.
    Essay {
        /// In words.
        rubric: Option<String>,
    },
}

/// A text that is taken.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct AcceptedText {
    /// The text; `*` stands for any text, `\*` for itself.
    pub text: String,
    /// What it earns.
    pub fraction: i64,
    /// What is said to who wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feedback: Option<String>,
}

/// Numbers that are taken, the bounds among them.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct AcceptedRange {
    /// The least.
    pub minimum: Decimal,
    /// The greatest.
    pub maximum: Decimal,
    /// What they earn.
    pub fraction: i64,
    /// What is said to who wrote one of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feedback: Option<String>,
}

impl OtherKey {
    /// A key as it is stored.
    ///
    /// # Errors
    /// Where it is none.
    pub fn stored(json: serde_json::Value) -> Result<Self, Fault> {
        Ok(serde_json::from_value(json).map_err(anyhow::Error::from)?)
    }

    /// As it is to be stored.
    ///
    /// # Errors
    /// Where it can't be.
    pub fn to_stored(&self) -> Result<serde_json::Value, Fault> {
        Ok(serde_json::to_value(self).map_err(anyhow::Error::from)?)
    }

    /// The same with other items.
    #[must_use]
    pub fn with(mut self, mut other: impl FnMut(ItemId) -> ItemId) -> Self {
        match &mut self {
            Self::Matching { pairs } => pairs.iter_mut().for_each(|(stem, option)| {
                *stem = other(*stem);
                *option = other(*option);
            }),
            Self::Ordering { items } => items.iter_mut().for_each(|item| *item = other(*item)),
            Self::ShortAnswer { .. } | Self::Numeric { .. } | Self::Essay { .. } => {}
        }
        self
    }
}

impl AnswerKey {
    /// The key of a question that is written with its items.
    ///
    /// # Errors
    /// Where what is stored is no key.
    pub fn of<'a>(question: &NewQuestion, items: impl Iterator<Item = &'a NewItem>) -> Result<Self, Fault> {
        let shares = items.map(|item| (item.row.id, item.fraction, item.feedback.clone())).collect();
        Self::read(question.row.kind, question.feedback.clone(), question.key.clone(), shares)
    }

    /// The key of a question, by its kind and what is stored of it.
    ///
    /// # Errors
    /// Where what is stored is no key.
    pub(super) fn read(
        kind: QuestionKind,
        feedback: Option<String>,
        key: Option<serde_json::Value>,
        shares: Vec<(ItemId, i64, Option<String>)>,
    ) -> Result<Self, Fault> {
        let key = if kind == QuestionKind::Choice {
            let share = |(choice, fraction, feedback)| ChoiceShare { choice, fraction, feedback };
            Key::Choice(shares.into_iter().map(share).collect())
        } else {
            Key::Other(OtherKey::stored(key.unwrap_or_default())?)
        };
        Ok(Self { key, feedback })
    }
}

/// The key of a question, for who has written it, and for whom `is_open` says that their quiz has opened it.
///
/// # Errors
/// `FORBIDDEN` to everybody else; those of the database.
pub async fn open(
    call: &Call,
    course: CourseId,
    (version, question): (VersionId, QuestionId),
    is_open: bool,
) -> Result<AnswerKey, Fault> {
    // Both are asked in any case: that a key is open takes no other time than that it is not.
    if !(authority::may_edit(call, course).await? | is_open) {
        return Err(Fault::forbidden());
    }
    let key = call.load(KeyOf(version, question)).await?;
    Ok(key.ok_or_else(|| anyhow::anyhow!("a question without a key"))?)
}
