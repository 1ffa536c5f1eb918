//! The scalars of the schema, each with the page that specifies it. `DateTime` is the library's own.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};

use crate::platform::fault::Code;

macro_rules! text_scalar {
    ($(#[doc = $doc:literal])* $name:ident($inner:ty), $graphql:literal, $url:literal, $parse:expr) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name(pub $inner);

        #[Scalar(name = $graphql, specified_by_url = $url)]
        $(#[doc = $doc])*
        impl ScalarType for $name {
            fn parse(value: Value) -> InputValueResult<Self> {
                let Value::String(text) = value else { return Err(InputValueError::expected_type(value)) };
                let parse: fn(&str) -> Option<$inner> = $parse;
                parse(&text).map(Self).ok_or_else(|| {
                    InputValueError::custom("not of the form that the scalar's page gives")
                        .with_extension("code", Code::BadUserInput.as_str())
                })
            }

            fn to_value(&self) -> Value {
                Value::String(self.0.to_string())
            }
        }

        impl From<$inner> for $name {
            fn from(inner: $inner) -> Self {
                Self(inner)
            }
        }
    };
}

text_scalar!(
    /// A day of the calendar: YYYY-MM-DD.
    Date(chrono::NaiveDate),
    "Date",
    "https://scalars.graphql.org/andimarek/local-date",
    |text| (text.len() == 10).then(|| text.parse().ok()).flatten()
);

text_scalar!(
    /// A language: a BCP 47 tag such as "id", "en" or "pt-BR".
    Locale(String),
    "Locale",
    "https://www.rfc-editor.org/rfc/rfc5646",
    |text| is_language_tag(text).then(|| text.to_owned())
);

text_scalar!(
    /// A decimal number as text, never a float: "12.50". Rupiah have no minor unit here: "150000".
    Decimal(rust_decimal::Decimal),
    "Decimal",
    "https://scalars.graphql.org/chillicream/decimal",
    |text| (text.len() <= 32).then(|| rust_decimal::Decimal::from_str_exact(text).ok()).flatten()
);

text_scalar!(
    /// An absolute address of the web: http or https.
    Url(url::Url),
    "URL",
    "https://url.spec.whatwg.org/#valid-url-string",
    |text| (text.len() <= 2048)
        .then(|| url::Url::parse(text).ok())
        .flatten()
        .filter(|url| matches!(url.scheme(), "https" | "http") && url.has_host())
);

text_scalar!(
    /// An ISO 8601 duration with its calendar units kept: PT72H, P5Y.
    Duration(crate::platform::duration::CalendarDuration),
    "Duration",
    "https://www.iso.org/standard/70907.html",
    |text| text.parse().ok()
);

/// Any JSON value.
#[derive(Clone, Debug, PartialEq)]
pub struct Json(pub serde_json::Value);

/// Any JSON value.
#[Scalar(name = "JSON", specified_by_url = "https://www.rfc-editor.org/rfc/rfc8259")]
impl ScalarType for Json {
    fn parse(value: Value) -> InputValueResult<Self> {
        Ok(Self(value.into_json()?))
    }

    fn to_value(&self) -> Value {
        Value::from_json(self.0.clone()).unwrap_or_default()
    }
}

/// Whether `text` has the form of a BCP 47 tag: letters, then subtags of up to eight letters or digits.
#[must_use]
pub fn is_language_tag(text: &str) -> bool {
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or_default();
    text.len() <= 35
        && (2..=8).contains(&first.len())
        && first.bytes().all(|byte| byte.is_ascii_alphabetic())
        && parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}
