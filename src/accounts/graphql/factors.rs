//! The second factor, and proving presence.

use async_graphql::{Context, InputObject, Object, OneofObject, Result, SimpleObject};

use super::AcknowledgedPayload;
use crate::{
    accounts::{
        reauthenticate::{self, Proof},
        second_factor::Setup,
        totp_setup,
    },
    platform::graphql::{
        Call, CallExt, UserError,
        user_error::{self, Objection},
    },
};

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

/// Mutations of the second factor, and of proving presence.
#[derive(Default)]
pub struct FactorMutations;

/// Mutations of the second factor, and of proving presence.
#[Object]
impl FactorMutations {
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
    /// REAUTHENTICATION_REQUIRED without it; signing in counts, unless a log-in provider says who it is.
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
