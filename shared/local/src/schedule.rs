//! Functions that a schedule wakes: each minute in AWS, here each second, so that nobody waits.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::functions::ScheduledFunction;

/// How often a function looks.
const TICK: Duration = Duration::from_secs(1);
/// How long to wait after one that failed.
const RETRY: Duration = Duration::from_secs(10);

/// Calls `function`, which errors call by `name`, again and again until `stop`; a call under way is ended then, as a
/// kill would.
pub(crate) async fn work(name: &str, function: ScheduledFunction, stop: CancellationToken) {
    let looks = async {
        loop {
            let pause = match function().await {
                Ok(_) => TICK,
                Err(error) => {
                    tracing::error!(
                        function = name,
                        error = format!("{error:#}"),
                        "a look failed"
                    );
                    RETRY
                }
            };
            tokio::time::sleep(pause).await;
        }
    };
    stop.run_until_cancelled(looks).await;
}
