//! How heavy an answer may get. What a document may ask for is bounded by its cost before it runs; how much text there is behind
//! each field is known only then. Every value that is given out is weighed, and an answer that grows beyond the limit is given
//! up at once, before it is all the memory there is.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use async_graphql::{
    ServerResult, Value, async_trait,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextResolve, ResolveInfo},
};
use tokio::sync::Notify;

use super::call::Call;

/// What a value weighs besides its text.
const VALUE: usize = 32;

/// What the answer of one request weighs so far.
#[derive(Default)]
pub struct Weight {
    bytes: AtomicU64,
    exceeded: Notify,
}

impl Weight {
    /// Adds to it. Where that is more than `most`, whoever waits for [`Self::exceeded`] is told, and this never comes back.
    pub async fn add(&self, bytes: usize, most: usize) {
        let before = self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
        if before + bytes as u64 > most as u64 {
            self.exceeded.notify_one();
            std::future::pending::<()>().await;
        }
    }

    /// Begins anew: each answer of a subscription is weighed by itself.
    pub fn begin(&self) {
        self.bytes.store(0, Ordering::Relaxed);
    }

    /// Comes back when the answer has grown beyond its limit.
    pub async fn exceeded(&self) {
        self.exceeded.notified().await;
    }

    /// As how many objects it is charged: a kibibyte is one.
    #[must_use]
    pub fn objects(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed) / 1024
    }
}

/// Weighs every value of every answer.
pub struct Weighing;

impl ExtensionFactory for Weighing {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait::async_trait]
impl Extension for Weighing {
    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        let call = ctx.data::<Arc<Call>>().ok();
        // Who comes after the limit does not even begin: all fields of a list are asked in one go.
        if let Some(call) = call {
            call.weigh(0).await;
        }
        let value = next.run(ctx, info).await?;
        // What objects hold has been weighed field by field.
        let bytes = match &value {
            Some(Value::String(text)) => text.len() + VALUE,
            Some(Value::List(list)) => list
                .iter()
                .map(|one| match one {
                    Value::String(text) => text.len() + VALUE,
                    _ => VALUE,
                })
                .sum(),
            _ => VALUE,
        };
        if let Some(call) = call {
            call.weigh(bytes).await;
        }
        Ok(value)
    }
}
