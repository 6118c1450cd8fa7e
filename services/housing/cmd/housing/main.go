// Command housing runs the public-housing service by itself.
package main

import (
	"github.com/qiao-platform/qiao/pkg/config"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/services/housing"
)

func main() { run.Main(housing.Name, housing.New, config.Data) }
