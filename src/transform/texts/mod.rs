//! Actions on text and categories.

pub mod map_values;
pub mod mask_text;
pub mod replace;
pub mod truncate_text;
