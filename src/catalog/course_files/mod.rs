//! Files of courses: covers, the media of lessons, what is attached to them. A file never changes and is there once in an academy, whoever
//! sent it; versions name it, and when none does any more, it goes.

pub mod address;
pub mod attach;
pub mod cover;
pub mod names;
pub mod store;
pub mod sweep;

use diesel::{Insertable, Queryable, Selectable};
use sanggar_schema::tables::{course_files, lesson_files};

use super::model::{LessonId, VersionId};
use crate::platform::{id::Id, picture::Shape};

crate::id_kind!(
    /// The id of a file in a lesson: the same through all versions.
    AttachmentId, AttachmentKind, "Attachment", 28
);

/// Marks an id as that of a file. Clients never see one.
#[derive(Debug)]
pub enum CourseFile {}
/// The id of a file.
pub type CourseFileId = Id<CourseFile>;

crate::text_enum!(
    /// What is kept of a file.
    FileKind {
        /// A picture, made anew in several widths.
        Cover = "COVER",
        /// The bytes as they were sent.
        Plain = "PLAIN",
    }
);

/// A file.
#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = course_files, check_for_backend(diesel::pg::Pg))]
pub struct FileRow {
    /// The id, which names it where files lie.
    pub id: CourseFileId,
    /// What is kept of it.
    pub kind: FileKind,
    /// SHA-256 of its bytes.
    pub digest: Vec<u8>,
    /// What it is, by its bytes.
    pub media_type: String,
    /// Bytes.
    pub size: i32,
    /// When it came.
    pub created_at: chrono::DateTime<chrono::Utc>,
}

/// A file in a lesson.
#[derive(Queryable, Selectable, Insertable, Clone, Debug, PartialEq, Eq)]
#[diesel(table_name = lesson_files, check_for_backend(diesel::pg::Pg))]
pub struct LessonFileRow {
    /// The version.
    pub version_id: VersionId,
    /// The lesson.
    pub lesson_id: LessonId,
    /// [`MEDIA`], or from one on the place among what is attached.
    pub position: i32,
    /// The attachment itself.
    pub id: AttachmentId,
    /// The file.
    pub file_id: CourseFileId,
    /// Its name.
    pub name: String,
}

/// Where the media of a lesson stands among its files.
pub const MEDIA: i32 = 0;

/// A cover as it is kept: wide enough for a page, a card, a row of a list.
pub const COVERS: [Shape; 3] =
    [Shape { width: 1280, height: 720 }, Shape { width: 640, height: 360 }, Shape { width: 320, height: 180 }];

/// What a cover is.
const COVER_TYPE: &str = "image/jpeg";

/// Where the bytes of a plain file lie.
#[must_use]
pub fn plain(id: CourseFileId) -> String {
    format!("course_files/{}", id.uuid())
}

/// Where a cover of a width lies.
#[must_use]
pub fn cover_of(id: CourseFileId, width: u32) -> String {
    format!("course_files/{}-{width}", id.uuid())
}
