//! The lock is the value: personal data that gives up its content only to a decision.

use std::{fmt, marker::PhantomData};

use diesel::{
    backend::Backend,
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    internal::derives::as_expression::Bound,
    pg::Pg,
    serialize::{self, Output, ToSql},
    sql_types::{Nullable, SingleValue, SqlType, is_nullable::NotNull},
};
use sanggar_schema::Sealed;

use super::{Access, Datum, Decision};

/// A value of the datum `D`. It prints nothing and can't be serialised; [`Personal::shown_to`] opens it to a viewer,
/// [`Personal::for_duty`] to the platform's own work.
#[derive(Clone, PartialEq, Eq, Hash, FromSqlRow)]
pub struct Personal<T, D>(T, PhantomData<fn() -> D>);

/// The platform's own work with personal data: the only reasons to open a value without a viewer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Duty {
    /// To check who signs in.
    Authenticate,
    /// To write a mail to the person.
    Mail,
    /// To show what its owner gave in order to be shown.
    Publish,
    /// To put rows in order; the position goes out sealed in a cursor.
    Order,
    /// To freeze the holder's name in a certificate.
    Certify,
    /// To hide who is a minor.
    Protect,
    /// To link an entry of the audit log, and to check it.
    Audit,
    /// To write it back to the person as they gave it, or to compare it with what they give now.
    Update,
}

impl<T, D> Personal<T, D> {
    /// Seals a value that was just collected.
    pub const fn new(value: T) -> Self {
        Self(value, PhantomData)
    }

    /// The content, for a duty of the platform.
    pub const fn for_duty(&self, _duty: Duty) -> &T {
        &self.0
    }
}

impl<T, D: Datum> Personal<T, D> {
    /// The content, if `access` lets the viewer read it; the decision otherwise.
    ///
    /// # Errors
    /// Why not: any other [`Decision`].
    pub fn shown_to(&self, access: &Access) -> Result<&T, Decision> {
        match access.open(&D::ENTRY) {
            Decision::Shown => Ok(&self.0),
            decision => Err(decision),
        }
    }
}

impl<T, D> fmt::Debug for Personal<T, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(sealed)")
    }
}

impl<T, D> From<T> for Personal<T, D> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T, D, S> FromSql<Sealed<S>, Pg> for Personal<T, D>
where
    T: FromSql<S, Pg>,
{
    fn from_sql(bytes: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        T::from_sql(bytes).map(Self::new)
    }
}

/// A column that may be empty is sealed with its emptiness: `Personal<Option<T>, D>`.
impl<T, D, S> FromSql<Nullable<Sealed<S>>, Pg> for Personal<Option<T>, D>
where
    T: FromSql<S, Pg>,
    S: SqlType<IsNull = NotNull>,
{
    fn from_sql(bytes: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        T::from_sql(bytes).map(|value| Self::new(Some(value)))
    }

    fn from_nullable_sql(bytes: Option<<Pg as Backend>::RawValue<'_>>) -> deserialize::Result<Self> {
        bytes.map_or_else(|| Ok(Self::new(None)), |bytes| T::from_sql(bytes).map(|value| Self::new(Some(value))))
    }
}

impl<T, D, S> ToSql<Sealed<S>, Pg> for Personal<T, D>
where
    T: ToSql<S, Pg> + fmt::Debug,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        self.0.to_sql(out)
    }
}

impl<T, D, S> ToSql<Nullable<Sealed<S>>, Pg> for Personal<Option<T>, D>
where
    T: ToSql<S, Pg> + fmt::Debug,
    S: SqlType<IsNull = NotNull>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        match &self.0 {
            Some(value) => value.to_sql(out),
            None => Ok(serialize::IsNull::Yes),
        }
    }
}

impl<T, D, S> AsExpression<Sealed<S>> for Personal<T, D>
where
    Sealed<S>: SqlType + SingleValue,
{
    type Expression = Bound<Sealed<S>, Self>;

    fn as_expression(self) -> Self::Expression {
        Bound::new(self)
    }
}

impl<'a, T, D, S> AsExpression<Sealed<S>> for &'a Personal<T, D>
where
    Sealed<S>: SqlType + SingleValue,
{
    type Expression = Bound<Sealed<S>, &'a Personal<T, D>>;

    fn as_expression(self) -> Self::Expression {
        Bound::new(self)
    }
}

impl<T, D, S> AsExpression<Nullable<Sealed<S>>> for Personal<T, D>
where
    S: SqlType<IsNull = NotNull> + 'static,
{
    type Expression = Bound<Nullable<Sealed<S>>, Self>;

    fn as_expression(self) -> Self::Expression {
        Bound::new(self)
    }
}

impl<'a, T, D, S> AsExpression<Nullable<Sealed<S>>> for &'a Personal<T, D>
where
    S: SqlType<IsNull = NotNull> + 'static,
{
    type Expression = Bound<Nullable<Sealed<S>>, &'a Personal<T, D>>;

    fn as_expression(self) -> Self::Expression {
        Bound::new(self)
    }
}
