// Command employment runs the employment service by itself.
package main

import (
	"github.com/qiao-platform/qiao/pkg/config"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/services/employment"
)

func main() { run.Main(employment.Name, employment.New, config.Data) }
