//! Floor 3: runs a plan over ports. No files, no clock, no terminal, no
//! environment: formats implement the ports, the release passes the world in.

pub mod fault;
pub mod port;
