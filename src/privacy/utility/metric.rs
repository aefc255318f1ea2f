//! Which measure a search keeps low.

/// What is to be as little as possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Metric {
    /// [`super::loss`]: the one that also counts what is suppressed, by its cells.
    #[default]
    Loss,
    /// [`super::entropy`].
    NonUniformEntropy,
    /// [`super::discernibility`].
    Discernibility,
    /// [`super::precision`].
    Precision,
}

impl Metric {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Loss, Self::NonUniformEntropy, Self::Discernibility, Self::Precision];

    /// How people write it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Loss => "loss",
            Self::NonUniformEntropy => "non_uniform_entropy",
            Self::Discernibility => "discernibility",
            Self::Precision => "precision",
        }
    }

    /// Whether suppressed records cost nothing: then a search spends all that may be
    /// suppressed.
    pub const fn ignores_suppression(self) -> bool {
        matches!(self, Self::NonUniformEntropy | Self::Precision)
    }
}
