#!/bin/sh
# Runs a service for as long as its starter lives: supervise.sh SIGNAL DIRECTORY COMMAND [ARGUMENT…]
# The starter holds the other end of standard input. When that closes (asked to, or because the starter died, even by SIGKILL),
# the service gets SIGNAL, five seconds later KILL, and its temporary DIRECTORY ("-" for none) is removed.
signal=$1 directory=$2
shift 2
exec 3<&0
"$@" </dev/null 3<&- &
service=$!
(
  cat <&3 >/dev/null
  kill -s "$signal" "$service" 2>/dev/null
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; do
    kill -0 "$service" 2>/dev/null || exit 0
    sleep 0.2
  done
  kill -s KILL "$service" 2>/dev/null
) &
watcher=$!
exec 3<&-
wait "$service"
status=$?
kill "$watcher" 2>/dev/null
[ "$directory" = - ] || rm -rf -- "$directory"
exit "$status"
