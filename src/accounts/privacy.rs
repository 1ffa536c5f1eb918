//! What an account knows of a person.

use crate::platform::privacy::{
    Audience, Erasure, LegalBasis, PersonalDataClass, ProfileField, RetentionStart, Shared, Table,
};

const SELF_SUPPORT_OFFICER_ADMIN: &[Audience] =
    &[Audience::Self_, Audience::Support, Audience::PrivacyOfficer, Audience::Admin];

crate::datum!(
    /// The mail address that a person signs in with.
    Email {
        field: "email",
        columns: &["logins.email", "logins.email_key"],
        class: PersonalDataClass::Contact,
        audience: &[
            Audience::Self_,
            Audience::Instructor,
            Audience::Support,
            Audience::PrivacyOfficer,
            Audience::Admin,
        ],
        shared_as: &[Shared::Email],
        purposes: &["account", "transactional_mail"],
    }
);

crate::datum!(
    /// The address that a person wants to have, until it is confirmed.
    PendingEmail {
        subject: "Viewer",
        field: "pendingEmail",
        columns: &["logins.pending_email", "logins.pending_email_key"],
        class: PersonalDataClass::Contact,
    }
);

crate::datum!(
    /// The name that a person is found by, and may sign in with.
    Username {
        field: "username",
        columns: &["logins.username", "logins.username_key", "logins.username_look"],
        class: PersonalDataClass::Account,
        audience: Audience::CHOSEN,
        choice: Some(ProfileField::Username),
    }
);

crate::datum!(
    /// User names that a person gave up, as they look: nobody else's for a while.
    HeldUsername {
        field: "heldUsernames",
        columns: &["held_usernames.look"],
        class: PersonalDataClass::Account,
        purposes: &["fraud_security"],
        basis: LegalBasis::LegitimateInterest,
        starts: RetentionStart::Collected,
    }
);

crate::datum!(
    /// The Argon2id hash of the password: nobody reads it, no export holds it.
    PasswordHash {
        field: "passwordHash",
        columns: &["logins.password_hash"],
        class: PersonalDataClass::Credential,
        audience: &[] as &[Audience],
        withheld: Some("the digest of a secret: of use to nobody but a thief"),
    }
);

crate::datum!(
    /// What a person may do in the academy.
    GrantedRoles {
        field: "roles",
        columns: &["users.roles"],
        class: PersonalDataClass::Account,
        audience: &[Audience::Self_, Audience::Support, Audience::Admin],
        erasure: Erasure::Anonymise("'{}'"),
    }
);

crate::datum!(
    /// When the account was made.
    CreatedAt {
        field: "createdAt",
        columns: &["users.created_at"],
        class: PersonalDataClass::Account,
        audience: SELF_SUPPORT_OFFICER_ADMIN,
        erasure: Erasure::Anonymise("date_trunc('year', created_at, 'UTC')"),
    }
);

crate::datum!(
    /// The digest of a session's token.
    SessionToken {
        subject: "Session",
        field: "token",
        columns: &["sessions.token_hash"],
        class: PersonalDataClass::Credential,
        audience: &[] as &[Audience],
        withheld: Some("the digest of a secret: of use to nobody but a thief"),
        starts: RetentionStart::LastActivity,
    }
);

crate::datum!(
    /// What a session was opened with.
    Device {
        subject: "Session",
        field: "device",
        columns: &["sessions.device"],
        class: PersonalDataClass::Log,
        purposes: &["fraud_security"],
        basis: LegalBasis::LegitimateInterest,
        starts: RetentionStart::LastActivity,
    }
);

crate::datum!(
    /// Where a session was opened from.
    IpAddress {
        subject: "Session",
        field: "ipAddress",
        columns: &["sessions.ip_address"],
        class: PersonalDataClass::Log,
        purposes: &["fraud_security"],
        basis: LegalBasis::LegitimateInterest,
        starts: RetentionStart::LastActivity,
    }
);

crate::datum!(
    /// The secret that a person's authenticator app shares with us.
    FactorSecret {
        field: "secondFactor",
        columns: &["second_factors.sealed"],
        class: PersonalDataClass::Credential,
        audience: &[] as &[Audience],
        purposes: &["fraud_security"],
        encrypted: true,
        withheld: Some("a secret: the app of the person has it, and whoever else had it could sign in as them"),
    }
);

crate::datum!(
    /// The digests of the codes that a person signs in with who has lost their app.
    RecoveryCode {
        field: "recoveryCodes",
        columns: &["recovery_codes.code_hash"],
        class: PersonalDataClass::Credential,
        audience: &[] as &[Audience],
        purposes: &["fraud_security"],
        withheld: Some("the digest of a secret: of use to nobody but a thief"),
    }
);

