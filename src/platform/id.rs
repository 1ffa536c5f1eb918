//! Ids and randomness: typed ids inside, opaque global ids outside, and the only source of random bytes.

use std::{fmt, hash::Hash, marker::PhantomData, str::FromStr, sync::Arc};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use diesel::{
    backend::Backend,
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    pg::Pg,
    serialize::{self, Output, ToSql},
    sql_types,
};
use uuid::Uuid;

use super::clock::Clock;

/// What an id is the id of. The tag is the first byte of the global id: it never changes and is never used again.
pub trait IdKind: Send + Sync + 'static {
    /// The GraphQL type.
    const TYPE: &'static str;
    /// The first byte of the global id.
    const TAG: u8;
}

/// The id of one kind of thing: a uuid that can't be mistaken for the id of another kind.
#[derive(AsExpression, FromSqlRow)]
#[diesel(sql_type = sql_types::Uuid)]
pub struct Id<K>(Uuid, PhantomData<fn() -> K>);

impl<K> Id<K> {
    /// Wraps a uuid that is known to be of this kind.
    #[must_use]
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid, PhantomData)
    }

    /// The bare uuid, as the database has it.
    #[must_use]
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl<K: IdKind> Id<K> {
    /// The opaque id that clients see: base64url of the tag and the uuid.
    #[must_use]
    pub fn global(self) -> GlobalId {
        GlobalId { tag: K::TAG, uuid: self.0 }
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<K> Hash for Id<K> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<K> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}
impl<K: IdKind> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.global().fmt(f)
    }
}
impl<K> serde::Serialize for Id<K> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}
impl<'de, K> serde::Deserialize<'de> for Id<K> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Uuid::deserialize(deserializer).map(Self::from_uuid)
    }
}
impl<K> FromSql<sql_types::Uuid, Pg> for Id<K> {
    fn from_sql(bytes: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        <Uuid as FromSql<sql_types::Uuid, Pg>>::from_sql(bytes).map(Self::from_uuid)
    }
}
impl<K> ToSql<sql_types::Uuid, Pg> for Id<K> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        <Uuid as ToSql<sql_types::Uuid, Pg>>::to_sql(&self.0, out)
    }
}

/// Declares a kind of id and its alias: `id_kind!(CourseId, CourseKind, "Course", 8);`
#[macro_export]
macro_rules! id_kind {
    ($(#[$doc:meta])* $alias:ident, $kind:ident, $type:literal, $tag:literal) => {
        #[doc = concat!("Marks an id as that of a `", $type, "`.")]
        #[derive(Debug)]
        pub struct $kind;
        impl $crate::platform::id::IdKind for $kind {
            const TYPE: &'static str = $type;
            const TAG: u8 = $tag;
        }
        $(#[$doc])*
        pub type $alias = $crate::platform::id::Id<$kind>;
    };
}

/// An id as clients hold it, of any kind.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct GlobalId {
    tag: u8,
    uuid: Uuid,
}

impl GlobalId {
    /// The id within, if it is of kind `K`.
    #[must_use]
    pub fn of<K: IdKind>(self) -> Option<Id<K>> {
        (self.tag == K::TAG).then(|| Id::from_uuid(self.uuid))
    }

    /// The byte that names the kind.
    #[must_use]
    pub const fn tag(self) -> u8 {
        self.tag
    }
}

impl fmt::Display for GlobalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = [0; 17];
        bytes[0] = self.tag;
        bytes[1..].copy_from_slice(self.uuid.as_bytes());
        f.write_str(&URL_SAFE_NO_PAD.encode(bytes))
    }
}

/// The text is no global id.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub struct MalformedId;

impl FromStr for GlobalId {
    type Err = MalformedId;

    fn from_str(text: &str) -> Result<Self, MalformedId> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| MalformedId)?;
        let bytes: [u8; 17] = bytes.try_into().map_err(|_| MalformedId)?;
        let (tag, uuid) = bytes.split_first().ok_or(MalformedId)?;
        Ok(Self { tag: *tag, uuid: Uuid::from_slice(uuid).map_err(|_| MalformedId)? })
    }
}

/// Gives random bytes. The server asks the operating system; a test may bring a seeded one.
pub trait RandomSource: Send + Sync + 'static {
    /// Fills `bytes` with bytes that nobody can foretell.
    fn fill(&self, bytes: &mut [u8]);
}

/// A handle on a [`RandomSource`].
#[derive(Clone)]
pub struct Random(Arc<dyn RandomSource>);

impl Random {
    /// Randomness of the operating system.
    #[must_use]
    pub fn system() -> Self {
        struct System;
        impl RandomSource for System {
            fn fill(&self, bytes: &mut [u8]) {
                // Without randomness there are no safe tokens: to stop is the only right answer.
                getrandom::fill(bytes).expect("the operating system gives random bytes");
            }
        }
        Self::new(System)
    }

    /// Randomness of `source`.
    pub fn new(source: impl RandomSource) -> Self {
        Self(Arc::new(source))
    }

    /// `N` random bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.fill(&mut bytes);
        bytes
    }

    /// An id that tells nothing: for people and for the items of a question, where a time inside would tell too much.
    #[must_use]
    pub fn id<K>(&self) -> Id<K> {
        Id::from_uuid(uuid::Builder::from_random_bytes(self.bytes()).into_uuid())
    }

    /// An id that sorts by the time it was made at, for everything else.
    #[must_use]
    pub fn ordered_id<K>(&self, clock: &Clock) -> Id<K> {
        let millis = u64::try_from(clock.now().timestamp_millis()).unwrap_or_default();
        Id::from_uuid(uuid::Builder::from_unix_timestamp_millis(millis, &self.bytes()).into_uuid())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    id_kind!(ThingId, ThingKind, "Thing", 250);
    id_kind!(OtherId, OtherKind, "Other", 251);

    #[test]
    fn a_global_id_comes_back_as_its_own_kind_only() {
        let id: ThingId = Random::system().id();
        let read: GlobalId = id.to_string().parse().expect("own text");
        assert_eq!(read.of::<ThingKind>(), Some(id));
        assert_eq!(read.of::<OtherKind>(), None::<OtherId>);
    }

    #[test]
    fn what_is_no_global_id_is_refused() {
        for text in ["", "x", "AAAA", "not an id at all", "====", "+++++++++++++++++++++++"] {
            assert_eq!(text.parse::<GlobalId>(), Err(MalformedId), "{text}");
        }
    }
}
