//! Makes an account for somebody else: they choose the password, and complete it, themselves.

use serde_json::json;

use super::{
    address, mailed,
    model::{Login, NewUser, TokenPurpose},
    policy, session, store,
};
use crate::{
    academies::AcademyRow,
    audit::{self, Action, Happened},
    platform::{
        db::Tx,
        fault::Fault,
        graphql::{Call, UserErrorCode, user_error::Objection},
        privacy::{Personal, Role, Roles, UserId},
    },
};

/// Who is invited.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// Their address, if they have one.
    pub email: Option<String>,
    /// The name that they sign in with; for who has no address.
    pub username: Option<String>,
    /// Their name.
    pub full_name: String,
    /// What they may do.
    pub roles: Roles,
}

/// An invitation that can be written.
pub struct Checked {
    actor: UserId,
    email: Option<String>,
    username: Option<String>,
    /// Their name, trimmed.
    pub full_name: String,
    roles: Roles,
}

/// Whether the viewer may invite whom they name: an ADMIN, who proves presence for anybody who is to hold a role.
///
/// # Errors
/// `UNAUTHENTICATED`, `FORBIDDEN`, `REAUTHENTICATION_REQUIRED`.
pub fn check(call: &Call, academy: &AcademyRow, new: &Invitation) -> Result<Result<Checked, Vec<Objection>>, Fault> {
    let actor = call.viewer().with_role(&[Role::Admin])?;
    if new.roles.iter().any(|role| role != Role::Learner) {
        session::present(call)?;
    }
    let email = new.email.as_deref().map(policy::email).transpose();
    let username = new.username.as_deref().map(policy::username).transpose();
    let full_name = policy::full_name(&new.full_name);
    let mut objections = Vec::new();
    if new.email.is_none() && new.username.is_none() {
        let words = words!("Isi alamat surel, atau nama pengguna.", "Give a mail address, or a user name.");
        objections.push(Objection::new(UserErrorCode::Required, "email", words));
    }
    if new.username.is_some() && !academy.policy().asks("username") {
        let words = words!("Akademi ini tidak memakai nama pengguna.", "This academy has no user names.");
        objections.push(Objection::new(UserErrorCode::Invalid, "username", words));
    }
    match (email, username, full_name) {
        (Ok(email), Ok(username), Ok(full_name)) if objections.is_empty() => {
            let roles = new.roles.iter().chain([Role::Learner]).collect();
            Ok(Ok(Checked { actor, email, username, full_name, roles }))
        }
        (email, username, full_name) => {
            objections.extend([email.err(), username.err(), full_name.err()].into_iter().flatten());
            Ok(Err(objections))
        }
    }
}

/// Makes the account, in a transaction of the caller's: a profile belongs into it. Gives the person, and a code to hand over where there is
/// no address to mail.
///
/// # Errors
/// Those of the database.
pub async fn invite(
    tx: &mut Tx,
    call: &Call,
    academy: &AcademyRow,
    new: &Checked,
) -> Result<Result<(UserId, Option<String>), Objection>, Fault> {
    let (services, now) = (&call.services, call.services.clock.now());
    let taken = |field, words| Ok(Err(Objection::new(UserErrorCode::Taken, field, words)));
    if let Some(email) = &new.email {
        store::take_email(tx, &policy::key(email)).await?;
        if !address::free(tx, services, &policy::key(email)).await? {
            return taken(
                "email",
                words!("Sudah ada akun dengan alamat ini.", "There is an account with this address."),
            );
        }
    }
    if let Some(username) = &new.username {
        store::take_username(tx, username).await?;
        if !store::username_is_free(tx, None, username, now).await? {
            return taken("username", words!("Nama pengguna ini sudah dipakai.", "This user name is taken."));
        }
    }
    let user: UserId = services.random.id();
    let row = NewUser {
        id: user,
        roles: Personal::new(store::names(new.roles)),
        created_at: Personal::new(now),
        incomplete: true,
    };
    let login = Login {
        email_key: Personal::new(new.email.as_deref().map(policy::key)),
        email: Personal::new(new.email.clone()),
        username_key: Personal::new(new.username.as_deref().map(policy::key)),
        username_look: Personal::new(new.username.as_deref().map(policy::look)),
        username: Personal::new(new.username.clone()),
        ..Login::none(user)
    };
    store::insert(tx, &row, &login).await?;
    let happened = Happened {
        actor: Some(new.actor),
        action: Action::UserInvited,
        subject: Some(user),
        reason: None,
        detail: json!({ "roles": store::names(new.roles) }),
    };
    audit::write(tx, services, vec![happened]).await?;
    let Some(email) = &new.email else {
        return Ok(Ok((user, Some(mailed::new_code(tx, services, user, TokenPurpose::Invitation).await?))));
    };
    let token = mailed::new_token(tx, services, user, TokenPurpose::Invitation).await?;
    let what = (TokenPurpose::Invitation, token.as_str());
    mailed::post_token(tx, services, academy, (user, email), what, academy.language()).await?;
    Ok(Ok((user, None)))
}
