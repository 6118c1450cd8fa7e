package standalone_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/ops"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	insurancev1 "github.com/qiao-platform/qiao/proto/gen/insurance/v1"
	trainingv1 "github.com/qiao-platform/qiao/proto/gen/training/v1"
	"github.com/qiao-platform/qiao/services/standalone/internal/demo"
)

// Every department lives in the demonstration from its beginning: classes with people,
// results and certificates, a course that is full, duties that are owed, some for too long,
// and covers with their months. Nobody waits for a home beside one that is empty.
func TestEveryDepartmentLivesInTheDemonstration(t *testing.T) {
	l := populate(t)
	names := slices.Sorted(maps.Keys(l.methods))
	living, enough := context.WithTimeout(context.Background(), 5*time.Minute)
	defer enough()
	made := false
	tell := func(said string) {
		if strings.Contains(said, "invented workers") {
			made = true
			enough()
		}
	}
	if err := demo.Run(living, demo.Config{Caller: l.demo, Services: names, People: 60, Seed: 1, Tell: tell}); err != nil || !made {
		t.Fatal(made, err)
	}
	ctx, cancel := context.WithTimeout(as(anywhere("ops", "")), 2*time.Minute)
	defer cancel()
	if err := ops.WaitSettled(ctx, l.demo, names); err != nil {
		t.Fatal(err)
	}
	hrss, hou := as(anywhere("hrss", "")), as(anywhere("hou", ""))
	training := trainingv1.TrainingClient{Caller: l.demo, Target: "training"}
	courses, err := training.ListCourses(hrss, &trainingv1.ListCoursesRequest{Limit: 200})
	if err != nil {
		t.Fatal(err)
	}
	lives := map[string]int{}
	for _, c := range courses.GetCourses() {
		class, err := training.ListCourseEnrolments(hrss, &trainingv1.ListCourseEnrolmentsRequest{CourseId: c.GetCourseId(), Limit: 200})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range class.GetEnrolments() {
			lives[e.GetState()]++
			if e.GetCertificate().GetNumber() != "" {
				lives["certified"]++
			}
		}
	}
	insurance := insurancev1.InsuranceClient{Caller: l.demo, Target: "insurance"}
	duties, err := insurance.ListDuties(hrss, &insurancev1.ListDutiesRequest{State: "owed", Limit: 200})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range duties.GetDuties() {
		lives["owed"]++
		if d.GetDueOn() < l.today.String() {
			lives["owed for too long"]++
		}
	}
	covers, err := insurance.ListEnrolments(hrss, &insurancev1.ListEnrolmentsRequest{State: "active", Limit: 200})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range covers.GetCovers() {
		lives["insured"]++
		lives["credited"] += int(c.GetMonths())
	}
	for _, what := range []string{"confirmed", "waiting", "completed", "failed", "certified", "owed", "owed for too long", "insured", "credited"} {
		if lives[what] == 0 {
			t.Errorf("nothing is %s in the demonstration: %v", what, lives)
		}
	}
	homes := housingv1.HousingClient{Caller: l.demo, Target: "housing"}
	waiting, err := homes.ListWaiting(hou, &housingv1.ListWaitingRequest{County: home, Kind: "public_rental", Limit: 50})
	if err != nil {
		t.Fatal(err)
	}
	free, err := homes.ListHomes(hou, &housingv1.ListHomesRequest{County: home, Kind: "public_rental", Limit: 50})
	if err != nil {
		t.Fatal(err)
	}
	if len(waiting.GetWaiting()) == 0 || len(free.GetHomes()) > 1 { // one that populate added
		t.Errorf("%d households wait beside %d empty homes", len(waiting.GetWaiting()), len(free.GetHomes()))
	}
	t.Logf("%v; %d households wait, %d homes are empty", lives, len(waiting.GetWaiting()), len(free.GetHomes()))
}
