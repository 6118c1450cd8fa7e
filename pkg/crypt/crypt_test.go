package crypt

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

func suites() []Suite { return []Suite{Standard(), SM()} }

func master(t testing.TB, s Suite) *Master {
	t.Helper()
	m, err := NewMaster(s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func person(t testing.TB, m *Master) ([]byte, PersonKey) {
	t.Helper()
	w, k, err := m.NewPersonKey()
	if err != nil {
		t.Fatal(err)
	}
	return w, k
}

func TestSealedValuesOpenOnlyAsTheyWere(t *testing.T) {
	for _, s := range suites() {
		t.Run(s.Name(), func(t *testing.T) {
			m := master(t, s)
			_, k := person(t, m)
			_, other := person(t, m)
			rapid.Check(t, func(t *rapid.T) {
				plain, aad := rapid.SliceOf(rapid.Byte()).Draw(t, "plain"), rapid.SliceOf(rapid.Byte()).Draw(t, "aad")
				for _, x := range []struct {
					seal func(_, _ []byte) []byte
					open func(_, _ []byte) ([]byte, error)
				}{{k.Seal, k.Open}, {m.Seal, m.Open}} {
					sealed := x.seal(plain, aad)
					got, err := x.open(sealed, aad)
					if err != nil || !bytes.Equal(got, plain) {
						t.Fatalf("%x: %v", got, err)
					}
					if bytes.Equal(sealed, x.seal(plain, aad)) {
						t.Fatal("two sealings are equal")
					}
					if _, err := x.open(sealed, append(aad, 0)); !errors.Is(err, ErrOpen) {
						t.Fatalf("other associated data: %v", err)
					}
					if _, err := other.Open(sealed, aad); !errors.Is(err, ErrOpen) {
						t.Fatalf("another key: %v", err)
					}
					i := rapid.IntRange(0, len(sealed)-1).Draw(t, "at")
					sealed[i] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
					if _, err := x.open(sealed, aad); !errors.Is(err, ErrOpen) {
						t.Fatalf("one bit flipped at %d: %v", i, err)
					}
					if _, err := x.open(sealed[:i], aad); !errors.Is(err, ErrOpen) {
						t.Fatalf("cut at %d: %v", i, err)
					}
				}
			})
		})
	}
}

func TestRotationRewrapsKeysAndLeavesDataAlone(t *testing.T) {
	for _, from := range suites() {
		for _, to := range suites() {
			t.Run(from.Name()+" to "+to.Name(), func(t *testing.T) {
				old := master(t, from)
				wrapped, k := person(t, old)
				sealed := k.Seal([]byte("value"), []byte("place"))
				next, err := old.Rotate(to)
				if err != nil {
					t.Fatal(err)
				}
				again, err := old.Rewrap(wrapped, next)
				if err != nil || WrappedBy(again) != next.ID() || WrappedBy(wrapped) != old.ID() {
					t.Fatalf("%s %v", WrappedBy(again), err)
				}
				k2, err := next.Unwrap(again)
				if err != nil {
					t.Fatal(err)
				}
				if got, err := k2.Open(sealed, []byte("place")); err != nil || string(got) != "value" {
					t.Errorf("%q %v", got, err)
				}
				for _, e := range []error{second(old.Unwrap(again)), second(next.Unwrap(wrapped)), second(next.Open(old.Seal(nil, nil), nil)), second(next.Rewrap(wrapped, master(t, to)))} {
					if !errors.Is(e, ErrOpen) {
						t.Errorf("another master: %v", e)
					}
				}
				if twice, err := old.Rewrap(again, next); err != nil || !bytes.Equal(twice, again) {
					t.Errorf("a second run: %v", err)
				}
				if same := bytes.Equal(old.BlindIndex("d", "v"), next.BlindIndex("d", "v")); same != (from.Name() == to.Name()) {
					t.Errorf("index kept: %v", same)
				}
			})
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestDamagedWrappedKeysDoNotOpen(t *testing.T) {
	for _, s := range suites() {
		m := master(t, s)
		w, _ := person(t, m)
		for i := range w {
			bad := bytes.Clone(w)
			bad[i] ^= 0x80
			if _, err := m.Unwrap(bad); !errors.Is(err, ErrOpen) {
				t.Errorf("%s, byte %d: %v", s.Name(), i, err)
			}
			if _, err := m.Unwrap(w[:i]); !errors.Is(err, ErrOpen) {
				t.Errorf("%s, cut at %d: %v", s.Name(), i, err)
			}
		}
		if _, err := m.Unwrap(m.Seal(append([]byte{s.version()}, make([]byte, s.KeySize())...), nil)); !errors.Is(err, ErrOpen) {
			t.Errorf("a platform value passed for a key: %v", err)
		}
	}
}

func TestZeroKey(t *testing.T) {
	var k PersonKey
	if _, err := k.Open(make([]byte, 64), nil); !errors.Is(err, ErrOpen) || !k.IsZero() {
		t.Errorf("%v", err)
	}
	defer func() {
		if recover() == nil {
			t.Error("the zero key sealed")
		}
	}()
	k.Seal([]byte("x"), nil)
}

func TestBlindIndexSeparatesDomainsAndKeys(t *testing.T) {
	for _, s := range suites() {
		m := master(t, s)
		a := m.BlindIndex("resident_id", "654399198503120012")
		if len(a) != 32 || !bytes.Equal(a, m.BlindIndex("resident_id", "654399198503120012")) {
			t.Errorf("%s: %x", s.Name(), a)
		}
		for _, b := range [][]byte{m.BlindIndex("phone", "654399198503120012"), m.BlindIndex("resident_id6", "54399198503120012"), master(t, s).BlindIndex("resident_id", "654399198503120012")} {
			if bytes.Equal(a, b) {
				t.Errorf("%s: two indexes are equal", s.Name())
			}
		}
	}
}

// The published vectors: the example of GB/T 32905 and RFC 8998 appendix A.1.
func TestSMSuiteIsTheStandardOne(t *testing.T) {
	h := SM().hash()
	_, _ = h.Write([]byte("abc"))
	if got := hex.EncodeToString(h.Sum(nil)); got != "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0" {
		t.Errorf("SM3 of abc: %s", got)
	}
	un := func(s string) []byte { b, _ := hex.DecodeString(strings.ReplaceAll(s, " ", "")); return b }
	a, err := SM().aead(un("0123456789ABCDEFFEDCBA9876543210"))
	if err != nil {
		t.Fatal(err)
	}
	got := a.Seal(nil, un("00001234567800000000ABCD"), un("AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBCCCCCCCCCCCCCCCCDDDDDDDDDDDDDDDDEEEEEEEEEEEEEEEEFFFFFFFFFFFFFFFFEEEEEEEEEEEEEEEEAAAAAAAAAAAAAAAA"), un("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2"))
	if want := un("17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D83DE3541E4C2B58177E065A9BF7B62EC"); !bytes.Equal(got, want) {
		t.Errorf("SM4-GCM (RFC 8998 A.1): %X", got)
	}
}

func TestKeyFile(t *testing.T) {
	for _, s := range suites() {
		path := filepath.Join(t.TempDir(), "master.key")
		m, created, err := LoadOrCreateMasterOf(path, s)
		if err != nil || !created || m.Suite().Name() != s.Name() {
			t.Fatalf("%v %v", created, err)
		}
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Fatalf("%v %v", info.Mode(), err)
		}
		again, created, err := LoadOrCreateMaster(path)
		if err != nil || created || again.ID() != m.ID() || again.Suite().Name() != s.Name() {
			t.Fatalf("%v %v", created, err)
		}
		w, k := person(t, m)
		k2, err := again.Unwrap(w)
		if err != nil {
			t.Fatal(err)
		}
		if p, err := k2.Open(k.Seal([]byte("x"), nil), nil); err != nil || string(p) != "x" {
			t.Error(err)
		}
		if !bytes.Equal(m.BlindIndex("d", "v"), again.BlindIndex("d", "v")) {
			t.Error("the index changed over the file")
		}
		if err := m.Save(path); !errors.Is(err, ErrKeyExists) {
			t.Errorf("overwriting: %v", err)
		}
		for _, mode := range []fs.FileMode{0o640, 0o604, 0o620, 0o601} {
			if err := os.Chmod(path, mode); err != nil {
				t.Fatal(err)
			}
			if _, _, err := LoadOrCreateMaster(path); !errors.Is(err, ErrKeyMode) {
				t.Errorf("mode %o: %v", mode, err)
			}
		}
		if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 {
			t.Errorf("%d files are left", len(left))
		}
	}
}

func TestManyStartersAgreeOnOneKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "master.key")
	var ids sync.Map
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			m, _, err := LoadOrCreateMaster(path)
			if err != nil {
				t.Error(err)
				return
			}
			ids.Store(m.ID(), true)
		})
	}
	wg.Wait()
	n := 0
	ids.Range(func(_, _ any) bool { n++; return true })
	if n != 1 {
		t.Errorf("%d different keys", n)
	}
}

