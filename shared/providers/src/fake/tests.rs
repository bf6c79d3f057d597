use bytes::Bytes;
use domain::{EditId, MicroUsd, TaskId};
use image::{ImageFormat, RgbImage};

use super::*;
use crate::job::SourcePhoto;

fn photo(width: u32, height: u32) -> SourcePhoto {
    let picture = RgbImage::from_fn(width, height, |x, y| {
        let inside = x.abs_diff(width / 2) + y.abs_diff(height / 2) < width / 3;
        let shade = u8::try_from(x * 255 / width).unwrap();
        image::Rgb(if inside {
            [230, shade, 40]
        } else {
            [shade, 90, 200]
        })
    });
    let mut jpeg = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut jpeg, ImageFormat::Jpeg).unwrap();
    SourcePhoto {
        jpeg: Bytes::from(jpeg.into_inner()),
        width,
        height,
    }
}

fn edit() -> EditId {
    EditId::from_ulid("01ARZ3NDEKTSV4RRFFQ69G5FAV").unwrap()
}

fn job<'a>(model: &'a str, prompt: &'a str, attempt: u32, photo: &'a SourcePhoto) -> EditJob<'a> {
    EditJob {
        edit_id: edit(),
        attempt,
        task_id: TaskId::derive(edit(), attempt),
        model,
        prompt,
        negative_prompt: None,
        photo,
        estimated_cost: MicroUsd::new(39_000),
        webhook: None,
    }
}

/// Runs an attempt to its end: how many polls it took, and how it ended.
async fn run(model: &str, attempt: u32) -> (u32, Result<Output, ProviderError>) {
    let photo = photo(8, 8);
    match Fake.submit(&job(model, "make it blue", attempt, &photo)).await {
        Ok(Submitted::Finished(output)) => return (0, Ok(output)),
        Ok(Submitted::Accepted { handle }) => assert_eq!(handle, None, "the task id says it all"),
        Err(error) => return (0, Err(error)),
    }
    for polls in 0..50 {
        let task = Task {
            edit_id: edit(),
            attempt,
            task_id: TaskId::derive(edit(), attempt),
            model,
            prompt: "make it blue",
            handle: None,
            polls,
            estimated_cost: MicroUsd::new(39_000),
        };
        match Fake.poll(&task).await.expect("the fake's polls do not fail") {
            Progress::Pending => {}
            Progress::Absent | Progress::Unnamed => panic!("the fake knows its tasks"),
            Progress::Done(output) => return (polls + 1, Ok(output)),
            Progress::Failed(error) => return (polls + 1, Err(error)),
        }
    }
    (
        50,
        Err(ProviderError::new(
            ErrorClass::Timeout,
            "stillPending",
            "",
            Acceptance::Unknown,
        )),
    )
}

#[tokio::test]
async fn the_model_chooses_the_outcome() {
    for (model, attempt, polls, ending) in [
        ("fake:ok", 1, 1, "done"),
        ("google:4@1", 1, 1, "done"),
        ("anything", 7, 1, "done"),
        ("fake:sync", 1, 0, "done"),
        ("fake:slow", 1, 3, "done"),
        ("fake:never", 1, 50, "provider_timeout"),
        ("fake:moderated", 1, 1, "moderated"),
        ("fake:rejected", 1, 0, "provider_rejected"),
        ("fake:error", 1, 1, "provider_error"),
        ("fake:error", 2, 1, "provider_error"),
        ("fake:flaky", 1, 1, "provider_error"),
        ("fake:flaky", 2, 1, "done"),
        ("fake:broken-output", 1, 1, "done"),
    ] {
        let (took, outcome) = run(model, attempt).await;
        let name = outcome
            .as_ref()
            .map_or_else(|error| error.class.failure_code().code(), |_| "done");
        assert_eq!((took, name), (polls, ending), "{model}, attempt {attempt}");
        match outcome {
            Ok(output) => {
                let charged = if model == "fake:broken-output" { 0 } else { 39_000 };
                let charged = Some(MicroUsd::new(charged));
                assert_eq!((output.cost, output.flagged), (charged, false), "{model}");
            }
            Err(error) if ending == "provider_timeout" => assert_eq!(error.code, "stillPending"),
            Err(error) => assert_eq!(error.acceptance, Acceptance::Refused),
        }
    }
}

