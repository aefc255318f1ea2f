//! What Parquet and IPC share: columns of values, cut into blocks, as text.

pub(crate) mod arrow_decode;
pub(crate) mod arrow_encode;
pub(crate) mod column;
pub(crate) mod days_and_times;
mod number_text;
pub(crate) mod offset_text;
pub(crate) mod row_group_cache;
pub(crate) mod rows;
pub(crate) mod slices;
pub(crate) mod stored_type;
