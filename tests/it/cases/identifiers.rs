//! Cases 10 to 12, 16, 44 and 49: one person, one identifier.
