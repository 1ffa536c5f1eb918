//! `importCourse` and `importQuestions`: an upload is read and written by a job, all or nothing, and the import says how it went.

use std::time::Duration;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::{
    ImportFormat, Problem, ProblemSeverity, Read,
    bank::{self, Survey, source::Source, write::Bank},
    enclosed::{self, Stored},
    files,
    model::{ImportId, ImportRow, ImportStatus},
    store,
};
use crate::{
    accounts,
    catalog::{
        authority,
        content::Watch,
        model::{CourseId, QuizId},
        policy, store as catalog,
    },
    platform::{
        db::{AcademyId, Tx},
        fault::Fault,
        graphql::{
            Call, Services, UserErrorCode,
            user_error::{self, Objection},
        },
        jobs::{self, Job},
        privacy::{Role, UserId},
        text::{Language, Words},
    },
    uploads::{self, UploadId, UploadPurpose},
};

/// Takes over what an upload holds.
#[derive(Serialize, Deserialize)]
pub struct RunImport {
    import: ImportId,
}

/// What is to be imported.
pub struct Wanted {
    /// The upload that holds it.
    pub upload: UploadId,
    /// The course whose next draft it becomes; what it says it is, or one of its own, where there is none.
    pub into: Option<CourseId>,
    /// Its form, where it is not to be recognised.
    pub format: Option<ImportFormat>,
    /// Its title, where it is not to be its own.
    pub title: Option<String>,
}

/// Asks for an import.
///
/// # Errors
/// `UNAUTHENTICATED`, `FORBIDDEN` to who is no instructor, and those of the database.
pub async fn ask(call: &Call, wanted: Wanted) -> Result<Result<ImportId, Objection>, Fault> {
    let user = call.viewer().with_role(&[Role::Instructor, Role::Admin])?;
    let Wanted { upload, into, format, title } = wanted;
    let title = or_object!(title.map(|title| user_error::line(&title, "title", policy::TITLE)).transpose());
    let mut tx = call.begin().await?;
    if let Some(course) = into {
        or_object!(authority::lock_to_edit(call, &mut tx, course, "into").await?);
    }
    let row = ImportRow { title, into_id: into, format, ..asked(call, user, upload) };
    queue(call, tx, row, UploadPurpose::CourseImport).await
}

/// An import that begins: of what and into what is for the caller to say.
pub(super) fn asked(call: &Call, user: UserId, upload: UploadId) -> ImportRow {
    ImportRow {
        id: call.services.random.ordered_id(&call.services.clock),
        user_id: user,
        upload_id: upload,
        title: None,
        status: ImportStatus::Queued,
        done: 0,
        total: None,
        course_id: None,
        problems: serde_json::json!([]),
        created_at: call.services.clock.now(),
        into_id: None,
        format: None,
        quiz_id: None,
    }
}

/// Queues an import of an upload that was sent for this.
pub(super) async fn queue(
    call: &Call,
    mut tx: Tx,
    row: ImportRow,
    purpose: UploadPurpose,
) -> Result<Result<ImportId, Objection>, Fault> {
    let upload = row.upload_id;
    let found = uploads::store::of(&tx, row.user_id, upload).await?;
    let Some(found) = found.filter(|found| found.purpose == purpose) else {
        return Ok(Err(Objection::not_found("upload")));
    };
    // Asked for once: who asks at the same time waits, and then sees it.
    uploads::store::lock(&mut tx, upload).await?;
    if found.stored_at.is_none() {
        return Ok(Err(uploads::not_sent("upload")));
    }
    if store::of_upload(&tx, upload).await? {
        let words = words!("Unggahan ini sudah diimpor.", "This upload is being imported already.");
        return Ok(Err(Objection::new(UserErrorCode::AlreadyDone, "upload", words)));
    }
    store::insert(&mut tx, &row).await?;
    // The queue may be long: the bytes stay for as long as a job is tried.
    uploads::store::keep(&mut tx, upload, row.created_at + TimeDelta::days(7)).await?;
    jobs::enqueue(&mut tx, &call.services, &RunImport { import: row.id }).await?;
    tx.commit().await?;
    Ok(Ok(row.id))
}

