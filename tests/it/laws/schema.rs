//! The published schema: printed by the code, described throughout, and its personal fields declared.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::{
    EnumType,
    parser::{
        parse_schema,
        types::{FieldDefinition, TypeKind, TypeSystemDefinition},
    },
};
use sanggar::{api, app, platform::privacy::Audience};

#[test]
fn schema_graphql_is_what_the_code_prints() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.graphql");
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    let printed = api::sdl();
    if std::env::var_os("BLESS").is_some() && written != printed {
        std::fs::write(&path, &printed).expect("schema.graphql can be written");
        return;
    }
    assert!(written == printed, "schema.graphql is not what the code prints: cargo run -- schema > schema.graphql");
}

/// Every object and interface field of the schema, as (type, field).
pub fn fields() -> Vec<(String, FieldDefinition, bool)> {
    let schema = parse_schema(api::sdl()).expect("a schema");
    let mut all = Vec::new();
    for definition in schema.definitions {
        let TypeSystemDefinition::Type(ty) = definition else { continue };
        let guarded = ty.node.directives.iter().any(|directive| directive.node.name.node == "visibility");
        let fields = match ty.node.kind {
            TypeKind::Object(object) => object.fields,
            TypeKind::Interface(interface) => interface.fields,
            _ => continue,
        };
        for field in fields {
            all.push((ty.node.name.node.to_string(), field.node, guarded));
        }
    }
    all
}

/// Every object type that is guarded whole, and who may read it.
pub fn guarded_types() -> Vec<(String, String)> {
    let schema = parse_schema(api::sdl()).expect("a schema");
    let mut all = Vec::new();
    for definition in schema.definitions {
        let TypeSystemDefinition::Type(ty) = definition else { continue };
        if let Some(directive) = ty.node.directives.iter().find(|directive| directive.node.name.node == "visibility") {
            let to = directive.node.arguments.first().expect("to whom").1.node.to_string();
            all.push((ty.node.name.node.to_string(), to));
        }
    }
    all
}

/// The word of an enum value in the schema.
fn word<E: EnumType>(value: E) -> &'static str {
    E::items().iter().find(|item| item.value == value).expect("every value has a word").name
}

fn directive(field: &FieldDefinition, name: &str) -> Option<String> {
    let found = field.directives.iter().find(|directive| directive.node.name.node == name)?;
    Some(found.node.arguments.first().map(|(_, value)| value.node.to_string()).unwrap_or_default())
}

/// What types with personal data tell of themselves that is none: everything else of theirs is declared.
const OPEN: [&str; 18] = [
    "CertificateVerification.code",
    "CertificateVerification.courseTitle",
    "CertificateVerification.expiresAt",
    "CertificateVerification.issuedAt",
    "CertificateVerification.issuerName",
    "CertificateVerification.status",
    "InstructorProfile.averageRating",
    "InstructorProfile.courses",
    "InstructorProfile.id",
    "InstructorProfile.learnerCount",
    "InstructorProfile.user",
    "PendingUpload.expiresAt",
    "PendingUpload.headers",
    "PendingUpload.id",
    "PendingUpload.method",
    "PendingUpload.url",
    "User.id",
    "User.instructor",
];

/// A personal field without `@visibility` fails the build; so does a declared field whose directives say something else,
/// and a guarded field that can't be null.
#[test]
fn personal_fields_say_who_may_read_them() {
    let declared: BTreeMap<(String, String), _> =
        app::data().into_iter().map(|datum| ((datum.subject.to_owned(), datum.field.to_owned()), datum)).collect();
    let subjects: BTreeSet<_> = app::data().iter().map(|datum| datum.subject).collect();
    let (mut seen, mut open) = (BTreeSet::new(), BTreeSet::new());
    for (owner, field, guarded) in fields() {
        let name = field.name.node.to_string();
        let visibility = directive(&field, "visibility");
        let class = directive(&field, "personalData");
        assert_eq!(visibility.is_some(), class.is_some(), "{owner}.{name}: one directive without the other");
        let key = (owner.clone(), name.clone());
        match (declared.get(&key), visibility, class) {
            (Some(datum), Some(to), Some(class)) => {
                let audience: Vec<_> = datum.audience.iter().map(|audience| word(*audience)).collect();
                assert_eq!(to, format!("[{}]", audience.join(", ")), "{owner}.{name}");
                assert_eq!(class, word(datum.class), "{owner}.{name}");
                let public = datum.audience.contains(&Audience::Public);
                assert!(public || field.ty.node.nullable, "{owner}.{name} is guarded and can't be null");
                seen.insert(key);
            }
            (Some(_), None, None) => assert!(guarded, "{owner}.{name} is personal data and says not who may read it"),
            (None, None, None) => {
                if !guarded && subjects.contains(owner.as_str()) {
                    open.insert(format!("{owner}.{name}"));
                }
            }
            other => panic!("{owner}.{name} has directives and no declaration: {:?}", other.1),
        }
    }
    assert!(seen.len() >= 10, "{seen:?}");
    assert_eq!(open.into_iter().collect::<Vec<_>>(), OPEN, "fields of personal types that are no personal data");
}

/// Every type, field, argument and enum value is described.
#[test]
fn everything_is_described() {
    let schema = parse_schema(api::sdl()).expect("a schema");
    let mut bare = Vec::new();
    for definition in &schema.definitions {
        let TypeSystemDefinition::Type(ty) = definition else { continue };
        let name = &ty.node.name.node;
        if ty.node.description.is_none() {
            bare.push(name.to_string());
        }
        match &ty.node.kind {
            TypeKind::Object(object) => {
                for field in &object.fields {
                    if field.node.description.is_none() {
                        bare.push(format!("{name}.{}", field.node.name.node));
                    }
                    for argument in &field.node.arguments {
                        if argument.node.description.is_none() {
                            bare.push(format!("{name}.{}({})", field.node.name.node, argument.node.name.node));
                        }
                    }
                }
            }
            TypeKind::InputObject(input) => {
                for field in &input.fields {
                    if field.node.description.is_none() {
                        bare.push(format!("{name}.{}", field.node.name.node));
                    }
                }
            }
            TypeKind::Enum(values) => {
                for value in &values.values {
                    if value.node.description.is_none() {
                        bare.push(format!("{name}.{}", value.node.value.node));
                    }
                }
            }
            _ => {}
        }
    }
    assert_eq!(bare, Vec::<String>::new());
}
