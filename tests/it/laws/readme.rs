//! The README says what the code does: its configuration table is the one of the code.

use sanggar::platform::{config::Settings, fault::Code};

#[test]
fn the_configuration_table_names_every_setting() {
    let readme = include_str!("../../../README.md");
    let settings = serde_json::to_value(Settings::default()).expect("settings");
    let fields = settings.as_object().expect("an object");
    let mut missing = Vec::new();
    let names = fields.iter().flat_map(|(name, value)| match value.as_object() {
        Some(inner) => inner.keys().map(|key| format!("{name}_{key}")).collect::<Vec<_>>(),
        None => vec![name.clone()],
    });
    for name in names {
        let variable = match name.as_str() {
            "database_url" => "DATABASE_URL".to_owned(),
            _ => format!("SANGGAR_{}", name.to_uppercase()),
        };
        if !readme.contains(&format!("`{variable}`")) {
            missing.push(variable);
        }
    }
    assert_eq!(missing, Vec::<String>::new(), "settings that the README's table lacks");
}

#[test]
fn the_table_of_errors_names_every_code() {
    let readme = include_str!("../../../README.md");
    let table = readme.split("## Errors").nth(1).and_then(|rest| rest.split("\n## ").next()).expect("a table");
    let missing: Vec<_> =
        Code::ALL.iter().map(|code| code.as_str()).filter(|code| !table.contains(&format!("`{code}`"))).collect();
    assert_eq!(missing, Vec::<&str>::new(), "codes that the README's table lacks");
}