/// Calls an import of the viewer's own off, while it has not ended: nothing of it is kept.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn cancel(call: &Call, id: ImportId) -> Result<Result<ImportId, Objection>, Fault> {
    let user = call.viewer().signed_in()?;
    let mut tx = call.begin().await?;
    if store::own(&tx, user, id).await?.is_none() {
        return Ok(Err(Objection::not_found("id")));
    }
    let Some(mut row) = store::lock_open(&mut tx, id).await? else {
        let words = words!("Impor ini sudah berakhir.", "This import has ended already.");
        return Ok(Err(Objection::new(UserErrorCode::AlreadyDone, "id", words)));
    };
    row.status = ImportStatus::Cancelled;
    store::write(&mut tx, &row).await?;
    uploads::store::delete(&mut tx, row.upload_id).await?;
    tx.commit().await?;
    call.services.storage.delete(call.academy, &uploads::receive::name(row.upload_id)).await?;
    call.forget_loaded();
    Ok(Ok(id))
}

/// Between two times that it is noted how far an import is.
const NOTED: Duration = Duration::from_millis(300);

/// What was read, and how it is written.
enum Found {
    Course { read: Box<Read>, stored: Stored },
    Questions { quiz: QuizId, bank: Box<Bank>, survey: Box<Survey>, stored: Stored },
}

impl Job for RunImport {
    const KIND: &'static str = "run_import";
    const LONG: bool = true;
    // What fails by its content fails each time: who waits is told within minutes.
    const TRIES: i32 = 4;

    async fn run(self, services: Services, academy: AcademyId) -> Result<(), Fault> {
        let Some(mut row) = begin(&services, academy, self.import).await? else { return Ok(()) };
        let found = match row.quiz_id {
            None => course(&services, academy, &row).await?,
            Some(quiz) => questions(&services, academy, &row, quiz).await?,
        };
        let found = match found {
            Ok(found) => found,
            Err(problems) => {
                let Some(tx) = still_wanted(&services, academy, &row).await? else { return Ok(()) };
                return end(tx, &services, academy, row, &problems).await;
            }
        };
        let total = i32::try_from(found.total()).unwrap_or(i32::MAX);
        row.total = Some(total);
        let mut tx = services.db.begin(academy).await?;
        // Another worker may have had it meanwhile, if this one was slow: what it wrote stays.
        if store::lock_open(&mut tx, row.id).await?.is_none() {
            return Ok(());
        }
        store::write(&mut tx, &row).await?;
        tx.commit().await?;
        let mut tx = services.db.begin(academy).await?;
        // One worker at a time; its row is not locked, so that it can be told how far this is, and called off.
        tx.take_name(&format!("import {}", row.id.uuid())).await?;
        // Who asked for it may have been erased meanwhile, and the import with them.
        if !tx.hold_account(row.user_id).await? {
            return Ok(());
        }
        let (told, tells) = watch::channel(0);
        let watching = move |written: usize, all: usize| {
            let share = written as u64 * u64::from(total.unsigned_abs()) / (all.max(1) as u64);
            let _ = told.send(i32::try_from(share).unwrap_or(i32::MAX));
        };
        let noting = tokio::spawn(note(services.clone(), academy, row.id, tells));
        let outcome = write_as(&mut tx, &services, &row, &found, &watching).await;
        drop(watching);
        if let Err(error) = noting.await {
            tracing::warn!(%error, "noting how far an import is ended early");
        }
        let outcome = outcome?;
        // Called off meanwhile: all of it is dropped.
        if store::lock_open(&mut tx, row.id).await?.is_none() {
            return Ok(());
        }
        let problems = match outcome {
            Ok(course) => {
                row.course_id = Some(course);
                row.done = total;
                found.told()
            }
            Err(objections) => {
                // What was begun goes; that it failed is written by itself.
                drop(tx);
                let Some(fresh) = still_wanted(&services, academy, &row).await? else { return Ok(()) };
                tx = fresh;
                objections.into_iter().map(|objection| stopped(objection.words)).collect()
            }
        };
        end(tx, &services, academy, row, &problems).await
    }

