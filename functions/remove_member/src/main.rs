//! `remove_member` in Lambda.

use endpoint::{Environment, LambdaEvent, service_fn};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), endpoint::LambdaError> {
    let environment = Environment::process();
    endpoint::logging(&environment);
    let state = &remove_member::State::from_env(&environment)?;
    state.ready().await?;
    endpoint::run_events(service_fn(|event: LambdaEvent<Value>| {
        remove_member::within(state, endpoint::time_left(&event.context))
    }))
    .await
}
