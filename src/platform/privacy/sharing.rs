//! What an academy's policy shares, within the ceiling that the classification sets.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Audience, Entry, FieldAudience, ProfileField};

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

/// What an academy's policy shares. What it does not name is not shared.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Sharing {
    /// What of a learner who teaches them sees.
    pub instructors: BTreeSet<Shared>,
    /// How far a person's choice reaches at most, field by field.
    pub choices: BTreeMap<ProfileField, FieldAudience>,
}

impl Sharing {
    /// Who may read a datum here: its ceiling without those whom this policy shares it with not.
    #[must_use]
    pub fn in_force(&self, datum: &Entry) -> Vec<Audience> {
        let holds = |audience: &Audience| match audience {
            Audience::Instructor => datum.shared_as.is_some_and(|shared| self.instructors.contains(&shared)),
            Audience::OwnerChoice => {
                datum.choice.is_some_and(|field| self.narrowed(field, FieldAudience::Public) != FieldAudience::Private)
            }
            _ => true,
        };
        datum.audience.iter().copied().filter(holds).collect()
    }

    /// What becomes of a person's choice.
    #[must_use]
    pub fn narrowed(&self, field: ProfileField, chosen: FieldAudience) -> FieldAudience {
        chosen.min(self.choices.get(&field).copied().unwrap_or_default())
    }
}
