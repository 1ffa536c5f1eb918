//! What an author writes of a question, whichever way it comes, and the rows that it makes: every rule of a question is here. No I/O.

use std::collections::{HashMap, HashSet};

use rust_decimal::Decimal;
use serde_json::json;

use super::{
    key::{AcceptedRange, AcceptedText, OtherKey},
    store::Written,
};
use crate::{
    catalog::{
        model::{
            ItemId, ItemRole, ItemRow, MILLIONTHS, NewItem, NewQuestion, QuestionId, QuestionKind, QuestionRow, QuizId,
            TextFormat, VersionId,
        },
        policy,
    },
    platform::{
        fault::Fault,
        graphql::{
            UserErrorCode,
            user_error::{self, Objection},
        },
        id::Random,
    },
};

/// A question as an author writes it.
#[derive(Clone, Debug)]
pub struct QuestionInput {
    /// What is asked.
    pub prompt: String,
    /// What its texts are written in; of one that is there already, what they were where there is none.
    pub format: Option<TextFormat>,
    /// Millionths of a point.
    pub points: i64,
    /// What a learner is told with the key.
    pub feedback: Option<String>,
    /// What is to be done.
    pub asks: Asks,
}

/// What a question asks for. Shares are in millionths of its points.
#[derive(Clone, Debug)]
pub enum Asks {
    /// To tick one, or several.
    Choice {
        /// Whether several.
        multiple: bool,
        /// What may be ticked.
        choices: Vec<ChoiceInput>,
    },
    /// To write a few words.
    ShortAnswer {
        /// Whether capital letters are told from small ones.
        case_sensitive: bool,
        /// What is taken.
        accepted: Vec<AcceptedText>,
    },
    /// To write a number.
    Numeric {
        /// What is taken.
        accepted: Vec<AcceptedRange>,
    },
    /// To match stems with options.
    Matching {
        /// What belongs together.
        pairs: Vec<PairInput>,
        /// Options that belong to no stem.
        distractors: Vec<String>,
    },
    /// To put items in order.
    Ordering {
        /// In their order, each as the question has it, where it has it.
        items: Vec<(Option<ItemId>, String)>,
    },
    /// To write a text that a person grades.
    Essay {
        /// What the person looks at.
        rubric: Option<String>,
    },
}

/// Something to tick.
#[derive(Clone, Debug)]
pub struct ChoiceInput {
    /// As the question has it, where it has it.
    pub id: Option<ItemId>,
    /// What it says.
    pub text: String,
    /// What ticking it earns.
    pub fraction: i64,
    /// What is said to who ticked it.
    pub feedback: Option<String>,
}

/// A stem and the option that belongs to it.
#[derive(Clone, Debug)]
pub struct PairInput {
    /// The stem as the question has it, where it has it.
    pub id: Option<ItemId>,
    /// What is to be matched.
    pub stem: String,
    /// With what.
    pub option: String,
}

impl Asks {
    /// The kind of the question.
    #[must_use]
    pub const fn kind(&self) -> QuestionKind {
        match self {
            Self::Choice { .. } => QuestionKind::Choice,
            Self::ShortAnswer { .. } => QuestionKind::ShortAnswer,
            Self::Numeric { .. } => QuestionKind::Numeric,
            Self::Matching { .. } => QuestionKind::Matching,
            Self::Ordering { .. } => QuestionKind::Ordering,
            Self::Essay { .. } => QuestionKind::Essay,
        }
    }
}

/// Where the input of a kind is in the request.
#[must_use]
pub const fn field(kind: QuestionKind) -> &'static str {
    match kind {
        QuestionKind::Choice => "question.choice",
        QuestionKind::ShortAnswer => "question.shortAnswer",
        QuestionKind::Numeric => "question.numeric",
        QuestionKind::Matching => "question.matching",
        QuestionKind::Ordering => "question.ordering",
        QuestionKind::Essay => "question.essay",
    }
}

/// Where a question stands.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The version.
    pub version: VersionId,
    /// The quiz.
    pub quiz: QuizId,
    /// The question itself.
    pub id: QuestionId,
    /// From one on.
    pub position: i32,
}

