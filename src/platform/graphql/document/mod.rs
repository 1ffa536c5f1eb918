//! The check of a document before the library sees it: linear in its size, whatever its fragments do.
//!
//! The library follows fragment spreads without remembering where it has been: 840 bytes can cost it seconds, and its
//! complexity limit does not count `__typename`. So each fragment is measured once, and what an operation would select,
//! how deep, and how many objects it may ask for is known before anything is validated, let alone read.

mod scan;
mod shape;

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned,
    parser::{
        parse_query,
        types::{ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet},
    },
};
use async_graphql_value::Value as GqlValue;
use serde_json::Value as Json;

use self::scan::scan;
pub use self::shape::Shape;
use super::page;
use crate::platform::{config::Limits, fault::Code, text::Words};

/// Why a document is not run.
#[derive(Debug, PartialEq, Eq)]
pub struct Rejected {
    /// The code of the answer.
    pub code: Code,
    /// What to mend.
    pub words: Words,
}

/// A document that may be validated and run.
#[derive(Debug)]
pub struct Checked {
    /// The document.
    pub document: ExecutableDocument,
    /// What will run.
    pub operation: OperationType,
    /// How many objects it may ask for.
    pub cost: u64,
}

impl Shape {
    /// Checks a document; `name` is the operation asked for.
    ///
    /// # Errors
    /// [`Rejected`], before the library has seen it.
    pub fn check(
        &self,
        text: &str,
        name: Option<&str>,
        variables: &Json,
        limits: &Limits,
    ) -> Result<Checked, Rejected> {
        scan(text, limits)?;
        if has_nul(text, variables) {
            return Err(Rejected {
                code: Code::BadUserInput,
                words: words!("Teks tidak boleh memuat karakter U+0000.", "Text must not hold the character U+0000."),
            });
        }
        let document = parse_query(text).map_err(|error| Rejected {
            code: Code::GraphqlParseFailed,
            words: Words { id: format!("Dokumen tidak dapat diurai: {error}").into(), en: error.to_string().into() },
        })?;
        let page_size = limits.page_size.into();
        let mut measuring =
            Measuring { shape: self, document: &document, variables, page_size, fragments: HashMap::new() };
        let names: Vec<&Name> = document.fragments.keys().collect();
        for name in names {
            let measured = measuring.fragment(name)?;
            within(&measured, limits)?;
        }
        let operation = chosen(&document, name)?;
        let root = match operation.ty {
            OperationType::Query => &self.roots[0],
            OperationType::Mutation => &self.roots[1],
            OperationType::Subscription => &self.roots[2],
        };
        let measured = measuring.items(&operation.selection_set.node, root.as_deref(), Some(operation))?;
        within(&measured, limits)?;
        match operation.ty {
            OperationType::Query => {}
            OperationType::Mutation => self.check_once(operation)?,
            OperationType::Subscription => check_one(operation)?,
        }
        let (operation, cost) = (operation.ty, measured.cost);
        Ok(Checked { document, operation, cost })
    }

    fn check_once(&self, operation: &OperationDefinition) -> Result<(), Rejected> {
        // A spread at the root could repeat one too: among mutations that stand alone there is none.
        let items = &operation.selection_set.node.items;
        let sensitive = |selection: &Positioned<Selection>| match &selection.node {
            Selection::Field(field) => self.once.contains(&field.node.name.node.as_str()),
            Selection::FragmentSpread(_) | Selection::InlineFragment(_) => true,
        };
        let plain = |selection: &Positioned<Selection>| matches!(selection.node, Selection::Field(_));
        if items.iter().filter(|item| sensitive(item)).count() > 1
            || (items.iter().any(sensitive) && items.iter().any(|item| !plain(item)))
        {
            let once = self.once.join(", ");
            return Err(Rejected {
                code: Code::QueryTooComplex,
                words: words!(
                    "Mutasi ini hanya boleh muncul sekali dalam satu dokumen, tanpa fragmen: {once}.",
                    "These mutations may stand once in a document, without fragments beside them: {once}."
                ),
            });
        }
        Ok(())
    }
}

