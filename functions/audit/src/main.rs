//! `audit` in Lambda.

use endpoint::Environment;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), endpoint::LambdaError> {
    endpoint::logging();
    let state = audit::State::from_env(&Environment::process())?;
    state.ready().await?;
    endpoint::run(&state.origins, |request| audit::handler(&state, request)).await
}
