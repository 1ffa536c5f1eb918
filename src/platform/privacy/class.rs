//! The words of the classification, and the declaration of one datum.

use async_graphql::Enum;

use super::{Purpose, Shared};

/// Who may read a field.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub enum Audience {
    /// Anyone, signed in or not.
    Public,
    /// Anyone signed in to the same academy.
    Members,
    /// PRIVATE, MEMBERS or PUBLIC, as the person it is about has set it; PRIVATE until they choose.
    OwnerChoice,
    /// The person it is about.
    #[graphql(name = "SELF")]
    Self_,
    /// A confirmed guardian of that person.
    Guardian,
    /// Who teaches a course that the person is enrolled in, as far as the academy's policy shares it.
    Instructor,
    /// Who decides applications and course submissions.
    Reviewer,
    /// Who handles money.
    Finance,
    /// Who helps people with their accounts.
    Support,
    /// Who answers data requests.
    PrivacyOfficer,
    /// Who runs the academy.
    Admin,
}

impl Audience {
    /// Shown as its owner chooses, and to those who care for them, help them or answer for them.
    pub const CHOSEN: &'static [Self] =
        &[Self::OwnerChoice, Self::Self_, Self::Guardian, Self::Support, Self::PrivacyOfficer, Self::Admin];

    /// Whether it is an office: who reads by it alone says why, and it is noted.
    #[must_use]
    pub const fn is_office(self) -> bool {
        matches!(self, Self::Reviewer | Self::Finance | Self::Support | Self::PrivacyOfficer | Self::Admin)
    }
}

/// What kind of personal data a field is. Its class decides export, erasure and retention.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub enum PersonalDataClass {
    /// What makes the account: name, user name, language.
    Account,
    /// Who the person is before the law: birth date, identity numbers.
    Identity,
    /// How to reach the person.
    Contact,
    /// What the person tells about themselves.
    Profile,
    /// How the person signs in.
    Credential,
    /// What an applicant to teach says.
    Application,
    /// Enrolments, progress and attempts.
    Learning,
    /// Grades and transcripts that a school must keep.
    EducationRecord,
    /// Points, streaks, badges and reviews.
    Engagement,
    /// Messages to and from the person.
    Communication,
    /// What was bought and paid.
    Transaction,
    /// Balances, commissions and payouts.
    Financial,
    /// How the platform is used.
    Usage,
    /// Technical records: addresses, devices, times.
    Log,
    /// Who is guardian of whom.
    Guardianship,
    /// Health.
    Health,
    /// What a certificate says.
    Certificate,
}

/// General or specific personal data, as Law 27/2022 (article 4) divides them. Any data of a minor is SPECIFIC.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sensitivity {
    /// General personal data.
    General,
    /// Specific personal data: health, children, finances and the like.
    Specific,
}

/// On what ground data is processed (Law 27/2022, article 20).
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum LegalBasis {
    /// The person agreed.
    Consent,
    /// A contract with the person needs it.
    Contract,
    /// A law demands it.
    LegalObligation,
    /// An interest that outweighs the person's.
    LegitimateInterest,
    /// Somebody's life or health.
    VitalInterest,
    /// A task in the public interest.
    PublicTask,
}

/// When the clock of retention starts.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum RetentionStart {
    /// When it was collected.
    Collected,
    /// When the account was closed.
    AccountClosed,
    /// When the person was last active.
    LastActivity,
    /// When the course was completed.
    CourseCompleted,
    /// When the pupil left the school.
    LeftSchool,
    /// When the matter was resolved.
    Resolved,
    /// When the transaction took place.
    Transaction,
    /// When the certificate was issued.
    Issued,
}

/// What happens when retention ends.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum RetentionAction {
    /// It is deleted.
    Delete,
    /// What points to the person is removed.
    Anonymise,
    /// It is kept.
    Keep,
}

