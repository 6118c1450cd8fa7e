// Package keys makes the secrets of a platform of separate services: every
// process gets what it needs and nothing of the others.
package keys

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/crypt"
	"github.com/qiao-platform/qiao/services/registry"
	"github.com/qiao-platform/qiao/services/standalone"
)

// Platform says for what the secrets are made.
type Platform struct {
	Postgres   string   // host:port of the server of all databases
	Nodes      []string // host:port at which the bus' nodes find each other
	Partitions int      // of every service's channels
	Demo       bool     // whether someone may sign for invented people
	// Data are patterns of files that are there where data was made already.
	Data []string
}

// PersonKeys is the database of the registry's per-person keys.
const PersonKeys = "person_keys"

// Operator is the user of the bus who may do everything: mend a stream, say.
const Operator = "operator"

// Write makes what is missing in dir, which it keeps to its owner:
//
//	purpose                   real or demo: invented people and real ones never mix
//	master.key                seals people's data and stored answers
//	trust.json                who may sign for whom
//	<issuer>.key              what each process signs with
//	nats-users.conf           the bus' users: password hashes and permissions
//	nats-cluster.conf         the nodes' own password and addresses
//	nats-<user>.password      what each process shows to the bus
//	postgres.password         of the server's superuser
//	postgres-<role>.password  of each service's role
//	<service>.database        the address of each service's database
//	person_keys.database      the address of the registry's key database
//	redis.conf, redis.password
//
// A file that is there is kept, so that it may run again after a service has
// joined; the files that follow from others are written anew. What data was made
// with is never made anew: see [ErrData].
func Write(dir string, p Platform) error {
	w := writer{dir: dir}
	if err := w.whole(p); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := w.purpose(p); err != nil {
		return err
	}
	if err := w.signers(p); err != nil {
		return err
	}
	if err := w.bus(p); err != nil {
		return err
	}
	for _, role := range standalone.Names() {
		if err := w.database(p, role, role, role); err != nil {
			return err
		}
	}
	if err := w.database(p, registry.Name, PersonKeys, PersonKeys); err != nil {
		return err
	}
	if _, err := w.password("postgres.password"); err != nil {
		return err
	}
	cache, err := w.password("redis.password")
	if err != nil {
		return err
	}
	return w.put("redis.conf", "requirepass "+cache+"\nsave \"\"\nappendonly no\nmaxmemory 256mb\nmaxmemory-policy allkeys-lru\n")
}

// ErrPurpose refuses to make a demonstration of a platform of real people, or
// the other way round.
var ErrPurpose = errors.New("real people and a demonstration never share a platform; use another folder")

// IsDemo says whether the secrets in dir are a demonstration's.
func IsDemo(dir string) (bool, error) {
	b, err := os.ReadFile(filepath.Join(dir, "purpose"))
	switch {
	case errors.Is(err, fs.ErrNotExist): // made before the file was
		_, err := os.Stat(filepath.Join(dir, "demo.key"))
		if errors.Is(err, fs.ErrNotExist) {
			return false, nil
		}
		return err == nil, err
	case err != nil:
		return false, fmt.Errorf("keys: %w", err)
	}
	return strings.TrimSpace(string(b)) == standalone.PurposeDemo, nil
}

// ErrData refuses to make new secrets where data was made with others: every
// service would fail on its password for ever, and no name could be read.
var ErrData = errors.New("bring them back from your copy, or move the data away to begin anew; nothing was changed")

// whole refuses a folder that lacks what data was made with, where there is such
// data or where the folder itself tells that it lost something. A service that
// joins has neither a password nor an address yet.
func (w writer) whole(p Platform) error {
	has := func(name string) bool { _, err := os.Stat(filepath.Join(w.dir, name)); return err == nil }
	var lost []string
	begun := has("redis.conf") // which is written last
	for _, name := range []string{"master.key", "postgres.password"} {
		if !has(name) {
			lost = append(lost, name)
		}
	}
	for _, role := range standalone.Names() {
		if name := "postgres-" + role + ".password"; !has(name) && (!begun || has(role+".database")) {
			lost = append(lost, name)
		}
	}
	if len(lost) == 0 {
		return nil
	}
	if begun {
		return fmt.Errorf("%s lacks some of its secrets: %s; %w", w.dir, strings.Join(lost, ", "), ErrData)
	}
	for _, pattern := range p.Data {
		found, err := filepath.Glob(pattern)
		if err != nil {
			return fmt.Errorf("keys: %w", err)
		}
		if len(found) > 0 {
			return fmt.Errorf("%s holds the data of a platform, and %s lacks what it was made with: %s; %w", filepath.Dir(found[0]), w.dir, strings.Join(lost, ", "), ErrData)
		}
	}
	return nil
}

type writer struct{ dir string }

// purpose notes what the platform is for, where that is not known yet.
func (w writer) purpose(p Platform) error {
	purpose := standalone.PurposeReal
	if p.Demo {
		purpose = standalone.PurposeDemo
	}
	if _, err := os.Stat(filepath.Join(w.dir, "master.key")); err == nil {
		was, err := IsDemo(w.dir)
		if err != nil {
			return err
		}
		if was != p.Demo {
			return fmt.Errorf("%s: %w", w.dir, ErrPurpose)
		}
	}
	return w.put("purpose", purpose+"\n")
}

func (w writer) put(name, content string) error {
	if err := os.WriteFile(filepath.Join(w.dir, name), []byte(content), 0o600); err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	return nil
}

// keep returns a file's content, and makes it where it is missing.
func (w writer) keep(name string, make func() string) (string, error) {
	b, err := os.ReadFile(filepath.Join(w.dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		content := make()
		return content, w.put(name, content)
	}
	return string(b), err
}

func (w writer) password(name string) (string, error) { return w.keep(name, rand.Text) }

// signers writes the master key and what follows from it.
func (w writer) signers(p Platform) error {
	master, _, err := crypt.LoadOrCreateMaster(filepath.Join(w.dir, "master.key"))
	if err != nil {
		return err
	}
	signing, trusted, err := standalone.Issuers(master)
	if err != nil {
		return err
	}
	if !p.Demo {
		delete(trusted, "demo")
	}
	type entry struct {
		Key     []byte      `json:"key"`
		Kinds   []auth.Kind `json:"kinds"`
		Subject string      `json:"subject,omitempty"`
	}
	list := map[string]entry{}
	for _, name := range slices.Sorted(maps.Keys(trusted)) {
		t := trusted[name]
		list[name] = entry{t.Key, t.Kinds, t.Subject}
		if err := w.put(name+".key", base64.StdEncoding.EncodeToString(signing[name].Seed())+"\n"); err != nil {
			return err
		}
	}
	b, err := json.MarshalIndent(list, "", " ")
	if err != nil {
		return err
	}
	return w.put("trust.json", string(b)+"\n")
}

// database writes a role's password and the address of a database of it.
func (w writer) database(p Platform, role, database, file string) error {
	password, err := w.password("postgres-" + role + ".password")
	if err != nil {
		return err
	}
	u := url.URL{Scheme: "postgres", User: url.UserPassword(role, password), Host: p.Postgres, Path: "/" + database, RawQuery: "sslmode=disable"}
	return w.put(file+".database", u.String()+"\n")
}
