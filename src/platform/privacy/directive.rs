//! The directives of the published schema, taken from the declaration of a datum.

use async_graphql::TypeDirective;

use super::{Audience, Datum, PersonalDataClass};

/// Who may read a field. What is printed here is what is enforced: a test asks for every field of a person as every kind of
/// viewer.
#[TypeDirective(location = "FieldDefinition", location = "Object")]
pub fn visibility(#[graphql(desc = "Whoever belongs to any of these.")] to: Vec<Audience>) {}

/// The field is personal data. Its class decides export, erasure and retention.
#[TypeDirective(location = "FieldDefinition")]
pub fn personalData(#[graphql(desc = "What kind of data it is.")] class: PersonalDataClass) {}

/// The audience of a datum, for [`visibility`].
#[must_use]
pub fn to<D: Datum>() -> Vec<Audience> {
    D::ENTRY.audience.to_vec()
}

/// The class of a datum, for [`personalData`].
#[must_use]
pub fn class<D: Datum>() -> PersonalDataClass {
    D::ENTRY.class
}