/// Whom a person shows a field of theirs.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug, Default, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FieldAudience {
    /// Nobody beyond those whom the classification names.
    #[default]
    Private,
    /// Anyone signed in to the same academy.
    Members,
    /// Anyone.
    Public,
}

impl FieldAudience {
    /// The word, the same everywhere.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Private => "PRIVATE",
            Self::Members => "MEMBERS",
            Self::Public => "PUBLIC",
        }
    }
}

/// A field whose audience its owner chooses.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ProfileField {
    /// `User.username`.
    Username,
    /// `User.fullName`.
    FullName,
    /// `User.avatarUrl`.
    Avatar,
    /// `User.biography`.
    Biography,
    /// `User.socialLinks`.
    SocialLinks,
    /// `User.organization`.
    Organization,
    /// `User.jobTitle`.
    JobTitle,
    /// `User.points`.
    Points,
    /// `User.badges`.
    Badges,
    /// `User.longestStreak`.
    Streak,
    /// `User.reviews`.
    Reviews,
    /// `User.certificates`.
    Certificates,
    /// Being named on leaderboards.
    Leaderboard,
}

impl ProfileField {
    /// Every field, in the order of the schema.
    pub const ALL: [Self; 13] = [
        Self::Username,
        Self::FullName,
        Self::Avatar,
        Self::Biography,
        Self::SocialLinks,
        Self::Organization,
        Self::JobTitle,
        Self::Points,
        Self::Badges,
        Self::Streak,
        Self::Reviews,
        Self::Certificates,
        Self::Leaderboard,
    ];
}

/// Who answers for a datum before the law.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Controller {
    /// The academy.
    Academy,
    /// Who operates the deployment.
    Operator,
}

/// What an erasure does to a datum.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Erasure {
    /// It goes: with its row, or where the row stays its column is emptied.
    Delete,
    /// It is replaced by this SQL expression, which says nothing of the person.
    Anonymise(&'static str),
    /// It stays, under the rule that the reason names.
    Keep(&'static str),
}

/// One datum of personal data, declared once.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Whose data it is, as the inventory says it: `User`.
    pub subject: &'static str,
    /// The name under which an export holds it, and the GraphQL field where there is one: `fullName`.
    pub field: &'static str,
    /// The columns that hold it, as `table.column`.
    pub columns: &'static [&'static str],
    /// What kind of data it is.
    pub class: PersonalDataClass,
    /// General or specific.
    pub sensitivity: Sensitivity,
    /// The ceiling: who may read it at all. Empty: nobody, not even its owner (a password hash).
    pub audience: &'static [Audience],
    /// Which choice of the owner opens it, where the audience has `OwnerChoice`.
    pub choice: Option<ProfileField>,
    /// As what an academy's policy shares it with who teaches the person, where the audience has `Instructor`: all of these words must
    /// be there. None: no policy shares it.
    pub shared_as: &'static [Shared],
    /// It is held only where the academy's policy lists this purpose; none: everywhere.
    pub only_for: Option<Purpose>,
    /// What it is used for.
    pub purposes: &'static [&'static str],
    /// On what ground.
    pub basis: LegalBasis,
    /// Who answers for it.
    pub controller: Controller,
    /// Whether its columns are read only through an object type that is guarded whole: then they need no seal of their own.
    pub guarded_whole: bool,
    /// Whether it is sealed in the database.
    pub encrypted: bool,
    /// Why an export does not hold it: what may not leave even to its owner.
    pub withheld: Option<&'static str>,
    /// What an erasure does to it.
    pub erasure: Erasure,
    /// When its retention starts.
    pub starts: RetentionStart,
}

impl Entry {
    /// An entry with the values that most data have; a room writes what differs.
    pub const USUAL: Self = Self {
        subject: "User",
        field: "",
        columns: &[],
        class: PersonalDataClass::Account,
        sensitivity: Sensitivity::General,
        audience: &[Audience::Self_],
        choice: None,
        shared_as: &[],
        only_for: None,
        purposes: &["account"],
        basis: LegalBasis::Contract,
        controller: Controller::Academy,
        guarded_whole: false,
        encrypted: false,
        withheld: None,
        erasure: Erasure::Delete,
        starts: RetentionStart::AccountClosed,
    };
}