    async fn give_up(self, services: Services, academy: AcademyId) -> Result<(), Fault> {
        let mut tx = services.db.begin(academy).await?;
        let Some(row) = store::lock_open(&mut tx, self.import).await? else { return Ok(()) };
        let words = words!(
            "Impor ini berulang kali gagal di server dan dihentikan; tidak ada yang tersimpan. Unggah lagi, atau hubungi pengelola.",
            "This import failed on the server time and again and was given up; nothing was kept. Upload it again, or tell whoever runs the platform."
        );
        end(tx, &services, academy, row, &[stopped(words)]).await
    }
}

/// Reads the course of an upload.
async fn course(
    services: &Services,
    academy: AcademyId,
    row: &ImportRow,
) -> Result<Result<Found, Vec<Problem>>, Fault> {
    let bytes = services.storage.get(academy, &uploads::receive::name(row.upload_id)).await?;
    let (title, format) = (row.title.clone(), row.format);
    let read = tokio::task::spawn_blocking(move || match bytes {
        Some(bytes) => files::of_archive(&bytes).and_then(|files| super::read(files, format, title.as_deref())),
        None => Err(gone()),
    });
    let mut read = match read.await.map_err(anyhow::Error::from)? {
        Ok(read) => Box::new(read),
        Err(problem) => return Ok(Err(vec![problem])),
    };
    let sources = std::mem::take(&mut read.files);
    let stored = enclosed::stored(services, academy, sources, read.cover.as_deref(), &mut read.problems).await?;
    Ok(Ok(Found::Course { read, stored }))
}

/// Looks through the bank of an upload.
async fn questions(
    services: &Services,
    academy: AcademyId,
    row: &ImportRow,
    quiz: QuizId,
) -> Result<Result<Found, Vec<Problem>>, Fault> {
    let reader = services.db.reader(academy);
    let connection = reader.connection().await?;
    let upload = uploads::store::of(&connection, row.user_id, row.upload_id).await?;
    let locale = match row.into_id {
        Some(course) => catalog::course(&connection, course).await?.map(|course| course.locale),
        None => None,
    };
    drop(connection);
    reader.give_back().await;
    let Some(upload) = upload else { return Ok(Err(vec![gone()])) };
    let name = uploads::receive::name(row.upload_id);
    let size = u64::try_from(upload.size).unwrap_or(0);
    let source = Source::Stored { academy, name, size, services: Box::new(services.clone()) };
    let language = locale.and_then(|locale| Language::of_tag(&locale)).unwrap_or_default();
    let format = row.format;
    let looked = tokio::task::spawn_blocking(move || {
        let bank = Bank::of(source, format, None, language)?;
        let survey = bank.survey(&|_| {})?;
        std::io::Result::Ok((bank, survey))
    });
    let (bank, survey) = looked.await.map_err(anyhow::Error::from)?.map_err(anyhow::Error::from)?;
    if survey.stops() {
        return Ok(Err(survey.told()));
    }
    let stored = bank.store_files(services, academy, &survey).await?;
    Ok(Ok(Found::Questions { quiz, bank: Box::new(bank), survey: Box::new(survey), stored }))
}

impl Found {
    /// Lessons and quizzes of a course, questions of a bank.
    fn total(&self) -> usize {
        match self {
            Self::Course { read, .. } => read.counts.lessons + read.counts.quizzes,
            Self::Questions { survey, .. } => survey.questions(),
        }
    }

    fn told(self) -> Vec<Problem> {
        match self {
            Self::Course { read, .. } => read.problems,
            Self::Questions { survey, .. } => survey.told(),
        }
    }
}

