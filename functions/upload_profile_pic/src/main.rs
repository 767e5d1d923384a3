//! `upload_profile_pic` in Lambda.

use endpoint::Environment;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), endpoint::LambdaError> {
    let environment = Environment::process();
    endpoint::logging(&environment);
    let state = upload_profile_pic::State::from_env(&environment)?;
    state.ready().await?;
    endpoint::run(&state.origins, |request| {
        upload_profile_pic::handler(&state, request)
    })
    .await
}
