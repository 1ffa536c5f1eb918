//! What is held about one person, by the classification alone: which rows are theirs, what an export takes out of them, what an
//! erasure leaves of them. Nothing here knows a table.

use diesel::{
    QueryableByName, sql_query,
    sql_types::{BigInt, Jsonb, Text, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::{Entry, Erasure, PersonalDataClass, Rows, Table, UserId, Whose};
use crate::platform::{
    db::{AcademyId, Tx},
    fault::Fault,
    graphql::Services,
    jobs::{self, Job},
};

/// The classification: every table, and every datum.
#[derive(Clone, Debug)]
pub struct Classification {
    /// In the order of the rooms: a table before those whose rows belong to its own.
    pub tables: Vec<Table>,
    /// In the order of the rooms.
    pub data: Vec<Entry>,
}

impl Classification {
    /// The condition that holds for the rows of the person `$1`; none where a table is about nobody.
    fn rows_of(&self, table: &Table) -> Option<String> {
        match table.whose {
            Whose::Nobody | Whose::Unknown => None,
            Whose::Person(column) => Some(format!("{}.{column} = $1", table.name)),
            Whose::Both(one, other) => Some(format!("({0}.{one} = $1 or {0}.{other} = $1)", table.name)),
            Whose::RowOf { column, table: other } => {
                let theirs =
                    self.tables.iter().find(|table| table.name == other).and_then(|table| self.rows_of(table))?;
                Some(format!("{}.{column} in (select {other}.id from {other} where {theirs})", table.name))
            }
        }
    }

    /// The personal columns of a table, each with its datum.
    fn personal<'a>(&'a self, table: &'a Table) -> impl Iterator<Item = (&'static str, &'a Entry)> {
        self.data.iter().flat_map(|datum| datum.columns.iter().map(move |column| (*column, datum))).filter_map(
            |(column, datum)| {
                let column = column.strip_prefix(table.name)?.strip_prefix('.')?;
                Some((column, datum))
            },
        )
    }
}

#[derive(QueryableByName)]
struct Document {
    #[diesel(sql_type = Jsonb)]
    document: Json,
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Everything that is held about a person: the rows of each table, with the names of tables and columns written as clients write names.
/// What is withheld the inventory names, with its reason.
///
/// # Errors
/// Those of the database.
pub async fn export(
    all: &Classification,
    mut connection: &AsyncPgConnection,
    person: UserId,
) -> Result<Map<String, Json>, Fault> {
    let mut found = Map::new();
    for table in &all.tables {
        let Some(theirs) = all.rows_of(table) else { continue };
        let open = all.personal(table).filter(|(_, datum)| datum.withheld.is_none()).map(|(column, _)| column);
        let plain = table.plain.iter().copied().filter(|column| *column != "academy_id");
        let columns: Vec<_> = plain.chain(open).map(|name| format!("{name} as \"{}\"", camel(name))).collect();
        let statement = format!(
            "select coalesce(jsonb_agg(to_jsonb(theirs)), '[]') as document from (select {} from {} where {theirs}) theirs",
            columns.join(", "),
            table.name,
        );
        let rows: Document = sql_query(statement).bind::<SqlUuid, _>(person.uuid()).get_result(&mut connection).await?;
        found.insert(camel(table.name), rows.document);
    }
    Ok(found)
}

/// A name of the database as clients write it.
fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |mut text, word| {
        let mut letters = word.chars();
        text.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        text.push_str(letters.as_str());
        text
    })
}

/// What an erasure did to a table.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ErasedFrom {
    /// The table.
    pub table: &'static str,
    /// Rows that went.
    pub deleted: i64,
    /// Rows that stay without what was personal in them.
    pub emptied: i64,
}

/// What an erasure kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Retained {
    /// What kind of data.
    pub class: PersonalDataClass,
    /// Under which name an export holds it.
    pub field: &'static str,
    /// Under which rule.
    pub reason: &'static str,
    /// In how many rows.
    pub rows: i64,
}