func TestBadKeyFiles(t *testing.T) {
	good := fileHead + "\nsuite: sm\nid: 0011223344556677\nkey: 00112233445566778899aabbccddeeff\nindex-key: " + strings.Repeat("ab", 32) + "\n"
	path := filepath.Join(t.TempDir(), "k")
	write := func(s string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(good)
	if m, err := LoadMaster(path); err != nil || m.ID() != "0011223344556677" {
		t.Fatalf("%v", err)
	}
	for name, s := range map[string]string{
		"empty": "", "other head": "x" + good, "short key": strings.Replace(good, "ccddeeff", "", 1), "no hex": strings.Replace(good, "00112233445566778899", "zz112233445566778899", 1),
		"suite for another key size": strings.Replace(good, "suite: sm", "suite: standard", 1), "a field twice": good + "id: 0011223344556677\n", "a field more": good + "note: x\n",
	} {
		write(s)
		if _, _, err := LoadOrCreateMaster(path); !errors.Is(err, ErrKeyFormat) || strings.Contains(err.Error(), "aabb") {
			t.Errorf("%s: %v", name, err)
		}
	}
	write(strings.Replace(good, "suite: sm", "suite: rot13", 1))
	if _, err := LoadMaster(path); !errors.Is(err, ErrSuite) {
		t.Errorf("%v", err)
	}
	if _, err := LoadMaster(t.TempDir()); err == nil {
		t.Error("a folder passed for a key file")
	}
	if _, _, err := LoadOrCreateMaster(filepath.Join(path, "no", "folder")); err == nil {
		t.Error("created in a folder that is not there")
	}
}

func TestKeysNeverPrint(t *testing.T) {
	for _, s := range suites() {
		m := master(t, s)
		_, k := person(t, m)
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d"} {
			got := fmt.Sprintf(verb, []any{m, *m, (*Master)(nil), Master{}, k, &k, struct{ K PersonKey }{k}})
			for _, secret := range []string{hex.EncodeToString(m.key), hex.EncodeToString(m.indexKey), fmt.Sprint(m.key), "aead"} {
				if strings.Contains(strings.ToLower(got), secret) {
					t.Errorf("%s printed %s", verb, got)
				}
			}
		}
	}
}

