//! Adds a person whose address is known to be theirs: from the command line, for the first admin and for demonstrations.

use super::{model::NewProfile, store};
use crate::{
    accounts::{
        self,
        model::{Login, NewUser},
        password, policy,
    },
    consent,
    platform::{
        db::AcademyId,
        fault::Fault,
        graphql::{Services, UserErrorCode, user_error::Objection},
        privacy::{Personal, Role, Roles, UserId},
        text::Language,
    },
};

/// Who is added.
pub struct NewPerson<'a> {
    /// Their address.
    pub email: &'a str,
    /// Their user name, if they have one.
    pub username: Option<&'a str>,
    /// Their name.
    pub full_name: &'a str,
    /// Their password.
    pub password: &'a str,
    /// What they may do, beyond learning.
    pub roles: &'a [Role],
    /// In which language to speak to them.
    pub language: Language,
}

/// Adds a person.
///
/// # Errors
/// Those of the database.
pub async fn add_person(
    services: &Services,
    academy: AcademyId,
    person: NewPerson<'_>,
) -> Result<Result<UserId, Vec<Objection>>, Fault> {
    let email = policy::email(person.email);
    let full_name = policy::full_name(person.full_name);
    let username = person.username.map(policy::username).transpose();
    let secret = policy::password(person.password, "password", &[person.email, person.full_name], false);
    let (email, full_name, username) = match (email, full_name, username, &secret) {
        (Ok(email), Ok(name), Ok(username), Ok(())) => (email, name, username),
        (email, name, username, _) => {
            let objections = [email.err(), name.err(), username.err(), secret.err()];
            return Ok(Err(objections.into_iter().flatten().collect()));
        }
    };
    let hash = password::hash(&services.settings, person.password.to_owned()).await?;
    let mut tx = services.db.begin(academy).await?;
    accounts::store::take_email(&mut tx, &policy::key(&email)).await?;
    if let Some(name) = &username {
        accounts::store::take_username(&mut tx, name).await?;
    }
    let taken = |field, words| Objection::new(UserErrorCode::Taken, field, words);
    if accounts::store::login_by_email(&tx, &policy::key(&email)).await?.is_some() {
        let words = words!("Sudah ada orang dengan alamat ini.", "There is somebody with this address already.");
        return Ok(Err(vec![taken("email", words)]));
    }
    if let Some(name) = &username
        && !accounts::store::username_is_free(&tx, None, name, services.clock.now()).await?
    {
        return Ok(Err(vec![taken(
            "username",
            words!("Nama pengguna ini sudah dipakai.", "This user name is taken."),
        )]));
    }
    let now = services.clock.now();
    let id: UserId = services.random.id();
    let roles: Roles = person.roles.iter().copied().chain([Role::Learner]).collect();
    let user = NewUser {
        id,
        roles: Personal::new(accounts::store::names(roles)),
        created_at: Personal::new(now),
        incomplete: false,
    };
    let login = Login {
        email_key: Personal::new(Some(policy::key(&email))),
        email: Personal::new(Some(email)),
        email_verified_at: Some(now),
        username_key: Personal::new(username.as_deref().map(policy::key)),
        username_look: Personal::new(username.as_deref().map(policy::look)),
        username: Personal::new(username),
        password_hash: Personal::new(Some(hash)),
        password_set_at: Some(now),
        ..Login::none(id)
    };
    accounts::store::insert(&mut tx, &user, &login).await?;
    consent::store::decide(&mut tx, services, id, "marketing", false, ("command line", services.clock.now())).await?;
    let profile = NewProfile {
        user_id: id,
        full_name: Personal::new(full_name),
        locale: Personal::new(Some(person.language.tag().to_owned())),
    };
    store::insert(&mut tx, &profile).await?;
    tx.commit().await?;
    Ok(Ok(id))
}
