//! `Viewer`, `Session`, and the mutations of accounts.

use async_graphql::{Context, InputObject, Object, OneofObject, Result, SimpleObject};
use chrono::{DateTime, Utc};

use super::{
    change_email, change_password, complete_mfa,
    log_in::{self, LogIn},
    log_out,
    model::{MfaMethod, SessionRow},
    password_reset,
    privacy::PendingEmail,
    reauthenticate::{self, Proof},
    register::Registration,
    resend_verification, revoke_session,
    second_factor::Setup,
    session::{Challenge, Entered, Opened},
    store::{self, SessionsOf},
    totp_setup, verify_email,
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
            call::Cookie,
            scalars::{Date, Locale},
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
    /// What the person can mend.
    user_errors: Vec<UserError>,
}

impl SessionPayload {
    fn objections(call: &Call, objection: Objection) -> Self {
        Self { user_errors: user_error::told(vec![objection], call.language), ..Self::default() }
    }

    async fn entered(call: &Call, outcome: Result<Entered, Objection>) -> Result<Self, Fault> {
        match outcome {
            Ok(Entered::Session(opened)) => Self::opened(call, Ok(*opened)).await,
            Ok(Entered::SecondFactor(Challenge { token, expires_at })) => {
                let methods = vec![MfaMethod::Totp, MfaMethod::RecoveryCode];
                let mfa_challenge = Some(MfaChallenge { challenge: token, methods, expires_at });
                Ok(Self { mfa_challenge, ..Self::default() })
            }
            Err(objection) => Ok(Self::objections(call, objection)),
        }
    }

