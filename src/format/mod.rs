//! Floor 4: adapters for the ports, one file or folder a format.

pub mod compression;
pub mod csv;
pub mod hashing;
pub mod input_file;
pub mod magic;
