//! `magic-edits event download`: every finished picture of an event, into a folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use cloud::{Cloud, ObjectError};
use data_encoding::HEXLOWER;
use domain::edit::StoredOutput;
use domain::{Edit, EditId};
use serde_json::json;
use sha2::{Digest, Sha256};
use workflow::event_of;

use super::EventArgs;
use crate::output::{CommandResult, Output, Verdict};
use crate::problem::explain;

/// Edits in one page.
const PAGE: u32 = 100;
/// Of a file that is not complete yet: a download that broke off leaves no picture that looks like one.
const PARTIAL: &str = "part";

#[derive(Debug, Default)]
struct Counts {
    fetched: u64,
    there: u64,
    bytes: u64,
    /// Pictures that were deleted between the list and the download.
    gone: u64,
}

/// Fetches what the folder does not hold yet. Run it again after an interruption, or after more pictures.
pub(super) async fn download(
    cloud: &Cloud,
    output: Output,
    event: &EventArgs,
    folder: &Path,
) -> CommandResult {
    let id = event_of(cloud, event.caller()).await;
    let id = id.map_err(|problem| explain(&problem))?;
    fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    let progress = output.progress(format!("Downloading {}", event.slug));
    let mut counts = Counts::default();
    let mut after: Option<EditId> = None;
    loop {
        let edits = cloud.finished_edits(&id, after, PAGE).await?;
        let Some(last) = edits.last() else { break };
        after = Some(last.id);
        for edit in edits.iter().filter(|edit| edit.tenant_id == event.tenant) {
            if let Some(stored) = &edit.output {
                fetch(cloud, edit, stored, folder, &mut counts).await?;
            }
        }
    }
    drop(progress);
    let Counts {
        fetched,
        there,
        bytes,
        gone,
    } = counts;
    output.result(
        json!({ "fetched": fetched, "already_there": there, "bytes": bytes, "gone": gone }),
        &format!(
            "{fetched} pictures fetched ({:.1} MB), {there} were there already",
            // Only shown: a byte more or less does not matter.
            f64::from(u32::try_from(bytes / 100_000).unwrap_or(u32::MAX)) / 10.0
        ),
    )?;
    Ok(Verdict::Done)
}

async fn fetch(
    cloud: &Cloud,
    edit: &Edit,
    stored: &StoredOutput,
    folder: &Path,
    counts: &mut Counts,
) -> Result<(), Box<dyn std::error::Error>> {
    let path = folder.join(edit.file_name());
    if is_there(&path, stored)? {
        counts.there += 1;
        return Ok(());
    }
    let picture = match cloud.get_object(&stored.object_key, stored.bytes).await {
        Ok(picture) => picture,
        Err(ObjectError::Missing) => {
            counts.gone += 1;
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    write(&path, &picture, stored)?;
    counts.fetched += 1;
    counts.bytes += stored.bytes;
    Ok(())
}

/// Whether the file is the picture, bit for bit.
fn is_there(path: &Path, stored: &StoredOutput) -> Result<bool, String> {
    match fs::read(path) {
        Ok(found) => Ok(hash(&found) == stored.sha256),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(failed(path, &error)),
    }
}

fn write(path: &Path, picture: &[u8], stored: &StoredOutput) -> Result<(), String> {
    if hash(picture) != stored.sha256 {
        return Err(format!("{}: the picture is not as it was stored", path.display()));
    }
    let partial: PathBuf = path.with_extension(PARTIAL);
    fs::write(&partial, picture).map_err(|error| failed(&partial, &error))?;
    fs::rename(&partial, path).map_err(|error| failed(path, &error))
}

fn hash(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}

fn failed(path: &Path, error: &io::Error) -> String {
    format!("{}: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(picture: &[u8]) -> StoredOutput {
        StoredOutput {
            object_key: "o".to_owned(),
            thumbnail_key: "t".to_owned(),
            mime_type: "image/jpeg".to_owned(),
            width: 1,
            height: 1,
            bytes: picture.len() as u64,
            sha256: hash(picture),
        }
    }

    #[test]
    fn a_file_counts_as_there_only_if_it_is_the_picture() {
        let folder = std::env::temp_dir().join(format!("magic-edits-download-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("picture.jpg");
        let of = stored(b"picture");
        assert_eq!(is_there(&path, &of), Ok(false));
        // A download that broke off, by another tool.
        fs::write(&path, b"pict").unwrap();
        assert_eq!(is_there(&path, &of), Ok(false));
        write(&path, b"picture", &of).unwrap();
        assert_eq!(is_there(&path, &of), Ok(true));
        // What is not the picture never takes its place.
        assert!(write(&path, b"other", &of).is_err());
        assert_eq!(is_there(&path, &of), Ok(true));
        assert_eq!(
            fs::read_dir(&folder).unwrap().count(),
            1,
            "nothing partial is left"
        );
        fs::remove_dir_all(&folder).unwrap();
    }
}
