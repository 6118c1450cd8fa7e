package standalone_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/testkit"
	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

// TestNothingGivesAwayWhatIsHiddenFromAGuardian asks every method that a worker or a
// guardian may call, and opens every page that leads on from the own one, as a
// guardian from whom address, school and telephone are hidden; and looks for each of
// them, and for the references by which they could be asked for.
func TestNothingGivesAwayWhatIsHiddenFromAGuardian(t *testing.T) {
	l := populate(t)
	mother, father := l.ids["worker"], l.ids["other"]
	registry, guardians := registryv1.RegistryClient{Caller: l.demo, Target: "registry"}, registryv1.GuardiansClient{Caller: l.demo, Target: "registry"}
	education := educationv1.EducationClient{Caller: l.demo, Target: "education"}
	her, him := as(auth.Principal{Kind: auth.Worker, Subject: mother, Via: auth.ViaWeb}), as(auth.Principal{Kind: auth.Worker, Subject: father, Via: auth.ViaWeb})
	desk := func(staff string) auth.Principal {
		return auth.Principal{Kind: auth.Officer, Subject: staff, Department: "hrss", Division: home, Purpose: "person_case"}
	}
	const phone, township = "15000018191", "654301002"
	made(registry.UpdateContact(her, &registryv1.UpdateContactRequest{Worker: mother, County: home, Phone: phone, Township: township}))(t)
	child := made(registry.RegisterChild(her, &registryv1.RegisterChildRequest{Worker: mother, Name: "藏儿", BirthDate: l.today.AddYears(-7).String(), County: home, Township: township}))(t).GetChildId()
	g := made(guardians.AddGuardian(as(desk("g-1")), &registryv1.AddGuardianRequest{ChildId: child, Worker: father, GuardianKind: "parent", Paper: "birth_certificate"}))(t)
	made(guardians.AnswerGuardian(her, &registryv1.AnswerGuardianRequest{GuardianId: g.GetGuardianId(), Agree: true}))(t)
	edu := as(officer("edu", home, ""))
	school := made(education.AddSchool(edu, &educationv1.AddSchoolRequest{Name: "藏起来的小学", Kind: "public", County: home, Township: township, Stage: "primary", Places: 5}))(t).GetSchoolId()
	applied := made(education.ApplyForPlace(her, &educationv1.ApplyForPlaceRequest{Worker: mother, ChildId: child, Stage: "primary", County: home, SchoolIds: []string{school}}))(t).GetApplicationId()
	offer := made(education.OfferPlace(edu, &educationv1.OfferPlaceRequest{ApplicationId: applied, SchoolId: school}))(t).GetOfferId()
	made(education.AcceptPlace(her, &educationv1.AcceptPlaceRequest{OfferId: offer}))(t)
	hide := made(guardians.OpenGuardianCase(as(desk("g-1")), &registryv1.OpenGuardianCaseRequest{CaseKind: "hide", ChildId: child, GuardianId: g.GetGuardianId(),
		Hidden: []string{"address", "school", "telephone"}, ValidTo: l.today.AddYears(1).String(), ReasonCode: "protection_order", Paper: "protection_order"}))(t)
	made(guardians.DecideGuardianCase(as(desk("g-2")), &registryv1.DecideGuardianCaseRequest{CaseId: hide.GetCaseId(), Approve: true}))(t)
	testkit.Eventually(t, "he is told that there is an application", func() bool {
		got, err := registry.ListMessages(him, &registryv1.ListMessagesRequest{Worker: father})
		return err == nil && slices.ContainsFunc(got.GetMessages(), func(m *registryv1.Message) bool { return m.GetTemplate() == "education.application.known" })
	})

	marks := map[string]string{"the address": township, "the school": school, "its name": "藏起来的小学", "the telephone": phone, "the mother": mother, "the application": applied, "the offer": offer,
		"who hid it": hide.GetCaseId()}
	search := func(where, text string) {
		t.Helper()
		for what, mark := range marks {
			if strings.Contains(text, mark) || len(mark) == 36 && strings.Contains(text, mark[28:]) { // pages show the end of an id
				t.Errorf("%s gives away %s: %s", where, what, text[max(0, strings.Index(text, mark)-200):min(len(text), strings.Index(text, mark)+200)])
			}
		}
	}
	l.ids["child_id"], l.ids["school_id"], l.ids["education.application_id"], l.ids["education.offer_id"] = child, school, applied, offer
	asked, answered := 0, 0
	for _, whose := range []string{father, mother} {
		l.ids["worker"] = whose
		for service, all := range l.methods {
			for _, m := range all {
				if m.Command || why(service, m.Name, "") == public || m.Name == "GetRound" || m.Name == "GetBundle" {
					continue // what everybody may see tells of schools, and of no child
				}
				for _, kind := range []auth.Kind{auth.Worker, auth.Guardian} {
					if !slices.Contains(m.Callers, string(kind)) {
						continue
					}
					reply := m.NewReply()
					err := l.demo.Call(as(whole(auth.Principal{Kind: kind, Subject: father, Via: auth.ViaWeb}, m)), service, m.Name, l.request(service, m, true), reply)
					asked++
					if err != nil {
						search(service+"."+m.Name, fmt.Sprint(err, errs.From(err).Detail))
						continue
					}
					answered++
					text, err := protojson.Marshal(reply)
					if err != nil {
						t.Fatal(err)
					}
					search(service+"."+m.Name, string(text))
				}
			}
		}
	}
	if answered < 20 {
		t.Errorf("%d of %d answered", answered, asked)
	}

	server := httptest.NewServer(l.pages)
	defer server.Close()
	own := "/workers/" + father
	links := regexp.MustCompile(`href="(` + own + `[^"#]*)"`)
	options := regexp.MustCompile(`<option[^>]*>[^<]*</option>`)
	b := l.desk(t, server)
	b.sits(own, nil)
	seen, next := map[string]bool{own: true}, []string{own}
	for len(next) > 0 && len(seen) < 200 {
		at := next[0]
		next = next[1:]
		r, err := b.client.Get(server.URL + at)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r.Body)
		if err := r.Body.Close(); err != nil || r.StatusCode >= http.StatusInternalServerError {
			t.Fatalf("%s: %d, %v", at, r.StatusCode, err)
		}
		if err != nil {
			t.Fatal(err)
		}
		page := options.ReplaceAllString(string(body), "") // forms name all townships to everybody
		search(at, page)
		for _, m := range links.FindAllStringSubmatch(page, -1) {
			if !seen[m[1]] {
				seen[m[1]], next = true, append(next, m[1])
			}
		}
	}
	if len(seen) < 10 {
		t.Errorf("only %v was seen", seen)
	}
	t.Logf("%d calls, %d answered, %d pages", asked, answered, len(seen))
}
