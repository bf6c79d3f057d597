//! The functions behind no API. Lambda says in `_HANDLER` which of them this process is.

use cloud::Cloud;
use lambda::Error;
use lambda::{invoked, queue};
use workers::{FUNCTIONS, Handler};
use workflow::ProviderKit;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    Cloud::init_logs();
    let function = lambda::handler(FUNCTIONS, |function| function.name)?;
    let cloud = Cloud::from_env().await?;
    let kit = ProviderKit::new()?;
    match function.handler {
        Handler::Queue(handle) => queue::serve(|event| handle(&cloud, &kit, event)).await,
        Handler::Invoked(handle) => {
            invoked::serve(|payload, stops_at| handle(&cloud, &kit, payload, stops_at)).await
        }
    }
}
