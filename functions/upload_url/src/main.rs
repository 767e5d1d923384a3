//! `upload_url` in Lambda.

use endpoint::Environment;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), endpoint::LambdaError> {
    endpoint::logging();
    let state = upload_url::State::from_env(&Environment::process())?;
    state.ready().await?;
    endpoint::run(&state.origins, |request| {
        upload_url::handler(&state, request)
    })
    .await
}
