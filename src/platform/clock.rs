//! The only source of the present moment, so that a test owns time.

use std::sync::Arc;

use chrono::{DateTime, SubsecRound, Utc};

/// Tells the time. The server has that of its database; a test brings its own.
pub trait TimeSource: Send + Sync + 'static {
    /// The present moment, UTC.
    fn now(&self) -> DateTime<Utc>;
}

/// A handle on a [`TimeSource`].
#[derive(Clone)]
pub struct Clock(Arc<dyn TimeSource>);

impl Clock {
    /// A clock that reads `source`.
    pub fn new(source: impl TimeSource) -> Self {
        Self(Arc::new(source))
    }

    /// The present moment, UTC, cut to the microseconds that Postgres keeps: what is written equals what is read back.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.0.now().trunc_subsecs(6)
    }
}
