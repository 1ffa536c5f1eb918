//! Rows of uploads.
#![expect(missing_docs, reason = "the columns are commented in the migration")]

use chrono::{DateTime, Utc};
use diesel::{Insertable, Queryable, Selectable};
use sanggar_schema::tables::uploads;

use super::privacy::{FileName, UploadToken};
use crate::platform::privacy::{Personal, UserId};

crate::id_kind!(UploadId, UploadKind, "PendingUpload", 20);

crate::text_enum!(
    /// What a file is for.
    UploadPurpose {
        /// A course to be imported.
        CourseImport = "COURSE_IMPORT",
        /// A bank of questions to be imported.
        QuestionImport = "QUESTION_IMPORT",
        /// A person's picture.
        Avatar = "AVATAR",
        /// The picture of a course.
        CourseCover = "COURSE_COVER",
        /// The video, sound or file that a lesson is.
        LessonMedia = "LESSON_MEDIA",
        /// A file beside a lesson.
        Attachment = "ATTACHMENT",
        /// A list of people to be enrolled: CSV.
        Enrolment = "ENROLMENT",
    }
);

#[derive(Queryable, Selectable, Clone, Debug)]
#[diesel(table_name = uploads, check_for_backend(diesel::pg::Pg))]
pub struct UploadRow {
    pub id: UploadId,
    pub user_id: UserId,
    pub purpose: UploadPurpose,
    pub size: i32,
    pub stored_at: Option<DateTime<Utc>>,
    pub expires_at: DateTime<Utc>,
    pub digest: Option<Vec<u8>>,
    pub media_type: Option<String>,
}

#[derive(Insertable)]
#[diesel(table_name = uploads)]
pub(super) struct NewUpload {
    pub id: UploadId,
    pub user_id: UserId,
    pub purpose: UploadPurpose,
    pub file_name: Personal<String, FileName>,
    pub content_type: String,
    pub size: i32,
    pub token_hash: Personal<Vec<u8>, UploadToken>,
    pub expires_at: DateTime<Utc>,
}
