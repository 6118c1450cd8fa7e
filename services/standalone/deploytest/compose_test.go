package deploytest

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/pkg/config"
	"github.com/qiao-platform/qiao/services/console"
	"github.com/qiao-platform/qiao/services/identity"
	"github.com/qiao-platform/qiao/services/registry"
	"github.com/qiao-platform/qiao/services/standalone"
	"github.com/qiao-platform/qiao/services/standalone/internal/keys"
)

// What compose starts is bounded, watched, without rights, and reachable from
// this machine only.
func TestComposeIsHardened(t *testing.T) {
	p := compose(t)
	for name, s := range p.Services {
		if s.User != "1000:1000" || !s.ReadOnly || !slices.Contains(s.CapDrop, "ALL") || !slices.Contains(s.SecurityOpt, "no-new-privileges:true") || s.Privileged {
			t.Errorf("%s runs with more rights than it needs", name)
		}
		if s.Deploy == nil || s.Deploy.Resources.Limits == nil || s.Deploy.Resources.Limits.MemoryBytes == 0 || s.Deploy.Resources.Limits.NanoCPUs == 0 {
			t.Errorf("%s has no limits", name)
		}
		// What is not asked must not say so either: `up --wait` takes a check that
		// is disabled for one that failed.
		unasked := slices.Contains([]string{"collector", "streams", "qiao", "import", "demo"}, name)
		if (s.HealthCheck == nil || len(s.HealthCheck.Test) == 0) != unasked || s.HealthCheck != nil && s.HealthCheck.Disable {
			t.Errorf("%s: its health check is %v", name, s.HealthCheck)
		}
		if s.NetworkMode == "host" && name != console.Name && name != "import" { // which asks the console
			t.Errorf("%s is on the machine's own network", name)
		}
		for _, port := range s.Ports {
			if port.HostIP != "127.0.0.1" {
				t.Errorf("%s publishes port %s to others", name, port.Published)
			}
		}
		for _, v := range s.Volumes {
			if filepath.IsAbs(v.Source) && madeFirst(v.Source) {
				continue
			}
			if _, err := os.Stat(v.Source); err != nil {
				t.Errorf("%s mounts what is not there: %v", name, err)
			}
		}
		for key := range s.Environment {
			if strings.Contains(key, "PASSWORD") && !strings.HasSuffix(key, "_FILE") {
				t.Errorf("%s has a secret in its environment: %s", name, key)
			}
		}
	}
	for _, name := range standalone.Names() {
		if s, ok := p.Services[name]; !ok || s.Deploy.Replicas == nil || *s.Deploy.Replicas != 2 {
			t.Errorf("%s has not two instances", name)
		}
	}
}

// madeFirst says whether scripts/compose makes the folder before Docker would,
// as root.
func madeFirst(path string) bool {
	return strings.Contains(path, "/deploy/data/") || strings.HasSuffix(path, "/deploy/work") || strings.HasSuffix(path, "/deploy/tls") || strings.HasSuffix(path, "/deploy/link") || strings.HasSuffix(path, "/deploy/sheets")
}

// Every secret that compose names is made by `qiao keys`, and a service gets
// no other's.
func TestComposeSecrets(t *testing.T) {
	dir := t.TempDir()
	if err := keys.Write(dir, keys.Platform{Postgres: "postgres:5432", Nodes: []string{"nats-1:6222", "nats-2:6222", "nats-3:6222"}, Partitions: 1, Demo: true}); err != nil {
		t.Fatal(err)
	}
	p := compose(t)
	for name, s := range p.Secrets {
		if _, err := os.Stat(filepath.Join(dir, filepath.Base(s.File))); err != nil || filepath.Base(s.File) != name {
			t.Errorf("%s is not made by qiao keys: %v", name, err)
		}
	}
	for _, name := range programs() {
		for _, s := range p.Services[name].Secrets {
			for _, other := range programs() {
				if other != name && (strings.HasPrefix(s.Source, other+".") || s.Source == "nats-"+other+".password") {
					t.Errorf("%s gets a secret of %s: %s", name, other, s.Source)
				}
			}
		}
	}
}

// The configuration that compose gives a service is whole, and names only
// secrets that compose gives it too. The programs themselves read it in the
// end-to-end tests.
func TestDeployedConfigurations(t *testing.T) {
	p := compose(t)
	for _, name := range programs() {
		c, err := config.Load(filepath.Join(root, "deploy/config", name+".json"), nil)
		if err != nil {
			t.Fatal(err)
		}
		var needs []config.Need
		if name != console.Name {
			needs = append(needs, config.Data)
		}
		if name == registry.Name {
			needs = append(needs, config.PersonKeys)
		}
		if name == identity.Name {
			needs = append(needs, config.PeopleKey)
		}
		if err := c.Verify(needs...); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		given := map[string]bool{}
		for _, s := range p.Services[name].Secrets {
			given["/run/secrets/"+s.Source] = true
		}
		for _, path := range []string{c.DatabaseFile, c.PersonKeysFile, c.NATSPasswordFile, c.RedisPasswordFile, c.MasterKeyFile, c.SigningKeyFile, c.PeopleKeyFile, c.PlaysKeyFile, c.TrustFile} {
			if path == "" {
				continue
			}
			if !given[path] {
				t.Errorf("%s names %s, which compose does not give it", name, path)
			}
			delete(given, path)
		}
		for path := range given {
			t.Errorf("%s is given %s and does not use it", name, path)
		}
		if name != console.Name && (c.Replicas != 3 || c.NATS != "nats://nats-1:4222,nats://nats-2:4222,nats://nats-3:4222") {
			t.Errorf("%s does not use the three nodes of the bus", name)
		}
	}
}
