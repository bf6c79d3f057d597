//! A row of the table of endpoints.

use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// The methods in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Makes.
    Post,
    /// Creates or replaces; idempotent.
    Put,
    /// Changes some fields.
    Patch,
    /// Removes.
    Delete,
}

/// Who may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Whoever holds the event token in the path.
    EventToken,
    /// A tenant's or superadmin's JWT.
    Jwt,
    /// A provider that was given the address, with the token in it.
    SignedAddress,
    /// Everybody.
    Open,
}

/// A schema with the name it is referred to by, and the named schemas it needs.
#[derive(Clone)]
pub(super) struct Model {
    pub(super) name: String,
    pub(super) schema: RefOr<Schema>,
    pub(super) needs: Vec<(String, RefOr<Schema>)>,
}

impl Model {
    pub(super) fn of<T: ToSchema + PartialSchema>() -> Self {
        let mut needs = Vec::new();
        T::schemas(&mut needs);
        Self {
            name: T::name().into_owned(),
            schema: T::schema(),
            needs,
        }
    }
}

/// What a good answer holds.
#[derive(Clone)]
pub(super) enum Shape {
    /// `{"data": {…}}`
    One(Model),
    /// `{"data": […], "meta": {"next_cursor": …}}`
    Page(Model),
    /// A JSON document of its own.
    Document,
    /// Nothing.
    Empty,
}

/// One operation of the API.
#[derive(Clone)]
pub struct Endpoint {
    /// How.
    pub method: Method,
    /// Where, with `{parameters}`.
    pub path: &'static str,
    /// Who.
    pub access: Access,
    pub(super) id: &'static str,
    pub(super) summary: &'static str,
    pub(super) input: Option<Model>,
    pub(super) status: u16,
    pub(super) answer: Shape,
    /// Statuses of the problems it can answer with, besides those every operation has.
    pub(super) problems: &'static [u16],
    pub(super) query: Vec<(&'static str, &'static str)>,
    pub(super) headers: &'static [(&'static str, &'static str)],
}

impl Endpoint {
    pub(super) fn new(method: Method, path: &'static str, id: &'static str, summary: &'static str) -> Self {
        Self {
            method,
            path,
            access: Access::Jwt,
            id,
            summary,
            input: None,
            status: 200,
            answer: Shape::Empty,
            problems: &[],
            query: Vec::new(),
            headers: &[],
        }
    }

    pub(super) fn access(self, access: Access) -> Self {
        Self { access, ..self }
    }

    pub(super) fn takes<T: ToSchema>(self) -> Self {
        Self {
            input: Some(Model::of::<T>()),
            ..self
        }
    }

    pub(super) fn answers<T: ToSchema>(self, status: u16) -> Self {
        Self {
            status,
            answer: Shape::One(Model::of::<T>()),
            ..self
        }
    }

    pub(super) fn lists<T: ToSchema>(self) -> Self {
        Self {
            answer: Shape::Page(Model::of::<T>()),
            ..self
        }
    }

    pub(super) fn paged(self) -> Self {
        self.query("limit", "1 to 100; 25 by default")
            .query("cursor", "`meta.next_cursor` of the page before")
    }

    pub(super) fn query(mut self, name: &'static str, text: &'static str) -> Self {
        self.query.push((name, text));
        self
    }

    pub(super) fn takes_note(self) -> Self {
        Self { status: 204, ..self }
    }

    pub(super) fn removes(self) -> Self {
        Self { status: 204, ..self }
    }

    pub(super) fn serves_document(self) -> Self {
        Self {
            answer: Shape::Document,
            ..self
        }
    }

    pub(super) fn problems(self, problems: &'static [u16]) -> Self {
        Self { problems, ..self }
    }

    pub(super) fn headers(self, headers: &'static [(&'static str, &'static str)]) -> Self {
        Self { headers, ..self }
    }
}
