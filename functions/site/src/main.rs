//! `site` in Lambda.

use endpoint::Environment;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), endpoint::LambdaError> {
    let environment = Environment::process();
    endpoint::logging(&environment);
    let state = site::State::from_env(&environment)?;
    endpoint::run(&state.origins, |request| site::handler(&state, request)).await
}
