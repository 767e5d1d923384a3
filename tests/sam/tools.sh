# For the scripts beside it: sourced, from the repository's root, after tests/stack.sh.
#
# install_tools puts sam, cargo-lambda, cfn-lint and checkov on the PATH, from a folder under the build target.

install_tools() {
  require cargo python3
  local venv
  venv=$(target_directory)/sam-venv
  if ! cmp -s tests/sam/requirements.txt "$venv/installed"; then
    echo "Installing SAM, cargo-lambda, cfn-lint and checkov"
    rm -rf "$venv"
    python3 -m venv "$venv" || fail "python3 has no venv (Debian: apt-get install python3-venv)."
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r tests/sam/requirements.txt
    cp tests/sam/requirements.txt "$venv/installed"
  fi
  PATH=$venv/bin:$PATH
  export SAM_CLI_TELEMETRY=0
}

# What the functions are built with for a test: as they are deployed, less what takes minutes. With the packages that hash
# and decode unoptimised, too, a login would take seconds.
cheap_builds() {
  export CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_OPT_LEVEL=1
}
