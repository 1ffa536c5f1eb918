//! `Viewer`, `Session`, and the mutations of accounts.

mod factors;
mod passwords;
mod providers;
mod sign_in;
mod standing;

use async_graphql::{Context, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};

pub use self::{
    factors::FactorMutations,
    passwords::PasswordMutations,
    providers::{LinkedIdentity, LogInProvider, ProviderMutations},
    sign_in::SignInMutations,
    standing::StandingMutations,
};
use super::{
    model::{MfaMethod, SessionRow},
    privacy::PendingEmail,
    session::{Challenge, Entered, Opened},
    store::{self, SessionsOf},
};
use crate::{
    audit::graphql::AuditEntry,
    catalog::{
        self,
        graphql::{Course, Lesson},
    },
    enrolment::{
        graphql::{Enrolment, bookmarks},
        model::EnrolmentStatus,
        privacy::Bookmarked,
    },
    instructors::graphql::InstructorApplication,
    notifications::graphql::Notification,
    platform::{
        fault::Fault,
        graphql::{
            Call, CallExt, List, PageArgs, UserError, UserErrorCode,
            call::Cookie,
            user_error::{self, Objection},
        },
        id::GlobalId,
        privacy::{
            Access, Audience, Role, SessionId, UserId,
            directive::{class, personalData, to, visibility},
        },
        text::Language,
    },
    profiles::{
        graphql::{FieldVisibility, User},
        store::WardsOf,
    },
    referrals::graphql::ReferralAccount,
};

/// The signed-in account, as only its owner sees it.
pub struct Viewer {
    user: UserId,
}

impl Viewer {
    /// The viewer of a request, or nobody.
    #[must_use]
    pub fn of(call: &Call) -> Option<Self> {
        call.viewer().user.map(|user| Self { user })
    }
}

/// The signed-in account, as only its owner sees it.
#[Object(directive = visibility::apply(vec![Audience::Self_]))]
impl Viewer {
    /// The person.
    async fn user(&self) -> User {
        User(self.user)
    }

    /// What they may do here.
    async fn roles(&self, ctx: &Context<'_>) -> Vec<Role> {
        ctx.call().viewer().roles.iter().collect()
    }

    /// Their mail address; a pupil may have a user name and no address.
    async fn email(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(User(self.user).own_email(ctx.call()).await?)
    }

    /// Whether the address was proved.
    async fn email_verified(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(User(self.user).own_email_verified(ctx.call()).await?)
    }

    /// The address that they asked for (`changeEmail`), until it is confirmed.
    #[graphql(directive = visibility::apply(to::<PendingEmail>()), directive = personalData::apply(class::<PendingEmail>()))]
    async fn pending_email(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let login = store::login_of(&*ctx.call().reader().await?, self.user).await?;
        let own = Access::own(true);
        Ok(login.and_then(|login| login.pending_email.shown_to(&own).ok().cloned().flatten()))
    }

    /// The second factor.
    async fn mfa(&self, ctx: &Context<'_>) -> Result<MfaStatus> {
        let reader = ctx.call().reader().await?;
        let enabled = store::has_second_factor(&reader, self.user).await?;
        let left = store::recovery_codes_left(&reader, self.user).await?;
        let totp = enabled.then_some(MfaMethod::Totp);
        let recovery_code = (enabled && left > 0).then_some(MfaMethod::RecoveryCode);
        Ok(MfaStatus {
            enabled,
            methods: totp.into_iter().chain(recovery_code).collect(),
            recovery_codes_left: i32::try_from(left).unwrap_or(i32::MAX),
            required_for: ctx.call().viewer().waiting.iter().collect(),
        })
    }

    /// Where they are signed in, newest first.
    async fn sessions(&self, ctx: &Context<'_>) -> Result<Vec<Session>> {
        let rows = ctx.call().load(SessionsOf(self.user)).await?.unwrap_or_default();
        Ok(rows.into_iter().map(Session).collect())
    }

    /// Their accounts at log-in providers, oldest first.
    async fn identities(&self, ctx: &Context<'_>) -> Result<Vec<LinkedIdentity>> {
        Ok(LinkedIdentity::all_of(ctx.call(), self.user).await?)
    }

    /// What they learn, newest first.
    async fn learning(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that are this far.")] status: Option<Vec<EnrolmentStatus>>,
        #[graphql(desc = "So many from the start; 20 where none is asked for, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end; 100 at most.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Result<List<Enrolment>> {
        let page = PageArgs { first, after, last, before };
        Ok(Enrolment::own(ctx.call(), self.user, status, &page).await?)
    }