/// The specification has a subscription select one field (5.2.4.1); the library would answer several, and nothing to a fragment.
fn check_one(operation: &OperationDefinition) -> Result<(), Rejected> {
    let plain = |item: &Positioned<Selection>| match &item.node {
        Selection::Field(field) => field.node.directives.is_empty(),
        Selection::FragmentSpread(_) | Selection::InlineFragment(_) => false,
    };
    match operation.selection_set.node.items.as_slice() {
        [item] if plain(item) => Ok(()),
        _ => Err(invalid(words!(
            "Sebuah langganan memilih satu bidang saja, tanpa fragmen dan tanpa direktif.",
            "A subscription selects one field only, without fragments and without directives."
        ))),
    }
}

/// What a selection set would cost. Saturating: a bomb stays at the top.
#[derive(Clone, Copy, Default, Debug)]
struct Measured {
    depth: usize,
    selections: u64,
    aliases: u64,
    /// Objects, apart from those below `edges` and `nodes` of the connection that the set stands in …
    cost: u64,
    /// … which are so many for each row of the page.
    per_row: u64,
}

struct Measuring<'a> {
    shape: &'a Shape,
    document: &'a ExecutableDocument,
    variables: &'a Json,
    page_size: u64,
    /// `None` while it is being measured: to meet it again then is a cycle.
    fragments: HashMap<String, Option<Measured>>,
}

impl<'a> Measuring<'a> {
    fn fragment(&mut self, name: &str) -> Result<Measured, Rejected> {
        match self.fragments.get(name) {
            Some(Some(measured)) => return Ok(*measured),
            Some(None) => {
                return Err(invalid(words!(
                    "Fragmen \"{name}\" memuat dirinya sendiri.",
                    "The fragment \"{name}\" spreads itself."
                )));
            }
            None => {}
        }
        let Some(fragment) = self.document.fragments.get(name) else {
            return Err(invalid(words!("Tidak ada fragmen \"{name}\".", "There is no fragment \"{name}\".")));
        };
        self.fragments.insert(name.to_owned(), None);
        let on = fragment.node.type_condition.node.on.node.to_string();
        // A fragment knows no operation: a page size by variable counts as the largest there.
        let measured = self.items(&fragment.node.selection_set.node, Some(&on), None)?;
        self.fragments.insert(name.to_owned(), Some(measured));
        Ok(measured)
    }

