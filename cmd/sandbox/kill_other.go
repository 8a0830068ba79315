//go:build !unix

package main

import (
	"context"
	"errors"
)

func killGroup() {}

func (r *run) sacrifice(context.Context) error {
	return errors.New("faults that kill need process groups, which this system does not have: run them on Linux or macOS")
}
