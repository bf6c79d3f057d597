//! Live mode against a Runware API on loopback.

use std::sync::OnceLock;

use domain::{EditId, PhotoId, Status, TaskId};
use doubles::runware::{Behaviour, Server, TaskRecord};
use serde_json::{Value, json};

use crate::settings::{self, Alone, Shared};
use crate::{Books, Place, World, queue, styles};

const ATTEMPTS: u32 = domain::edit::MAX_ATTEMPTS;

static SERVER: OnceLock<Server> = OnceLock::new();

/// Live mode, for as long as this is held. Every test sets the behaviour of its own edits.
pub struct Live {
    settings: Guard,
}

enum Guard {
    Shared(#[allow(dead_code, reason = "held, not read")] Shared),
    Alone(Alone),
}

impl Live {
    /// Live mode that tests share.
    pub async fn open(place: &Place) -> Self {
        Self {
            settings: Guard::Shared(settings::live(place, &server().base_url()).await),
        }
    }

    /// Live mode for this test alone, with another API in place of the double's where one is given.
    pub async fn alone(place: &Place, base_url: Option<String>) -> Self {
        let base_url = base_url.unwrap_or_else(|| server().base_url());
        Self {
            settings: Guard::Alone(settings::live_alone(place, &base_url).await),
        }
    }

    /// From now on shared, with the double's API.
    #[must_use]
    pub async fn share(self) -> Self {
        match self.settings {
            Guard::Shared(_) => self,
            Guard::Alone(alone) => Self {
                settings: Guard::Shared(alone.share_live(&server().base_url()).await),
            },
        }
    }

    pub fn port(&self) -> u16 {
        server().port()
    }

    /// Asks for an edit whose attempts behave like these (the last one repeats), and sends it to the workers.
    pub async fn start(
        &self,
        world: &World,
        photo: PhotoId,
        attempts: impl IntoIterator<Item = Behaviour>,
    ) -> EditId {
        let id = self
            .hold(world, photo, &json!({ "style_key": styles::LIVE }), attempts)
            .await;
        queue::submit(world, id).await;
        id
    }

    /// Asks for an edit whose attempts behave like these, and does not send it.
    pub async fn hold(
        &self,
        world: &World,
        photo: PhotoId,
        body: &Value,
        attempts: impl IntoIterator<Item = Behaviour>,
    ) -> EditId {
        let id = world.guest.insist(photo, body).await.edit_id();
        plan(server(), id, attempts);
        id
    }

    /// From now on this attempt behaves like this.
    pub fn now(&self, task: TaskId, behaviour: Behaviour) {
        server().when_task(task.uuid(), behaviour);
    }

    /// Asserts that the edit succeeded at this attempt, with one submit, and was paid once.
    pub async fn assert_delivered_once(&self, world: &World, id: EditId, attempt: u32) {
        assert_eq!(world.guest.wait(id).await["status"], "succeeded");
        let edit = world.stored(id).await;
        assert_eq!(
            (edit.status, edit.attempt),
            (Status::Succeeded, attempt),
            "{edit:?}"
        );
        let [task] = self.tasks(id).try_into().unwrap();
        assert_eq!(task.id, edit.attempts.last().unwrap().task_id.uuid());
        assert_eq!((task.submits, task.billed_micro_usd), (1, 39_000));
        let books = Books::of(world).await;
        books.assert_paid(id, 39_000);
        books.assert_at_rest();
    }

    /// The edit's tasks, by attempt.
    pub fn tasks(&self, id: EditId) -> Vec<TaskRecord> {
        tasks(server(), id)
    }
}

/// The double that tests in live mode share.
fn server() -> &'static Server {
    SERVER.get_or_init(|| Server::start_blocking(0, Behaviour::default()))
}

/// The edit's attempts behave like these; the last one repeats.
pub fn plan(server: &Server, id: EditId, attempts: impl IntoIterator<Item = Behaviour>) {
    let attempts: Vec<_> = attempts.into_iter().collect();
    for (number, behaviour) in
        (1..=ATTEMPTS).zip(attempts.iter().chain(std::iter::repeat(attempts.last().unwrap())))
    {
        server.when_task(TaskId::derive(id, number).uuid(), behaviour.clone());
    }
}

/// An edit's tasks at a double, by attempt.
pub fn tasks(server: &Server, id: EditId) -> Vec<TaskRecord> {
    (1..=ATTEMPTS)
        .filter_map(|number| server.task(TaskId::derive(id, number).uuid()))
        .collect()
}
