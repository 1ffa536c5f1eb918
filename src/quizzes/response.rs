//! What a learner answers: what fits a question, and where it is kept. No I/O.

use std::collections::HashSet;

use rust_decimal::Decimal;

use super::model::ResponseColumns;
use crate::{
    catalog::{
        model::{ItemId, ItemRole, ItemRow, QuestionKind, QuestionRow},
        policy,
    },
    platform::{
        graphql::{
            UserErrorCode,
            user_error::{self, Objection},
        },
        text::Words,
    },
};

/// What is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Response {
    /// What is ticked.
    Choices(Vec<ItemId>),
    /// What is written.
    Text(String),
    /// A number.
    Number(Decimal),
    /// Stems with their options.
    Pairs(Vec<(ItemId, ItemId)>),
    /// An order, first to last.
    Order(Vec<ItemId>),
}

impl Response {
    /// What was answered to a question of a kind; nothing where that is no answer to it.
    #[must_use]
    pub fn read(kind: QuestionKind, columns: &ResponseColumns) -> Option<Self> {
        let ids = || columns.choice_ids.clone();
        match kind {
            QuestionKind::Choice => Some(Self::Choices(ids())),
            QuestionKind::ShortAnswer | QuestionKind::Essay => columns.text.clone().map(Self::Text),
            QuestionKind::Numeric => columns.text.as_deref()?.parse().ok().map(Self::Number),
            QuestionKind::Matching => {
                let options = columns.option_ids.as_deref()?;
                Some(Self::Pairs(columns.choice_ids.iter().copied().zip(options.iter().copied()).collect()))
            }
            QuestionKind::Ordering => Some(Self::Order(ids())),
        }
    }

    /// As it is kept.
    #[must_use]
    pub fn stored(self) -> ResponseColumns {
        match self {
            Self::Choices(choice_ids) | Self::Order(choice_ids) => ResponseColumns { choice_ids, ..Default::default() },
            Self::Text(text) => ResponseColumns { text: Some(text), ..Default::default() },
            Self::Number(number) => ResponseColumns { text: Some(number.to_string()), ..Default::default() },
            Self::Pairs(pairs) => {
                let (choice_ids, option_ids) = pairs.into_iter().unzip();
                ResponseColumns { choice_ids, option_ids: Some(option_ids), text: None }
            }
        }
    }

    /// Whether it says nothing.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Choices(ids) | Self::Order(ids) => ids.is_empty(),
            Self::Text(text) => text.trim().is_empty(),
            Self::Number(_) => false,
            Self::Pairs(pairs) => pairs.is_empty(),
        }
    }
}

/// Whether a response fits a question. What is right has no part in it.
///
/// # Errors
/// `INVALID`, `TOO_LONG`; `NOT_FOUND` where it names what the question does not have.
pub fn fits(question: &QuestionRow, items: &[ItemRow], response: &Response) -> Result<(), Objection> {
    match (question.kind, response) {
        (QuestionKind::Choice, Response::Choices(ticked)) => {
            all_of(items, ItemRole::Choice, ticked, "response.choices")?;
            if !question.multiple && ticked.len() > 1 {
                return invalid("response.choices", words!("Pilih satu saja.", "Tick one only."));
            }
            Ok(())
        }
        (QuestionKind::ShortAnswer, Response::Text(text)) => {
            user_error::bounded(text, "response.text", policy::SHORT_ANSWER)
        }
        (QuestionKind::Essay, Response::Text(text)) => user_error::bounded(text, "response.text", policy::ESSAY),
        (QuestionKind::Numeric, Response::Number(_)) => Ok(()),
        (QuestionKind::Matching, Response::Pairs(pairs)) => {
            let (stems, options): (Vec<ItemId>, Vec<ItemId>) = pairs.iter().copied().unzip();
            all_of(items, ItemRole::Stem, &stems, "response.pairs")?;
            // An option may be used again.
            let options: HashSet<ItemId> = options.into_iter().collect();
            all_of(items, ItemRole::Option, &options.into_iter().collect::<Vec<_>>(), "response.pairs")
        }
        (QuestionKind::Ordering, Response::Order(order)) => {
            all_of(items, ItemRole::Item, order, "response.items")?;
            if !order.is_empty() && order.len() < items.len() {
                return invalid(
                    "response.items",
                    words!("Sebutkan semuanya, berurutan.", "Name all of them, in order."),
                );
            }
            Ok(())
        }
        (kind, _) => {
            let wanted = match kind {
                QuestionKind::Choice => "choices",
                QuestionKind::ShortAnswer | QuestionKind::Essay => "text",
                QuestionKind::Numeric => "number",
                QuestionKind::Matching => "pairs",
                QuestionKind::Ordering => "items",
            };
            invalid("response", words!("Soal ini dijawab dengan {wanted}.", "This question is answered with {wanted}."))
        }
    }
}

/// Whether these are items of a role, each once.
fn all_of(items: &[ItemRow], role: ItemRole, ids: &[ItemId], field: &str) -> Result<(), Objection> {
    let own: HashSet<ItemId> = items.iter().filter(|item| item.role == role).map(|item| item.id).collect();
    let distinct: HashSet<ItemId> = ids.iter().copied().collect();
    if distinct.len() == ids.len() && distinct.is_subset(&own) { Ok(()) } else { Err(Objection::not_found(field)) }
}

fn invalid(field: &str, words: Words) -> Result<(), Objection> {
    Err(Objection::new(UserErrorCode::Invalid, field, words))
}
