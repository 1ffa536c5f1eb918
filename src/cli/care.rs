//! `sanggar migrate`, `doctor` and `config`: looking after a deployment.

use std::sync::Arc;

use anyhow::{Context, bail};
use serde_json::json;

use super::{
    Cli,
    home::{DATABASE, Home},
    report,
};
use crate::platform::{
    config::Settings,
    db::{embedded, migrate},
    jobs,
};

pub(super) async fn migrate_command(cli: &Cli, settings: &Settings, home: &Home) -> anyhow::Result<()> {
    if let Some(cluster) = &home.cluster {
        embedded::prepare(&cluster.url(embedded::SUPERUSER, "postgres"), DATABASE).await?;
    }
    let done = migrate::run(&home.owner_url()?).await.with_context(|| {
        if settings.owner_url.is_some() {
            "migrating"
        } else {
            "migrating (name the owner of the tables with --owner-url)"
        }
    })?;
    report(cli, &json!({ "migrations": done }), || match done.len() {
        0 => "The database lacks nothing.".to_owned(),
        _ => format!("Ran: {}", done.join(", ")),
    });
    Ok(())
}

pub(super) async fn doctor(cli: &Cli, settings: &Arc<Settings>, home: &Home) -> anyhow::Result<()> {
    let services = home.services(settings).await?;
    let tx = services.db.begin_platform().await?;
    let (waiting, given_up) = jobs::backlog(&tx, services.clock.now()).await?;
    drop(tx);
    let mut advice = Vec::new();
    if settings.sealing_key.is_none() {
        advice.push("The sealing key lies only in the data directory: keep a copy elsewhere (sealing.key), or secrets are lost with it.");
    }
    if settings.public_url.is_none() {
        advice.push("SANGGAR_PUBLIC_URL is not set: mails carry codes instead of links, and no certificate is issued.");
    }
    if settings.smtp_url.is_none() {
        advice.push("No mail server is set (SANGGAR_SMTP_URL): mails are files in the data directory.");
    }
    let healthy = given_up == 0;
    let found = json!({ "healthy": healthy, "jobsWaiting": waiting, "jobsGivenUp": given_up, "advice": advice });
    report(cli, &found, || {
        let mut text = format!("Jobs: {waiting} waiting, {given_up} given up.");
        for line in &advice {
            text.push_str("\n- ");
            text.push_str(line);
        }
        text
    });
    if healthy { Ok(()) } else { bail!("{given_up} jobs were given up: see the log for their causes") }
}

/// The configuration in force: what may be secret is only said to be set.
pub(super) fn print_settings(settings: &Settings) -> anyhow::Result<()> {
    let mut shown = serde_json::to_value(settings)?;
    for secret in ["database_url", "owner_url", "sealing_key", "older_sealing_keys", "smtp_url"] {
        if shown[secret].as_str().is_some_and(|value| !value.is_empty()) {
            shown[secret] = json!("(set)");
        }
    }
    for log_in in shown["log_in"].as_object_mut().into_iter().flat_map(serde_json::Map::values_mut) {
        for provider in log_in["providers"].as_object_mut().into_iter().flat_map(serde_json::Map::values_mut) {
            if provider["client_secret"].is_string() {
                provider["client_secret"] = json!("(set)");
            }
        }
    }
    println!("{}", serde_json::to_string_pretty(&shown)?);
    Ok(())
}
