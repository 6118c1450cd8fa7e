// Command training runs the training service by itself.
package main

import (
	"github.com/qiao-platform/qiao/pkg/config"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/services/training"
)

func main() { run.Main(training.Name, training.New, config.Data) }
