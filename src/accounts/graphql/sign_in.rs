//! Registering, signing in, signing out.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

use super::{AcknowledgedPayload, SessionPayload};
use crate::{
    academies,
    accounts::{
        complete_mfa,
        log_in::{self, LogIn},
        log_out,
        model::MfaMethod,
        register::Registration,
        resend_verification, revoke_session, verify_email,
    },
    consent::DocumentId,
    platform::{
        graphql::{
            CallExt, UserError,
            call::Cookie,
            scalars::{Date, Locale},
            user_error,
        },
        privacy::{Datum, SessionId},
        text::Language,
    },
    profiles::{
        complete_registration::{self, Completion},
        sign_up,
    },
    referrals::{own_code, privacy::Referred},
};

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
    /// That the person is of the age that the academy's policy asks for. Who is not names a guardian, where the policy lets them.
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

/// What an account still lacks.
#[derive(InputObject)]
pub struct CompleteRegistrationInput {
    /// `SessionPayload.registrationChallenge.challenge`.
    challenge: String,
    /// The person's name, as they have it; left out, it stays what it was when they were invited, or is what the log-in provider says.
    full_name: Option<String>,
    /// Only where the academy's policy collects it; elsewhere `ageConfirmed`.
    birth_date: Option<Date>,
    /// That the person is of the age that the academy's policy asks for. Who is not names a guardian, where the policy lets them.
    age_confirmed: Option<bool>,
    /// Ids of `academy.policy.documents`: every required one, in any of its languages.
    accepted_documents: Vec<DocumentId>,
    /// A guardian's address, where the academy's policy needs one.
    guardian_email: Option<String>,
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

/// Which session.
#[derive(InputObject)]
pub struct RevokeSessionInput {
    /// One of `viewer.sessions`.
    id: SessionId,
}

/// Mutations of registering, signing in and signing out.
#[derive(Default)]
pub struct SignInMutations;

/// Mutations of registering, signing in and signing out.
#[Object]
impl SignInMutations {
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
        let referrer = match input.referral_code.as_deref() {
            Some(_) if !call.sharing().holds(&Referred::ENTRY) => Err(sign_up::not_collected("referralCode")),
            Some(typed) => own_code::referrer(call, typed).await?.map(Some),
            None => Ok(None),
        };
        let referrer = referrer.unwrap_or_else(|objection| {
            objections.push(objection);
            None
        });
        let registration = Registration {
            email: input.email,
            password: input.password,
            full_name: input.full_name,
            username: input.username,
            age_confirmed: input.age_confirmed.unwrap_or(false),
            guardian_email: input.guardian_email,
            language: language.unwrap_or(call.language),
            accepted_documents: input.accepted_documents,
            marketing_consent: input.marketing_consent.unwrap_or(false),
        };
        if objections.is_empty() {
            let born = input.birth_date.map(|day| day.0);
            objections = sign_up::sign_up(call, &academy, registration, born, referrer).await?;
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

    /// Gives what is still lacking of who was invited, or comes from a log-in provider for the first time, and goes on with signing in.
    async fn complete_registration(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was lacking.")] input: CompleteRegistrationInput,
    ) -> Result<SessionPayload> {
        let call = ctx.call();
        let completion = Completion {
            challenge: input.challenge,
            full_name: input.full_name,
            born: input.birth_date.map(|day| day.0),
            age_confirmed: input.age_confirmed.unwrap_or(false),
            guardian_email: input.guardian_email,
            accepted_documents: input.accepted_documents,
        };
        match complete_registration::complete_registration(call, completion).await? {
            Ok(entered) => Ok(SessionPayload::entered(call, Ok(entered)).await?),
            Err(objections) => Ok(SessionPayload::objections(call, objections)),
        }
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
}
