//! `upload_file` in Lambda.

use endpoint::Environment;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), endpoint::LambdaError> {
    endpoint::logging();
    let state = upload_file::State::from_env(&Environment::process())?;
    state.ready().await?;
    endpoint::run(&state.origins, |request| {
        upload_file::handler(&state, request)
    })
    .await
}
