//! `rebuild_site` in Lambda.

use endpoint::{Environment, LambdaEvent, service_fn};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), endpoint::LambdaError> {
    let environment = Environment::process();
    endpoint::logging(&environment);
    let state = &rebuild_site::State::from_env(&environment)?;
    state.ready().await?;
    endpoint::run_events(service_fn(|event: LambdaEvent<Value>| {
        rebuild_site::handler(state, event.payload)
    }))
    .await
}
