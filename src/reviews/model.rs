//! Rows of reviews.
#![expect(missing_docs, reason = "the columns are commented in the migration")]

use chrono::{DateTime, Utc};
use diesel::{Insertable, Queryable, Selectable};
use sanggar_schema::tables::reviews;

use super::privacy::ReviewBody;
use crate::{
    catalog::model::CourseId,
    platform::privacy::{Personal, UserId},
};

crate::id_kind!(
    /// The id of a review.
    ReviewId, ReviewKind, "Review", 24
);

#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = reviews, check_for_backend(diesel::pg::Pg))]
pub struct ReviewRow {
    pub id: ReviewId,
    pub course_id: CourseId,
    pub user_id: UserId,
    pub rating: i32,
    pub body: Personal<Option<String>, ReviewBody>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}
