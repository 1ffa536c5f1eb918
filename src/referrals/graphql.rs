//! `ReferralAccount` and `Referral`.

use async_graphql::{Context, Object, Result};
use chrono::{DateTime, Utc};
use url::Url as Address;

use super::{
    model::{ReferralId, ReferralRow, ReferralStatus},
    own_code,
    privacy::Referred,
    store::{self, ReferralById},
};
use crate::{
    platform::{
        fault::Fault,
        graphql::{Call, CallExt, List, PageArgs, page::list, scalars::Url},
        id::GlobalId,
        privacy::{Audience, Datum, UserId, directive::visibility},
    },
    profiles::graphql::User,
};

/// With what a person refers others, and who came.
pub struct ReferralAccount {
    user: UserId,
    code: String,
    url: Address,
}

impl ReferralAccount {
    /// The viewer's own; nothing where the academy does not offer it, or the server has no address that a link could lead to.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn own(call: &Call, user: UserId) -> Result<Option<Self>, Fault> {
        let Some(mut url) = call.services.settings.public_url.clone() else { return Ok(None) };
        let Some(code) = own_code::own_code(call, user).await? else { return Ok(None) };
        url.set_path("register");
        url.query_pairs_mut().append_pair("ref", &code);
        Ok(Some(Self { user, code, url }))
    }
}

/// With what a person refers others, and who came.
#[Object(directive = visibility::apply(vec![Audience::Self_]))]
impl ReferralAccount {
    /// Goes into `register` (`referralCode`), in capital or small letters.
    async fn code(&self) -> &str {
        &self.code
    }

    /// Leads to the client's page `/register` with the code as `ref`.
    async fn url(&self) -> Url {
        Url(self.url.clone())
    }

    /// Who came by the code and proved their address, newest first.
    async fn referred(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the start; 20 where none is asked for, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end; 100 at most.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Result<List<Referral>> {
        const NAME: &str = "referred";
        let (call, user) = (ctx.call(), self.user);
        let page = PageArgs { first, after, last, before }.page(call, NAME)?;
        let rows = page.cut(store::newest(&*call.reader().await?, &page, user).await?);
        Ok(list(
            call,
            NAME,
            rows,
            |row| (row.attributed_at, row.id),
            Referral,
            move |call| Box::pin(async move { store::count(&*call.reader().await?, user).await }),
        )?)
    }
}

/// Somebody who came by the viewer's code.
pub struct Referral(ReferralRow);

impl Referral {
    /// A referral by the viewer.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn by_id(call: &Call, id: ReferralId) -> Result<Option<Self>, Fault> {
        let Some(user) = call.viewer().user.filter(|_| call.sharing().holds(&Referred::ENTRY)) else { return Ok(None) };
        Ok(call.load(ReferralById(id)).await?.filter(|row| row.referrer_id == user).map(Self))
    }
}

/// Somebody who came by the viewer's code.
#[Object(directive = visibility::apply(vec![Audience::Self_]))]
impl Referral {
    /// The global id.
    pub async fn id(&self) -> GlobalId {
        self.0.id.global()
    }

    /// Who it is; null unless the viewer sees something of them in any case.
    async fn user(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        Ok(User::visible(ctx.call(), self.0.referred_id).await?)
    }

    /// How far it is.
    async fn status(&self) -> ReferralStatus {
        self.0.status
    }

    /// When they proved their address.
    async fn attributed_at(&self) -> DateTime<Utc> {
        self.0.attributed_at
    }

    /// When they completed their first course.
    async fn qualified_at(&self) -> Option<DateTime<Utc>> {
        self.0.qualified_at
    }
}
