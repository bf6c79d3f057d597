//! An organiser asks which styles there are, and which of them guests can use.

use cloud::Cloud;
use domain::guard::entitlement;
use domain::guard::style::{is_allowed, is_unlocked};
use domain::scope::TenantCaller;
use domain::{Event, Problem, Style};
use jiff::Timestamp;

/// A style at an event.
#[derive(Debug, Clone)]
pub struct TenantStyle {
    /// As stored.
    pub style: Style,
    /// Switched on, and on the event's list.
    pub allowed: bool,
    /// Asks for more than the event has.
    pub locked: bool,
    /// The first thing in the way of using it.
    pub hurdle: Option<Hurdle>,
}

/// Why guests cannot use a style.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hurdle {
    /// The event has no AI edits at all.
    FeatureLocked,
    /// The superadmin has switched the style off.
    Inactive,
    /// The event's list leaves it out.
    NotOnList,
    /// The event has not what the style asks for.
    StyleLocked,
}

impl Hurdle {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::FeatureLocked,
        Self::Inactive,
        Self::NotOnList,
        Self::StyleLocked,
    ];

    /// The name in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FeatureLocked => "feature_locked",
            Self::Inactive => "inactive",
            Self::NotOnList => "not_on_list",
            Self::StyleLocked => "style_locked",
        }
    }

    /// What it means for the organiser.
    pub const fn message(self) -> &'static str {
        match self {
            Self::FeatureLocked => {
                "The event's package does not include AI edits; an add-on can unlock them."
            }
            Self::Inactive => "This style is switched off for everybody.",
            Self::NotOnList => "The event's `allowed_style_keys` leave this style out.",
            Self::StyleLocked => "This style asks for features or add-ons that the event does not have.",
        }
    }
}

/// Every style there is, in their order, with what guests can do with it.
///
/// # Errors
/// An unknown event.
pub async fn list_styles(cloud: &Cloud, caller: TenantCaller<'_>) -> Result<Vec<TenantStyle>, Problem> {
    let styles = async { cloud.styles().await.map_err(Problem::from) };
    let (event, styles) = futures::try_join!(super::event(cloud, caller), styles)?;
    let now = cloud.now();
    let answers = styles.iter().map(|style| TenantStyle::of(style, &event, now));
    Ok(answers.collect())
}

impl TenantStyle {
    fn of(style: &Style, event: &Event, now: Timestamp) -> Self {
        let entitled = entitlement::check(event, now).is_ok();
        let allowed = is_allowed(style, event);
        let unlocked = is_unlocked(style, event, now);
        // In the order of the layers.
        let hurdle = match () {
            () if !entitled => Some(Hurdle::FeatureLocked),
            () if !style.is_active => Some(Hurdle::Inactive),
            () if !allowed => Some(Hurdle::NotOnList),
            () if !unlocked => Some(Hurdle::StyleLocked),
            () => None,
        };
        Self {
            style: style.clone(),
            allowed,
            locked: !(entitled && unlocked),
            hurdle,
        }
    }
}
