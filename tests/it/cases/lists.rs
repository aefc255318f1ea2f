//! Cases 09, 31, 32, 34, 35 and 37: nobody slips past a list.
