//! `Certificate` for its holder, `CertificateVerification` for anybody who has its code.

use std::sync::Arc;

use async_graphql::{Context, Enum, Object, Result};
use chrono::{DateTime, Utc};

use super::{
    code,
    model::{CertificateId, CertificateRow, CertificateStatus},
    privacy::{HeldCertificate, HolderName},
    store::{self, CertificateById, CertificateOf, CertificatesOf},
};
use crate::{
    catalog::graphql::Course,
    enrolment::model::EnrolmentId,
    platform::{
        fault::Fault,
        graphql::{Call, CallExt, Guarded, List, PageArgs, page::list, scalars::Url},
        id::GlobalId,
        privacy::{
            Access, Datum, Entry, UserId,
            directive::{class, personalData, to, visibility},
        },
    },
    profiles::AccessTo,
};

/// What anybody with the code may know.
fn everybody() -> Access {
    Access::public()
}

/// A certificate, as its holder's.
pub struct Certificate(CertificateRow);

impl Certificate {
    /// The certificates of a person, newest first, for who was found to be allowed.
    ///
    /// # Errors
    /// `BAD_USER_INPUT`, and those of the database.
    pub(crate) async fn of_person(call: &Call, holder: UserId, page: &PageArgs) -> Result<List<Self>, Fault> {
        let page = page.page(call, "certificates")?;
        let all = call.load(CertificatesOf(holder)).await?.unwrap_or_default();
        let (count, rows) = (all.len(), page.of_few(all, position));
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        list(call, "certificates", rows, position, Self, move |_| Box::pin(async move { Ok(count) }))
    }

    /// A certificate by its id.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn by_id(call: &Call, id: CertificateId) -> Result<Option<Self>, Fault> {
        Ok(call.guarded(CertificateById(id)).await?.map(Self))
    }

    /// The certificate of an enrolment.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn of(call: &Call, enrolment: EnrolmentId) -> Result<Option<Self>, Fault> {
        let Some(row) = call.load(CertificateOf(enrolment)).await? else { return Ok(None) };
        Ok(call.opens::<CertificateById>(&row).await?.then_some(Self(row)))
    }
}

impl Guarded for CertificateById {
    const DATUM: Entry = HeldCertificate::ENTRY;

    async fn access(call: &Call, row: &CertificateRow) -> Result<Option<Arc<Access>>, Fault> {
        // Whose holder was erased is hidden as one is of somebody who shows nothing.
        let holder = row.user_id.unwrap_or_else(|| call.services.random.id());
        Ok(call.load(AccessTo(holder)).await?.map(|seen| seen.access))
    }
}

/// Where a certificate stands among a person's: newest first.
fn position(row: &CertificateRow) -> (i64, CertificateId) {
    (-row.issued_at.timestamp_micros(), row.id)
}

/// A certificate, for its holder and for whom they show it to.
#[Object(directive = visibility::apply(to::<HeldCertificate>()))]
impl Certificate {
    /// The global id.
    pub async fn id(&self) -> GlobalId {
        self.0.id.global()
    }

    /// What anybody types to check it.
    async fn code(&self) -> String {
        code::shown(&self.0.code)
    }

    /// The course, where it is still there.
    async fn course(&self, ctx: &Context<'_>) -> Result<Option<Course>> {
        Ok(Course::load(ctx.call(), self.0.course_id).await?)
    }

    /// The course's title when it was issued.
    async fn course_title(&self) -> &str {
        &self.0.course_title
    }

    /// The holder's name when it was issued.
    async fn holder_name(&self) -> Option<String> {
        self.0.holder_name.shown_to(&everybody()).ok().cloned().flatten()
    }

    /// When it was issued.
    async fn issued_at(&self) -> DateTime<Utc> {
        self.0.issued_at
    }

    /// Until when it holds; null: for good.
    async fn expires_at(&self) -> Option<DateTime<Utc>> {
        self.0.expires_at
    }

    /// Whether it holds.
    async fn status(&self, ctx: &Context<'_>) -> CertificateStatus {
        let over = self.0.expires_at.is_some_and(|end| end <= ctx.call().services.clock.now());
        if over && self.0.status == CertificateStatus::Valid { CertificateStatus::Expired } else { self.0.status }
    }

