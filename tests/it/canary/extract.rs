//! An extract in which every cell is a canary: records that are delivered, that
//! are dropped for every reason, and that are malformed.

use super::search::{KEPT_MARK, MARK};

pub const COLUMNS: [&str; 22] = [
    "subscriber_id",
    "title",
    "first_name",
    "last_name",
    "email",
    "phone",
    "address_line",
    "town",
    "postcode",
    "dob",
    "child_1_dob",
    "income",
    "address",
    "deceased",
    "last_active",
    "consent_purposes",
    "consent_given_at",
    "consent_withdrawn_at",
    "notice_version",
    "secret note",
    "extra_1",
    "extra_2",
];

/// The policy that reads it; every kind of action, two columns not listed.
pub const POLICY: &str = r#"
format = "scant-policy/1"
name = "canaries"
version = "1"
[release]
controller = "acme-mother"
recipient = "bigbroker"
on_behalf_of = ["rosette-party"]
purpose = "political-campaign"
legal_basis = "consent"
erase_after = "P6M"
[extract]
subject = "subscriber_id"
[consent]
register = "register.toml"
max_age = "P24M"
[consent.columns]
purposes = { column = "consent_purposes", separator = "|", names = { "political" = "political-campaign" } }
given_at = "consent_given_at"
withdrawn_at = "consent_withdrawn_at"
notice = "notice_version"
[[rows.drop]]
column = "deceased"
in = ["Y"]
reason = "deceased"
[rows.retention]
column = "last_active"
max_age = "P36M"
[rows.minimum_age]
column = "dob"
years = 18
[columns.subscriber_id]
role = "direct_identifier"
pseudonymise = { domain = "subscriber", normalise = "trim" }
as = "person"
[columns.title]
role = "insensitive"
map_values = { values = { "Mrs" = "f", "Mr" = "m" }, other = "other" }
[columns.first_name]
role = "direct_identifier"
mask_text = { keep_first = 1 }
[columns.last_name]
role = "direct_identifier"
truncate_text = { keep = 3 }
[columns.email]
role = "direct_identifier"
mask_email = { keep_domain = true }
[columns.phone]
role = "direct_identifier"
pseudonymise = { domain = "phone", normalise = "phone_e164" }
[columns.address_line]
role = "direct_identifier"
replace = { with = "withheld" }
[columns.town]
role = "quasi_identifier"
keep = { because = "the one column that may be seen" }
[columns.postcode]
role = "quasi_identifier"
coarsen_postcode = { to = "district" }
[columns.dob]
role = "quasi_identifier"
coarsen_date = { to = "year" }
[columns.income]
role = "sensitive"
band_number = { width = 1000000000000 }
[columns.address]
role = "quasi_identifier"
coarsen_ip = { v4 = 8 }
[columns.extra_1]
role = "insensitive"
drop = true
[derived.child_under_5]
any_age_below = { years = 5, columns = ["child_1_dob"] }
role = "sensitive"
[guards]
min_delivered = 1
[output]
format = "FORMAT"
name = "subscribers"
"#;

/// The extract, and how many unique canaries are in it.
pub struct Extract {
    pub bytes: Vec<u8>,
    pub canaries: usize,
    pub delivered: usize,
    pub malformed: usize,
}

impl Extract {
    /// Five records of each kind in turn: one that is delivered, three that are
    /// dropped, one that is malformed.
    pub fn of(records: usize) -> Self {
        let mut extract = Self { bytes: Vec::new(), canaries: 0, delivered: 0, malformed: 0 };
        extract.bytes.extend(COLUMNS.join(",").bytes());
        extract.bytes.push(b'\n');
        for number in 0..records {
            match number % 5 {
                0 => extract.deliverable(number),
                4 => extract.malformed(number),
                _ => extract.dropped(number),
            }
        }
        extract
    }

