//! The record of processing (Law 27/2022, article 31), read off the classification: for machines and for people.

use async_graphql::{
    Value,
    resolver_utils::{EnumType, enum_value},
};
use serde_json::{Value as Json, json};

use super::{Controller, Entry, Erasure, Sharing};

/// The word of the schema for a value of an enumeration.
fn word(value: impl EnumType) -> String {
    match enum_value(value) {
        Value::Enum(name) => name.to_string(),
        other => other.to_string(),
    }
}

/// One entry, as it is in force where so much is shared.
#[must_use]
pub fn document_of(entry: &Entry, sharing: &Sharing) -> Json {
    let (erasure, reason) = match entry.erasure {
        Erasure::Delete => ("DELETE", None),
        Erasure::Anonymise(_) => ("ANONYMISE", None),
        Erasure::Keep(reason) => ("KEEP", Some(reason)),
    };
    json!({
        "subject": entry.subject,
        "field": entry.field,
        "columns": entry.columns,
        "class": word(entry.class),
        "sensitivity": word(entry.sensitivity),
        "encrypted": entry.encrypted,
        "purposes": entry.purposes,
        "legalBasis": word(entry.basis),
        "controller": match entry.controller {
            Controller::Academy => "ACADEMY",
            Controller::Operator => "OPERATOR",
        },
        "visibleTo": sharing.in_force(entry).map(word).collect::<Vec<_>>(),
        "exported": entry.withheld.is_none(),
        "withheld": entry.withheld,
        "erasure": erasure,
        "erasureReason": reason,
        "startingFrom": word(entry.starts),
    })
}

/// The whole record as a table for people.
#[must_use]
pub fn markdown(title: &str, entries: &[Entry], sharing: &Sharing) -> String {
    let mut text = format!(
        "# {title}\n\n| data | class | what for | on what ground | who reads it | columns | when erased |\n| --- | --- | --- | --- | --- | --- | --- |\n"
    );
    for entry in entries {
        let document = document_of(entry, sharing);
        let list = |name: &str| {
            let all: Vec<_> = document[name].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
            if all.is_empty() { "nobody".to_owned() } else { all.join(", ") }
        };
        let said = |name: &str| document[name].as_str().unwrap_or_default().to_owned();
        text.push_str(&format!(
            "| {}.{} | {}, {} | {} | {} | {} | {} | {} |\n",
            said("subject"),
            said("field"),
            said("class"),
            said("sensitivity"),
            list("purposes"),
            said("legalBasis"),
            list("visibleTo"),
            list("columns"),
            said("erasure")
        ));
    }
    text
}
