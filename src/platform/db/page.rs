//! Keyset pages: what a list asks for, and what it gives. The GraphQL side is in [`crate::platform::graphql::page`].

/// Which page of a list, `C` being where a row stands in its order.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Page<C> {
    /// Rows at most.
    pub limit: usize,
    /// From where, and in which direction.
    pub from: From<C>,
}

/// Where a page starts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum From<C> {
    /// The first rows, after `after`, before `before`.
    Start {
        /// Exclusive.
        after: Option<C>,
        /// Exclusive.
        before: Option<C>,
    },
    /// The last rows of the same range.
    End {
        /// Exclusive.
        after: Option<C>,
        /// Exclusive.
        before: Option<C>,
    },
}

/// One page.
#[derive(Clone, Debug)]
pub struct Rows<T> {
    /// In the order of the list, whichever end they were counted from.
    pub rows: Vec<T>,
    /// Whether there are rows before them.
    pub has_previous: bool,
    /// Whether there are rows after them.
    pub has_next: bool,
}

impl<T> Rows<T> {
    /// The same page of what `map` makes of its rows; what it makes nothing of is left out.
    ///
    /// # Errors
    /// The first one of `map`.
    pub fn try_filter_map<U, E>(self, mut map: impl FnMut(T) -> Result<Option<U>, E>) -> Result<Rows<U>, E> {
        let Self { rows, has_previous, has_next } = self;
        let rows = rows.into_iter().filter_map(|row| map(row).transpose()).collect::<Result<_, _>>()?;
        Ok(Rows { rows, has_previous, has_next })
    }
}

impl<C> Page<C> {
    /// The limit of a statement that shows whether there is more.
    #[must_use]
    pub fn one_more(&self) -> i64 {
        i64::try_from(self.limit + 1).unwrap_or(i64::MAX)
    }

    /// Cuts what a statement with `limit + 1` gave to a page. Counted from the end, rows come in reverse.
    #[must_use]
    pub fn cut<T>(&self, mut rows: Vec<T>) -> Rows<T> {
        let more = rows.len() > self.limit;
        rows.truncate(self.limit);
        match &self.from {
            From::Start { after, .. } => Rows { rows, has_previous: after.is_some(), has_next: more },
            From::End { before, .. } => {
                rows.reverse();
                Rows { rows, has_previous: more, has_next: before.is_some() }
            }
        }
    }

    /// The page of rows that were read whole, being few: in their order, `position` saying where each stands.
    #[must_use]
    pub fn of_few<T>(&self, rows: Vec<T>, position: impl Fn(&T) -> C) -> Rows<T>
    where
        C: PartialOrd,
    {
        let (after, before) = self.bounds();
        let mut rows: Vec<T> = rows
            .into_iter()
            .filter(|row| after.is_none_or(|after| position(row) > *after))
            .filter(|row| before.is_none_or(|before| position(row) < *before))
            .collect();
        if self.backwards() {
            rows.reverse();
        }
        rows.truncate(self.limit + 1);
        self.cut(rows)
    }

    /// The exclusive bounds: after, before.
    pub const fn bounds(&self) -> (Option<&C>, Option<&C>) {
        let (From::Start { after, before } | From::End { after, before }) = &self.from;
        (after.as_ref(), before.as_ref())
    }

    /// Whether rows are counted from the end.
    pub const fn backwards(&self) -> bool {
        matches!(self.from, From::End { .. })
    }
}
