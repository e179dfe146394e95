//! Calendar dates (`2027-01-15`): waivers, rollout steps and ends of support are compared by day, without clocks or zones.

use std::{fmt, str::FromStr};

/// A day of the Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// The text is not a day written `YYYY-MM-DD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateError;

impl fmt::Display for DateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a day such as 2027-01-15")
    }
}

impl Date {
    /// The day that lies `days` after 1970-01-01 (civil-from-days by the era method).
    #[must_use]
    pub fn from_days_since_epoch(days: u32) -> Self {
        let shifted = u64::from(days) + 719_468;
        let era = shifted / 146_097;
        let of_era = shifted % 146_097;
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = year_of_era + era * 400 + u64::from(month <= 2);
        Date { year: narrow(year), month: narrow(month) as u8, day: narrow(day) as u8 }
    }
}

impl Date {
    /// The day after.
    #[must_use]
    pub fn next(self) -> Self {
        if self.day < days_in(self.year, self.month) {
            Date { day: self.day + 1, ..self }
        } else if self.month < 12 {
            Date { month: self.month + 1, day: 1, ..self }
        } else {
            Date { year: self.year.saturating_add(1), month: 1, day: 1 }
        }
    }

    /// The same day of the next year; of a leap day the last of that February.
    #[must_use]
    pub fn next_year(self) -> Self {
        let year = self.year.saturating_add(1);
        Date { year, day: self.day.min(days_in(year, self.month)), ..self }
    }
}

/// Keeps the low 16 bits; dates up to the year 65535 fit.
fn narrow(value: u64) -> u16 {
    (value & 0xffff) as u16
}

fn days_in(year: u16, month: u8) -> u8 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl FromStr for Date {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = text.as_bytes();
        let shaped = bytes.len() == 10
            && bytes.iter().enumerate().all(|(i, b)| if i == 4 || i == 7 { *b == b'-' } else { b.is_ascii_digit() });
        if !shaped {
            return Err(DateError);
        }
        let year: u16 = text[0..4].parse().map_err(|_| DateError)?;
        let month: u8 = text[5..7].parse().map_err(|_| DateError)?;
        let day: u8 = text[8..10].parse().map_err(|_| DateError)?;
        if year == 0 || !(1..=12).contains(&month) || day == 0 || day > days_in(year, month) {
            return Err(DateError);
        }
        Ok(Date { year, month, day })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_days_and_refuses_others() {
        assert_eq!("2027-01-15".parse::<Date>().unwrap().to_string(), "2027-01-15");
        for bad in ["2027-1-15", "2027-02-29", "2027-13-01", "0000-01-01", "2027-01-15 ", "2027/01/15", "２027-01-1"] {
            assert_eq!(bad.parse::<Date>(), Err(DateError), "{bad}");
        }
        assert_eq!("2028-02-29".parse::<Date>().map(|d| d.to_string()), Ok("2028-02-29".to_owned()));
    }

    #[test]
    fn knows_the_day_after() {
        for (day, after) in [("2027-02-28", "2027-03-01"), ("2028-02-28", "2028-02-29"), ("2027-12-31", "2028-01-01")] {
            assert_eq!(day.parse::<Date>().unwrap().next().to_string(), after);
        }
    }

    #[test]
    fn counts_days_from_the_epoch() {
        assert_eq!(Date::from_days_since_epoch(0).to_string(), "1970-01-01");
        assert_eq!(Date::from_days_since_epoch(19_782).to_string(), "2024-02-29");
        assert_eq!(Date::from_days_since_epoch(20_783).to_string(), "2026-11-26");
    }
}
