# Runs a server ("$@") until it ends or standard input closes, that is, until the program
# that started it has ended. Descriptor 3 keeps the pipe, since a command in the background
# gets an empty standard input.
exec 3<&0
"$@" </dev/null 3<&- &
server=$!
(
  cat <&3 >/dev/null
  kill -9 "$server" 2>/dev/null
) &
exec 3<&-
wait "$server"
