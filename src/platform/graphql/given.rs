//! Fields of an input that may be absent, null or a value.

use async_graphql::MaybeUndefined;

use crate::platform::change::Change;

impl<T> From<MaybeUndefined<T>> for Change<T> {
    fn from(given: MaybeUndefined<T>) -> Self {
        match given {
            MaybeUndefined::Undefined => Self::Keep,
            MaybeUndefined::Null => Self::Clear,
            MaybeUndefined::Value(value) => Self::Set(value),
        }
    }
}
