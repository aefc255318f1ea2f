pub fn cases() -> Vec<super::case::Case> { vec![] }
