//! What a person was told.

use crate::platform::privacy::{PersonalDataClass, RetentionStart, Table};

crate::datum!(
    /// That a person was told something, and whether they have read it: read whole, through `Notification`.
    Notified {
        subject: "Viewer",
        field: "notifications",
        columns: &["notifications.kind", "notifications.created_at", "notifications.read_at"],
        class: PersonalDataClass::Communication,
        guarded_whole: true,
        starts: RetentionStart::AccountClosed,
    }
);

crate::datum!(
    /// What a person was told of what happened to them.
    NotificationText {
        subject: "Notification",
        field: "body",
        columns: &["notifications.title", "notifications.body"],
        class: PersonalDataClass::Communication,
        starts: RetentionStart::AccountClosed,
    }
);

/// The room's tables.
pub const TABLES: &[Table] = &[Table::of_person("notifications", "user_id", &["academy_id", "id", "user_id"])];
