//! `AuditEntry`.

use async_graphql::{Context, InputObject, Object};
use chrono::{DateTime, Utc};

use super::{
    AuditEntryId,
    model::EntryRow,
    privacy::AccessReason,
    store::{self, EntryById, Filter},
};
use crate::{
    platform::{
        fault::Fault,
        graphql::{Call, CallExt, List, PageArgs, page::list, scalars::Json, shown::whole},
        id::GlobalId,
        privacy::{
            Access, Datum, Role, Ties, UserId, UserKind,
            directive::{to, visibility},
        },
        text::hex,
    },
    profiles::graphql::User,
};

/// Who did what to whose data, and why.
pub struct AuditEntry {
    row: EntryRow,
    access: Access,
}

impl AuditEntry {
    /// The entry, for whom it is about and for who answers for the academy's data.
    fn for_viewer(call: &Call, row: EntryRow) -> Result<Option<Self>, Fault> {
        // Nobody's data is the academy's own affair: there is nobody whose reading would be noted.
        let access = call.access_to(row.subject_id.unwrap_or(NOBODY), Ties::default(), Vec::new());
        let open = match row.subject_id {
            Some(_) => access.open(&AccessReason::ENTRY),
            None => access.decide(&AccessReason::ENTRY),
        };
        Ok(whole(open)?.then_some(Self { row, access }))
    }

    /// An entry by its id.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` without a reason, and those of the database.
    pub async fn by_id(call: &Call, id: AuditEntryId) -> Result<Option<Self>, Fault> {
        match call.load(EntryById(id)).await? {
            Some(row) => Self::for_viewer(call, row),
            None => Ok(None),
        }
    }

    /// The log, newest first, for who answers for the academy's data.
    ///
    /// # Errors
    /// `UNAUTHENTICATED`, `FORBIDDEN`, `BAD_USER_INPUT` without a reason, and those of the database.
    pub async fn all(call: &Call, filter: Filter, page: &PageArgs) -> Result<List<Self>, Fault> {
        call.viewer().with_role(&[Role::PrivacyOfficer, Role::Admin])?;
        if !call.reads().explained() {
            return Err(Fault::unexplained());
        }
        Self::page(call, filter, page).await
    }

    /// What was done to a person's data, newest first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn about(call: &Call, subject: UserId, page: &PageArgs) -> Result<List<Self>, Fault> {
        Self::page(call, Filter { subject: Some(subject), ..Filter::default() }, page).await
    }

    async fn page(call: &Call, filter: Filter, page: &PageArgs) -> Result<List<Self>, Fault> {
        let page = page.page(call, "audit")?;
        let rows = page.cut(store::newest(&*call.reader().await?, &page, &filter).await?);
        let rows = rows.try_filter_map(|row| Self::for_viewer(call, row))?;
        list(
            call,
            "audit",
            rows,
            |entry| (entry.row.at, entry.row.id),
            |entry| entry,
            move |call| {
                let filter = filter.clone();
                Box::pin(async move { store::count(&*call.reader().await?, &filter).await })
            },
        )
    }
}

/// No person's id.
const NOBODY: UserId = UserId::from_uuid(uuid::Uuid::nil());

/// Who did what to whose data, and why. The log is only ever added to; `sanggar audit verify` says up to where it holds.
#[Object(directive = visibility::apply(to::<AccessReason>()))]
impl AuditEntry {
    /// The global id.
    pub async fn id(&self) -> GlobalId {
        self.row.id.global()
    }

    /// When.
    async fn at(&self) -> DateTime<Utc> {
        self.row.at
    }

    /// Who did it; null where the platform did.
    async fn actor(&self) -> Option<User> {
        self.row.actor_id.map(User)
    }

    /// The name of who did it: who reads somebody's data is named to them, whatever else of them is private.
    async fn actor_name(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<String>> {
        let Some(actor) = self.row.actor_id else { return Ok(None) };
        Ok(User(actor).name_in_office(ctx.call()).await?)
    }

    /// What: READ, and what else is done to somebody's data.
    async fn action(&self) -> &str {
        &self.row.action
    }

    /// The global id of whose data it is.
    async fn subject(&self) -> Option<String> {
        self.row.subject_id.map(|subject| subject.to_string())
    }

    /// Why, in the words of who did it.
    async fn reason(&self) -> Option<String> {
        self.row.reason.shown_to(&self.access).ok().cloned().flatten()
    }

    /// Names of fields, roles, ids: never what a field holds.
    async fn detail(&self) -> Option<Json> {
        Some(Json(self.row.detail.clone()))
    }

    /// SHA-256 of the entry, hexadecimal: what the chain links.
    async fn hash(&self) -> String {
        hex(&self.row.hash)
    }
}

/// Which entries of the audit log.
#[derive(InputObject, Default)]
pub struct AuditFilter {
    /// Who did it.
    actor: Option<GlobalId>,
    /// To whose data.
    subject: Option<GlobalId>,
    /// What: READ, and what else is done to somebody's data.
    action: Option<String>,
    /// Not before.
    since: Option<DateTime<Utc>>,
    /// Before.
    until: Option<DateTime<Utc>>,
}

impl From<AuditFilter> for Filter {
    fn from(filter: AuditFilter) -> Self {
        // What is no person's id is nobody's: nothing is found by it.
        let person = |id: Option<GlobalId>| id.map(|id| id.of::<UserKind>().unwrap_or(NOBODY));
        Self {
            actor: person(filter.actor),
            subject: person(filter.subject),
            action: filter.action,
            since: filter.since,
            until: filter.until,
        }
    }
}
