//! Floor 4: adapters for the ports, one file or folder a format.
