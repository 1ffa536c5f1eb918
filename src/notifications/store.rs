//! Statements about notifications.

use chrono::{DateTime, Utc};
use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl, SelectableHelper};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sanggar_schema::tables::notifications;

use super::model::{NotificationId, NotificationRow};
use crate::platform::{db::page::Page, fault::Fault, privacy::UserId};

pub(super) async fn insert(connection: &mut AsyncPgConnection, row: &NotificationRow) -> Result<(), Fault> {
    diesel::insert_into(notifications::table).values(row).execute(connection).await?;
    Ok(())
}

/// Where a notification stands among the newest.
pub(super) type Newest = (DateTime<Utc>, NotificationId);

/// Whose, and which of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Of {
    pub user: UserId,
    /// Only what was not read yet.
    pub unread: bool,
}

/// What a person was told, newest first.
pub(super) async fn newest(
    mut connection: &AsyncPgConnection,
    page: &Page<Newest>,
    of: Of,
) -> Result<Vec<NotificationRow>, Fault> {
    use notifications::{created_at, id};
    let own = notifications::table.filter(notifications::user_id.eq(of.user));
    let mut query = own.select(NotificationRow::as_select()).into_boxed();
    if of.unread {
        query = query.filter(notifications::read_at.is_null());
    }
    let (after, before) = page.bounds();
    if let Some((time, last)) = after {
        query = query.filter(created_at.lt(*time).or(created_at.eq(*time).and(id.lt(*last))));
    }
    if let Some((time, first)) = before {
        query = query.filter(created_at.gt(*time).or(created_at.eq(*time).and(id.gt(*first))));
    }
    query = if page.backwards() {
        query.order((created_at.asc(), id.asc()))
    } else {
        query.order((created_at.desc(), id.desc()))
    };
    Ok(query.limit(page.one_more()).load(&mut connection).await?)
}

/// How many there are.
pub(super) async fn count(mut connection: &AsyncPgConnection, of: Of) -> Result<i64, Fault> {
    let mut own = notifications::table.filter(notifications::user_id.eq(of.user)).count().into_boxed();
    if of.unread {
        own = own.filter(notifications::read_at.is_null());
    }
    Ok(own.get_result(&mut connection).await?)
}

/// What a person was told since a moment, oldest first, but what is known.
pub(super) async fn since(
    mut connection: &AsyncPgConnection,
    user: UserId,
    moment: DateTime<Utc>,
    known: &[NotificationId],
) -> Result<Vec<NotificationRow>, Fault> {
    let own = notifications::table
        .filter(notifications::user_id.eq(user))
        .filter(notifications::created_at.ge(moment))
        .filter(notifications::id.ne_all(known));
    let rows = own.order((notifications::created_at, notifications::id)).select(NotificationRow::as_select());
    Ok(rows.load(&mut connection).await?)
}

/// Whether a person was told of such a thing and has not read it yet.
pub(super) async fn is_unread(mut connection: &AsyncPgConnection, user: UserId, kind: &str) -> Result<bool, Fault> {
    let unread = notifications::table
        .filter(notifications::user_id.eq(user))
        .filter(notifications::kind.eq(kind))
        .filter(notifications::read_at.is_null());
    Ok(diesel::select(diesel::dsl::exists(unread)).get_result(&mut connection).await?)
}

/// Which of these were told to a person.
pub(super) async fn own(
    mut connection: &AsyncPgConnection,
    user: UserId,
    ids: &[NotificationId],
) -> Result<Vec<NotificationId>, Fault> {
    let own = notifications::table.filter(notifications::user_id.eq(user)).filter(notifications::id.eq_any(ids));
    Ok(own.select(notifications::id).load(&mut connection).await?)
}

/// Notes that a person has read these; what was read before stays as it is.
pub(super) async fn mark_read(
    connection: &mut AsyncPgConnection,
    user: UserId,
    ids: &[NotificationId],
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let unread = notifications::table
        .filter(notifications::user_id.eq(user))
        .filter(notifications::id.eq_any(ids))
        .filter(notifications::read_at.is_null());
    diesel::update(unread).set(notifications::read_at.eq(now)).execute(connection).await?;
    Ok(())
}

crate::batch!(
    /// A notification by its id.
    NotificationById(NotificationId) -> NotificationRow, notifications::id
);
