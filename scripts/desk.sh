#!/usr/bin/env bash
# A desktop session for tests: an unlocked keyring and a notification daemon around a command.
#   dbus-run-session -- xvfb-run -a bash scripts/desk.sh npx playwright test
# Without it the same tests run as on a machine that has no keychain.
set -euo pipefail

# A login keyring that exists already, with another password, would stay locked and ask.
home=$(mktemp -d)
mkdir -p "$home/keyrings"
export XDG_DATA_HOME="$home"
eval "$(printf 'test' | gnome-keyring-daemon --unlock --components=secrets 2>/dev/null | sed 's/^/export /')"

dunst >"$home/dunst.log" 2>&1 &
dunst=$!
trap 'kill "$dunst" 2>/dev/null || true; rm -rf "$home"' EXIT

# Both are on the session bus before the command starts.
for name in org.freedesktop.secrets org.freedesktop.Notifications; do
  for _ in $(seq 50); do
    owned=$(dbus-send --session --print-reply=literal --dest=org.freedesktop.DBus / \
      org.freedesktop.DBus.NameHasOwner "string:$name" 2>/dev/null || true)
    [[ $owned == *true* ]] && continue 2
    sleep 0.1
  done
  echo "desk.sh: $name did not start" >&2
  exit 1
done

# The tests pass --password-store=gnome-libsecret when this is set.
export COUNTERSIGN_TEST_KEYRING=1
"$@"
