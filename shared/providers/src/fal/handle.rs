//! The handle of a request: `fal-ai/flux-pro/requests/764cabcf-…`, a path relative to the API.
//!
//! The submit's answer names the addresses, and they are used; after checking, because the key goes there. Where no
//! answer arrived, a webhook names the request alone, and fal's rule makes the address: owner and app of the endpoint,
//! without what follows them.

use url::Url;

/// The longest request id that is believed; fal's are UUIDs.
const LONGEST_ID: usize = 128;

/// Hosts of fal's and their other names, which its own client falls back to.
const OTHER_NAMES: [(&str, &str); 2] = [("falrun.com", "fal.run"), ("queue.falrun.com", "queue.fal.run")];

/// The name of a request of this endpoint; `None` for an id that is none.
pub(super) fn handle(endpoint: &str, request_id: &str) -> Option<String> {
    let mut parts = endpoint.split('/');
    let (owner, app) = (parts.next()?, parts.next()?);
    [owner, app, request_id]
        .into_iter()
        .all(is_plain)
        .then(|| format!("{owner}/{app}/requests/{request_id}"))
}

/// The name in an address of the answer, where it is one of this API's and about this request.
pub(super) fn in_address(address: &str, request_id: &str, base: &Url) -> Option<String> {
    let address = Url::parse(address).ok()?;
    let place = |url: &Url| {
        let host = url.host_str().map(|name| {
            let known = OTHER_NAMES.iter().find(|(other, _)| *other == name);
            known.map_or(name, |(_, usual)| usual).to_owned()
        });
        (url.scheme().to_owned(), host, url.port_or_known_default())
    };
    let same_place = place(&address) == place(base);
    let path = address
        .path()
        .strip_prefix(base.path().trim_end_matches('/'))?
        .strip_prefix('/')?;
    let is_named_so = match path.split('/').collect::<Vec<_>>().as_slice() {
        [owner, app, "requests", id] => is_plain(owner) && is_plain(app) && *id == request_id && is_plain(id),
        _ => false,
    };
    (same_place && is_named_so && address.query().is_none()).then(|| path.to_owned())
}

fn is_plain(part: &str) -> bool {
    (1..=LONGEST_ID).contains(&part.len())
        && part
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        && part.bytes().any(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "764cabcf-b745-4b3e-ae38-1200304cf45b";

    #[test]
    fn a_request_is_named_by_owner_and_app_alone() {
        for (endpoint, name) in [
            (
                "fal-ai/flux-pro/kontext/max",
                "fal-ai/flux-pro/requests/764cabcf-b745-4b3e-ae38-1200304cf45b",
            ),
            (
                "bria/fibo-edit/edit",
                "bria/fibo-edit/requests/764cabcf-b745-4b3e-ae38-1200304cf45b",
            ),
        ] {
            assert_eq!(handle(endpoint, ID).as_deref(), Some(name));
        }
        for id in ["", "..", "a/b", "a?b", "ü", &"x".repeat(129)] {
            assert_eq!(handle("fal-ai/flux-pro/kontext", id), None, "{id}");
        }
        assert_eq!(handle("flux", ID), None);
    }

    #[test]
    fn only_an_address_of_this_api_and_this_request_is_used() {
        let base: Url = "https://queue.fal.run".parse().unwrap();
        let at = |address: &str| in_address(address, ID, &base);
        assert_eq!(
            at(&format!("https://queue.fal.run/fal-ai/flux-pro/requests/{ID}")),
            handle("fal-ai/flux-pro/kontext", ID)
        );
        for elsewhere in [
            format!("https://queue.fal.run.example.com/fal-ai/flux-pro/requests/{ID}"),
            format!("http://queue.fal.run/fal-ai/flux-pro/requests/{ID}"),
            format!("https://queue.fal.run:8443/fal-ai/flux-pro/requests/{ID}"),
            format!("https://queue.fal.run/fal-ai/flux-pro/requests/{ID}?x=1"),
            format!("https://queue.fal.run/fal-ai/flux-pro/requests/{ID}/status"),
            "https://queue.fal.run/fal-ai/flux-pro/requests/another".to_owned(),
            format!("https://queue.fal.run/../requests/{ID}"),
            ID.to_owned(),
        ] {
            assert_eq!(at(&elsewhere), None, "{elsewhere}");
        }
        let other: Url = "https://queue.falrun.com".parse().unwrap();
        for (base, host) in [
            (&base, "queue.falrun.com"),
            (&other, "queue.fal.run"),
            (&other, "queue.falrun.com"),
        ] {
            assert_eq!(
                in_address(&format!("https://{host}/fal-ai/flux-pro/requests/{ID}"), ID, base),
                handle("fal-ai/flux-pro/kontext", ID)
            );
        }
        for (base, host) in [
            (&base, "falrun.com"),
            (&base, "fal.run"),
            (&other, "evil-queue.falrun.com"),
        ] {
            let address = format!("https://{host}/fal-ai/flux-pro/requests/{ID}");
            assert_eq!(in_address(&address, ID, base), None, "{address}");
        }
        let below: Url = "http://127.0.0.1:9000/queue/".parse().unwrap();
        assert_eq!(
            in_address(
                &format!("http://127.0.0.1:9000/queue/bria/fibo-edit/requests/{ID}"),
                ID,
                &below
            ),
            handle("bria/fibo-edit/edit", ID)
        );
    }
}
