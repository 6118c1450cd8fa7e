// Package config is a service's configuration: a strict JSON file, overlaid by
// QIAO_* variables of the environment; secrets stand in files of their own.
package config

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
)

// Config is what a separate service is told. Every field works at its zero
// value except those that Verify names.
type Config struct {
	// Listen is the HTTP address. Beyond this machine it is served with a certificate,
	// or to a named proxy: see Edge.
	Listen string `json:"listen"`
	// TLSCert and TLSKey are the files of the certificate, with what leads to its root,
	// and of its key. They are read again when they change.
	TLSCert string `json:"tls_cert,omitempty"`
	TLSKey  string `json:"tls_key,omitempty"`
	// Proxy lists the addresses (or ranges) of the proxy that ends TLS before us: its
	// word is taken for whose request it passes on, and nobody else's.
	Proxy string `json:"proxy,omitempty"`
	// Origins lists the addresses of the pages as browsers have them, the main one
	// first: https://qiao.example.
	Origins string `json:"origins,omitempty"`
	// DatabaseFile holds the database's address, which may bear a password.
	DatabaseFile string `json:"database_file"`
	// NATS is a comma-separated list of servers. A credentials file, or a user
	// with the password in a file, proves who we are.
	NATS                string `json:"nats"`
	NATSCredentialsFile string `json:"nats_credentials_file"`
	NATSUser            string `json:"nats_user"`
	NATSPasswordFile    string `json:"nats_password_file"`
	// Redis is host:port; empty works without a cache.
	Redis             string `json:"redis"`
	RedisPasswordFile string `json:"redis_password_file"`
	// OTLP is the host:port of a collector; empty exports nothing.
	OTLP     string `json:"otlp"`
	LogLevel string `json:"log_level"`
	// MasterKeyFile seals stored answers and, in the registry, people's data.
	MasterKeyFile string `json:"master_key_file"`
	// PersonKeysFile holds the database address of the registry's per-person keys.
	PersonKeysFile string `json:"person_keys_file"`
	// SigningKeyFile is this service's own issuer key (base64 seed).
	SigningKeyFile string `json:"signing_key_file"`
	// PeopleKeyFile is the key that signs for people; identity alone has it.
	PeopleKeyFile string `json:"people_key_file,omitempty"`
	// PlaysKeyFile is the key that signs for a demonstration's invented people; of its
	// console alone, which tells a story with it, and read nowhere else.
	PlaysKeyFile string `json:"plays_key_file,omitempty"`
	// AdminLinkFile is where identity writes the first administrator's link, for its
	// owner alone, while there is no administrator.
	AdminLinkFile string `json:"admin_link_file,omitempty"`
	// OutsideFile lists other offices that know who somebody is, with their secrets;
	// identity alone reads it.
	OutsideFile string `json:"outside_file,omitempty"`
	// MessagesURL is the HTTP gateway by which codes are sent to telephones; empty sends
	// none. The operator's template and the office's signature name what is sent, and
	// MessagesKeyFile holds the key that signs it. The registry alone has them.
	MessagesURL      string `json:"messages_url,omitempty"`
	MessagesTemplate string `json:"messages_template,omitempty"`
	MessagesSign     string `json:"messages_sign,omitempty"`
	MessagesKeyFile  string `json:"messages_key_file,omitempty"`
	// TrustFile lists the issuers whose principals are accepted.
	TrustFile string `json:"trust_file"`
	// Partitions of every service's channels; the same for the whole platform
	// and fixed for its life.
	Partitions int `json:"partitions"`
	// Replicas of the streams; 3 on a cluster of three.
	Replicas int `json:"replicas"`
	// Demo: the platform's people are invented, and the console tells its story.
	Demo bool `json:"demo"`
	// FilingNumber and ComplaintURL stand at the foot of each page (国办函〔2026〕12号):
	// the number under which the cyberspace office has filed the application, and
	// where to complain of it, as an https or mailto address.
	FilingNumber string `json:"filing_number"`
	ComplaintURL string `json:"complaint_url"`
	// StreamMiB limits each stream; past a full one readers fill from the event table.
	StreamMiB int `json:"stream_mib"`
	// StandsStillSeconds is how long events may wait unmoved before that is told;
	// 0 is half a minute.
	StandsStillSeconds int `json:"stands_still_seconds"`
}