    async fn opened(call: &Call, outcome: Result<Opened, Objection>) -> Result<Self, Fault> {
        let opened = match outcome {
            Ok(opened) => opened,
            Err(objection) => return Ok(Self::objections(call, objection)),
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

/// What an authenticator app needs.
#[derive(SimpleObject, Default)]
pub struct TotpSetupPayload {
    /// The secret in base 32, for who types it.
    secret: Option<String>,
    /// The same as an address that apps open.
    otpauth_url: Option<String>,
    /// That address as a QR code, an SVG document.
    qr_svg: Option<String>,
    /// What the person can mend.
    user_errors: Vec<UserError>,
}

/// The recovery codes, once.
#[derive(SimpleObject)]
pub struct RecoveryCodesPayload {
    /// Ten codes, each of which signs in once in place of the app. They are not shown again.
    recovery_codes: Option<Vec<String>>,
    /// What the person can mend.
    user_errors: Vec<UserError>,
}

impl RecoveryCodesPayload {
    fn of(call: &Call, outcome: Result<Vec<String>, Objection>) -> Self {
        match outcome {
            Ok(codes) => Self { recovery_codes: Some(codes), user_errors: Vec::new() },
            Err(objection) => {
                Self { recovery_codes: None, user_errors: user_error::told(vec![objection], call.language) }
            }
        }
    }
}

/// A code for a second factor.
#[derive(InputObject)]
pub struct CompleteMfaInput {
    /// `SessionPayload.mfaChallenge.challenge`.
    challenge: String,
    /// What the code is.
    method: MfaMethod,
    /// The code.
    code: String,
}

/// A code of the app that is being set up.
#[derive(InputObject)]
pub struct ConfirmTotpSetupInput {
    /// The code.
    code: String,
}

/// A code of the app.
#[derive(InputObject)]
pub struct RegenerateRecoveryCodesInput {
    /// The code.
    code: String,
}

/// Which session.
#[derive(InputObject)]
pub struct RevokeSessionInput {
    /// One of `viewer.sessions`.
    id: SessionId,
}

/// Whose password is lost.
#[derive(InputObject)]
pub struct RequestPasswordResetInput {
    /// The address of the account.
    email: String,
}

/// Another password, by a mailed link.
#[derive(InputObject)]
pub struct ResetPasswordInput {
    /// The token of the mail.
    token: String,
    /// At least 15 characters, 8 where the account has a second factor; no rules of composition.
    new_password: String,
}

/// Another password.
#[derive(InputObject)]
pub struct ChangePasswordInput {
    /// The one that the person has.
    current_password: String,
    /// At least 15 characters, 8 where the account has a second factor; no rules of composition.
    new_password: String,
}

/// Another address.
#[derive(InputObject)]
pub struct ChangeEmailInput {
    /// The address.
    new_email: String,
}

/// The token of the mail.
#[derive(InputObject)]
pub struct ConfirmEmailChangeInput {
    /// The token of the mail.
    token: String,
}

/// With what a person proves that it is them.
#[derive(OneofObject)]
pub enum ReauthenticateInput {
    /// Their password, where they have no second factor.
    Password(String),
    /// A code of their second factor, of the app or of the recovery codes.
    Code(String),
    /// What `requestReauthenticationCode` mailed, where they have no second factor.
    MailedCode(String),
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
        Ok(SessionPayload::entered(ctx.call(), outcome).await?)
    }

    /// Mails a new proof, where an account waits for one. Answers the same for any address.
    async fn resend_verification(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The address.")] input: ResendVerificationInput,
    ) -> Result<AcknowledgedPayload> {
        let call = ctx.call();
        resend_verification::resend_verification(call, &input.email).await?;
        Ok(AcknowledgedPayload::done())
    }

    /// Signs in with a password. Where the account has a second factor, `mfaChallenge` asks for it.
    async fn log_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who signs in, with what.")] input: LogInInput,
    ) -> Result<SessionPayload> {
        let LogInInput { login, password, device } = input;
        let outcome = log_in::log_in(ctx.call(), LogIn { login, password, device }).await?;
        Ok(SessionPayload::entered(ctx.call(), outcome).await?)
    }

    /// Goes on with signing in, by the second factor.
    async fn complete_mfa(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The challenge and its answer.")] input: CompleteMfaInput,
    ) -> Result<SessionPayload> {
        let CompleteMfaInput { challenge, method, code } = input;
        let outcome = complete_mfa::complete_mfa(ctx.call(), &challenge, method, &code).await?;
        Ok(SessionPayload::opened(ctx.call(), outcome).await?)
    }

    /// Ends the session that the request came in.
    async fn log_out(&self, ctx: &Context<'_>) -> Result<AcknowledgedPayload> {
        let call = ctx.call();
        log_out::log_out(call).await?;
        call.set_cookie(Cookie::Session, String::new());
        Ok(AcknowledgedPayload::done())
    }

    /// Ends a session of the viewer.
    async fn revoke_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: RevokeSessionInput,
    ) -> Result<AcknowledgedPayload> {
        Ok(AcknowledgedPayload::of(revoke_session::one(ctx.call(), input.id).await?, ctx.call().language))
    }

    /// Ends every session of the viewer but the one that the request came in.
    async fn revoke_other_sessions(&self, ctx: &Context<'_>) -> Result<AcknowledgedPayload> {
        revoke_session::others(ctx.call()).await?;
        Ok(AcknowledgedPayload::done())
    }

