//! What people tell about themselves.

use crate::platform::privacy::{Audience, LegalBasis, PersonalDataClass, ProfileField, Shared, Table};

crate::datum!(
    /// The person's name.
    FullName {
        field: "fullName",
        columns: &["profiles.full_name"],
        class: PersonalDataClass::Account,
        audience: &[
            Audience::OwnerChoice,
            Audience::Self_,
            Audience::Guardian,
            Audience::Instructor,
            Audience::Reviewer,
            Audience::Support,
            Audience::PrivacyOfficer,
            Audience::Admin,
        ],
        choice: Some(ProfileField::FullName),
        shared_as: &[Shared::Name],
        purposes: &["account", "certificates"],
    }
);

crate::datum!(
    /// The person's picture: that there is one, and the file.
    Avatar {
        field: "avatarUrl",
        columns: &["avatars.set_at"],
        class: PersonalDataClass::Profile,
        audience: Audience::CHOSEN,
        choice: Some(ProfileField::Avatar),
        purposes: &["community"],
    }
);

crate::datum!(
    /// What the person writes about themselves.
    Biography {
        field: "biography",
        columns: &["profiles.biography"],
        class: PersonalDataClass::Profile,
        audience: Audience::CHOSEN,
        choice: Some(ProfileField::Biography),
        purposes: &["community"],
    }
);

crate::datum!(
    /// Where the person works or studies.
    Organization {
        field: "organization",
        columns: &["profiles.organization"],
        class: PersonalDataClass::Profile,
        audience: Audience::CHOSEN,
        choice: Some(ProfileField::Organization),
        purposes: &["community"],
    }
);

crate::datum!(
    /// What the person does there.
    JobTitle {
        field: "jobTitle",
        columns: &["profiles.job_title"],
        class: PersonalDataClass::Profile,
        audience: Audience::CHOSEN,
        choice: Some(ProfileField::JobTitle),
        purposes: &["community"],
    }
);

crate::datum!(
    /// Where else the person is on the web: keys `platform` and `url`.
    SocialLinks {
        field: "socialLinks",
        columns: &["profiles.social_links"],
        class: PersonalDataClass::Profile,
        audience: Audience::CHOSEN,
        choice: Some(ProfileField::SocialLinks),
        purposes: &["community"],
    }
);

crate::datum!(
    /// In which language the person wants to be spoken to.
    PreferredLocale {
        field: "locale",
        columns: &["profiles.locale"],
        class: PersonalDataClass::Account,
        audience: &[Audience::Self_, Audience::Support],
    }
);

crate::datum!(
    /// When the person was born, where the academy's policy collects it.
    BirthDate {
        field: "birthDate",
        columns: &["identities.birth_date"],
        class: PersonalDataClass::Identity,
        audience: &[Audience::Self_, Audience::Guardian, Audience::PrivacyOfficer],
        purposes: &["account"],
    }
);

crate::datum!(
    /// Until when the person is a minor: what shows nothing of them to the public.
    MinorUntil {
        field: "minorUntil",
        columns: &["identities.minor_until"],
        class: PersonalDataClass::Identity,
        audience: &[Audience::Self_, Audience::Guardian, Audience::PrivacyOfficer],
        purposes: &["legal_obligation"],
        basis: LegalBasis::LegalObligation,
    }
);

crate::datum!(
    /// Who is guardian of whom, since when.
    Guardianship {
        field: "wards",
        columns: &["guardianships.confirmed_at"],
        class: PersonalDataClass::Guardianship,
        audience: &[Audience::Self_, Audience::Guardian],
        purposes: &["legal_obligation"],
        basis: LegalBasis::LegalObligation,
        guarded_whole: true,
    }
);

crate::datum!(
    /// A telephone number, E.164.
    Phone {
        field: "phone",
        columns: &["contacts.phone"],
        class: PersonalDataClass::Contact,
        audience: &[Audience::Self_, Audience::Support, Audience::PrivacyOfficer, Audience::Admin],
    }
);

crate::datum!(
    /// Where invoices go: keys `line1`, `line2`, `city`, `region`, `postalCode`, `country`.
    BillingAddress {
        field: "billingAddress",
        columns: &["contacts.billing_address"],
        class: PersonalDataClass::Contact,
        audience: &[Audience::Self_, Audience::PrivacyOfficer, Audience::Admin],
        purposes: &["payments"],
    }
);

/// The room's tables.
pub const TABLES: &[Table] = &[
    Table::of_person("profiles", "user_id", &["academy_id", "user_id", "visibility"]),
    Table::of_person("avatars", "user_id", &["academy_id", "id", "user_id"]).with_files("avatars"),
    Table::of_person("identities", "user_id", &["academy_id", "user_id"]),
    Table::of_both("guardianships", "ward_id", "guardian_id", &["academy_id", "ward_id", "guardian_id"]),
    Table::of_person("contacts", "user_id", &["academy_id", "user_id"]),
];
