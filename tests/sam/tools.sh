# For the scripts beside it: sourced, from the repository's root, after tests/stack.sh.
#
# install_tools puts sam, cargo-lambda, cfn-lint and checkov on the PATH, from a folder under the build target.

install_tools() {
  require cargo
  python_packages sam tests/sam/requirements.txt
  PATH=$venv/bin:$PATH
  export SAM_CLI_TELEMETRY=0
}

# What the functions are built with for a test: as they are deployed, less what takes minutes. With the packages that hash
# and decode unoptimised, too, a login would take seconds.
cheap_builds() {
  export CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_OPT_LEVEL=1
}
