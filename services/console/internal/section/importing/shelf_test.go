package importing

import (
	"context"
	"errors"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/sheet"
	"github.com/qiao-platform/qiao/pkg/testkit"
	trainingv1 "github.com/qiao-platform/qiao/proto/gen/training/v1"
)

// A sheet is held for an hour after its officer last did something with it, for that officer
// alone, and no more than a few are.
func TestASheetIsHeldForAnHour(t *testing.T) {
	now := clock.NewManual(time.Date(2026, 11, 30, 4, 0, 0, 0, time.UTC))
	s := newShelf(now)
	if err := s.put("a", &held{}); err != nil {
		t.Fatal(err)
	}
	now.Advance(50 * time.Minute)
	if s.of("a") == nil || s.of("b") != nil {
		t.Fatal("it is held for its officer")
	}
	now.Advance(59 * time.Minute)
	if s.of("a") == nil {
		t.Fatal("the hour begins anew with what the officer does")
	}
	now.Advance(61 * time.Minute)
	if s.of("a") != nil {
		t.Fatal("it is held after its hour")
	}
}

// What is held is bounded by the files' bytes. A newcomer takes the place of what was not
// touched for longest, if nothing is lost by it but the wish to choose the file again.
func TestASheetGivesItsPlace(t *testing.T) {
	now := clock.NewManual(time.Date(2026, 11, 30, 4, 0, 0, 0, time.UTC))
	s := newShelf(now)
	put := func(officer string, h *held) error {
		now.Advance(time.Minute)
		return s.put(officer, h)
	}
	works, typed := &held{size: mostBytes, run: &run{stop: func() {}}}, &held{size: mostBytes, typed: map[place][]string{{}: {"x"}}}
	for officer, h := range map[string]*held{"works": works, "typed": typed} {
		if err := put(officer, h); err != nil {
			t.Fatal(err)
		}
	}
	for _, officer := range []string{"a", "b", "c"} { // the third in the first's place
		if err := put(officer, &held{size: mostBytes}); err != nil {
			t.Fatal(err)
		}
	}
	if s.of("a") != nil || !s.gone("a") {
		t.Error("the oldest is held, or nobody says that it is not")
	}
	for _, officer := range []string{"b", "c", "works", "typed"} {
		if s.of(officer) == nil || s.gone(officer) {
			t.Errorf("%s's is not held", officer)
		}
	}
	for range 20 {
		if err := put("a", &held{size: 1000}); err != nil || s.gone("a") { // b's or c's place, then the own
			t.Fatal(err)
		}
	}
	s.drop("c")
	s.of("a").typed = map[place][]string{{}: {"x"}}
	if err := put("b", &held{size: mostBytes}); err != nil {
		t.Fatal(err)
	}
	if err := put("d", &held{size: 2 * mostBytes}); !errors.Is(err, errShelf) || s.of("b") == nil {
		t.Errorf("where nobody has room to give: %v", err)
	}
	if err := put("b", &held{size: mostBytes}); err != nil {
		t.Errorf("another in the place of the own: %v", err)
	}
}

// slow answers each call when it is told to.
type slow struct{ calls, answer chan struct{} }

func (c slow) Call(ctx context.Context, _, _ string, _, into proto.Message) error {
	select {
	case c.calls <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-c.answer:
	case <-ctx.Done():
		return ctx.Err()
	}
	into.(*trainingv1.PublishCourseResponse).Outcome = "created"
	return nil
}

// A sheet that is paused lets the next one go first, goes on where it was, and what is
// stopped says so and keeps what was done.
func TestAPausedSheetLetsTheNextOneGo(t *testing.T) {
	text := "培训机构,职业,职业代码,等级,学时,名额,开班日期,培训类型\n阿勒泰市培训中心,电工,6-29,三级,120,40,2027-02-02,通用\n"
	c := slow{make(chan struct{}), make(chan struct{})}
	s := &pages{caller: c, tables: ident.LoadTables, shelf: newShelf(clock.System())}
	begin := func(officer string) (*held, <-chan struct{}) {
		t.Helper()
		all, _, err := sheet.Of(context.Background(), "courses.csv", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		h := &held{sheets: all, typed: map[place][]string{}}
		if err := s.shelf.put(officer, h); err != nil {
			t.Fatal(err)
		}
		over, err := s.begin(context.Background(), h, officer, officer, false)
		if err != nil {
			t.Fatal(err)
		}
		return h, over
	}
	s.shelf.turn <- struct{}{} // somebody's sheet is read
	first, over := begin("a")
	if again, err := s.begin(context.Background(), first, "a", "a", false); err != nil || again == over {
		t.Fatal("a run that is under way began again", err)
	}
	first.mu.Lock()
	first.steer("pause")
	first.mu.Unlock()
	<-s.shelf.turn
	testkit.Eventually(t, "the first has had its turn, and gave it away", func() bool {
		first.mu.Lock()
		defer first.mu.Unlock()
		return first.run != nil && !first.run.waits
	})
	second, ended := begin("b")
	<-c.calls // the second's row, though the first came before it
	c.answer <- struct{}{}
	<-ended
	if o := second.last; o.Err != nil || o.Report.Sheets["courses.csv"].Created != 1 {
		t.Fatalf("%+v", o)
	}
	first.mu.Lock()
	first.steer("go")
	first.mu.Unlock()
	<-c.calls
	first.mu.Lock()
	first.steer("stop")
	first.mu.Unlock()
	<-over
	if o := first.last; !errors.Is(o.Err, errStopped) || first.works() {
		t.Fatalf("%+v", o)
	}
	if _, err := s.begin(context.Background(), first, "a", "another form", false); err != nil {
		t.Fatal(err)
	}
	<-c.calls
	c.answer <- struct{}{}
	testkit.Eventually(t, "what was stopped is brought in", func() bool {
		first.mu.Lock()
		defer first.mu.Unlock()
		return first.run == nil && first.last.Err == nil
	})
}
