//! Registers a person. The answer is the same whether or not the address is taken: the mail tells.

use super::{
    guardian, mail, mailed,
    model::{Login, NewUser, TokenPurpose},
    password, policy, store, tries,
};
use crate::{
    academies::AcademyRow,
    consent::{self, DocumentId},
    platform::{
        db::Tx,
        fault::Fault,
        graphql::{Call, Services, UserErrorCode, user_error::Objection},
        privacy::{Duty, Personal, Role, Roles, UserId},
        text::Language,
    },
};

/// What a person gives to register.
#[derive(Clone)]
pub struct Registration {
    /// Their address.
    pub email: String,
    /// The password that they choose.
    pub password: String,
    /// Their name.
    pub full_name: String,
    /// A user name, if they want one: a wish, until the address is proved.
    pub username: Option<String>,
    /// That they are of the age that the academy's policy asks for.
    pub age_confirmed: bool,
    /// The address of a guardian who has to agree: of who is not of that age.
    pub guardian_email: Option<String>,
    /// In which language to speak to them.
    pub language: Language,
    /// The documents that they accept.
    pub accepted_documents: Vec<DocumentId>,
    /// Whether they want to hear of offers.
    pub marketing_consent: bool,
}

/// A person that was made, to be given a profile and then to be settled.
pub struct Registered {
    /// Their id.
    pub user: UserId,
    /// Their name, trimmed.
    pub full_name: String,
    /// The language of their messages.
    pub language: Language,
    next: Next,
}

/// What the address turned out to be.
enum Next {
    /// Free: a mail with this token proves it.
    Prove { email: String, token: String },
    /// Taken: the person is unmade, and the owner of the address is told.
    Tell(Box<Login>),
}

/// What registering came to.
pub enum Outcome {
    /// The account is there, in a transaction that [`settle`] ends: both where the address was free and where it was taken, so that
    /// the one takes as long as the other.
    Made(Box<Tx>, Box<Registered>),
    /// The person can mend something.
    Objections(Vec<Objection>),
}

/// Registers a person, leaving the transaction open: a profile belongs into it, and profiles are a room above this one.
///
/// # Errors
/// Those of the database.
pub async fn register(call: &Call, input: Registration) -> Result<Outcome, Fault> {
    let services = &call.services;
    let email = policy::email(&input.email);
    let full_name = policy::full_name(&input.full_name);
    let username = input.username.as_deref().map(policy::username).transpose();
    let about = [&input.email, full_name.as_deref().unwrap_or_default(), input.username.as_deref().unwrap_or_default()];
    let password = policy::password(&input.password, "password", &about, false);
    let documents = call.load(consent::store::InForce).await?.unwrap_or_default();
    let accepted = accepted(&documents, &input.accepted_documents);
    let age = age(input.age_confirmed || input.guardian_email.is_some());
    let (email, full_name, username, accepted) = match (email, full_name, username, accepted, &password, &age) {
        (Ok(email), Ok(name), Ok(username), Ok(accepted), Ok(()), Ok(())) => (email, name, username, accepted),
        (email, name, username, accepted, ..) => {
            let objections = [email.err(), name.err(), username.err(), accepted.err(), password.err(), age.err()];
            return Ok(Outcome::Objections(objections.into_iter().flatten().collect()));
        }
    };
    call.give_back_reader().await;
    tries::register(call).await?;
    // The hashing takes its time, and its turn; before the look-up, and whatever it finds, since the time must not tell.
    let hash = password::hash(&services.settings, input.password).await?;
    let mut tx = call.begin().await?;
    store::take_email(&mut tx, &policy::key(&email)).await?;
    // Only who has proved an address holds a user name. If registering held it, whether a second registration finds it taken would
    // tell whether the address of the first was free.
    if let Some(name) = &username
        && !store::username_is_free(&tx, None, name, services.clock.now()).await?
    {
        return Ok(Outcome::Objections(vec![Objection::new(
            UserErrorCode::Taken,
            "username",
            words!("Nama pengguna ini sudah dipakai.", "This user name is taken."),
        )]));
    }
    let owner = store::login_by_email(&tx, &policy::key(&email)).await?;
    tx.save_point().await?;
    let user = services.random.id();
    let roles: Roles = [Role::Learner].into_iter().collect();
    let new = NewUser {
        id: user,
        roles: Personal::new(store::names(roles)),
        created_at: Personal::new(services.clock.now()),
        incomplete: false,
    };
    // Who is unmade again has no address: it is another's.
    let own = owner.is_none().then_some(&email);
    let login = Login {
        user_id: user,
        username_key: Personal::new(None),
        username_look: Personal::new(None),
        username: Personal::new(username),
        email_key: Personal::new(own.map(|email| policy::key(email))),
        email: Personal::new(own.cloned()),
        email_verified_at: None,
        password_hash: Personal::new(Some(hash)),
        password_set_at: Some(services.clock.now()),
        pending_email: Personal::new(None),
        pending_email_key: Personal::new(None),
    };
    store::insert(&mut tx, &new, &login).await?;
    consent::store::accept(&mut tx, services, user, &accepted, "registration").await?;
    consent::store::decide(&mut tx, services, user, "marketing", input.marketing_consent, "registration").await?;
    let token = mailed::new_token(&mut tx, services, user, TokenPurpose::VerifyEmail).await?;
    if let Some(guardian) = &input.guardian_email {
        guardian::ask(&mut tx, call, user, guardian).await?;
    }
    let next = owner.map_or(Next::Prove { email, token }, |owner| Next::Tell(Box::new(owner)));
    let registered = Registered { user, full_name, language: input.language, next };
    Ok(Outcome::Made(Box::new(tx), Box::new(registered)))
}

