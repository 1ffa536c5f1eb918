//! Registers a person. The answer is the same whether or not the address is taken, and takes as long, since whose it is is looked up when the
//! request is over: the mail tells.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

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
        mail::post,
        privacy::{Personal, Role, Roles, UserId},
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

/// A registration in which nothing is left to mend: what its person is answered does not depend on whose the address is.
#[derive(Serialize, Deserialize)]
pub struct Prepared {
    email: String,
    hash: String,
    /// Their name, trimmed.
    pub full_name: String,
    username: Option<String>,
    guardian_email: Option<String>,
    /// In which language to speak to them.
    pub language: Language,
    accepted_documents: Vec<Uuid>,
    marketing_consent: bool,
    at: DateTime<Utc>,
}

/// Looks at all that can be mended, and hashes the password. Nothing where the address was mailed so often that it is not mailed any more.
///
/// # Errors
/// `RATE_LIMITED` where one address registers too often, and those of the database.
pub async fn prepare(call: &Call, input: Registration) -> Result<Result<Option<Prepared>, Vec<Objection>>, Fault> {
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
            return Ok(Err(objections.into_iter().flatten().collect()));
        }
    };
    let at = services.clock.now();
    // Only who has proved an address holds a user name. If registering held it, whether a second registration finds it taken would
    // tell whether the address of the first was free.
    if let Some(name) = &username
        && !store::username_is_free(&*call.reader().await?, None, name, at).await?
    {
        return Ok(Err(vec![Objection::new(
            UserErrorCode::Taken,
            "username",
            words!("Nama pengguna ini sudah dipakai.", "This user name is taken."),
        )]));
    }
    call.give_back_reader().await;
    if !tries::register(call, &policy::key(&email)).await? {
        return Ok(Ok(None));
    }
    let hash = password::hash(&services.settings, input.password).await?;
    Ok(Ok(Some(Prepared {
        email,
        hash,
        full_name,
        username,
        guardian_email: input.guardian_email,
        language: input.language,
        accepted_documents: accepted.iter().map(|document| document.id.uuid()).collect(),
        marketing_consent: input.marketing_consent,
        at,
    })))
}

/// Counts that somebody looks up a referral code.
///
/// # Errors
/// `RATE_LIMITED` where one address looks up too many, and those of the database.
pub async fn count_code(call: &Call) -> Result<(), Fault> {
    tries::referral_code(call).await
}

/// What became of a registration.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Made {
    /// This person.
    Person(UserId),
    /// Nobody: the address is this one's.
    Taken(UserId),
}

/// Makes the person, in a transaction of the caller's: a profile belongs into it, and profiles are a room above this one. Where the address is
/// somebody's nobody is made: its owner is told.
///
/// # Errors
/// Those of the database.
pub async fn make(tx: &mut Tx, services: &Services, academy: &AcademyRow, prepared: &Prepared) -> Result<Made, Fault> {
    let Prepared { email, language, at, .. } = prepared;
    let key = policy::key(email);
    store::take_email(tx, &key).await?;
    if let Some(owner) = store::login_by_email(tx, &key).await? {
        if tx.hold_account(owner.user_id).await? {
            store::disown(tx, owner.user_id).await?;
            let letter = mail::address_in_use(&academy.name);
            post(tx, services, &academy.name, (Some(owner.user_id), email), *language, &letter).await?;
        }
        return Ok(Made::Taken(owner.user_id));
    }
    let user: UserId = services.random.id();
    let roles: Roles = [Role::Learner].into_iter().collect();
    let new = NewUser {
        id: user,
        roles: Personal::new(store::names(roles)),
        created_at: Personal::new(*at),
        incomplete: false,
    };
    let login = Login {
        username: Personal::new(prepared.username.clone()),
        email_key: Personal::new(Some(key)),
        email: Personal::new(Some(email.clone())),
        password_hash: Personal::new(Some(prepared.hash.clone())),
        password_set_at: Some(*at),
        ..Login::none(user)
    };
    store::insert(tx, &new, &login).await?;
    let documents: Vec<_> = prepared.accepted_documents.iter().copied().map(DocumentId::from_uuid).collect();
    let documents = consent::store::documents(tx, &documents).await?;
    let here = ("registration", *at);
    consent::store::accept(tx, services, user, &documents, here).await?;
    consent::store::decide(tx, services, user, "marketing", prepared.marketing_consent, here).await?;
    if let Some(guardian) = &prepared.guardian_email {
        guardian::ask(tx, services, user, guardian).await?;
    }
    let token = mailed::new_token(tx, services, user, TokenPurpose::VerifyEmail).await?;
    let what = (TokenPurpose::VerifyEmail, token.as_str());
    mailed::post_token(tx, services, academy, (user, email), what, *language).await?;
    Ok(Made::Person(user))
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
