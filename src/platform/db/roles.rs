//! The role that we serve with must not be able to look past row-level security.

use diesel::{QueryableByName, sql_query, sql_types};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

/// Why a role is not fit to serve with.
#[derive(Debug, thiserror::Error)]
#[error(
    "the database role \"{role}\" {why}, so it would see every academy's rows. Serve with a role of its own; as a superuser give:\n\n  \
     create role sanggar_server login password '…' nosuperuser nobypassrls;\n  grant sanggar_app to sanggar_server;\n\n\
     then name sanggar_server in DATABASE_URL, and run the migrations with the owner's address (sanggar migrate --owner-url …)"
)]
pub struct UnfitRole {
    role: String,
    why: &'static str,
}

#[derive(QueryableByName)]
struct Standing {
    #[diesel(sql_type = sql_types::Text)]
    role: String,
    #[diesel(sql_type = sql_types::Bool)]
    superuser: bool,
    #[diesel(sql_type = sql_types::Bool)]
    bypasses: bool,
    #[diesel(sql_type = sql_types::Bool)]
    owns: bool,
}

/// Refuses a role that is a superuser, bypasses row-level security (itself or by a role that it may become), or owns the
/// tables (and so may switch it off).
///
/// # Errors
/// [`UnfitRole`], or that of the database.
pub async fn check(connection: &mut AsyncPgConnection) -> anyhow::Result<()> {
    let standing: Standing = sql_query(
        "select current_user::text as role,
                bool_or(r.rolsuper) as superuser,
                bool_or(r.rolbypassrls) as bypasses,
                exists (select from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
                        and pg_has_role(current_user, c.relowner, 'member')) as owns
         from pg_roles r where pg_has_role(current_user, r.oid, 'member')",
    )
    .get_result(connection)
    .await?;
    let why = match standing {
        Standing { superuser: true, .. } => "is a superuser, or may become one",
        Standing { bypasses: true, .. } => "has BYPASSRLS, or may become a role that has it",
        Standing { owns: true, .. } => "owns the tables",
        _ => return Ok(()),
    };
    Err(UnfitRole { role: standing.role, why }.into())
}
