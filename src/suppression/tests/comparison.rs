//! Both sides of every comparison read alike, and no state passes for another.

use super::*;
use crate::identifier::canonical::Normalise;
use crate::identifier::form::Form;
use crate::suppression::california_drop::Identifier;

/// The bytes that are compared; fails for what cannot be.
#[track_caller]
fn of(comparison: &Comparison, cells: &[Option<&str>]) -> Option<Vec<u8>> {
    match comparison.of_record(cells, &mut CanonicalBuffers::default()) {
        Compared::Value(bytes) => Some(bytes.to_vec()),
        Compared::Missing | Compared::Incomplete(_) => None,
        Compared::Unreadable(unread) => panic!("{cells:?}: {unread:?}"),
    }
}

fn unread(comparison: &Comparison, cells: &[Option<&str>]) -> Option<(usize, Unreadable)> {
    let (mut as_record, mut as_entry) = (CanonicalBuffers::default(), CanonicalBuffers::default());
    let of_record = comparison.of_record(cells, &mut as_record);
    if let Comparison::Values { .. } = comparison {
        let missing = |column| Compared::Unreadable(Unread { column, reason: Unreadable::Missing });
        match (&of_record, comparison.of_entry(cells, &mut as_entry)) {
            (Compared::Incomplete(column), of_entry) => assert_eq!(of_entry, missing(*column)),
            (_, of_entry) => assert_eq!(of_record, of_entry, "both sides read alike"),
        }
    }
    match of_record {
        Compared::Unreadable(Unread { column, reason }) => Some((column, reason)),
        Compared::Value(_) | Compared::Missing | Compared::Incomplete(_) => None,
    }
}

fn forms<const N: usize>(rules: [Normalise; N]) -> Comparison {
    alike(rules.map(|rule| CellForm::Text(Form::new(rule))).to_vec())
}

fn alike(forms: Vec<CellForm>) -> Comparison {
    Comparison::Values { record: forms.clone(), entry: forms }
}

#[test]
fn a_postcode_is_one_however_it_is_spaced() {
    let postcode = alike(vec![CellForm::Postcode]);
    for cell in ["sw1a1aa", " SW1A  1AA", "SW1A\u{a0}1AA "] {
        assert_eq!(of(&postcode, &[Some(cell)]), of(&postcode, &[Some("SW1A 1AA")]), "{cell}");
    }
    assert_ne!(of(&postcode, &[Some("SW1A 1AB")]), of(&postcode, &[Some("SW1A 1AA")]));
    for cell in ["SW1A", "SO1O 1AA", "none"] {
        assert!(matches!(unread(&postcode, &[Some(cell)]), Some((0, Unreadable::Postcode))), "{cell}");
    }
}

#[test]
fn a_day_is_one_on_both_sides_each_in_its_own_format() {
    let british = DateFormat::parse("%d/%m/%Y").unwrap();
    let days =
        Comparison::Values { record: vec![CellForm::day(&DateFormat::iso())], entry: vec![CellForm::day(&british)] };
    let mut room = CanonicalBuffers::default();
    let Compared::Value(entry) = days.of_entry(&[Some("29/02/2024")], &mut room) else { panic!("it is a day") };
    for cell in ["2024-02-29", "2024-02-29 00:00:00", "2024-02-29T23:59:59Z", " 2024-02-29"] {
        assert_eq!(of(&days, &[Some(cell)]).as_deref(), Some(entry), "{cell}");
    }
    let stamped = days.of_record_types(&[ColumnType::Timestamp]);
    assert_eq!(of(&stamped, &[Some("2024-02-29T12:00:00Z")]).as_deref(), Some(entry));
    for (as_record, cell) in [(true, "29/02/2024"), (false, "2024-02-29"), (false, "29/02/2023")] {
        let mut room = CanonicalBuffers::default();
        let cells = [Some(cell)];
        let compared = if as_record { days.of_record(&cells, &mut room) } else { days.of_entry(&cells, &mut room) };
        assert_eq!(compared, Compared::Unreadable(Unread { column: 0, reason: Unreadable::Date }), "{cell}");
    }
}

