//! Statements about profiles.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use diesel::{
    AsChangeset, BoolExpressionMethods, ExpressionMethods, JoinOnDsl, OptionalEmptyChangesetExtension,
    OptionalExtension, QueryDsl, SelectableHelper,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sanggar_schema::tables::{avatars, contacts, guardianships, identities, logins, profiles, users};
use serde_json::Value as Json;

use super::{
    model::{AvatarId, AvatarPart, ContactPart, IdentityPart, LoginPart, NewProfile, ProfilePart, UserPart},
    policy,
    privacy::{BillingAddress, Biography, FullName, JobTitle, Organization, Phone, PreferredLocale, SocialLinks},
};
use crate::{
    accounts::privacy::{CreatedAt, Username},
    platform::{
        db::page::Page,
        fault::Fault,
        graphql::{Batch, Call, grouped},
        privacy::{Duty, FieldAudience, Personal, ProfileField, UserId},
    },
};

/// A person as other rooms and the schema see them: sealed throughout.
#[derive(Clone, Debug)]
pub struct Person {
    pub(super) user: UserPart,
    pub(super) login: Option<LoginPart>,
    pub(super) profile: ProfilePart,
    pub(super) contact: Option<ContactPart>,
    pub(super) identity: Option<IdentityPart>,
    pub(super) avatar: Option<AvatarPart>,
}

impl Person {
    /// To whom the person shows what.
    #[must_use]
    pub fn choices(&self) -> Vec<(ProfileField, FieldAudience)> {
        choices(&self.profile.visibility)
    }

    /// What of the person's choices is kept up: who is a minor, restricted, suspended or closed is nowhere public, whatever they chose.
    #[must_use]
    pub fn choices_in_force(&self, now: DateTime<Utc>) -> Vec<(ProfileField, FieldAudience)> {
        let user = &self.user;
        let withdrawn = [user.restricted_at, user.closed_at, user.suspended_at].iter().any(Option::is_some);
        if withdrawn || self.is_minor(now) { Vec::new() } else { self.choices() }
    }

    pub(super) fn is_minor(&self, now: DateTime<Utc>) -> bool {
        let until = self.identity.as_ref().and_then(|identity| *identity.minor_until.for_duty(Duty::Protect));
        until.is_some_and(|day| policy::is_before(now, day))
    }

    /// Their id.
    #[must_use]
    pub const fn id(&self) -> UserId {
        self.user.id
    }
}

/// The column `visibility` as choices; what is not there is PRIVATE.
pub(super) fn choices(column: &Json) -> Vec<(ProfileField, FieldAudience)> {
    let stored: BTreeMap<ProfileField, FieldAudience> = serde_json::from_value(column.clone()).unwrap_or_default();
    stored.into_iter().collect()
}

/// A person by their id.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct PersonById(pub UserId);

impl Batch for PersonById {
    type Value = std::sync::Arc<Person>;

    async fn load(
        _: &Call,
        mut connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> Result<HashMap<Self, Self::Value>, Fault> {
        let ids: Vec<UserId> = keys.iter().map(|key| key.0).collect();
        type Row =
            (UserPart, Option<LoginPart>, ProfilePart, Option<ContactPart>, Option<IdentityPart>, Option<AvatarPart>);
        let rows: Vec<Row> = users::table
            .inner_join(profiles::table.on(profiles::user_id.eq(users::id)))
            .left_join(logins::table.on(logins::user_id.eq(users::id)))
            .left_join(contacts::table.on(contacts::user_id.eq(users::id)))
            .left_join(identities::table.on(identities::user_id.eq(users::id)))
            .left_join(avatars::table.on(avatars::user_id.eq(users::id)))
            .filter(users::id.eq_any(ids))
            .select((
                UserPart::as_select(),
                Option::<LoginPart>::as_select(),
                ProfilePart::as_select(),
                Option::<ContactPart>::as_select(),
                Option::<IdentityPart>::as_select(),
                Option::<AvatarPart>::as_select(),
            ))
            .load(&mut connection)
            .await?;
        let people = rows.into_iter().map(|(user, login, profile, contact, identity, avatar)| {
            let id = user.id;
            (PersonById(id), std::sync::Arc::new(Person { user, login, profile, contact, identity, avatar }))
        });
        Ok(people.collect())
    }
}

/// Of whom a person is a confirmed guardian.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct WardsOf(pub UserId);

impl Batch for WardsOf {
    type Value = Vec<UserId>;

