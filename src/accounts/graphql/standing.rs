//! What people may do here.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

use super::AcknowledgedPayload;
use crate::{
    academies,
    accounts::{
        invite::Invitation,
        roles::{self, RoleChange},
        session, suspension,
    },
    catalog::model::RunId,
    enrolment::invite,
    platform::{
        fault::Fault,
        graphql::{Call, CallExt, UserError, user_error},
        privacy::{Role, UserId},
    },
    profiles::{
        confirm_guardianship,
        graphql::{User, UserPayload},
    },
};

/// Whom to make an account for.
#[derive(InputObject)]
pub struct InviteUserInput {
    /// Their address: they are mailed a link.
    email: Option<String>,
    /// The name that they sign in with, for who has no address.
    username: Option<String>,
    /// Their name; they may correct it when they complete the account.
    full_name: String,
    /// What they may do.
    roles: Vec<Role>,
    /// A run in which they have a place at once.
    run: Option<RunId>,
}

/// Somebody who was invited.
#[derive(SimpleObject)]
pub struct InviteUserPayload {
    /// The person.
    user: Option<User>,
    /// For who has no address: a code to hand over, good for a week and once. With it they choose their password (`resetPassword`).
    one_time_code: Option<String>,
    /// What can be mended.
    user_errors: Vec<UserError>,
}

/// A guardian's answer.
#[derive(InputObject)]
pub struct ConfirmGuardianshipInput {
    /// The token of the mail.
    token: String,
    /// Whether the minor may be here. Without it what they gave is removed.
    consent: bool,
}

/// Whose role.
#[derive(InputObject)]
pub struct GrantRoleInput {
    /// The person.
    user: UserId,
    /// What they may do from now on.
    role: Role,
}

/// Whose role.
#[derive(InputObject)]
pub struct RevokeRoleInput {
    /// The person.
    user: UserId,
    /// What they may not do any more.
    role: Role,
}

/// Whom to suspend.
#[derive(InputObject)]
pub struct SuspendUserInput {
    /// The person.
    id: UserId,
    /// Why: they read it.
    reason: String,
}

/// Whom to let in again.
#[derive(InputObject)]
pub struct LiftSuspensionInput {
    /// The person.
    id: UserId,
    /// Why: they read it.
    reason: String,
}

/// What the viewer says to their suspension.
#[derive(InputObject)]
pub struct ContestSuspensionInput {
    /// To who decides on it.
    message: String,
}

async fn changed_role(call: &Call, change: RoleChange) -> Result<UserPayload, Fault> {
    call.viewer().with_role(&[Role::Admin])?;
    let actor = session::present(call)?;
    let academy = academies::current(call).await?;
    let mut tx = call.begin().await?;
    let outcome = roles::change_role(&mut tx, &call.services, &academy, Some(actor), change).await?;
    if outcome.is_ok() {
        tx.commit().await?;
        call.forget_loaded();
    }
    Ok(UserPayload::of(call, outcome.map(|()| change.user)))
}

/// Mutations of what people may do here.
#[derive(Default)]
pub struct StandingMutations;

/// Mutations of what people may do here.
#[Object]
impl StandingMutations {
    /// Makes an account for somebody else: by an ADMIN. They choose their password by a mailed link or a code, and complete the account
    /// (`completeRegistration`) before they get in. What nobody completes in a week is removed.
    async fn invite_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom, and what they may do.")] input: InviteUserInput,
    ) -> Result<InviteUserPayload> {
        let call = ctx.call();
        let InviteUserInput { email, username, full_name, roles, run } = input;
        let new = Invitation { email, username, full_name, roles: roles.into_iter().collect() };
        Ok(match invite::invite(call, &new, run).await? {
            Ok((user, one_time_code)) => {
                InviteUserPayload { user: Some(User(user)), one_time_code, user_errors: Vec::new() }
            }
            Err(objections) => InviteUserPayload {
                user: None,
                one_time_code: None,
                user_errors: user_error::told(objections, call.language),
            },
        })
    }

    /// Answers for a minor who named the viewer as their guardian: they get in, and the viewer sees how they learn (`viewer.wards`); or what
    /// they gave is removed.
    async fn confirm_guardianship(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token, and the answer.")] input: ConfirmGuardianshipInput,
    ) -> Result<AcknowledgedPayload> {
        let call = ctx.call();
        let outcome = confirm_guardianship::confirm_guardianship(call, &input.token, input.consent).await?;
        Ok(AcknowledgedPayload::of(outcome, call.language))
    }

    /// Grants a role: by an ADMIN. Every session of the person ends.
    async fn grant_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose, and what.")] input: GrantRoleInput,
    ) -> Result<UserPayload> {
        let GrantRoleInput { user, role } = input;
        Ok(changed_role(ctx.call(), RoleChange { user, role, granted: true }).await?)
    }

    /// Takes a role: by an ADMIN. Every session of the person ends. The last ADMIN stays.
    async fn revoke_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose, and what.")] input: RevokeRoleInput,
    ) -> Result<UserPayload> {
        let RevokeRoleInput { user, role } = input;
        Ok(changed_role(ctx.call(), RoleChange { user, role, granted: false }).await?)
    }

    /// Suspends a person: they take no part, are nowhere public, and can still sign in to read why and to contest it. By an ADMIN, or by
    /// SUPPORT where the person holds no role. Every session of the person ends. Asks for presence (`reauthenticate`).
    async fn suspend_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom, and why.")] input: SuspendUserInput,
    ) -> Result<UserPayload> {
        let call = ctx.call();
        Ok(UserPayload::of(call, suspension::suspend(call, input.id, &input.reason).await?))
    }

    /// Lifts a suspension.
    async fn lift_suspension(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose, and why.")] input: LiftSuspensionInput,
    ) -> Result<UserPayload> {
        let call = ctx.call();
        Ok(UserPayload::of(call, suspension::lift(call, input.id, &input.reason).await?))
    }

    /// Says something to the viewer's suspension, once: who decides on it reads it.
    async fn contest_suspension(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What.")] input: ContestSuspensionInput,
    ) -> Result<AcknowledgedPayload> {
        Ok(AcknowledgedPayload::of(suspension::contest(ctx.call(), &input.message).await?, ctx.call().language))
    }
}
