//! What an address may ask for: so much a minute, and so many operations at a time.

use std::{
    collections::HashMap,
    net::IpAddr,
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
};

use governor::{
    Quota, RateLimiter, clock::DefaultClock, middleware::StateInformationMiddleware,
    state::keyed::DefaultKeyedStateStore,
};

use crate::platform::config::Limits;

/// The shares of all addresses.
pub(super) struct Shares {
    rates: RateLimiter<IpAddr, DefaultKeyedStateStore<IpAddr>, DefaultClock, StateInformationMiddleware>,
    running: Arc<Mutex<HashMap<IpAddr, usize>>>,
    at_a_time: usize,
}

/// What an address may still ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Charged {
    /// So many objects are left; none was counted where the address is not known.
    Left(Option<u32>),
    /// It has used up its share: so many seconds to wait.
    Used(u64),
}

/// An operation that runs for an address; dropped, it has ended.
pub(super) struct Running {
    address: IpAddr,
    all: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = all.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                all.remove(&self.address);
            }
        }
    }
}

impl Shares {
    /// Whole shares for everybody.
    pub(super) fn new(limits: &Limits) -> Self {
        let per_minute = NonZeroU32::new(limits.cost_per_minute).unwrap_or(NonZeroU32::MAX);
        Self {
            rates: RateLimiter::keyed(Quota::per_minute(per_minute)).with_middleware(),
            running: Arc::default(),
            at_a_time: limits.address_operations,
        }
    }

    /// Charges an address.
    pub(super) fn charge(&self, address: &str, cost: u64) -> Charged {
        let Ok(address) = address.parse() else { return Charged::Left(None) };
        let cost = u32::try_from(cost).ok().and_then(|cost| NonZeroU32::new(cost.max(1))).unwrap_or(NonZeroU32::MAX);
        match self.rates.check_key_n(&address, cost) {
            Ok(Ok(state)) => Charged::Left(Some(state.remaining_burst_capacity())),
            Ok(Err(until)) => {
                use governor::clock::Clock;
                Charged::Used(until.wait_time_from(DefaultClock::default().now()).as_secs() + 1)
            }
            // The document alone costs more than a minute's share: the limit on cost is set too high for it.
            Err(_) => Charged::Used(60),
        }
    }

    /// Forgets addresses that have not been seen for a while.
    pub(super) fn forget_quiet_addresses(&self) {
        self.rates.retain_recent();
    }

    /// Counts an operation that begins for an address.
    ///
    /// # Errors
    /// Where as many run as may.
    pub(super) fn begin(&self, address: &str) -> Result<Option<Running>, ()> {
        let Ok(address) = address.parse() else { return Ok(None) };
        let mut all = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let count = all.entry(address).or_default();
        if *count >= self.at_a_time {
            return Err(());
        }
        *count += 1;
        Ok(Some(Running { address, all: Arc::clone(&self.running) }))
    }
}
