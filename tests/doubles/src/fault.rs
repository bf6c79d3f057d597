//! What goes wrong with a call, as a test wants it.

use std::time::Duration;

use serde_json::Value;

/// What goes wrong, call by call of one kind for one task.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    first: Vec<Option<Fault>>,
    then: Option<Fault>,
}

impl Faults {
    /// Nothing goes wrong.
    pub fn none() -> Self {
        Self::default()
    }

    /// The first call goes wrong.
    pub fn once(fault: Fault) -> Self {
        Self {
            first: vec![Some(fault)],
            then: None,
        }
    }

    /// The first calls go like this (`None`: well), the others well.
    pub fn in_turn(faults: impl IntoIterator<Item = Option<Fault>>) -> Self {
        Self {
            first: faults.into_iter().collect(),
            then: None,
        }
    }

    /// Every call goes wrong.
    pub fn always(fault: Fault) -> Self {
        Self {
            first: Vec::new(),
            then: Some(fault),
        }
    }

    /// What goes wrong with call number `index`, from 0.
    pub(crate) fn at(&self, index: u32) -> Option<Fault> {
        match self.first.get(usize::try_from(index).unwrap()) {
            Some(fault) => fault.clone(),
            None => self.then.clone(),
        }
    }
}

impl From<Fault> for Faults {
    fn from(fault: Fault) -> Self {
        Self::once(fault)
    }
}

/// What goes wrong with one call.
#[derive(Debug, Clone)]
pub enum Fault {
    /// Something else is answered.
    Answer(CannedAnswer),
    /// The connection is reset before the request is looked at.
    ResetBefore,
    /// The request is carried out, then the connection is reset.
    ResetAfter,
    /// The request is carried out, then the connection breaks in the middle of the answer.
    CutOff,
    /// The request is carried out, the answer comes this much later.
    Slow(Duration),
}

/// An answer as it goes over the wire; `{task}` in the body becomes the task's name.
#[derive(Debug, Clone)]
pub struct CannedAnswer {
    /// The HTTP status.
    pub status: u16,
    /// Headers besides the length.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
    /// The request is carried out all the same (a submit: accepted and billed).
    pub carried_out: bool,
}

impl Fault {
    /// This JSON with this status.
    pub fn json(status: u16, body: &Value) -> Self {
        Self::text(status, "application/json", &body.to_string())
    }

    /// This body with this status and type.
    pub fn text(status: u16, content_type: &str, body: &str) -> Self {
        Self::Answer(CannedAnswer {
            status,
            headers: vec![("content-type", content_type.to_owned())],
            body: body.to_owned(),
            carried_out: false,
        })
    }

    /// A gateway's page.
    pub fn html(status: u16) -> Self {
        let body = format!("<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>");
        Self::text(status, "text/html", &body)
    }

    /// The same answer, but the request is carried out all the same.
    #[must_use]
    pub fn but_carried_out(self) -> Self {
        match self {
            Self::Answer(answer) => Self::Answer(CannedAnswer {
                carried_out: true,
                ..answer
            }),
            other => other,
        }
    }
}
