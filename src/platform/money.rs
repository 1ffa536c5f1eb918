//! Money: whole minor units of a currency, never a float.

use rust_decimal::Decimal;

use super::text::Words;

crate::text_enum!(
    /// A currency that something may cost, by its ISO 4217 code.
    Currency {
        /// Australian dollar.
        Aud = "AUD",
        /// Euro.
        Eur = "EUR",
        /// Indonesian rupiah.
        Idr = "IDR",
        /// Japanese yen.
        Jpy = "JPY",
        /// Malaysian ringgit.
        Myr = "MYR",
        /// Singapore dollar.
        Sgd = "SGD",
        /// United States dollar.
        Usd = "USD",
    }
);

impl Currency {
    const ALL: [Self; 7] = [Self::Aud, Self::Eur, Self::Idr, Self::Jpy, Self::Myr, Self::Sgd, Self::Usd];

    /// The currency of a code.
    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|currency| currency.as_str() == code)
    }

    /// Digits of its minor unit. Rupiah have none here: nobody pays in sen, though ISO 4217 names them.
    #[must_use]
    pub const fn digits(self) -> u32 {
        match self {
            Self::Idr | Self::Jpy => 0,
            Self::Aud | Self::Eur | Self::Myr | Self::Sgd | Self::Usd => 2,
        }
    }
}

/// An amount of a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Money {
    /// Whole minor units.
    pub amount: i64,
    /// Of what.
    pub currency: Currency,
}

/// Minor units at most: what nobody means is refused before it is reckoned with.
const MOST: i64 = 1_000_000_000_000;

impl Money {
    /// A price as it was given.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn price(amount: Decimal, code: &str) -> Result<Self, Words> {
        let Some(currency) = Currency::of(code) else {
            let known = Currency::ALL.map(Currency::as_str).join(", ");
            return Err(words!("Mata uang yang dikenal: {known}.", "The currencies that are known: {known}."));
        };
        let digits = currency.digits();
        let minor = amount.checked_mul(Decimal::from(10_i64.pow(digits)));
        let minor = minor.filter(Decimal::is_integer).and_then(|minor| i64::try_from(minor.trunc()).ok());
        match minor {
            Some(amount) if (1..=MOST).contains(&amount) => Ok(Self { amount, currency }),
            _ => Err(words!(
                "Lebih dari nol, dengan paling banyak {digits} angka di belakang titik; yang gratis tanpa harga (null).",
                "More than nothing, with no more than {digits} digits behind the point; what is free has no price (null)."
            )),
        }
    }

    /// The amount in whole units.
    #[must_use]
    pub fn decimal(self) -> Decimal {
        Decimal::new(self.amount, self.currency.digits())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_whole_minor_units() {
        for (given, code, minor, shown) in
            [("150000", "IDR", 150_000, "150000"), ("12.5", "USD", 1250, "12.50"), ("0.01", "EUR", 1, "0.01")]
        {
            let price = Money::price(given.parse().expect("a decimal"), code).expect("a price");
            assert_eq!((price.amount, price.decimal().to_string().as_str()), (minor, shown));
        }
        for (given, code) in [
            ("0", "IDR"),
            ("-1", "IDR"),
            ("1.5", "IDR"),
            ("0.001", "USD"),
            ("1", "XXX"),
            ("1", "idr"),
            ("1000000000001", "IDR"),
            ("79228162514264337593543950335", "USD"),
        ] {
            assert!(Money::price(given.parse().expect("a decimal"), code).is_err(), "{given} {code}");
        }
    }
}
