//! Durations with calendar units: five years stay five years, whatever leap days lie between (ISO 8601-1, 5.5.2).

use std::{fmt, str::FromStr};

use chrono::{DateTime, Duration, Months, Utc};

/// Years, months, weeks and days of the calendar, and seconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash)]
pub struct CalendarDuration {
    /// Months of the calendar; twelve are a year.
    pub months: u32,
    /// Days.
    pub days: u32,
    /// Seconds.
    pub seconds: u32,
}

impl CalendarDuration {
    /// So many seconds.
    #[must_use]
    pub const fn seconds(seconds: u32) -> Self {
        Self { months: 0, days: 0, seconds }
    }

    /// The same in seconds, where it has no months: those are of no fixed length.
    #[must_use]
    pub fn fixed_seconds(self) -> Option<i32> {
        let seconds = i64::from(self.days) * 86_400 + i64::from(self.seconds);
        (self.months == 0).then(|| i32::try_from(seconds).ok()).flatten().filter(|seconds| *seconds > 0)
    }

    /// So much later. A day that a shorter month has not becomes its last.
    #[must_use]
    pub fn after(self, start: DateTime<Utc>) -> DateTime<Utc> {
        start
            .checked_add_months(Months::new(self.months))
            .and_then(|time| time.checked_add_signed(Duration::days(self.days.into())))
            .and_then(|time| time.checked_add_signed(Duration::seconds(self.seconds.into())))
            .unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}

/// The text is no duration that we take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an ISO 8601 duration such as PT72H or P5Y")]
pub struct MalformedDuration;

impl FromStr for CalendarDuration {
    type Err = MalformedDuration;

    fn from_str(text: &str) -> Result<Self, MalformedDuration> {
        let rest = text.strip_prefix('P').filter(|_| text.len() <= 40).ok_or(MalformedDuration)?;
        let (date, time) = rest.split_once('T').map_or((rest, None), |(date, time)| (date, Some(time)));
        if (date.is_empty() && time.is_none()) || time == Some("") {
            return Err(MalformedDuration);
        }
        let mut whole = Self::default();
        let add = |total: &mut u32, amount: u32, unit: u32| -> Result<(), MalformedDuration> {
            let added = amount.checked_mul(unit).and_then(|amount| total.checked_add(amount));
            *total = added.ok_or(MalformedDuration)?;
            Ok(())
        };
        for (amount, unit) in designated(date, "YMWD")? {
            match unit {
                'Y' => add(&mut whole.months, amount, 12)?,
                'M' => add(&mut whole.months, amount, 1)?,
                'W' => add(&mut whole.days, amount, 7)?,
                _ => add(&mut whole.days, amount, 1)?,
            }
        }
        for (amount, unit) in designated(time.unwrap_or_default(), "HMS")? {
            let unit = match unit {
                'H' => 3600,
                'M' => 60,
                _ => 1,
            };
            add(&mut whole.seconds, amount, unit)?;
        }
        Ok(whole)
    }
}

/// `3H20M` as its parts; each unit once, in the order of `units`.
fn designated(text: &str, units: &str) -> Result<Vec<(u32, char)>, MalformedDuration> {
    let mut parts = Vec::new();
    let mut units = units.chars();
    let mut number = String::new();
    for c in text.chars() {
        if c.is_ascii_digit() {
            number.push(c);
        } else {
            units.find(|unit| *unit == c).ok_or(MalformedDuration)?;
            parts.push((number.parse().map_err(|_| MalformedDuration)?, c));
            number.clear();
        }
    }
    if number.is_empty() { Ok(parts) } else { Err(MalformedDuration) }
}

impl fmt::Display for CalendarDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("P")?;
        let part = |f: &mut fmt::Formatter<'_>, amount: u32, unit: char| match amount {
            0 => Ok(()),
            _ => write!(f, "{amount}{unit}"),
        };
        part(f, self.months / 12, 'Y')?;
        part(f, self.months % 12, 'M')?;
        part(f, self.days, 'D')?;
        if self.seconds > 0 {
            f.write_str("T")?;
            part(f, self.seconds / 3600, 'H')?;
            part(f, self.seconds / 60 % 60, 'M')?;
            part(f, self.seconds % 60, 'S')?;
        } else if self.months == 0 && self.days == 0 {
            f.write_str("0D")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comes_back_as_it_was_meant() {
        for (text, printed) in [
            ("PT72H", "PT72H"),
            ("P5Y", "P5Y"),
            ("P0D", "P0D"),
            ("P1Y6M", "P1Y6M"),
            ("P2W", "P14D"),
            ("PT90S", "PT1M30S"),
        ] {
            assert_eq!(text.parse::<CalendarDuration>().map(|d| d.to_string()), Ok(printed.to_owned()), "{text}");
        }
        for text in ["", "P", "PT", "5Y", "P5", "P1D1Y", "PT1H1H", "P-1D", "P99999999999Y", "P5YT"] {
            assert_eq!(text.parse::<CalendarDuration>(), Err(MalformedDuration), "{text}");
        }
    }

    #[test]
    fn five_years_are_five_years() {
        let leap: DateTime<Utc> = "2024-02-29T12:00:00Z".parse().expect("a time");
        let later = "P5Y".parse::<CalendarDuration>().expect("a duration").after(leap);
        assert_eq!(later.to_rfc3339(), "2029-02-28T12:00:00+00:00");
    }
}
