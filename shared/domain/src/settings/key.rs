//! The names of the settings, taken from the fields of [`Settings`].

use std::fmt;

use struct_field_names_as_array::FieldNamesAsSlice;

use super::Settings;

/// The name of a setting: the field of [`Settings`] and the last part of the parameter's path.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Setting(&'static str);

/// The name of a setting, checked by the compiler: `setting!(is_enabled)`.
#[macro_export]
macro_rules! setting {
    ($field:ident) => {{
        const _: usize = ::core::mem::offset_of!($crate::settings::Settings, $field);
        $crate::settings::Setting::of_field(stringify!($field))
    }};
}

impl Setting {
    /// Every setting, in the order of the struct.
    pub fn all() -> impl ExactSizeIterator<Item = Self> {
        Settings::FIELD_NAMES_AS_SLICE.iter().map(|name| Self(name))
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::all().find(|setting| setting.0 == name)
    }

    /// For [`setting!`] alone, which knows that there is such a field.
    #[doc(hidden)]
    pub const fn of_field(name: &'static str) -> Self {
        Self(name)
    }

    pub const fn name(self) -> &'static str {
        self.0
    }
}

impl fmt::Debug for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
