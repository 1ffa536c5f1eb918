//! Absent, null and a value are three things in an update.

/// What an update does to one field.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Change<T> {
    /// It was absent: the field stays as it is.
    #[default]
    Keep,
    /// It was null: the field is cleared.
    Clear,
    /// It is set.
    Set(T),
}

impl<T> Change<T> {
    /// Whether it has a value.
    #[must_use]
    pub const fn is_set(&self) -> bool {
        matches!(self, Self::Set(_))
    }

    /// Checks or turns the value, where there is one.
    ///
    /// # Errors
    /// Those of `map`.
    pub fn try_map<U, E>(self, map: impl FnOnce(T) -> Result<U, E>) -> Result<Change<U>, E> {
        Ok(match self {
            Self::Keep => Change::Keep,
            Self::Clear => Change::Clear,
            Self::Set(value) => Change::Set(map(value)?),
        })
    }

    /// As Diesel's changesets want it: nothing, null, or a value.
    pub fn column(self) -> Option<Option<T>> {
        match self {
            Self::Keep => None,
            Self::Clear => Some(None),
            Self::Set(value) => Some(Some(value)),
        }
    }

    /// [`Self::column`] of the value as it is stored.
    ///
    /// # Errors
    /// Those of `store`.
    pub fn stored<U, E>(self, store: impl FnOnce(T) -> Result<U, E>) -> Result<Option<Option<U>>, E> {
        Ok(self.try_map(store)?.column())
    }
}

impl Change<String> {
    /// An empty text is as good as null.
    #[must_use]
    pub fn emptied(self) -> Self {
        match self {
            Self::Set(text) if text.is_empty() => Self::Clear,
            change => change,
        }
    }
}
