//! Makes an academy.

use anyhow::{Context, ensure};

use super::{model::AcademyRow, policy::Policy, store};
use crate::platform::{
    db::{AsJson, Tx},
    graphql::Services,
    text::{Language, is_slug},
};

/// Characters of a name at most.
pub(super) const NAME: usize = 200;

/// What an academy is made of.
#[derive(Clone, Debug)]
pub struct CreateAcademy {
    /// Its name in addresses: small letters, digits, hyphens.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// BCP 47; one that the platform speaks.
    pub locale: String,
    /// IANA.
    pub time_zone: String,
    /// The name of its policy.
    pub policy_profile: String,
    /// The policy that it begins with.
    pub policy: Policy,
    /// Host names by which requests name it.
    pub hosts: Vec<String>,
}

/// Makes it in a transaction of the caller's, which goes on in it.
///
/// # Errors
/// Where a value can't be right, or the slug or a host is taken.
pub async fn create(tx: &mut Tx, services: &Services, new: CreateAcademy) -> anyhow::Result<AcademyRow> {
    ensure!(is_slug(&new.slug, 63), "the slug {:?} is not 2 to 63 small letters, digits and hyphens", new.slug);
    ensure!(!new.name.trim().is_empty() && new.name.chars().count() <= NAME, "the name is 1 to {NAME} characters");
    ensure!(Language::of_tag(&new.locale).is_some(), "the locale is id or en");
    for host in &new.hosts {
        let named = url::Host::parse(host).is_ok_and(|parsed| parsed.to_string().eq_ignore_ascii_case(host));
        ensure!(named && !host.is_empty(), "{host:?} is no host name: learn.example.org, without scheme and port");
    }
    let zone: chrono_tz::Tz = new.time_zone.parse().ok().context("the time zone is no IANA name (Asia/Jakarta)")?;
    let row = AcademyRow {
        id: services.random.ordered_id(&services.clock),
        slug: new.slug,
        name: new.name.trim().to_owned(),
        locale: new.locale,
        time_zone: zone.name().to_owned(),
        policy_profile: new.policy_profile,
        policy: AsJson(new.policy),
        hosts: new.hosts.iter().map(|host| host.to_ascii_lowercase()).collect(),
        created_at: services.clock.now(),
    };
    tx.take_name("academies").await?;
    for known in store::all(tx).await? {
        ensure!(known.slug != row.slug, "there is an academy {} already", row.slug);
        let taken = row.hosts.iter().find(|host| known.hosts.contains(host));
        ensure!(taken.is_none(), "the host {} names the academy {} already", taken.map_or("", |host| host), known.slug);
    }
    store::insert(tx, &row).await?;
    tx.enter(row.id).await?;
    Ok(row)
}
