//! When batches are loaded: once every resolver that can run has run.
//!
//! Left to itself, the library starts a batch on another thread while the resolvers of a level are still asking, or waits a
//! millisecond a level: the one makes more statements, now and then, and the other makes every answer late. Here one task
//! polls the resolvers until none of them can go on, then the batches to their end, and so on in turns: the same document makes the
//! same statements every time. A batch never asks for another: it would wait for itself.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use futures_util::{
    StreamExt,
    stream::FuturesUnordered,
    task::{AtomicWaker, FutureObj, Spawn, SpawnError},
};

/// Resolvers that wake each other are polled so often before the thread is given to others.
const POLLS: usize = 256;

/// The batches of one request.
#[derive(Clone, Default)]
pub struct Turns(Arc<Inner>);

#[derive(Default)]
struct Inner {
    batches: Mutex<Vec<FutureObj<'static, ()>>>,
    driven: AtomicBool,
}

impl Turns {
    /// Runs the resolvers of a request with its batches.
    pub async fn drive<F: Future>(&self, resolvers: F) -> F::Output {
        self.0.driven.store(true, Ordering::Relaxed);
        let mut resolvers = pin!(resolvers);
        let mut running = FuturesUnordered::new();
        let woken = Arc::new(Woken::default());
        let waker = Waker::from(Arc::clone(&woken));
        poll_fn(move |task| {
            woken.task.register(task.waker());
            for _ in 0..POLLS {
                woken.again.store(false, Ordering::Release);
                if let Poll::Ready(answer) = resolvers.as_mut().poll(&mut Context::from_waker(&waker)) {
                    return Poll::Ready(answer);
                }
                if woken.again.load(Ordering::Acquire) {
                    continue;
                }
                // Not beside others: what one batch's end lets ask and what another's does would be two batches or one, as chance has it.
                if running.is_empty() {
                    running.extend(self.waiting());
                }
                let mut finished = false;
                while let Poll::Ready(Some(())) = running.poll_next_unpin(task) {
                    finished = true;
                }
                if !finished && (!running.is_empty() || self.none_waits()) {
                    return Poll::Pending;
                }
            }
            task.waker().wake_by_ref();
            Poll::Pending
        })
        .await
    }

    /// Begins what waits, where nobody drives: work that asks outside of a GraphQL document.
    pub(super) fn begin_undriven(&self) {
        if !self.0.driven.load(Ordering::Relaxed) {
            for batch in self.waiting() {
                tokio::spawn(batch);
            }
        }
    }

    fn none_waits(&self) -> bool {
        self.0.batches.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    fn waiting(&self) -> Vec<FutureObj<'static, ()>> {
        std::mem::take(&mut *self.0.batches.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Spawn for Turns {
    fn spawn_obj(&self, batch: FutureObj<'static, ()>) -> Result<(), SpawnError> {
        self.0.batches.lock().unwrap_or_else(PoisonError::into_inner).push(batch);
        Ok(())
    }
}

/// Says whether the resolvers were woken since they were last polled.
#[derive(Default)]
struct Woken {
    again: AtomicBool,
    task: AtomicWaker,
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.again.store(true, Ordering::Release);
        self.task.wake();
    }
}
