//! `Money` and `MoneyInput`.

use async_graphql::{InputObject, SimpleObject};

use super::{
    scalars::Decimal,
    user_error::{Objection, UserErrorCode},
};
use crate::platform::money;

/// An amount of a currency.
#[derive(SimpleObject)]
pub struct Money {
    /// In whole units: "150000" rupiah, "12.50" dollars.
    amount: Decimal,
    /// The currency's ISO 4217 code.
    currency: &'static str,
}

impl From<money::Money> for Money {
    fn from(money: money::Money) -> Self {
        Self { amount: Decimal(money.decimal()), currency: money.currency.as_str() }
    }
}

/// An amount of a currency.
#[derive(InputObject)]
pub struct MoneyInput {
    /// In whole units: "150000" rupiah, "12.50" dollars.
    amount: Decimal,
    /// The currency's ISO 4217 code.
    currency: String,
}

impl MoneyInput {
    /// What it asks as a price.
    ///
    /// # Errors
    /// `INVALID`.
    pub fn price(&self, field: &str) -> Result<money::Money, Objection> {
        money::Money::price(self.amount.0, &self.currency)
            .map_err(|words| Objection::new(UserErrorCode::Invalid, field, words))
    }
}
