//! Statements about which courses are completed before others.

use std::collections::HashMap;

use diesel::{
    ExpressionMethods, QueryDsl, QueryableByName, sql_query,
    sql_types::{Array, Bool, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sanggar_schema::tables::course_prerequisites;

use crate::{
    catalog::model::{CourseId, NewPrerequisite, VersionId},
    platform::{
        fault::Fault,
        graphql::{Batch, Call, grouped},
    },
};

/// Puts other courses in the place of those that a version asks for.
///
/// # Errors
/// Those of the database.
pub(in crate::catalog) async fn put_prerequisites(
    connection: &mut AsyncPgConnection,
    version: VersionId,
    courses: &[CourseId],
) -> Result<(), Fault> {
    let old = course_prerequisites::table.filter(course_prerequisites::version_id.eq(version));
    diesel::delete(old).execute(connection).await?;
    let new: Vec<NewPrerequisite> = (1..)
        .zip(courses)
        .map(|(position, id)| NewPrerequisite { version_id: version, course_id: *id, position })
        .collect();
    diesel::insert_into(course_prerequisites::table).values(new).execute(connection).await?;
    Ok(())
}

/// Asks in a version for what another one asks for.
///
/// # Errors
/// Those of the database.
pub(in crate::catalog) async fn copy_prerequisites(
    connection: &mut AsyncPgConnection,
    from: VersionId,
    into: VersionId,
) -> Result<(), Fault> {
    use course_prerequisites::{course_id, position, table, version_id};
    let asked: Vec<CourseId> =
        table.filter(version_id.eq(from)).order(position).select(course_id).load(connection).await?;
    put_prerequisites(connection, into, &asked).await
}

/// Whether one of these courses asks for `course`, itself or by way of others: in what is published or is being written.
///
/// # Errors
/// Those of the database.
pub(in crate::catalog) async fn ask_for(
    connection: &mut AsyncPgConnection,
    these: &[CourseId],
    course: CourseId,
) -> Result<bool, Fault> {
    #[derive(QueryableByName)]
    struct Asks {
        #[diesel(sql_type = Bool)]
        asks: bool,
    }
    let asks: Asks = sql_query(
        "with recursive asked (id) as (
             select unnest($1)
             union
             select p.course_id
             from asked join courses c on c.id = asked.id
             join course_prerequisites p on p.version_id in (c.latest_id, c.published_id)
         )
         select exists (select from asked where id = $2) as asks",
    )
    .bind::<Array<SqlUuid>, _>(these)
    .bind::<SqlUuid, _>(course)
    .get_result(connection)
    .await?;
    Ok(asks.asks)
}

/// The courses that a version asks to be completed before, in their order.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct PrerequisitesOf(pub VersionId);

impl Batch for PrerequisitesOf {
    type Value = Vec<CourseId>;

    async fn load(
        _: &Call,
        mut connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> Result<HashMap<Self, Vec<CourseId>>, Fault> {
        use course_prerequisites::{course_id, position, table, version_id};
        let rows: Vec<(VersionId, CourseId)> = table
            .filter(version_id.eq_any(keys.iter().map(|key| key.0).collect::<Vec<_>>()))
            .order(position)
            .select((version_id, course_id))
            .load(&mut connection)
            .await?;
        Ok(grouped(rows.into_iter().map(|(version, course)| (Self(version), course))))
    }
}
