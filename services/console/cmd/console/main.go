// Command console runs the platform's web face by itself. It needs the bus and
// a key to sign with, and no database.
package main

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/services/console"
)

func main() {
	run.Main(console.Name, func(ctx context.Context, d run.Deps) (*console.Console, error) {
		return console.New(ctx, console.Config{Demo: d.Demo, Services: console.Services()}, d)
	})
}
