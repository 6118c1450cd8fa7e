package startup

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/qiao-platform/qiao/services/console/internal/frame"

	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame/words"
)

type startupDeskBody struct {
	County   string
	Counties []words.Division
	Kinds    []string
	Premises []*employmentv1.Premises
	Form     url.Values
	Refused  error
}

func (s *pages) startupDesk(v *frame.Visit) error {
	return s.startupDeskPage(v, http.StatusOK, v.R.URL.Query(), nil)
}

func (s *pages) startupDeskPage(v *frame.Visit, status int, form url.Values, refused error) error {
	ctx := v.As(cases)
	b := startupDeskBody{Counties: v.P.Counties(), Kinds: []string{"startup_park", "return_street", "market_stall", "workshop"}, Form: form, Refused: refused}
	b.County, _ = startupPlace(form, v.P)
	reply, err := s.employment.ListPremises(ctx, &employmentv1.ListPremisesRequest{County: b.County})
	if err != nil {
		return err
	}
	b.Premises = reply.GetPremises()
	return v.Render(status, "startup_desk", frame.Page{Title: "desk.title", Nav: "employment", Body: b})
}

// minuteOf reads a time of day as minutes after midnight; 24:00 cannot be.
func minuteOf(s string) int32 {
	hour, minute, _ := strings.Cut(s, ":")
	h, err := strconv.Atoi(hour)
	m, err2 := strconv.Atoi(minute)
	if err != nil || err2 != nil || h < 0 || h > 23 || m < 0 || m > 59 {
		return 24 * 60
	}
	return int32(h*60 + m)
}

func (s *pages) openSlot(v *frame.Visit) error {
	f := v.Form
	minutes, err := v.Count("minutes", 24*60) // 0 is refused by the service
	if err == nil {
		_, err = s.employment.OpenAdviserSlot(v.As(cases), &employmentv1.OpenAdviserSlotRequest{County: f("county"), Day: f("day"), Minute: minuteOf(f("time")), Minutes: minutes, Adviser: f("adviser")})
	}
	return s.deskDone(v, err)
}

func (s *pages) addPremises(v *frame.Visit) error {
	f := v.Form
	var rent int64
	area, err := v.Count("area", 100_000) // square metres; 0 is refused by the service
	if err == nil {
		rent, err = v.Yuan("rent")
	}
	if err == nil {
		_, err = s.employment.AddPremises(v.As(cases), &employmentv1.AddPremisesRequest{County: f("county"), Kind: f("kind"), Title: f("title"), AreaDm2: area * 100, RentFen: rent})
	}
	return s.deskDone(v, err)
}

func (s *pages) deskDone(v *frame.Visit, err error) error {
	if err != nil {
		return s.startupDeskPage(v, http.StatusUnprocessableEntity, v.R.PostForm, err)
	}
	county, _ := startupPlace(v.R.PostForm, v.P)
	return v.Back("/employment/startup?county=" + county)
}
