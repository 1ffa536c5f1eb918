//! `Question` as learners see it, and the one door to the answer key.

use std::sync::Arc;

use async_graphql::{Context, Interface, Object, Result, SimpleObject, Union};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::quiz::Quiz;
use crate::{
    catalog::{
        authority,
        content::QuizOfQuestion,
        course_files::address,
        model::{BodyFormat, CourseId, ItemId, ItemRole, ItemRow, QuestionId, QuestionKind, QuestionRow, TextFormat},
        questions::{
            AnswerKey as FoundKey, Key, OtherKey,
            key::{self, AcceptedRange, AcceptedText, ChoiceShare},
            store::{Asked, FilesOf, QuestionIn},
        },
        rendering::{self, Links},
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
    field(name = "prompt_html", ty = "Result<String>", desc = "What is asked, as safe HTML."),
    field(name = "format", ty = "TextFormat", desc = "What the prompt and the texts of the items are written in."),
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
    /// A few words to write.
    ShortAnswerQuestion(ShortAnswerQuestion),
    /// A number to write.
    NumericQuestion(NumericQuestion),
    /// Stems to match with options.
    MatchingQuestion(MatchingQuestion),
    /// Items to put in order.
    OrderingQuestion(OrderingQuestion),
    /// A text to write.
    EssayQuestion(EssayQuestion),
}

/// A question that is shown to somebody.
#[derive(Clone)]
pub struct ShownQuestion {
    course: CourseId,
    row: Arc<QuestionRow>,
    items: Arc<Vec<ItemRow>>,
    locale: Option<String>,
    /// Whether the feedback policy has opened the key for the learner who asks.
    key_open: bool,
    /// What the order of items goes by that must not be the one that they were written in.
    seed: Uuid,
}

impl ShownQuestion {
    /// A question as it was written, for who writes, reviews or runs its course.
    #[must_use]
    pub fn written(course: CourseId, (row, items): Asked) -> Self {
        let seed = row.id.uuid();
        Self { course, row: Arc::new(row), items: Arc::new(items), locale: None, key_open: false, seed }
    }

    /// A question in an attempt, to whom it is open or not; choices in an order of its own where they are `shuffled`.
    #[must_use]
    pub fn asked(
        course: CourseId,
        (row, mut items): Asked,
        attempt: Uuid,
        locale: Option<String>,
        (shuffled, key_open): (bool, bool),
    ) -> Self {
        if shuffled {
            items.sort_by_cached_key(|item| place(attempt, item.id));
        }
        Self { course, row: Arc::new(row), items: Arc::new(items), locale, key_open, seed: attempt }
    }

    fn said<'a>(&self, own: &'a str, translations: &'a serde_json::Value) -> &'a str {
        self.locale.as_ref().and_then(|locale| translations.get(locale)?.as_str()).unwrap_or(own)
    }

    fn prompt(&self) -> &str {
        self.said(&self.row.prompt, &self.row.prompts)
    }

    /// Safe HTML of one of its texts.
    async fn html(&self, call: &Call, text: &str) -> Result<String, Fault> {
        let format = match self.row.format {
            TextFormat::Plain => return Ok(rendering::literal(text)),
            TextFormat::Markdown => BodyFormat::Markdown,
            TextFormat::Html => BodyFormat::Html,
        };
        let files = call.load(FilesOf(self.row.version_id, self.row.id)).await?.unwrap_or_default();
        let links = files.iter().map(|file| Ok((file.name.clone(), address::of_question_file(call, file)?.0.into())));
        rendering::html_of(call, text.to_owned(), format, links.collect::<Result<Links, Fault>>()?).await
    }

    /// Its items of a role. Where their order would tell what is right, it is another one: the attempt's own, and it stays.
    async fn items(&self, call: &Call, role: ItemRole) -> Result<Vec<Item>, Fault> {
        let mut rows: Vec<&ItemRow> = self.items.iter().filter(|item| item.role == role).collect();
        if matches!(role, ItemRole::Option | ItemRole::Item) {
            rows.sort_by_cached_key(|item| place(self.seed, item.id));
        }
        let mut items = Vec::new();
        for row in rows {
            let text = self.said(&row.text, &row.texts).to_owned();
            items.push(Item { id: row.id, html: self.html(call, &text).await?, text });
        }
        Ok(items)
    }

    /// What is said to every learner who answered, to whom the key is open.
    ///
    /// # Errors
    /// `FORBIDDEN` to others; those of the database.
    pub async fn feedback(&self, call: &Call) -> Result<Option<String>, Fault> {
        let found = key::open(call, self.course, (self.row.version_id, self.row.id), self.key_open).await?;
        Ok(found.feedback)
    }

    async fn key(&self, call: &Call) -> Shown<AnswerKey> {
        let found = key::open(call, self.course, (self.row.version_id, self.row.id), self.key_open).await;
        Some(found.map(AnswerKey::from).map_err(error::of))
    }
}

/// A place in an order that goes by ids alone: by a digest of both.
fn place(seed: Uuid, item: ItemId) -> [u8; 32] {
    Sha256::digest([seed.as_bytes().as_slice(), item.uuid().as_bytes()].concat()).into()
}

impl Question {
    /// The question by its kind.
    #[must_use]
    pub fn of(shown: ShownQuestion) -> Self {
        match shown.row.kind {
            QuestionKind::Choice => Self::ChoiceQuestion(ChoiceQuestion(shown)),
            QuestionKind::ShortAnswer => Self::ShortAnswerQuestion(ShortAnswerQuestion(shown)),
            QuestionKind::Numeric => Self::NumericQuestion(NumericQuestion(shown)),
            QuestionKind::Matching => Self::MatchingQuestion(MatchingQuestion(shown)),
            QuestionKind::Ordering => Self::OrderingQuestion(OrderingQuestion(shown)),
            QuestionKind::Essay => Self::EssayQuestion(EssayQuestion(shown)),
        }
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
        let found = call.load(QuestionIn(quiz.row.version_id, id)).await?;
        Ok(found.map(|asked| Self::of(ShownQuestion::written(quiz.course, asked))))
    }
}

/// A type of question: what all of them have, and what it has of its own.
macro_rules! question_type {
    ($(#[doc = $doc:literal])* $name:ident $(, $($(#[doc = $field_doc:literal])* $field:ident -> $role:ident),+)? $(; $(#[doc = $flag_doc:literal])* $flag:ident)?) => {
        $(#[doc = $doc])*
        #[derive(Clone)]
        pub struct $name(ShownQuestion);

        $(#[doc = $doc])*
        #[Object]
        impl $name {
            /// The global id.
            pub(crate) async fn id(&self) -> GlobalId {
                self.0.row.id.global()
            }

            /// What is asked, as it was written.
            pub(crate) async fn prompt(&self) -> String {
                self.0.prompt().to_owned()
            }

            /// What is asked, as safe HTML: plain text to the letter.
            pub(crate) async fn prompt_html(&self, ctx: &Context<'_>) -> Result<String> {
                Ok(self.0.html(ctx.call(), self.0.prompt()).await?)
            }

            /// What the prompt and the texts of the items are written in.
            pub(crate) async fn format(&self) -> TextFormat {
                self.0.row.format
            }

            /// What it is worth.
            pub(crate) async fn points(&self) -> Decimal {
                decimal(self.0.row.points)
            }

            /// The key: null with FORBIDDEN until the quiz's feedback policy opens it for this learner.
            pub(crate) async fn answer_key(&self, ctx: &Context<'_>) -> Shown<AnswerKey> {
                self.0.key(ctx.call()).await
            }

            $($(#[doc = $flag_doc])*
            async fn $flag(&self) -> bool {
                self.0.row.$flag
            })?

            $($($(#[doc = $field_doc])*
            async fn $field(&self, ctx: &Context<'_>) -> Result<Vec<Item>> {
                Ok(self.0.items(ctx.call(), ItemRole::$role).await?)
            })+)?
        }
    };
}

question_type!(
    /// A question with choices to tick.
    ChoiceQuestion,
    /// What may be ticked.
    choices -> Choice;
    /// Whether several may be ticked.
    multiple
);
question_type!(
    /// A question that a few words answer.
    ShortAnswerQuestion
);
question_type!(
    /// A question that a number answers.
    NumericQuestion
);
question_type!(
    /// Stems to be matched with options; an option may be used for several stems, or for none.
    MatchingQuestion,
    /// What is to be matched.
    stems -> Stem,
    /// With what: some may belong to no stem.
    options -> Option
);
question_type!(
    /// Items to be put in order.
    OrderingQuestion,
    /// What is to be put in order.
    items -> Item
);
question_type!(
    /// A question that a text answers, which a person grades.
    EssayQuestion
);

/// Something to tick, match or put in order.
#[derive(SimpleObject)]
pub struct Item {
    /// The global id.
    id: ItemId,
    /// What it says, as it was written.
    text: String,
    /// What it says, as safe HTML: plain text to the letter.
    html: String,
}

/// What is right.
#[expect(clippy::enum_variant_names, reason = "the names of the types in the schema")]
#[derive(Union)]
pub enum AnswerKey {
    /// Of choices.
    ChoiceKey(ChoiceKey),
    /// Of a few words.
    ShortAnswerKey(ShortAnswerKey),
    /// Of a number.
    NumericKey(NumericKey),
    /// Of stems and options.
    MatchingKey(MatchingKey),
    /// Of an order.
    OrderingKey(OrderingKey),
    /// Of an essay.
    EssayKey(EssayKey),
}

impl From<FoundKey> for AnswerKey {
    fn from(FoundKey { key, feedback }: FoundKey) -> Self {
        match key {
            Key::Choice(shares) => {
                let choices = shares.into_iter().map(|ChoiceShare { choice, fraction, feedback }| ChoiceFraction {
                    choice,
                    fraction: decimal(fraction),
                    feedback,
                });
                Self::ChoiceKey(ChoiceKey { choices: choices.collect(), feedback })
            }
            Key::Other(OtherKey::ShortAnswer { accepted, case_sensitive }) => {
                let accepted = accepted.into_iter().map(|AcceptedText { text, fraction, feedback }| AcceptedAnswer {
                    text,
                    fraction: decimal(fraction),
                    feedback,
                });
                Self::ShortAnswerKey(ShortAnswerKey { accepted: accepted.collect(), case_sensitive, feedback })
            }
            Key::Other(OtherKey::Numeric { accepted }) => {
                let accepted = accepted.into_iter().map(|range| {
                    let AcceptedRange { minimum, maximum, fraction, feedback } = range;
                    NumericRange {
                        minimum: Decimal(minimum),
                        maximum: Decimal(maximum),
                        fraction: decimal(fraction),
                        feedback,
                    }
                });
                Self::NumericKey(NumericKey { accepted: accepted.collect(), feedback })
            }
            Key::Other(OtherKey::Matching { pairs }) => {
                let pairs = pairs.into_iter().map(|(stem, option)| MatchPair { stem, option });
                Self::MatchingKey(MatchingKey { pairs: pairs.collect(), feedback })
            }
            Key::Other(OtherKey::Ordering { items }) => Self::OrderingKey(OrderingKey { items, feedback }),
            Key::Other(OtherKey::Essay { rubric }) => Self::EssayKey(EssayKey { rubric, feedback }),
        }
    }
}

/// What is right, of a question with choices. Ticking everything earns nothing.
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
    choice: ItemId,
    /// The share of the points that ticking it earns; negative fractions are taken off.
    fraction: Decimal,
    /// What is said to who ticked it.
    feedback: Option<String>,
}

/// What is taken, of a question that a few words answer.
#[derive(SimpleObject)]
pub struct ShortAnswerKey {
    /// The best one that fits counts.
    accepted: Vec<AcceptedAnswer>,
    /// Whether capital letters are told from small ones.
    case_sensitive: bool,
    /// What is said to who answered.
    feedback: Option<String>,
}

/// A text that is taken.
#[derive(SimpleObject)]
pub struct AcceptedAnswer {
    /// The text; `*` stands for any text, and for itself after a backslash.
    text: String,
    /// The share of the points that it earns.
    fraction: Decimal,
    /// What is said to who wrote it.
    feedback: Option<String>,
}

/// What is taken, of a question that a number answers.
#[derive(SimpleObject)]
pub struct NumericKey {
    /// The best one that fits counts.
    accepted: Vec<NumericRange>,
    /// What is said to who answered.
    feedback: Option<String>,
}

/// Numbers that are taken, the bounds among them.
#[derive(SimpleObject)]
pub struct NumericRange {
    /// The least.
    minimum: Decimal,
    /// The greatest.
    maximum: Decimal,
    /// The share of the points that they earn.
    fraction: Decimal,
    /// What is said to who wrote one of them.
    feedback: Option<String>,
}

/// What belongs together.
#[derive(SimpleObject)]
pub struct MatchingKey {
    /// Each stem with its option: each right pair earns an equal share.
    pairs: Vec<MatchPair>,
    /// What is said to who answered.
    feedback: Option<String>,
}

/// A stem and an option.
#[derive(SimpleObject)]
pub struct MatchPair {
    /// The stem.
    pub(crate) stem: ItemId,
    /// The option.
    pub(crate) option: ItemId,
}

/// The right order.
#[derive(SimpleObject)]
pub struct OrderingKey {
    /// First to last: each item in its place earns an equal share.
    items: Vec<ItemId>,
    /// What is said to who answered.
    feedback: Option<String>,
}

/// What the person who grades an essay looks at.
#[derive(SimpleObject)]
pub struct EssayKey {
    /// In words.
    rubric: Option<String>,
    /// What is said to who answered.
    feedback: Option<String>,
}
