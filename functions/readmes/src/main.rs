//! `readmes` in Lambda.

use endpoint::Environment;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), endpoint::LambdaError> {
    let environment = Environment::process();
    endpoint::logging(&environment);
    let state = readmes::State::from_env(&environment)?;
    state.ready().await?;
    endpoint::run(&state.origins, |request| readmes::handler(&state, request)).await
}