/// What became of a person's data.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Outcome {
    /// Table by table, those where there was something.
    pub erased: Vec<ErasedFrom>,
    /// What stays, and why.
    pub retained: Vec<Retained>,
}

/// Erases a person: deletes, replaces or keeps what is held about them, as each datum's declaration says. Their files go when the
/// transaction is committed.
///
/// # Errors
/// Those of the database.
pub async fn erase(all: &Classification, tx: &mut Tx, services: &Services, person: UserId) -> Result<Outcome, Fault> {
    let mut outcome = Outcome::default();
    let mut files = Vec::new();
    // Rows of rows first.
    for table in all.tables.iter().rev() {
        let Some(theirs) = all.rows_of(table) else { continue };
        let (name, id) = (table.name, person.uuid());
        if let Some(folder) = table.files {
            let names = format!("select '{folder}/' || id as name from {name} where {theirs}");
            let names: Vec<Name> = sql_query(names).bind::<SqlUuid, _>(id).load(&mut **tx).await?;
            files.extend(names.into_iter().map(|file| file.name));
        }
        let statement = match table.rows {
            Rows::Go => Some(format!("delete from {name} where {theirs}")),
            Rows::Stay(_) => {
                let gone: Vec<_> = all.personal(table).filter_map(|(column, datum)| emptied(column, datum)).collect();
                (!gone.is_empty()).then(|| format!("update {name} set {} where {theirs}", gone.join(", ")))
            }
        };
        let mut done = 0;
        if let Some(statement) = statement {
            let rows = sql_query(statement).bind::<SqlUuid, _>(id).execute(&mut **tx).await?;
            done = i64::try_from(rows).unwrap_or(i64::MAX);
        }
        if done > 0 {
            let (deleted, emptied) = if table.rows == Rows::Go { (done, 0) } else { (0, done) };
            outcome.erased.push(ErasedFrom { table: name, deleted, emptied });
        }
        outcome.retained.extend(retained(all, tx, table, &theirs, id).await?);
    }
    if !files.is_empty() {
        jobs::enqueue(tx, services, &ForgetFiles { files }).await?;
    }
    Ok(outcome)
}

/// What an update does to a personal column.
fn emptied(column: &str, datum: &Entry) -> Option<String> {
    match datum.erasure {
        Erasure::Delete => Some(format!("{column} = null")),
        Erasure::Anonymise(expression) => Some(format!("{column} = {expression}")),
        Erasure::Keep(_) => None,
    }
}

/// What stays in a table.
async fn retained(
    all: &Classification,
    tx: &mut Tx,
    table: &Table,
    theirs: &str,
    person: Uuid,
) -> Result<Vec<Retained>, Fault> {
    let mut found = Vec::new();
    for datum in &all.data {
        let Erasure::Keep(reason) = datum.erasure else { continue };
        let own = datum.columns.iter().filter(|column| column.split('.').next() == Some(table.name));
        let held: Vec<_> = own.map(|column| format!("{column} is not null")).collect();
        if held.is_empty() {
            continue;
        }
        let count = format!("select count(*) from {} where {theirs} and ({})", table.name, held.join(" or "));
        let count: Count = sql_query(count).bind::<SqlUuid, _>(person).get_result(&mut **tx).await?;
        if count.count > 0 {
            found.push(Retained { class: datum.class, field: datum.field, reason, rows: count.count });
        }
    }
    Ok(found)
}

/// Removes files from the store.
#[derive(Serialize, Deserialize)]
pub struct ForgetFiles {
    files: Vec<String>,
}

impl Job for ForgetFiles {
    const KIND: &'static str = "forget_files";

    async fn run(self, services: Services, academy: AcademyId) -> Result<(), Fault> {
        for file in &self.files {
            services.storage.delete(academy, file).await?;
        }
        Ok(())
    }
}
