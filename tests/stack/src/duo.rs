//! Both providers on loopback, for a test that runs alone with them.

use domain::settings::Setting;
use domain::{EditId, PhotoId};
use doubles::fal::{self, RequestRecord};
use doubles::runware::{self, TaskRecord};
use serde_json::json;

use crate::settings::{self, Alone};
use crate::world::unique;
use crate::{Stack, World, live, queue};

/// Live mode with Runware and fal, until this is dropped.
pub struct Duo {
    /// Runware's double.
    pub runware: runware::Server,
    /// fal's double.
    pub fal: fal::Server,
    /// The settings; edits are held back until they are sent.
    pub settings: Alone,
}

/// An edit, and the words by which fal knows it.
#[derive(Debug, Clone)]
pub struct Known {
    /// The edit.
    pub id: EditId,
    words: String,
}

impl Duo {
    /// fal takes over what Runware does not come to an end with, unless `changes` say something else.
    pub async fn open(stack: &Stack, changes: &[(Setting, &str)]) -> Self {
        let runware = runware::Server::start(runware::Behaviour::default()).await;
        let fal = fal::Server::start(fal::Behaviour::at_once()).await;
        let usual = [
            (Setting::QueueAutoDispatch, "false"),
            (Setting::RunwareTimeoutSeconds, "2"),
            (Setting::FalTimeoutSeconds, "2"),
            (Setting::FallbackProvider, "fal"),
        ];
        let usual = usual
            .into_iter()
            .filter(|(setting, _)| changes.iter().all(|(changed, _)| changed != setting));
        let all: Vec<_> = usual.chain(changes.iter().copied()).collect();
        let mut settings = settings::alone(stack, &all).await;
        settings
            .change_at_once(Setting::FalJwksUrl, &fal.jwks_url())
            .await;
        settings.go_live_with_fal(&fal.base_url()).await;
        settings.go_live(&runware.base_url()).await;
        Self {
            runware,
            fal,
            settings,
        }
    }

    /// Asks for an edit in this style whose attempts at Runware go like these (the last one repeats), and does not
    /// send it.
    pub async fn hold(
        &self,
        world: &World,
        photo: PhotoId,
        style: &str,
        attempts: impl IntoIterator<Item = runware::Behaviour>,
    ) -> Known {
        let words = unique(&world.stack);
        let body = json!({ "style_key": style, "prompt": words });
        let id = world.guest.create_edit(photo, &body).await.edit_id();
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
