//! What an academy's policy shares, within the ceiling that the classification sets.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Audience, Entry, FieldAudience, ProfileField, Roles};

/// What of a learner a policy may share with who teaches them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Shared {
    /// Their name.
    Name,
    /// Their mail address.
    Email,
    /// That they are enrolled, and since when.
    EnrolmentStatus,
    /// How far they are.
    Progress,
    /// What they scored.
    QuizScores,
}

impl Shared {
    /// The word as policies and the database have it.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        serde_json::from_value(word.into()).ok()
    }
}

/// What data is used for, where that is not so everywhere: a part of the platform whose purpose a policy does not list is off there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Points, streaks, rankings.
    Leaderboard,
    /// Badges.
    Badges,
    /// Reviews.
    Community,
    /// Who came by whom.
    Referrals,
}

/// What an academy's policy shares. What it does not name is not shared.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Sharing {
    /// What of a learner who teaches them sees.
    pub instructors: BTreeSet<Shared>,
    /// How far a person's choice reaches at most, field by field.
    pub choices: BTreeMap<ProfileField, FieldAudience>,
    /// What else data is used for than learning.
    pub purposes: BTreeSet<Purpose>,
    /// Roles that are useless to who has no second factor.
    pub mfa_required_for: Roles,
}

impl Sharing {
    /// Who may read a datum here: its ceiling, without those with whom this policy does not share it.
    pub fn in_force(&self, datum: &Entry) -> impl Iterator<Item = Audience> {
        datum.audience.iter().copied().filter(|audience| match audience {
            Audience::Instructor => {
                !datum.shared_as.is_empty() && datum.shared_as.iter().all(|word| self.instructors.contains(word))
            }
            Audience::OwnerChoice => {
                datum.choice.is_some_and(|field| self.narrowed(field, FieldAudience::Public) != FieldAudience::Private)
            }
            _ => true,
        })
    }

    /// Whether a datum is held here at all.
    #[must_use]
    pub fn holds(&self, datum: &Entry) -> bool {
        datum.only_for.is_none_or(|purpose| self.purposes.contains(&purpose))
    }

    /// With which choices of its owner a field is shown here, to who is signed in or to anybody.
    pub fn open_to(&self, field: ProfileField, is_member: bool) -> impl Iterator<Item = FieldAudience> {
        [FieldAudience::Members, FieldAudience::Public].into_iter().filter(move |chosen| {
            let narrowed = self.narrowed(field, *chosen);
            narrowed == FieldAudience::Public || (is_member && narrowed == FieldAudience::Members)
        })
    }

    /// What becomes of a person's choice.
    #[must_use]
    pub fn narrowed(&self, field: ProfileField, chosen: FieldAudience) -> FieldAudience {
        chosen.min(self.choices.get(&field).copied().unwrap_or_default())
    }
}
