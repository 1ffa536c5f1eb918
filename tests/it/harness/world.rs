//! Time and chance that tests own.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::{DateTime, TimeDelta, Utc};
use sanggar::{
    app::World,
    platform::{
        clock::{Clock, TimeSource},
        id::Random,
    },
};

/// A clock that stands still until it is moved.
#[derive(Clone)]
pub struct TestWorld(Arc<AtomicI64>);

impl TestWorld {
    /// At a fixed moment.
    pub fn new() -> Self {
        let start: DateTime<Utc> = "2026-11-22T03:00:00Z".parse().expect("a moment");
        Self(Arc::new(AtomicI64::new(start.timestamp_micros())))
    }

    /// So much later.
    pub fn pass(&self, time: TimeDelta) {
        self.0.fetch_add(time.num_microseconds().expect("not for ages"), Ordering::SeqCst);
    }

    /// What it says now.
    pub fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0.load(Ordering::SeqCst)).expect("a moment")
    }

    /// As the server takes it.
    pub fn world(&self) -> World {
        struct Source(TestWorld);
        impl TimeSource for Source {
            fn now(&self) -> DateTime<Utc> {
                self.0.now()
            }
        }
        World { clock: Clock::new(Source(self.clone())), random: Random::system() }
    }
}
