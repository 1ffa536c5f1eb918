//! `sanggar academy`, and the academy that other commands work in.

use std::sync::Arc;

use anyhow::{Context, bail, ensure};
use clap::Subcommand;
use serde_json::json;

use super::{Cli, home::Home, report};
use crate::{
    academies::{self, CreateAcademy, Policy},
    app,
    platform::{config::Settings, graphql::Services},
};

#[derive(Subcommand)]
pub(super) enum AcademyCommand {
    /// Make an academy
    Create {
        /// Its name in addresses: small letters, digits, hyphens
        slug: String,
        /// Its name
        #[arg(long)]
        name: String,
        /// The language that its people are spoken to in
        #[arg(long, default_value = "id")]
        locale: String,
        /// The time zone of its calendar days
        #[arg(long, default_value = "Asia/Jakarta")]
        time_zone: String,
        /// The policy that it begins with: open, eterna, pojok-belajar, crosslife, cekolah, focusra, or a file of its own (JSON)
        #[arg(long, default_value = "open")]
        policy: String,
        /// A host name by which requests name it; may be given again
        #[arg(long)]
        host: Vec<String>,
    },
    /// List the academies
    List,
}

pub(super) fn first_of_all() -> anyhow::Result<CreateAcademy> {
    Ok(CreateAcademy {
        slug: "sanggar".to_owned(),
        name: "Sanggar".to_owned(),
        locale: "id".to_owned(),
        time_zone: "Asia/Jakarta".to_owned(),
        policy_profile: "open".to_owned(),
        policy: Policy::preset("open")?,
        hosts: Vec::new(),
    })
}

/// A preset by its name, or a file; its name without ending is the policy's then.
fn policy_of(given: &str) -> anyhow::Result<(String, Policy)> {
    let path = std::path::Path::new(given);
    if !given.contains(['/', '.']) {
        return Ok((given.to_owned(), Policy::preset(given)?));
    }
    let text = std::fs::read_to_string(path).with_context(|| format!("reading {given}"))?;
    let name: String = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    ensure!(
        Policy::preset(&name).is_err(),
        "{given} is named like the preset {name}: a policy of its own has its own name"
    );
    Ok((name, Policy::read(&text).with_context(|| format!("the policy in {given}"))?))
}

pub(super) async fn academy_command(
    cli: &Cli,
    command: &AcademyCommand,
    settings: &Arc<Settings>,
    home: &Home,
) -> anyhow::Result<()> {
    let services = home.services(settings).await?;
    let told = |academy: &academies::AcademyRow| json!({ "slug": academy.slug, "name": academy.name, "locale": academy.locale, "timeZone": academy.time_zone, "policy": academy.policy_profile, "hosts": academy.hosts });
    match command {
        AcademyCommand::Create { slug, name, locale, time_zone, policy, host } => {
            let (policy_profile, policy) = policy_of(policy)?;
            let new = CreateAcademy {
                slug: slug.clone(),
                name: name.clone(),
                locale: locale.clone(),
                time_zone: time_zone.clone(),
                policy_profile,
                policy,
                hosts: host.clone(),
            };
            let academy = app::create_academy(&services, new).await?;
            report(cli, &told(&academy), || format!("Made the academy {} ({}).", academy.name, academy.slug));
        }
        AcademyCommand::List => {
            let tx = services.db.begin_platform().await?;
            let all = academies::store::all(&tx).await?;
            let lines: Vec<_> = all.iter().map(|academy| format!("{}  {}", academy.slug, academy.name)).collect();
            report(cli, &json!({ "academies": all.iter().map(told).collect::<Vec<_>>() }), || lines.join("\n"));
        }
    }
    Ok(())
}

/// The academy of this name, or the only one.
pub(super) async fn named_academy(services: &Services, slug: Option<&str>) -> anyhow::Result<academies::AcademyRow> {
    let tx = services.db.begin_platform().await?;
    let all = academies::store::all(&tx).await?;
    drop(tx);
    if let Some(slug) = slug {
        return all
            .into_iter()
            .find(|academy| academy.slug == slug)
            .with_context(|| format!("there is no academy {slug}"));
    }
    match &all[..] {
        [] => app::create_academy(services, first_of_all()?).await,
        [only] => Ok(only.clone()),
        _ => bail!("there are several academies: name one with --academy"),
    }
}
