//! The decision about one viewer and one subject.

use std::{collections::BTreeSet, sync::Arc};

use super::{Audience, Entry, FieldAudience, ProfileField, Reads, Shared, Sharing, UserId, Viewer};

/// What else a viewer is to a subject, beyond their standing in the academy.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Ties {
    /// In which assignments they teach them.
    pub teaching: Vec<Teaching>,
    /// Whether they are a confirmed guardian of theirs.
    pub guards: bool,
}

/// An assignment to teach somebody.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Teaching {
    /// Of what the academy's policy shares, no more than this; none: all of it.
    pub shares: Option<BTreeSet<Shared>>,
}

impl Teaching {
    /// Whether it shares a datum, as far as the policy does.
    #[must_use]
    pub fn shows(&self, datum: &Entry) -> bool {
        self.shares.as_ref().is_none_or(|shares| datum.shared_as.iter().all(|word| shares.contains(word)))
    }

    /// An assignment as a column `text[]` has it; what is no word is nothing.
    #[must_use]
    pub fn sharing(shares: Option<&[String]>) -> Self {
        Self { shares: shares.map(|words| words.iter().filter_map(|word| Shared::named(word)).collect()) }
    }
}

/// What a viewer is to a subject, and what the subject chose to show.
#[derive(Clone, Debug)]
pub struct Access {
    audiences: u16,
    teaching: Vec<Teaching>,
    choices: Vec<(ProfileField, FieldAudience)>,
    sharing: Arc<Sharing>,
    /// Whose data it is, and where it is noted that staff read it.
    noted: Option<Noting>,
}

/// Where it is noted that somebody read by office.
#[derive(Clone, Debug)]
struct Noting {
    reader: Viewer,
    subject: UserId,
    reads: Arc<Reads>,
}

/// The answer of the guard.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Decision {
    /// The viewer may read it.
    Shown,
    /// The viewer may read it for their office, and has not said why (`X-Access-Reason`): null and BAD_USER_INPUT.
    Unexplained,
    /// Its owner keeps it private: null, no error, the same as empty.
    Private,
    /// The viewer's class of reader may not have it: null and FORBIDDEN.
    Denied,
}

impl Decision {
    /// Whether the viewer may read it, be it that they must say why first: then it is there for them.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Shown | Self::Unexplained)
    }
}

impl Access {
    /// Access of a viewer who has `ties` to a subject who chose `choices`, in an academy whose policy shares so much. What is read by office
    /// is noted in `reads`.
    #[must_use]
    pub fn new(
        viewer: Viewer,
        subject: UserId,
        ties: Ties,
        choices: Vec<(ProfileField, FieldAudience)>,
        sharing: Arc<Sharing>,
        reads: Arc<Reads>,
    ) -> Self {
        let tied = ties.guards.then_some(Audience::Guardian);
        let teaches = (!ties.teaching.is_empty()).then_some(Audience::Instructor);
        let own = (viewer.user == Some(subject)).then_some(Audience::Self_);
        let audiences = set_of(viewer.standing().chain(own).chain(tied).chain(teaches));
        let noted = Some(Noting { reader: viewer, subject, reads });
        Self { audiences, teaching: ties.teaching, choices, sharing, noted }
    }

    /// Anybody's access to what is public.
    #[must_use]
    pub fn public() -> Self {
        Self {
            audiences: bit(Audience::Public),
            teaching: Vec::new(),
            choices: Vec::new(),
            sharing: Arc::default(),
            noted: None,
        }
    }

    /// A person's access to what is their own, and nobody else's.
    #[must_use]
    pub fn own(is_own: bool) -> Self {
        let audiences = set_of(is_own.then_some(Audience::Self_));
        Self { audiences, teaching: Vec::new(), choices: Vec::new(), sharing: Arc::default(), noted: None }
    }

    /// The same viewer's access, if they did not teach the subject.
    #[must_use]
    pub fn without_teaching(&self) -> Self {
        Self { audiences: self.audiences & !bit(Audience::Instructor), teaching: Vec::new(), ..self.clone() }
    }

    /// Whether the viewer belongs to `audience`.
    #[must_use]
    pub const fn has(&self, audience: Audience) -> bool {
        self.audiences & bit(audience) != 0
    }

