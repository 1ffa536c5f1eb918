//! `Badge`, and that somebody holds one.

use async_graphql::{Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::{
    model::{BadgeId, BadgeRow},
    policy,
    store::{AwardsOf, BadgeById, DaysOf, PointsOf},
};
use crate::platform::{fault::Fault, graphql::Call, id::GlobalId, privacy::UserId};

/// What an academy honours.
pub struct Badge(BadgeRow);

impl Badge {
    /// A badge by its id: anybody may know what there is to earn.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn by_id(call: &Call, id: BadgeId) -> Result<Option<Self>, Fault> {
        Ok(call.load(BadgeById(id)).await?.map(Self))
    }
}

/// What an academy honours.
#[Object]
impl Badge {
    /// The global id.
    pub async fn id(&self) -> GlobalId {
        self.0.id.global()
    }

    /// Its name in addresses.
    async fn slug(&self) -> &str {
        &self.0.slug
    }

    /// Its name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// For what it is awarded.
    async fn description(&self) -> &str {
        &self.0.description
    }
}

/// That somebody holds a badge.
#[derive(SimpleObject)]
pub struct BadgeAward {
    /// Which.
    badge: Badge,
    /// Since when.
    awarded_at: DateTime<Utc>,
}

/// The badges of a person, first to last, for who was found to be allowed.
///
/// # Errors
/// Those of the database.
pub(crate) async fn badges_of(call: &Call, person: UserId) -> Result<Vec<BadgeAward>, Fault> {
    let rows = call.load(AwardsOf(person)).await?.unwrap_or_default();
    let awards =
        rows.into_iter().map(|(award, badge)| BadgeAward { badge: Badge(badge), awarded_at: award.awarded_at });
    Ok(awards.collect())
}

/// What the points of a person come to, for who was found to be allowed.
///
/// # Errors
/// Those of the database.
pub(crate) async fn points_of(call: &Call, person: UserId) -> Result<i32, Fault> {
    let points = call.load(PointsOf(person)).await?.unwrap_or(0);
    Ok(i32::try_from(points).unwrap_or(i32::MAX))
}

/// The most days in a row on which a person learnt, for who was found to be allowed.
///
/// # Errors
/// Those of the database.
pub(crate) async fn longest_streak_of(call: &Call, person: UserId) -> Result<i32, Fault> {
    let days = call.load(DaysOf(person)).await?.unwrap_or_default();
    Ok(i32::try_from(policy::longest_streak(&days)).unwrap_or(i32::MAX))
}