    fn items(
        &mut self,
        set: &'a SelectionSet,
        on: Option<&str>,
        operation: Option<&'a OperationDefinition>,
    ) -> Result<Measured, Rejected> {
        let mut whole = Measured::default();
        for item in &set.items {
            let part = match &item.node {
                Selection::Field(field) => {
                    let shape =
                        on.and_then(|on| self.shape.types.get(on)).and_then(|t| t.get(field.node.name.node.as_str()));
                    let of = shape.map(|shape| shape.of.as_str());
                    let below = self.items(&field.node.selection_set.node, of, operation)?;
                    let aliased = u64::from(field.node.alias.is_some());
                    let mut part = Measured {
                        depth: below.depth + 1,
                        selections: below.selections.saturating_add(1),
                        aliases: below.aliases.saturating_add(aliased),
                        cost: 0,
                        per_row: 0,
                    };
                    if let Some(shape) = shape.filter(|shape| shape.composite) {
                        let one = below.cost.saturating_add(1);
                        let is_row = on.is_some_and(|on| on.ends_with("Connection"))
                            && matches!(field.node.name.node.as_str(), "edges" | "nodes");
                        if is_row {
                            part.per_row = one;
                        } else if shape.paged {
                            let page = self.page_size(&field.node.arguments, operation);
                            part.cost = one.saturating_add(below.per_row.saturating_mul(page));
                        } else {
                            let count = self.given_ids(&field.node.arguments, operation).unwrap_or(shape.holds);
                            part.cost = one.saturating_mul(count);
                        }
                    }
                    part
                }
                Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name.node)?,
                Selection::InlineFragment(inline) => {
                    let narrowed =
                        inline.node.type_condition.as_ref().map(|condition| condition.node.on.node.to_string());
                    self.items(&inline.node.selection_set.node, narrowed.as_deref().or(on), operation)?
                }
            };
            whole.depth = whole.depth.max(part.depth);
            whole.selections = whole.selections.saturating_add(part.selections);
            whole.aliases = whole.aliases.saturating_add(part.aliases);
            whole.cost = whole.cost.saturating_add(part.cost);
            whole.per_row = whole.per_row.saturating_add(part.per_row);
        }
        Ok(whole)
    }

    fn page_size(
        &self,
        arguments: &[(Positioned<Name>, Positioned<GqlValue>)],
        operation: Option<&OperationDefinition>,
    ) -> u64 {
        let most = self.page_size;
        let asked = arguments.iter().filter(|(name, _)| matches!(name.node.as_str(), "first" | "last")).filter_map(
            |(_, value)| match &value.node {
                GqlValue::Number(number) => Some(number.as_u64().unwrap_or(most)),
                GqlValue::Variable(name) => match (self.variables.get(name.as_str()), operation) {
                    (Some(Json::Number(number)), _) => Some(number.as_u64().unwrap_or(most)),
                    (Some(_), _) => None,
                    (None, None) => Some(most),
                    (None, Some(operation)) => match default_of(operation, name)? {
                        async_graphql::Value::Number(number) => number.as_u64(),
                        _ => None,
                    },
                },
                _ => None,
            },
        );
        // More than the most is refused by the resolver, which answers with a clear error: it costs nothing then.
        asked.max().unwrap_or(page::USUAL.into()).min(most)
    }

    fn given_ids(
        &self,
        arguments: &[(Positioned<Name>, Positioned<GqlValue>)],
        operation: Option<&OperationDefinition>,
    ) -> Option<u64> {
        let (_, ids) = arguments.iter().find(|(name, _)| name.node == "ids")?;
        let count: usize = match &ids.node {
            GqlValue::List(list) => list.len(),
            GqlValue::Variable(name) => match self.variables.get(name.as_str()) {
                Some(Json::Array(given)) => given.len(),
                // One value stands for a list of it.
                Some(_) => 1,
                None => match operation {
                    Some(operation) => match default_of(operation, name)? {
                        async_graphql::Value::List(list) => list.len(),
                        _ => 1,
                    },
                    // A fragment is measured once for all operations: as many as a list may have.
                    None => return Some(self.page_size),
                },
            },
            _ => 1,
        };
        Some(count as u64)
    }
}

/// What a variable is that was not given.
fn default_of<'a>(operation: &'a OperationDefinition, variable: &Name) -> Option<&'a async_graphql::Value> {
    let definition = operation.variable_definitions.iter().find(|definition| definition.node.name.node == *variable)?;
    Some(&definition.node.default_value.as_ref()?.node)
}

/// The one character that Postgres does not store: refused here for every argument of every operation.
fn has_nul(text: &str, variables: &Json) -> bool {
    let in_document = text.contains('\0') || text.contains("\\u0000") || text.contains("\\u{0}");
    fn within(value: &Json) -> bool {
        match value {
            Json::String(text) => text.contains('\0'),
            Json::Array(values) => values.iter().any(within),
            Json::Object(fields) => fields.iter().any(|(name, value)| name.contains('\0') || within(value)),
            Json::Null | Json::Bool(_) | Json::Number(_) => false,
        }
    }
    in_document || within(variables)
}

fn chosen<'a>(document: &'a ExecutableDocument, name: Option<&str>) -> Result<&'a OperationDefinition, Rejected> {
    let mut operations = document.operations.iter();
    let found = match name.filter(|name| !name.is_empty()) {
        Some(wanted) => operations.find(|(name, _)| name.is_some_and(|name| name == wanted)),
        None => operations.next().filter(|_| operations.next().is_none()),
    };
    found.map(|(_, operation)| &operation.node).ok_or_else(|| Rejected {
        code: Code::OperationResolutionFailure,
        words: words!(
            "Sebutkan dalam operationName salah satu operasi dokumen ini.",
            "Name one of the document's operations in operationName."
        ),
    })
}

