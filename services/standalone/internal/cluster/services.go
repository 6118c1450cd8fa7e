package cluster

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/nats-io/nats.go"

	"github.com/qiao-platform/qiao/pkg/config"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/services/console"
	"github.com/qiao-platform/qiao/services/identity"
	"github.com/qiao-platform/qiao/services/registry"
	"github.com/qiao-platform/qiao/services/standalone"
	"github.com/qiao-platform/qiao/services/standalone/internal/keys"
)

// startServices starts the instances of the services and the console, each
// from a configuration file of its own.
func (c *Cluster) startServices(cfg Config, at places) error {
	for _, s := range standalone.Names() {
		for i := range instances {
			name := instance(s, i)
			if err := c.startService(cfg, at, s, name); err != nil {
				return err
			}
		}
	}
	return c.startService(cfg, at, console.Name, console.Name)
}

func (c *Cluster) startService(cfg Config, at places, service, name string) error {
	conf := config.Config{
		Listen: at.services[name], NATS: strings.Join(c.state.Nodes, ","), NATSUser: service, NATSPasswordFile: c.secret("nats-" + service + ".password"),
		Redis: at.redis, RedisPasswordFile: c.secret("redis.password"), OTLP: at.collector,
		SigningKeyFile: c.secret(service + ".key"), Partitions: c.state.Partitions, Replicas: nodes, StreamMiB: 1024,
	}
	kind := "console"
	conf.Demo = cfg.Demo && slices.Contains([]string{console.Name, registry.Name, identity.Name}, service)
	if conf.Demo && service == console.Name {
		conf.PlaysKeyFile = c.secret("plays.key")
	}
	if service != console.Name {
		kind = "service"
		conf.DatabaseFile, conf.MasterKeyFile, conf.TrustFile = c.secret(service+".database"), c.secret("master.key"), c.secret("trust.json")
	}
	if service == console.Name {
		conf.TLSCert, conf.TLSKey, conf.Proxy = cfg.TLSCert, cfg.TLSKey, cfg.Proxy
	}
	if service == console.Name || service == identity.Name {
		conf.Origins = at.origins
	}
	if service == identity.Name {
		conf.PeopleKeyFile = c.secret(run.People + ".key")
		if !cfg.Demo { // whose administrators are played
			conf.AdminLinkFile = c.AdminLink()
		}
	}
	if service == registry.Name {
		conf.PersonKeysFile = c.secret(keys.PersonKeys + ".database")
	}
	url := "http://" + conf.Listen
	if conf.TLSCert+conf.Proxy != "" {
		url, _, _ = strings.Cut(conf.Origins, ",")
	}
	b, err := json.MarshalIndent(conf, "", " ")
	if err != nil {
		return err
	}
	file := c.path("config", name+".json")
	if err := os.WriteFile(file, b, 0o600); err != nil {
		return err
	}
	return c.add(process{
		Name: name, Kind: kind, Program: filepath.Join(cfg.Programs, service), Args: []string{"-config", file},
		HTTP: at.services[name], Cert: conf.TLSCert, URL: url, Signal: int(syscall.SIGTERM),
	})
}

// waitBus connects to the bus as its operator once it answers.
func (c *Cluster) waitBus(ctx context.Context) (nc *nats.Conn, err error) {
	return nc, until(ctx, "the bus", func(context.Context) error {
		nc, err = c.Bus(keys.Operator)
		return err
	})
}