/// A datum as a type: what a [`super::Personal`] is sealed with.
pub trait Datum: Send + Sync + 'static {
    /// Its declaration.
    const ENTRY: Entry;
}

/// Declares a datum: `datum!(FullName { field: "fullName", columns: &["profiles.full_name"], … });`
#[macro_export]
macro_rules! datum {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $value:expr),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;
        impl $crate::platform::privacy::Datum for $name {
            const ENTRY: $crate::platform::privacy::Entry = $crate::platform::privacy::Entry {
                $($field: $value,)*
                ..$crate::platform::privacy::Entry::USUAL
            };
        }
    };
}

/// Whose a table's rows are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Whose {
    /// Nobody's.
    Nobody,
    /// Of somebody who may be here or not, and nobody has looked yet: sealed, and gone in a moment.
    Unknown,
    /// The person's whose id stands in this column.
    Person(&'static str),
    /// Both people's whose ids stand in these columns: it goes with either.
    Both(&'static str, &'static str),
    /// Whose the row of another table is: its `id` stands in the column.
    RowOf {
        /// The column.
        column: &'static str,
        /// The other table.
        table: &'static str,
    },
}

/// What becomes of a person's rows when they are erased.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rows {
    /// They go.
    Go,
    /// They stay, for this reason, without what is personal in them and not kept.
    Stay(&'static str),
}

/// One table of a room: whose its rows are, and which of its columns are not personal. The others must be columns of a datum: a test
/// compares with the database.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// The table.
    pub name: &'static str,
    /// Whose its rows are.
    pub whose: Whose,
    /// Columns that hold no personal data of their own.
    pub plain: &'static [&'static str],
    /// What becomes of its rows.
    pub rows: Rows,
    /// The folder of the store where each row has a file named by its `id`.
    pub files: Option<&'static str>,
}

impl Table {
    /// A table whose rows are about nobody.
    #[must_use]
    pub const fn of_nobody(name: &'static str, plain: &'static [&'static str]) -> Self {
        Self { name, whose: Whose::Nobody, plain, rows: Rows::Go, files: None }
    }

    /// A table whose rows are of somebody who may be here or not.
    #[must_use]
    pub const fn of_unknown(name: &'static str, plain: &'static [&'static str]) -> Self {
        Self { whose: Whose::Unknown, ..Self::of_nobody(name, plain) }
    }

    /// A table whose rows are of the person in `column`, and go with them.
    #[must_use]
    pub const fn of_person(name: &'static str, column: &'static str, plain: &'static [&'static str]) -> Self {
        Self { whose: Whose::Person(column), ..Self::of_nobody(name, plain) }
    }

    /// A table whose rows are of two people, and go with either.
    #[must_use]
    pub const fn of_both(
        name: &'static str,
        one: &'static str,
        other: &'static str,
        plain: &'static [&'static str],
    ) -> Self {
        Self { whose: Whose::Both(one, other), ..Self::of_nobody(name, plain) }
    }

    /// A table whose rows are whose the row of `table` in `column` is, and go with them.
    #[must_use]
    pub const fn of_row_of(
        name: &'static str,
        column: &'static str,
        table: &'static str,
        plain: &'static [&'static str],
    ) -> Self {
        Self { whose: Whose::RowOf { column, table }, ..Self::of_nobody(name, plain) }
    }

    /// The same, whose rows stay when the person goes.
    #[must_use]
    pub const fn staying(self, why: &'static str) -> Self {
        Self { rows: Rows::Stay(why), ..self }
    }

    /// The same, whose rows have files.
    #[must_use]
    pub const fn with_files(self, folder: &'static str) -> Self {
        Self { files: Some(folder), ..self }
    }
}
