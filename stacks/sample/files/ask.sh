# Asks the database for its time, once a minute, as a user without a password.
set -eu
trap 'exit 0' TERM
while true; do
    if [ -s "$TOKEN_DIR/token" ] && PGPASSWORD=$(cat "$TOKEN_DIR/token") psql --no-psqlrc --tuples-only --no-align \
        --command 'select now()' "host=$DB_HOST port=$DB_PORT dbname=$DB_NAME user=$DB_USER connect_timeout=5 $DB_TLS" > "$HOME/answer"; then
        cp "$HOME/answer" "$DATA_DIR/answer"
    else
        echo "the database has not answered" > "$DATA_DIR/answer"
    fi
    touch "$HOME/round"
    sleep "$PAUSE" &
    wait $!
done