fn within(measured: &Measured, limits: &Limits) -> Result<(), Rejected> {
    let complex = |words| Err(Rejected { code: Code::QueryTooComplex, words });
    if measured.depth > limits.depth {
        let (is, most) = (measured.depth, limits.depth);
        return complex(words!(
            "Dokumen sedalam {is}; paling dalam {most}.",
            "The document is {is} deep; {most} is the most."
        ));
    }
    if measured.selections > limits.selections {
        let most = limits.selections;
        return complex(words!(
            "Dokumen memilih lebih dari {most} bidang setelah fragmen diuraikan.",
            "With its fragments spread, the document selects more than {most} fields."
        ));
    }
    if measured.aliases > limits.aliases {
        let most = limits.aliases;
        return complex(words!(
            "Dokumen memakai lebih dari {most} alias.",
            "The document has more than {most} aliases."
        ));
    }
    let cost = measured.cost.saturating_add(measured.per_row);
    if cost > limits.cost {
        let most = limits.cost;
        return complex(words!(
            "Dokumen meminta sampai {cost} objek; paling banyak {most}. Mintalah halaman yang lebih kecil.",
            "The document asks for up to {cost} objects; {most} is the most. Ask for smaller pages."
        ));
    }
    Ok(())
}

const fn invalid(words: Words) -> Rejected {
    Rejected { code: Code::GraphqlValidationFailed, words }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;

    const SDL: &str = "schema { query: Query mutation: Mutation }
        type Query { course: Course courses(first: Int, last: Int): CourseConnection! nodes(ids: [ID!]!): [Course]! name: String }
        type Mutation { logIn: Course other: Course }
        type CourseConnection { edges: [CourseEdge!]! nodes: [Course!]! totalCount: Int! }
        type CourseEdge { node: Course! cursor: String! }
        type Course { id: ID! title: String! sections: [Section!]! related(first: Int): CourseConnection! }
        type Section { id: ID! title: String! }";

    fn check(text: &str) -> Result<Checked, Rejected> {
        check_with(text, &Json::Null)
    }

    fn check_with(text: &str, variables: &Json) -> Result<Checked, Rejected> {
        let shape = Shape::of_schema(SDL, &["logIn"]).expect("a schema");
        shape.check(text, None, variables, &Limits::default())
    }

    fn code(text: &str) -> Code {
        check(text).expect_err(text).code
    }

    #[test]
    fn cost_is_rows_times_what_each_holds() {
        for (text, cost) in [
            ("{ name }", 0),
            ("{ course { title } }", 1),
            ("{ course { sections { title } } }", 11),
            ("{ courses(first: 5) { nodes { title } } }", 6),
            ("{ courses { nodes { title } totalCount } }", 21),
            ("{ courses(first: 5) { edges { node { title } } } }", 11),
            ("{ courses(first: 5) { nodes { related(first: 4) { nodes { title } } } } }", 1 + 5 * (1 + 1 + 4)),
            ("{ courses(first: 5) { ...c } } fragment c on CourseConnection { nodes { title } }", 6),
            ("{ courses(first: 5) { ... { nodes { title } } } }", 6),
            ("{ nodes(ids: [\"a\", \"b\"]) { title } }", 2),
            ("query ($ids: [ID!]! = [\"a\", \"b\", \"c\"]) { nodes(ids: $ids) { title } }", 3),
            ("query ($ids: [ID!]! = [\"a\"]) { ...f } fragment f on Query { nodes(ids: $ids) { title } }", 100),
            ("query ($n: Int = 7) { courses(first: $n) { nodes { title } } }", 8),
            ("{ courses(first: 2000000000) { nodes { title } } }", 101),
        ] {
            assert_eq!(check(text).map(|checked| checked.cost), Ok(cost), "{text}");
        }
        let by_variable =
            check_with("query ($n: Int) { courses(first: $n) { nodes { title } } }", &serde_json::json!({ "n": 3 }));
        assert_eq!(by_variable.map(|checked| checked.cost), Ok(4));
    }

    #[test]
    fn what_costs_too_much_is_refused() {
        let nested = "{ courses(first: 100) { nodes { related(first: 100) { nodes { related(first: 100) { nodes { id } } } } } } }";
        assert_eq!(code(nested), Code::QueryTooComplex);
        let deep = format!("{{ course {} }}", "{ related { nodes ".repeat(10) + "{ id }" + &"} }".repeat(10));
        assert_eq!(code(&deep), Code::QueryTooComplex);
        assert_eq!(code(&format!("{{ {} }}", "a: name ".repeat(101))), Code::QueryTooComplex);
        assert_eq!(code(&format!("{{ name {} }}", "@skip(if: false) ".repeat(21))), Code::QueryTooComplex);
        assert_eq!(code(&format!("{{ name }} #{}", "x".repeat(20_000))), Code::QueryTooComplex);
        assert_eq!(code(&"{ name ".repeat(3000)), Code::QueryTooComplex);
        assert_eq!(code(&format!("{{ course(a: {}) }}", "[".repeat(100))), Code::QueryTooComplex);
    }

    #[test]
    fn the_schema_about_itself_costs_too() {
        let standard = "{ __schema { queryType { name } types { name fields { name args { name type { ...t } } type { ...t } }
            inputFields { type { ...t } } interfaces { ...t } enumValues { name } possibleTypes { ...t } } directives { args { type { ...t } } } } }
            fragment t on __Type { kind ofType { ofType { ofType { ofType { ofType { ofType { ofType { name } } } } } } } }";
        assert!(check(standard).is_ok(), "{:?}", check(standard));
        let endless = format!(
            "{{ __schema {{ types {}{{ name }}{} }} }}",
            "{ interfaces { possibleTypes ".repeat(6),
            "} }".repeat(6)
        );
        assert_eq!(code(&endless), Code::QueryTooComplex);
    }

    #[test]
    fn a_comment_ends_at_any_line_end() {
        for end in ["\n", "\r", "\r\n"] {
            assert_eq!(code(&format!("#{end}{{ course(a: {}) }}", "[".repeat(5000))), Code::QueryTooComplex, "{end:?}");
        }
    }

    /// The two documents of the security facts: 23 levels two wide, and the same shape ten wide.
    fn bomb(levels: usize, wide: usize) -> String {
        let mut text = String::from("{...a0}");
        for level in 0..levels {
            let spread = format!("...a{}", level + 1).repeat(wide);
            write!(text, "fragment a{level} on Query{{{spread}}}").expect("a string grows");
        }
        write!(text, "fragment a{levels} on Query{{__typename}}").expect("a string grows");
        text
    }

    #[test]
    fn fragment_bombs_are_refused_without_being_followed() {
        for (levels, wide) in [(23, 2), (9, 10), (60, 8)] {
            assert_eq!(code(&bomb(levels, wide)), Code::QueryTooComplex, "{levels} levels, {wide} wide");
        }
        assert_eq!(
            code("{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }"),
            Code::GraphqlValidationFailed
        );
    }

    /// Measuring with memory gives what spreading every fragment by brute force gives.
    #[test]
    fn measuring_equals_spreading() {
        for (levels, wide) in [(1, 1), (2, 2), (3, 3), (5, 2), (4, 4)] {
            let text = bomb(levels, wide);
            let spread = u64::try_from(wide).expect("small").pow(u32::try_from(levels).expect("small"));
            assert_eq!(check(&text).is_ok(), spread <= Limits::default().selections, "{levels} {wide}");
        }
    }

    /// A random document: fragments of fields, of parts, and of spreads of later fragments.
    struct Random(u64);

    enum Part {
        Field { aliased: bool, below: Vec<Part> },
        Inline(Vec<Part>),
        Spread(usize),
    }

    impl Random {
        fn below(&mut self, most: u64) -> u64 {
            // Steele and Vigna's SplitMix64.
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            (z ^ (z >> 31)) % most
        }

        fn parts(&mut self, depth: u64, fragment: usize, fragments: usize) -> Vec<Part> {
            let count = 1 + self.below(3);
            (0..count)
                .map(|_| match self.below(4) {
                    0 if depth > 0 => Part::Inline(self.parts(depth - 1, fragment, fragments)),
                    1 if fragment + 1 < fragments => {
                        let later = self.below((fragments - fragment - 1) as u64);
                        Part::Spread(fragment + 1 + usize::try_from(later).expect("small"))
                    }
                    2 if depth > 0 => {
                        Part::Field { aliased: self.below(2) == 0, below: self.parts(depth - 1, fragment, fragments) }
                    }
                    _ => Part::Field { aliased: self.below(2) == 0, below: Vec::new() },
                })
                .collect()
        }
    }

    fn written(parts: &[Part]) -> String {
        let each = parts.iter().map(|part| match part {
            Part::Field { aliased, below } => {
                let alias = if *aliased { "a: " } else { "" };
                let below = if below.is_empty() { String::new() } else { written(below) };
                format!("{alias}x{below}")
            }
            Part::Inline(below) => format!("...{}", written(below)),
            Part::Spread(fragment) => format!("...f{fragment}"),
        });
        format!("{{ {} }}", each.collect::<Vec<_>>().join(" "))
    }

    /// Depth, selections and aliases, by following every spread each time it is met.
    fn followed(parts: &[Part], fragments: &[Vec<Part>]) -> (usize, u64, u64) {
        parts.iter().fold((0, 0, 0), |(depth, selections, aliases), part| {
            let (own, (below, more, renamed)) = match part {
                Part::Field { aliased, below } => ((1, u64::from(*aliased)), followed(below, fragments)),
                Part::Inline(below) => ((0, 0), followed(below, fragments)),
                Part::Spread(fragment) => ((0, 0), followed(&fragments[*fragment], fragments)),
            };
            let (field, alias) = own;
            (depth.max(below + usize::from(field == 1)), selections + more + field, aliases + renamed + alias)
        })
    }

    /// What is measured with memory is what following every spread finds: to the last field, of three hundred random documents.
    #[test]
    fn measuring_equals_following_in_random_documents() {
        let shape = Shape::of_schema(SDL, &[]).expect("a schema");
        for seed in 0..300 {
            let mut random = Random(seed);
            let count = 1 + usize::try_from(random.below(6)).expect("small");
            let fragments: Vec<Vec<Part>> = (0..count).map(|own| random.parts(3, own, count)).collect();
            let mut text = String::from("{ ...f0 }");
            for (own, parts) in fragments.iter().enumerate() {
                write!(text, " fragment f{own} on Query {}", written(parts)).expect("a string grows");
            }
            // A fragment that nothing spreads is held to the limits as well.
            let whole = fragments.iter().map(|parts| followed(parts, &fragments));
            let (depth, selections, aliases) =
                whole.fold((0, 0, 0), |most, one| (most.0.max(one.0), most.1.max(one.1), most.2.max(one.2)));
            let generous = Limits { tokens: 100_000, document_bytes: 1 << 20, cost: u64::MAX, ..Limits::default() };
            let fits = |depth, selections, aliases| {
                let limits = Limits { depth, selections, aliases, ..generous.clone() };
                shape.check(&text, None, &Json::Null, &limits).is_ok()
            };
            assert!(fits(depth, selections, aliases), "{seed}: {text}");
            assert!(!fits(depth - 1, selections, aliases), "{seed}, depth {depth}: {text}");
            assert!(!fits(depth, selections - 1, aliases), "{seed}, {selections} selections: {text}");
            assert!(aliases == 0 || !fits(depth, selections, aliases - 1), "{seed}, {aliases} aliases: {text}");
        }
    }

    #[test]
    fn a_guess_costs_a_document_each() {
        assert!(check("mutation { logIn { id } }").is_ok());
        assert!(check("mutation { a: other { id } b: other { id } }").is_ok());
        assert_eq!(code("mutation { a: logIn { id } b: logIn { id } }"), Code::QueryTooComplex);
        assert_eq!(
            code("mutation { ...m logIn { id } } fragment m on Mutation { logIn { id } }"),
            Code::QueryTooComplex
        );
        assert_eq!(
            code("mutation { ...m } fragment m on Mutation { a: logIn { id } b: logIn { id } }"),
            Code::QueryTooComplex
        );
    }

    #[test]
    fn which_operation_runs_must_be_clear() {
        assert_eq!(code("query A { name } query B { name }"), Code::OperationResolutionFailure);
        assert_eq!(code("{"), Code::GraphqlParseFailed);
    }
}
