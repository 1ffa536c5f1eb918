//! `Academy`.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

use super::{AcademyRow, UpdateAcademy, policy::Collected, store::AcademyById, update};
use crate::{
    accounts::graphql::LogInProvider,
    consent::graphql::PolicyDocument,
    platform::{
        db::AcademyId,
        fault::Fault,
        graphql::{CallExt, UserError, scalars::Locale, user_error},
        id::GlobalId,
    },
};

/// An academy: the tenant that people, courses and certificates belong to.
pub struct Academy(pub AcademyRow);

/// An academy: the tenant that people, courses and certificates belong to.
#[Object]
impl Academy {
    /// The global id.
    pub async fn id(&self) -> GlobalId {
        self.0.id.global()
    }

    /// Its name in addresses, and in the header X-Academy.
    async fn slug(&self) -> &str {
        &self.0.slug
    }

    /// Its name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The language that its people are spoken to in unless they choose.
    async fn locale(&self) -> Locale {
        Locale(self.0.locale.clone())
    }

    /// The time zone of its calendar days, as IANA names it.
    async fn time_zone(&self) -> &str {
        &self.0.time_zone
    }

    /// Where its people can sign in beside by a password.
    async fn log_in_providers(&self, ctx: &Context<'_>) -> Vec<LogInProvider> {
        LogInProvider::all(&ctx.call().services.settings, &self.0.slug)
    }

    /// The policy that it runs under.
    async fn policy(&self, ctx: &Context<'_>) -> Result<AcademyPolicy> {
        Ok(AcademyPolicy {
            profile: self.0.policy_profile.clone(),
            controller: self.0.name.clone(),
            minimum_age: self.0.policy().minimum_age.map(Into::into),
            guardian_consent_below_age: self.0.policy().guardian_consent_below_age.map(Into::into),
            collects: self.0.policy().collects.iter().map(CollectedField::from).collect(),
            documents: PolicyDocument::current(ctx.call()).await?,
        })
    }
}

/// The policy that an academy runs under.
#[derive(SimpleObject)]
pub struct AcademyPolicy {
    /// The name of the policy.
    profile: String,
    /// Who answers for the personal data.
    controller: String,
    /// In years: who is younger may not register, or only with a guardian's consent.
    minimum_age: Option<i32>,
    /// In years: who is younger needs a guardian's consent.
    guardian_consent_below_age: Option<i32>,
    /// What sign-up and profiles may ask here, and no more.
    collects: Vec<CollectedField>,
    /// The documents in force, by version and language; who registers accepts the required ones.
    documents: Vec<PolicyDocument>,
}

/// Something that sign-up and profiles may ask.
#[derive(SimpleObject)]
pub struct CollectedField {
    /// Its name in this schema.
    field: String,
    /// Whether one must give it.
    required: bool,
    /// What for.
    purposes: Vec<String>,
}

impl From<&Collected> for CollectedField {
    fn from(collected: &Collected) -> Self {
        let Collected { field, required, purposes } = collected.clone();
        Self { field, required, purposes }
    }
}

/// What changes of an academy; what is left out, or null, stays.
#[derive(InputObject)]
pub struct UpdateAcademyInput {
    /// Its name.
    name: Option<String>,
    /// The language that its people are spoken to in unless they choose: id or en.
    locale: Option<Locale>,
    /// The time zone of its calendar days, as IANA names it.
    time_zone: Option<String>,
    /// The name of a policy: eterna, pojok-belajar, crosslife, cekolah, focusra or open. It holds from now on, for what is collected, shown
    /// and offered; what was collected under the one before stays until it is erased.
    policy_profile: Option<String>,
}

/// An academy after a change.
#[derive(SimpleObject)]
pub struct AcademyPayload {
    /// The academy.
    academy: Option<Academy>,
    /// What the person can mend.
    user_errors: Vec<UserError>,
}

/// Mutations of academies.
#[derive(Default)]
pub struct AcademyMutations;

/// Mutations of academies.
#[Object]
impl AcademyMutations {
    /// Changes what the academy says of itself, and the policy that it runs under. Admins, with their presence proved.
    async fn update_academy(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdateAcademyInput,
    ) -> Result<AcademyPayload> {
        let call = ctx.call();
        let UpdateAcademyInput { name, locale, time_zone, policy_profile } = input;
        let change = UpdateAcademy { name, locale: locale.map(|locale| locale.0), time_zone, policy_profile };
        Ok(match update(call, change).await? {
            Ok(academy) => AcademyPayload { academy: Some(Academy(academy)), user_errors: Vec::new() },
            Err(objections) => {
                AcademyPayload { academy: None, user_errors: user_error::told(objections, call.language) }
            }
        })
    }
}

/// An academy by its id: only the request's own is there.
///
/// # Errors
/// Those of the database.
pub async fn by_id(ctx: &Context<'_>, id: AcademyId) -> Result<Option<Academy>, Fault> {
    if id != ctx.call().academy {
        return Ok(None);
    }
    Ok(ctx.call().load(AcademyById(id)).await?.map(Academy))
}
