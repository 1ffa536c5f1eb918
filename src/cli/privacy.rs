//! `sanggar privacy`: what is promised about personal data, and what is done about it.

use std::sync::Arc;

use clap::Subcommand;
use serde_json::json;

use super::{Cli, academy::named_academy, home::Home};
use crate::{
    app,
    platform::{config::Settings, privacy::inventory},
};

#[derive(Subcommand)]
pub(super) enum PrivacyCommand {
    /// Print the record of processing: every datum, why it is held, on what ground, who reads it, and what an erasure does to it
    ///
    /// Markdown; with `--json` one document.
    Inventory {
        /// The academy, where there are several
        #[arg(long)]
        academy: Option<String>,
    },
}

pub(super) async fn privacy_command(
    cli: &Cli,
    command: &PrivacyCommand,
    settings: &Arc<Settings>,
    home: &Home,
) -> anyhow::Result<()> {
    let PrivacyCommand::Inventory { academy } = command;
    let services = home.services(settings).await?;
    let academy = named_academy(&services, academy.as_deref()).await?;
    let (entries, sharing) = (app::data(), academy.policy().sharing());
    if cli.common.json {
        let data: Vec<_> = entries.iter().map(|entry| inventory::document_of(entry, &sharing)).collect();
        println!("{}", json!({ "academy": academy.slug, "policy": academy.policy_profile, "data": data }));
    } else {
        let title = format!("Personal data at {} (policy: {})", academy.name, academy.policy_profile);
        print!("{}", inventory::markdown(&title, &entries, &sharing));
    }
    Ok(())
}