fn invalid(field: &str, words: crate::platform::text::Words) -> Objection {
    Objection::new(UserErrorCode::Invalid, field, words)
}

/// The rows of a question: `before` is what the version has of it already, of which items keep their ids.
///
/// # Errors
/// Only where its key can't be stored; an objection names what is wrong.
pub fn rows(
    random: &Random,
    place: Place,
    input: QuestionInput,
    before: Option<&Written>,
) -> Result<Result<Written, Objection>, Fault> {
    let kind = input.asks.kind();
    let base = field(kind);
    let prompt = or_object!(user_error::text(&input.prompt, &format!("{base}.prompt"), policy::PROMPT));
    if !(1..=policy::POINTS).contains(&input.points) {
        let words = words!(
            "Lebih dari nol, dan paling besar satu miliar.",
            "More than nothing, and a thousand million at most."
        );
        return Ok(Err(invalid(&format!("{base}.points"), words)));
    }
    or_object!(said(input.feedback.as_deref(), &format!("{base}.feedback")));
    let known = before.map(|(question, items)| (&question.row, items.as_slice()));
    let mut items =
        Items { random, place, known: known.map_or(&[], |(_, items)| items), taken: HashSet::new(), made: Vec::new() };
    let multiple = matches!(input.asks, Asks::Choice { multiple: true, .. });
    let key = or_object!(items.asked(input.asks, base));
    let row = QuestionRow {
        version_id: place.version,
        id: place.id,
        quiz_id: place.quiz,
        position: place.position,
        kind,
        multiple,
        format: input.format.or_else(|| known.map(|(row, _)| row.format)).unwrap_or(TextFormat::Plain),
        prompt,
        // A translation outlives a change of the text: it is for its author to change it too.
        prompts: known.map_or_else(|| json!({}), |(row, _)| row.prompts.clone()),
        points: input.points,
    };
    let key = key.map(|key| key.to_stored()).transpose()?;
    let source = before.and_then(|(question, _)| question.source.clone());
    Ok(Ok((NewQuestion { row, feedback: input.feedback, key, source }, items.made)))
}

/// What is said to who answered.
fn said(feedback: Option<&str>, field: &str) -> Result<(), Objection> {
    user_error::bounded(feedback.unwrap_or_default(), field, policy::PROMPT)
}

/// So many of them, or an objection.
fn count(count: usize, least: usize, field: &str) -> Result<(), Objection> {
    let most = policy::CHOICES;
    if (least..=most).contains(&count) {
        return Ok(());
    }
    Err(invalid(field, words!("Dari {least} sampai {most}.", "From {least} to {most}.")))
}

/// Shares of answers of which the best one counts: from nothing to all, and one of them all.
fn one_is_right(shares: impl Iterator<Item = i64>, field: &str) -> Result<(), Objection> {
    let shares: Vec<i64> = shares.collect();
    if shares.iter().all(|share| (0..=MILLIONTHS).contains(share)) && shares.contains(&MILLIONTHS) {
        return Ok(());
    }
    let words =
        words!("Pecahan dari 0 sampai 1, dan salah satunya 1.", "Fractions are from 0 to 1, and one of them is 1.");
    Err(invalid(field, words))
}

/// The items of a question on their way.
struct Items<'a> {
    random: &'a Random,
    place: Place,
    known: &'a [NewItem],
    taken: HashSet<ItemId>,
    made: Vec<NewItem>,
}

