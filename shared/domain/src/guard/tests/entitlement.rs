//! What unlocks the feature, and what unlocks a style.

use super::*;
use crate::event::{ADDON_AI_STYLING, FEATURE_PREMIUM_STYLES};
use crate::style::EntitlementProfile;

fn feature_granted(package: Option<Package>, addons: Vec<Addon>) -> Result<GrantedBy, Refusal> {
    let world = World::with(|world| {
        world.event.package = package;
        world.event.addons = addons;
    });
    match world.ask() {
        Verdict::Approved(approval) => Ok(approval.granted_by),
        Verdict::Refused(refusal) => Err(refusal),
        Verdict::PromptBlocked(_) => panic!("nothing is blocked"),
    }
}

#[test]
fn the_feature_is_granted_by_the_package_or_by_a_completed_unexpired_addon() {
    use AddonStatus::{Cancelled, Completed, Pending};
    let with = || Some(package(&["gallery", FEATURE_AI_STYLING]));
    let without = || Some(package(&["gallery", FEATURE_PREMIUM_STYLES]));
    let unlock = |status, expires_at| vec![addon(ADDON_AI_STYLING, status, expires_at)];
    let locked = Err(Refusal::FeatureLocked);
    let cases = [
        ("nothing", None, vec![], locked.clone()),
        ("package", with(), vec![], Ok(GrantedBy::Package)),
        ("package without the feature", without(), vec![], locked.clone()),
        ("add-on", None, unlock(Completed, None), Ok(GrantedBy::Addon)),
        (
            "add-on beside a package without",
            without(),
            unlock(Completed, None),
            Ok(GrantedBy::Addon),
        ),
        (
            "package before add-on",
            with(),
            unlock(Completed, None),
            Ok(GrantedBy::Package),
        ),
        (
            "package beside a cancelled add-on",
            with(),
            unlock(Cancelled, None),
            Ok(GrantedBy::Package),
        ),
        ("pending", None, unlock(Pending, None), locked.clone()),
        (
            "pending, unexpired",
            None,
            unlock(Pending, Some(at(60))),
            locked.clone(),
        ),
        ("cancelled", None, unlock(Cancelled, None), locked.clone()),
        (
            "still good",
            None,
            unlock(Completed, Some(at(1))),
            Ok(GrantedBy::Addon),
        ),
        (
            "exactly at expiry",
            None,
            unlock(Completed, Some(at(0))),
            locked.clone(),
        ),
        ("expired", None, unlock(Completed, Some(at(-1))), locked.clone()),
        (
            "another add-on",
            None,
            vec![addon("prints", Completed, None)],
            locked,
        ),
        (
            "one expired, one good",
            None,
            [unlock(Completed, Some(at(-1))), unlock(Completed, None)].concat(),
            Ok(GrantedBy::Addon),
        ),
    ];
    for (name, package, addons, expected) in cases {
        assert_eq!(feature_granted(package, addons), expected, "{name}");
    }
}

#[test]
fn a_style_opens_to_events_that_have_what_it_asks_for() {
    use AddonStatus::{Completed, Pending};
    let profile = |features: &[&str], addons: &[&str]| EntitlementProfile {
        required_features: features.iter().map(|key| (*key).to_owned()).collect(),
        required_addons: addons.iter().map(|key| (*key).to_owned()).collect(),
    };
    let gold = |status, expires_at| vec![addon("gold", status, expires_at)];
    let (open, locked) = (true, false);
    // Name, premium, asked for, features of the package, add-ons, whether it opens.
    let cases = [
        ("plain", false, profile(&[], &[]), vec![], vec![], open),
        ("premium without", true, profile(&[], &[]), vec![], vec![], locked),
        (
            "premium with",
            true,
            profile(&[], &[]),
            vec![FEATURE_PREMIUM_STYLES],
            vec![],
            open,
        ),
        (
            "feature missing",
            true,
            profile(&["art"], &[]),
            vec![],
            vec![],
            locked,
        ),
        (
            "a profile replaces the general feature",
            true,
            profile(&["art"], &[]),
            vec!["art"],
            vec![],
            open,
        ),
        (
            "and is not replaced by it",
            true,
            profile(&["art"], &[]),
            vec![FEATURE_PREMIUM_STYLES],
            vec![],
            locked,
        ),
        (
            "one of two features",
            true,
            profile(&["art", "film"], &[]),
            vec!["art"],
            vec![],
            locked,
        ),
        (
            "both features",
            true,
            profile(&["art", "film"], &[]),
            vec!["film", "art"],
            vec![],
            open,
        ),
        (
            "a profile binds without premium too",
            false,
            profile(&["art"], &[]),
            vec![],
            vec![],
            locked,
        ),
        (
            "add-on missing",
            true,
            profile(&[], &["gold"]),
            vec![],
            vec![],
            locked,
        ),
        (
            "add-on",
            true,
            profile(&[], &["gold"]),
            vec![],
            gold(Completed, None),
            open,
        ),
        (
            "add-on pending",
            true,
            profile(&[], &["gold"]),
            vec![],
            gold(Pending, None),
            locked,
        ),
        (
            "add-on still good",
            true,
            profile(&[], &["gold"]),
            vec![],
            gold(Completed, Some(at(1))),
            open,
        ),
        (
            "add-on at expiry",
            true,
            profile(&[], &["gold"]),
            vec![],
            gold(Completed, Some(at(0))),
            locked,
        ),
        (
            "feature without add-on",
            true,
            profile(&["art"], &["gold"]),
            vec!["art"],
            vec![],
            locked,
        ),
        (
            "feature and add-on",
            true,
            profile(&["art"], &["gold"]),
            vec!["art"],
            gold(Completed, None),
            open,
        ),
    ];
    for (name, is_premium, entitlements, features, addons, opens) in cases {
        let world = World::with(|world| {
            world.event.package = Some(package(&[&features[..], &[FEATURE_AI_STYLING]].concat()));
            world.event.addons = addons;
            let style = world.style("watercolour");
            style.is_premium = is_premium;
            style.entitlements = entitlements;
        });
        if opens {
            assert_eq!(world.approval().granted_by, GrantedBy::Package, "{name}");
        } else {
            assert_eq!(world.refusal(), Refusal::StyleLocked, "{name}");
        }
    }
}

#[test]
fn a_locked_style_that_is_not_on_the_list_is_not_offered_for_sale() {
    let world = World::with(|world| {
        world.style("watercolour").is_premium = true;
        world.event.policy.allowed_style_keys = vec!["comic".parse().unwrap()];
    });
    assert_eq!(world.refusal(), Refusal::StyleNotAllowed);
}

#[test]
fn granted_by_keeps_its_wire_form() {
    assert_eq!(
        serde_json::to_string(&GrantedBy::Package).unwrap(),
        r#""package""#
    );
    assert_eq!(serde_json::to_string(&GrantedBy::Addon).unwrap(), r#""addon""#);
}
