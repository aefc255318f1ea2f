//! Case 43: what is not needed is not looked into.
