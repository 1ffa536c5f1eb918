//! What an address may ask for: so much a minute, and so many operations at a time.

use std::{net::IpAddr, num::NonZeroU32};

use governor::{
    Quota, RateLimiter, clock::DefaultClock, middleware::StateInformationMiddleware,
    state::keyed::DefaultKeyedStateStore,
};

use crate::platform::{
    config::Limits,
    http::addresses::{Counted, Counts, key},
};

/// The shares of all addresses.
pub(super) struct Shares {
    rates: RateLimiter<IpAddr, DefaultKeyedStateStore<IpAddr>, DefaultClock, StateInformationMiddleware>,
    running: Counts,
    sockets: Counts,
}

/// What an address may still ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Charged {
    /// So many objects are left; none was counted where the address is not known.
    Left(Option<u32>),
    /// It has used up its share: so many seconds to wait.
    Used(u64),
}

/// What is charged at a time of what can't be refused any more.
const PIECE: u64 = 256;

impl Shares {
    /// Whole shares for everybody.
    pub(super) fn new(limits: &Limits) -> Self {
        let per_minute = NonZeroU32::new(limits.cost_per_minute).unwrap_or(NonZeroU32::MAX);
        Self {
            rates: RateLimiter::keyed(Quota::per_minute(per_minute)).with_middleware(),
            running: Counts::of(limits.address_operations),
            sockets: Counts::of(limits.address_sockets),
        }
    }

    /// Charges an address.
    pub(super) fn charge(&self, address: &str, cost: u64) -> Charged {
        let Some(address) = address.parse().ok().map(key) else { return Charged::Left(None) };
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

    /// Charges what has been given out already: piece by piece, so that what is left of a share is used up where it is too small.
    pub(super) fn charge_given(&self, address: &str, mut cost: u64) {
        while cost > 0 {
            let piece = cost.min(PIECE);
            if matches!(self.charge(address, piece), Charged::Used(_)) {
                return;
            }
            cost -= piece;
        }
    }

    /// An operation that begins for an address; nothing where as many run as may.
    pub(super) fn begin(&self, address: &str) -> Option<Counted> {
        self.running.begin(address.parse().ok())
    }

    /// A socket that an address opens; nothing where it has as many as it may.
    pub(super) fn open(&self, address: &str) -> Option<Counted> {
        self.sockets.begin(address.parse().ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_its_share_and_so_has_a_network() {
        let shares = Shares::new(&Limits { address_operations: 1, ..Limits::default() });
        let first = shares.begin("2001:db8::1").expect("the first");
        assert!(shares.begin("2001:db8::2").is_none(), "the same network");
        assert!(shares.begin("2001:db8:0:1::1").is_some() && shares.begin("192.0.2.1").is_some());
        let _other = shares.begin("192.0.2.1").expect("one at a time");
        assert!(shares.begin("::ffff:192.0.2.1").is_none(), "the same address");
        drop(first);
        assert!(shares.begin("2001:db8::2").is_some());
    }

    #[test]
    fn what_was_given_uses_up_what_is_left() {
        let shares = Shares::new(&Limits { cost_per_minute: 1000, ..Limits::default() });
        shares.charge_given("192.0.2.1", 8192);
        let Charged::Left(Some(left)) = shares.charge("192.0.2.1", 1) else { panic!("a little is left") };
        assert!(u64::from(left) < PIECE, "{left}");
    }
}
