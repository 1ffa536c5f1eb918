//! Rows of notifications.
#![expect(missing_docs, reason = "the columns are commented in the migration")]

use chrono::{DateTime, Utc};
use diesel::{Insertable, Queryable, Selectable};
use sanggar_schema::tables::notifications;

use super::privacy::NotificationText;
use crate::platform::{
    db::AsJson,
    privacy::{Personal, UserId},
    text::Words,
};

crate::id_kind!(
    /// The id of a notification.
    NotificationId, NotificationKind, "Notification", 26
);

#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = notifications, check_for_backend(diesel::pg::Pg))]
pub struct NotificationRow {
    pub id: NotificationId,
    pub user_id: UserId,
    pub kind: String,
    pub title: Personal<AsJson<Words>, NotificationText>,
    pub body: Personal<AsJson<Words>, NotificationText>,
    pub created_at: DateTime<Utc>,
    pub read_at: Option<DateTime<Utc>>,
}
