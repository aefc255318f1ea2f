//! Which part of a workbook the sheet of a policy is, and from which day the workbook
//! counts. A sheet that nobody sees is refused, and so are others beside it unless the
//! policy knows of them.

use std::collections::BTreeMap;

use quick_xml::escape::unescape;
use quick_xml::events::Event;

use super::archive::{Archive, MOST_BYTES, MOST_BYTES_OF_OTHERS, attribute, is_set, own_attribute};
use crate::engine::fault::InputFaultKind as Kind;
use crate::model::dialect::{Dialect, HiddenSheets};
use crate::model::time::date::DateSerial;

/// The sheet that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ChosenSheet {
    /// Its name, as the policy says it.
    pub(super) name: String,
    /// The part that holds its cells.
    pub(super) part: String,
    /// From which day its dates count.
    pub(super) days: DateSerial,
}

/// A sheet as the workbook lists it.
struct ListedSheet {
    name: String,
    is_hidden: bool,
    relation: String,
}

/// More texts than rows of any sheet with a text each would need.
const MOST_TEXTS: u64 = 1 << 24;

/// Finds the sheet of a policy.
///
/// # Errors
/// When the policy names none, or there is none of that name, or it or another is
/// hidden; and everything that is wrong with the archive.
pub(super) fn choose(archive: &mut Archive<'_>, dialect: &Dialect) -> Result<ChosenSheet, Kind> {
    let wanted = dialect.sheet.as_deref().ok_or(Kind::SheetNotSaid)?;
    let workbook = target_of_package(archive)?;
    let workbook = workbook.strip_prefix('/').unwrap_or(&workbook);
    let at = workbook.rfind('/').map_or(0, |slash| slash + 1);
    let (folder, file) = workbook.split_at(at);
    check_parts(archive, folder)?;
    let (sheets, days) = listed(archive, workbook)?;
    let found: Vec<&ListedSheet> = sheets.iter().filter(|sheet| sheet.name == wanted).collect();
    let [sheet] = found[..] else {
        return Err(if found.is_empty() { Kind::MissingSheet } else { Kind::CorruptFile });
    };
    if sheet.is_hidden {
        return Err(Kind::HiddenSheet);
    }
    if dialect.hidden_sheets == HiddenSheets::Refused && sheets.iter().any(|sheet| sheet.is_hidden) {
        return Err(Kind::HiddenSheets);
    }
    let relations = relations(archive, &format!("{folder}_rels/{file}.rels"))?;
    let (target, kind) = relations.get(&sheet.relation).ok_or(Kind::CorruptFile)?;
    // A sheet of a chart has no cells.
    if kind.rsplit('/').next() != Some("worksheet") {
        return Err(Kind::MissingSheet);
    }
    let part = target.strip_prefix('/').map_or_else(|| format!("{folder}{target}"), str::to_owned);
    Ok(ChosenSheet { name: wanted.to_owned(), part, days })
}

/// Where the workbook is, as the archive says.
fn target_of_package(archive: &mut Archive<'_>) -> Result<String, Kind> {
    let relations = relations(archive, "_rels/.rels")?;
    let is_workbook = |kind: &str| kind.ends_with("/relationships/officeDocument");
    let mut targets = relations.into_values().filter(|(_, kind)| is_workbook(kind)).map(|(target, _)| target);
    match (targets.next(), targets.next()) {
        (Some(target), None) => Ok(target),
        _ => Err(Kind::BadMagic),
    }
}

/// The targets and kinds of the relations that a part lists, by their ids.
fn relations(archive: &mut Archive<'_>, part: &str) -> Result<BTreeMap<String, (String, String)>, Kind> {
    let mut relations = BTreeMap::new();
    let is_there = archive.each_event(part, MOST_BYTES_OF_OTHERS, &mut |event| {
        let Event::Start(element) = event else { return Ok(()) };
        if element.local_name().as_ref() == "Relationship" {
            let own = |name| Ok::<_, Kind>(own_attribute(element, name)?.unwrap_or_default());
            if relations.insert(own("Id")?, (own("Target")?, own("Type")?)).is_some() {
                return Err(Kind::CorruptFile);
            }
        }
        Ok(())
    })?;
    // An archive without them is no workbook.
    if is_there { Ok(relations) } else { Err(Kind::BadMagic) }
}

/// The sheets, and from which day the workbook counts.
fn listed(archive: &mut Archive<'_>, workbook: &str) -> Result<(Vec<ListedSheet>, DateSerial), Kind> {
    let mut sheets = Vec::new();
    let mut days = DateSerial::Excel1900;
    let is_there = archive.each_event(workbook, MOST_BYTES_OF_OTHERS, &mut |event| {
        let Event::Start(element) = event else { return Ok(()) };
        match element.local_name().as_ref() {
            "sheet" => {
                let name = own_attribute(element, "name")?.unwrap_or_default();
                let name = unescape(&name).map_err(|_| Kind::CorruptFile)?.into_owned();
                let is_hidden = match own_attribute(element, "state")?.as_deref() {
                    None | Some("visible") => false,
                    Some("hidden" | "veryHidden") => true,
                    Some(_) => return Err(Kind::CorruptFile),
                };
                let relation = attribute(element, "id")?.ok_or(Kind::CorruptFile)?;
                sheets.push(ListedSheet { name, is_hidden, relation });
            }
            "workbookPr" if is_set(own_attribute(element, "date1904")?.as_deref()) => days = DateSerial::Excel1904,
            _ => {}
        }
        Ok(())
    })?;
    if is_there { Ok((sheets, days)) } else { Err(Kind::CorruptFile) }
}

/// Looks through the parts that are read into memory as they are, so that none of them
/// takes more than it should.
fn check_parts(archive: &mut Archive<'_>, folder: &str) -> Result<(), Kind> {
    let mut texts = 0_u64;
    archive.each_event(&format!("{folder}sharedStrings.xml"), MOST_BYTES, &mut |event| {
        let Event::Start(element) = event else { return Ok(()) };
        match element.local_name().as_ref() {
            // Room is made for as many as are declared.
            "sst" => {
                let declared = own_attribute(element, "uniqueCount")?.and_then(|count| count.parse::<u64>().ok());
                if declared.is_some_and(|declared| declared > MOST_TEXTS) {
                    return Err(Kind::SheetTooLarge);
                }
            }
            "si" => texts += 1,
            _ => return Ok(()),
        }
        if texts > MOST_TEXTS { Err(Kind::SheetTooLarge) } else { Ok(()) }
    })?;
    for part in ["styles.xml", "theme/theme1.xml"] {
        archive.each_event(&format!("{folder}{part}"), MOST_BYTES_OF_OTHERS, &mut |_| Ok(()))?;
    }
    Ok(())
}
