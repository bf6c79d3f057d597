//! A Lambda function of the API: its name, who may call it, and its operations.

use std::pin::Pin;

use cloud::Cloud;
use domain::Problem;
use utoipa::openapi::path::{Operation, PathItem};

use crate::{Answer, Request, caller, documented};

/// Who may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Whoever holds the event token in the path.
    EventToken,
    /// A tenant, by its JWT.
    Tenant,
    /// A superadmin, by its JWT.
    Superadmin,
    /// A provider that was given the address, which holds a token.
    SignedAddress,
    /// Everybody.
    Open,
}

impl Access {
    /// Whether API Gateway checks a JWT before it calls the function.
    pub const fn needs_jwt(self) -> bool {
        matches!(self, Self::Tenant | Self::Superadmin)
    }
}

/// A Lambda function.
pub struct Function {
    /// Its name, without stage.
    pub name: &'static str,
    /// Who may call it.
    pub access: Access,
    pub(crate) operations: &'static [Handler],
}

/// What serves one operation.
pub(crate) struct Handler {
    /// Where the function has several operations: the method, and the path parameter that names one entry.
    pub(crate) takes: Option<(&'static str, Option<&'static str>)>,
    #[cfg_attr(not(test), allow(dead_code))] // compared with the row
    pub(crate) name: &'static str,
    pub(crate) handle: Handle,
}

type Handle = for<'a> fn(&'a Cloud, &'a Request) -> Answering<'a>;
type Answering<'a> = Pin<Box<dyn Future<Output = Result<Answer, Problem>> + Send + 'a>>;

impl Function {
    /// Lets the request reach its operation. Superadmins are checked here, so that no operation can forget it.
    pub(crate) async fn handle(&self, cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
        if self.access == Access::Superadmin {
            caller::superadmin(request)?;
        }
        let operation = self.operation(request).ok_or(Problem::NotFound("operation"))?;
        (operation.handle)(cloud, request).await
    }

    fn operation(&self, request: &Request) -> Option<&Handler> {
        let entries = self.operations.iter().filter_map(|operation| operation.takes?.1);
        let entry = entries
            .into_iter()
            .find(|name| !caller::path_text(request, name).is_empty());
        let asked = (request.method().as_str(), entry);
        self.operations
            .iter()
            .find(|operation| operation.takes.is_none_or(|takes| takes == asked))
    }
}

/// Declares `FUNCTION`, the Lambda function of a file, and `rows`, its part of the OpenAPI document. Where it has several
/// operations, each is told from the others by its method and by the path parameter that names an entry.
macro_rules! function {
    ($name:literal, $access:ident, $operation:ident) => {
        function!(@ $name, $access, [None => $operation]);
    };
    ($name:literal, $access:ident, { $($method:ident $([$entry:ident])? => $operation:ident),+ $(,)? }) => {
        function!(@ $name, $access, [
            $(Some((stringify!($method), function!(@entry $($entry)?))) => $operation),+
        ]);
    };
    (@entry) => { None };
    (@entry $entry:ident) => { Some(stringify!($entry)) };
    (@ $name:literal, $access:ident, [$($takes:expr => $operation:ident),+]) => {
        pub(crate) const FUNCTION: $crate::Function = $crate::Function {
            name: $name,
            access: $crate::Access::$access,
            operations: &[$($crate::function::Handler {
                takes: $takes,
                name: stringify!($operation),
                handle: |cloud, request| Box::pin($operation(cloud, request)),
            }),+],
        };

        /// Each operation has the name of its handler as its id.
        pub(crate) fn rows() -> utoipa::openapi::OpenApi {
            #[derive(utoipa::OpenApi)]
            #[openapi(paths($($operation),+))]
            struct Rows;
            <Rows as utoipa::OpenApi>::openapi()
        }
    };
}

/// Declares `FUNCTIONS`, and `documented`, which is apart so that the binary in Lambda holds no row of the document.
macro_rules! functions {
    ($($($part:ident)::+),+ $(,)?) => {
        /// Every function behind the HTTP API. Its name is its `Handler` in `template.yaml` and its sample in `events/`.
        pub const FUNCTIONS: &[Function] = &[$($($part)::+::FUNCTION),+];

        /// Every function with its rows of the OpenAPI document.
        pub(crate) fn documented() -> Vec<(Function, utoipa::openapi::OpenApi)> {
            vec![$(($($part)::+::FUNCTION, $($part)::+::rows())),+]
        }
    };
}

/// A route of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Such as `GET`.
    pub method: &'static str,
    /// Below `/api/v1`, with `{parameters}`.
    pub path: String,
    /// The function that serves it.
    pub function: &'static str,
    /// Who may call.
    pub access: Access,
    /// The name of its handler.
    pub operation: String,
}

/// Every route, read from the rows of the endpoints.
pub fn routes() -> Vec<Route> {
    let mut routes = Vec::new();
    for (function, rows) in documented() {
        for (path, mut item) in rows.paths.paths {
            routes.extend(operations(&mut item).map(|(method, operation)| Route {
                method,
                path: path.clone(),
                function: function.name,
                access: function.access,
                operation: operation.operation_id.clone().unwrap_or_default(),
            }));
        }
    }
    routes
}

/// The operations of a path, with their methods.
pub(crate) fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    [
        ("GET", &mut item.get),
        ("POST", &mut item.post),
        ("PUT", &mut item.put),
        ("PATCH", &mut item.patch),
        ("DELETE", &mut item.delete),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}