crate::datum!(
    /// That a person is suspended, and why.
    SuspensionReason {
        field: "suspension",
        columns: &["suspensions.reason", "suspensions.lift_reason"],
        class: PersonalDataClass::Account,
        audience: SELF_SUPPORT_OFFICER_ADMIN,
        purposes: &["fraud_security"],
        basis: LegalBasis::LegitimateInterest,
        starts: RetentionStart::Resolved,
    }
);

crate::datum!(
    /// What a person says to their suspension.
    SuspensionContest {
        field: "suspensionContest",
        columns: &["suspensions.contest"],
        class: PersonalDataClass::Communication,
        audience: SELF_SUPPORT_OFFICER_ADMIN,
        purposes: &["fraud_security"],
        basis: LegalBasis::LegitimateInterest,
        starts: RetentionStart::Resolved,
    }
);

crate::datum!(
    /// The address of a guardian, as a minor gave it, until the guardian has answered.
    GuardianEmail {
        field: "guardianEmail",
        columns: &["guardian_requests.email"],
        class: PersonalDataClass::Guardianship,
        audience: &[Audience::Self_, Audience::PrivacyOfficer],
        purposes: &["legal_obligation"],
        basis: LegalBasis::LegalObligation,
        starts: RetentionStart::Collected,
    }
);

crate::datum!(
    /// The digest of what a mailed link proves.
    MailedToken {
        field: "mailedToken",
        columns: &["account_tokens.token_hash"],
        class: PersonalDataClass::Credential,
        audience: &[] as &[Audience],
        withheld: Some("the digest of a secret: of use to nobody but a thief"),
        starts: RetentionStart::Collected,
    }
);

crate::datum!(
    /// Who a person is to a log-in provider.
    IdentitySubject {
        subject: "LinkedIdentity",
        field: "subject",
        columns: &["linked_identities.subject"],
        class: PersonalDataClass::Account,
    }
);

crate::datum!(
    /// The address that a log-in provider has of a person.
    IdentityEmail {
        subject: "LinkedIdentity",
        field: "email",
        columns: &["linked_identities.email"],
        class: PersonalDataClass::Contact,
    }
);

crate::datum!(
    /// What proves that who comes back from a log-in provider is who went there.
    ProviderLogIn {
        field: "providerLogIns",
        columns: &["provider_log_ins.state_hash", "provider_log_ins.sealed", "provider_log_ins.code_hash"],
        class: PersonalDataClass::Credential,
        audience: &[] as &[Audience],
        withheld: Some("secrets that are good for minutes: of use to nobody but a thief"),
        starts: RetentionStart::Collected,
    }
);

crate::datum!(
    /// What was asked for an address, until a worker has looked whose it is.
    AddressRequest {
        field: "addressRequests",
        columns: &["address_requests.sealed"],
        class: PersonalDataClass::Contact,
        audience: &[] as &[Audience],
        encrypted: true,
        withheld: Some("it is there for seconds, and nobody's yet"),
        starts: RetentionStart::Collected,
    }
);

/// The room's tables.
pub const TABLES: &[Table] = &[
    Table::of_person("users", "id", &["academy_id", "id", "restricted_at", "closed_at", "suspended_at", "incomplete"])
        .staying("the id is what other rows refer to; nothing of the person is left in it"),
    Table::of_person("logins", "user_id", &["academy_id", "user_id", "email_verified_at", "password_set_at"]),
    Table::of_person("held_usernames", "user_id", &["academy_id", "user_id", "until"]),
    Table::of_person(
        "sessions",
        "user_id",
        &["academy_id", "id", "user_id", "created_at", "last_seen_at", "expires_at", "authenticated_at"],
    ),
    Table::of_person(
        "account_tokens",
        "user_id",
        &["academy_id", "id", "user_id", "purpose", "expires_at", "used_at", "tries"],
    ),
    Table::of_person(
        "second_factors",
        "user_id",
        &["academy_id", "user_id", "confirmed_at", "last_step", "created_at"],
    ),
    Table::of_person(
        "suspensions",
        "user_id",
        &["academy_id", "id", "user_id", "suspended_by", "suspended_at", "contested_at", "lifted_by", "lifted_at"],
    ),
    Table::of_person("guardian_requests", "ward_id", &["academy_id", "ward_id", "asked_at"]),
    Table::of_unknown("address_requests", &["academy_id", "id", "created_at"]),
    Table::of_person("linked_identities", "user_id", &["academy_id", "user_id", "provider", "issuer", "linked_at"]),
    Table::of_person(
        "provider_log_ins",
        "user_id",
        &["academy_id", "id", "provider", "code_challenge", "return_to", "user_id", "expires_at"],
    ),
    Table::of_person("recovery_codes", "user_id", &["academy_id", "user_id", "used_at"]),
];
