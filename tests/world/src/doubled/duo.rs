//! Both providers on loopback.

use std::sync::{Arc, OnceLock};

use domain::settings::Setting;
use domain::{EditId, PhotoId};
use doubles::fal::{self, RequestRecord};
use doubles::runware::{self, TaskRecord};
use serde_json::json;

use crate::settings::{self, Alone, Shared};
use crate::doubled::live;
use crate::{Place, World, queue, unique};

/// Live mode with Runware and fal, until this is dropped; edits are held back until they are sent. Alone, or shared by
/// tests that each speak of their own edits only.
pub struct Duo<Settings = Alone> {
    /// Runware's double.
    pub runware: Arc<runware::Server>,
    /// fal's double.
    pub fal: Arc<fal::Server>,
    /// The settings.
    pub settings: Settings,
}

static SHARED: OnceLock<(Arc<runware::Server>, Arc<fal::Server>)> = OnceLock::new();

/// An edit, and the words by which fal knows it.
#[derive(Debug, Clone)]
pub struct Known {
    /// The edit.
    pub id: EditId,
    words: String,
}

/// fal takes over what Runware does not come to an end with.
fn settings_for(runware: &runware::Server, fal: &fal::Server) -> [(Setting, String); 9] {
    let text = |text: &str| text.to_owned();
    [
        (Setting::QueueAutoDispatch, text("false")),
        (Setting::FallbackProvider, text("fal")),
        (Setting::RunwareMode, text("live")),
        (Setting::RunwareBaseUrl, runware.base_url()),
        (Setting::RunwareTimeoutSeconds, text("2")),
        (Setting::FalMode, text("live")),
        (Setting::FalBaseUrl, fal.base_url()),
        (Setting::FalTimeoutSeconds, text("2")),
        (Setting::FalJwksUrl, fal.jwks_url()),
    ]
}

fn start() -> (Arc<runware::Server>, Arc<fal::Server>) {
    (
        Arc::new(runware::Server::start_blocking(0, runware::Behaviour::default())),
        Arc::new(fal::Server::start_blocking(0, fal::Behaviour::at_once())),
    )
}

impl Duo<Shared> {
    /// With company. fal takes over what Runware does not come to an end with.
    pub async fn shared(place: &Place) -> Self {
        let (runware, fal) = SHARED.get_or_init(start).clone();
        let settings = settings::duo(place, &settings_for(&runware, &fal)).await;
        Self {
            runware,
            fal,
            settings,
        }
    }
}

impl Duo {
    /// Alone, with doubles of its own. fal takes over what Runware does not come to an end with, unless `changes` say
    /// something else.
    pub async fn open(place: &Place, changes: &[(Setting, &str)]) -> Self {
        let (runware, fal) = start();
        let usual = settings_for(&runware, &fal);
        let usual = usual.iter().map(|(setting, text)| (*setting, text.as_str()));
        // What comes first counts.
        let all: Vec<_> = changes.iter().copied().chain(usual).collect();
        let settings = settings::alone(place, &all).await;
        Self {
            runware,
            fal,
            settings,
        }
    }
}

impl<Settings> Duo<Settings> {
    /// Asks for an edit in this style whose attempts at Runware go like these (the last one repeats), and does not
    /// send it.
    pub async fn hold(
        &self,
        world: &World,
        photo: PhotoId,
        style: &str,
        attempts: impl IntoIterator<Item = runware::Behaviour>,
    ) -> Known {
        let words = unique(&world.place);
        let body = json!({ "style_key": style, "prompt": words });
        let id = world.guest.insist(photo, &body).await.edit_id();
        live::plan(&self.runware, id, attempts);
        Known { id, words }
    }

    /// The same, in the usual style, and sends it.
    pub async fn start(
        &self,
        world: &World,
        photo: PhotoId,
        attempts: impl IntoIterator<Item = runware::Behaviour>,
    ) -> Known {
        let known = self.hold(world, photo, crate::styles::LIVE, attempts).await;
        queue::submit(world, known.id).await;
        known
    }

    /// From now on, the edit goes like these at fal, attempt by attempt; the last one repeats.
    pub fn at_fal(&self, known: &Known, attempts: impl IntoIterator<Item = fal::Behaviour>) {
        self.fal.when_prompt(&known.words, attempts);
    }

    /// What Runware knows of the edit, attempt by attempt.
    pub fn tasks(&self, known: &Known) -> Vec<TaskRecord> {
        live::tasks(&self.runware, known.id)
    }

    /// What fal knows of the edit, attempt by attempt.
    pub fn requests(&self, known: &Known) -> Vec<RequestRecord> {
        self.fal.with_prompt(&known.words)
    }
}
