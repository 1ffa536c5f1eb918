//! Log-in providers.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};

use super::{AcknowledgedPayload, Session, SessionPayload, Viewer};
use crate::{
    accounts::{
        privacy::IdentityEmail,
        providers::{
            self,
            begin::{self, SettingOut},
            complete::{self, Completed},
            store::{IdentitiesOf, LinkedIdentityRow},
            unlink,
        },
    },
    platform::{
        config::Settings,
        fault::Fault,
        graphql::{
            Call, CallExt, UserError,
            scalars::Url,
            user_error::{self, Objection},
        },
        privacy::{
            Access, Audience, UserId,
            directive::{class, personalData, to, visibility},
        },
    },
};

/// Where people can sign in beside here.
#[derive(SimpleObject)]
pub struct LogInProvider {
    /// Goes into `beginProviderLogIn`.
    id: String,
    /// For people.
    name: String,
}

impl LogInProvider {
    /// Those of an academy.
    #[must_use]
    pub fn all(settings: &Settings, academy: &str) -> Vec<Self> {
        providers::all(settings, academy).into_iter().map(|(id, name)| Self { id, name }).collect()
    }
}

/// An account of the viewer at a log-in provider.
pub struct LinkedIdentity(LinkedIdentityRow);

impl LinkedIdentity {
    /// Those of the viewer.
    pub(super) async fn all_of(call: &Call, user: UserId) -> Result<Vec<Self>, Fault> {
        Ok(call.load(IdentitiesOf(user)).await?.unwrap_or_default().into_iter().map(Self).collect())
    }
}

/// An account of the viewer at a log-in provider.
#[Object(directive = visibility::apply(vec![Audience::Self_]))]
impl LinkedIdentity {
    /// The provider, as `Academy.logInProviders` names it.
    async fn provider(&self) -> &str {
        &self.0.provider
    }

    /// The address that the provider had when it was linked, where it had verified one.
    #[graphql(directive = visibility::apply(to::<IdentityEmail>()), directive = personalData::apply(class::<IdentityEmail>()))]
    async fn email(&self, ctx: &Context<'_>) -> Option<String> {
        let own = Access::own(ctx.call().viewer().user == Some(self.0.user_id));
        self.0.email.shown_to(&own).ok().cloned().flatten()
    }

    /// When it was linked.
    async fn linked_at(&self) -> DateTime<Utc> {
        self.0.linked_at
    }
}

/// What a client sets out with to sign somebody in by a provider.
#[derive(InputObject)]
pub struct BeginProviderLogInInput {
    /// One of `academy.logInProviders`.
    provider: String,
    /// A page of the client, one that the academy leads back to, to the letter: it gets `?code=`, or `?error=` (`access_denied` where the person said
    /// no, else `server_error`).
    return_to: Url,
    /// The SHA-256 of a verifier that the client keeps, in base64url without padding (RFC 7636, S256).
    code_challenge: String,
}

/// What a client sets out with to link an account at a provider.
#[derive(InputObject)]
pub struct LinkIdentityInput {
    /// One of `academy.logInProviders`.
    provider: String,
    /// A page of the client, one that the academy leads back to, to the letter: it gets `?code=`, or `?error=` (`access_denied` where the person said
    /// no, else `server_error`).
    return_to: Url,
    /// The SHA-256 of a verifier that the client keeps, in base64url without padding (RFC 7636, S256).
    code_challenge: String,
}

/// What a client comes back with.
#[derive(InputObject)]
pub struct CompleteProviderLogInInput {
    /// What `returnTo` got.
    code: String,
    /// The verifier of the challenge that was set out with: 43 to 128 letters, digits, `-`, `.`, `_`, `~`.
    code_verifier: String,
}

/// Which link.
#[derive(InputObject)]
pub struct UnlinkIdentityInput {
    /// One of `viewer.identities`.
    provider: String,
}

/// Where to send the person.
#[derive(SimpleObject)]
pub struct BeginProviderLogInPayload {
    /// To be opened in a browser, within ten minutes.
    authorize_url: Option<Url>,
    /// What the person can mend.
    user_errors: Vec<UserError>,
}

impl BeginProviderLogInPayload {
    fn of(call: &Call, outcome: Result<url::Url, Vec<Objection>>) -> Self {
        match outcome {
            Ok(target) => Self { authorize_url: Some(Url(target)), user_errors: Vec::new() },
            Err(objections) => Self { authorize_url: None, user_errors: user_error::told(objections, call.language) },
        }
    }
}

/// Mutations about log-in providers.
#[derive(Default)]
pub struct ProviderMutations;

/// Mutations about log-in providers.
#[Object]
impl ProviderMutations {
    /// Begins to sign in by a provider. What comes back from there signs in the client alone that has the verifier of the challenge: nobody
    /// signs somebody else's client in by sending it a link.
    async fn begin_provider_log_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which provider, and where the client waits.")] input: BeginProviderLogInInput,
    ) -> Result<BeginProviderLogInPayload> {
        let BeginProviderLogInInput { provider, return_to, code_challenge } = input;
        let out = SettingOut { provider, return_to: return_to.0, code_challenge };
        Ok(BeginProviderLogInPayload::of(ctx.call(), begin::log_in(ctx.call(), out).await?))
    }

    /// Goes on with what the provider's callback handed to the client. Who is not known here goes on with `completeRegistration`; who began by
    /// `linkIdentity` has the account linked, and stays signed in as they are.
    async fn complete_provider_log_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code, and the verifier.")] input: CompleteProviderLogInInput,
    ) -> Result<SessionPayload> {
        let call = ctx.call();
        match complete::complete(call, &input.code, &input.code_verifier).await? {
            Ok(Completed::Entered(entered)) => Ok(SessionPayload::entered(call, Ok(entered)).await?),
            Ok(Completed::Linked) => {
                let session = match call.viewer().session {
                    Some(id) => Session::of_viewer(call, id).await?,
                    None => None,
                };
                Ok(SessionPayload { session, viewer: Viewer::of(call), ..SessionPayload::default() })
            }
            Err(objection) => Ok(SessionPayload::objections(call, vec![objection])),
        }
    }

    /// Begins to link an account at a provider to the viewer's; goes on as `beginProviderLogIn` does. Asks for presence (`reauthenticate`).
    async fn link_identity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which provider, and where the client waits.")] input: LinkIdentityInput,
    ) -> Result<BeginProviderLogInPayload> {
        let LinkIdentityInput { provider, return_to, code_challenge } = input;
        let out = SettingOut { provider, return_to: return_to.0, code_challenge };
        Ok(BeginProviderLogInPayload::of(ctx.call(), begin::link(ctx.call(), out).await?))
    }

    /// Takes the link to an account at a provider away; refused where it is the only way in. Every other session ends. Asks for presence
    /// (`reauthenticate`).
    async fn unlink_identity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: UnlinkIdentityInput,
    ) -> Result<AcknowledgedPayload> {
        Ok(AcknowledgedPayload::of(unlink::unlink(ctx.call(), &input.provider).await?, ctx.call().language))
    }
}
