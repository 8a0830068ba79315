//go:build !unix

package chaos_test

import "errors"

const childCase, childDir = "CHAOS_CASE", "CHAOS_DIR"

func victim(string, string) error { return errors.New("processes are killed on Unix only") }
