//! Relay connections over keyset pages. Cursors are sealed: they hold values, and ids of people who may be hidden.

use std::{fmt, sync::Arc};

use async_graphql::{
    Context, Object, Result,
    connection::{Connection, CursorType, Edge, EmptyFields},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use futures_util::future::BoxFuture;
use serde::{Serialize, de::DeserializeOwned};

use super::{Call, CallExt};
use crate::platform::{
    db::page::{From, Page, Rows},
    fault::Fault,
    seal::Use,
};

/// Rows of a page where none is asked for, unless pages are smaller.
pub const USUAL: u32 = 20;

/// `first`, `after`, `last`, `before`.
#[derive(Clone, Debug, Default)]
pub struct PageArgs {
    /// Rows from the start.
    pub first: Option<i32>,
    /// After this cursor.
    pub after: Option<String>,
    /// Rows from the end.
    pub last: Option<i32>,
    /// Before this cursor.
    pub before: Option<String>,
}

impl PageArgs {
    /// The page asked for, of the list of this name: a cursor of another list is refused.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` where a number is not from 1 to the limit, both ends are asked for, or a cursor is not ours.
    pub fn page<C: DeserializeOwned>(&self, call: &Call, list: &str) -> Result<Page<C>, Fault> {
        let most = call.services.settings.limits.page_size;
        let count = |given: Option<i32>| match given.map(u32::try_from) {
            Some(Ok(count)) if (1..=most).contains(&count) => Ok(Some(count as usize)),
            Some(_) => Err(Fault::bad_input(words!(
                "first dan last adalah bilangan dari 1 sampai {most}.",
                "first and last are numbers from 1 to {most}."
            ))),
            None => Ok(None),
        };
        let after = self.after.as_deref().map(|cursor| opened(call, list, cursor)).transpose()?;
        let before = self.before.as_deref().map(|cursor| opened(call, list, cursor)).transpose()?;
        match (count(self.first)?, count(self.last)?) {
            (Some(_), Some(_)) => Err(Fault::bad_input(words!(
                "Mintalah first atau last, tidak keduanya.",
                "Ask for first or last, not both."
            ))),
            (first, None) => {
                let limit = first.unwrap_or_else(|| USUAL.min(most) as usize);
                Ok(Page { limit, from: From::Start { after, before } })
            }
            (None, Some(last)) => Ok(Page { limit: last, from: From::End { after, before } }),
        }
    }
}

fn opened<C: DeserializeOwned>(call: &Call, list: &str, cursor: &str) -> Result<C, Fault> {
    let opened = (cursor.len() <= 1024).then(|| {
        let sealed = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let plain = call.services.sealer.open(Use::Cursor, &sealed).ok()?;
        let (name, position): (String, C) = serde_json::from_slice(&plain).ok()?;
        (name == list).then_some(position)
    });
    opened.flatten().ok_or_else(|| {
        Fault::bad_input(words!(
            "Kursor ini bukan dari daftar ini; mulailah lagi tanpa after dan before.",
            "This cursor is not one of this list; start again without after and before."
        ))
    })
}

/// Where a row stands in a list, sealed.
#[derive(Clone)]
pub struct Cursor(String);

impl Cursor {
    fn sealed<C: Serialize>(call: &Call, list: &str, position: &C) -> Result<Self, Fault> {
        let plain = serde_json::to_vec(&(list, position)).map_err(anyhow::Error::from)?;
        Ok(Self(URL_SAFE_NO_PAD.encode(call.services.sealer.seal_alike(Use::Cursor, &plain)?)))
    }
}

impl CursorType for Cursor {
    type Error = std::convert::Infallible;

    fn decode_cursor(text: &str) -> Result<Self, Self::Error> {
        Ok(Self(text.to_owned()))
    }

    fn encode_cursor(&self) -> String {
        self.0.clone()
    }
}

type Counter = Arc<dyn for<'a> Fn(&'a Call) -> BoxFuture<'a, Result<i64, Fault>> + Send + Sync>;

/// How many there are in all; counted only when asked for.
#[derive(Clone)]
pub struct Total {
    counter: Counter,
}

impl fmt::Debug for Total {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Total")
    }
}

#[Object]
impl Total {
    /// How many there are in the whole list; counted only when it is asked for.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i64> {
        Ok((self.counter)(ctx.call()).await?)
    }
}

/// A connection of `T`.
pub type List<T> = Connection<Cursor, T, Total, EmptyFields>;

/// The connection of a page: `node` makes what clients see of a row, `position` says where it stands, `count` counts the
/// whole list.
///
/// # Errors
/// Only where a cursor can't be sealed.
pub fn list<R, T, C>(
    call: &Call,
    name: &str,
    rows: Rows<R>,
    position: impl Fn(&R) -> C,
    node: impl Fn(R) -> T,
    count: impl for<'a> Fn(&'a Call) -> BoxFuture<'a, Result<i64, Fault>> + Send + Sync + 'static,
) -> Result<List<T>, Fault>
where
    T: async_graphql::OutputType,
    C: Serialize,
{
    let mut list =
        Connection::with_additional_fields(rows.has_previous, rows.has_next, Total { counter: Arc::new(count) });
    for row in rows.rows {
        let cursor = Cursor::sealed(call, name, &position(&row))?;
        list.edges.push(Edge::new(cursor, node(row)));
    }
    Ok(list)
}
