//! `site` in Lambda.

use endpoint::Environment;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), endpoint::LambdaError> {
    endpoint::logging();
    let state = site::State::from_env(&Environment::process())?;
    endpoint::run(&state.origins, |request| site::handler(&state, request)).await
}
