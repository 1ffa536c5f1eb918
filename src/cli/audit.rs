//! `sanggar audit`.

use std::sync::Arc;

use anyhow::bail;
use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::{Cli, academy::named_academy, home::Home, report};
use crate::{audit::verify, platform::config::Settings};

#[derive(Subcommand)]
pub(super) enum AuditCommand {
    /// Check the audit log's chain: every entry, every link, every signature
    ///
    /// Tells up to which link it holds and is signed. Note both where nobody who can write to the database can change them: a log that
    /// was cut shorter than that was tampered with.
    Verify {
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
    let AuditCommand::Verify { academy } = command;
    let services = home.services(settings).await?;
    let academy = named_academy(&services, academy.as_deref()).await?;
    // Hidden by itself where nobody watches.
    let bar = ProgressBar::new_spinner().with_style(ProgressStyle::with_template("{spinner} {pos} links")?);
    let found = verify::verify(&services, academy.id, |number| bar.set_position(number.unsigned_abs())).await?;
    bar.finish_and_clear();
    let broken = found.broken.map(|(number, what)| json!({ "link": number, "what": what }));
    let document = json!({
        "academy": academy.slug,
        "holds": broken.is_none(),
        "holdsTo": found.holds_to,
        "signedTo": found.signed_to,
        "unlinked": found.unlinked,
        "broken": broken,
    });
    report(cli, &document, || {
        let waiting = match found.unlinked {
            0 => String::new(),
            count => format!(" Entries that wait to be linked: {count}."),
        };
        format!(
            "The audit log of {} holds up to link {}, signed up to {}.{waiting}",
            academy.slug, found.holds_to, found.signed_to
        )
    });
    match found.broken {
        Some((number, what)) => bail!("the audit log does not hold at link {number}: {what}"),
        None => Ok(()),
    }
}