#[tokio::test]
async fn flaky_and_error_are_worth_another_attempt_and_the_others_are_not() {
    for (model, transient) in [
        ("fake:error", true),
        ("fake:flaky", true),
        ("fake:moderated", false),
        ("fake:rejected", false),
    ] {
        assert_eq!(
            run(model, 1).await.1.unwrap_err().class.is_transient(),
            transient,
            "{model}"
        );
    }
}

fn restyled(output: &Output) -> &Restyle {
    match &output.image {
        OutputImage::Restyled(restyle) => restyle,
        other => panic!("the fake makes no outside call, but gave {other:?}"),
    }
}

#[tokio::test]
async fn the_picture_is_made_from_the_photo_and_the_same_every_time() {
    let (_, output) = run("fake:ok", 1).await;
    let output = output.unwrap();
    let photo = photo(96, 64);
    let picture = restyled(&output).apply(&photo.jpeg).unwrap();
    assert_eq!(
        picture,
        restyled(&run("fake:ok", 1).await.1.unwrap())
            .apply(&photo.jpeg)
            .unwrap()
    );

    let before = image::load_from_memory(&photo.jpeg).unwrap().into_luma8();
    let after = image::load_from_memory(&picture).unwrap().into_luma8();
    assert_eq!(after.dimensions(), (96, 64));
    assert_ne!(before, after);
    // Still the guest's photo: where it was lighter it is lighter, on the whole.
    let mean = |picture: &image::GrayImage| {
        picture.iter().map(|pixel| f64::from(*pixel)).sum::<f64>() / f64::from(96 * 64)
    };
    let (mean_before, mean_after) = (mean(&before), mean(&after));
    let covariance: f64 = before
        .iter()
        .zip(after.iter())
        .map(|(a, b)| (f64::from(*a) - mean_before) * (f64::from(*b) - mean_after))
        .sum();
    assert!(covariance > 0.0, "{covariance}");
}

#[tokio::test]
async fn broken_output_is_no_image() {
    let (_, output) = run("fake:broken-output", 1).await;
    let bytes = restyled(&output.unwrap()).apply(&photo(8, 8).jpeg).unwrap();
    assert!(image::load_from_memory(&bytes).is_err() && !bytes.is_empty());
}

#[test]
fn each_style_has_its_own_look_and_a_prompt_that_names_one_gets_it() {
    let photo = photo(64, 64);
    let picture = |prompt: &str| Restyle::for_style("fake:ok", prompt).apply(&photo.jpeg).unwrap();
    let prompts = ["a watercolour", "a comic", "film noir", "an oil painting"];
    for (index, prompt) in prompts.iter().enumerate() {
        for other in &prompts[..index] {
            assert_ne!(picture(prompt), picture(other), "{prompt} and {other}");
        }
    }
}

#[test]
fn odd_photos_are_painted_and_broken_ones_are_an_error() {
    for (width, height) in [(1, 1), (1, 300), (300, 1), (7, 3), (17, 16)] {
        for prompt in ["watercolour", "comic", "noir", "oil painting"] {
            let picture = Restyle::for_style("fake:ok", prompt)
                .apply(&photo(width, height).jpeg)
                .unwrap();
            let picture = image::load_from_memory(&picture).unwrap();
            assert_eq!((picture.width(), picture.height()), (width, height), "{prompt}");
        }
    }
    let look = Restyle::for_style("fake:ok", "comic");
    for bad in [&b""[..], b"text", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"] {
        assert!(matches!(look.apply(bad), Err(RestyleError::Photo(_))));
    }
}
