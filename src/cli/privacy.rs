//! `sanggar privacy`: what is promised about personal data, and what is done about it.

use std::{io::IsTerminal, sync::Arc};

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use serde_json::json;

use super::{Cli, academy::named_academy, home::Home, report};
use crate::{
    academies::AcademyRow,
    accounts, app,
    platform::{
        config::Settings,
        graphql::Services,
        id::GlobalId,
        privacy::{UserId, UserKind, inventory, reads, subject::Outcome},
    },
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
    /// Write everything that is held about a person, as one JSON document on standard output
    ///
    /// It is put on record, and the person sees it there.
    Export {
        #[command(flatten)]
        whose: Whose,
    },
    /// Erase a person: what is held about them goes, but for what a law or a certificate's holder needs kept
    ///
    /// It can't be undone. It is put on record, without a name.
    Erase {
        #[command(flatten)]
        whose: Whose,
        /// Don't ask
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Args)]
pub(super) struct Whose {
    /// Their mail address, user name or id
    person: String,
    /// Why: on whose request, by which rule
    #[arg(long)]
    reason: String,
    /// The academy, where there are several
    #[arg(long)]
    academy: Option<String>,
}

pub(super) async fn privacy_command(
    cli: &Cli,
    command: &PrivacyCommand,
    settings: &Arc<Settings>,
    home: &Home,
) -> anyhow::Result<()> {
    let services = home.services(settings).await?;
    match command {
        PrivacyCommand::Inventory { academy } => print_inventory(cli, &services, academy.as_deref()).await,
        PrivacyCommand::Export { whose } => {
            let (academy, person, reason) = found(&services, whose).await?;
            println!("{}", app::export_person(&services, &academy, person, &reason).await?);
            Ok(())
        }
        PrivacyCommand::Erase { whose, yes } => {
            let (academy, person, reason) = found(&services, whose).await?;
            if !yes && !is_meant(&whose.person)? {
                bail!("nothing was erased");
            }
            let outcome = app::erase_person(&services, academy.id, person, &reason).await?;
            tell(cli, person, &outcome);
            Ok(())
        }
    }
}

/// Whom a command is about, and why.
async fn found(services: &Services, whose: &Whose) -> anyhow::Result<(AcademyRow, UserId, String)> {
    let reason = reads::reason(whose.reason.as_bytes());
    let reason = reason.context("--reason is one line of 3 to 500 characters")?;
    let academy = named_academy(services, whose.academy.as_deref()).await?;
    let reader = services.db.reader(academy.id);
    let connection = reader.connection().await?;
    let by_id = whose.person.parse::<GlobalId>().ok().and_then(GlobalId::of::<UserKind>);
    let person = match by_id {
        Some(id) => accounts::store::exists(&connection, id).await?.then_some(id),
        None => accounts::store::by_login(&connection, &whose.person).await?.map(|login| login.user_id),
    };
    let person = person.with_context(|| format!("there is nobody {} in {}", whose.person, academy.slug))?;
    Ok((academy, person, reason))
}

fn is_meant(person: &str) -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() {
        bail!("erasing can't be undone: say --yes, or run it where you can be asked");
    }
    eprint!("Erase {person}? This can't be undone. Type yes: ");
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).context("reading the answer")?;
    Ok(answer.trim() == "yes")
}

fn tell(cli: &Cli, person: UserId, outcome: &Outcome) {
    let retained: Vec<_> = outcome
        .retained
        .iter()
        .map(|kept| json!({ "field": kept.field, "reason": kept.reason, "rows": kept.rows }))
        .collect();
    let document = json!({ "subject": person.to_string(), "erased": outcome.erased, "retained": retained });
    report(cli, &document, || {
        let deleted: i64 = outcome.erased.iter().map(|table| table.deleted).sum();
        let mut text = format!("Erased: {deleted} rows went.");
        for kept in &outcome.retained {
            text.push_str(&format!("\nKept, {} rows of {}: {}.", kept.rows, kept.field, kept.reason));
        }
        text
    });
}

async fn print_inventory(cli: &Cli, services: &Services, academy: Option<&str>) -> anyhow::Result<()> {
    let academy = named_academy(services, academy).await?;
    let sharing = academy.policy().sharing();
    let mut entries = app::data();
    entries.retain(|datum| sharing.holds(datum));
    if cli.common.json {
        let data: Vec<_> = entries.iter().map(|entry| inventory::document_of(entry, &sharing)).collect();
        println!("{}", json!({ "academy": academy.slug, "policy": academy.policy_profile, "data": data }));
    } else {
        let title = format!("Personal data at {} (policy: {})", academy.name, academy.policy_profile);
        print!("{}", inventory::markdown(&title, &entries, &sharing));
    }
    Ok(())
}
