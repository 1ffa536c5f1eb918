//! Changes what an academy says of itself, and the policy that it runs under.

use serde_json::json;

use super::{create::NAME, model::AcademyRow, policy::Policy, store};
use crate::{
    accounts::{self, session},
    audit::{self, Action, Happened},
    platform::{
        db::AsJson,
        fault::Fault,
        graphql::{
            Call, UserErrorCode,
            user_error::{self, Objection},
        },
        privacy::Role,
        text::Language,
    },
};

/// What changes; nothing stays as it is.
#[derive(Default)]
pub struct UpdateAcademy {
    /// Its name.
    pub name: Option<String>,
    /// BCP 47; one that the platform speaks.
    pub locale: Option<String>,
    /// IANA.
    pub time_zone: Option<String>,
    /// The name of a preset: its policy becomes the academy's, and what the academy had of its own is gone.
    pub policy_profile: Option<String>,
}

/// Changes the academy of the request: by who runs it, on record. Other servers of the deployment go by it within seconds.
///
/// # Errors
/// `UNAUTHENTICATED`, `FORBIDDEN`, `REAUTHENTICATION_REQUIRED`, and those of the database.
pub async fn update(call: &Call, change: UpdateAcademy) -> Result<Result<AcademyRow, Vec<Objection>>, Fault> {
    let actor = call.viewer().with_role(&[Role::Admin])?;
    session::present(call)?;
    let mut tx = call.begin().await?;
    let before = store::lock(&mut tx, call.academy).await?;
    // Who was an admin when they asked may be none by now.
    if !accounts::store::living_roles(&tx, actor).await?.has(Role::Admin) {
        return Err(Fault::forbidden());
    }
    let after = match changed(before.clone(), change) {
        Ok(after) => after,
        Err(objections) => return Ok(Err(objections)),
    };
    let fields: Vec<&str> = [
        ("name", before.name != after.name),
        ("locale", before.locale != after.locale),
        ("timeZone", before.time_zone != after.time_zone),
        ("policyProfile", before.policy_profile != after.policy_profile || before.policy != after.policy),
    ]
    .into_iter()
    .filter_map(|(field, is_changed)| is_changed.then_some(field))
    .collect();
    if fields.is_empty() {
        return Ok(Ok(before));
    }
    store::update(&mut tx, &after).await?;
    let detail = json!({ "fields": fields, "policyProfile": [before.policy_profile, after.policy_profile] });
    let happened = Happened { actor: Some(actor), action: Action::AcademyUpdated, subject: None, reason: None, detail };
    audit::write(&mut tx, &call.services, vec![happened]).await?;
    tx.commit().await?;
    call.forget_loaded();
    Ok(Ok(after))
}

fn changed(mut academy: AcademyRow, change: UpdateAcademy) -> Result<AcademyRow, Vec<Objection>> {
    let mut objections = Vec::new();
    let invalid = |field, words| Objection::new(UserErrorCode::Invalid, field, words);
    if let Some(name) = change.name {
        match user_error::line(&name, "name", NAME) {
            Ok(name) => academy.name = name,
            Err(objection) => objections.push(objection),
        }
    }
    if let Some(locale) = change.locale {
        if Language::of_tag(&locale).is_some() {
            academy.locale = locale;
        } else {
            objections.push(invalid("locale", words!("Bahasa di sini: id atau en.", "We speak id and en here.")));
        }
    }
    if let Some(zone) = change.time_zone {
        match zone.parse::<chrono_tz::Tz>() {
            Ok(zone) => zone.name().clone_into(&mut academy.time_zone),
            Err(_) => objections.push(invalid(
                "timeZone",
                words!(
                    "Bukan nama zona waktu IANA, misalnya Asia/Jakarta.",
                    "This is no IANA name of a time zone, such as Asia/Jakarta."
                ),
            )),
        }
    }
    if let Some(profile) = change.policy_profile {
        if let Ok(policy) = Policy::preset(&profile) {
            academy.policy_profile = profile;
            academy.policy = AsJson(policy);
        } else {
            let names = Policy::presets().collect::<Vec<_>>().join(", ");
            let words =
                words!("Tidak ada kebijakan bernama itu; ada {names}.", "There is no such policy; there are {names}.");
            objections.push(invalid("policyProfile", words));
        }
    }
    if objections.is_empty() { Ok(academy) } else { Err(objections) }
}
