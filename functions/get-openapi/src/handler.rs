use domain::Problem;
use web::{Answer, openapi};

pub(crate) async fn handle() -> Result<Answer, Problem> {
    Ok(web::document(openapi::CHECKED_IN))
}
