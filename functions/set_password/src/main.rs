//! `set_password` in Lambda.

use endpoint::Environment;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), endpoint::LambdaError> {
    let environment = Environment::process();
    endpoint::logging(&environment);
    let state = set_password::State::from_env(&environment)?;
    state.ready().await?;
    endpoint::run(&state.origins, |request| {
        set_password::handler(&state, request)
    })
    .await
}
