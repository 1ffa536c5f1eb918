//! Addresses of clients, and what is counted for each.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
};

/// How many of something each address has.
type Tally = Arc<Mutex<HashMap<IpAddr, usize>>>;

/// So many of something for each address at most.
pub struct Counts {
    most: usize,
    all: Tally,
}

/// One of what is counted for an address; dropped, it has ended. Where the address is not known there is nothing to count.
pub struct Counted(Option<(IpAddr, Tally)>);

impl Counts {
    /// So many at most.
    #[must_use]
    pub fn of(most: usize) -> Self {
        Self { most, all: Arc::default() }
    }

    /// One more, where there may be.
    #[must_use]
    pub fn begin(&self, address: Option<IpAddr>) -> Option<Counted> {
        let Some(address) = address.map(key) else { return Some(Counted(None)) };
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let count = all.entry(address).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Counted(Some((address, Arc::clone(&self.all)))))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let Some((address, all)) = self.0.take() else { return };
        let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = all.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                all.remove(&address);
            }
        }
    }
}

/// By what an address is known: whoever has an IPv6 address has all 2^64 of its network.
#[must_use]
pub fn key(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        address @ IpAddr::V4(_) => address,
    }
}
