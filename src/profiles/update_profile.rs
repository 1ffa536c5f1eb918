//! Changes a person's own profile: what is absent stays, null clears, a value replaces.

use super::{
    model::{PostalAddress, SocialLink},
    policy,
    sign_up::not_collected,
    store::{self, ContactChange, ProfileChange},
};
use crate::{
    academies::{self, Policy},
    accounts::{self, store::Named},
    platform::{
        change::Change,
        fault::Fault,
        graphql::{
            Call, UserErrorCode,
            user_error::{Objection, lines},
        },
        privacy::{Personal, UserId},
    },
};

/// What a person changes about themselves.
#[derive(Default)]
#[expect(missing_docs, reason = "the fields of the profile")]
pub struct ProfileInput {
    pub username: Change<String>,
    pub full_name: Change<String>,
    pub biography: Change<String>,
    pub social_links: Change<Vec<SocialLink>>,
    pub organization: Change<String>,
    pub job_title: Change<String>,
    pub phone: Change<String>,
    pub billing_address: Change<PostalAddress>,
    pub locale: Change<String>,
}

impl ProfileInput {
    /// What the academy's policy does not collect can't be given; it can be cleared.
    fn not_collected(&self, policy: &Policy) -> Vec<Objection> {
        let given = [
            ("username", self.username.is_set()),
            ("biography", self.biography.is_set()),
            ("socialLinks", self.social_links.is_set()),
            ("organization", self.organization.is_set()),
            ("jobTitle", self.job_title.is_set()),
            ("phone", self.phone.is_set()),
            ("billingAddress", self.billing_address.is_set()),
        ];
        let refused = given.into_iter().filter(|(field, is_set)| *is_set && !policy.asks(field));
        refused.map(|(field, _)| not_collected(field)).collect()
    }
}

/// Changes the viewer's own profile; nothing is changed where there is an objection.
///
/// # Errors
/// `UNAUTHENTICATED`, and those of the database.
pub async fn update_profile(call: &Call, input: ProfileInput) -> Result<Result<UserId, Vec<Objection>>, Fault> {
    let user = call.viewer().signed_in()?;
    let academy = academies::current(call).await?;
    let mut objections = input.not_collected(academy.policy());
    let mut text = |change: Change<String>, field: &str, most: usize| {
        change.try_map(|value| lines(&value, field, most)).unwrap_or_else(|objection| {
            objections.push(objection);
            Change::Keep
        })
    };
    let biography = text(input.biography, "biography", 2000).emptied();
    let organization = text(input.organization, "organization", 200).emptied();
    let job_title = text(input.job_title, "jobTitle", 200).emptied();
    let mut gather = |objection: Objection| objections.push(objection);
    let full_name = match input.full_name {
        Change::Keep => None,
        Change::Clear => {
            gather(Objection::new(
                UserErrorCode::Required,
                "fullName",
                words!("Nama tidak dapat dikosongkan.", "A name can't be cleared."),
            ));
            None
        }
        Change::Set(name) => accounts::policy::full_name(&name).map_err(&mut gather).ok(),
    };
    let username = input.username.try_map(|name| accounts::policy::username(&name));
    let links = input.social_links.try_map(policy::links);
    let phone = input.phone.try_map(|number| policy::phone(&number));
    let address = input.billing_address.try_map(policy::address);
    let (username, links, phone, address) = match (username, links, phone, address) {
        (Ok(username), Ok(links), Ok(phone), Ok(address)) if objections.is_empty() => (username, links, phone, address),
        (username, links, phone, address) => {
            objections.extend([username.err(), links.err(), phone.err(), address.err()].into_iter().flatten());
            return Ok(Err(objections));
        }
    };
    let links = links.stored(|links| json(&links))?.map(|links| links.unwrap_or_else(|| serde_json::json!([])));
    let profile = ProfileChange {
        full_name: full_name.map(Personal::new),
        biography: biography.column().map(Personal::new),
        organization: organization.column().map(Personal::new),
        job_title: job_title.column().map(Personal::new),
        social_links: links.map(Personal::new),
        locale: input.locale.column().map(Personal::new),
    };
    let contact = ContactChange {
        phone: phone.column().map(Personal::new),
        billing_address: address.stored(|address| json(&address))?.map(Personal::new),
    };
    let mut tx = call.begin().await?;
    if let Some(username) = username.column() {
        let refused = |code, words| Ok(Err(vec![Objection::new(code, "username", words)]));
        match accounts::store::set_username(&mut tx, user, username, call.services.clock.now()).await? {
            Named::Set => {}
            Named::Taken => {
                let words = words!("Nama pengguna ini sudah dipakai.", "This user name is taken.");
                return refused(UserErrorCode::Taken, words);
            }
            Named::TooOften => {
                let words = words!(
                    "Nama pengguna sudah terlalu sering diganti; nama yang dilepas disimpan 90 hari.",
                    "The user name was changed too often; one that is given up is held for 90 days."
                );
                return refused(UserErrorCode::LimitReached, words);
            }
        }
    }
    store::change(&mut tx, user, profile, contact).await?;
    tx.commit().await?;
    call.forget_loaded();
    Ok(Ok(user))
}

fn json<T: serde::Serialize>(value: &T) -> Result<serde_json::Value, Fault> {
    Ok(serde_json::to_value(value).map_err(anyhow::Error::from)?)
}
