//! `resize_picture` in Lambda.

use endpoint::{Environment, LambdaEvent, service_fn};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), endpoint::LambdaError> {
    let environment = Environment::process();
    endpoint::logging(&environment);
    let state = &resize_picture::State::from_env(&environment)?;
    state.ready().await?;
    endpoint::run_events(service_fn(|event: LambdaEvent<Value>| {
        resize_picture::within(state, event.payload, endpoint::time_left(&event.context))
    }))
    .await
}
