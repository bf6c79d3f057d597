//! Outputs, as a provider's CDN serves them.

use std::io::{self, Cursor};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Response, StatusCode, header};
use bytes::Bytes;
use data_encoding::BASE64;
use futures::stream::{self, StreamExt};
use image::{DynamicImage, ImageFormat};

use crate::answer::cut_off;

/// The output of a task.
#[derive(Debug, Clone)]
pub enum Output {
    /// The photo with its colours turned.
    Recoloured,
    /// These bytes with this type.
    Bytes(&'static str, Vec<u8>),
    /// The first half of the file, served as if it were whole.
    HalfFile,
    /// The connection breaks in the middle of the picture.
    CutOff,
    /// A text.
    NotAnImage,
    /// This many zeros, with their length announced.
    Oversized(usize),
    /// This many zeros, in chunks.
    OversizedUnannounced(usize),
    /// This status, without a picture.
    Status(u16),
    /// A redirect to this address.
    Redirect(String),
    /// `imageURL` is this address, whatever is there.
    Elsewhere(String),
    /// Success without an `imageURL`.
    Missing,
    /// The picture inside the answer, as bare base64 where the provider knows that form.
    Base64,
    /// The picture inside the answer, as a data URI.
    DataUri,
    /// The picture, after this delay.
    Slow(Duration),
}

/// Serves the output that is made from this photo.
pub(crate) async fn serve(output: Output, photo: &[u8]) -> Response<Body> {
    match output {
        Output::Recoloured => whole("image/jpeg", recoloured(photo)),
        Output::Bytes(kind, bytes) => whole(kind, bytes),
        Output::HalfFile => {
            let mut picture = recoloured(photo);
            picture.truncate(picture.len() / 2);
            whole("image/jpeg", picture)
        }
        Output::CutOff => cut_off("image/jpeg", recoloured(photo)),
        Output::NotAnImage => whole("text/plain", b"this is no picture".to_vec()),
        Output::Oversized(size) => jpeg()
            .header(header::CONTENT_LENGTH, size)
            .body(zero_body(size))
            .unwrap(),
        Output::OversizedUnannounced(size) => jpeg().body(zero_body(size)).unwrap(),
        Output::Status(code) => status(code),
        Output::Redirect(to) => Response::builder()
            .status(302)
            .header(header::LOCATION, to)
            .body(Body::empty())
            .unwrap(),
        Output::Slow(delay) => {
            tokio::time::sleep(delay).await;
            whole("image/jpeg", recoloured(photo))
        }
        // No address leads here.
        Output::Elsewhere(_) | Output::Missing | Output::Base64 | Output::DataUri => status(404),
    }
}

/// The picture that is made from this photo, as bare base64.
pub(crate) fn base64(photo: &[u8]) -> String {
    BASE64.encode(&recoloured(photo))
}

/// The picture that is made from this photo, as a data URI.
pub(crate) fn data_uri(photo: &[u8]) -> String {
    format!("data:image/jpeg;base64,{}", base64(photo))
}

/// A version of the photo that differs clearly: colours turned and inverted.
fn recoloured(photo: &[u8]) -> Vec<u8> {
    let Ok(photo) = image::load_from_memory(photo) else {
        return photo.to_vec();
    };
    let mut picture = photo.into_rgb8();
    for pixel in picture.chunks_exact_mut(3) {
        let [red, green, blue] = [pixel[0], pixel[1], pixel[2]];
        pixel.copy_from_slice(&[blue, 255 - red, green]);
    }
    let mut jpeg = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(picture)
        .write_to(&mut jpeg, ImageFormat::Jpeg)
        .unwrap();
    jpeg.into_inner()
}

fn whole(kind: &str, body: Vec<u8>) -> Response<Body> {
    Response::builder()
        .header(header::CONTENT_TYPE, kind)
        .body(Body::from(body))
        .unwrap()
}

pub(crate) fn status(code: u16) -> Response<Body> {
    Response::builder()
        .status(StatusCode::from_u16(code).unwrap())
        .body(Body::from("no picture"))
        .unwrap()
}

fn jpeg() -> axum::http::response::Builder {
    Response::builder().header(header::CONTENT_TYPE, "image/jpeg")
}

/// Streamed: never held in memory as a whole.
fn zero_body(size: usize) -> Body {
    const CHUNK: usize = 64 * 1024;
    let zeros = Bytes::from_static(&[0; CHUNK]);
    let chunks = (0..size.div_ceil(CHUNK)).map(move |index| zeros.slice(..CHUNK.min(size - index * CHUNK)));
    Body::from_stream(stream::iter(chunks).map(Ok::<_, io::Error>))
}
