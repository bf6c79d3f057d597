//! The pages' files: what is uploaded, in which order, and for how long browsers may keep it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};

/// Files below have the hash of their content in the name.
pub(crate) const ASSETS: &str = "assets/";
/// What the pages read first: which installation they belong to.
pub(crate) const CONFIG: &str = "config.json";
/// Without these files a folder does not hold the pages.
const PAGES: [&str; 2] = ["guest/index.html", "control/index.html"];
/// A part of an older release stays for so long, because a page that is open may still ask for it.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Nothing goes so soon after a release: its predecessor's pages are open.
const SETTLED: SignedDuration = SignedDuration::from_hours(24);
/// A release uploads its parts before its `config.json`, by less than this.
const UPLOAD_TIME: SignedDuration = SignedDuration::from_hours(1);

/// A file of the pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct File {
    /// Its key in the bucket, which is its address below the site's.
    pub(crate) key: String,
    pub(crate) path: PathBuf,
}

/// The files of a folder, in the order in which they are uploaded: a page comes after everything that it loads.
pub(crate) fn files(folder: &Path) -> io::Result<Vec<File>> {
    let mut found = Vec::new();
    collect(folder, "", &mut found)?;
    for page in PAGES {
        if !found.iter().any(|file: &File| file.key == page) {
            let missing = format!(
                "{} has no {page}: build the pages first (`make web`)",
                folder.display()
            );
            return Err(io::Error::new(io::ErrorKind::NotFound, missing));
        }
    }
    found.sort_by_cached_key(|file| (rank(&file.key), file.key.clone()));
    Ok(found)
}

/// Names that begin with a dot are the build's own, such as its manifest.
fn collect(folder: &Path, prefix: &str, found: &mut Vec<File>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let key = format!("{prefix}{name}");
        if name.starts_with('.') {
            continue;
        }
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{key}/"), found)?;
        } else if key != CONFIG {
            found.push(File {
                key,
                path: entry.path(),
            });
        }
    }
    Ok(())
}

fn rank(key: &str) -> u8 {
    match key {
        _ if key.starts_with(ASSETS) => 0,
        _ if key.ends_with(".html") => 2,
        // A new service worker makes open pages load what it names.
        "sw.js" => 3,
        _ => 1,
    }
}

/// A name with a hash stands for its content for good. Everything else is asked for again, and mostly answered with 304.
pub(crate) fn cache_control(key: &str) -> &'static str {
    if key.starts_with(ASSETS) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    }
}

pub(crate) fn content_type(key: &str) -> String {
    let guessed = mime_guess::from_path(key).first_or_octet_stream();
    match (guessed.type_().as_str(), guessed.essence_str()) {
        (_, "application/json" | "application/manifest+json" | "image/svg+xml") | ("text", _) => {
            format!("{guessed}; charset=utf-8")
        }
        _ => guessed.to_string(),
    }
}

/// Whether a part in the bucket has had its time. Every release uploads all its parts, so those of the release before are
/// as old as its `config.json`, however often they were used before; they stay.
pub(crate) fn has_had_its_time(part: Timestamp, last_release: Timestamp, now: Timestamp) -> bool {
    now.duration_since(part) > KEPT
        && part < last_release - UPLOAD_TIME
        && now.duration_since(last_release) > SETTLED
}

/// The addresses that the distribution may hold an old answer for. Those of parts never change.
pub(crate) fn changing(files: &[File]) -> Vec<String> {
    let named = files.iter().filter(|file| !file.key.starts_with(ASSETS));
    let keys = named.map(|file| file.key.as_str()).chain([CONFIG]);
    keys.map(|key| format!("/{key}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(names: &[&str]) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("site-{}-{}", std::process::id(), names.len()));
        for name in names {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, name).unwrap();
        }
        folder
    }

    #[test]
    fn a_page_comes_after_what_it_loads_and_nothing_of_the_build_goes_along() {
        let names = [
            "control/index.html",
            "guest/index.html",
            "sw.js",
            "icon.svg",
            "assets/guest-1a2b.js",
            "assets/a.css",
            ".vite/manifest.json",
            "config.json",
        ];
        let folder = folder(&names);
        let found = files(&folder).unwrap();
        fs::remove_dir_all(folder).unwrap();
        let keys: Vec<&str> = found.iter().map(|file| file.key.as_str()).collect();
        assert_eq!(
            keys,
            [
                "assets/a.css",
                "assets/guest-1a2b.js",
                "icon.svg",
                "control/index.html",
                "guest/index.html",
                "sw.js"
            ]
        );
        assert_eq!(
            changing(&found),
            [
                "/icon.svg",
                "/control/index.html",
                "/guest/index.html",
                "/sw.js",
                "/config.json"
            ]
        );
    }

    #[test]
    fn a_folder_without_a_page_is_not_published() {
        let folder = folder(&["guest/index.html"]);
        let refused = files(&folder).unwrap_err().to_string();
        fs::remove_dir_all(folder).unwrap();
        assert!(
            refused.contains("control/index.html") && refused.contains("make web"),
            "{refused}"
        );
        assert!(files(Path::new("/no/such/folder")).is_err());
    }

    #[test]
    fn only_names_with_a_hash_are_kept_by_browsers() {
        assert!(cache_control("assets/guest-1a2b.js").contains("immutable"));
        for key in [
            "guest/index.html",
            "sw.js",
            "icon.svg",
            CONFIG,
            "manifest.webmanifest",
        ] {
            assert_eq!(cache_control(key), "no-cache", "{key}");
        }
    }

    #[test]
    fn browsers_learn_what_each_file_is() {
        for (key, expected) in [
            ("guest/index.html", "text/html; charset=utf-8"),
            ("assets/a.js", "text/javascript; charset=utf-8"),
            ("assets/a.css", "text/css; charset=utf-8"),
            ("icon.svg", "image/svg+xml; charset=utf-8"),
            ("manifest.webmanifest", "application/manifest+json; charset=utf-8"),
            ("config.json", "application/json; charset=utf-8"),
            ("preview.webp", "image/webp"),
            ("assets/a.woff2", "font/woff2"),
            ("unknown.zzz", "application/octet-stream"),
        ] {
            assert_eq!(content_type(key), expected, "{key}");
        }
    }

    #[test]
    fn a_part_goes_a_month_after_it_was_uploaded_and_a_day_after_its_page() {
        let day = |days: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * days);
        let goes = |part, last_release, now| has_had_its_time(day(part), day(last_release), day(now));
        assert!(goes(0, 20, 40));
        assert!(!goes(15, 20, 40), "younger than a month");
        assert!(!goes(20, 20, 60), "part of the release that is replaced now");
        assert!(
            !goes(0, 40, 41),
            "pages of the release before the last may still be open"
        );
    }
}
