//! Rows of profiles.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{Insertable, Queryable, Selectable};
use sanggar_schema::tables::{avatars, contacts, identities, logins, profiles, users};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::privacy::{
    Avatar, BillingAddress, Biography, BirthDate, FullName, JobTitle, MinorUntil, Organization, Phone, PreferredLocale,
    SocialLinks,
};
use crate::{
    accounts::privacy::{CreatedAt, Email, GrantedRoles, Username},
    platform::privacy::{Personal, UserId},
};

/// A profile to be added.
#[derive(Insertable)]
#[diesel(table_name = profiles)]
pub(super) struct NewProfile {
    pub user_id: UserId,
    pub full_name: Personal<String, FullName>,
    pub locale: Personal<Option<String>, PreferredLocale>,
}

/// The user's own row.
#[derive(Queryable, Selectable, Clone, Debug)]
#[diesel(table_name = users, check_for_backend(diesel::pg::Pg))]
pub(super) struct UserPart {
    pub id: UserId,
    pub roles: Personal<Vec<String>, GrantedRoles>,
    pub created_at: Personal<DateTime<Utc>, CreatedAt>,
    pub restricted_at: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
    pub suspended_at: Option<DateTime<Utc>>,
}

/// What a login shows.
#[derive(Queryable, Selectable, Clone, Debug)]
#[diesel(table_name = logins, check_for_backend(diesel::pg::Pg))]
pub(super) struct LoginPart {
    pub email: Personal<Option<String>, Email>,
    pub email_verified_at: Option<DateTime<Utc>>,
    pub username: Personal<Option<String>, Username>,
}

/// A profile.
#[derive(Queryable, Selectable, Clone, Debug)]
#[diesel(table_name = profiles, check_for_backend(diesel::pg::Pg))]
pub(super) struct ProfilePart {
    pub full_name: Personal<String, FullName>,
    pub biography: Personal<Option<String>, Biography>,
    pub organization: Personal<Option<String>, Organization>,
    pub job_title: Personal<Option<String>, JobTitle>,
    pub social_links: Personal<Json, SocialLinks>,
    pub locale: Personal<Option<String>, PreferredLocale>,
    pub visibility: Json,
}

/// Who a person is before the law.
#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = identities, check_for_backend(diesel::pg::Pg))]
pub(super) struct IdentityPart {
    pub birth_date: Personal<Option<NaiveDate>, BirthDate>,
    pub minor_until: Personal<Option<NaiveDate>, MinorUntil>,
}

crate::id_kind!(
    /// The id of a picture.
    AvatarId, AvatarKind, "Avatar", 23
);

/// A person's picture.
#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = avatars, check_for_backend(diesel::pg::Pg))]
pub(super) struct AvatarPart {
    pub id: AvatarId,
    pub set_at: Personal<DateTime<Utc>, Avatar>,
}

/// How to reach a person.
#[derive(Queryable, Selectable, Clone, Debug)]
#[diesel(table_name = contacts, check_for_backend(diesel::pg::Pg))]
pub(super) struct ContactPart {
    pub phone: Personal<Option<String>, Phone>,
    pub billing_address: Personal<Option<Json>, BillingAddress>,
}

/// A place on the web where a person is.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct SocialLink {
    /// The platform's name.
    pub platform: String,
    /// https.
    pub url: String,
}

/// Where invoices go.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the words of an envelope")]
pub struct PostalAddress {
    pub line1: String,
    pub line2: Option<String>,
    pub city: String,
    pub region: Option<String>,
    pub postal_code: Option<String>,
    pub country: String,
}