    /// The address that answers for it.
    #[expect(clippy::unused_async, reason = "a resolver is")]
    async fn verify_url(&self, ctx: &Context<'_>) -> Result<Url> {
        let public = ctx.call().services.settings.public_url.as_ref();
        // Issued under an address that was taken out of the configuration since.
        let base = public.ok_or_else(|| Fault::from(anyhow::anyhow!("SANGGAR_PUBLIC_URL is not set")))?;
        let url = base.join(&format!("verify/{}", code::shown(&self.0.code))).map_err(anyhow::Error::from);
        Ok(Url(url.map_err(Fault::from)?))
    }

    /// The signed document: an Open Badges 3.0 credential as a compact JWT (EdDSA).
    async fn credential_jwt(&self) -> Option<String> {
        self.0.jwt.shown_to(&everybody()).ok().cloned().flatten()
    }
}

/// What a code turns out to be.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum VerificationStatus {
    /// It holds.
    Valid,
    /// Its time is over.
    Expired,
    /// The academy took it back.
    Revoked,
    /// A corrected one took its place.
    Replaced,
    /// The academy's retention has ended; the document itself still verifies.
    NoLongerHeld,
    /// There is no certificate of this code.
    NotFound,
}

/// What anyone with the code may know, and no more. It outlives the account.
pub struct CertificateVerification {
    code: String,
    found: Option<CertificateRow>,
}

impl CertificateVerification {
    /// What a code turns out to be, in whichever academy it was issued.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn of_code(call: &Call, typed: &str) -> Result<Self, Fault> {
        let unknown = || Self { code: typed.chars().take(64).collect(), found: None };
        let Some(code) = code::read(typed) else { return Ok(unknown()) };
        let academy = store::academy_of(&*call.reader().await?, &code).await?;
        let found = match academy {
            None => None,
            Some(academy) if academy == call.academy => store::by_code(&*call.reader().await?, &code).await?,
            Some(academy) => {
                // One connection at a time: a second one must not be waited for with the first in hand.
                call.give_back_reader().await;
                let elsewhere = call.services.db.reader(academy);
                store::by_code(&*elsewhere.connection().await?, &code).await?
            }
        };
        Ok(Self { code: code::shown(&code), found })
    }
}

/// What anyone with the code may know, and no more. It outlives the account.
#[Object]
impl CertificateVerification {
    /// Whether it holds.
    async fn status(&self, ctx: &Context<'_>) -> VerificationStatus {
        let Some(row) = &self.found else { return VerificationStatus::NotFound };
        let now = ctx.call().services.clock.now();
        match row.status {
            CertificateStatus::Valid if row.expires_at.is_some_and(|end| end <= now) => VerificationStatus::Expired,
            CertificateStatus::Valid => VerificationStatus::Valid,
            CertificateStatus::Expired => VerificationStatus::Expired,
            CertificateStatus::Revoked => VerificationStatus::Revoked,
            CertificateStatus::Replaced => VerificationStatus::Replaced,
        }
    }

    /// The code, as it was meant.
    async fn code(&self) -> &str {
        &self.code
    }

    /// The holder's name when it was issued; null where it is no longer held.
    #[graphql(directive = visibility::apply(to::<HolderName>()), directive = personalData::apply(class::<HolderName>()))]
    async fn holder_name(&self) -> Option<String> {
        self.found.as_ref()?.holder_name.shown_to(&everybody()).ok().cloned().flatten()
    }

    /// The course's title when it was issued.
    async fn course_title(&self) -> Option<&str> {
        self.found.as_ref().map(|row| row.course_title.as_str())
    }

    /// The academy's name when it was issued.
    async fn issuer_name(&self) -> Option<&str> {
        self.found.as_ref().map(|row| row.issuer_name.as_str())
    }

    /// When it was issued.
    async fn issued_at(&self) -> Option<DateTime<Utc>> {
        self.found.as_ref().map(|row| row.issued_at)
    }

    /// Until when it holds; null: for good.
    async fn expires_at(&self) -> Option<DateTime<Utc>> {
        self.found.as_ref()?.expires_at
    }
}
