package registry_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/testkit"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/proto/services"
	"github.com/qiao-platform/qiao/services/registry"
)

// fixture is the registry on a platform of its own, with stand-ins for the
// departments whose channels it reads.
type fixture struct {
	*testkit.Platform
	clock   *clock.Manual
	others  map[string]*testkit.Publisher
	client  registryv1.RegistryClient
	joining registryv1.JoiningClient
}

var begin = time.Date(2026, 11, 2, 4, 0, 0, 0, time.UTC)

func start(t testing.TB) *fixture { return startOn(t, "") }

// startOn is start with the registry's data on a database; "" is its own.
func startOn(t testing.TB, database string) *fixture {
	t.Helper()
	c := clock.NewManual(begin)
	f := &fixture{Platform: testkit.NewPlatform(t, c), clock: c, others: map[string]*testkit.Publisher{}}
	f.publishers()
	d := f.Deps(registry.Name)
	if database != "" {
		d.Database = database
	}
	s, err := registry.New(context.Background(), d)
	if err != nil {
		t.Fatal(err)
	}
	f.Start(s)
	f.client = registryv1.RegistryClient{Caller: f.Client(), Target: registry.Name}
	f.joining = registryv1.JoiningClient{Caller: f.Client(), Target: registry.Name}
	return f
}

// publishers stands in for the departments, whose channels the registry reads.
func (f *fixture) publishers() {
	for _, s := range services.Names() {
		if s != registry.Name {
			f.others[s] = f.Publisher(s)
		}
	}
}

// number makes a resident number of an address code that is not assigned.
func number(born clock.Date, n int) string {
	s := fmt.Sprintf("654399%04d%02d%02d%03d", born.Year(), born.Month(), born.Day(), n)
	sum := 0
	for i, w := range [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += w * int(s[i]-'0')
	}
	return s + "10X98765432"[sum%11:sum%11+1]
}

var adult = clock.NewDate(1985, 3, 12)

// form is a good registration.
func form(n int) *registryv1.RegisterWorkerRequest {
	return &registryv1.RegisterWorkerRequest{
		DocumentNumber: number(adult, n), Name: "古丽娜尔·阿曼古丽", Phone: "15000018190", County: "654301", Languages: []string{"kk-Arab"},
		RegisteredOn: "2026-10-31", NoticeVersion: "告知书2026-1", Signed: true,
	}
}

// register registers a person and returns the reference.
func (f *fixture) register(t testing.TB, n int) string {
	t.Helper()
	got, err := f.client.RegisterWorker(f.Officer("hrss"), form(n))
	if err != nil || got.GetOutcome() != "created" {
		t.Fatalf("%v, %v", got, err)
	}
	return got.GetWorker()
}