    /// Whether the viewer may read the datum, in order to read it: what is read by office is noted.
    #[must_use]
    pub fn open(&self, datum: &Entry) -> Decision {
        let (decision, by_office) = self.judge(datum);
        if decision == Decision::Shown
            && by_office
            && let Some(Noting { reader, subject, reads }) = &self.noted
        {
            reads.note(reader, *subject, datum);
        }
        decision
    }

    /// Whether the viewer may read the datum; it is not read.
    #[must_use]
    pub fn decide(&self, datum: &Entry) -> Decision {
        self.judge(datum).0
    }

    /// The decision, and whether it rests on an office alone.
    fn judge(&self, datum: &Entry) -> (Decision, bool) {
        let taught = self.teaching.iter().any(|teaching| teaching.shows(datum));
        let held = || {
            let held = self.sharing.in_force(datum).filter(|audience| self.has(*audience));
            held.filter(|audience| *audience != Audience::Instructor || taught)
        };
        if held().any(|audience| !audience.is_office()) {
            return (Decision::Shown, false);
        }
        let chosen = self.chosen(datum);
        if chosen == Decision::Shown {
            return (Decision::Shown, false);
        }
        if held().next().is_none() {
            return (chosen, false);
        }
        let explained = self.noted.as_ref().is_some_and(|noted| noted.reads.explained());
        (if explained { Decision::Shown } else { Decision::Unexplained }, true)
    }

