//! `importQuestions`: a bank of an upload goes into a quiz.

use crate::{
    catalog::{
        authority, content,
        import::{
            ImportFormat, job,
            model::{ImportId, ImportRow},
        },
        model::QuizId,
        store as catalog,
    },
    platform::{
        fault::Fault,
        graphql::{Call, UserErrorCode, user_error::Objection},
        privacy::Role,
    },
    uploads::{UploadId, UploadPurpose},
};

/// Asks for an import into the draft that a quiz is in.
///
/// # Errors
/// `UNAUTHENTICATED`, `FORBIDDEN` to who is no instructor, and those of the database.
pub async fn ask(
    call: &Call,
    quiz: QuizId,
    upload: UploadId,
    format: Option<ImportFormat>,
) -> Result<Result<ImportId, Objection>, Fault> {
    let user = call.viewer().with_role(&[Role::Instructor, Role::Admin])?;
    if format == Some(ImportFormat::Markdown) {
        let words = words!(
            "Bank soal berbentuk GIFT, MOODLE_XML, atau OLX.",
            "A bank of questions is of the form GIFT, MOODLE_XML or OLX."
        );
        return Ok(Err(Objection::new(UserErrorCode::Invalid, "format", words)));
    }
    let mut tx = call.begin().await?;
    let Some(known) = call.load_in(&tx, content::VersionOfQuiz(quiz)).await? else {
        return Ok(Err(Objection::not_found("quiz")));
    };
    let course = catalog::version(&tx, known).await?.course_id;
    or_object!(authority::lock_to_edit(call, &mut tx, course, "quiz").await?);
    let row = ImportRow { into_id: Some(course), quiz_id: Some(quiz), format, ..job::asked(call, user, upload) };
    job::queue(call, tx, row, UploadPurpose::QuestionImport).await
}
