// Command identity runs the identity service by itself.
package main

import (
	"github.com/qiao-platform/qiao/pkg/config"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/services/identity"
)

func main() { run.Main(identity.Name, identity.New, config.Data, config.PeopleKey) }
