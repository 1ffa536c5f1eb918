//! The first byte of a global id names one kind of thing, and no two kinds share one.

use std::{collections::BTreeMap, path::Path};

fn sources(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(std::fs::read_to_string(&path).expect("a source"));
        }
    }
}

#[test]
fn no_two_kinds_of_ids_have_one_tag() {
    let mut texts = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut texts);
    let mut kinds: BTreeMap<u8, Vec<String>> = BTreeMap::new();
    for text in &texts {
        // The example in the macro's own comment is no declaration.
        for declared in text.replace("`id_kind!(", "").split("id_kind!(").skip(1) {
            let declared = declared.split(')').next().unwrap_or_default();
            let mut parts = declared.rsplit(',').map(str::trim);
            let (Some(tag), Some(name)) = (parts.next(), parts.next()) else { continue };
            if let Ok(tag) = tag.parse() {
                kinds.entry(tag).or_default().push(name.trim_matches('"').to_owned());
            }
        }
    }
    assert!(kinds.len() > 20, "the search finds them: {kinds:?}");
    let shared: Vec<_> = kinds.values().filter(|names| names.len() > 1).collect();
    assert_eq!(shared, Vec::<&Vec<String>>::new());
}