impl Items<'_> {
    fn asked(&mut self, asks: Asks, base: &str) -> Result<Option<OtherKey>, Objection> {
        match asks {
            Asks::Choice { multiple, choices } => {
                self.choices(multiple, choices, &format!("{base}.choices")).map(|()| None)
            }
            Asks::ShortAnswer { case_sensitive, accepted } => {
                let field = format!("{base}.accepted");
                count(accepted.len(), 1, &field)?;
                for (index, answer) in accepted.iter().enumerate() {
                    user_error::line(&answer.text, &format!("{field}.{index}.text"), policy::SHORT_ANSWER)?;
                    said(answer.feedback.as_deref(), &format!("{field}.{index}.feedback"))?;
                }
                one_is_right(accepted.iter().map(|answer| answer.fraction), &field)?;
                Ok(Some(OtherKey::ShortAnswer { accepted, case_sensitive }))
            }
            Asks::Numeric { accepted } => {
                let field = format!("{base}.accepted");
                count(accepted.len(), 1, &field)?;
                for (index, range) in accepted.iter().enumerate() {
                    if range.minimum > range.maximum {
                        let words =
                            words!("Yang terkecil melebihi yang terbesar.", "The least is more than the greatest.");
                        return Err(invalid(&format!("{field}.{index}.minimum"), words));
                    }
                    said(range.feedback.as_deref(), &format!("{field}.{index}.feedback"))?;
                }
                one_is_right(accepted.iter().map(|range| range.fraction), &field)?;
                Ok(Some(OtherKey::Numeric { accepted }))
            }
            Asks::Matching { pairs, distractors } => self.matching(&pairs, &distractors, base).map(Some),
            Asks::Ordering { items } => {
                let field = format!("{base}.itemsInOrder");
                count(items.len(), 2, &field)?;
                distinct(items.iter().map(|(_, text)| text.as_str()), &field)?;
                let order = items.into_iter().enumerate().map(|(index, (id, text))| {
                    self.item(ItemRole::Item, id, &text, &format!("{field}.{index}"), "text")
                });
                Ok(Some(OtherKey::Ordering { items: order.collect::<Result<_, _>>()? }))
            }
            Asks::Essay { rubric } => {
                said(rubric.as_deref(), &format!("{base}.rubric"))?;
                Ok(Some(OtherKey::Essay { rubric }))
            }
        }
    }

    fn choices(&mut self, multiple: bool, choices: Vec<ChoiceInput>, field: &str) -> Result<(), Objection> {
        count(choices.len(), 2, field)?;
        let right: i64 = choices.iter().map(|choice| choice.fraction.clamp(0, MILLIONTHS)).sum();
        let full = choices.iter().any(|choice| choice.fraction == MILLIONTHS);
        let sound = |choice: &ChoiceInput| (-MILLIONTHS..=MILLIONTHS).contains(&choice.fraction);
        if !choices.iter().all(sound)
            || (multiple && (right != MILLIONTHS || choices.iter().all(|choice| choice.fraction > 0)))
            || (!multiple && !full)
        {
            return Err(invalid(
                field,
                words!(
                    "Pecahan dari -1 sampai 1; bila boleh memilih beberapa, yang positif berjumlah 1 dan ada pilihan yang salah; bila tidak, salah satunya 1.",
                    "Fractions are from -1 to 1; where several may be ticked, the positive ones add up to 1 and one choice is wrong; else one of them is 1."
                ),
            ));
        }
        for (index, choice) in choices.into_iter().enumerate() {
            let at = format!("{field}.{index}");
            said(choice.feedback.as_deref(), &format!("{at}.feedback"))?;
            self.item(ItemRole::Choice, choice.id, &choice.text, &at, "text")?;
            if let Some(made) = self.made.last_mut() {
                made.fraction = choice.fraction;
                made.feedback = choice.feedback;
            }
        }
        Ok(())
    }

    fn matching(&mut self, pairs: &[PairInput], distractors: &[String], base: &str) -> Result<OtherKey, Objection> {
        let field = format!("{base}.pairs");
        count(pairs.len(), 2, &field)?;
        count(distractors.len(), 0, &format!("{base}.distractors"))?;
        distinct(pairs.iter().map(|pair| pair.stem.as_str()), &field)?;
        let right: HashSet<&str> = pairs.iter().map(|pair| pair.option.trim()).collect();
        let others: HashSet<&str> = distractors.iter().map(|text| text.trim()).collect();
        if right.len() + distractors.len() < 2 || others.len() < distractors.len() || !right.is_disjoint(&others) {
            let words = words!(
                "Pilihannya dua atau lebih, dan pengecoh tidak sama dengan yang lain.",
                "There are two options or more, and no distractor is the same as another one."
            );
            return Err(invalid(&format!("{base}.distractors"), words));
        }
        let mut stems = Vec::new();
        for (index, pair) in pairs.iter().enumerate() {
            stems.push(self.item(ItemRole::Stem, pair.id, &pair.stem, &format!("{field}.{index}"), "stem")?);
        }
        // Two stems may have the same option: there is one of it.
        let mut options: HashMap<String, ItemId> = HashMap::new();
        let mut matched = Vec::new();
        for (index, (pair, stem)) in pairs.iter().zip(stems).enumerate() {
            let text = pair.option.trim();
            let option = if let Some(option) = options.get(text) {
                *option
            } else {
                self.item(ItemRole::Option, self.option_like(text), text, &format!("{field}.{index}"), "option")?
            };
            options.insert(text.to_owned(), option);
            matched.push((stem, option));
        }
        for (index, text) in distractors.iter().enumerate() {
            let at = format!("{base}.distractors");
            self.item(ItemRole::Option, self.option_like(text.trim()), text, &at, &index.to_string())?;
        }
        Ok(OtherKey::Matching { pairs: matched })
    }

    /// The option of the question that says this already.
    fn option_like(&self, text: &str) -> Option<ItemId> {
        let same = |item: &&NewItem| item.row.role == ItemRole::Option && item.row.text == text;
        self.known.iter().find(same).map(|item| item.row.id).filter(|id| !self.taken.contains(id))
    }

    /// One more item: under the id that it has, or a new one. Random: an id that held a time would tell the order in which the key was written.
    fn item(
        &mut self,
        role: ItemRole,
        id: Option<ItemId>,
        text: &str,
        at: &str,
        name: &str,
    ) -> Result<ItemId, Objection> {
        let text = user_error::text(text, &format!("{at}.{name}"), policy::PROMPT)?;
        let known = match id {
            Some(id) => {
                let own = self.known.iter().find(|item| item.row.id == id && item.row.role == role);
                Some(own.filter(|_| self.taken.insert(id)).ok_or_else(|| Objection::not_found(&format!("{at}.id")))?)
            }
            None => None,
        };
        let id = known.map_or_else(|| self.random.id(), |item| item.row.id);
        let row = ItemRow {
            version_id: self.place.version,
            id,
            question_id: self.place.id,
            position: i32::try_from(self.made.len()).map_or(i32::MAX, |made| made + 1),
            role,
            text,
            texts: known.map_or_else(|| json!({}), |item| item.row.texts.clone()),
        };
        self.made.push(NewItem { row, fraction: 0, feedback: None });
        Ok(id)
    }
}

