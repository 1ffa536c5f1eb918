//! `Viewer`, `Session`, and the mutations of accounts.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};

use super::{
    log_in::{self, LogIn},
    log_out,
    model::SessionRow,
    register::Registration,
    resend_verification,
    session::Opened,
    store::SessionsOf,
    verify_email,
};
use crate::{
    academies,
    audit::graphql::AuditEntry,
    catalog::{self, graphql::Course},
    consent::DocumentId,
    enrolment::{graphql::Enrolment, model::EnrolmentStatus},
    instructors::graphql::InstructorApplication,
    platform::{
        fault::Fault,
        graphql::{
            Call, CallExt, List, PageArgs, UserError,
            scalars::{Date, Locale},
            user_error::{self, Objection},
        },
        id::GlobalId,
        privacy::{Access, Audience, Role, SessionId, UserId, directive::visibility},
        text::Language,
    },
    profiles::{
        graphql::{FieldVisibility, User},
        sign_up,
        store::WardsOf,
    },
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

    /// Where they are signed in, newest first.
    async fn sessions(&self, ctx: &Context<'_>) -> Result<Vec<Session>> {
        let rows = ctx.call().load(SessionsOf(self.user)).await?.unwrap_or_default();
        Ok(rows.into_iter().map(Session).collect())
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
        Ok(catalog::graphql::taught_by(ctx.call(), self.user, &page).await?)
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

/// What a person gives to register.
#[derive(InputObject)]
pub struct RegisterInput {
    /// Mail address.
    email: String,
    /// At least 15 characters; no rules of composition.
    password: String,
    /// The person's name, in any letters.
    full_name: String,
    /// 3 to 30 small letters, digits, dots and underscores. It is the person's once their address is proved (`verifyEmail`); where
    /// somebody else was quicker, `User.username` is null then, and `updateProfile` sets another.
    username: Option<String>,
    /// Only where the academy's policy collects it; elsewhere `ageConfirmed`.
    birth_date: Option<Date>,
    /// That the person is of the age that the academy's policy asks for.
    age_confirmed: Option<bool>,
    /// The language of messages; the academy's where it is left out.
    locale: Option<Locale>,
    /// Ids of `academy.policy.documents`: every required one, in any of its languages.
    accepted_documents: Vec<DocumentId>,
    /// Whether the person wants to hear of offers. No unless they say so.
    #[graphql(default_with = "Some(false)")]
    marketing_consent: Option<bool>,
    /// Who brought them here.
    referral_code: Option<String>,
    /// A guardian's address, where the academy's policy needs one.
    guardian_email: Option<String>,
}

/// The token of the mail.
#[derive(InputObject)]
pub struct VerifyEmailInput {
    /// The token of the mail.
    token: String,
}

/// An address.
#[derive(InputObject)]
pub struct ResendVerificationInput {
    /// The address that was registered.
    email: String,
}

/// What a person signs in with.
#[derive(InputObject)]
pub struct LogInInput {
    /// Mail address or user name.
    login: String,
    /// Password.
    password: String,
    /// What the person calls this device; what the browser says of itself where it is left out.
    device: Option<String>,
}

/// What registering came to.
#[derive(SimpleObject)]
pub struct RegisterPayload {
    /// True where the mail has what comes next: the same whether or not the address was taken.
    acknowledged: bool,
    /// What the person can mend.
    user_errors: Vec<UserError>,
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

    /// Not done, and why.
    #[must_use]
    pub fn objections(objections: Vec<Objection>, language: Language) -> Self {
        Self { acknowledged: false, user_errors: user_error::told(objections, language) }
    }
}

/// What signing in came to.
#[derive(SimpleObject)]
pub struct SessionPayload {
    /// The new session.
    session: Option<Session>,
    /// Goes into `Authorization: Bearer …`. Absent where the client asked for a cookie with
    /// `X-Session-Transport: cookie`: then the cookie has it, out of reach of scripts.
    token: Option<String>,
    /// The account that is signed in now.
    viewer: Option<Viewer>,
    /// What the person can mend.
    user_errors: Vec<UserError>,
}

impl SessionPayload {
    async fn of(call: &Call, outcome: Result<Opened, Objection>) -> Result<Self, Fault> {
        let opened = match outcome {
            Ok(opened) => opened,
            Err(objection) => {
                let user_errors = user_error::told(vec![objection], call.language);
                return Ok(Self { session: None, token: None, viewer: None, user_errors });
            }
        };
        call.sign_in(opened.viewer);
        let session = Session::of_viewer(call, opened.id).await?;
        let token = if call.facts.wants_cookie {
            call.set_session_cookie(opened.token);
            None
        } else {
            Some(opened.token)
        };
        Ok(Self { session, token, viewer: Viewer::of(call), user_errors: Vec::new() })
    }
}

/// Mutations of accounts.
#[derive(Default)]
pub struct AccountMutations;

/// Mutations of accounts.
#[Object]
impl AccountMutations {
    /// Registers a person. Answers the same whether or not the address is taken; the mail tells.
    async fn register(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the person gives.")] input: RegisterInput,
    ) -> Result<RegisterPayload> {
        let call = ctx.call();
        let academy = academies::current(call).await?;
        let language = input.locale.as_ref().and_then(|locale| Language::of_tag(&locale.0));
        let mut objections = Vec::new();
        if input.username.is_some() && !academy.policy().asks("username") {
            objections.push(sign_up::not_collected("username"));
        }
        if input.birth_date.is_some() && !academy.policy().asks("birthDate") {
            objections.push(sign_up::not_collected("birthDate"));
        }
        if input.guardian_email.is_some() {
            objections.push(sign_up::not_collected("guardianEmail"));
        }
        if input.referral_code.is_some() {
            objections.push(sign_up::not_collected("referralCode"));
        }
        let registration = Registration {
            email: input.email,
            password: input.password,
            full_name: input.full_name,
            username: input.username,
            age_confirmed: input.age_confirmed.unwrap_or(false),
            language: language.unwrap_or(call.language),
            accepted_documents: input.accepted_documents,
            marketing_consent: input.marketing_consent.unwrap_or(false),
        };
        if objections.is_empty() {
            objections = sign_up::sign_up(call, &academy, registration, input.birth_date.map(|day| day.0)).await?;
        }
        Ok(RegisterPayload {
            acknowledged: objections.is_empty(),
            user_errors: user_error::told(objections, call.language),
        })
    }

    /// Proves an address with the token of the mail, and signs in.
    async fn verify_email(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token of the mail.")] input: VerifyEmailInput,
    ) -> Result<SessionPayload> {
        let outcome = verify_email::verify_email(ctx.call(), &input.token).await?;
        Ok(SessionPayload::of(ctx.call(), outcome).await?)
    }

    /// Mails a new proof, where an account waits for one. Answers the same for any address.
    async fn resend_verification(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The address.")] input: ResendVerificationInput,
    ) -> Result<AcknowledgedPayload> {
        let call = ctx.call();
        resend_verification::resend_verification(call, &academies::current(call).await?, &input.email).await?;
        Ok(AcknowledgedPayload::done())
    }

    /// Signs in with a password.
    async fn log_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who signs in, with what.")] input: LogInInput,
    ) -> Result<SessionPayload> {
        let LogInInput { login, password, device } = input;
        let outcome = log_in::log_in(ctx.call(), LogIn { login, password, device }).await?;
        Ok(SessionPayload::of(ctx.call(), outcome).await?)
    }

    /// Ends the session that the request came in.
    async fn log_out(&self, ctx: &Context<'_>) -> Result<AcknowledgedPayload> {
        let call = ctx.call();
        log_out::log_out(call).await?;
        call.set_session_cookie(String::new());
        Ok(AcknowledgedPayload::done())
    }
}