// Load reads a file strictly and overlays the environment: QIAO_LISTEN for
// "listen", and so on. An unknown field or variable is an error.
func Load(path string, environ []string) (Config, error) {
	c := Config{Listen: "127.0.0.1:0", Partitions: 1, Replicas: 1, StreamMiB: 1024}
	if path != "" {
		b, err := os.ReadFile(path)
		if err != nil {
			return c, fmt.Errorf("configuration: %w", err)
		}
		d := json.NewDecoder(bytes.NewReader(b))
		d.DisallowUnknownFields()
		if err := d.Decode(&c); err != nil {
			return c, fmt.Errorf("configuration %s: %w", path, err)
		}
		if _, err := d.Token(); !errors.Is(err, io.EOF) {
			return c, fmt.Errorf("configuration %s: more than one value", path)
		}
	}
	return c, c.overlay(environ)
}

func (c *Config) overlay(environ []string) error {
	text := map[string]*string{
		"QIAO_LISTEN": &c.Listen, "QIAO_TLS_CERT": &c.TLSCert, "QIAO_TLS_KEY": &c.TLSKey, "QIAO_PROXY": &c.Proxy, "QIAO_ORIGINS": &c.Origins, "QIAO_DATABASE_FILE": &c.DatabaseFile, "QIAO_NATS": &c.NATS, "QIAO_NATS_CREDENTIALS_FILE": &c.NATSCredentialsFile,
		"QIAO_NATS_USER": &c.NATSUser, "QIAO_NATS_PASSWORD_FILE": &c.NATSPasswordFile,
		"QIAO_REDIS": &c.Redis, "QIAO_REDIS_PASSWORD_FILE": &c.RedisPasswordFile, "QIAO_OTLP": &c.OTLP, "QIAO_FILING_NUMBER": &c.FilingNumber, "QIAO_COMPLAINT_URL": &c.ComplaintURL, "QIAO_LOG_LEVEL": &c.LogLevel,
		"QIAO_MASTER_KEY_FILE": &c.MasterKeyFile, "QIAO_PERSON_KEYS_FILE": &c.PersonKeysFile, "QIAO_SIGNING_KEY_FILE": &c.SigningKeyFile, "QIAO_TRUST_FILE": &c.TrustFile,
		"QIAO_PEOPLE_KEY_FILE": &c.PeopleKeyFile, "QIAO_PLAYS_KEY_FILE": &c.PlaysKeyFile, "QIAO_ADMIN_LINK_FILE": &c.AdminLinkFile,
		"QIAO_OUTSIDE_FILE": &c.OutsideFile, "QIAO_MESSAGES_URL": &c.MessagesURL, "QIAO_MESSAGES_TEMPLATE": &c.MessagesTemplate, "QIAO_MESSAGES_SIGN": &c.MessagesSign, "QIAO_MESSAGES_KEY_FILE": &c.MessagesKeyFile,
	}
	number := map[string]*int{"QIAO_PARTITIONS": &c.Partitions, "QIAO_REPLICAS": &c.Replicas, "QIAO_STREAM_MIB": &c.StreamMiB, "QIAO_STANDS_STILL_SECONDS": &c.StandsStillSeconds}
	for _, kv := range environ {
		k, v, _ := strings.Cut(kv, "=")
		switch {
		case text[k] != nil:
			*text[k] = v
		case number[k] != nil:
			n, err := strconv.Atoi(v)
			if err != nil {
				return fmt.Errorf("configuration: %s is not a number", k)
			}
			*number[k] = n
		case k == "QIAO_DEMO":
			yes, err := strconv.ParseBool(v)
			if err != nil {
				return errors.New("configuration: QIAO_DEMO is neither true nor false")
			}
			c.Demo = yes
		case strings.HasPrefix(k, "QIAO_") && !strings.HasPrefix(k, "QIAO_TEST_"):
			return fmt.Errorf("configuration: %s is not known", k)
		}
	}
	return nil
}

// Need is what a process needs beside the bus and a key to sign with.
type Need int

// The needs.
const (
	Data       Need = iota // a database, the master key, and whose calls are trusted
	PersonKeys             // the database of per-person keys
	PeopleKey              // the key that signs for people
)