#[test]
fn both_sides_take_the_same_form() {
    let email = forms([Normalise::Email]);
    let mut room = CanonicalBuffers::default();
    let Compared::Value(entry) = email.of_entry(&[Some(" A@B.com")], &mut room) else { panic!("it is an address") };
    assert_eq!(of(&email, &[Some("a@b.COM ")]).as_deref(), Some(entry));
    let none = forms([Normalise::None]);
    assert_ne!(of(&none, &[Some("00123")]), of(&none, &[Some("123")]));
    assert_ne!(of(&none, &[Some("A")]), of(&none, &[Some("a")]));
    assert_eq!(of(&none, &[Some("a ")]), of(&none, &[Some("a")]));
    assert_eq!(of(&none, &[Some("Zoe\u{308}")]), of(&none, &[Some("Zo\u{eb}")]));
}

#[test]
fn what_cannot_be_read_is_neither_found_nor_missing() {
    let email = forms([Normalise::Email]);
    assert_eq!(unread(&email, &[Some("no address")]), Some((0, Unreadable::Email)));
    for missing in [None, Some(""), Some(" \t\u{a0}")] {
        assert_eq!(unread(&email, &[missing]), None);
        assert_eq!(of(&email, &[missing]), None);
    }
    // Wherever it is, and whatever the others are.
    let three = forms([Normalise::None, Normalise::PhoneE164, Normalise::Email]);
    for (cells, expected) in [
        ([Some("a"), Some("07700 900127"), Some("a@b.org")], None),
        ([None, Some("07700 900127"), Some("a@b.org")], None),
        ([Some("a"), Some("call me"), None], Some((1, Unreadable::Phone))),
        ([None, Some("call me"), Some("x")], Some((1, Unreadable::Phone))),
        ([None, None, Some("x")], Some((2, Unreadable::Email))),
    ] {
        assert_eq!(unread(&three, &cells), expected, "{cells:?}");
    }
}

#[test]
fn several_columns_must_all_be_there_and_do_not_run_together() {
    let two = forms([Normalise::None, Normalise::Lower]);
    assert_ne!(of(&two, &[Some("ab"), Some("c")]), of(&two, &[Some("a"), Some("bc")]));
    assert_eq!(of(&two, &[Some("a"), None]), None);
    assert_eq!(of(&two, &[Some("a"), Some("  ")]), None);
    assert_eq!(of(&two, &[Some(""), Some("b")]), None);
    assert!(of(&two, &[Some("a"), Some("b")]).is_some());
}

#[test]
fn of_several_columns_some_is_neither_all_nor_none() {
    let two = forms([Normalise::Email, Normalise::Trim]);
    let drop = DropForm::new(&[Identifier::FirstName, Identifier::LastName, Identifier::Vin], &DateFormat::iso());
    let drop = Comparison::Drop(drop.unwrap());
    for (comparison, cells, expected) in [
        (&two, &[Some("a@b.org"), None][..], Compared::Incomplete(1)),
        (&two, &[Some(" "), Some("b")], Compared::Incomplete(0)),
        (&two, &[None, Some(" ")], Compared::Missing),
        (&drop, &[Some("Ann"), Some(""), None], Compared::Incomplete(1)),
        (&drop, &[None, Some("\t"), Some("")], Compared::Missing),
    ] {
        assert_eq!(comparison.of_record(cells, &mut CanonicalBuffers::default()), expected, "{cells:?}");
    }
}

#[test]
fn a_deletion_list_holds_hashes_and_nothing_else() {
    let form = DropForm::new(&[Identifier::Email], &DateFormat::iso()).unwrap();
    let comparison = Comparison::Drop(form);
    let mut room = CanonicalBuffers::default();
    let hash = "KA18MT/ph6IHYjzT9zwETySDQyvSh87YuoSBpOQtkhE=";
    let entry = comparison.of_entry(&[Some(hash)], &mut room);
    assert_eq!(entry, Compared::Value(hash.as_bytes()));
    assert_eq!(of(&comparison, &[Some("Anna.Smith@Domain.com")]).as_deref(), Some(hash.as_bytes()));
    let no_hash = Compared::Unreadable(Unread { column: 0, reason: Unreadable::Digest });
    for bad in [None, Some(""), Some("anna.smith@domain.com"), Some(&hash[..43])] {
        assert_eq!(comparison.of_entry(&[bad], &mut room), no_hash);
    }
}