    fn canary(&mut self) -> String {
        self.canaries += 1;
        format!("{MARK}{:07}{MARK}", self.canaries)
    }

    /// A record that passes every rule: its cells are unique as far as a rule
    /// that must read them allows.
    fn passing(&mut self, number: usize) -> Vec<String> {
        let day = 1 + number % 28;
        COLUMNS
            .iter()
            .map(|column| match *column {
                "town" => {
                    self.canaries += 1;
                    format!("{KEPT_MARK}{:07}", self.canaries)
                }
                "email" => format!("{}@example.org", self.canary()),
                "phone" => format!("07700 900{:03}", number % 1000),
                "postcode" => format!("ZY97 8Q{}", ["A", "B", "D", "E"][number % 4]),
                "dob" => format!("1957-{:02}-{day:02}", 1 + number % 12),
                "child_1_dob" => format!("1959-{:02}-{day:02}", 1 + number % 12),
                "income" => format!("731077700{number:06}"),
                "address" => format!("10.77.{}.{}", number / 200 % 250, 10 + number % 200),
                "deceased" => "N".to_owned(),
                "last_active" => format!("2017-1{}-{day:02}", number % 3),
                "consent_purposes" => format!("political|{}", self.canary()),
                "consent_given_at" => format!("2018-0{}-{day:02}T05:06:07.{number:06}", 3 + number % 2),
                "consent_withdrawn_at" => String::new(),
                "notice_version" => "privacy-2018-01".to_owned(),
                _ => self.canary(),
            })
            .collect()
    }

    fn deliverable(&mut self, number: usize) {
        self.delivered += 1;
        let cells = self.passing(number);
        self.push(&cells.join(","));
    }

    /// A record with one reason to be dropped, another for every number.
    fn dropped(&mut self, number: usize) {
        let mut cells = self.passing(number);
        let mut spoil = |column: &str, cell: String| {
            let place = COLUMNS.iter().position(|name| *name == column).unwrap();
            cells[place] = cell;
        };
        // It is not delivered, so not even the kept column may be seen.
        spoil("town", self.canary());
        match number % 11 {
            0 => spoil("deceased", "Y".to_owned()),
            1 => spoil("dob", self.canary()),
            2 => spoil("last_active", self.canary()),
            3 => spoil("consent_purposes", self.canary()),
            4 => spoil("consent_given_at", self.canary()),
            5 => spoil("consent_withdrawn_at", format!("2018-05-{:02}", 1 + number % 28)),
            6 => spoil("consent_withdrawn_at", self.canary()),
            7 => spoil("notice_version", self.canary()),
            8 => spoil("notice_version", "privacy-2016-05".to_owned()),
            9 => spoil("subscriber_id", " N/A ".to_owned()),
            // Nothing readable at all, and quoted.
            _ => COLUMNS
                .iter()
                .for_each(|column| spoil(column, format!("\"{}, \"\"{}\"\"\"", self.canary(), self.canary()))),
        }
        self.push(&cells.join(","));
    }

    /// A record whose structure is at fault, in every way the scanner knows.
    fn malformed(&mut self, number: usize) {
        self.malformed += 1;
        let mut cells = self.passing(number);
        let extra = self.canary();
        cells[7] = self.canary();
        match number / 5 % 8 {
            0 => cells.push(extra),
            1 => drop(cells.pop()),
            2 => cells[3].push('"'),
            3 => cells[3] = format!("\"{extra}\"{extra}"),
            4 => cells[3].push('\0'),
            5 => cells[3].push('\r'),
            6 => cells[3] = "x".repeat(70_000) + &extra,
            _ => {
                let line = cells.join(",");
                self.bytes.extend(line.as_bytes());
                self.bytes.extend(b"\xff\xfe\n");
                return;
            }
        }
        self.push(&cells.join(","));
    }

    fn push(&mut self, line: &str) {
        self.bytes.extend(line.as_bytes());
        self.bytes.push(b'\n');
    }
}
