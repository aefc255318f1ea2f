//! Reads the models of `[privacy]`. Each key is one model; of those that judge a
//! sensitive column there may be a list, one table a column.

use std::ops::RangeInclusive;
use std::sync::Arc;

use super::{DeliveredColumn, name_hint};
use crate::document::{TableReader, Value};
use crate::model::name::OutputName;
use crate::policy::plan::privacy::ModelRule;
use crate::privacy::models::PrivacyModel;
use crate::privacy::models::beta_likeness::BetaLikeness;
use crate::privacy::models::delta_disclosure::DeltaDisclosure;
use crate::privacy::models::delta_presence::DeltaPresence;
use crate::privacy::models::distinct_l_diversity::DistinctLDiversity;
use crate::privacy::models::entropy_l_diversity::EntropyLDiversity;
use crate::privacy::models::k_anonymity::KAnonymity;
use crate::privacy::models::k_map::KMap;
use crate::privacy::models::recursive_l_diversity::RecursiveLDiversity;
use crate::privacy::models::t_closeness::{Distance, TCloseness, ValueOrder};

/// The models of a policy.
#[derive(Default)]
pub(super) struct Models {
    pub(super) rules: Vec<ModelRule>,
    /// How many quasi-identifiers the combinations have that must reach k, and k.
    pub(super) subsets: Option<(usize, u64)>,
}