    async fn load(
        _: &Call,
        mut connection: &AsyncPgConnection,
        keys: &[Self],
    ) -> Result<HashMap<Self, Vec<UserId>>, Fault> {
        let rows: Vec<(UserId, UserId)> = guardianships::table
            .filter(guardianships::guardian_id.eq_any(keys.iter().map(|key| key.0).collect::<Vec<_>>()))
            .order((guardianships::confirmed_at, guardianships::ward_id))
            .select((guardianships::guardian_id, guardianships::ward_id))
            .load(&mut connection)
            .await?;
        Ok(grouped(rows.into_iter().map(|(guardian, ward)| (Self(guardian), ward))))
    }
}

/// The name of a person.
///
/// # Errors
/// Those of the database.
pub async fn full_name_of(
    mut connection: &AsyncPgConnection,
    user: UserId,
) -> Result<Personal<String, FullName>, Fault> {
    let row = profiles::table.filter(profiles::user_id.eq(user)).select(profiles::full_name);
    Ok(row.first(&mut connection).await?)
}

/// Whose user name it is.
///
/// # Errors
/// Those of the database.
pub async fn by_username(mut connection: &AsyncPgConnection, username_key: &str) -> Result<Option<UserId>, Fault> {
    let key: Personal<Option<String>, Username> = Personal::new(Some(username_key.to_owned()));
    let user = logins::table
        .filter(logins::username_key.eq(&key))
        .select(logins::user_id)
        .first(&mut connection)
        .await
        .optional()?;
    Ok(user)
}

/// Where a person stands among the newest.
pub(super) type Newest = (DateTime<Utc>, UserId);

/// One row more than the page, newest first (or oldest first, where it is counted from the end).
pub(super) async fn newest(mut connection: &AsyncPgConnection, page: &Page<Newest>) -> Result<Vec<Newest>, Fault> {
    let at = |at: &DateTime<Utc>| Personal::<_, CreatedAt>::new(*at);
    let (after, before) = page.bounds();
    let mut query = users::table.select((users::created_at, users::id)).into_boxed();
    if let Some((time, id)) = after {
        query = query.filter(users::created_at.lt(at(time)).or(users::created_at.eq(at(time)).and(users::id.lt(*id))));
    }
    if let Some((time, id)) = before {
        query = query.filter(users::created_at.gt(at(time)).or(users::created_at.eq(at(time)).and(users::id.gt(*id))));
    }
    query = if page.backwards() {
        query.order((users::created_at.asc(), users::id.asc()))
    } else {
        query.order((users::created_at.desc(), users::id.desc()))
    };
    let rows: Vec<(Personal<DateTime<Utc>, CreatedAt>, UserId)> =
        query.limit(page.one_more()).load(&mut connection).await?;
    Ok(rows.into_iter().map(|(time, id)| (*time.for_duty(Duty::Order), id)).collect())
}

/// So many people, whoever they are, but one.
pub(super) async fn others(mut connection: &AsyncPgConnection, most: i64, but: UserId) -> Result<Vec<UserId>, Fault> {
    // By the key, which begins with the academy: without an order all academies' rows would be gone through.
    let others = profiles::table.filter(profiles::user_id.ne(but)).order(profiles::user_id);
    Ok(others.select(profiles::user_id).limit(most).load(&mut connection).await?)
}

/// How many people there are.
pub(super) async fn count(mut connection: &AsyncPgConnection) -> Result<i64, Fault> {
    Ok(users::table.count().get_result(&mut connection).await?)
}

pub(super) async fn insert(connection: &mut AsyncPgConnection, profile: &NewProfile) -> Result<(), Fault> {
    diesel::insert_into(profiles::table).values(profile).execute(connection).await?;
    Ok(())
}

/// Adds that somebody is the guardian of a minor.
pub(super) async fn insert_guardianship(
    connection: &mut AsyncPgConnection,
    ward: UserId,
    guardian: UserId,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    diesel::insert_into(guardianships::table)
        .values((
            guardianships::ward_id.eq(ward),
            guardianships::guardian_id.eq(guardian),
            guardianships::confirmed_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(connection)
        .await?;
    Ok(())
}

/// Replaces the name of a person.
pub(super) async fn set_full_name(
    connection: &mut AsyncPgConnection,
    user: UserId,
    full_name: String,
) -> Result<(), Fault> {
    let full_name: Personal<String, FullName> = Personal::new(full_name);
    let own = profiles::table.filter(profiles::user_id.eq(user));
    diesel::update(own).set(profiles::full_name.eq(&full_name)).execute(connection).await?;
    Ok(())
}

/// Removes the picture of a person, and gives back which it was.
pub(super) async fn take_avatar(connection: &mut AsyncPgConnection, user: UserId) -> Result<Option<AvatarPart>, Fault> {
    let own = diesel::delete(avatars::table.filter(avatars::user_id.eq(user)));
    Ok(own.returning(AvatarPart::as_returning()).get_result(connection).await.optional()?)
}

/// Which picture a person has.
pub(super) async fn avatar_of(mut connection: &AsyncPgConnection, user: UserId) -> Result<Option<AvatarId>, Fault> {
    let own = avatars::table.filter(avatars::user_id.eq(user)).select(avatars::id);
    Ok(own.first(&mut connection).await.optional()?)
}

pub(super) async fn put_avatar(
    connection: &mut AsyncPgConnection,
    user: UserId,
    avatar: &AvatarPart,
) -> Result<(), Fault> {
    diesel::insert_into(avatars::table).values((avatars::user_id.eq(user), avatar)).execute(connection).await?;
    Ok(())
}

/// Whether a picture is somebody's.
pub(super) async fn has_avatar(mut connection: &AsyncPgConnection, id: AvatarId) -> Result<bool, Fault> {
    let row = avatars::table.filter(avatars::id.eq(id));
    Ok(diesel::select(diesel::dsl::exists(row)).get_result(&mut connection).await?)
}

pub(super) async fn insert_identity(
    connection: &mut AsyncPgConnection,
    user: UserId,
    identity: IdentityPart,
) -> Result<(), Fault> {
    diesel::insert_into(identities::table).values((identities::user_id.eq(user), identity)).execute(connection).await?;
    Ok(())
}

/// What of a profile changes: nothing where it is `None`, cleared where it is `Some` of an empty value.
#[derive(AsChangeset, Default)]
#[diesel(table_name = profiles)]
pub(super) struct ProfileChange {
    pub full_name: Option<Personal<String, FullName>>,
    pub biography: Option<Personal<Option<String>, Biography>>,
    pub organization: Option<Personal<Option<String>, Organization>>,
    pub job_title: Option<Personal<Option<String>, JobTitle>>,
    pub social_links: Option<Personal<Json, SocialLinks>>,
    pub locale: Option<Personal<Option<String>, PreferredLocale>>,
}

/// What of the ways to reach a person changes.
#[derive(AsChangeset, Default)]
#[diesel(table_name = contacts)]
pub(super) struct ContactChange {
    pub phone: Option<Personal<Option<String>, Phone>>,
    pub billing_address: Option<Personal<Option<Json>, BillingAddress>>,
}

pub(super) async fn change(
    connection: &mut AsyncPgConnection,
    user: UserId,
    profile: ProfileChange,
    contact: ContactChange,
) -> Result<(), Fault> {
    let own = profiles::table.filter(profiles::user_id.eq(user));
    diesel::update(own).set(profile).execute(connection).await.optional_empty_changeset()?;
    if contact.phone.is_some() || contact.billing_address.is_some() {
        diesel::insert_into(contacts::table)
            .values(contacts::user_id.eq(user))
            .on_conflict_do_nothing()
            .execute(connection)
            .await?;
        diesel::update(contacts::table.filter(contacts::user_id.eq(user))).set(contact).execute(connection).await?;
    }
    Ok(())
}

/// Lays choices over those that were made before, and gives back all of them.
pub(super) async fn choose(
    connection: &mut AsyncPgConnection,
    user: UserId,
    chosen: &[(ProfileField, FieldAudience)],
) -> Result<Vec<(ProfileField, FieldAudience)>, Fault> {
    let stored: Json = profiles::table
        .filter(profiles::user_id.eq(user))
        .select(profiles::visibility)
        .for_update()
        .first(connection)
        .await?;
    let all: BTreeMap<_, _> = choices(&stored).into_iter().chain(chosen.iter().copied()).collect();
    let column = serde_json::to_value(&all).map_err(anyhow::Error::from)?;
    diesel::update(profiles::table.filter(profiles::user_id.eq(user)))
        .set(profiles::visibility.eq(column))
        .execute(connection)
        .await?;
    Ok(all.into_iter().collect())
}
