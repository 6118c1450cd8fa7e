// Package deploytest tries the files of a deployment with compose: the images'
// build, and what each engine is started with. No container engine is needed;
// the programs and parsers are the real ones, and paths inside a container
// stand for folders of the test.
package deploytest

import (
	"context"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"

	"github.com/qiao-platform/qiao/pkg/config"
	"github.com/qiao-platform/qiao/services/console"
	"github.com/qiao-platform/qiao/services/standalone"
	"github.com/qiao-platform/qiao/services/standalone/internal/keys"
)

const (
	root       = "../../.."
	inSecrets  = "/run/secrets/"         // where a container finds its secrets
	inConfig   = "/etc/qiao/config.json" // where a service finds its configuration
	onThisHost = "127.0.0.1"
)

// programs lists what the platform's own images run.
func programs() []string { return append(standalone.Names(), console.Name) }

// compose reads docker-compose.yml as compose does, its tools included.
func compose(t *testing.T, environment ...string) *types.Project {
	t.Helper()
	o, err := cli.NewProjectOptions([]string{filepath.Join(root, "docker-compose.yml")},
		cli.WithEnv(append([]string{"QIAO_UID=1000", "QIAO_GID=1000"}, environment...)), cli.WithProfiles([]string{"tools", "demo"}))
	if err != nil {
		t.Fatal(err)
	}
	p, err := o.LoadProject(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// makeSecrets does what the operator does first, for PostgreSQL at an address.
func makeSecrets(t *testing.T, postgres string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := keys.Write(dir, keys.Platform{Postgres: postgres, Nodes: []string{"nats-1:6222", "nats-2:6222", "nats-3:6222"}, Partitions: 1}); err != nil {
		t.Fatal(err)
	}
	return dir
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func configuration(t *testing.T, name string) config.Config {
	t.Helper()
	c, err := config.Load(filepath.Join(root, "deploy/config", name+".json"), nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Every address that a configuration names is one that its container can reach
// and that something answers at: a service in a common network, or for the
// console, which is on the machine's own network, a published port.
func TestEveryNamedAddressCanBeReached(t *testing.T) {
	p := compose(t)
	secrets := makeSecrets(t, "postgres:5432")
	published := map[string]bool{}
	for _, s := range p.Services {
		for _, port := range s.Ports {
			published[net.JoinHostPort(port.HostIP, port.Published)] = true
		}
	}
	for _, name := range programs() {
		c := configuration(t, name)
		addresses := []string{c.OTLP}
		for node := range strings.SplitSeq(c.NATS, ",") {
			addresses = append(addresses, strings.TrimPrefix(node, "nats://"))
		}
		if len(addresses) != 4 {
			t.Errorf("%s does not know all nodes of the bus: %s", name, c.NATS)
		}
		if c.Redis != "" {
			addresses = append(addresses, c.Redis)
		}
		for _, file := range []string{c.DatabaseFile, c.PersonKeysFile} {
			if file == "" {
				continue
			}
			u, err := url.Parse(strings.TrimSpace(read(t, filepath.Join(secrets, filepath.Base(file)))))
			if err != nil {
				t.Fatal(err)
			}
			addresses = append(addresses, u.Host)
		}
		for _, a := range addresses {
			if p.Services[name].NetworkMode == "host" {
				if !published[a] {
					t.Errorf("%s names %s, which is not published", name, a)
				}
				continue
			}
			host, _, err := net.SplitHostPort(a)
			if err != nil {
				t.Fatal(err)
			}
			common := false
			for network := range p.Services[name].Networks {
				_, there := p.Services[host].Networks[network]
				common = common || there
			}
			if !common {
				t.Errorf("%s names %s, and they share no network", name, a)
			}
		}
	}
}

// The services hold people's data: their networks lead nowhere else. A port is
// published by what no service is, and never to other machines.
func TestServicesReachNothingOutside(t *testing.T) {
	p := compose(t)
	for _, name := range standalone.Names() {
		for network := range p.Services[name].Networks {
			if !p.Networks[network].Internal {
				t.Errorf("%s can reach others by the network %s", name, network)
			}
		}
		if len(p.Services[name].Ports) > 0 {
			t.Errorf("%s publishes a port", name)
		}
	}
	for name, s := range p.Services {
		for _, port := range s.Ports {
			outside := slices.ContainsFunc(s.NetworksByPriority(), func(n string) bool { return !bool(p.Networks[n].Internal) })
			if port.HostIP != onThisHost || !outside {
				t.Errorf("%s publishes %s at %q: outside=%v", name, port.Published, port.HostIP, outside)
			}
		}
		if s.Deploy.Resources.Limits.Pids == 0 {
			t.Errorf("%s may start any number of processes", name)
		}
	}
}

// What a program may take before it works harder to give memory back stays
// below what its container may take.
func TestMemoryIsGivenBackBeforeTheLimit(t *testing.T) {
	p := compose(t)
	for _, name := range programs() {
		s := p.Services[name]
		limit := s.Environment["GOMEMLIMIT"]
		if limit == nil {
			t.Errorf("%s knows no limit of its memory", name)
			continue
		}
		number, ok := strings.CutSuffix(*limit, "iB") // 440MiB, which compose writes 440M
		if !ok {
			t.Fatalf("%s: %s", name, *limit)
		}
		var soft types.UnitBytes
		if err := soft.DecodeMapstructure(number); err != nil {
			t.Fatal(err)
		}
		if hard := s.Deploy.Resources.Limits.MemoryBytes; soft >= hard || soft < hard*3/4 {
			t.Errorf("%s gives back at %d of %d bytes", name, soft, hard)
		}
	}
}

// The collector's parts are all declared, it listens where the programs send,
// and its own memory limit is below the container's.
func TestCollectorConfiguration(t *testing.T) {
	p := compose(t)
	var c struct {
		Receivers struct {
			OTLP struct {
				Protocols struct {
					HTTP struct{ Endpoint string }
				}
			}
		}
		Processors map[string]struct {
			LimitMiB int `yaml:"limit_mib"`
		}
		Exporters map[string]any
		Service   struct {
			Pipelines map[string]struct{ Receivers, Processors, Exporters []string }
		}
	}
	if err := yaml.Unmarshal([]byte(read(t, filepath.Join(root, "deploy/otel/collector.yaml"))), &c); err != nil {
		t.Fatal(err)
	}
	if len(c.Service.Pipelines["traces"].Exporters) == 0 {
		t.Fatal("traces go nowhere")
	}
	for name, line := range c.Service.Pipelines {
		if !slices.Equal(line.Receivers, []string{"otlp"}) || line.Processors[0] != "memory_limiter" {
			t.Errorf("%s: receivers %v, processors %v", name, line.Receivers, line.Processors)
		}
		for _, part := range line.Processors {
			if _, ok := c.Processors[part]; !ok {
				t.Errorf("%s names a processor that is not declared: %s", name, part)
			}
		}
		for _, part := range line.Exporters {
			if _, ok := c.Exporters[part]; !ok {
				t.Errorf("%s names an exporter that is not declared: %s", name, part)
			}
		}
	}
	if limit := c.Processors["memory_limiter"].LimitMiB; limit == 0 || types.UnitBytes(limit)<<20 >= p.Services["collector"].Deploy.Resources.Limits.MemoryBytes {
		t.Errorf("the collector's own limit is %d MiB", limit)
	}
	_, port, err := net.SplitHostPort(c.Receivers.OTLP.Protocols.HTTP.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range programs() {
		if !strings.HasSuffix(configuration(t, name).OTLP, ":"+port) {
			t.Errorf("%s sends traces elsewhere than to port %s", name, port)
		}
	}
}
