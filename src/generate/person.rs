//! Who a record is about: the same in each record of one subject.
//!
//! Knows nothing of consent. About one cell in a hundred is missing or spoilt,
//! in the ways real extracts are.

use super::draw::{Draw, Stream};
use super::text::{self, EpochDay};
use super::words::{
    FIRST_NAMES, HOUSES, LAST_NAMES, MAIL_DOMAINS, Name, PLACES, STREETS, TITLES, UNIT_LETTERS, VILLAGES,
};

/// A cell that should hold a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DateCell {
    /// It does.
    Day(EpochDay),
    /// It is empty.
    Missing,
    /// It holds something that is not a day.
    Spoilt(&'static str),
}

impl DateCell {
    /// Writes the cell. What is spoilt needs no quotes: the texts are ours.
    pub(crate) fn write(self, out: &mut Vec<u8>) {
        match self {
            Self::Day(day) => text::day(out, day),
            Self::Missing => {}
            Self::Spoilt(text) => out.extend_from_slice(text.as_bytes()),
        }
    }

    /// A day from `first` to `last`, both included.
    pub(crate) fn between(draw: &mut Draw, first: EpochDay, last: EpochDay) -> Self {
        Self::Day(day_between(draw, first, last))
    }
}

/// A day from `first` to `last`, both included; `first` where there is none.
pub(crate) fn day_between(draw: &mut Draw, first: EpochDay, last: EpochDay) -> EpochDay {
    let days = u32::try_from(last.0 - first.0).map_or(0, |days| days + 1);
    first.plus(draw.below(days).cast_signed())
}

/// What is true of a person in each of their records.
#[derive(Debug)]
pub(crate) struct Person {
    number: u64,
    title: &'static str,
    first_name: Name,
    last_name: Name,
    mail_domain: Option<&'static str>,
    phone: (u32, u32),
    address: Address,
    town: &'static str,
    postcode: GeneratedPostcode,
    dob: DateCell,
    children: [DateCell; 2],
}

#[derive(Debug)]
enum Address {
    Flat { flat: u32, house: u32, street: &'static str },
    House { house: u32, street: &'static str },
    Named { house: &'static str, street: &'static str },
    Village { house: u32, street: &'static str, village: &'static str },
}

#[derive(Debug)]
struct GeneratedPostcode {
    area: &'static str,
    district: u32,
    sector: u8,
    unit: [u8; 2],
    shape: u32,
}

const SPOILT_DAYS: [&str; 4] = ["1985-02-30", "31/12/1986", "n/k", "1988-13-01"];

impl Person {
    /// The person behind a subject number.
    pub(crate) fn of(seed: u64, number: u64) -> Self {
        let draw = &mut Draw::new(seed, Stream::Person, number);
        let (area, town, districts) = draw.pick(&PLACES);
        Self {
            number,
            title: if draw.in_thousand(30) { "" } else { draw.pick(&TITLES) },
            first_name: draw.pick(&FIRST_NAMES),
            last_name: draw.pick(&LAST_NAMES),
            mail_domain: if draw.in_thousand(40) { None } else { Some(draw.pick(&MAIL_DOMAINS)) },
            phone: (draw.below(100), draw.below(1000)),
            address: Address::draw(draw),
            town,
            postcode: GeneratedPostcode {
                area,
                district: 1 + draw.below(districts),
                sector: draw.pick(b"0123456789"),
                unit: [draw.pick(&UNIT_LETTERS), draw.pick(&UNIT_LETTERS)],
                shape: draw.below(1000),
            },
            dob: draw_dob(draw),
            children: [draw_child(draw, 920), draw_child(draw, 600)],
        }
    }

    /// Writes `title` to `child_2_dob`, each cell with the delimiter after it.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        for cell in [self.title, self.first_name.0, self.last_name.0] {
            out.extend_from_slice(cell.as_bytes());
            out.push(b',');
        }
        self.write_email(out);
        out.push(b',');
        self.write_phone(out);
        out.push(b',');
        self.address.write(out);
        out.push(b',');
        out.extend_from_slice(self.town.as_bytes());
        out.push(b',');
        self.postcode.write(out);
        out.push(b',');
        self.dob.write(out);
        for child in self.children {
            out.push(b',');
            child.write(out);
        }
        out.push(b',');
    }

