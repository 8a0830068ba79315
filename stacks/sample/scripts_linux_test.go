package sample_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// pretend puts a command of the given name into a folder.
func pretend(t *testing.T, dir, name, does string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+does+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
}

// start runs a script of the back with what its container has, and a folder for
// all that it writes.
func start(t *testing.T, script, dir string, env ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "/bin/sh", filepath.Join("files", script))
	cmd.Env = append([]string{
		"PATH=" + dir + ":" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "DATA_DIR=" + dir, "TOKEN_DIR=" + dir,
		"BUCKET=media", "PREFIX=shop", "AWS_REGION=us-west-2", "PAUSE=0.05",
	}, env...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd
}

// end waits for a file, and ends the script as Kubernetes does.
func end(t *testing.T, cmd *exec.Cmd, file string) {
	t.Helper()
	for range 1000 {
		if _, err := os.Stat(file); err == nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("told to end: %v", err)
	}
}

func contents(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}

var database5432 = []string{"DB_HOST=db", "DB_PORT=5432", "DB_USER=sample", "DB_NAME=app", "DB_TLS=sslmode=require"}

func TestWorkWritesAndRenewsTheToken(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pretend(t, dir, "aws", `echo "$*" >> "$DATA_DIR/calls"; case "$1" in rds) echo secret;; esac`)
	end(t, start(t, "work.sh", dir, database5432...), filepath.Join(dir, "written"))
	calls := contents(t, filepath.Join(dir, "calls"))
	for _, want := range []string{
		"rds generate-db-auth-token --hostname db --port 5432 --username sample", "s3 cp --only-show-errors " + dir + "/next s3://media/shop/written",
	} {
		if !strings.Contains(calls, want) {
			t.Errorf("%q is not in %s", want, calls)
		}
	}
	if got := contents(t, filepath.Join(dir, "token")); got != "secret" {
		t.Errorf("the token is %q", got)
	}
	if _, err := time.Parse(time.RFC3339, contents(t, filepath.Join(dir, "written"))); err != nil {
		t.Error(err)
	}
}

// What was not written into the bucket is not shown as written.
func TestWorkFailsLoudly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pretend(t, dir, "aws", "exit 1")
	err := start(t, "work.sh", dir).Wait()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Errorf("it ends with %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "written")); err == nil {
		t.Error("something is written")
	}
}

func TestAskShowsTheAnswer(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ psql, want string }{
		"an answer": {`for last; do :; done; echo "$PGPASSWORD $last"`, "secret host=db port=5432 dbname=app user=sample connect_timeout=5 sslmode=require"},
		"none":      {"exit 2", "the database has not answered"},
	} {
		dir := t.TempDir()
		pretend(t, dir, "psql", tc.psql)
		if err := os.WriteFile(filepath.Join(dir, "token"), []byte("secret\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		end(t, start(t, "ask.sh", dir, database5432...), filepath.Join(dir, "answer"))
		if got := contents(t, filepath.Join(dir, "answer")); got != tc.want {
			t.Errorf("%s: the page shows %q, want %q", name, got, tc.want)
		}
	}
}

func TestAlive(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "written")
	alive := func() bool { return exec.CommandContext(t.Context(), "/bin/sh", "files/alive.sh", path).Run() == nil }
	if alive() {
		t.Error("it has never written, and is alive")
	}
	for age, want := range map[time.Duration]bool{time.Minute: true, 10 * time.Minute: false} {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		then := time.Now().Add(-age)
		if err := os.Chtimes(path, then, then); err != nil {
			t.Fatal(err)
		}
		if alive() != want {
			t.Errorf("%s after it wrote, alive is %t", age, !want)
		}
	}
}
