//! `review` in Lambda.

use endpoint::Environment;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), endpoint::LambdaError> {
    endpoint::logging();
    let state = review::State::from_env(&Environment::process())?;
    state.ready().await?;
    endpoint::run(&state.origins, |request| review::handler(&state, request)).await
}