    /// What they teach, published or not, newest first.
    async fn teaching(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the start; 20 where none is asked for, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end; 100 at most.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Result<List<Course>> {
        let page = PageArgs { first, after, last, before };
        Ok(catalog::graphql::taught_by(ctx.call(), ctx.call().viewer().teacher()?, &page).await?)
    }

    /// Their applications to teach, newest first.
    async fn instructor_applications(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the start; 20 where none is asked for, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end; 100 at most.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Result<List<InstructorApplication>> {
        let page = PageArgs { first, after, last, before };
        Ok(InstructorApplication::all(ctx.call(), None, Some(self.user), &page).await?)
    }

    /// What was done to their data, and by whom, newest first.
    async fn security_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the start; 20 where none is asked for, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end; 100 at most.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Result<List<AuditEntry>> {
        let page = PageArgs { first, after, last, before };
        Ok(AuditEntry::about(ctx.call(), self.user, &page).await?)
    }

    /// With what they refer others, and who came; null where the academy does not offer it, or the server has no public address.
    async fn referral(&self, ctx: &Context<'_>) -> Result<Option<ReferralAccount>> {
        Ok(ReferralAccount::own(ctx.call(), self.user).await?)
    }

    /// Lessons that they have marked and may still see, newest first.
    #[graphql(directive = visibility::apply(to::<Bookmarked>()), directive = personalData::apply(class::<Bookmarked>()))]
    async fn bookmarks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the start; 20 where none is asked for, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end; 100 at most.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Result<Option<List<Lesson>>> {
        Ok(Some(bookmarks(ctx.call(), self.user, &PageArgs { first, after, last, before }).await?))
    }

    /// What they were told, newest first.
    async fn notifications(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only what they have not read yet.", default)] unread: bool,
        #[graphql(desc = "So many from the start; 20 where none is asked for, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end; 100 at most.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Result<List<Notification>> {
        let page = PageArgs { first, after, last, before };
        Ok(Notification::own(ctx.call(), self.user, unread, &page).await?)
    }

    /// Of whom they are a confirmed guardian.
    async fn wards(&self, ctx: &Context<'_>) -> Result<Vec<User>> {
        Ok(ctx.call().load(WardsOf(self.user)).await?.unwrap_or_default().into_iter().map(User).collect())
    }

    /// To whom they show each field.
    async fn visibility(&self, ctx: &Context<'_>) -> Result<Vec<FieldVisibility>> {
        Ok(FieldVisibility::all_of(ctx.call(), self.user).await?)
    }
}

/// A place where somebody is signed in.
pub struct Session(SessionRow);

impl Session {
    /// A session of the viewer, by its id.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn of_viewer(call: &Call, id: SessionId) -> Result<Option<Self>, Fault> {
        let Some(user) = call.viewer().user else { return Ok(None) };
        let rows = call.load(SessionsOf(user)).await?.unwrap_or_default();
        Ok(rows.into_iter().find(|row| row.id == id).map(Self))
    }

    /// A session is only ever given to whose it is.
    fn own(&self, ctx: &Context<'_>) -> Access {
        Access::own(ctx.call().viewer().user == Some(self.0.user_id))
    }
}

/// A place where somebody is signed in.
#[Object(directive = visibility::apply(vec![Audience::Self_]))]
impl Session {
    /// The global id.
    pub async fn id(&self) -> GlobalId {
        self.0.id.global()
    }

    /// Whether this request came in it.
    async fn current(&self, ctx: &Context<'_>) -> bool {
        ctx.call().viewer().session == Some(self.0.id)
    }

    /// What it was opened with.
    async fn device(&self, ctx: &Context<'_>) -> String {
        self.0.device.shown_to(&self.own(ctx)).cloned().unwrap_or_default()
    }

    /// The address that it was opened from.
    async fn ip_address(&self, ctx: &Context<'_>) -> String {
        self.0.ip_address.shown_to(&self.own(ctx)).cloned().unwrap_or_default()
    }

    /// When it was opened.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it was last used, to some minutes.
    async fn last_seen_at(&self) -> DateTime<Utc> {
        self.0.last_seen_at
    }

    /// When it ends whatever happens; it ends earlier when it is not used.
    async fn expires_at(&self) -> DateTime<Utc> {
        self.0.expires_at
    }
}

/// That it was taken note of.
#[derive(SimpleObject)]
pub struct AcknowledgedPayload {
    /// True where there is nothing to mend.
    pub acknowledged: bool,
    /// What the person can mend.
    pub user_errors: Vec<UserError>,
}

impl AcknowledgedPayload {
    /// Done.
    #[must_use]
    pub const fn done() -> Self {
        Self { acknowledged: true, user_errors: Vec::new() }
    }

