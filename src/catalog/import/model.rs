//! Rows of imports.
#![expect(missing_docs, reason = "the columns are commented in the migration")]

use chrono::{DateTime, Utc};
use diesel::{Insertable, Queryable, Selectable};
use sanggar_schema::tables::imports;
use serde_json::Value as Json;

use super::ImportFormat;
use crate::{
    catalog::model::{CourseId, QuizId},
    platform::privacy::UserId,
    uploads::UploadId,
};

crate::id_kind!(ImportId, ImportKind, "Import", 21);

crate::text_enum!(
    /// How far an import is.
    ImportStatus {
        /// It waits for a worker.
        Queued = "QUEUED",
        /// It is being read.
        Running = "RUNNING",
        /// The course is there.
        Completed = "COMPLETED",
        /// Nothing was taken over.
        Failed = "FAILED",
        /// It was called off.
        Cancelled = "CANCELLED",
    }
);

#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = imports, check_for_backend(diesel::pg::Pg))]
pub struct ImportRow {
    pub id: ImportId,
    pub user_id: UserId,
    pub upload_id: UploadId,
    pub title: Option<String>,
    pub status: ImportStatus,
    pub done: i32,
    pub total: Option<i32>,
    pub course_id: Option<CourseId>,
    pub problems: Json,
    pub created_at: DateTime<Utc>,
    pub into_id: Option<CourseId>,
    pub format: Option<ImportFormat>,
    pub quiz_id: Option<QuizId>,
}
