//! Statements about the audit log.

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension, QueryDsl,
    SelectableHelper, pg::Pg, sql_types::Bool,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sanggar_schema::tables::{audit_entries, audit_heads, audit_links};

use super::{
    AuditEntryId,
    model::{EntryRow, HeadRow, LinkRow},
};
use crate::platform::{db::page::Page, fault::Fault, privacy::UserId};

pub(super) async fn insert(connection: &mut AsyncPgConnection, rows: &[EntryRow]) -> Result<(), Fault> {
    // A statement has no more than 65,535 values.
    for some in rows.chunks(4000) {
        diesel::insert_into(audit_entries::table).values(some).execute(connection).await?;
    }
    Ok(())
}

/// The newest link.
pub(super) async fn last_link(mut connection: &AsyncPgConnection) -> Result<Option<LinkRow>, Fault> {
    let last = audit_links::table.order(audit_links::number.desc()).select(LinkRow::as_select());
    Ok(last.first(&mut connection).await.optional()?)
}

/// The signature under a link.
pub(super) async fn head(mut connection: &AsyncPgConnection, number: i64) -> Result<Option<HeadRow>, Fault> {
    let row = audit_heads::table.filter(audit_heads::number.eq(number)).select(HeadRow::as_select());
    Ok(row.first(&mut connection).await.optional()?)
}

/// The number of the last link that was signed.
pub(super) async fn last_head(mut connection: &AsyncPgConnection) -> Result<Option<i64>, Fault> {
    Ok(audit_heads::table.select(diesel::dsl::max(audit_heads::number)).first(&mut connection).await?)
}

/// Entries that are not linked, oldest first; those added before `since` are known to be.
pub(super) async fn unlinked(
    mut connection: &AsyncPgConnection,
    since: Option<DateTime<Utc>>,
    most: usize,
) -> Result<Vec<EntryRow>, Fault> {
    let linked = audit_links::table.filter(audit_links::entry_id.eq(audit_entries::id));
    let mut query = audit_entries::table
        .filter(diesel::dsl::not(diesel::dsl::exists(linked)))
        .order((audit_entries::at.asc(), audit_entries::id.asc()))
        .limit(i64::try_from(most).unwrap_or(i64::MAX))
        .select(EntryRow::as_select())
        .into_boxed();
    if let Some(since) = since {
        query = query.filter(audit_entries::at.ge(since));
    }
    Ok(query.load(&mut connection).await?)
}

/// When the entries were added that are not linked: how many, and the oldest.
pub(super) async fn waiting(mut connection: &AsyncPgConnection) -> Result<(i64, Option<DateTime<Utc>>), Fault> {
    let linked = audit_links::table.filter(audit_links::entry_id.eq(audit_entries::id));
    let waiting = audit_entries::table.filter(diesel::dsl::not(diesel::dsl::exists(linked)));
    let found = waiting.select((diesel::dsl::count_star(), diesel::dsl::min(audit_entries::at)));
    Ok(found.first(&mut connection).await?)
}

pub(super) async fn insert_links(connection: &mut AsyncPgConnection, links: &[LinkRow]) -> Result<(), Fault> {
    diesel::insert_into(audit_links::table).values(links).execute(connection).await?;
    Ok(())
}

pub(super) async fn insert_head(connection: &mut AsyncPgConnection, head: &HeadRow) -> Result<(), Fault> {
    diesel::insert_into(audit_heads::table).values(head).execute(connection).await?;
    Ok(())
}

/// Links after a number, with their entries, in their order.
pub(super) async fn links_after(
    mut connection: &AsyncPgConnection,
    number: i64,
    most: i64,
) -> Result<Vec<(LinkRow, EntryRow)>, Fault> {
    let links = audit_links::table
        .inner_join(audit_entries::table.on(audit_entries::id.eq(audit_links::entry_id)))
        .filter(audit_links::number.gt(number))
        .order(audit_links::number.asc())
        .limit(most)
        .select((LinkRow::as_select(), EntryRow::as_select()));
    Ok(links.load(&mut connection).await?)
}

/// Signatures under the links after a number: no more than `most` links further.
pub(super) async fn heads_after(
    mut connection: &AsyncPgConnection,
    number: i64,
    most: i64,
) -> Result<Vec<HeadRow>, Fault> {
    let heads = audit_heads::table.filter(audit_heads::number.gt(number)).order(audit_heads::number.asc());
    Ok(heads.limit(most).select(HeadRow::as_select()).load(&mut connection).await?)
}

/// Which entries.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Who did it.
    pub actor: Option<UserId>,
    /// To whose data.
    pub subject: Option<UserId>,
    /// What.
    pub action: Option<String>,
    /// Not before.
    pub since: Option<DateTime<Utc>>,
    /// Before.
    pub until: Option<DateTime<Utc>>,
}

type Condition = Box<dyn diesel::BoxableExpression<audit_entries::table, Pg, SqlType = Bool>>;

impl Filter {
    fn condition(&self) -> Condition {
        let mut all: Condition = Box::new(diesel::dsl::sql::<Bool>("true"));
        if let Some(actor) = self.actor {
            all = Box::new(all.and(audit_entries::actor_id.assume_not_null().eq(actor)));
        }
        if let Some(subject) = self.subject {
            all = Box::new(all.and(audit_entries::subject_id.assume_not_null().eq(subject)));
        }
        if let Some(action) = &self.action {
            all = Box::new(all.and(audit_entries::action.eq(action.clone())));
        }
        if let Some(since) = self.since {
            all = Box::new(all.and(audit_entries::at.ge(since)));
        }
        if let Some(until) = self.until {
            all = Box::new(all.and(audit_entries::at.lt(until)));
        }
        all
    }
}

/// Where an entry stands among the newest.
pub(super) type Newest = (DateTime<Utc>, AuditEntryId);

/// Entries, newest first.
pub(super) async fn newest(
    mut connection: &AsyncPgConnection,
    page: &Page<Newest>,
    filter: &Filter,
) -> Result<Vec<EntryRow>, Fault> {
    use audit_entries::{at, id};
    let mut query = audit_entries::table.filter(filter.condition()).select(EntryRow::as_select()).into_boxed();
    let (after, before) = page.bounds();
    if let Some((time, last)) = after {
        query = query.filter(at.lt(*time).or(at.eq(*time).and(id.lt(*last))));
    }
    if let Some((time, first)) = before {
        query = query.filter(at.gt(*time).or(at.eq(*time).and(id.gt(*first))));
    }
    query = if page.backwards() { query.order((at.asc(), id.asc())) } else { query.order((at.desc(), id.desc())) };
    Ok(query.limit(page.one_more()).load(&mut connection).await?)
}

/// How many entries.
pub(super) async fn count(mut connection: &AsyncPgConnection, filter: &Filter) -> Result<i64, Fault> {
    Ok(audit_entries::table.filter(filter.condition()).count().get_result(&mut connection).await?)
}

crate::batch!(
    /// An entry by its id.
    EntryById(AuditEntryId) -> EntryRow, audit_entries::id
);