/// Reads every model, in the order in which they are judged: classes that are too small
/// first.
pub(super) fn read_models(table: &TableReader<'_>, delivered: &[DeliveredColumn<'_>], quasi: &[usize]) -> Models {
    let mut models = Models::default();
    if let Some(model) = k_anonymity(table, quasi.len()) {
        models.subsets = model.subsets_of.map(|size| (size, model.k));
        models.rules.push(ModelRule { model: Arc::new(model), sensitive: None });
    }
    if let Some(own) = table.table("k_map") {
        let k = count(&own, "k");
        own.finish();
        models.rules.extend(k.map(|k| ModelRule { model: Arc::new(KMap { k }), sensitive: None }));
    }
    if let Some(own) = table.table("delta_presence") {
        let model = delta_presence(&own);
        own.finish();
        models.rules.extend(model.map(|model| ModelRule { model: Arc::new(model), sensitive: None }));
    }
    let readers: [(&'static str, ReadModel); 4] = [
        ("l_diversity", l_diversity),
        ("t_closeness", t_closeness),
        ("beta_likeness", beta_likeness),
        ("delta_disclosure", delta_disclosure),
    ];
    for (key, read) in readers {
        let mut columns = Vec::new();
        for own in tables_of(table, key) {
            let column = sensitive(&own, delivered, quasi);
            if column.as_ref().is_some_and(|(position, _)| columns.contains(position)) {
                own.fault("column", "is judged by this model already", None);
            }
            columns.extend(column.as_ref().map(|(position, _)| *position));
            let model = read(&own, column.as_ref().map(|(_, name)| name));
            own.finish();
            if let (Some(model), Some((position, _))) = (model, column) {
                models.rules.push(ModelRule { model, sensitive: Some(position) });
            }
        }
    }
    models
}

/// Reads a model of a column; without the column only the rest is judged.
type ReadModel = fn(&TableReader<'_>, Option<&OutputName>) -> Option<Arc<dyn PrivacyModel>>;

/// One table, or a list of them.
fn tables_of<'a>(table: &TableReader<'a>, key: &'static str) -> Vec<TableReader<'a>> {
    match table.peek(key).map(|node| &node.value) {
        Some(Value::List(_)) => table.tables(key),
        _ => table.table(key).into_iter().collect(),
    }
}

/// The sensitive column of a model, and its position.
fn sensitive(
    table: &TableReader<'_>,
    delivered: &[DeliveredColumn<'_>],
    quasi: &[usize],
) -> Option<(usize, OutputName)> {
    let name = table.required_parsed("column", OutputName::parse)?;
    let Some(position) = delivered.iter().position(|column| *column.name == name) else {
        let hint = name_hint(name.as_str(), delivered);
        table.fault("column", "is not delivered, so nobody can learn its values", Some(&hint));
        return None;
    };
    if quasi.contains(&position) {
        let hint = "leave it out of the quasi-identifiers: in a class all of its values are equal";
        table.fault("column", "is a quasi-identifier", Some(hint));
    }
    if delivered.get(position).is_some_and(|column| column.is_merged_later) {
        let what = "has `top_values`, which merges its values after the model has judged them";
        table.fault("column", what, Some("merge rare values with map_values or map_hierarchy"));
    }
    Some((position, name))
}

/// The number of `key`, which must be given and in the range.
fn number(table: &TableReader<'_>, key: &'static str, range: RangeInclusive<f64>, must: &str) -> Option<f64> {
    if !table.has(key) {
        table.allow(&[key]);
        table.missing(key, None);
        return None;
    }
    let number: f64 = table.number(key)?.parse().ok()?;
    if range.contains(&number) {
        return Some(number);
    }
    table.fault(key, must, None);
    None
}

const POSITIVE: RangeInclusive<f64> = f64::MIN_POSITIVE..=f64::MAX;
const ABOVE_ZERO: &str = "must be above 0";

fn count(table: &TableReader<'_>, key: &'static str) -> Option<u64> {
    if !table.has(key) {
        table.allow(&[key]);
        table.missing(key, None);
        return None;
    }
    table.integer(key, 2..=i64::MAX).and_then(|count| u64::try_from(count).ok())
}

fn k_anonymity(table: &TableReader<'_>, quasi: usize) -> Option<KAnonymity> {
    const KEY: &str = "k_anonymity";
    if let Some(Value::Table(_)) = table.peek(KEY).map(|node| &node.value) {
        let own = table.table(KEY)?;
        let k = count(&own, "k");
        let most = i64::try_from(quasi).unwrap_or(i64::MAX) - 1;
        let subsets_of = if own.has("subsets_of") && most < 1 {
            own.allow(&["subsets_of"]);
            own.fault("subsets_of", "has no effect with fewer than two quasi-identifiers", Some("remove it"));
            None
        } else {
            own.integer("subsets_of", 1..=most.max(1)).and_then(|size| usize::try_from(size).ok())
        };
        own.finish();
        return Some(KAnonymity { k: k?, subsets_of });
    }
    let k = table.integer(KEY, 2..=i64::MAX).and_then(|k| u64::try_from(k).ok())?;
    Some(KAnonymity { k, subsets_of: None })
}

fn delta_presence(table: &TableReader<'_>) -> Option<DeltaPresence> {
    const SHARE: RangeInclusive<f64> = 0.0..=1.0;
    let (min, max) =
        (number(table, "min", SHARE, "must be from 0 to 1"), number(table, "max", SHARE, "must be from 0 to 1"));
    let (min, max) = (min?, max?);
    if min > max {
        table.fault("min", "is above max, so that no class is between them", None);
        return None;
    }
    Some(DeltaPresence { min, max })
}

/// The form of l-diversity.
#[derive(Clone, Copy)]
enum Diversity {
    Distinct,
    Entropy,
    Recursive,
}

fn l_diversity(table: &TableReader<'_>, column: Option<&OutputName>) -> Option<Arc<dyn PrivacyModel>> {
    let kinds =
        [("distinct", Diversity::Distinct), ("entropy", Diversity::Entropy), ("recursive", Diversity::Recursive)];
    let kind = if table.has("kind") { table.choice("kind", &kinds)? } else { Diversity::Distinct };
    table.allow(&["c", "kind"]);
    if table.has("c") && !matches!(kind, Diversity::Recursive) {
        table.fault("c", "has an effect only with kind = \"recursive\"", Some("remove it"));
    }
    match kind {
        Diversity::Distinct => {
            let l = count(table, "l")?;
            Some(Arc::new(DistinctLDiversity { column: column?.clone(), l }))
        }
        Diversity::Entropy => {
            let l = number(table, "l", 1.000_001..=f64::MAX, "must be above 1")?;
            Some(Arc::new(EntropyLDiversity { column: column?.clone(), l }))
        }
        Diversity::Recursive => {
            let (l, c) = (count(table, "l"), number(table, "c", POSITIVE, ABOVE_ZERO));
            Some(Arc::new(RecursiveLDiversity { column: column?.clone(), l: l?, c: c? }))
        }
    }
}

fn t_closeness(table: &TableReader<'_>, column: Option<&OutputName>) -> Option<Arc<dyn PrivacyModel>> {
    let t = number(table, "t", 0.0..=1.0, "must be from 0 to 1");
    let is_ordered = table.choice("distance", &[("equal", false), ("ordered", true)]);
    if !table.has("distance") {
        table.missing("distance", Some("say \"equal\", or \"ordered\" for values with an order"));
    }
    let order = table.texts("order");
    if table.has("order") && is_ordered == Some(false) {
        table.fault("order", "has an effect only with distance = \"ordered\"", Some("remove it"));
    }
    if let Some(order) = &order
        && (order.len() < 2 || (1..order.len()).any(|at| order[..at].contains(&order[at])))
    {
        table.fault("order", "must list two values or more, each once, from the first to the last", None);
    }
    let distance = match (is_ordered?, order) {
        (false, _) => Distance::Equal,
        (true, None) => Distance::Ordered(ValueOrder::Natural),
        (true, Some(order)) => Distance::Ordered(ValueOrder::Listed(order.into_iter().map(str::to_owned).collect())),
    };
    Some(Arc::new(TCloseness { column: column?.clone(), t: t?, distance }))
}

fn beta_likeness(table: &TableReader<'_>, column: Option<&OutputName>) -> Option<Arc<dyn PrivacyModel>> {
    let beta = number(table, "beta", POSITIVE, ABOVE_ZERO);
    let is_enhanced = table.choice("kind", &[("basic", false), ("enhanced", true)]);
    if !table.has("kind") {
        table.missing("kind", Some("say \"basic\", or \"enhanced\", which limits frequent values more"));
    }
    Some(Arc::new(BetaLikeness { column: column?.clone(), beta: beta?, is_enhanced: is_enhanced? }))
}

fn delta_disclosure(table: &TableReader<'_>, column: Option<&OutputName>) -> Option<Arc<dyn PrivacyModel>> {
    let delta = number(table, "delta", POSITIVE, ABOVE_ZERO);
    Some(Arc::new(DeltaDisclosure { column: column?.clone(), delta: delta? }))
}