// Verify reports everything that is missing or wrong for a process with these
// needs, without connecting anywhere.
func (c Config) Verify(needs ...Need) error {
	required := map[string]string{"nats": c.NATS, "signing_key_file": c.SigningKeyFile}
	if slices.Contains(needs, Data) {
		required["database_file"], required["master_key_file"], required["trust_file"] = c.DatabaseFile, c.MasterKeyFile, c.TrustFile
	}
	if slices.Contains(needs, PersonKeys) {
		required["person_keys_file"] = c.PersonKeysFile
	}
	if slices.Contains(needs, PeopleKey) {
		required["people_key_file"] = c.PeopleKeyFile
	}
	var all []error
	for _, name := range slices.Sorted(maps.Keys(required)) {
		if required[name] == "" {
			all = append(all, fmt.Errorf("configuration: %s is required", name))
		}
	}
	if (c.NATSUser == "") != (c.NATSPasswordFile == "") {
		all = append(all, errors.New("configuration: nats_user and nats_password_file go together"))
	}
	if c.Partitions < 1 || c.Replicas < 1 || c.StreamMiB < 1 {
		all = append(all, errors.New("configuration: partitions, replicas and stream_mib must be at least 1"))
	}
	all = append(all, c.VerifyMessages())
	if c.StandsStillSeconds < 0 {
		all = append(all, errors.New("configuration: stands_still_seconds must not be negative"))
	}
	_, err := c.Edge()
	return errors.Join(append(all, err)...)
}

// VerifyMessages says what is wrong with the gateway for messages: what is sent is secret, and
// so is the key that signs it.
func (c Config) VerifyMessages() error {
	if c.MessagesURL == "" {
		return nil
	}
	u, err := url.Parse(c.MessagesURL)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())):
		return errors.New("configuration: messages_url is no https address without a name and password in it")
	case c.MessagesTemplate == "", c.MessagesKeyFile == "":
		return errors.New("configuration: messages_url needs messages_template and messages_key_file")
	}
	return nil
}

// LoopbackHost reports whether the host that a request names, with or without a
// port, is this machine: an address is parsed and not compared as text, since
// 127.evil.example is a name that anybody may own.
func LoopbackHost(host string) bool {
	name, _, ok := splitHost(host)
	return ok && loopback(name)
}

func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Zone() == "" && ip.Unmap().IsLoopback()
}

// Secret reads a secret's file, without the line end.
func Secret(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("secret: %w", err)
	}
	return strings.TrimRight(string(b), "\r\n"), nil
}

// SigningKey reads an issuer's private key.
func SigningKey(path string) (ed25519.PrivateKey, error) {
	s, err := Secret(path)
	if err != nil {
		return nil, err
	}
	seed, err := base64.StdEncoding.DecodeString(s)
	if err != nil || len(seed) != ed25519.SeedSize {
		return nil, fmt.Errorf("signing key %s: not a base64 seed of %d bytes", path, ed25519.SeedSize)
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

// Trust reads the issuers that are trusted:
// {"<key id>": {"key": "<base64>", "kinds": ["service"], "subject": "housing"}}.
func Trust(path string) (map[string]auth.Trusted, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("trusted issuers: %w", err)
	}
	var raw map[string]struct {
		Key         []byte      `json:"key"`
		Kinds       []auth.Kind `json:"kinds"`
		Subject     string      `json:"subject"`
		Sessionless bool        `json:"sessionless"`
		Former      []former    `json:"former"`
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&raw); err != nil {
		return nil, fmt.Errorf("trusted issuers %s: %w", path, err)
	}
	all := map[string]auth.Trusted{}
	for id, t := range raw {
		if len(t.Key) != ed25519.PublicKeySize {
			return nil, fmt.Errorf("trusted issuers %s: the key of %q has not %d bytes", path, id, ed25519.PublicKeySize)
		}
		one := auth.Trusted{Key: t.Key, Kinds: t.Kinds, Subject: t.Subject, Sessionless: t.Sessionless}
		for _, f := range t.Former {
			one.Former = append(one.Former, auth.RecordKey(f))
		}
		all[id] = one
	}
	return all, nil
}

// former is a key that signed before. Where nothing says until when, as in a file that
// was made before that was kept, it proves nothing, and what is under it is asked for.
type former auth.RecordKey

func (f *former) UnmarshalJSON(b []byte) error {
	f.Until = time.Unix(0, 0).UTC()
	if json.Unmarshal(b, &f.Key) == nil {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	return d.Decode((*auth.RecordKey)(f))
}
