//! Which hosts outputs may come from (setting `provider_output_hosts`).

use std::net::Ipv4Addr;

use thiserror::Error;
use url::{Host, Url};

/// The address of an output is not one of the allow list; says why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the output's address is not allowed: {0}")]
pub struct NotAllowed(pub &'static str);

/// A pattern that is neither a host name, nor `*.` and a domain, nor `127.0.0.1`.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is no host pattern: expected `host.example`, `*.domain.example` or `127.0.0.1`")]
pub struct InvalidHostPattern(String);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Pattern {
    /// This host.
    Exact(String),
    /// This domain and every host under it.
    Under(String),
    /// 127.0.0.1 over plain http, on any port: the local stage.
    Loopback,
}

/// The hosts that outputs may be fetched from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllowedHosts(Vec<Pattern>);

impl AllowedHosts {
    /// Reads patterns: `im.runware.ai` is that host; `*.fal.media` is every host under `fal.media` and `fal.media`
    /// itself (fal serves from all of them); `127.0.0.1` is this machine over plain http on any port.
    ///
    /// # Errors
    /// The first pattern that is none of these. A scheme, a port, a path, another IP address or a wildcard in
    /// another place is refused, so that a typo never widens the list.
    pub fn parse<I>(patterns: I) -> Result<Self, InvalidHostPattern>
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        patterns
            .into_iter()
            .map(|text| Pattern::parse(text.as_ref()))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Whether `url` may be fetched, as far as can be told without asking anyone.
    ///
    /// # Errors
    /// The reason.
    pub fn check(&self, url: &Url) -> Result<(), NotAllowed> {
        let refuse = |why| Err(NotAllowed(why));
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("it carries credentials");
        }
        match (url.scheme(), url.host()) {
            ("http", Some(Host::Ipv4(Ipv4Addr::LOCALHOST))) if self.0.contains(&Pattern::Loopback) => Ok(()),
            ("https", Some(Host::Domain(name))) => {
                if url.port().is_some() {
                    refuse("it names a port")
                } else if self.0.iter().any(|pattern| pattern.matches(name)) {
                    Ok(())
                } else {
                    refuse("its host is not in the list")
                }
            }
            ("https", Some(_)) => refuse("it names an IP address"),
            ("https", None) => refuse("it names no host"),
            _ => refuse("it is not https"),
        }
    }
}

impl Pattern {
    fn parse(text: &str) -> Result<Self, InvalidHostPattern> {
        let invalid = || InvalidHostPattern(text.chars().take(80).collect());
        let lower = text.trim().to_ascii_lowercase();
        if lower == "127.0.0.1" {
            return Ok(Self::Loopback);
        }
        match lower.strip_prefix("*.") {
            // At least two labels: `*.com` would be half the Internet.
            Some(domain) if is_host_name(domain) && domain.contains('.') => {
                Ok(Self::Under(domain.to_owned()))
            }
            None if is_host_name(&lower) => Ok(Self::Exact(lower)),
            _ => Err(invalid()),
        }
    }

    /// `name` comes from a parsed URL: lower case, in punycode where needed. A trailing dot matches nothing.
    fn matches(&self, name: &str) -> bool {
        match self {
            Self::Exact(host) => name == host,
            Self::Under(domain) => name
                .strip_suffix(domain.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.')),
            Self::Loopback => false,
        }
    }
}

/// Letters, digits and hyphens in labels of 1 to 63, the last one not a number (which would make it an address).
fn is_host_name(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253
        && text.split('.').all(is_label)
        && text
            .rsplit('.')
            .next()
            .is_some_and(|last| !last.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn allows(patterns: &[&str], url: &str) -> bool {
        AllowedHosts::parse(patterns)
            .unwrap()
            .check(&url.parse().unwrap())
            .is_ok()
    }

    const DEFAULT: &[&str] = &["im.runware.ai", "*.fal.media"];

    #[test]
    fn only_listed_hosts_over_https_are_allowed() {
        for good in [
            "https://im.runware.ai/image/a.jpg",
            "https://IM.RUNWARE.AI/image/a.jpg",
            "https://im.runware.ai:443/image/a.jpg",
            "https://v3b.fal.media/files/a.jpg",
            "https://a.b.fal.media/files/a.jpg",
            "https://fal.media/files/a.jpg",
        ] {
            assert!(allows(DEFAULT, good), "{good}");
        }
        for bad in [
            "http://im.runware.ai/image/a.jpg",
            "https://im.runware.ai:8443/image/a.jpg",
            "https://im.runware.ai./image/a.jpg",
            "https://user@im.runware.ai/image/a.jpg",
            "https://im.runware.ai@evil.example/image/a.jpg",
            "https://evil.im.runware.ai/image/a.jpg",
            "https://im.runware.ai.evil.example/image/a.jpg",
            "https://evilfal.media/files/a.jpg",
            "https://fal.media.evil.example/a.jpg",
            "https://169.254.169.254/latest/meta-data",
            "http://169.254.169.254/latest/meta-data",
            "https://[::1]/a.jpg",
            "http://127.0.0.1:9000/a.jpg",
            "data:image/jpeg;base64,AAAA",
            "file:///etc/passwd",
            "ftp://im.runware.ai/a.jpg",
        ] {
            assert!(!allows(DEFAULT, bad), "{bad}");
        }
    }

    #[test]
    fn loopback_is_allowed_by_name_only_and_over_plain_http_only() {
        let local = &["im.runware.ai", "127.0.0.1"];
        assert!(allows(local, "http://127.0.0.1:9000/a.jpg"));
        // The same address in other clothes: the URL parser has already undressed it.
        assert!(allows(local, "http://2130706433:9000/a.jpg"));
        for bad in [
            "https://127.0.0.1:9000/a.jpg",
            "http://127.0.0.2/a.jpg",
            "http://localhost/a.jpg",
            "http://[::1]/a.jpg",
            "http://[::ffff:127.0.0.1]/a.jpg",
            "http://10.0.0.1/a.jpg",
            "http://user@127.0.0.1/a.jpg",
            "http://im.runware.ai/a.jpg",
        ] {
            assert!(!allows(local, bad), "{bad}");
        }
    }

    #[test]
    fn a_pattern_that_would_allow_more_than_it_says_is_refused() {
        for bad in [
            "",
            "*",
            "*.",
            "*.com",
            "https://im.runware.ai",
            "im.runware.ai:443",
            "im.runware.ai/x",
            "im.*.ai",
            "**.runware.ai",
            ".runware.ai",
            "runware.ai.",
            "10.0.0.1",
            "169.254.169.254",
            "0x7f.1",
            "[::1]",
            "a b.c",
            "-a.example",
        ] {
            assert!(AllowedHosts::parse([bad]).is_err(), "{bad:?}");
        }
        assert!(
            AllowedHosts::default()
                .check(&"https://im.runware.ai/a".parse().unwrap())
                .is_err()
        );
    }

    proptest! {
        #[test]
        fn every_allowed_host_matches_a_pattern(text in "(https?://)?[a-z0-9.@:%-]{0,24}(fal\\.media|im\\.runware\\.ai)[a-z0-9.@:/-]{0,12}") {
            let Ok(url) = text.parse::<Url>() else { return Ok(()) };
            let hosts = AllowedHosts::parse(DEFAULT).unwrap();
            if hosts.check(&url).is_ok() {
                let host = url.host_str().unwrap();
                prop_assert!(host == "im.runware.ai" || host == "fal.media" || host.ends_with(".fal.media"));
                prop_assert_eq!(url.scheme(), "https");
            }
        }
    }
}
