//! JSON whose keys keep their order, so that a file is written in the order in which
//! it was read.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

#[derive(Debug, Clone, PartialEq)]
pub enum OrderedJson {
    Boolean(bool),
    Whole(i64),
    Decimal(f64),
    Text(String),
    List(Vec<OrderedJson>),
    Object(Vec<(String, OrderedJson)>),
}

impl OrderedJson {
    pub fn parse(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    /// What is found below, keys separated by a slash.
    pub fn at(&mut self, path: &str) -> &mut Self {
        path.split('/').fold(self, |inner, key| {
            let found = inner.entries().iter_mut().find(|(name, _)| name == key);
            &mut found.unwrap_or_else(|| panic!("{key} of {path}")).1
        })
    }

    fn entries(&mut self) -> &mut Vec<(String, Self)> {
        let Self::Object(entries) = self else { panic!("not an object: {self:?}") };
        entries
    }

    pub fn items(&mut self) -> &mut Vec<Self> {
        let Self::List(items) = self else { panic!("not a list: {self:?}") };
        items
    }

    /// Gives a key another value, where it is or at the end; none takes the key away.
    pub fn set(&mut self, key: &str, value: Option<&str>) {
        let entries = self.entries();
        let at = entries.iter().position(|(name, _)| name == key).unwrap_or(entries.len());
        entries.retain(|(name, _)| name != key);
        entries.splice(at..at, value.map(|text| (key.to_owned(), Self::parse(text))));
    }

    /// Puts entries where the first of the old ones was, in their place.
    pub fn replace(&mut self, old: &[String], new: impl IntoIterator<Item = (String, String)>) {
        let entries = self.entries();
        let at = entries.iter().position(|(name, _)| old.contains(name)).unwrap_or(entries.len());
        entries.retain(|(name, _)| !old.contains(name));
        entries.splice(at..at, new.into_iter().map(|(key, text)| (key, Self::parse(&text))));
    }
}

impl Serialize for OrderedJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Boolean(value) => value.serialize(serializer),
            Self::Whole(value) => value.serialize(serializer),
            Self::Decimal(value) => value.serialize(serializer),
            Self::Text(text) => text.serialize(serializer),
            Self::List(items) => items.serialize(serializer),
            Self::Object(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for OrderedJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Parts)
    }
}

struct Parts;

impl<'de> Visitor<'de> for Parts {
    type Value = OrderedJson;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without null")
    }

    fn visit_bool<E>(self, value: bool) -> Result<OrderedJson, E> {
        Ok(OrderedJson::Boolean(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<OrderedJson, E> {
        Ok(OrderedJson::Whole(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<OrderedJson, E> {
        Ok(OrderedJson::Whole(i64::try_from(value).unwrap()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<OrderedJson, E> {
        Ok(OrderedJson::Decimal(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<OrderedJson, E> {
        Ok(OrderedJson::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<OrderedJson, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(OrderedJson::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<OrderedJson, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(OrderedJson::Object(entries))
    }
}
