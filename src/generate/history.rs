//! What a record says about its subject's consent, and the same as log events.
//!
//! The mixture is the story: half of the club joined under the notice of 2016,
//! two fifths agreed anew under that of 2018, which names the party, and the
//! rest holds every defect that a consent gate has to stop.

use super::draw::{Draw, Stream};
use super::person::{DateCell, day_between};
use super::text::{self, EpochDay};

pub(crate) const NOTICE_2016: &str = "privacy-2016-05";
pub(crate) const NOTICE_2018: &str = "privacy-2018-01";

const FIRST_GRANT: EpochDay = EpochDay::of(2016, 5, 1);
const AMENDED: EpochDay = EpochDay::of(2018, 1, 15);
/// The day the extract was made: what is dated later is a clerk's slip.
const EXTRACTED: EpochDay = EpochDay::of(2018, 6, 30);

/// The purposes somebody ticked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Purposes {
    /// As the extract holds them.
    cell: &'static str,
    /// As the log holds them: ids of the register; unknown tokens stay.
    log: &'static str,
}

const fn purposes(cell: &'static str, log: &'static str) -> Purposes {
    Purposes { cell, log }
}

const NONE: Purposes = purposes("", "direct-marketing|political-campaign|research");
const MARKETING: Purposes = purposes("marketing", "direct-marketing");
const POLITICAL: Purposes = purposes("political", "political-campaign");
const BOTH: Purposes = purposes("marketing|political", "direct-marketing|political-campaign");
const BOTH_TURNED: Purposes = purposes("political|marketing", "political-campaign|direct-marketing");
const ALL: Purposes = purposes("marketing|political|research", "direct-marketing|political-campaign|research");
const RESEARCH: Purposes = purposes("research", "research");
/// Cells with a token that no register knows: another case is another token.
const UNKNOWN: [Purposes; 5] = [
    purposes("newsletter", "newsletter"),
    purposes("marketing|newsletter", "direct-marketing|newsletter"),
    purposes("political|3rd-party", "political-campaign|3rd-party"),
    purposes("Political", "Political"),
    purposes("all", "all"),
];

const SPOILT_DAYS: [&str; 4] = ["31/02/2017", "2017-02-30", "n/k", "05.2017"];
const UNKNOWN_NOTICES: [&str; 4] = ["privacy-2014-03", "web form", "privacy-2016-5", ""];
const CHANNELS: [&str; 4] = ["email", "post", "post|email", "post|email|phone"];

/// What one record says about consent.
#[derive(Debug)]
pub(crate) struct History {
    purposes: Purposes,
    given: DateCell,
    withdrawn: DateCell,
    notice: &'static str,
}

impl History {
    pub(crate) fn draw(draw: &mut Draw) -> Self {
        let under_2016 = |draw: &mut Draw| DateCell::between(draw, FIRST_GRANT, AMENDED.plus(-1));
        let under_2018 = |draw: &mut Draw| DateCell::between(draw, AMENDED, EXTRACTED);
        let (given, notice) = match draw.below(1000) {
            0..410 => (under_2018(draw), NOTICE_2018),
            410..905 => (under_2016(draw), NOTICE_2016),
            905..930 => (under_2016(draw), NOTICE_2018),
            930..945 => (under_2018(draw), NOTICE_2016),
            945..960 => (DateCell::between(draw, FIRST_GRANT, EXTRACTED), draw.pick(&UNKNOWN_NOTICES)),
            960..970 => (DateCell::Missing, NOTICE_2016),
            970..980 => (DateCell::Spoilt(draw.pick(&SPOILT_DAYS)), NOTICE_2016),
            980..985 => (DateCell::between(draw, EXTRACTED.plus(2), EXTRACTED.plus(90)), NOTICE_2018),
            // Nobody ever asked.
            _ => return Self { purposes: NONE, given: DateCell::Missing, withdrawn: DateCell::Missing, notice: "" },
        };
        let renewed = notice == NOTICE_2018;
        let purposes = if renewed { purposes_of_2018(draw) } else { purposes_of_2016(draw) };
        let withdrawn = draw_withdrawal(draw, given, if renewed { 90 } else { 150 });
        Self { purposes, given, withdrawn, notice }
    }

