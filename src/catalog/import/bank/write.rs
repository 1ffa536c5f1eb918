//! Writes a bank into a quiz of a draft: all of it, or nothing. What the quiz has of the same source already is written anew; what the bank does
//! not have stays.

use std::collections::{HashMap, HashSet};

use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use super::{BankFile, BankQuestion, Entry, Manner, Survey, read, sound, source::Source};
use crate::{
    catalog::{
        content::{self, Content, UNWATCHED, Watch},
        course_files, draft,
        import::{
            ImportFormat,
            enclosed::{self, Kept, SourceFile, Stored},
        },
        model::{CourseId, ItemId, ItemRole, NewItem, NewQuestion, QuestionFileRow, QuizId},
        policy,
        questions::{
            store::{self, Written},
            written::{self, Asks, Place},
        },
        store as catalog,
    },
    platform::{
        db::{AcademyId, Tx},
        fault::Fault,
        graphql::{Services, UserErrorCode, user_error::Objection},
        id::Random,
        text::{Language, hex},
    },
};

/// A bank, to be read as often as is needed.
#[derive(Clone)]
pub struct Bank {
    /// Where it is.
    pub source: Source,
    /// Its form.
    pub format: ImportFormat,
    /// What it is called when something is told of it.
    pub path: String,
    /// The language of its course.
    pub language: Language,
}

impl Bank {
    /// A bank of the form that is given, or of the one that it begins like: on a thread that may wait.
    ///
    /// # Errors
    /// Where it can't be read.
    pub fn of(
        source: Source,
        format: Option<ImportFormat>,
        path: Option<String>,
        language: Language,
    ) -> std::io::Result<Self> {
        let format = match format {
            Some(format) => format,
            None => super::recognised(&mut *source.open()?)?,
        };
        let path = path.unwrap_or_else(|| format!("questions.{}", super::extension(format)));
        Ok(Self { source, format, path, language })
    }

    /// Looks through it, and writes nothing: on a thread that may wait. `watch` sees how many questions were read.
    ///
    /// # Errors
    /// Where it can't be opened.
    pub fn survey(&self, watch: &dyn Fn(usize)) -> std::io::Result<Survey> {
        Ok(Survey::of(self.format, &mut *self.source.open()?, self.manner(), watch))
    }

    fn manner(&self) -> Manner<'_> {
        Manner { path: &self.path, language: self.language }
    }

    /// Its questions, some at a time: no more are read than are taken.
    fn batches(&self) -> mpsc::Receiver<anyhow::Result<Vec<BankQuestion>>> {
        let (sender, receiver) = mpsc::channel(1);
        let bank = self.clone();
        tokio::task::spawn_blocking(move || {
            if let Err(error) = bank.send(&sender) {
                let _ = sender.blocking_send(Err(error));
            }
        });
        receiver
    }

    fn send(&self, to: &mpsc::Sender<anyhow::Result<Vec<BankQuestion>>>) -> anyhow::Result<()> {
        let (mut names, mut alike) = (HashSet::new(), HashMap::new());
        let random = Random::system();
        let (mut batch, mut bytes) = (Vec::new(), 0);
        read(self.format, &mut *self.source.open()?, self.manner(), &mut |entry| {
            let Entry::Question(mut question) = entry else { return true };
            // Those that keep no rule were told when it was looked through.
            if sound(&random, &question.input).is_err() {
                return true;
            }
            // Called alike, they are told apart by which comes first.
            let own = question.source.clone();
            while !names.insert(question.source.clone()) {
                let same = alike.entry(own.clone()).or_insert(1_usize);
                *same += 1;
                question.source = format!("{own}#{same}");
            }
            bytes += question.bytes;
            batch.push(*question);
            if batch.len() < BATCH && bytes < BATCH_BYTES {
                return true;
            }
            bytes = 0;
            to.blocking_send(Ok(std::mem::take(&mut batch))).is_ok()
        })
        // It was sound when it was looked through.
        .map_err(|problem| anyhow::anyhow!("the bank has changed: {}", problem.message.en))?;
        if !batch.is_empty() {
            let _ = to.blocking_send(Ok(batch));
        }
        Ok(())
    }

    /// Stores the files that its questions show, those that are not there yet: before any question is written.
    ///
    /// # Errors
    /// Those of the database and the store.
    pub async fn store_files(&self, services: &Services, academy: AcademyId, survey: &Survey) -> Result<Stored, Fault> {
        let mut stored = Stored::default();
        if survey.files == 0 {
            return Ok(stored);
        }
        let mut batches = self.batches();
        while let Some(batch) = batches.recv().await {
            let files = batch?.into_iter().flat_map(|question| question.files);
            let sources = files.filter_map(|file| {
                let name = named(&file.bytes);
                SourceFile::of(&name, file.bytes)
            });
            stored.add(enclosed::stored(services, academy, sources.collect(), None, &mut Vec::new()).await?);
        }
        Ok(stored)
    }
}

