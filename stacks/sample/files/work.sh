# Writes the time to the volume and from there to the bucket, once a minute, and
# renews the token for the database, which is good for 15 minutes.
set -eu
trap 'exit 0' TERM
while true; do
    if [ -n "${DB_HOST:-}" ]; then
        aws rds generate-db-auth-token --hostname "$DB_HOST" --port "$DB_PORT" --username "$DB_USER" > "$TOKEN_DIR/next"
        mv "$TOKEN_DIR/next" "$TOKEN_DIR/token"
    fi
    date -u +%Y-%m-%dT%H:%M:%SZ > "$DATA_DIR/next"
    aws s3 cp --only-show-errors "$DATA_DIR/next" "s3://$BUCKET/$PREFIX/written"
    # Only what has arrived counts: the file's age is the container's health.
    mv "$DATA_DIR/next" "$DATA_DIR/written"
    sleep "$PAUSE" &
    wait $!
done
