//! Which items of a partition to read.

use super::{Item, Key};

/// A global secondary index. It follows the table a moment later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Index {
    /// An event's edits by status.
    ByStatus,
    /// Edits that still need work, by deadline. Sparse, and holds keys alone.
    OpenEdits,
    /// A guest's photos and edits, by their own sort keys. Sparse, and holds keys alone.
    ByGuest,
    /// An event's edits that guests may see, by their own sort keys. Sparse, and holds keys alone.
    Gallery,
    /// The edits of a photo, by their own sort keys. Holds keys alone.
    ByPhoto,
}

impl Index {
    pub const ALL: [Self; 5] = [
        Self::ByStatus,
        Self::OpenEdits,
        Self::ByGuest,
        Self::Gallery,
        Self::ByPhoto,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::ByStatus => "by_status",
            Self::OpenEdits => "open_edits",
            Self::ByGuest => "by_guest",
            Self::Gallery => "gallery",
            Self::ByPhoto => "by_photo",
        }
    }

    /// The attributes that are partition key and sort key.
    pub const fn key(self) -> (&'static str, &'static str) {
        match self {
            Self::ByStatus => ("status_pk", "status_sk"),
            Self::OpenEdits => ("open_pk", "due_at"),
            Self::ByGuest => ("guest", "sk"),
            Self::Gallery => ("gallery_pk", "sk"),
            Self::ByPhoto => ("photo_id", "sk"),
        }
    }

    /// Whether the index holds nothing of an item but its keys.
    pub const fn holds_keys_alone(self) -> bool {
        match self {
            Self::ByStatus => false,
            Self::OpenEdits | Self::ByGuest | Self::Gallery | Self::ByPhoto => true,
        }
    }
}

/// Reads one partition in the order of its sort keys.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// `None`: the table itself.
    pub index: Option<Index>,
    pub partition: String,
    pub range: Range,
    pub backward: bool,
    pub limit: Option<u32>,
    /// Key of the item that was seen last, which need not exist any more.
    pub after: Option<Item>,
    pub select: Select,
    pub consistent: bool,
}

/// What to answer of each item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Select {
    All,
    Only(&'static [&'static str]),
}

/// Which sort keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Range {
    All,
    BeginsWith(String),
    /// Both ends included.
    Between(String, String),
    UpTo(String),
}

impl Query {
    pub fn table(partition: impl Into<String>) -> Self {
        Self {
            index: None,
            partition: partition.into(),
            range: Range::All,
            backward: false,
            limit: None,
            after: None,
            select: Select::All,
            consistent: false,
        }
    }

    pub fn index(index: Index, partition: impl Into<String>) -> Self {
        Self {
            index: Some(index),
            ..Self::table(partition)
        }
    }

    #[must_use]
    pub fn range(mut self, range: Range) -> Self {
        self.range = range;
        self
    }

    #[must_use]
    pub fn begins_with(self, prefix: impl Into<String>) -> Self {
        self.range(Range::BeginsWith(prefix.into()))
    }

    #[must_use]
    pub fn between(self, first: impl Into<String>, last: impl Into<String>) -> Self {
        self.range(Range::Between(first.into(), last.into()))
    }

    #[must_use]
    pub fn backward(mut self) -> Self {
        self.backward = true;
        self
    }

    #[must_use]
    pub fn limit(mut self, limit: u32) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Begins after an item of the table.
    #[must_use]
    pub fn after(self, key: Option<Key>) -> Self {
        self.after_item(key.map(Key::into_item))
    }

    /// Begins after an item of an index, whose key is four attributes.
    #[must_use]
    pub fn after_item(mut self, key: Option<Item>) -> Self {
        self.after = key;
        self
    }

    #[must_use]
    pub fn only(mut self, attributes: &'static [&'static str]) -> Self {
        self.select = Select::Only(attributes);
        self
    }

    #[must_use]
    pub fn consistent(mut self) -> Self {
        self.consistent = true;
        self
    }
}

/// What a query answers; it ends at the limit, or at a megabyte.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Page {
    pub items: Vec<Item>,
    pub count: u32,
    /// Where the next page begins after; `None`: this was the last one.
    pub next: Option<Item>,
}
