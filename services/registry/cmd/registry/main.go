// Command registry runs the registry by itself.
package main

import (
	"github.com/qiao-platform/qiao/pkg/config"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/services/registry"
)

func main() { run.Main(registry.Name, registry.New, config.Data, config.PersonKeys) }