func FuzzOpen(f *testing.F) {
	m, err := newMaster(Standard(), make([]byte, 8), make([]byte, 32), make([]byte, 32))
	if err != nil {
		f.Fatal(err)
	}
	_, k, err := m.NewPersonKey()
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte{})
	f.Add(make([]byte, 8))
	f.Add(append(make([]byte, 8), 1))
	f.Add([]byte{1, 2, 3})
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, err := range []error{second(k.Open(b, nil)), second(m.Open(b, nil)), second(m.Unwrap(b))} {
			if !errors.Is(err, ErrOpen) {
				t.Fatalf("%x: %v", b, err)
			}
		}
	})
}

func BenchmarkSealWithNewPersonKey(b *testing.B) {
	for _, s := range suites() {
		b.Run(s.Name(), func(b *testing.B) {
			m := master(b, s)
			plain, aad := []byte("654399198503120012"), []byte("registry.person.resident_id")
			b.ReportAllocs()
			for b.Loop() {
				_, k := person(b, m)
				k.Seal(plain, aad)
			}
		})
	}
}

func BenchmarkSealOpenAndIndex(b *testing.B) {
	for _, s := range suites() {
		m := master(b, s)
		w, k := person(b, m)
		plain, aad := []byte("654399198503120012"), []byte("registry.person.resident_id")
		sealed := k.Seal(plain, aad)
		for name, run := range map[string]func(){
			"seal":   func() { k.Seal(plain, aad) },
			"open":   func() { _, _ = k.Open(sealed, aad) },
			"unwrap": func() { _, _ = m.Unwrap(w) },
			"index":  func() { m.BlindIndex("resident_id", "654399198503120012") },
		} {
			b.Run(s.Name()+"/"+name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					run()
				}
			})
		}
	}
}
