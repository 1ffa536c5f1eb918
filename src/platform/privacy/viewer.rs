//! Who is asking.

use async_graphql::Enum;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Audience;
use crate::platform::fault::Fault;

crate::id_kind!(
    /// The id of a person in one academy.
    UserId, UserKind, "User", 1
);
crate::id_kind!(
    /// The id of a session.
    SessionId, SessionKind, "Session", 2
);

/// What a person may do in the academy, beyond what is theirs.
#[derive(Enum, Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Role {
    /// Learns. Everybody is a learner.
    Learner,
    /// Writes and teaches courses.
    Instructor,
    /// Decides applications and course submissions.
    Reviewer,
    /// Handles money.
    Finance,
    /// Helps people with their accounts.
    Support,
    /// Answers data requests.
    PrivacyOfficer,
    /// Runs the academy.
    Admin,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 7] = [
        Self::Learner,
        Self::Instructor,
        Self::Reviewer,
        Self::Finance,
        Self::Support,
        Self::PrivacyOfficer,
        Self::Admin,
    ];

    /// As the database has it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Learner => "LEARNER",
            Self::Instructor => "INSTRUCTOR",
            Self::Reviewer => "REVIEWER",
            Self::Finance => "FINANCE",
            Self::Support => "SUPPORT",
            Self::PrivacyOfficer => "PRIVACY_OFFICER",
            Self::Admin => "ADMIN",
        }
    }

    /// The audience that the role stands for wherever the subject is. Being an instructor is a relation to a learner, not
    /// a standing of its own: it gives none.
    const fn audience(self) -> Option<Audience> {
        match self {
            Self::Learner | Self::Instructor => None,
            Self::Reviewer => Some(Audience::Reviewer),
            Self::Finance => Some(Audience::Finance),
            Self::Support => Some(Audience::Support),
            Self::PrivacyOfficer => Some(Audience::PrivacyOfficer),
            Self::Admin => Some(Audience::Admin),
        }
    }
}

/// A set of roles.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Roles(u8);

impl Roles {
    /// The roles of a column `text[]`; what is no role is nothing.
    pub fn from_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let names: Vec<_> = names.into_iter().collect();
        Role::ALL.into_iter().filter(|role| names.contains(&role.as_str())).collect()
    }

    /// Whether `role` is in it.
    #[must_use]
    pub const fn has(self, role: Role) -> bool {
        self.0 & (1 << role as u8) != 0
    }

    /// Its roles, in the order of the schema.
    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL.into_iter().filter(move |role| self.has(*role))
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        Self(roles.into_iter().fold(0, |set, role| set | 1 << role as u8))
    }
}

impl std::fmt::Debug for Roles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// Who is asking: built once per request from the session token.
#[derive(Clone, Copy, Debug, Default)]
pub struct Viewer {
    /// The person, or nobody.
    pub user: Option<UserId>,
    /// The session that they ask in.
    pub session: Option<SessionId>,
    /// What they may do.
    pub roles: Roles,
    /// What they might do, once they have set up the second factor that the academy asks of it.
    pub waiting: Roles,
    /// When they last proved in this session that it is them.
    pub authenticated_at: Option<DateTime<Utc>>,
    /// They were suspended: they read why, and look after their account, and take no part.
    pub suspended: bool,
}

impl Viewer {
    /// Somebody who is not signed in.
    pub const ANONYMOUS: Self = Self {
        user: None,
        session: None,
        roles: Roles(0),
        waiting: Roles(0),
        authenticated_at: None,
        suspended: false,
    };

    /// The person, or `UNAUTHENTICATED`: for what they do with their own account. Everything else asks [`Self::signed_in`].
    ///
    /// # Errors
    /// Where nobody is signed in.
    pub fn holder(&self) -> Result<UserId, Fault> {
        self.user.ok_or_else(Fault::unauthenticated)
    }

    /// The person, where they may take part.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` where nobody is signed in, `RESTRICTED` where they are suspended, `MFA_REQUIRED` where the academy asks a second
    /// factor of everybody and they have none.
    pub fn signed_in(&self) -> Result<UserId, Fault> {
        let user = self.holder()?;
        if self.suspended {
            Err(Fault::suspended())
        } else if self.waiting.has(Role::Learner) {
            Err(Fault::mfa_required())
        } else {
            Ok(user)
        }
    }

    /// The person, where they may take part.
    #[must_use]
    pub fn participant(&self) -> Option<UserId> {
        self.signed_in().ok()
    }

    /// The person, where they may teach: what they teach is looked up elsewhere.
    ///
    /// # Errors
    /// Those of [`Self::signed_in`], and `MFA_REQUIRED` where the academy asks a second factor of instructors and they have none.
    pub fn teacher(&self) -> Result<UserId, Fault> {
        let user = self.signed_in()?;
        if self.waiting.has(Role::Instructor) { Err(Fault::mfa_required()) } else { Ok(user) }
    }

    /// The person, if they have any of `roles`.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` where nobody is signed in, `MFA_REQUIRED` where the role waits for a second factor, `FORBIDDEN` where who is signed in
    /// has none of them.
    pub fn with_role(&self, roles: &[Role]) -> Result<UserId, Fault> {
        let user = self.signed_in()?;
        if roles.iter().any(|role| self.roles.has(*role)) {
            Ok(user)
        } else if roles.iter().any(|role| self.waiting.has(*role)) {
            Err(Fault::mfa_required())
        } else {
            Err(Fault::forbidden())
        }
    }

    /// The audiences that the viewer belongs to whoever the subject is.
    pub fn standing(&self) -> impl Iterator<Item = Audience> {
        let members = self.participant().map(|_| Audience::Members);
        let roles = self.roles;
        std::iter::once(Audience::Public).chain(members).chain(roles.iter().filter_map(Role::audience))
    }
}