/// Texts that a learner must be able to tell from each other.
fn distinct<'a>(texts: impl Iterator<Item = &'a str>, field: &str) -> Result<(), Objection> {
    let mut seen = HashSet::new();
    for (index, text) in texts.enumerate() {
        if !seen.insert(text.trim()) {
            let words = words!("Sama dengan yang lain.", "The same as another one.");
            return Err(invalid(&format!("{field}.{index}"), words));
        }
    }
    Ok(())
}

/// A number with a decimal point, or in the way of the sciences (`6.02e23`).
#[must_use]
pub fn number(text: &str) -> Option<Decimal> {
    let text = text.trim();
    // Exactly: what has more places than are kept is no number here, and not nought.
    let is_nought =
        || !text.split(['e', 'E']).next().is_some_and(|digits| digits.contains(|c| ('1'..='9').contains(&c)));
    let scientific = || Decimal::from_scientific(text).ok().filter(|number| !number.is_zero() || is_nought());
    Decimal::from_str_exact(text).ok().or_else(scientific)
}

/// A range around a number; nothing where it is out of reach.
#[must_use]
pub fn around(middle: Decimal, tolerance: Decimal) -> Option<(Decimal, Decimal)> {
    Some((middle.checked_sub(tolerance)?, middle.checked_add(tolerance)?))
}
