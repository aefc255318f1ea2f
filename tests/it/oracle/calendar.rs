//! Days and moments, counted by hand: the naive implementation must not share the
//! arithmetic of the code it checks. Has the Gregorian calendar, fixed-width formats
//! and, of time zones, only written offsets.

#[expect(clippy::struct_field_names, reason = "a day has a day")]
/// A calendar day; the order of the fields is the order of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day {
    pub year: i64,
    pub month: i64,
    pub day: i64,
}

pub fn is_leap(year: i64) -> bool {
    (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl Day {
    pub fn new(year: i64, month: i64, day: i64) -> Option<Self> {
        let exists =
            (1..=9999).contains(&year) && (1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day);
        exists.then_some(Self { year, month, day })
    }

    fn next(self) -> Self {
        if self.day < days_in_month(self.year, self.month) {
            Self { day: self.day + 1, ..self }
        } else if self.month < 12 {
            Self { month: self.month + 1, day: 1, ..self }
        } else {
            Self { year: self.year + 1, month: 1, day: 1 }
        }
    }

    fn previous(self) -> Self {
        if self.day > 1 {
            Self { day: self.day - 1, ..self }
        } else if self.month > 1 {
            Self { month: self.month - 1, day: days_in_month(self.year, self.month - 1), ..self }
        } else {
            Self { year: self.year - 1, month: 12, day: 31 }
        }
    }

    /// Day by day, slow and plain.
    pub fn plus_days(self, days: i64) -> Self {
        let mut day = self;
        for _ in 0..days.abs() {
            day = if days > 0 { day.next() } else { day.previous() };
        }
        day
    }

    /// Months clamp: 2016-02-29 and 24 months are 2018-02-28.
    pub fn plus_months(self, months: i64) -> Self {
        let counted = self.year * 12 + (self.month - 1) + months;
        let (year, month) = (counted.div_euclid(12), counted.rem_euclid(12) + 1);
        Self { year, month, day: self.day.min(days_in_month(year, month)) }
    }

    pub fn plus(self, period: Period) -> Self {
        self.plus_months(period.months).plus_days(period.days)
    }

    /// The birthday in a year, where 29 February counts from 1 March.
    pub fn birthday(self, years: i64) -> Self {
        let year = self.year + years;
        if (self.month, self.day) == (2, 29) && !is_leap(year) {
            return Self { year, month: 3, day: 1 };
        }
        Self { year, ..self }
    }

    /// Whether somebody alive can have been born on it: what systems write for
    /// "none" is 1900-01-01 or earlier.
    pub fn can_be_a_birth(self, last: Self) -> bool {
        (self.year, self.month, self.day) > (1900, 1, 1) && self <= last && self.birthday(131) > last
    }

    /// Days since 0000-03-01, only to order moments.
    fn number(self) -> i64 {
        let (year, month) = if self.month > 2 { (self.year, self.month - 3) } else { (self.year - 1, self.month + 9) };
        let lengths = [31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31];
        let before_month: i64 = (0..month).zip(lengths).map(|(_, days)| days).sum();
        year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + before_month + self.day - 1
    }
}

impl Day {
    /// As scant is told of it.
    pub fn date(self) -> jiff::civil::Date {
        self.to_string().parse().unwrap()
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// Months, then days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    pub months: i64,
    pub days: i64,
}

impl Period {
    pub fn months(months: i64) -> Self {
        Self { months, days: 0 }
    }

    pub fn days(days: i64) -> Self {
        Self { months: 0, days }
    }

    pub fn as_text(self) -> String {
        let part = |n: i64, unit: &str| if n == 0 { String::new() } else { format!("{n}{unit}") };
        format!("P{}{}", part(self.months, "M"), part(self.days, "D"))
    }
}

/// When something happened: a bare day, or a second of one in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The day in UTC.
    pub day: Day,
    /// The second of that day, where one is written.
    pub second: Option<i64>,
}

impl Moment {
    /// A bare grant is the first instant of its day.
    pub fn as_grant(self) -> i64 {
        self.day.number() * 86_400 + self.second.unwrap_or(0)
    }

    /// A bare restriction is the last instant of its day.
    pub fn as_restriction(self) -> i64 {
        self.day.number() * 86_400 + self.second.unwrap_or(86_399)
    }
}

/// The formats the random policies declare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Iso,
    DayFirst,
    Time,
    TimeOffset,
}

impl Format {
    pub fn pattern(self) -> &'static str {
        match self {
            Self::Iso => "%Y-%m-%d",
            Self::DayFirst => "%d/%m/%Y",
            Self::Time => "%Y-%m-%d %H:%M:%S",
            Self::TimeOffset => "%Y-%m-%d %H:%M:%S%z",
        }
    }

    /// How a day is written, for the tables; times at noon unless given.
    pub fn write(self, day: Day, second: i64, offset_minutes: i64) -> String {
        let time = format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
        match self {
            Self::Iso => day.to_string(),
            Self::DayFirst => format!("{:02}/{:02}/{:04}", day.day, day.month, day.year),
            Self::Time => format!("{day} {time}"),
            Self::TimeOffset => {
                let sign = if offset_minutes < 0 { '-' } else { '+' };
                let offset = offset_minutes.abs();
                format!("{day} {time}{sign}{:02}{:02}", offset / 60, offset % 60)
            }
        }
    }

    /// Reads a cell of evidence. Where dates are ISO, full ISO times are read,
    /// too: so are the timestamps of a Parquet file presented.
    pub fn read_evidence(self, text: &str) -> Option<Moment> {
        let with_blank = text.replacen('T', " ", 1);
        let longer = || Self::Time.read(&with_blank).or_else(|| Self::TimeOffset.read(&with_blank));
        self.read(text).or_else(|| (self == Self::Iso).then(longer)?)
    }

    /// Reads a whole cell; every field has its fixed width.
    pub fn read(self, text: &str) -> Option<Moment> {
        let digits = |from: usize, to: usize| -> Option<i64> {
            let part = text.get(from..to)?;
            part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())?
        };
        let sign = |at: usize, wanted: &str| text.get(at..at + wanted.len()) == Some(wanted);
        let iso = || {
            (sign(4, "-") && sign(7, "-")).then_some(())?;
            Day::new(digits(0, 4)?, digits(5, 7)?, digits(8, 10)?)
        };
        let time = || {
            (sign(10, " ") && sign(13, ":") && sign(16, ":")).then_some(())?;
            let (hour, minute, second) = (digits(11, 13)?, digits(14, 16)?, digits(17, 19)?);
            (hour < 24 && minute < 60 && second < 60).then_some(hour * 3600 + minute * 60 + second)
        };
        match self {
            Self::Iso if text.len() == 10 => Some(Moment { day: iso()?, second: None }),
            Self::DayFirst if text.len() == 10 && sign(2, "/") && sign(5, "/") => {
                Some(Moment { day: Day::new(digits(6, 10)?, digits(3, 5)?, digits(0, 2)?)?, second: None })
            }
            Self::Time if text.len() == 19 => Some(Moment { day: iso()?, second: Some(time()?) }),
            Self::TimeOffset if text.len() == 24 => {
                let offset = digits(20, 22)? * 3600 + digits(22, 24)? * 60;
                let offset = if sign(19, "-") { -offset } else { sign(19, "+").then_some(offset)? };
                let second = time()? - offset;
                let day = iso()?.plus_days(second.div_euclid(86_400));
                Some(Moment { day, second: Some(second.rem_euclid(86_400)) })
            }
            _ => None,
        }
    }
}

#[test]
fn the_calendar_counts_as_calendars_do() {
    let day = |y, m, d| Day::new(y, m, d).unwrap();
    assert_eq!(day(2016, 2, 29).plus_months(24), day(2018, 2, 28));
    assert_eq!(day(2016, 2, 29).birthday(18), day(2034, 3, 1));
    assert_eq!(day(2015, 12, 31).plus_days(60), day(2016, 2, 29));
    assert_eq!(day(2000, 3, 1).number() - day(2000, 2, 28).number(), 2);
    assert_eq!(day(2019, 1, 1).number() - day(2018, 12, 31).number(), 1);
    assert_eq!(Format::Iso.read("1900-02-29"), None);
    let read = Format::TimeOffset.read("2018-07-01 00:30:00+0100").unwrap();
    assert_eq!((read.day, read.second), (day(2018, 6, 30), Some(84_600)));
}