/// Writes it as who asked for it: what they may not edit any more is not written into.
async fn write_as(
    tx: &mut Tx,
    services: &Services,
    row: &ImportRow,
    found: &Found,
    watching: Watch<'_>,
) -> Result<Result<CourseId, Vec<Objection>>, Fault> {
    let roles = accounts::store::living_roles(tx, row.user_id).await?;
    let may = match row.into_id {
        Some(course) => roles.has(Role::Admin) || catalog::teaches(tx, row.user_id, course).await?,
        None => roles.has(Role::Admin) || roles.has(Role::Instructor),
    };
    if !may {
        let words = words!("Anda tidak berhak lagi atas ini.", "You are not allowed to do this any more.");
        return Ok(Err(vec![Objection::new(UserErrorCode::NotEligible, "", words)]));
    }
    match found {
        Found::Course { read, stored } => {
            super::write(tx, services, Some(row.user_id), row.into_id, read, stored, watching).await
        }
        Found::Questions { quiz, bank, survey, stored } => {
            let written = bank::write::into(tx, services, *quiz, bank, (survey, stored), watching).await?;
            Ok(written.map_err(|objection| vec![objection]))
        }
    }
}

/// Notes how far the writing is, as long as somebody tells: in transactions of their own, or nobody would see it. How far it is, is not
/// worth the import: what can't be noted, is not.
async fn note(services: Services, academy: AcademyId, import: ImportId, mut tells: watch::Receiver<i32>) {
    let mut noted = 0;
    loop {
        let over = async { while tells.changed().await.is_ok() {} };
        if tokio::time::timeout(NOTED, over).await.is_ok() {
            return;
        }
        let done = *tells.borrow();
        if done == noted {
            continue;
        }
        noted = done;
        let noting = async {
            let mut tx = services.db.begin(academy).await?;
            store::progress(&mut tx, import, done).await?;
            tx.commit().await
        };
        if let Err(fault) = noting.await {
            tracing::warn!(?fault, "how far an import is could not be noted");
        }
    }
}

/// The transaction that ends an import; nothing where it has ended, or who asked for it is gone.
async fn still_wanted(services: &Services, academy: AcademyId, row: &ImportRow) -> Result<Option<Tx>, Fault> {
    let mut tx = services.db.begin(academy).await?;
    let wanted = tx.hold_account(row.user_id).await? && store::lock_open(&mut tx, row.id).await?.is_some();
    Ok(wanted.then_some(tx))
}

/// Writes how the import ended; its upload has served.
async fn end(
    mut tx: Tx,
    services: &Services,
    academy: AcademyId,
    mut row: ImportRow,
    problems: &[Problem],
) -> Result<(), Fault> {
    row.status = if row.course_id.is_some() { ImportStatus::Completed } else { ImportStatus::Failed };
    row.problems = serde_json::to_value(problems).map_err(anyhow::Error::from)?;
    store::write(&mut tx, &row).await?;
    uploads::store::delete(&mut tx, row.upload_id).await?;
    tx.commit().await?;
    services.storage.delete(academy, &uploads::receive::name(row.upload_id)).await?;
    Ok(())
}

/// The import, running from now on; nothing where it has ended. One that runs already was begun by an earlier try.
async fn begin(services: &Services, academy: AcademyId, import: ImportId) -> Result<Option<ImportRow>, Fault> {
    let mut tx = services.db.begin(academy).await?;
    let Some(mut row) = store::lock_open(&mut tx, import).await? else { return Ok(None) };
    row.status = ImportStatus::Running;
    store::write(&mut tx, &row).await?;
    tx.commit().await?;
    Ok(Some(row))
}

fn gone() -> Problem {
    stopped(words!("Unggahannya sudah tidak ada.", "The upload is gone."))
}

/// What stopped an import as a whole.
fn stopped(words: Words) -> Problem {
    Problem::new("", None, ProblemSeverity::Error, words)
}