#[test]
fn a_list_of_digests_holds_digests_of_what_the_rule_makes_of_a_value() {
    let record = CellForm::Text(Form::new(Normalise::Email));
    let comparison = Comparison::Digests { function: DigestFunction::Md5, record };
    let mut room = CanonicalBuffers::default();
    let entry = comparison.of_entry(&[Some("7771093713556E85d7a876c08cb5bb63 ")], &mut room);
    let Compared::Value(entry) = entry else { panic!("{entry:?}") };
    assert_eq!(of(&comparison, &[Some("Anna@Example.org")]).as_deref(), Some(entry));
    assert_ne!(of(&comparison, &[Some("bob@example.org")]).as_deref(), Some(entry));
    for missing in [None, Some(""), Some(" \t")] {
        assert_eq!(comparison.of_entry(&[missing], &mut room), Compared::Missing);
        assert_eq!(comparison.of_record(&[missing], &mut room), Compared::Missing);
    }
    for bad in ["anna@example.org", "7771093713556e85d7a876c08cb5bb6"] {
        let unread = Compared::Unreadable(Unread { column: 0, reason: Unreadable::Digest });
        assert_eq!(comparison.of_entry(&[Some(bad)], &mut room), unread, "{bad}");
    }
    assert_eq!(unread(&comparison, &[Some("no address")]), Some((0, Unreadable::Email)));
}

#[test]
fn a_domain_stands_at_the_end_from_its_top_downwards() {
    let forms = |domain: CellForm| vec![domain, CellForm::Name];
    let comparison = Comparison::Values { record: forms(CellForm::DomainOfAddress), entry: forms(CellForm::Domain) };
    assert!(comparison.names_domains());
    let mut room = CanonicalBuffers::default();
    let entries: Vec<Vec<u8>> = ["a.b.example.org", "b.example.org", "example.org"]
        .map(|domain| match comparison.of_entry(&[Some(domain), Some("Ann")], &mut room) {
            Compared::Value(entry) => entry.to_vec(),
            other => panic!("{other:?}"),
        })
        .into();
    let record = of(&comparison, &[Some("x@a.b.example.org"), Some("ANN")]).unwrap();
    assert_eq!(record, entries[0]);
    let above: Vec<&[u8]> = domains_above(&record).collect();
    assert_eq!(above, [&*entries[2], &*entries[1]], "and never a top-level domain");
    assert_eq!(comparison.of_record(&[Some("x@a.org"), None], &mut room), Compared::Incomplete(1));
    assert_eq!(comparison.of_record(&[None, Some("Ann")], &mut room), Compared::Incomplete(0));
    assert_eq!(comparison.of_record(&[None, None], &mut room), Compared::Missing);
    // What was read before must not be left in the room.
    assert_eq!(of(&comparison, &[Some("x@a.org"), Some("Ann")]), of(&comparison, &[Some("y@A.org"), Some("ann")]));
}

#[test]
fn an_ip_address_is_one_in_every_writing() {
    let address = alike(vec![CellForm::IpAddress]);
    for cell in ["192.0.2.7", " 192.0.2.7 ", "::ffff:192.0.2.7", "::ffff:c000:207", "192.0.2.7/32"] {
        assert_eq!(of(&address, &[Some(cell)]), of(&address, &[Some("192.0.2.7")]), "{cell}");
    }
    assert_eq!(of(&address, &[Some("2001:DB8:0::7")]), of(&address, &[Some("2001:db8::7")]));
    for cell in ["192.0.2.0/24", "192.0.2", "2001:db8::/64", "here"] {
        assert_eq!(unread(&address, &[Some(cell)]), Some((0, Unreadable::IpAddress)), "{cell}");
    }
}
