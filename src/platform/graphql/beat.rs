//! What is hidden takes more work than what is not there, and must not be told from it by the time. An answer in which something was
//! not found goes out at a beat: at the end of the step of the clock in which it was ready, counted from when the request began.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use tokio::time::Instant;

/// Longer than what finding that something is hidden takes beyond finding nothing.
const STEP: Duration = Duration::from_millis(10);

/// When the answer of one request may go out.
pub struct Beat {
    began: Instant,
    waits: AtomicBool,
}

impl Beat {
    /// Of a request that begins now.
    #[must_use]
    pub fn begin() -> Self {
        Self { began: Instant::now(), waits: AtomicBool::new(false) }
    }

    /// Something was asked for and not found, or not for this viewer.
    pub fn not_found(&self) {
        self.waits.store(true, Ordering::Relaxed);
    }

    /// When an answer goes out that is ready now; none where it need not wait.
    #[must_use]
    pub fn next(&self) -> Option<Instant> {
        self.waits.load(Ordering::Relaxed).then(|| end_of_step(self.began, Instant::now()))
    }
}

/// Comes back at this moment, to some microseconds where the system has such a clock. The runtime's own counts whole milliseconds from
/// when it last had something to do: the very moment that must not be told.
pub async fn wait_until(beat: Instant) {
    #[cfg(target_os = "linux")]
    if exactly(beat).await.is_ok() {
        return;
    }
    tokio::time::sleep_until(beat).await;
}

#[cfg(target_os = "linux")]
async fn exactly(beat: Instant) -> std::io::Result<()> {
    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime,
    };
    use tokio::io::{Interest, unix::AsyncFd};

    let timer = timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC)?;
    let left = beat.saturating_duration_since(Instant::now());
    // Nought would switch it off.
    let left = left.max(Duration::from_nanos(1));
    let it_value = Timespec::try_from(left).map_err(std::io::Error::other)?;
    let once = Itimerspec { it_interval: Timespec::default(), it_value };
    timerfd_settime(&timer, TimerfdTimerFlags::empty(), &once)?;
    #[expect(deprecated, reason = "its successor is unsafe for descriptors that are not owned: this one is")]
    let timer = AsyncFd::with_interest(timer, Interest::READABLE)?;
    timer.readable().await?.retain_ready();
    Ok(())
}

fn end_of_step(began: Instant, now: Instant) -> Instant {
    let steps = (now - began).as_nanos() / STEP.as_nanos() + 1;
    began + STEP * u32::try_from(steps).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ready_in_one_step_goes_out_at_its_end() {
        let began = Instant::now();
        for (ready, out) in [(0, 10), (1, 10), (9_999, 10), (10_000, 20), (10_001, 20), (123_456, 130)] {
            let after = end_of_step(began, began + Duration::from_micros(ready)) - began;
            assert_eq!(after, Duration::from_millis(out), "ready after {ready} µs");
        }
        let beat = Beat::begin();
        assert_eq!(beat.next(), None, "what is found is told at once");
        beat.not_found();
        assert!(beat.next().is_some());
    }
}
