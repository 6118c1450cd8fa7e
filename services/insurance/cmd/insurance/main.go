// Command insurance runs the social-insurance service by itself.
package main

import (
	"github.com/qiao-platform/qiao/pkg/config"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/services/insurance"
)

func main() { run.Main(insurance.Name, insurance.New, config.Data) }
