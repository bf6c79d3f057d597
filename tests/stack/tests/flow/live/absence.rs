//! Tasks that the provider does not know: it never got them, or has archived them.

use domain::Status;
use doubles::runware::{Behaviour, Fault};
use world::{Books, Live, Place, World};

use super::take_all;

contract! {
    in_memory {
        a_lost_submit_gets_another_attempt_and_an_archived_task_is_delivered,
    }
}

async fn a_lost_submit_gets_another_attempt_and_an_archived_task_is_delivered(place: Place) {
    let live = Live::open(&place).await;
    let world = World::new(&place).await;
    let archived = Behaviour {
        archived: true,
        ..Behaviour::default()
    };
    let attempts = [
        vec![Behaviour::submit(Fault::ResetBefore), Behaviour::default()],
        vec![Behaviour::submit(Fault::html(502)), Behaviour::default()],
        vec![archived],
    ];
    let [reset, gateway, archived] = take_all(&live, &world, attempts).await;
    let books = Books::of(&world).await;
    for id in [reset, gateway] {
        let edit = world.stored(id).await;
        assert_eq!((edit.status, edit.attempt), (Status::Succeeded, 2), "{edit:?}");
        let waited = edit.attempts[1]
            .started_at
            .duration_since(edit.attempts[0].started_at);
        assert!(
            waited.as_secs() >= 22,
            "not before a late submit is impossible: {waited:?}"
        );
        let accepted: Vec<_> = live.tasks(id).iter().map(|task| task.accepted).collect();
        assert_eq!(accepted, [false, true]);
        books.assert_paid(id, 39_000);
    }
    let [task] = live.tasks(archived).try_into().unwrap();
    assert_eq!((task.submits, task.lookups), (1, 1));
    assert_eq!(world.stored(archived).await.attempt, 1);
    books.assert_paid(archived, 39_000);
    books.assert_at_rest();
}
