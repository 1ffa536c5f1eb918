//! What the schema says about sizes: which fields are lists, which are pages.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned,
    parser::{
        parse_schema,
        types::{TypeKind, TypeSystemDefinition},
    },
};

/// Objects that a plain list is taken to hold when the cost is reckoned: they are short, and bounded by the data.
const PLAIN_LIST: u64 = 10;
/// The same for lists of the schema about itself: large enough that lists within lists run out soon, small enough for the
/// query that every explorer sends.
const INTROSPECTED: u64 = 6;

/// What the schema says about sizes: which fields are lists, which are pages.
pub struct Shape {
    pub(super) types: HashMap<String, HashMap<String, FieldShape>>,
    pub(super) roots: [Option<String>; 3],
    /// Mutations that may stand in a document once: guessing must cost a request each.
    pub(super) once: &'static [&'static str],
}

pub(super) struct FieldShape {
    pub(super) of: String,
    pub(super) composite: bool,
    /// Objects that it is taken to hold; one where it is no list.
    pub(super) holds: u64,
    pub(super) paged: bool,
}

impl Shape {
    /// Reads the sizes off the schema's own text.
    ///
    /// # Errors
    /// Where the text is no schema.
    pub fn of_schema(sdl: &str, once: &'static [&'static str]) -> anyhow::Result<Self> {
        let schema = parse_schema(sdl)?;
        let mut leaves = vec!["Int", "Float", "String", "Boolean", "ID"];
        let mut types: HashMap<String, HashMap<String, FieldShape>> = HashMap::new();
        let mut roots = [None, None, None];
        for definition in &schema.definitions {
            match definition {
                TypeSystemDefinition::Schema(schema) => {
                    let named = |name: &Option<Positioned<Name>>| name.as_ref().map(|name| name.node.to_string());
                    roots = [named(&schema.node.query), named(&schema.node.mutation), named(&schema.node.subscription)];
                }
                TypeSystemDefinition::Type(ty) => {
                    if matches!(ty.node.kind, TypeKind::Scalar | TypeKind::Enum(_)) {
                        leaves.push(&ty.node.name.node);
                    }
                }
                TypeSystemDefinition::Directive(_) => {}
            }
        }
        for definition in &schema.definitions {
            let TypeSystemDefinition::Type(ty) = definition else { continue };
            let fields = match &ty.node.kind {
                TypeKind::Object(object) => &object.fields,
                TypeKind::Interface(interface) => &interface.fields,
                _ => continue,
            };
            let shapes = fields.iter().map(|field| {
                let text = field.node.ty.node.to_string();
                let of: String = text.chars().filter(|c| !matches!(c, '[' | ']' | '!')).collect();
                let shape = FieldShape {
                    composite: !leaves.contains(&of.as_str()),
                    holds: if text.starts_with('[') { PLAIN_LIST } else { 1 },
                    paged: field.node.arguments.iter().any(|argument| argument.node.name.node == "first"),
                    of,
                };
                (field.node.name.node.to_string(), shape)
            });
            types.insert(ty.node.name.node.to_string(), shapes.collect());
        }
        introspection(&mut types, roots[0].as_deref());
        Ok(Self { types, roots, once })
    }
}

/// The types of introspection: they are in no schema's text, and their lists lead into each other without end.
fn introspection(types: &mut HashMap<String, HashMap<String, FieldShape>>, query: Option<&str>) {
    let shape = |of: &str, list: bool| FieldShape {
        of: of.to_owned(),
        composite: true,
        holds: if list { INTROSPECTED } else { 1 },
        paged: false,
    };
    const FIELDS: [(&str, &str, &str, bool); 17] = [
        ("__Schema", "types", "__Type", true),
        ("__Schema", "queryType", "__Type", false),
        ("__Schema", "mutationType", "__Type", false),
        ("__Schema", "subscriptionType", "__Type", false),
        ("__Schema", "directives", "__Directive", true),
        ("__Type", "fields", "__Field", true),
        ("__Type", "interfaces", "__Type", true),
        ("__Type", "possibleTypes", "__Type", true),
        ("__Type", "enumValues", "__EnumValue", true),
        ("__Type", "inputFields", "__InputValue", true),
        ("__Type", "ofType", "__Type", false),
        ("__Field", "args", "__InputValue", true),
        ("__Field", "type", "__Type", false),
        ("__InputValue", "type", "__Type", false),
        ("__Directive", "args", "__InputValue", true),
        ("", "__schema", "__Schema", false),
        ("", "__type", "__Type", false),
    ];
    for (on, field, of, list) in FIELDS {
        let on = if on.is_empty() { query } else { Some(on) };
        if let Some(on) = on {
            types.entry(on.to_owned()).or_default().insert(field.to_owned(), shape(of, list));
        }
    }
}
