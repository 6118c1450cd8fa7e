package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func write(t *testing.T, text string) string {
	t.Helper()
	p := filepath.Join(t.TempDir(), "c.json")
	if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestLoad(t *testing.T) {
	full := `{"database_file":"d","nats":"n","master_key_file":"m","signing_key_file":"s","trust_file":"t"}`
	c, err := Load(write(t, full), []string{"HOME=/x", "QIAO_NATS=other", "QIAO_REPLICAS=3", "QIAO_STANDS_STILL_SECONDS=90", "QIAO_FILING_NUMBER=备1号", "QIAO_COMPLAINT_URL=https://c.example/"})
	if err != nil {
		t.Fatal(err)
	}
	if c.NATS != "other" || c.Replicas != 3 || c.StandsStillSeconds != 90 || c.DatabaseFile != "d" || c.Partitions != 1 || c.FilingNumber != "备1号" || c.ComplaintURL != "https://c.example/" {
		t.Errorf("%+v", c)
	}
	if err := c.Verify(Data); err != nil {
		t.Error(err)
	}
	c.StandsStillSeconds = -1
	if err := c.Verify(Data); err == nil || !strings.Contains(err.Error(), "stands_still_seconds") {
		t.Errorf("less than no time: %v", err)
	}
	if err := c.Verify(Data, PersonKeys); err == nil || !strings.Contains(err.Error(), "person_keys_file") {
		t.Errorf("without person keys: %v", err)
	}
	face, err := Load(write(t, `{"nats":"n","signing_key_file":"s"}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := face.Verify(); err != nil {
		t.Errorf("a process without data: %v", err)
	}
	face.NATSUser = "console"
	if err := face.Verify(); err == nil {
		t.Error("a user without a password was taken")
	}
	for name, bad := range map[string][2]string{
		"an unknown field":      {`{"nuts":"n"}`, ""},
		"two values":            {full + `{}`, ""},
		"not JSON":              {`nats: n`, ""},
		"an unknown variable":   {full, "QIAO_NUTS=1"},
		"a number that is none": {full, "QIAO_REPLICAS=three"},
	} {
		if _, err := Load(write(t, bad[0]), []string{bad[1]}); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if _, err := Load(filepath.Join(t.TempDir(), "none"), nil); err == nil {
		t.Error("a missing file was taken")
	}
}

func TestVerifyNamesWhatIsMissing(t *testing.T) {
	c := Config{Listen: "0.0.0.0:80"}
	err := c.Verify(Data)
	if err == nil || !errors.Is(err, ErrPlain) {
		t.Fatal(err)
	}
	for _, want := range []string{"database_file", "nats", "master_key_file", "signing_key_file", "trust_file", "partitions"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%s is not named", want)
		}
	}
}

func TestSecretsInErrors(t *testing.T) {
	p := write(t, "not a key but a secret")
	if _, err := SigningKey(p); err == nil || strings.Contains(err.Error(), "secret") {
		t.Error(err)
	}
	if _, err := Trust(write(t, `{"x":{"key":"AAAA"}}`)); err == nil {
		t.Error("a short key was taken")
	}
}

// What is sent to telephones is secret, and so is the key that signs it.
func TestAGatewayForMessagesIsWhole(t *testing.T) {
	good := Config{MessagesURL: "https://sms.example/send", MessagesTemplate: "T-7", MessagesKeyFile: "key"}
	for name, c := range map[string]struct {
		change func(*Config)
		ok     bool
	}{
		"whole":              {func(*Config) {}, true},
		"none":               {func(c *Config) { *c = Config{} }, true},
		"this machine":       {func(c *Config) { c.MessagesURL = "http://127.0.0.1:9000/send" }, true},
		"in the clear":       {func(c *Config) { c.MessagesURL = "http://sms.example/send" }, false},
		"a name that is not": {func(c *Config) { c.MessagesURL = "http://127.evil.example/send" }, false},
		"a password in it":   {func(c *Config) { c.MessagesURL = "https://a:b@sms.example/send" }, false},
		"another protocol":   {func(c *Config) { c.MessagesURL = "ftp://sms.example/send" }, false},
		"no address":         {func(c *Config) { c.MessagesURL = "sms" }, false},
		"no template":        {func(c *Config) { c.MessagesTemplate = "" }, false},
		"no key":             {func(c *Config) { c.MessagesKeyFile = "" }, false},
	} {
		cfg := good
		c.change(&cfg)
		if err := cfg.VerifyMessages(); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}
