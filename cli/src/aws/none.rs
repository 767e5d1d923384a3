//! In the place of a stack in AWS, where this program was built without the feature `aws`: `cargo dev`
//! needs none of those clients, and is there sooner without them. Tests have it beside the stack, so that what
//! it says is tried without a second build.

use aws_types::SdkConfig;
use endpoint::Environment;

/// There is none.
pub(crate) enum Aws {}

impl Aws {
    #[expect(clippy::unused_async, reason = "as with the feature")]
    pub(super) async fn connect(_: &str) -> anyhow::Result<Self> {
        anyhow::bail!(
            "this program was built without what reaches AWS, as `cargo dev` builds it: say `cargo masthead` instead"
        )
    }

    pub(crate) fn config(&self) -> &SdkConfig {
        match *self {}
    }

    pub(crate) fn parameter(&self, _: &str) -> Option<&str> {
        match *self {}
    }

    pub(crate) fn output(&self, _: &str) -> anyhow::Result<&str> {
        match *self {}
    }

    #[expect(clippy::unused_async, reason = "as with the feature")]
    pub(crate) async fn environment(&self) -> anyhow::Result<Environment> {
        match *self {}
    }

    #[expect(clippy::unused_async, reason = "as with the feature")]
    pub(crate) async fn queue_later(&self, _: &[String]) -> anyhow::Result<()> {
        match *self {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_to_run_instead_is_said() {
        let Err(said) = Aws::connect("masthead").await;
        let said = said.to_string();
        assert!(
            said.contains("cargo masthead") && !said.contains('\n'),
            "{said}"
        );
    }
}