/// Questions that are written at once, and bytes of them.
const BATCH: usize = 200;
const BATCH_BYTES: usize = 4 << 20;

/// What a file of a bank is called while it is taken over: by what is in it.
fn named(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Writes a bank that was looked through into a quiz, in the draft of its course; `watch` sees how many questions are written.
///
/// # Errors
/// Those of the database; an objection where the quiz is gone, is being reviewed, or comes to have too many questions: then the caller drops the
/// transaction.
pub async fn into(
    tx: &mut Tx,
    services: &Services,
    quiz: QuizId,
    bank: &Bank,
    (survey, stored): (&Survey, &Stored),
    watch: Watch<'_>,
) -> Result<Result<CourseId, Objection>, Fault> {
    let Some(course) = content::course_of_quiz(tx, quiz).await? else { return Ok(Err(Objection::not_found("quiz"))) };
    let Some(course) = catalog::lock(tx, course).await? else { return Ok(Err(Objection::not_found("quiz"))) };
    let version = or_object!(draft::of(tx, services, &course).await?);
    if content::quiz(tx, version.id, quiz).await?.is_none() {
        return Ok(Err(Objection::not_found("quiz")));
    }
    let kept = stored.keep(tx).await?;
    let mut known = store::sources(tx, version.id, quiz).await?;
    let mut last = store::last_position(tx, version.id, quiz).await?;
    let mut count = usize::try_from(store::count(tx, version.id, quiz).await?).unwrap_or(usize::MAX);
    let (all, mut done) = (survey.questions(), 0);
    let mut batches = bank.batches();
    while let Some(batch) = batches.recv().await {
        watch(done, all);
        let batch = batch?;
        let ids: Vec<_> = batch.iter().filter_map(|question| known.remove(&question.source)).collect();
        let files = course_files::store::of_questions(tx, version.id, &ids).await?;
        let mut before: HashMap<String, Written> = HashMap::new();
        for written in store::take(tx, version.id, &ids).await? {
            before.extend(written.0.source.clone().map(|source| (source, written)));
        }
        let mut content = Content::default();
        for question in batch {
            let BankQuestion { source, mut input, files, .. } = question;
            let before = before.remove(&source);
            let place = if let Some((question, items)) = &before {
                keep_ids(&mut input.asks, items);
                Place { version: version.id, quiz, id: question.row.id, position: question.row.position }
            } else {
                (last, count) = (last + 1, count + 1);
                Place { version: version.id, quiz, id: services.random.id(), position: last }
            };
            let (question, items) = written::rows(&services.random, place, input, before.as_ref())?
                .map_err(|objection| anyhow::anyhow!("no longer sound: {}", objection.words.en))?;
            done += 1;
            content.question_files.extend(shown(place, &files, &kept));
            content.questions.push(NewQuestion { source: Some(source), ..question });
            content.choices.extend(items);
        }
        if count > policy::QUESTIONS {
            let most = policy::QUESTIONS;
            let words = words!(
                "Kuis ini akan berisi lebih dari {most} soal.",
                "The quiz would have more than {most} questions."
            );
            return Ok(Err(Objection::new(UserErrorCode::LimitReached, "quiz", words)));
        }
        content::insert(tx, &content, UNWATCHED).await?;
        course_files::sweep::let_go(tx, services, &files).await?;
    }
    if done != all {
        return Err(anyhow::anyhow!(
            "{done} questions of {all} came: the bank has changed, or could not be read to its end"
        )
        .into());
    }
    watch(done, all);
    catalog::count_edit(tx, version.id).await?;
    Ok(Ok(course.id))
}

/// The files of a question, as far as they were stored.
fn shown(place: Place, files: &[BankFile], kept: &Kept) -> impl Iterator<Item = QuestionFileRow> {
    let found = files.iter().filter_map(|file| Some((&file.name, kept.file(&named(&file.bytes))?)));
    (1..).zip(found).map(move |(position, (name, file_id))| QuestionFileRow {
        version_id: place.version,
        question_id: place.id,
        position,
        file_id,
        name: name.clone(),
    })
}

/// Items that say what they said are the same ones: what learners have answered stays an answer to them.
fn keep_ids(asks: &mut Asks, items: &[NewItem]) {
    let mut free: Vec<_> = items.iter().map(|item| &item.row).collect();
    let mut same = |role: ItemRole, text: &str| -> Option<ItemId> {
        let at = free.iter().position(|row| row.role == role && row.text == text.trim())?;
        Some(free.remove(at).id)
    };
    match asks {
        Asks::Choice { choices, .. } => {
            for choice in choices {
                choice.id = same(ItemRole::Choice, &choice.text);
            }
        }
        Asks::Matching { pairs, .. } => {
            for pair in pairs {
                pair.id = same(ItemRole::Stem, &pair.stem);
            }
        }
        Asks::Ordering { items } => {
            for (id, text) in items {
                *id = same(ItemRole::Item, text);
            }
        }
        Asks::ShortAnswer { .. } | Asks::Numeric { .. } | Asks::Essay { .. } => {}
    }
}