    /// Writes `consent_purposes` to `notice_version`, with delimiters between them.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.purposes.cell.as_bytes());
        out.push(b',');
        self.given.write(out);
        out.push(b',');
        self.withdrawn.write(out);
        out.push(b',');
        out.extend_from_slice(self.notice.as_bytes());
    }

    /// Writes the events behind this record as lines of the log, the earlier
    /// one first. A spoilt date is as spoilt here, so that neither form of the
    /// evidence is better than the other.
    pub(crate) fn write_events(&self, seed: u64, row: u64, subject: u64, out: &mut Vec<u8>) {
        if self.given == DateCell::Missing && self.notice.is_empty() {
            return;
        }
        let draw = &mut Draw::new(seed, Stream::Times, row);
        let channel = draw.pick(&CHANNELS);
        let [given_minute, withdrawn_minute] = [draw.below(240), draw.below(240)];
        let grant = |out: &mut Vec<u8>| {
            // Grants in the morning, withdrawals in the evening: on one day the
            // withdrawal is the later event, as the dates of the extract are judged.
            let state = if self.purposes == NONE { "ConsentRefused" } else { "ConsentGiven" };
            event(out, row, 1, subject, (self.given, 480 + given_minute), state, self.purposes.log);
            out.extend_from_slice(self.recipients().as_bytes());
            out.push(b',');
            out.extend_from_slice(self.notice.as_bytes());
            out.push(b',');
            out.extend_from_slice(if self.notice == NOTICE_2018 { b"P24M".as_slice() } else { b"" });
            out.push(b',');
            out.extend_from_slice(channel.as_bytes());
            out.push(b'\n');
        };
        let withdrawal = |out: &mut Vec<u8>| {
            if self.withdrawn != DateCell::Missing {
                // The extract has one date of withdrawal for the record: it takes everything.
                event(out, row, 2, subject, (self.withdrawn, 1080 + withdrawn_minute), "ConsentWithdrawn", "*");
                out.extend_from_slice(b",,,\n");
            }
        };
        if let (DateCell::Day(given), DateCell::Day(withdrawn)) = (self.given, self.withdrawn)
            && withdrawn < given
        {
            withdrawal(out);
            grant(out);
        } else {
            grant(out);
            withdrawal(out);
        }
    }

    /// Whom the person was shown and agreed to: the parties their notice names.
    fn recipients(&self) -> &'static str {
        match self.notice {
            _ if self.purposes == NONE => "",
            NOTICE_2018 if self.purposes.log.contains("political-campaign") => "bigbroker|rosette-party",
            NOTICE_2016 | NOTICE_2018 => "bigbroker",
            _ => "",
        }
    }
}

/// Writes `record_id` to `purpose`, each with the delimiter after it.
fn event(
    out: &mut Vec<u8>,
    row: u64,
    turn: u64,
    subject: u64,
    (date, minute): (DateCell, u32),
    state: &str,
    purpose: &str,
) {
    text::id(out, b'E', row + 1);
    out.push(b'-');
    text::number(out, turn);
    out.push(b',');
    text::id(out, b'S', subject);
    out.push(b',');
    date.write(out);
    if let DateCell::Day(_) = date {
        let [[h0, h1], [m0, m1]] = [text::two(minute / 60), text::two(minute % 60)];
        out.extend_from_slice(&[b'T', h0, h1, b':', m0, m1, b':', b'0', b'0', b'Z']);
    }
    out.push(b',');
    out.extend_from_slice(state.as_bytes());
    out.extend_from_slice(b",ExplicitlyExpressedConsent,");
    out.extend_from_slice(purpose.as_bytes());
    out.push(b',');
}

fn purposes_of_2018(draw: &mut Draw) -> Purposes {
    match draw.below(100) {
        0..38 => BOTH,
        38..51 => POLITICAL,
        51..55 => BOTH_TURNED,
        55..58 => ALL,
        58..83 => MARKETING,
        83..88 => RESEARCH,
        88..94 => NONE,
        _ => draw.pick(&UNKNOWN),
    }
}

fn purposes_of_2016(draw: &mut Draw) -> Purposes {
    match draw.below(100) {
        0..66 => MARKETING,
        66..80 => BOTH,
        80..83 => POLITICAL,
        83..88 => RESEARCH,
        88..96 => NONE,
        _ => draw.pick(&UNKNOWN),
    }
}

fn draw_withdrawal(draw: &mut Draw, given: DateCell, in_thousand: u32) -> DateCell {
    let DateCell::Day(given) = given else { return DateCell::Missing };
    let kind = draw.below(1000);
    if kind < in_thousand {
        // On the very day, or later.
        return DateCell::Day(day_between(draw, given, EXTRACTED));
    }
    match kind - in_thousand {
        // Announced for a later day: who is known to leave is not delivered.
        0..4 => DateCell::between(draw, EXTRACTED.plus(2), EXTRACTED.plus(30)),
        4..7 => DateCell::Spoilt(draw.pick(&["yes", "2018-13-01"])),
        // Left, and came back: history.
        7..27 => DateCell::Day(given.plus(-1 - draw.below(200).cast_signed())),
        _ => DateCell::Missing,
    }
}
