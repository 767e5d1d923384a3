# For scripts that need a browser: sourced after stack.sh, not run.
#
# find_or_install_chromium sets chromium: the program that CHROMIUM names, or one that is installed,
# or Debian's, which it installs where it may.

find_chromium() {
  local name names=(chromium chromium-browser google-chrome)
  [[ -z ${CHROMIUM:-} ]] || names=("$CHROMIUM")
  for name in "${names[@]}"; do
    command -v "$name" && return
  done
  return 1
}

find_or_install_chromium() {
  chromium=$(find_chromium) && return
  [[ -z ${CHROMIUM:-} ]] || fail "CHROMIUM names no program: $CHROMIUM"
  [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null ||
    fail "Chromium is missing. Install it (Debian: apt-get install chromium) or name it in CHROMIUM."
  echo "Installing Chromium"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-liberation; } >/dev/null ||
    fail "apt-get could not install Chromium."
  chromium=$(find_chromium) || fail "Chromium is still missing after its installation."
}
