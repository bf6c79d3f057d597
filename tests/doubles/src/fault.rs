//! Faults of a call, as a test sets them.

use std::time::Duration;

use serde_json::Value;

/// Faults of the calls of one kind for one task.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    first: Vec<Option<Fault>>,
    then: Option<Fault>,
}

impl Faults {
    /// No fault.
    pub fn none() -> Self {
        Self::default()
    }

    /// A fault of the first call.
    pub fn once(fault: Fault) -> Self {
        Self {
            first: vec![Some(fault)],
            then: None,
        }
    }

    /// Faults of the first calls (`None`: no fault).
    pub fn in_turn(faults: impl IntoIterator<Item = Option<Fault>>) -> Self {
        Self {
            first: faults.into_iter().collect(),
            then: None,
        }
    }

    /// A fault of every call.
    pub fn always(fault: Fault) -> Self {
        Self {
            first: Vec::new(),
            then: Some(fault),
        }
    }

    /// The fault of call number `index`, from 0.
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

/// The fault of one call.
#[derive(Debug, Clone)]
pub enum Fault {
    /// Another answer.
    Answer(CannedAnswer),
    /// The connection is reset before the request is read.
    ResetBefore,
    /// The request is carried out, then the connection is reset.
    ResetAfter,
    /// The request is carried out, then the connection breaks in the middle of the answer.
    CutOff,
    /// The request is carried out, the answer comes this much later.
    Slow(Duration),
}

/// An answer on the wire; `{task}` in the body becomes the task's name.
#[derive(Debug, Clone)]
pub struct CannedAnswer {
    pub status: u16,
    /// Headers besides the length.
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
    /// The request is carried out (a submit: accepted and billed).
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

    /// An HTML page of a gateway.
    pub fn html(status: u16) -> Self {
        let body = format!("<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>");
        Self::text(status, "text/html", &body)
    }

    /// The same answer, and the request is carried out.
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
