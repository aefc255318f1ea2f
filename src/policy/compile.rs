//! Compiles documents to a plan, or returns every fault of every document at once.
//! The only maker of plans. Opens no file and reads no clock: texts and the as-of
//! date are parameters.

use jiff::civil::Date;

use super::ahead::Ahead;
use super::explain::notices::satisfying_notices;
use super::forbidden;
use super::plan::lists::ListRule;
use super::plan::release::ReleaseTerms;
use super::plan::{ColumnDecision, ColumnRule, ConsentRules, DerivedRule, Plan};
use super::questions;
use super::read::attachments::Attachments;
use super::read::columns::read_columns;
use super::read::consent::log::ReleaseNeeds;
use super::read::consent::register::{check_format, not_of_format};
use super::read::consent::{ConsentTable, read_consent};
use super::read::derived::read_derived;
use super::read::extract::read_extract;
use super::read::guards::read_guards;
use super::read::output::read_output;
use super::read::output_names::OutputNames;
use super::read::privacy::{DeliveredColumn, read_privacy};
use super::read::release::read_release;
use super::read::rows::read_rows;
use crate::consent::columns::evidence::Demand;
use crate::consent::register::Register;
use crate::document::position::{DocumentText, PlacedFault};
use crate::document::toml::read_toml;
use crate::document::{Faults, TableReader};
use crate::identifier::canonical::Normalise;
use crate::model::digest::Digest;
use crate::model::document_ref::DocumentRef;
use crate::model::name::{ColumnName, PlainName};
use crate::model::number::counted::counted;
use crate::model::outcome::reason::ReasonNames;
use crate::model::role::AttributeRole;
use crate::transform::TransformSpec;
use crate::transform::identifiers::pseudonymise::Pseudonymise;

/// The format this version reads.
pub(crate) const POLICY_FORMAT: &str = "scant-policy/1";

/// A policy that can be carried out.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_structs, reason = "the two results of a compilation")]
pub struct Compiled {
    /// The plan.
    pub plan: Plan,
    /// Warnings, which do not stop a run.
    pub warnings: Vec<PlacedFault>,
}

/// A policy that cannot be carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("policy refused, {}", counted(.faults.len() as u64, "fault"))]
#[expect(clippy::exhaustive_structs, reason = "a list of faults, never empty")]
pub struct PolicyRefused {
    /// Every fault: those of the policy in its order, then those of the register, then
    /// those of the hierarchies.
    pub faults: Vec<PlacedFault>,
}

/// Compiles a policy.
///
/// # Errors
/// [`PolicyRefused`], with every fault of the policy, of its register and of its
/// hierarchies.
pub fn compile(policy: DocumentText<'_>, attachments: &Attachments, as_of: Date) -> Result<Compiled, PolicyRefused> {
    if let Some(fault) = not_of_format(policy.text, POLICY_FORMAT) {
        return Err(PolicyRefused { faults: PlacedFault::all(policy, vec![fault]) });
    }
    let (table, syntax) = read_toml(policy.text);
    if !syntax.is_empty() {
        // The rest of a document that is not TOML can only be guessed: judge none
        // of it.
        return Err(PolicyRefused { faults: PlacedFault::all(policy, syntax) });
    }
    let (faults, warnings) = (Faults::default(), Faults::default());
    let root = TableReader::new(&table, 0..0, "", &faults);
    let ahead = Ahead::of(&root, attachments);
    let plan = Compilation { policy, attachments, as_of, root: &root, ahead: &ahead, warnings: &warnings }.plan();
    let Ahead { register, release_place, hierarchy_faults, .. } = ahead;
    let mut placed = PlacedFault::all(policy, faults.into_sorted());
    placed.extend(register.map(|register| register.faults).unwrap_or_default());
    placed.extend(hierarchy_faults);
    match plan {
        Some(plan) if placed.is_empty() => {
            questions::ask(&plan, &release_place, &warnings);
            Ok(Compiled { plan, warnings: PlacedFault::all(policy, warnings.into_sorted()) })
        }
        _ => Err(PolicyRefused { faults: placed }),
    }
}

/// What every step of the compilation uses.
struct Compilation<'c, 'a> {
    policy: DocumentText<'c>,
    attachments: &'c Attachments,
    as_of: Date,
    root: &'c TableReader<'a>,
    ahead: &'c Ahead<'a>,
    warnings: &'c Faults,
}