/// Ends a registration: the person stays and proves their address, or was never there.
///
/// # Errors
/// Those of the database.
pub async fn settle(
    mut tx: Tx,
    services: &Services,
    academy: &AcademyRow,
    registered: Registered,
) -> Result<(), Fault> {
    let Registered { user, language, next, .. } = registered;
    match next {
        Next::Prove { email, token } => {
            tx.release().await?;
            // The same statement as below, for nobody.
            store::disown(&mut tx, UserId::from_uuid(uuid::Uuid::nil())).await?;
            let what = (TokenPurpose::VerifyEmail, token.as_str());
            mailed::post_token(&mut tx, services, academy, (user, &email), what, language).await?;
        }
        Next::Tell(owner) => {
            tx.roll_back_to_save_point().await?;
            store::disown(&mut tx, owner.user_id).await?;
            tell_owner(&mut tx, services, academy, &owner, language).await?;
        }
    }
    tx.commit().await
}

/// Every required document must be accepted, in one of its languages; what is accepted beyond that is kept too.
///
/// # Errors
/// What is wrong with it.
pub fn accepted(
    documents: &[consent::PolicyDocumentRow],
    ids: &[DocumentId],
) -> Result<Vec<consent::PolicyDocumentRow>, Objection> {
    let chosen: Vec<_> = documents.iter().filter(|document| ids.contains(&document.id)).cloned().collect();
    if let Some(unknown) = ids.iter().position(|id| !chosen.iter().any(|document| document.id == *id)) {
        return Err(Objection::new(
            UserErrorCode::NotFound,
            &format!("acceptedDocuments.{unknown}"),
            words!(
                "Dokumen ini tidak (lagi) berlaku; baca academy.policy.documents.",
                "This document is not in force (any more); read academy.policy.documents."
            ),
        ));
    }
    let missing = documents
        .iter()
        .find(|document| document.required && !chosen.iter().any(|accepted| accepted.kind == document.kind));
    match missing {
        None => Ok(chosen),
        Some(document) => {
            let kind = document.kind.as_str();
            Err(Objection::new(
                UserErrorCode::Required,
                "acceptedDocuments",
                words!(
                    "Setujui dokumen {kind} dalam salah satu bahasanya (academy.policy.documents).",
                    "Accept the document {kind} in one of its languages (academy.policy.documents)."
                ),
            ))
        }
    }
}

/// Who does not say when they were born says that they are old enough.
///
/// # Errors
/// That they don't.
pub fn age(confirmed: bool) -> Result<(), Objection> {
    if confirmed {
        return Ok(());
    }
    Err(Objection::new(
        UserErrorCode::Required,
        "ageConfirmed",
        words!(
            "Nyatakan bahwa Anda cukup umur menurut kebijakan akademi ini.",
            "Confirm that you are of the age that this academy's policy asks for."
        ),
    ))
}

async fn tell_owner(
    tx: &mut Tx,
    services: &Services,
    academy: &AcademyRow,
    owner: &Login,
    language: Language,
) -> Result<(), Fault> {
    let Some(address) = owner.email.for_duty(Duty::Mail) else { return Ok(()) };
    let letter = mail::address_in_use(&academy.name);
    crate::platform::mail::post(tx, services, &academy.name, (Some(owner.user_id), address), language, &letter).await
}
