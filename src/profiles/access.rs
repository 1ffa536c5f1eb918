//! What a viewer is to a subject: loaded in batches, decided in one place.

use std::{collections::HashMap, sync::Arc};

use diesel_async::AsyncPgConnection;

use super::store::{self, Person, PersonById, WardsOf};
use crate::platform::{
    fault::Fault,
    graphql::{Batch, ById, Call, grouped},
    id::Random,
    privacy::{Access, Role, Ties, UserId},
};

/// A person and what the viewer may see of them.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The person, sealed.
    pub person: Arc<Person>,
    /// The viewer's access to them.
    pub access: Arc<Access>,
}

/// The viewer's access to a person.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct AccessTo(pub UserId);

impl ById for AccessTo {
    async fn others(connection: &AsyncPgConnection, most: i64, viewer: UserId) -> Result<Vec<Self>, Fault> {
        Ok(store::others(connection, most, viewer).await?.into_iter().map(Self).collect())
    }

    fn of_nothing(random: &Random) -> Self {
        Self(random.id())
    }
}

impl Batch for AccessTo {
    type Value = Seen;

    async fn load(call: &Call, connection: &AsyncPgConnection, keys: &[Self]) -> Result<HashMap<Self, Seen>, Fault> {
        let viewer = call.viewer();
        let subjects: Vec<UserId> = keys.iter().map(|key| key.0).collect();
        let people =
            PersonById::load(call, connection, &subjects.iter().copied().map(PersonById).collect::<Vec<_>>()).await?;
        // Who teaches a course that they are enrolled in: asked for instructors only.
        let now = call.services.clock.now();
        let taught = match viewer.user {
            Some(instructor) if viewer.roles.has(Role::Instructor) => {
                call.services.relations.taught(connection, instructor, &subjects, now).await?
            }
            _ => Vec::new(),
        };
        let wards = match viewer.user {
            Some(guardian) if subjects.iter().any(|subject| *subject != guardian) => {
                WardsOf::load(call, connection, &[WardsOf(guardian)]).await?.remove(&WardsOf(guardian))
            }
            _ => None,
        }
        .unwrap_or_default();
        let mut teaching = grouped(taught);
        let seen = people.into_values().map(|person| {
            let id = person.id();
            let ties = Ties { teaching: teaching.remove(&id).unwrap_or_default(), guards: wards.contains(&id) };
            let access = call.access_to(id, ties, person.choices_in_force(now));
            (AccessTo(id), Seen { person, access: Arc::new(access) })
        });
        Ok(seen.collect())
    }
}