impl Compilation<'_, '_> {
    /// Reads every table once and in order, even after a fault, so that every fault is
    /// found.
    fn plan(&self) -> Option<Plan> {
        let Self { root, ahead, .. } = *self;
        let register = ahead.register.as_ref().and_then(|beside| beside.register.as_ref());
        check_format(root, POLICY_FORMAT);
        let name = root.required_parsed("name", PlainName::parse);
        let version = root.text("version").map(str::to_owned);
        let description = root.text("description").map(str::to_owned);
        let formats = &ahead.formats;
        let names = OutputNames::default();

        let release = read_release(root, register);
        let extract = read_extract(root, register);
        // The columns come before the consent: how one is pseudonymised says how it is
        // compared with a list.
        let columns = read_columns(root, formats, &names, &ahead.hierarchies, self.warnings);
        let purpose = release.as_ref().map(|release| &release.purpose);
        let region = extract.as_ref().map(|extract| extract.subject_form.region()).unwrap_or_default();
        let needs = ReleaseNeeds { register, purpose, channel: ahead.channel.clone() };
        let (consent, lists) = read_consent(root, &needs, formats, (&columns, region));
        let (rows, own_reasons) = read_rows(root, self.attachments, formats);
        let derived = read_derived(root, formats, &names);
        let guards = read_guards(root);
        let subject = extract.as_ref().map(|extract| &extract.subject);
        let pseudonyms = subject.map(|subject| pseudonyms_of(subject, &columns)).unwrap_or_default();
        let output = read_output(root, !pseudonyms.is_empty());
        let privacy = read_privacy(root, &delivered(subject, &columns, &derived));
        root.not_yet_honoured("manifest");
        root.finish();

        let delivers = columns.iter().any(|rule| rule.output.is_some()) || !derived.is_empty();
        // A column with a fault was left out, so this is only known when there is
        // none.
        if !delivers && root.faults().is_empty() {
            root.fault("columns", "no column is delivered", Some("give at least one column an action other than drop"));
        }
        if pseudonyms.iter().any(|action| action.normalise != pseudonyms[0].normalise) {
            let what = "the subject is pseudonymised after two normalisations, so who is one person is unclear";
            root.fault("columns", what, Some("use the same `normalise` for every pseudonym of the subject"));
        }

        let (release, consent) = (release?, consent?);
        let mut extract = extract?;
        // A sentinel, which gets no pseudonym, does not name a subject either: the
        // subject's form has the sentinels of all its pseudonyms.
        let rule = pseudonyms.first().map_or(Normalise::None, |action| action.normalise);
        let form = extract.subject_form.with_rule(rule);
        extract.subject_form = pseudonyms.iter().fold(form, |form, action| form.with_sentinels(&action.sentinels));
        let list_names = lists.iter().map(|list| list.name.as_str().into()).collect();
        let models = privacy.iter().flat_map(|privacy| &privacy.models);
        let models = models.map(|rule| rule.reason_name().into()).collect();
        let reason_names = ReasonNames { own: own_reasons, lists: list_names, models };
        let consent = self.consent_rules(&release, consent, lists, register?);
        forbidden::check(root, &consent.demand, extract.source.as_ref());
        Some(Plan {
            policy: DocumentRef {
                name: name?.as_str().to_owned(),
                version,
                digest: Digest::blake3(self.policy.text.as_bytes()),
            },
            description,
            register: ahead.register.as_ref()?.identity.clone(),
            as_of: self.as_of,
            release,
            extract,
            consent,
            rows,
            columns,
            derived,
            privacy,
            reason_names,
            guards,
            output: output?,
        })
    }

    fn consent_rules(
        &self,
        release: &ReleaseTerms,
        consent: ConsentTable,
        lists: Vec<ListRule>,
        register: &Register,
    ) -> ConsentRules {
        let mut parties = vec![release.recipient.clone()];
        parties.extend(release.on_behalf_of.iter().cloned());
        let demand = Demand {
            purpose: release.purpose.clone(),
            parties,
            as_of: self.as_of,
            max_age: consent.max_age,
            register: register.clone(),
        };
        if satisfying_notices(&demand).next().is_none() {
            let span = self.ahead.release_place.clone();
            let hint = "`scant explain` says for each notice why";
            let what = "no notice of the register satisfies the demand: nothing can be delivered";
            self.warnings.at(&span, "release", what, Some(hint));
        }
        ConsentRules { demand, evidence: consent.evidence, place: consent.place, lists }
    }
}

/// The columns of the delivery, in its order.
fn delivered<'c>(
    subject: Option<&ColumnName>,
    columns: &'c [ColumnRule],
    derived: &'c [DerivedRule],
) -> Vec<DeliveredColumn<'c>> {
    let of_columns = columns.iter().filter_map(|rule| {
        let is_pseudonym = matches!(rule.decision, ColumnDecision::Transform(TransformSpec::Pseudonymise(_)));
        let names_a_person =
            is_pseudonym || (Some(&rule.name) == subject && rule.role == AttributeRole::DirectIdentifier);
        let is_merged_later = matches!(rule.decision, ColumnDecision::Transform(TransformSpec::TopValues(_)));
        Some(DeliveredColumn { name: rule.output.as_ref()?, role: rule.role, names_a_person, is_merged_later })
    });
    let of_derived = derived.iter().map(|rule| DeliveredColumn {
        name: &rule.output,
        role: rule.role,
        names_a_person: false,
        is_merged_later: false,
    });
    of_columns.chain(of_derived).collect()
}

