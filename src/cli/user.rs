//! `sanggar user`.

use std::{io::IsTerminal, sync::Arc};

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use serde_json::json;

use super::{Cli, academy::named_academy, home::Home, report};
use crate::{
    academies::AcademyRow,
    accounts::{
        self,
        roles::{self, RoleChange},
        totp_setup,
    },
    platform::{
        config::Settings,
        graphql::{Services, user_error::Objection},
        privacy::{Roles, UserId},
    },
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
    /// Grant a role to a person; their sessions end
    Grant(OfRole),
    /// Take a role from a person; their sessions end. The last ADMIN stays
    Revoke(OfRole),
    /// Remove the second factor of a person who has lost theirs and the recovery codes; their sessions end, and a mail tells them
    ResetMfa(Of),
}

#[derive(Args)]
pub(super) struct Of {
    /// Their mail address, or user name
    login: String,
    /// The academy, where there are several
    #[arg(long)]
    academy: Option<String>,
}

#[derive(Args)]
pub(super) struct OfRole {
    #[command(flatten)]
    of: Of,
    /// What they may do
    #[arg(long, value_parser = ["INSTRUCTOR", "REVIEWER", "FINANCE", "SUPPORT", "PRIVACY_OFFICER", "ADMIN"])]
    role: String,
}

pub(super) async fn user_command(
    cli: &Cli,
    command: &UserCommand,
    settings: &Arc<Settings>,
    home: &Home,
) -> anyhow::Result<()> {
    let services = home.services(settings).await?;
    match command {
        UserCommand::Create { email, name, role, academy } => {
            let academy = named_academy(&services, academy.as_deref()).await?;
            create(cli, &services, &academy, email, name, role).await
        }
        UserCommand::Grant(command) => change(cli, &services, command, true).await,
        UserCommand::Revoke(command) => change(cli, &services, command, false).await,
        UserCommand::ResetMfa(of) => reset_mfa(cli, &services, of).await,
    }
}

/// The academy and the person that a command names.
async fn named(services: &Services, of: &Of) -> anyhow::Result<(AcademyRow, UserId)> {
    let academy = named_academy(services, of.academy.as_deref()).await?;
    let reader = services.db.reader(academy.id);
    let login = accounts::store::by_login(&*reader.connection().await?, &of.login).await?;
    let login = login.with_context(|| format!("there is nobody who signs in to {} as {}", academy.slug, of.login))?;
    Ok((academy, login.user_id))
}

async fn change(cli: &Cli, services: &Services, command: &OfRole, granted: bool) -> anyhow::Result<()> {
    let OfRole { of, role } = command;
    let (academy, user) = named(services, of).await?;
    let role = Roles::from_names([role.as_str()]).iter().next().context("the role")?;
    let mut tx = services.db.begin(academy.id).await?;
    agreed(roles::change_role(&mut tx, services, &academy, None, RoleChange { user, role, granted }).await?)?;
    tx.commit().await?;
    let done = json!({ "id": user.to_string(), "academy": academy.slug, "role": role.as_str(), "granted": granted });
    report(cli, &done, || {
        let is = if granted { "is" } else { "is no more" };
        format!("{} {is} {} of {}; their sessions have ended.", of.login, role.as_str(), academy.slug)
    });
    Ok(())
}

async fn reset_mfa(cli: &Cli, services: &Services, of: &Of) -> anyhow::Result<()> {
    let (academy, user) = named(services, of).await?;
    agreed(totp_setup::reset(services, &academy, user).await?)?;
    report(cli, &json!({ "id": user.to_string(), "academy": academy.slug }), || {
        format!("{} signs in to {} without a second factor now; their sessions have ended.", of.login, academy.slug)
    });
    Ok(())
}

fn agreed(outcome: Result<(), Objection>) -> anyhow::Result<()> {
    outcome.map_err(|objection| anyhow::anyhow!("{}", objection.words.en))
}

async fn create(
    cli: &Cli,
    services: &Services,
    academy: &AcademyRow,
    email: &str,
    name: &str,
    role: &[String],
) -> anyhow::Result<()> {
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
    match add_person::add_person(services, academy.id, person).await? {
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
