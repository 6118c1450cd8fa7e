package education_test

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
)

// database opens the service's own database beside it, to read.
func (f *fixture) database(address string) *sqldb.DB {
	f.t.Helper()
	db, err := sqldb.Open(context.Background(), cmp.Or(address, f.Deps("education").Database))
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { _ = db.Close() })
	return db
}

// history is the events of one aggregate, oldest first.
func (f *fixture) history(aggregate string) (all []event.Event) {
	f.t.Helper()
	if f.db == nil {
		f.db = f.database("")
	}
	err := f.db.View(context.Background(), func(tx *sqldb.Tx) (err error) {
		all, err = sqldb.Collect(tx, func(s sqldb.Scanner) (event.Event, error) {
			var body []byte
			if err := s.Scan(&body); err != nil {
				return event.Event{}, err
			}
			return event.Parse(body)
		}, `SELECT body FROM event WHERE aggregate = $1 ORDER BY version`, aggregate)
		return err
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return all
}

func TestApplyRefusals(t *testing.T) {
	f := start(t)
	own, others := f.children.of("worker-1"), f.children.of("worker-2")
	school := f.school("第1小学", 1)
	good := func() *educationv1.ApplyForPlaceRequest {
		return &educationv1.ApplyForPlaceRequest{Worker: "worker-1", ChildId: own, Stage: "primary", County: county}
	}
	for name, c := range map[string]struct {
		change func(*educationv1.ApplyForPlaceRequest)
		code   string
	}{
		"another worker":       {func(r *educationv1.ApplyForPlaceRequest) { r.Worker = "worker-2" }, "auth.not_yours"},
		"another's child":      {func(r *educationv1.ApplyForPlaceRequest) { r.ChildId = others }, "education.child.unknown"},
		"no such child":        {func(r *educationv1.ApplyForPlaceRequest) { r.ChildId = ident.NewID() }, "education.child.unknown"},
		"no child":             {func(r *educationv1.ApplyForPlaceRequest) { r.ChildId = "" }, "education.child.unknown"},
		"a broken child":       {func(r *educationv1.ApplyForPlaceRequest) { r.ChildId = "a\x00b" }, "rpc.field"},
		"stage":                {func(r *educationv1.ApplyForPlaceRequest) { r.Stage = "senior" }, "education.stage"},
		"county":               {func(r *educationv1.ApplyForPlaceRequest) { r.County = "654399" }, "education.county"},
		"prefecture":           {func(r *educationv1.ApplyForPlaceRequest) { r.County = "654300" }, "education.county"},
		"no such school":       {func(r *educationv1.ApplyForPlaceRequest) { r.SchoolIds = []string{ident.NewID()} }, "education.school.unknown"},
		"a school twice":       {func(r *educationv1.ApplyForPlaceRequest) { r.SchoolIds = []string{school, school} }, "education.application.wishes"},
		"a school's own stage": {func(r *educationv1.ApplyForPlaceRequest) { r.Stage, r.SchoolIds = "junior", []string{school} }, "education.school.stage"},
	} {
		req := good()
		c.change(req)
		_, err := f.client.ApplyForPlace(f.Worker("worker-1"), req)
		t.Run(name, func(t *testing.T) { refused(t, err, c.code) })
	}
	if n := f.children.reads(); n != 2 { // the two that the registry alone can judge
		t.Errorf("%d reads of children for refused forms", n)
	}
	_, err := f.client.ApplyForPlace(f.Employer("employer-1"), good())
	refused(t, err, "auth.denied")
	_, err = f.client.ApplyForPlace(f.officer(county), good())
	refused(t, err, "auth.not_yours")
	all, err := f.client.ListApplications(f.Worker("worker-1"), &educationv1.ListApplicationsRequest{Worker: "worker-1"})
	if err != nil || len(all.GetApplications()) != 0 {
		t.Errorf("%v, %v", all, err)
	}
}

func TestOneApplicationForAChildAndStage(t *testing.T) {
	f := start(t)
	child := f.children.of("worker-1")
	req := &educationv1.ApplyForPlaceRequest{Worker: "worker-1", ChildId: child, Stage: "primary", County: county}
	once := rpc.Once(f.Worker("worker-1"), "key-1")
	first, err := f.client.ApplyForPlace(once, req)
	if err != nil {
		t.Fatal(err)
	}
	if p, asked := f.children.readers[0], f.children.read[0]; p.Kind != auth.Service || p.Subject != "education" || p.Purpose != "school_place" || asked.GetCaseId() != first.GetApplicationId() {
		t.Errorf("read by %+v for %v", p, asked)
	}
	again, err := f.client.ApplyForPlace(once, req)
	if err != nil || again.GetApplicationId() != first.GetApplicationId() {
		t.Fatalf("the same command again: %v, %v", again, err)
	}
	_, err = f.client.ApplyForPlace(f.Worker("worker-1"), req)
	refused(t, err, "education.application.twice")
	if n := f.children.reads(); n != 1 {
		t.Errorf("a repeat read the child: %d reads", n)
	}
	for _, e := range f.history(first.GetApplicationId()) {
		if strings.Contains(string(e.Data), "叶尔肯") || strings.Contains(string(e.Data), "2020-05-14") {
			t.Error("the event names the child")
		}
	}
	if _, err := f.client.WithdrawApplication(f.Worker("worker-2"), &educationv1.WithdrawApplicationRequest{ApplicationId: first.GetApplicationId()}); err == nil {
		t.Fatal("somebody else withdrew")
	}
	if _, err := f.client.WithdrawApplication(f.Worker("worker-1"), &educationv1.WithdrawApplicationRequest{ApplicationId: first.GetApplicationId()}); err != nil {
		t.Fatal(err)
	}
	// A sheet that is imported again does not bring back what was withdrawn; the
	// guardian and the counter may apply anew.
	sheet := f.As(auth.Principal{Kind: auth.Officer, Subject: "officer-1", Department: "edu", Via: auth.ViaImport, ActsFor: "worker-1"})
	_, err = f.client.ApplyForPlace(sheet, req)
	refused(t, err, "education.application.twice")
	if _, err := f.client.ApplyForPlace(f.Counter("edu", "worker-1"), req); err != nil {
		t.Fatal(err)
	}
	_, err = f.client.ApplyForPlace(sheet, req)
	refused(t, err, "education.application.twice")
}

func TestWhoSeesAnApplication(t *testing.T) {
	f := start(t)
	id := f.apply("worker-1")
	get := &educationv1.GetApplicationRequest{ApplicationId: id}
	for name, who := range map[string]context.Context{
		"another worker":         f.Worker("worker-2"),
		"another county":         f.officer("654321"),
		"another department":     f.Officer("hrss"),
		"an employer":            f.Employer("employer-1"),
		"a service":              f.Service("housing"),
		"a helper of another":    f.As(auth.Principal{Kind: auth.Worker, Subject: "worker-3", ActsFor: "worker-2", Via: auth.ViaHelper}),
		"public security bureau": f.Officer("psb"),
	} {
		if _, err := f.client.GetApplication(who, get); err == nil {
			t.Errorf("%s sees it", name)
		}
	}
	f.application("worker-1", id)
	reads := func() (n int) {
		for _, e := range testkit.Events(t, f.db) {
			if e == "education.record.read.v1" {
				n++
			}
		}
		return n
	}
	f.db = f.database("")
	if n := reads(); n != 0 {
		t.Fatalf("%d reads logged before anybody else read", n)
	}
	for i, who := range []context.Context{f.officer(county), f.officer("654300"), f.As(auth.Principal{Kind: auth.Worker, Subject: "worker-2", ActsFor: "worker-1", Via: auth.ViaHelper})} {
		got, err := f.client.GetApplication(who, get)
		if err != nil || got.GetApplication().GetApplicationId() != id {
			t.Fatalf("%v, %v", got, err)
		}
		if n := reads(); n != i+1 {
			t.Errorf("%d reads logged, want %d", n, i+1)
		}
	}
	_, err := f.client.ListApplications(f.Worker("worker-2"), &educationv1.ListApplicationsRequest{Worker: "worker-1"})
	refused(t, err, "auth.not_yours")
	_, err = f.client.GetApplication(f.Worker("worker-1"), &educationv1.GetApplicationRequest{ApplicationId: "none"})
	refused(t, err, "education.application.unknown")
}

func TestOfferRefusals(t *testing.T) {
	f := start(t)
	school, id := f.school("第1小学", 1), f.apply("worker-1")
	junior, err := f.client.AddSchool(f.officer("654321"), &educationv1.AddSchoolRequest{Name: "第2中学", Kind: "public", County: "654321", Stage: "junior", Places: 1})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		who                 context.Context
		application, school string
		code                string
	}{
		"no application":         {f.officer(county), ident.NewID(), school, "education.application.unknown"},
		"no school":              {f.officer(county), id, ident.NewID(), "education.school.unknown"},
		"broken ids":             {f.officer(county), "\x00", "\x00", "rpc.field"},
		"another county":         {f.officer("654321"), id, school, "education.application.unknown"},
		"another county's place": {f.officer(county), id, junior.GetSchoolId(), "auth.division"},
		"another stage":          {f.officer("654300"), id, junior.GetSchoolId(), "education.school.stage"},
		"the guardian":           {f.Worker("worker-1"), id, school, "auth.denied"},
	} {
		_, err := f.client.OfferPlace(c.who, &educationv1.OfferPlaceRequest{ApplicationId: c.application, SchoolId: c.school})
		t.Run(name, func(t *testing.T) { refused(t, err, c.code) })
	}
	f.state("worker-1", id, "submitted")
	_, err = f.client.AcceptPlace(f.Worker("worker-1"), &educationv1.AcceptPlaceRequest{OfferId: ident.NewID()})
	refused(t, err, "education.offer.unknown")
}

func TestSchools(t *testing.T) {
	redis, stop := testkit.Redis(t)
	f := start(t, func(d *run.Deps) { d.Redis = redis })
	request := func(change func(*educationv1.AddSchoolRequest)) *educationv1.AddSchoolRequest {
		r := &educationv1.AddSchoolRequest{Name: "第1小学", Kind: "public", County: county, Township: "654301001", Stage: "primary", Places: 3, Reference: "ref-1"}
		change(r)
		return r
	}
	for name, c := range map[string]struct {
		who    context.Context
		change func(*educationv1.AddSchoolRequest)
		code   string
	}{
		"another county":       {f.officer("654321"), func(*educationv1.AddSchoolRequest) {}, "auth.division"},
		"another department":   {f.Officer("hrss"), func(*educationv1.AddSchoolRequest) {}, "auth.denied"},
		"no such county":       {f.officer(""), func(r *educationv1.AddSchoolRequest) { r.County = "110101" }, "education.county"},
		"a township elsewhere": {f.officer(""), func(r *educationv1.AddSchoolRequest) { r.Township = "654321100" }, "education.township"},
		"stage":                {f.officer(""), func(r *educationv1.AddSchoolRequest) { r.Stage = "" }, "education.stage"},
		"kind":                 {f.officer(""), func(r *educationv1.AddSchoolRequest) { r.Kind = "church" }, "education.school.kind"},
		"name":                 {f.officer(""), func(r *educationv1.AddSchoolRequest) { r.Name = " " }, "education.school.name"},
		"places":               {f.officer(""), func(r *educationv1.AddSchoolRequest) { r.Places = -1 }, "rpc.field"},
		"text":                 {f.officer(""), func(r *educationv1.AddSchoolRequest) { r.Name = "a\x00" }, "rpc.field"},
	} {
		_, err := f.client.AddSchool(c.who, request(c.change))
		t.Run(name, func(t *testing.T) { refused(t, err, c.code) })
	}
	if got, err := f.client.ListSchools(f.Worker("worker-1"), &educationv1.ListSchoolsRequest{County: county}); err != nil || len(got.GetSchools()) != 0 {
		t.Fatalf("%v, %v", got, err)
	}
	first, err := f.client.AddSchool(f.officer(county), request(func(*educationv1.AddSchoolRequest) {}))
	if err != nil || first.GetOutcome() != "created" {
		t.Fatalf("%v, %v", first, err)
	}
	for _, change := range []func(*educationv1.AddSchoolRequest){
		func(*educationv1.AddSchoolRequest) {},
		func(r *educationv1.AddSchoolRequest) { r.Reference, r.Places = "", 9 },
	} {
		got, err := f.client.AddSchool(f.officer(county), request(change))
		if err != nil || got.GetOutcome() != "unchanged" || got.GetSchoolId() != first.GetSchoolId() {
			t.Errorf("again: %v, %v", got, err)
		}
	}
	if n := len(f.history(first.GetSchoolId())); n != 1 {
		t.Errorf("%d events", n)
	}
	// The list follows every change through the cache, for the county and for all.
	list := func(county string, want int32) {
		t.Helper()
		for range 2 {
			got, err := f.client.ListSchools(f.Worker("worker-1"), &educationv1.ListSchoolsRequest{County: county})
			if err != nil || len(got.GetSchools()) != 1 || got.GetSchools()[0].GetFree() != want {
				t.Fatalf("%q: %v, %v; want %d free", county, got, err, want)
			}
		}
	}
	list("", 3)
	list(county, 3)
	offer := f.offer(f.apply("worker-1"), first.GetSchoolId())
	list("", 2)
	list(county, 2)
	keys, err := redis.Keys(context.Background(), "qiao:education:*").Result()
	if err != nil || !slices.Contains(keys, "qiao:education:schools:"+county+":") {
		t.Fatalf("nothing is cached: %v, %v", keys, err)
	}
	stop() // a dead Redis slows, and breaks nothing
	if _, err := f.client.DeclinePlace(f.Worker("worker-1"), &educationv1.DeclinePlaceRequest{OfferId: offer}); err != nil {
		t.Fatal(err)
	}
	list(county, 3)
	_, err = f.client.ListSchools(f.Worker("worker-1"), &educationv1.ListSchoolsRequest{County: "654399"})
	refused(t, err, "education.county")
	_, err = f.client.ListSchools(f.Worker("worker-1"), &educationv1.ListSchoolsRequest{Stage: "all"})
	refused(t, err, "education.stage")
}