    fn write_email(&self, out: &mut Vec<u8>) {
        let Some(domain) = self.mail_domain else { return };
        out.extend_from_slice(self.first_name.1.as_bytes());
        out.push(b'.');
        out.extend_from_slice(self.last_name.1.as_bytes());
        // The subject's own number: two people of one name do not share a mailbox.
        text::number(out, self.number);
        out.push(b'@');
        out.extend_from_slice(domain.as_bytes());
    }

    /// 07700 900000 to 900999 is the range kept free for fiction.
    fn write_phone(&self, out: &mut Vec<u8>) {
        let (shape, last) = self.phone;
        out.extend_from_slice(match shape {
            0..6 => return,
            6..40 => b"07700900",
            40..80 => b"07700 900",
            _ => b"+44 7700 900",
        });
        text::padded(out, u64::from(last), 3);
    }
}

impl Address {
    fn draw(draw: &mut Draw) -> Self {
        let street = draw.pick(&STREETS);
        match draw.below(1000) {
            0..150 => Self::Flat { flat: 1 + draw.below(40), house: 1 + draw.below(180), street },
            150..160 => Self::Named { house: draw.pick(&HOUSES), street },
            160..500 => Self::Village { house: 1 + draw.below(180), street, village: draw.pick(&VILLAGES) },
            _ => Self::House { house: 1 + draw.below(180), street },
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        match *self {
            Self::Flat { flat, house, street } => {
                out.extend_from_slice(b"\"Flat ");
                text::number(out, flat.into());
                out.extend_from_slice(b", ");
                text::number(out, house.into());
                out.push(b' ');
                out.extend_from_slice(street.as_bytes());
                out.push(b'"');
            }
            Self::House { house, street } => {
                text::number(out, house.into());
                out.push(b' ');
                out.extend_from_slice(street.as_bytes());
            }
            Self::Named { house, street } => {
                out.extend_from_slice(b"\"\"\"");
                out.extend_from_slice(house.as_bytes());
                out.extend_from_slice(b"\"\", ");
                out.extend_from_slice(street.as_bytes());
                out.push(b'"');
            }
            Self::Village { house, street, village } => {
                out.push(b'"');
                text::number(out, house.into());
                out.push(b' ');
                out.extend_from_slice(street.as_bytes());
                out.extend_from_slice(b", ");
                out.extend_from_slice(village.as_bytes());
                out.push(b'"');
            }
        }
    }
}

impl GeneratedPostcode {
    fn write(&self, out: &mut Vec<u8>) {
        let from = out.len();
        match self.shape {
            0..6 => return,
            6..9 => return out.extend_from_slice(b"NOT KNOWN"),
            _ => out.extend_from_slice(self.area.as_bytes()),
        }
        text::number(out, self.district.into());
        // The outward half alone: what is left when somebody cut the field short.
        if self.shape < 12 {
            return;
        }
        if self.shape >= 30 {
            out.push(b' ');
        }
        out.push(self.sector);
        out.extend_from_slice(&self.unit);
        if (30..40).contains(&self.shape) {
            out[from..].make_ascii_lowercase();
        }
    }
}

fn draw_dob(draw: &mut Draw) -> DateCell {
    const FIRST: EpochDay = EpochDay::of(1970, 1, 1);
    const HALF: EpochDay = EpochDay::of(1982, 7, 1);
    match draw.below(1000) {
        0..3 => DateCell::Missing,
        3..6 => DateCell::Spoilt(draw.pick(&SPOILT_DAYS)),
        // Under age in the summer of 2018: a slip of the pen, or a sister's account.
        6..20 => DateCell::between(draw, EpochDay::of(2000, 7, 2), EpochDay::of(2000, 12, 31)),
        // The sum of two draws: most mothers are neither very young nor very old.
        _ => {
            let half = (HALF.0 - FIRST.0) as u32;
            DateCell::Day(FIRST.plus((draw.below(half) + draw.below(half + 1)).cast_signed()))
        }
    }
}

fn draw_child(draw: &mut Draw, in_thousand: u32) -> DateCell {
    if !draw.in_thousand(in_thousand) {
        DateCell::Missing
    } else if draw.in_thousand(3) {
        DateCell::Spoilt(draw.pick(&SPOILT_DAYS))
    } else {
        DateCell::between(draw, EpochDay::of(2010, 1, 1), EpochDay::of(2017, 12, 31))
    }
}
