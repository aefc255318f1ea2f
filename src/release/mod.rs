//! Floor 5: the library's front door: paths in, finished files out.

pub mod synthetic;
