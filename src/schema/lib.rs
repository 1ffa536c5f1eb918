//! The tables as Diesel knows them: a crate of its own, so that an edited resolver does not check them again.
//!
//! Written by hand in the form that `diesel print-schema` gives; a test compares every table, column, type and key with a
//! freshly migrated database. A column of personal data has the type [`Sealed`]: no plain Rust value can be read from it.

#![forbid(unsafe_code)]

use std::marker::PhantomData;

use diesel::{
    pg::{Pg, PgMetadataLookup, PgTypeMetadata},
    query_builder::QueryId,
    sql_types::{HasSqlType, SingleValue, SqlType, is_nullable::NotNull},
};

/// The SQL type of a column that holds personal data: in the database the same as `S`, in Rust another type.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sealed<S>(PhantomData<S>);

impl<S: SqlType<IsNull = NotNull> + 'static> SqlType for Sealed<S> {
    type IsNull = NotNull;
    const IS_ARRAY: bool = S::IS_ARRAY;
}
impl<S: SqlType<IsNull = NotNull> + 'static> SingleValue for Sealed<S> {}
impl<S: QueryId> QueryId for Sealed<S> {
    type QueryId = Sealed<S::QueryId>;
    const HAS_STATIC_QUERY_ID: bool = S::HAS_STATIC_QUERY_ID;
}
impl<S> HasSqlType<Sealed<S>> for Pg
where
    Pg: HasSqlType<S>,
{
    fn metadata(lookup: &mut Self::MetadataLookup) -> PgTypeMetadata {
        let _: &mut dyn PgMetadataLookup = lookup;
        <Pg as HasSqlType<S>>::metadata(lookup)
    }
}

pub mod tables;
