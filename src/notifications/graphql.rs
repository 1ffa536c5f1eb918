//! `Notification`, and what is done with it.

use async_graphql::{Context, InputObject, Object, Result};
use chrono::{DateTime, Utc};

use super::{
    mark_read,
    model::{NotificationId, NotificationRow},
    privacy::{NotificationText, Notified},
    store::{self, NotificationById, Of},
};
use crate::{
    accounts::graphql::AcknowledgedPayload,
    platform::{
        db::AsJson,
        fault::Fault,
        graphql::{Call, CallExt, List, PageArgs, page::list},
        id::GlobalId,
        privacy::{
            Access, Personal, UserId,
            directive::{to, visibility},
        },
        text::Words,
    },
};

/// Something that the viewer was told.
pub struct Notification(pub NotificationRow);

impl Notification {
    /// A notification of the viewer's own.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn by_id(call: &Call, id: NotificationId) -> Result<Option<Self>, Fault> {
        let Some(user) = call.viewer().user else { return Ok(None) };
        Ok(call.load(NotificationById(id)).await?.filter(|row| row.user_id == user).map(Self))
    }

    /// What the viewer was told, newest first.
    ///
    /// # Errors
    /// `BAD_USER_INPUT`, and those of the database.
    pub async fn own(call: &Call, user: UserId, unread: bool, page: &PageArgs) -> Result<List<Self>, Fault> {
        const NAME: &str = "notifications";
        let of = Of { user, unread };
        let page = page.page(call, NAME)?;
        let rows = page.cut(store::newest(&*call.reader().await?, &page, of).await?);
        list(
            call,
            NAME,
            rows,
            |row| (row.created_at, row.id),
            Self,
            move |call| Box::pin(async move { store::count(&*call.reader().await?, of).await }),
        )
    }

    /// One is only ever given to who was told it.
    fn said(&self, ctx: &Context<'_>, what: &Personal<AsJson<Words>, NotificationText>) -> String {
        let own = Access::own(ctx.call().viewer().user == Some(self.0.user_id));
        let said = what.shown_to(&own).map(|words| words.0.in_language(ctx.call().language).to_owned());
        said.unwrap_or_default()
    }
}

/// Something that the viewer was told: what is mailed, and what is told to who has no address.
#[Object(directive = visibility::apply(to::<Notified>()))]
impl Notification {
    /// The global id.
    pub async fn id(&self) -> GlobalId {
        self.0.id.global()
    }

    /// What happened, for the client's code: PASSWORD_CHANGED, ROLE_GRANTED, COURSE_SUBMISSION_DECIDED and the like, as in the audit log.
    /// There will be more: of one that a client does not know it shows title and body.
    async fn kind(&self) -> &str {
        &self.0.kind
    }

    /// In a line, in the language of the request.
    async fn title(&self, ctx: &Context<'_>) -> String {
        self.said(ctx, &self.0.title)
    }

    /// The whole of it, plain text in paragraphs, in the language of the request.
    async fn body(&self, ctx: &Context<'_>) -> String {
        self.said(ctx, &self.0.body)
    }

    /// When it was told.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When the viewer marked it as read; null until then.
    async fn read_at(&self) -> Option<DateTime<Utc>> {
        self.0.read_at
    }
}

/// What was read.
#[derive(InputObject)]
pub struct MarkNotificationsReadInput {
    /// The notifications: 100 at most.
    ids: Vec<NotificationId>,
}

/// Mutations of notifications.
#[derive(Default)]
pub struct NotificationMutations;

/// Mutations of notifications.
#[Object]
impl NotificationMutations {
    /// Marks what the viewer was told as read: all of these, or none. What was read before stays as it was.
    async fn mark_notifications_read(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was read.")] input: MarkNotificationsReadInput,
    ) -> Result<AcknowledgedPayload> {
        let call = ctx.call();
        Ok(match mark_read::mark_read(call, &input.ids).await? {
            Ok(()) => AcknowledgedPayload::done(),
            Err(objection) => AcknowledgedPayload::objections(vec![objection], call.language),
        })
    }
}
