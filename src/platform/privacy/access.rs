//! The decision about one viewer and one subject.

use std::sync::Arc;

use super::{Audience, Entry, FieldAudience, ProfileField, Sharing};

/// What a viewer is to a subject, and what the subject chose to show.
#[derive(Clone, Debug)]
pub struct Access {
    audiences: u16,
    choices: Vec<(ProfileField, FieldAudience)>,
    sharing: Arc<Sharing>,
}

/// The answer of the guard.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Decision {
    /// The viewer may read it.
    Shown,
    /// Its owner keeps it private: null, no error, the same as empty.
    Private,
    /// The viewer's class of reader may not have it: null and FORBIDDEN.
    Denied,
}

impl Access {
    /// Access of a viewer who belongs to `audiences`, to a subject who chose `choices`, in an academy whose policy shares so much.
    pub fn new(
        audiences: impl IntoIterator<Item = Audience>,
        choices: Vec<(ProfileField, FieldAudience)>,
        sharing: Arc<Sharing>,
    ) -> Self {
        let audiences = audiences.into_iter().fold(0, |set, audience| set | bit(audience));
        Self { audiences, choices, sharing }
    }

    /// Access to what no policy narrows: a document that anybody holds, or one's own.
    pub fn plain(audiences: impl IntoIterator<Item = Audience>) -> Self {
        Self::new(audiences, Vec::new(), Arc::default())
    }

    /// Whether the viewer belongs to `audience`.
    #[must_use]
    pub const fn has(&self, audience: Audience) -> bool {
        self.audiences & bit(audience) != 0
    }

    /// Whether the viewer may read the datum.
    #[must_use]
    pub fn decide(&self, datum: &Entry) -> Decision {
        if self.sharing.in_force(datum).any(|audience| self.has(audience)) {
            return Decision::Shown;
        }
        if !datum.audience.contains(&Audience::OwnerChoice) {
            return Decision::Denied;
        }
        let chosen = datum
            .choice
            .and_then(|field| self.choices.iter().find(|(chosen, _)| *chosen == field))
            .map_or(FieldAudience::Private, |(field, audience)| self.sharing.narrowed(*field, *audience));
        match chosen {
            FieldAudience::Public => Decision::Shown,
            FieldAudience::Members if self.has(Audience::Members) => Decision::Shown,
            FieldAudience::Members | FieldAudience::Private => Decision::Private,
        }
    }
}

const fn bit(audience: Audience) -> u16 {
    1 << audience as u16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::privacy::Shared;

    const NAME: Entry = Entry {
        audience: &[Audience::OwnerChoice, Audience::Self_, Audience::Admin],
        choice: Some(ProfileField::FullName),
        ..Entry::USUAL
    };
    const PHONE: Entry = Entry { audience: &[Audience::Self_, Audience::Admin], ..Entry::USUAL };
    const HASH: Entry = Entry { audience: &[], ..Entry::USUAL };

    fn access(audiences: &[Audience], chosen: Option<FieldAudience>) -> Access {
        Access::new(
            audiences.iter().copied(),
            chosen.map(|audience| (ProfileField::FullName, audience)).into_iter().collect(),
            Arc::new(Sharing {
                instructors: [Shared::Name].into(),
                choices: [(ProfileField::FullName, FieldAudience::Public)].into(),
            }),
        )
    }

    /// What an academy's policy does not share, nobody sees by it.
    #[test]
    fn a_policy_narrows_what_is_shown() {
        const EMAIL: Entry = Entry { audience: &[Audience::Instructor], shared_as: &[Shared::Email], ..Entry::USUAL };
        const MARKS: Entry = Entry { audience: &[Audience::Instructor], ..Entry::USUAL };
        let of = |instructors: &[Shared], most: Option<FieldAudience>| {
            let choices = most.map(|most| (ProfileField::FullName, most)).into_iter().collect();
            let sharing = Sharing { instructors: instructors.iter().copied().collect(), choices };
            let chosen = vec![(ProfileField::FullName, FieldAudience::Public)];
            Access::new([Audience::Public, Audience::Members, Audience::Instructor], chosen, Arc::new(sharing))
        };
        assert_eq!(of(&[Shared::Email], None).decide(&EMAIL), Decision::Shown);
        assert_eq!(of(&[Shared::Name], None).decide(&EMAIL), Decision::Denied);
        assert_eq!(of(&[Shared::Name, Shared::Email], None).decide(&MARKS), Decision::Denied, "shared as nothing");
        const WAY: Entry = Entry { shared_as: &[Shared::EnrolmentStatus, Shared::Progress], ..MARKS };
        assert_eq!(of(&[Shared::EnrolmentStatus], None).decide(&WAY), Decision::Denied, "one word of two");
        assert_eq!(of(WAY.shared_as, None).decide(&WAY), Decision::Shown);
        assert_eq!(of(&[], None).decide(&NAME), Decision::Private, "nothing may be chosen");
        assert_eq!(of(&[], Some(FieldAudience::Members)).decide(&NAME), Decision::Shown);
        let anonymous = Access::new(
            [Audience::Public],
            vec![(ProfileField::FullName, FieldAudience::Public)],
            Arc::new(Sharing {
                choices: [(ProfileField::FullName, FieldAudience::Members)].into(),
                ..Sharing::default()
            }),
        );
        assert_eq!(anonymous.decide(&NAME), Decision::Private, "public is members here");
    }

    #[test]
    fn the_table_of_decisions() {
        use Audience::{Admin, Members, Public, Self_};
        use Decision::{Denied, Private, Shown};
        use FieldAudience as Choice;
        for (audiences, chosen, datum, decision) in [
            (&[Public][..], None, &NAME, Private),
            (&[Public], Some(Choice::Members), &NAME, Private),
            (&[Public], Some(Choice::Public), &NAME, Shown),
            (&[Public, Members], Some(Choice::Private), &NAME, Private),
            (&[Public, Members], Some(Choice::Members), &NAME, Shown),
            (&[Public, Members, Self_], None, &NAME, Shown),
            (&[Public, Members, Admin], None, &NAME, Shown),
            (&[Public, Members], Some(Choice::Public), &PHONE, Denied),
            (&[Public, Members, Self_], None, &PHONE, Shown),
            (&[Public, Members, Self_, Admin], Some(Choice::Public), &HASH, Denied),
        ] {
            assert_eq!(access(audiences, chosen).decide(datum), decision, "{audiences:?} {chosen:?} {datum:?}");
        }
    }
}
