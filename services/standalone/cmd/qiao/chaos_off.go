//go:build !chaos

package main

import (
	"context"
	"errors"
)

// asNode does nothing in a program that is not built for faults.
func asNode() {}

// chaos says how to get a program that can: failpoints exist only under a build tag.
func chaos(context.Context, []string) error {
	return errors.New("this program is built without faults; use: go run -tags chaos ./services/standalone/cmd/qiao chaos")
}
