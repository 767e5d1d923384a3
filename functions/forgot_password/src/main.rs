//! `forgot_password` in Lambda.

use endpoint::Environment;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), endpoint::LambdaError> {
    endpoint::logging();
    let state = forgot_password::State::from_env(&Environment::process())?;
    state.ready().await?;
    endpoint::run(&state.origins, |request| {
        forgot_password::handler(&state, request)
    })
    .await
}
