# What scripts need that start a `masthead dev` or install tools: sourced, not run.
#
# start_stack sets masthead (the program), url, port and data (the stack's folder, with its
# demo-password, unless it is set), and stops the stack and removes its folder when the script ends, however it ends.

fail() {
  echo "$0: $*" >&2
  exit 1
}

require() {
  local tool
  for tool; do
    command -v "$tool" >/dev/null || fail "$tool is missing."
  done
}

# The folder into which cargo builds.
target_directory() {
  cargo metadata --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/'
}

# python_packages NAME REQUIREMENTS: installs them into an environment of that name under the build
# target, unless they are there, and sets venv.
python_packages() {
  require python3
  venv=$(target_directory)/$1-venv
  cmp -s "$2" "$venv/installed" && return
  rm -rf "$venv"
  # Debian has venv without pip in a package of its own.
  python3 -m venv "$venv" >/dev/null 2>&1 || {
    rm -rf "$venv"
    [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null || fail "python3 has no venv (Debian: apt-get install python3-venv)."
    echo "Installing python3-venv"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv; } >/dev/null ||
      fail "apt-get could not install python3-venv."
    python3 -m venv "$venv"
  }
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$2"
  cp "$2" "$venv/installed"
}

# npm_packages FOLDER: installs what its package-lock.json names, unless that is there.
npm_packages() {
  require node npm
  # npm writes this file last.
  local installed=$1/node_modules/.package-lock.json
  # Two scripts at once may want the same folder.
  (
    ! command -v flock >/dev/null || flock 9
    if [[ ! -e $installed || $1/package-lock.json -nt $installed ]]; then
      npm ci --prefix "$1" --no-audit --no-fund --prefer-offline --loglevel=error
      touch "$installed"
    fi
  ) 9<"$1"
}

# What the packages of these scripts run on.
require_node_20() {
  require node
  (( $(node --print 'process.versions.node.split(".")[0]') >= 20 )) || fail "Node 20 or newer is needed, this is $(node --version)."
}

# build_with EXAMPLE [TARGET..]: an example and more, with the features of the whole workspace and its tests, as
# `cargo test --workspace` has built them already. Without an example, Cargo would leave the tests' features out, and build
# half of the dependencies once more.
build_with() {
  cargo build --quiet --workspace --example "$@"
}

stop_stack() {
  if [[ -n ${stack:-} ]]; then
    kill "$stack" 2>/dev/null || true
    wait "$stack" 2>/dev/null || true
    stack=
  fi
}

# Whether nobody listens on a port of this machine.
is_free() {
  ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# start_stack [OPTION..]: options are passed on to `masthead dev`.
start_stack() {
  require cargo curl
  build_with batch --bin masthead
  local attempt
  masthead=$(target_directory)/debug/masthead
  temporary=$(mktemp -d)
  data=${data:-$temporary/data}
  trap 'stop_stack; rm -rf "$temporary"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  # Another program may take a port between the look and the start.
  for attempt in 1 2 3; do
    port=$((20000 + RANDOM % 10000))
    is_free "$port" && is_free $((port + 1)) && is_free $((port + 2)) || continue
    url=http://localhost:$port
    "$masthead" dev --port "$port" --data "$data" --reset "$@" >"$temporary/log" 2>&1 &
    stack=$!
    for _ in {1..300}; do
      kill -0 "$stack" 2>/dev/null || break
      grep -q '^Masthead is ready\|^S3 and DynamoDB are ready' "$temporary/log" && return
      sleep 0.1
    done
    stop_stack
  done
  cat "$temporary/log" >&2
  fail "masthead dev did not start."
}