    /// What a verb came to.
    fn of(outcome: Result<(), Objection>, language: Language) -> Self {
        outcome.map_or_else(|objection| Self::objections(vec![objection], language), |()| Self::done())
    }

    /// Not done, and why.
    #[must_use]
    pub fn objections(objections: Vec<Objection>, language: Language) -> Self {
        Self { acknowledged: false, user_errors: user_error::told(objections, language) }
    }
}

/// The second factor of an account.
#[derive(SimpleObject)]
pub struct MfaStatus {
    /// Whether one is asked for when the person signs in.
    enabled: bool,
    /// With what one may answer.
    methods: Vec<MfaMethod>,
    /// Recovery codes that were not used yet.
    recovery_codes_left: i32,
    /// Roles of theirs that are useless until a second factor is set up, as the academy's policy asks: MFA_REQUIRED until then.
    required_for: Vec<Role>,
}

/// A second factor is asked for.
#[derive(SimpleObject)]
pub struct MfaChallenge {
    /// Goes into `completeMfa`.
    challenge: String,
    /// With what one may answer.
    methods: Vec<MfaMethod>,
    /// Until when.
    expires_at: DateTime<Utc>,
}

/// The account lacks what only its person can give; of who comes from a log-in provider for the first time there is none yet.
#[derive(SimpleObject)]
pub struct RegistrationChallenge {
    /// Goes into `completeRegistration`.
    challenge: String,
    /// Until when.
    expires_at: DateTime<Utc>,
    /// What the log-in provider calls the person, for a form to begin with.
    full_name: Option<String>,
}

/// What signing in came to.
#[derive(SimpleObject, Default)]
pub struct SessionPayload {
    /// The new session.
    session: Option<Session>,
    /// Goes into `Authorization: Bearer …`. Absent where the client asked for a cookie with
    /// `X-Session-Transport: cookie`: then the cookie has it, out of reach of scripts.
    token: Option<String>,
    /// Names this device when it signs in again, in the header `X-Device-Token` (browsers that asked for a cookie have it in one): its
    /// person gets in with the right password whoever else is guessing at it. It signs nobody in, and is good until another password is set.
    device_token: Option<String>,
    /// The account that is signed in now.
    viewer: Option<Viewer>,
    /// The password was right, and a second factor is asked for: go on with `completeMfa`.
    mfa_challenge: Option<MfaChallenge>,
    /// Somebody else made the account, an invitation or a log-in provider: go on with `completeRegistration`.
    registration_challenge: Option<RegistrationChallenge>,
    /// What the person can mend.
    user_errors: Vec<UserError>,
}

impl SessionPayload {
    fn objections(call: &Call, objections: Vec<Objection>) -> Self {
        Self { user_errors: user_error::told(objections, call.language), ..Self::default() }
    }

    async fn entered(call: &Call, outcome: Result<Entered, Objection>) -> Result<Self, Fault> {
        match outcome {
            Ok(Entered::Session(opened)) => Self::opened(call, Ok(*opened)).await,
            Ok(Entered::SecondFactor(Challenge { token, expires_at, .. })) => {
                let methods = vec![MfaMethod::Totp, MfaMethod::RecoveryCode];
                let mfa_challenge = Some(MfaChallenge { challenge: token, methods, expires_at });
                Ok(Self { mfa_challenge, ..Self::default() })
            }
            Ok(Entered::Registration(Challenge { token, expires_at, full_name })) => {
                let registration_challenge = Some(RegistrationChallenge { challenge: token, expires_at, full_name });
                Ok(Self { registration_challenge, ..Self::default() })
            }
            Ok(Entered::Waiting) => {
                let words = words!(
                    "Orang tua atau wali Anda belum memberi izin; kami sudah menyuratinya.",
                    "Your parent or guardian has not agreed yet; we have mailed them."
                );
                Ok(Self::objections(call, vec![Objection::new(UserErrorCode::NotEligible, "", words)]))
            }
            Err(objection) => Ok(Self::objections(call, vec![objection])),
        }
    }

    async fn opened(call: &Call, outcome: Result<Opened, Objection>) -> Result<Self, Fault> {
        let opened = match outcome {
            Ok(opened) => opened,
            Err(objection) => return Ok(Self::objections(call, vec![objection])),
        };
        call.sign_in(opened.viewer);
        let session = Session::of_viewer(call, opened.id).await?;
        let (token, device_token) = if call.facts.wants_cookie {
            call.set_cookie(Cookie::Session, opened.token);
            call.set_cookie(Cookie::Device, opened.device_token);
            (None, None)
        } else {
            (Some(opened.token), Some(opened.device_token))
        };
        Ok(Self { session, token, device_token, viewer: Viewer::of(call), ..Self::default() })
    }
}
