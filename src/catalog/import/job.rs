//! `importCourse`: an upload is read and written by a job, all or nothing, and the import says how it went.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::{
    Problem, ProblemSeverity, files,
    model::{ImportId, ImportRow, ImportStatus},
    store,
};
use crate::{
    catalog::{content::UNWATCHED, policy},
    platform::{
        db::{AcademyId, Tx},
        fault::Fault,
        graphql::{
            Call, Services, UserErrorCode,
            user_error::{self, Objection},
        },
        jobs::{self, Job},
        privacy::Role,
        text::Words,
    },
    uploads::{self, UploadId, UploadPurpose},
};

/// Takes over the course of an upload.
#[derive(Serialize, Deserialize)]
pub struct ImportCourse {
    import: ImportId,
}

/// Asks for an import.
///
/// # Errors
/// `UNAUTHENTICATED`, `FORBIDDEN` to who is no instructor, and those of the database.
pub async fn ask(call: &Call, upload: UploadId, title: Option<String>) -> Result<Result<ImportId, Objection>, Fault> {
    let user = call.viewer().with_role(&[Role::Instructor, Role::Admin])?;
    let title = match title.map(|title| user_error::line(&title, "title", policy::TITLE)).transpose() {
        Ok(title) => title,
        Err(objection) => return Ok(Err(objection)),
    };
    let mut tx = call.begin().await?;
    let found = uploads::store::of(&tx, user, upload).await?;
    let Some(found) = found.filter(|found| found.purpose == UploadPurpose::CourseImport) else {
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
    let row = ImportRow {
        id: call.services.random.ordered_id(&call.services.clock),
        user_id: user,
        upload_id: upload,
        title,
        status: ImportStatus::Queued,
        done: 0,
        total: None,
        course_id: None,
        problems: serde_json::json!([]),
        created_at: call.services.clock.now(),
    };
    store::insert(&mut tx, &row).await?;
    // The queue may be long: the bytes stay for as long as a job is tried.
    uploads::store::keep(&mut tx, upload, row.created_at + TimeDelta::days(7)).await?;
    jobs::enqueue(&mut tx, &call.services, &ImportCourse { import: row.id }).await?;
    tx.commit().await?;
    Ok(Ok(row.id))
}

impl Job for ImportCourse {
    const KIND: &'static str = "import_course";
    const LONG: bool = true;

    async fn run(self, services: Services, academy: AcademyId) -> Result<(), Fault> {
        let Some(mut row) = begin(&services, academy, self.import).await? else { return Ok(()) };
        let name = uploads::receive::name(row.upload_id);
        let bytes = services.storage.get(academy, &name).await?;
        let title = row.title.clone();
        let read = tokio::task::spawn_blocking(move || match bytes {
            Some(bytes) => files::of_archive(&bytes).and_then(|files| super::read(&files, title.as_deref())),
            None => Err(stopped(words!("Unggahannya sudah tidak ada.", "The upload is gone."))),
        });
        let outcome = read.await.map_err(anyhow::Error::from)?;
        if let Ok(read) = &outcome {
            row.total = Some(i32::try_from(read.counts.lessons + read.counts.quizzes).unwrap_or(i32::MAX));
            let mut tx = services.db.begin(academy).await?;
            // Another worker may have had it meanwhile, if this one was slow: what it wrote stays.
            if store::lock_open(&mut tx, row.id).await?.is_none() {
                return Ok(());
            }
            store::write(&mut tx, &row).await?;
            tx.commit().await?;
        }
        let mut tx = services.db.begin(academy).await?;
        // Who asked for it may have been erased meanwhile, and the import with them.
        if !tx.hold_account(row.user_id).await? || store::lock_open(&mut tx, row.id).await?.is_none() {
            return Ok(());
        }
        let problems = match outcome {
            Ok(read) => match super::write(&mut tx, &services, Some(row.user_id), &read, UNWATCHED).await? {
                Ok(course) => {
                    row.course_id = Some(course);
                    row.done = row.total.unwrap_or_default();
                    read.problems
                }
                Err(objections) => objections.into_iter().map(|objection| stopped(objection.words)).collect(),
            },
            Err(problem) => vec![problem],
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

/// What stopped an import as a whole.
fn stopped(words: Words) -> Problem {
    Problem::new("", None, ProblemSeverity::Error, words)
}
