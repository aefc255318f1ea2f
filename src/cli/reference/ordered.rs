//! JSON whose members stay in the order of the text: a reference lists keys as its schema
//! does, not by the alphabet.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum OrderedValue {
    /// Neither a list nor an object.
    Scalar(Value),
    List(Vec<Self>),
    Object(Vec<(String, Self)>),
}

impl OrderedValue {
    /// The member of an object.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.members().find(|(own, _)| *own == key).map(|(_, value)| value)
    }

    /// The members of an object; none of another value.
    pub(super) fn members(&self) -> impl Iterator<Item = (&str, &Self)> {
        let members = if let Self::Object(members) = self { members.as_slice() } else { &[] };
        members.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// The members of a member that is an object.
    pub(super) fn members_of(&self, key: &str) -> impl Iterator<Item = (&str, &Self)> {
        self.get(key).into_iter().flat_map(Self::members)
    }

    /// The items of a member that is a list.
    pub(super) fn items_of(&self, key: &str) -> &[Self] {
        match self.get(key) {
            Some(Self::List(items)) => items,
            _ => &[],
        }
    }

    /// The text of a member.
    pub(super) fn text_of(&self, key: &str) -> Option<&str> {
        match self.get(key)? {
            Self::Scalar(value) => value.as_str(),
            Self::List(_) | Self::Object(_) => None,
        }
    }

    /// The whole number of a member.
    pub(super) fn number_of(&self, key: &str) -> Option<i64> {
        match self.get(key)? {
            Self::Scalar(value) => value.as_i64(),
            Self::List(_) | Self::Object(_) => None,
        }
    }
}

impl<'de> Deserialize<'de> for OrderedValue {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(OrderedVisitor)
    }
}

struct OrderedVisitor;

impl<'de> Visitor<'de> for OrderedVisitor {
    type Value = OrderedValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<OrderedValue, E> {
        Ok(OrderedValue::Scalar(Value::Null))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<OrderedValue, E> {
        Ok(OrderedValue::Scalar(value.into()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<OrderedValue, E> {
        Ok(OrderedValue::Scalar(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<OrderedValue, E> {
        Ok(OrderedValue::Scalar(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<OrderedValue, E> {
        Ok(OrderedValue::Scalar(value.into()))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<OrderedValue, E> {
        Ok(OrderedValue::Scalar(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<OrderedValue, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(OrderedValue::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<OrderedValue, A::Error> {
        let mut object = Vec::new();
        while let Some(member) = members.next_entry()? {
            object.push(member);
        }
        Ok(OrderedValue::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_stay_in_their_order() {
        let value: OrderedValue = serde_json::from_str(r#"{ "b": [1, null, -2.5], "a": { "c": "x" } }"#).unwrap();
        assert_eq!(value.members().map(|(key, _)| key).collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!(value.get("a").unwrap().text_of("c"), Some("x"));
        assert_eq!((value.items_of("b").len(), value.items_of("a").len()), (3, 0));
    }
}
