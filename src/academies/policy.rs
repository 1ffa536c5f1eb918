//! Policies as data: what an academy promises about personal data, and what guards ask of it. An academy begins with a preset and then has
//! a policy of its own. No I/O.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, bail, ensure};
use serde::{Deserialize, Deserializer, Serialize};

use crate::platform::privacy::{FieldAudience, ProfileField, Purpose, Role, Shared, Sharing};

/// The presets: five policies that businesses live by, and one that collects and shows what its people like.
const PRESETS: [(&str, &str); 6] = [
    ("open", include_str!("policies/open.json")),
    ("eterna", include_str!("policies/eterna.json")),
    ("pojok-belajar", include_str!("policies/pojok-belajar.json")),
    ("crosslife", include_str!("policies/crosslife.json")),
    ("cekolah", include_str!("policies/cekolah.json")),
    ("focusra", include_str!("policies/focusra.json")),
];

/// What sign-up and profiles can ask at all, by the names of the schema.
const COLLECTABLE: [&str; 11] = [
    "birthDate",
    "fullName",
    "email",
    "username",
    "avatar",
    "biography",
    "socialLinks",
    "organization",
    "jobTitle",
    "phone",
    "billingAddress",
];

/// What an academy promises.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Policy {
    /// In years: who is younger may not register, or only as the next line says.
    pub minimum_age: Option<u8>,
    /// In years: who is younger needs a guardian's consent.
    pub guardian_consent_below_age: Option<u8>,
    /// What sign-up and profiles may ask, and no more.
    pub collects: Vec<Collected>,
    /// What else data is used for than learning.
    #[serde(default, deserialize_with = "known_purposes")]
    pub purposes: BTreeSet<Purpose>,
    /// What of a learner who teaches them sees.
    pub instructors_see: BTreeSet<Shared>,
    /// Roles that are useless to who has no second factor.
    #[serde(default)]
    pub mfa_required_for: BTreeSet<Role>,
    /// How far a person's choice reaches at most; what is not there is private.
    pub choices: BTreeMap<ProfileField, FieldAudience>,
}

/// One thing that is asked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Collected {
    /// Its name in the schema.
    pub field: String,
    /// Whether one must give it.
    pub required: bool,
    /// What for.
    pub purposes: Vec<String>,
}

/// A policy that a newer server has stored may list purposes that this one does not know: they are off here.
fn known_purposes<'de, D: Deserializer<'de>>(given: D) -> Result<BTreeSet<Purpose>, D::Error> {
    let words: Vec<serde_json::Value> = Deserialize::deserialize(given)?;
    Ok(words.into_iter().filter_map(|word| serde_json::from_value(word).ok()).collect())
}

impl Policy {
    /// The preset of this name.
    ///
    /// # Errors
    /// Where there is none: the message names them all.
    pub fn preset(name: &str) -> anyhow::Result<Self> {
        let Some((_, text)) = PRESETS.iter().find(|(known, _)| *known == name) else {
            let names: Vec<_> = Self::presets().collect();
            bail!("there is no policy {name:?}; there are {}", names.join(", "));
        };
        Self::read(text).with_context(|| format!("the policy {name}"))
    }