/// The pseudonyms that are made of the subject's column.
fn pseudonyms_of(subject: &ColumnName, columns: &[ColumnRule]) -> Vec<Pseudonymise> {
    let of_subject = columns.iter().filter(|rule| rule.name == *subject);
    of_subject
        .filter_map(|rule| match &rule.decision {
            ColumnDecision::Transform(TransformSpec::Pseudonymise(action)) => Some(action.clone()),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::dialect::Delimiter;
    use crate::model::time::date::DateFormat;
    use crate::policy::plan::{Evidence, RowOrder, Unlisted};
    use crate::row_rule::selection::Listed;
    use jiff::civil::date;

    const REGISTER: &str = r#"
        format = "scant-register/1"
        purposes.political-campaign.title = "Campaigning"
        parties.acme = { name = "Acme", role = "controller" }
        parties.bigbroker = { name = "Big Broker", role = "broker" }
        parties.rosette-party = { name = "The Rosette Party", role = "recipient" }
    "#;

    const POLICY: &str = r#"
        format = "scant-policy/1"
        name = "sizing"
        [release]
        controller = "acme"
        recipient = "bigbroker"
        on_behalf_of = ["rosette-party"]
        purpose = "political-campaign"
        legal_basis = "consent"
        [extract]
        date_format = "%d/%m/%Y"
        subject = "id"
        [consent]
        register = "register.toml"
        [consent.columns]
        granted = { column = "opt_in", yes = ["Y"] }
        given_at = "given"
        notice = "notice"
        [[rows.drop]]
        column = "deceased"
        in = ["Y"]
        reason = "deceased"
        [[rows.only]]
        column = "country"
        in = ["GB"]
        [columns.given]
        role = "insensitive"
        drop = true
        date_format = "%Y%m%d"
        [columns.id]
        role = "direct_identifier"
        pseudonymise = { domain = "subscriber", normalise = "digits" }
        [derived.young]
        role = "sensitive"
        any_age_below = { years = 5, columns = ["given", "dob"] }
    "#;

    fn compiled(text: &str) -> Result<Compiled, PolicyRefused> {
        let mut attachments = Attachments::new();
        attachments.insert("register.toml", Ok(REGISTER.into()));
        compile(DocumentText { file: "p.toml", text }, &attachments, date(2018, 5, 1))
    }

    #[test]
    fn what_is_not_said_has_one_default_and_names_are_resolved() {
        let Compiled { plan, warnings } = compiled(POLICY).unwrap();
        assert_eq!(plan.policy.digest, Digest::blake3(POLICY.as_bytes()));
        assert_eq!(
            (plan.register.name.as_str(), plan.register.digest),
            ("register.toml", Digest::blake3(REGISTER.as_bytes()))
        );
        let parties: Vec<&str> = plan.consent.demand.parties.iter().map(|party| party.as_str()).collect();
        assert_eq!(parties, ["bigbroker", "rosette-party"]);
        assert_eq!(plan.consent.demand.max_age.to_string(), "P6M");
        assert_eq!(plan.extract.subject_form.rule(), Normalise::Digits);
        assert_eq!(
            (plan.extract.dialect.delimiter, plan.extract.dialect.quote, plan.extract.unlisted),
            (Delimiter::default(), Some(b'"'), Unlisted::Drop)
        );
        assert_eq!(plan.extract.dialect.null_values.words, [""]);
        assert_eq!(plan.output.order, RowOrder::Pseudonym);
        assert_eq!((plan.guards.min_delivered, plan.guards.max_quarantined), (1, 0));
        // The register has no notices, so no person can have agreed. The policy
        // says neither when the delivery is to be erased nor how old a subject must
        // be.
        let mut warned: Vec<&str> = warnings.iter().map(|warning| warning.what.as_str()).collect();
        warned.sort_unstable();
        let expected = [
            "birth dates are used, and no minimum age is set",
            "no day is set by which the delivery must be erased",
            "no notice of the register satisfies the demand: nothing can be delivered",
        ];
        assert_eq!(warned, expected);
    }

    #[test]
    fn only_comes_before_drop_and_own_formats_before_the_extracts() {
        let plan = compiled(POLICY).unwrap().plan;
        let effects: Vec<Listed> = plan.rows.selections.iter().map(|rule| rule.effect).collect();
        assert_eq!(effects, [Listed::AreKept, Listed::AreDropped(0)]);
        assert_eq!(plan.reason_names.own.iter().map(|name| &**name).collect::<Vec<_>>(), ["deceased"]);
        let Evidence::Columns(columns) = &plan.consent.evidence else { panic!("columns") };
        assert_eq!(columns.given_at.format.pattern(), "%Y%m%d");
        let formats: Vec<&str> = plan.derived[0].date_formats.iter().map(DateFormat::pattern).collect();
        assert_eq!(formats, ["%Y%m%d", "%d/%m/%Y"]);
    }

    #[test]
    fn a_broken_document_is_not_judged_further() {
        let refused = compiled(&POLICY.replace("[release]", "[release")).unwrap_err();
        assert_eq!(refused.to_string(), "policy refused, 1 fault");
        assert!(refused.faults[0].what.starts_with("is not TOML"));
    }
}
