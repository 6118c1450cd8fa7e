// Command education runs the education service by itself.
package main

import (
	"github.com/qiao-platform/qiao/pkg/config"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/services/education"
)

func main() { run.Main(education.Name, education.New, config.Data) }