    /// Mails a link to choose another password, where there is an account. Answers the same for any address.
    async fn request_password_reset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The address.")] input: RequestPasswordResetInput,
    ) -> Result<AcknowledgedPayload> {
        password_reset::request(ctx.call(), &input.email).await?;
        Ok(AcknowledgedPayload::done())
    }

    /// Chooses another password with the token of the mail, which works for ten minutes and once. Every session ends; a second factor is
    /// asked for all the same.
    async fn reset_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token and the password.")] input: ResetPasswordInput,
    ) -> Result<SessionPayload> {
        let call = ctx.call();
        let name = match password_reset::owner(call, &input.token).await? {
            Some(owner) => User(owner).name_for_rules(call).await?,
            None => None,
        };
        let about = [name.as_deref().unwrap_or_default()];
        let outcome = password_reset::reset(call, &input.token, input.new_password, &about).await?;
        Ok(SessionPayload::entered(call, outcome).await?)
    }

    /// Chooses another password, knowing the one that there is. Every session ends; the client goes on in the one that this gives.
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Both passwords.")] input: ChangePasswordInput,
    ) -> Result<SessionPayload> {
        let call = ctx.call();
        let name = User(call.viewer().holder()?).name_for_rules(call).await?;
        let ChangePasswordInput { current_password, new_password } = input;
        let about = [name.as_deref().unwrap_or_default()];
        let outcome = change_password::change_password(call, current_password, new_password, &about).await?;
        Ok(SessionPayload::opened(call, outcome).await?)
    }

    /// Asks for another address. A mail there confirms it, the address that there is is told; answers the same whether or not it is taken.
    async fn change_email(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The address.")] input: ChangeEmailInput,
    ) -> Result<AcknowledgedPayload> {
        Ok(AcknowledgedPayload::of(change_email::change(ctx.call(), &input.new_email).await?, ctx.call().language))
    }

    /// Confirms another address with the token of the mail. Whoever has the mail may: signed in or not.
    async fn confirm_email_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token of the mail.")] input: ConfirmEmailChangeInput,
    ) -> Result<AcknowledgedPayload> {
        Ok(AcknowledgedPayload::of(change_email::confirm(ctx.call(), &input.token).await?, ctx.call().language))
    }

    /// Begins to set up an authenticator app. Nothing changes until `confirmTotpSetup`.
    async fn begin_totp_setup(&self, ctx: &Context<'_>) -> Result<TotpSetupPayload> {
        Ok(match totp_setup::begin(ctx.call()).await? {
            Ok(Setup { secret, otpauth_url, qr_svg }) => TotpSetupPayload {
                secret: Some(secret),
                otpauth_url: Some(otpauth_url),
                qr_svg: Some(qr_svg),
                user_errors: Vec::new(),
            },
            Err(objection) => TotpSetupPayload {
                user_errors: user_error::told(vec![objection], ctx.call().language),
                ..TotpSetupPayload::default()
            },
        })
    }

    /// Confirms with a code that the app works: from now on it is asked for. Every other session ends.
    async fn confirm_totp_setup(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code.")] input: ConfirmTotpSetupInput,
    ) -> Result<RecoveryCodesPayload> {
        Ok(RecoveryCodesPayload::of(ctx.call(), totp_setup::confirm(ctx.call(), &input.code).await?))
    }

    /// Replaces the recovery codes.
    async fn regenerate_recovery_codes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A code of the app.")] input: RegenerateRecoveryCodesInput,
    ) -> Result<RecoveryCodesPayload> {
        Ok(RecoveryCodesPayload::of(ctx.call(), totp_setup::regenerate(ctx.call(), &input.code).await?))
    }

    /// Turns the second factor off. Every other session ends.
    async fn disable_mfa(&self, ctx: &Context<'_>) -> Result<AcknowledgedPayload> {
        Ok(AcknowledgedPayload::of(totp_setup::disable(ctx.call()).await?, ctx.call().language))
    }

    /// Proves that it is still the person who signed in; good for this session and ten minutes. Dangerous mutations answer
    /// REAUTHENTICATION_REQUIRED without it; signing in counts.
    async fn reauthenticate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What proves it.")] input: ReauthenticateInput,
    ) -> Result<AcknowledgedPayload> {
        let proof = match input {
            ReauthenticateInput::Password(password) => Proof::Password(password),
            ReauthenticateInput::Code(code) => Proof::Code(code),
            ReauthenticateInput::MailedCode(code) => Proof::MailedCode(code),
        };
        Ok(AcknowledgedPayload::of(reauthenticate::reauthenticate(ctx.call(), proof).await?, ctx.call().language))
    }

    /// Mails a code for `reauthenticate(input: { mailedCode: … })`: for who signs in with neither a password nor a second factor.
    async fn request_reauthentication_code(&self, ctx: &Context<'_>) -> Result<AcknowledgedPayload> {
        Ok(AcknowledgedPayload::of(reauthenticate::request_code(ctx.call()).await?, ctx.call().language))
    }
}
