# Succeeds when a file is not older than five minutes.
test $(($(date +%s) - $(stat -c %Y "$1"))) -lt 300
