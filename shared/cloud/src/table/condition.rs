//! What must hold of an item for a write to happen.

use super::Value;

/// A condition on the item that a write would change. A missing item has no attributes.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Condition {
    #[default]
    Always,
    /// The item exists.
    Exists,
    /// The item does not exist.
    Absent,
    /// The attribute does not exist. A null attribute exists.
    Missing(Path),
    IsNull(Path),
    Eq(Path, Value),
    /// Also holds where the attribute does not exist.
    Ne(Path, Value),
    Lt(Path, Value),
    Le(Path, Value),
    Ge(Path, Value),
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
}

impl Condition {
    pub fn missing(path: impl Into<Path>) -> Self {
        Self::Missing(path.into())
    }

    pub fn is_null(path: impl Into<Path>) -> Self {
        Self::IsNull(path.into())
    }

    pub fn eq(path: impl Into<Path>, value: Value) -> Self {
        Self::Eq(path.into(), value)
    }

    pub fn ne(path: impl Into<Path>, value: Value) -> Self {
        Self::Ne(path.into(), value)
    }

    pub fn lt(path: impl Into<Path>, value: Value) -> Self {
        Self::Lt(path.into(), value)
    }

    pub fn le(path: impl Into<Path>, value: Value) -> Self {
        Self::Le(path.into(), value)
    }

    pub fn ge(path: impl Into<Path>, value: Value) -> Self {
        Self::Ge(path.into(), value)
    }

    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Always, other) | (other, Self::Always) => other,
            (one, other) => Self::And(Box::new(one), Box::new(other)),
        }
    }

    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self::Or(Box::new(self), Box::new(other))
    }
}

/// Where an attribute is: `version`, or `package.version` inside a map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path(String);

impl Path {
    /// Attribute names from the outside in.
    pub fn steps(&self) -> impl Iterator<Item = &str> {
        self.0.split('.')
    }
}

impl<T: Into<String>> From<T> for Path {
    fn from(path: T) -> Self {
        Self(path.into())
    }
}
