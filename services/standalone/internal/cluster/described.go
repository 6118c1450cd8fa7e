package cluster

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/qiao-platform/qiao/services/standalone/internal/keys"
)

// description is what a file says of a platform of separate services that this
// program did not start: where its bus is, and where its secrets lie. A
// relative folder is the file's.
type description struct {
	Nodes   []string `json:"nodes"`
	Secrets string   `json:"secrets"`
}

func describedBy(file string) (*Cluster, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var d description
	in := json.NewDecoder(bytes.NewReader(b))
	in.DisallowUnknownFields()
	if err := in.Decode(&d); err != nil {
		return nil, fmt.Errorf("%s describes no platform: %w", file, err)
	}
	if len(d.Nodes) == 0 || d.Secrets == "" {
		return nil, fmt.Errorf("%s describes no platform: it must name nodes and secrets", file)
	}
	c := &Cluster{dir: filepath.Dir(file), secrets: d.Secrets, state: state{Nodes: d.Nodes}}
	if !filepath.IsAbs(d.Secrets) {
		c.secrets = filepath.Join(c.dir, d.Secrets)
	}
	if c.state.Demo, err = keys.IsDemo(c.secrets); err != nil {
		return nil, err
	}
	return c, nil
}

// Demo says whether its people are invented.
func (c *Cluster) Demo() bool { return c.state.Demo }
