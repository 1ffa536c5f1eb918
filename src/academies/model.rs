//! Rows of academies.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{Insertable, Queryable, Selectable};
use sanggar_schema::tables::academies;

use super::policy::Policy;
use crate::platform::{
    db::{AcademyId, AsJson},
    text::Language,
};

/// An academy.
#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = academies, check_for_backend(diesel::pg::Pg))]
pub struct AcademyRow {
    /// Its id.
    pub id: AcademyId,
    /// Its name in addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// BCP 47.
    pub locale: String,
    /// IANA.
    pub time_zone: String,
    /// The policy that it runs under.
    pub policy_profile: String,
    /// What that policy says, from the day that the academy was made.
    pub policy: AsJson<Policy>,
    /// Host names by which requests name it.
    pub hosts: Vec<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

impl AcademyRow {
    /// What its policy says.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy.0
    }

    /// The day of its calendar at a moment.
    #[must_use]
    pub fn day(&self, at: DateTime<Utc>) -> NaiveDate {
        // Checked when the academy was made.
        let zone: chrono_tz::Tz = self.time_zone.parse().unwrap_or_default();
        at.with_timezone(&zone).date_naive()
    }

    /// The language of its messages to who asks for none that we speak.
    #[must_use]
    pub fn language(&self) -> Language {
        Language::of_tag(&self.locale).unwrap_or_default()
    }
}
