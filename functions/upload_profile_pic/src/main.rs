//! `upload_profile_pic` in Lambda.

use endpoint::Environment;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), endpoint::LambdaError> {
    endpoint::logging();
    let state = upload_profile_pic::State::from_env(&Environment::process())?;
    state.ready().await?;
    endpoint::run(&state.origins, |request| {
        upload_profile_pic::handler(&state, request)
    })
    .await
}
