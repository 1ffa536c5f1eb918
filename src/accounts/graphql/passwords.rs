//! Passwords and addresses.

use async_graphql::{Context, InputObject, Object, Result};

use super::{AcknowledgedPayload, SessionPayload};
use crate::{
    accounts::{change_email, change_password, password_reset},
    platform::graphql::CallExt,
    profiles::graphql::User,
};

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

/// Mutations of what a person signs in with.
#[derive(Default)]
pub struct PasswordMutations;

/// Mutations of what a person signs in with.
#[Object]
impl PasswordMutations {
    /// Mails a link to choose another password, where there is an account. Answers the same for any address.
    async fn request_password_reset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The address.")] input: RequestPasswordResetInput,
    ) -> Result<AcknowledgedPayload> {
        password_reset::request(ctx.call(), &input.email).await?;
        Ok(AcknowledgedPayload::done())
    }

    /// Chooses another password with the token of the mail, which works for ten minutes and once. Every session ends, and every link
    /// to a log-in provider; a second factor is asked for all the same.
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
}
