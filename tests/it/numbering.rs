//! The numbering plans in `src/identifier/phone/numbering.txt` are the metadata of
//! libphonenumber, as the crate `phonenumber` has it; here the two are compared.
//! After an update of the crate: `cargo nextest run --run-ignored only numbering`.

use std::fmt::Write as _;
use std::path::PathBuf;

use phonenumber::Metadata;
use phonenumber::metadata::DATABASE;

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/identifier/phone/numbering.txt")
}

/// A field without blanks, which patterns have for their readers alone.
fn field(text: Option<&str>) -> String {
    text.map_or_else(|| "-".to_owned(), |text| text.split_whitespace().collect())
}

#[expect(clippy::redundant_closure_for_method_calls, reason = "their type is of a crate that is not named here")]
fn line(region: &Metadata) -> String {
    let kinds = region.descriptors();
    let kinds = [
        kinds.fixed_line(),
        kinds.mobile(),
        kinds.toll_free(),
        kinds.premium_rate(),
        kinds.shared_cost(),
        kinds.personal_number(),
        kinds.voip(),
        kinds.pager(),
        kinds.uan(),
        kinds.voicemail(),
    ];
    let mut lengths: Vec<u16> =
        kinds.into_iter().flatten().flat_map(|kind| kind.possible_length().iter().copied()).collect();
    lengths.sort_unstable();
    lengths.dedup();
    let lengths: Vec<String> = lengths.iter().map(u16::to_string).collect();
    let trunk = region.national_prefix();
    let prefix = region.national_prefix_for_parsing().map(|pattern| pattern.as_str());
    [
        region.country_code().to_string(),
        region.id().to_owned(),
        lengths.join(","),
        field(region.international_prefix().map(|pattern| pattern.as_str())),
        field(trunk),
        field(prefix.or(trunk)),
        field(region.national_prefix_transform_rule()),
        field(Some(region.descriptors().general().national_number().as_str())),
    ]
    .join(" ")
}

fn table() -> String {
    let mut regions: Vec<&Metadata> = (1..1000_u16).filter_map(|code| DATABASE.by_code(&code)).flatten().collect();
    regions.sort_by_key(|region| (region.country_code(), !region.is_main_country_for_code(), region.id().to_owned()));
    regions.iter().fold(String::new(), |mut table, region| {
        let _ = writeln!(table, "{}", line(region));
        table
    })
}

#[test]
fn the_table_is_the_metadata_of_the_library() {
    let written = std::fs::read_to_string(path()).unwrap();
    assert!(written == table(), "numbering.txt is not what the library says: write it anew");
}

#[test]
#[ignore = "writes the table anew"]
fn rewrite() {
    std::fs::write(path(), table()).unwrap();
}
