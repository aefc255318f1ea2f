//! Actions on text and categories.

pub(crate) mod map_hierarchy;
pub(crate) mod map_values;
pub(crate) mod mask_text;
pub(crate) mod redact_text;
pub(crate) mod replace;
pub(crate) mod top_values;
pub(crate) mod truncate_text;
