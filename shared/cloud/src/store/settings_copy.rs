//! The item that holds the copy of all settings.

use domain::settings::SettingsCopy;

use super::keys;
use crate::table::{Condition, number};
use crate::{Cloud, PortError};

/// What the item of the copy is found to be.
pub(crate) enum StoredCopy {
    Missing,
    /// Something that this code cannot read. It is as good as missing, and the next copy replaces it.
    Unreadable,
    There(SettingsCopy),
}

impl StoredCopy {
    pub(crate) fn readable(self) -> Option<SettingsCopy> {
        match self {
            Self::There(copy) => Some(copy),
            Self::Missing | Self::Unreadable => None,
        }
    }
}

impl Cloud {
    /// Reads the copy.
    pub(crate) async fn stored_settings(&self) -> Result<StoredCopy, PortError> {
        match self.read(keys::settings(), "the copy of the settings").await {
            Ok(Some(copy)) => Ok(StoredCopy::There(copy)),
            Ok(None) => Ok(StoredCopy::Missing),
            Err(PortError::Unreadable(_)) => Ok(StoredCopy::Unreadable),
            Err(error) => Err(error),
        }
    }

    /// Writes the copy that follows `before`; false where somebody else has written one since.
    pub(crate) async fn store_settings(
        &self,
        before: &StoredCopy,
        next: &SettingsCopy,
    ) -> Result<bool, PortError> {
        let unchanged = match before {
            StoredCopy::Missing => Condition::Absent,
            StoredCopy::Unreadable => Condition::Always,
            StoredCopy::There(copy) => {
                let version = i64::try_from(copy.version).unwrap_or(i64::MAX);
                Condition::eq("version", number(version))
            }
        };
        let item = keys::item(keys::settings(), next)?;
        self.table.put(item, &unchanged).await
    }
}
