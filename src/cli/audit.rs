//! `sanggar audit`.

use std::sync::Arc;

use anyhow::{Context, bail};
use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::{Cli, academy::named_academy, home::Home, report};
use crate::{
    audit::verify::{self, Noted, Report},
    platform::config::Settings,
};

#[derive(Subcommand)]
pub(super) enum AuditCommand {
    /// Check the audit log's chain: every entry, every link, every signature
    ///
    /// Tells up to which link it holds, and that link's digest. Note both where nobody who can write to the database can change them, and
    /// check the next time that they are still there (`--noted`): so a log that was cut short is found out.
    Verify {
        /// A link that was noted, as `NUMBER:DIGEST`
        #[arg(long)]
        noted: Option<String>,
        /// The academy, where there are several
        #[arg(long)]
        academy: Option<String>,
    },
}

pub(super) async fn audit_command(
    cli: &Cli,
    command: &AuditCommand,
    settings: &Arc<Settings>,
    home: &Home,
) -> anyhow::Result<()> {
    let AuditCommand::Verify { academy, noted } = command;
    let noted = noted.as_deref().map(noted_link).transpose()?;
    let services = home.services(settings).await?;
    let academy = named_academy(&services, academy.as_deref()).await?;
    // Hidden by itself where nobody watches.
    let bar = ProgressBar::new_spinner().with_style(ProgressStyle::with_template("{spinner} {pos} links")?);
    let found =
        verify::verify(&services, academy.id, noted.as_ref(), |number| bar.set_position(number.unsigned_abs())).await?;
    bar.finish_and_clear();
    let broken = found.broken.map(|(number, what)| json!({ "link": number, "what": what }));
    let document = json!({
        "academy": academy.slug,
        "holds": broken.is_none(),
        "holdsTo": found.holds_to,
        "hash": found.hash,
        "unlinked": found.unlinked,
        "broken": broken,
    });
    report(cli, &document, || {
        let waiting = match found.unlinked {
            0 => String::new(),
            count => format!("\nEntries that wait to be linked: {count}"),
        };
        let Report { holds_to, hash, .. } = &found;
        format!(
            "The audit log of {} holds up to link {holds_to}. To be noted: {holds_to}:{hash}{waiting}",
            academy.slug
        )
    });
    match found.broken {
        Some((number, what)) => bail!("the audit log does not hold at link {number}: {what}"),
        None => Ok(()),
    }
}

fn noted_link(text: &str) -> anyhow::Result<Noted> {
    let split =
        text.split_once(':').and_then(|(number, hash)| Some((number.parse().ok().filter(|number| *number > 0)?, hash)));
    let (number, hash) = split.with_context(|| format!("--noted {text}: as this command printed it, NUMBER:DIGEST"))?;
    Ok(Noted { number, hash: hash.to_ascii_lowercase() })
}
