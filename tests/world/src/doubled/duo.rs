//! Both providers on loopback.

use std::sync::{Arc, OnceLock};

use domain::settings::Setting;
use domain::{EditId, PhotoId};
use doubles::fal::{self, RequestRecord};
use doubles::runware::{self, TaskRecord};
use serde_json::json;

use crate::doubled::live;
use crate::settings::{self, Alone, Shared};
use crate::{Place, World, queue, unique};

/// Live mode with both doubles, until this is dropped. Edits are held back until a test sends them. Alone, or shared by
/// tests that look at their own edits only.
pub struct Duo<Settings = Alone> {
    pub runware: Arc<runware::Server>,
    pub fal: Arc<fal::Server>,
    pub settings: Settings,
}

static SHARED: OnceLock<(Arc<runware::Server>, Arc<fal::Server>)> = OnceLock::new();

/// An edit, and the words by which fal's double recognises it.
#[derive(Debug, Clone)]
pub struct Known {
    pub id: EditId,
    words: String,
}

/// The settings of live mode, with fal as the fallback of Runware.
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
    /// Live mode that tests share.
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
    /// Live mode for this test alone, with doubles of its own; `changes` win over its usual settings.
    pub async fn open(place: &Place, changes: &[(Setting, &str)]) -> Self {
        let (runware, fal) = start();
        let usual = settings_for(&runware, &fal);
        let usual = usual.iter().map(|(setting, text)| (*setting, text.as_str()));
        // The first entry of a setting counts.
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
    /// Asks for an edit in this style and does not send it. Its attempts at Runware behave like these; the last one repeats.
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

    /// Asks for an edit in the usual style and sends it.
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

    /// From now on the edit's attempts at fal behave like these; the last one repeats.
    pub fn at_fal(&self, known: &Known, attempts: impl IntoIterator<Item = fal::Behaviour>) {
        self.fal.when_prompt(&known.words, attempts);
    }

    /// The edit's tasks at Runware, by attempt.
    pub fn tasks(&self, known: &Known) -> Vec<TaskRecord> {
        live::tasks(&self.runware, known.id)
    }

    /// The edit's requests at fal, by attempt.
    pub fn requests(&self, known: &Known) -> Vec<RequestRecord> {
        self.fal.with_prompt(&known.words)
    }
}
