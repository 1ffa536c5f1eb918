//! `importCourse`: an upload is read and written by a job, all or nothing, and the import says how it went.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::{
    Problem, ProblemSeverity, files,
    model::{ImportId, ImportRow, ImportStatus},
    store,
};
use crate::{
    platform::{
        db::AcademyId,
        fault::Fault,
        graphql::{Call, Services, UserErrorCode, user_error::Objection},
        jobs::{self, Job},
        privacy::Role,
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
    let mut tx = call.begin().await?;
    let found = uploads::store::of(&tx, user, upload).await?;
    let Some(found) = found.filter(|found| found.purpose == UploadPurpose::CourseImport) else {
        return Ok(Err(Objection::not_found("upload")));
    };
    if found.stored_at.is_none() {
        let words = words!(
            "Isi berkas belum dikirim ke alamatnya (PUT).",
            "The bytes have not been PUT to the upload's address yet."
        );
        return Ok(Err(Objection::new(UserErrorCode::NotEligible, "upload", words)));
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

    async fn run(self, services: Services, academy: AcademyId) -> Result<(), Fault> {
        let reader = services.db.reader(academy);
        let Some(row) = store::by_id(reader.connection().await?, self.import).await? else { return Ok(()) };
        drop(reader);
        // Finished by an earlier try whose end was not written, or cancelled.
        if row.status != ImportStatus::Queued {
            return Ok(());
        }
        let name = uploads::receive::name(row.upload_id);
        let bytes = services.storage.get(academy, &name).await?;
        let title = row.title.clone();
        let read = tokio::task::spawn_blocking(move || match bytes {
            Some(bytes) => files::of_archive(&bytes).and_then(|files| super::read(&files, title.as_deref())),
            None => Err(Problem::new("", None, ProblemSeverity::Error, "The upload is gone.")),
        });
        let read = read.await.map_err(anyhow::Error::from)?;
        let mut tx = services.db.begin(academy).await?;
        // Another worker may have had it meanwhile, if this one was slow: one of them writes.
        if store::lock(&mut tx, row.id).await? != Some(ImportStatus::Queued) {
            return Ok(());
        }
        let mut done = row.clone();
        match read {
            Ok(read) => match super::write(&mut tx, &services, Some(row.user_id), &read).await? {
                Ok(course) => {
                    let total = i32::try_from(read.counts.lessons + read.counts.quizzes).unwrap_or(i32::MAX);
                    done.status = ImportStatus::Completed;
                    done.course_id = Some(course);
                    (done.done, done.total) = (total, Some(total));
                    done.problems = serde_json::to_value(&read.problems).map_err(anyhow::Error::from)?;
                }
                Err(objections) => {
                    let problems: Vec<_> = objections
                        .iter()
                        .map(|objection| Problem::new("", None, ProblemSeverity::Error, objection.words.en.clone()))
                        .collect();
                    done.status = ImportStatus::Failed;
                    done.problems = serde_json::to_value(problems).map_err(anyhow::Error::from)?;
                }
            },
            Err(problem) => {
                done.status = ImportStatus::Failed;
                done.problems = serde_json::json!([problem]);
            }
        }
        store::finish(&mut tx, &done).await?;
        uploads::store::delete(&mut tx, row.upload_id).await?;
        tx.commit().await?;
        services.storage.delete(academy, &name).await?;
        Ok(())
    }
}
