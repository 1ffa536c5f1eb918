//! `sanggar user`.

use std::{io::IsTerminal, sync::Arc};

use anyhow::{Context, bail};
use clap::Subcommand;
use serde_json::json;

use super::{Cli, academy::named_academy, home::Home, report};
use crate::{
    platform::{config::Settings, privacy::Roles},
    profiles::add_person::{self, NewPerson},
};

#[derive(Subcommand)]
pub(super) enum UserCommand {
    /// Add a person, whose address is taken to be theirs; the password is read from standard input
    Create {
        /// Their mail address
        email: String,
        /// Their name
        #[arg(long)]
        name: String,
        /// What they may do, beyond learning; may be given again
        #[arg(long, value_parser = ["INSTRUCTOR", "REVIEWER", "FINANCE", "SUPPORT", "PRIVACY_OFFICER", "ADMIN"])]
        role: Vec<String>,
        /// The academy, where there are several
        #[arg(long)]
        academy: Option<String>,
    },
}

pub(super) async fn user_command(
    cli: &Cli,
    command: &UserCommand,
    settings: &Arc<Settings>,
    home: &Home,
) -> anyhow::Result<()> {
    let UserCommand::Create { email, name, role, academy } = command;
    let services = home.services(settings).await?;
    let academy = named_academy(&services, academy.as_deref()).await?;
    let password = read_password()?;
    let roles = Roles::from_names(role.iter().map(String::as_str));
    let person = NewPerson {
        email,
        username: None,
        full_name: name,
        password: &password,
        roles: &roles.iter().collect::<Vec<_>>(),
        language: academy.language(),
    };
    match add_person::add_person(&services, academy.id, person).await? {
        Ok(id) => {
            report(cli, &json!({ "id": id.to_string(), "academy": academy.slug }), || {
                format!("{name} may sign in to {} as {email}.", academy.slug)
            });
            Ok(())
        }
        Err(objections) => {
            let words: Vec<_> = objections.iter().map(|objection| objection.words.en.to_string()).collect();
            bail!("{}", words.join(" "))
        }
    }
}

/// A line of standard input; on a terminal it is asked for, and not shown.
fn read_password() -> anyhow::Result<String> {
    if std::io::stdin().is_terminal() {
        return rpassword::prompt_password("Password (15 characters at least): ").context("reading the password");
    }
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).context("reading the password")?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