    /// The names of the presets.
    pub fn presets() -> impl Iterator<Item = &'static str> {
        PRESETS.iter().map(|(name, _)| *name)
    }

    /// Reads a policy.
    ///
    /// # Errors
    /// Where it is none, or can't be kept.
    pub fn read(text: &str) -> anyhow::Result<Self> {
        let policy: Self = serde_json::from_str(text)?;
        let given: serde_json::Value = serde_json::from_str(text)?;
        for word in given["purposes"].as_array().into_iter().flatten() {
            ensure!(serde_json::from_value::<Purpose>(word.clone()).is_ok(), "{word} is no purpose");
        }
        policy.check()?;
        Ok(policy)
    }

    fn check(&self) -> anyhow::Result<()> {
        for age in [self.minimum_age, self.guardian_consent_below_age].into_iter().flatten() {
            ensure!((1..=25).contains(&age), "an age of {age} years: from 1 to 25");
        }
        let mut seen = BTreeSet::new();
        for Collected { field, purposes, .. } in &self.collects {
            ensure!(COLLECTABLE.contains(&field.as_str()), "{field:?} is nothing that is collected here");
            ensure!(seen.insert(field), "{field:?} is there twice");
            ensure!(!purposes.is_empty(), "{field:?} is collected for no purpose");
        }
        ensure!(self.asks("fullName"), "a certificate names its holder: fullName is collected");
        for (field, name) in [
            (ProfileField::Username, "username"),
            (ProfileField::Avatar, "avatar"),
            (ProfileField::Biography, "biography"),
            (ProfileField::SocialLinks, "socialLinks"),
            (ProfileField::Organization, "organization"),
            (ProfileField::JobTitle, "jobTitle"),
        ] {
            ensure!(self.asks(name) || !self.choices.contains_key(&field), "{name} may be shown and is not collected");
        }
        for (field, purpose) in [
            (ProfileField::Points, Purpose::Leaderboard),
            (ProfileField::Streak, Purpose::Leaderboard),
            (ProfileField::Leaderboard, Purpose::Leaderboard),
            (ProfileField::Badges, Purpose::Badges),
            (ProfileField::Reviews, Purpose::Community),
        ] {
            let is_used = self.purposes.contains(&purpose) || !self.choices.contains_key(&field);
            ensure!(is_used, "{field:?} may be shown and {purpose:?} is no purpose");
        }
        let badges_alone = self.purposes.contains(&Purpose::Badges) && !self.purposes.contains(&Purpose::Leaderboard);
        ensure!(!badges_alone, "badges are earned by what is counted for Leaderboard, which is no purpose");
        Ok(())
    }

    /// Whether this may be asked.
    #[must_use]
    pub fn asks(&self, field: &str) -> bool {
        self.collects.iter().any(|collected| collected.field == field)
    }

    /// Whether this must be given.
    #[must_use]
    pub fn requires(&self, field: &str) -> bool {
        self.collects.iter().any(|collected| collected.field == field && collected.required)
    }

    /// What the guards ask of it.
    #[must_use]
    pub fn sharing(&self) -> Sharing {
        Sharing {
            instructors: self.instructors_see.clone(),
            choices: self.choices.clone(),
            purposes: self.purposes.clone(),
            mfa_required_for: self.mfa_required_for.iter().copied().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_can_be_kept() {
        for (name, _) in PRESETS {
            let policy = Policy::preset(name).expect(name);
            let stored = serde_json::to_string(&policy).expect("JSON");
            assert_eq!(Policy::read(&stored).expect("itself"), policy);
        }
        let newer = include_str!("policies/open.json").replacen("\"badges\",", "\"badges\", \"barter\",", 1);
        assert_eq!(serde_json::from_str::<Policy>(&newer).expect("a policy"), Policy::preset("open").expect("open"));
        assert!(Policy::preset("none").expect_err("no such preset").to_string().contains("crosslife"));
    }

    #[test]
    fn what_can_not_be_kept_is_refused() {
        let open = include_str!("policies/open.json");
        for (from, to, said) in [
            ("\"minimumAge\": null", "\"minimumAge\": 99", "99 years"),
            ("\"field\": \"phone\"", "\"field\": \"shoeSize\"", "shoeSize"),
            ("\"field\": \"phone\"", "\"field\": \"email\"", "twice"),
            ("\"field\": \"biography\"", "\"field\": \"fax\"", "fax"),
            ("\"minimumAge\": null", "\"shoeSize\": 43, \"minimumAge\": null", "shoeSize"),
            ("\"NAME\"", "\"DIARY\"", "DIARY"),
            ("\"badges\",", "\"barter\",", "barter"),
            ("\"badges\",\n    \"community\",", "\"badges\",", "Community is no purpose"),
            ("\"leaderboard\",\n", "", "Leaderboard is no purpose"),
        ] {
            let error = Policy::read(&open.replacen(from, to, 1)).expect_err(said);
            assert!(format!("{error:#}").contains(said), "{error:#}");
        }
    }
}