    /// What the subject's own choice says.
    fn chosen(&self, datum: &Entry) -> Decision {
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

fn set_of(audiences: impl IntoIterator<Item = Audience>) -> u16 {
    audiences.into_iter().fold(0, |set, audience| set | bit(audience))
}

const fn bit(audience: Audience) -> u16 {
    1 << audience as u16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::privacy::{Role, Shared};

    const NAME: Entry = Entry {
        audience: &[Audience::OwnerChoice, Audience::Self_, Audience::Admin],
        choice: Some(ProfileField::FullName),
        ..Entry::USUAL
    };
    const PHONE: Entry = Entry { audience: &[Audience::Self_, Audience::Admin], ..Entry::USUAL };
    const HASH: Entry = Entry { audience: &[], ..Entry::USUAL };

    fn access(audiences: &[Audience], chosen: Option<FieldAudience>) -> Access {
        let choices = chosen.map(|audience| (ProfileField::FullName, audience)).into_iter().collect();
        let sharing = Sharing {
            instructors: [Shared::Name].into(),
            choices: [(ProfileField::FullName, FieldAudience::Public)].into(),
            ..Sharing::default()
        };
        of(audiences, choices, sharing, Some("a ticket"))
    }

    /// The access of who belongs to these audiences.
    fn of(
        audiences: &[Audience],
        choices: Vec<(ProfileField, FieldAudience)>,
        sharing: Sharing,
        reason: Option<&str>,
    ) -> Access {
        let reads = Arc::new(Reads::new(reason.map(str::to_owned)));
        let teaching = audiences.contains(&Audience::Instructor).then(Teaching::default).into_iter().collect();
        let (subject, other) = (person(1), person(2));
        let user = audiences
            .contains(&Audience::Members)
            .then(|| if audiences.contains(&Audience::Self_) { subject } else { other });
        let roles = audiences.contains(&Audience::Admin).then_some(Role::Admin).into_iter().collect();
        let viewer = Viewer { user, roles, ..Viewer::ANONYMOUS };
        let access = Access::new(viewer, subject, Ties { teaching, guards: false }, choices, Arc::new(sharing), reads);
        assert_eq!(access.audiences, set_of(audiences.iter().copied()), "the viewer that was meant");
        access
    }

    fn person(number: u128) -> UserId {
        UserId::from_uuid(uuid::Uuid::from_u128(number))
    }

    /// An assignment shares no more than it names, of what the policy shares.
    #[test]
    fn an_assignment_narrows_the_policy() {
        const EMAIL: Entry = Entry { audience: &[Audience::Instructor], shared_as: &[Shared::Email], ..Entry::USUAL };
        const WAY: Entry = Entry { shared_as: &[Shared::EnrolmentStatus, Shared::Progress], ..EMAIL };
        let policy = Sharing { instructors: [Shared::Email, Shared::Progress].into(), ..Sharing::default() };
        let seen = |assignments: &[Option<&[Shared]>]| {
            let teaching = assignments
                .iter()
                .map(|shares| Teaching { shares: shares.map(|words| words.iter().copied().collect()) });
            let ties = Ties { teaching: teaching.collect(), guards: false };
            let sharing = Arc::new(policy.clone());
            let access = Access::new(Viewer::ANONYMOUS, person(1), ties, Vec::new(), sharing, Arc::default());
            (access.decide(&EMAIL) == Decision::Shown, access.decide(&WAY) == Decision::Shown)
        };
        assert_eq!(seen(&[]), (false, false));
        assert_eq!(seen(&[None]), (true, false), "the policy does not share the status");
        assert_eq!(seen(&[Some(&[Shared::Email])]), (true, false));
        assert_eq!(seen(&[Some(&[])]), (false, false));
        assert_eq!(
            seen(&[Some(&[Shared::EnrolmentStatus, Shared::Progress])]),
            (false, false),
            "no more than the policy"
        );
        assert_eq!(seen(&[Some(&[Shared::Progress]), None]), (true, false));
    }

    /// Who reads by office says why, and it is noted; who reads by anything else need not, and it is not.
    #[test]
    fn an_office_reads_with_a_reason() {
        use Audience::{Admin, Members, Public, Self_};
        let sharing =
            || Sharing { choices: [(ProfileField::FullName, FieldAudience::Public)].into(), ..Sharing::default() };
        let shown = vec![(ProfileField::FullName, FieldAudience::Public)];
        for (audiences, choices, reason, decision, noted) in [
            (&[Public, Members, Admin][..], vec![], None, Decision::Unexplained, false),
            (&[Public, Members, Admin], vec![], Some("a ticket"), Decision::Shown, true),
            (&[Public, Members, Admin], shown.clone(), None, Decision::Shown, false),
            (&[Public, Members, Self_, Admin], vec![], None, Decision::Shown, false),
            (&[Public, Members], vec![], Some("a ticket"), Decision::Private, false),
        ] {
            let access = of(audiences, choices, sharing(), reason);
            assert_eq!(access.decide(&NAME), decision, "{audiences:?} {reason:?}");
            let reads = access.noted.clone().expect("a subject").reads;
            assert!(reads.take().is_empty(), "deciding is not reading");
            assert_eq!(access.open(&NAME), decision);
            let taken = reads.take();
            assert_eq!(taken.len(), usize::from(noted), "{audiences:?} {reason:?}");
            assert!(taken.iter().all(|read| read.reader == Some(person(2)) && read.subject == person(1)));
        }
    }

    /// What an academy's policy does not share, nobody sees by it.
    #[test]
    fn a_policy_narrows_what_is_shown() {
        const EMAIL: Entry = Entry { audience: &[Audience::Instructor], shared_as: &[Shared::Email], ..Entry::USUAL };
        const MARKS: Entry = Entry { audience: &[Audience::Instructor], ..Entry::USUAL };
        let chosen = || vec![(ProfileField::FullName, FieldAudience::Public)];
        let teaching = |instructors: &[Shared], most: Option<FieldAudience>| {
            let choices = most.map(|most| (ProfileField::FullName, most)).into_iter().collect();
            let sharing = Sharing { instructors: instructors.iter().copied().collect(), choices, ..Sharing::default() };
            of(&[Audience::Public, Audience::Members, Audience::Instructor], chosen(), sharing, None)
        };
        assert_eq!(teaching(&[Shared::Email], None).decide(&EMAIL), Decision::Shown);
        assert_eq!(teaching(&[Shared::Name], None).decide(&EMAIL), Decision::Denied);
        assert_eq!(
            teaching(&[Shared::Name, Shared::Email], None).decide(&MARKS),
            Decision::Denied,
            "shared as nothing"
        );
        const WAY: Entry = Entry { shared_as: &[Shared::EnrolmentStatus, Shared::Progress], ..MARKS };
        assert_eq!(teaching(&[Shared::EnrolmentStatus], None).decide(&WAY), Decision::Denied, "one word of two");
        assert_eq!(teaching(WAY.shared_as, None).decide(&WAY), Decision::Shown);
        assert_eq!(teaching(&[], None).decide(&NAME), Decision::Private, "nothing may be chosen");
        assert_eq!(teaching(&[], Some(FieldAudience::Members)).decide(&NAME), Decision::Shown);
        let members =
            Sharing { choices: [(ProfileField::FullName, FieldAudience::Members)].into(), ..Sharing::default() };
        let anonymous = of(&[Audience::Public], chosen(), members, None);
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
