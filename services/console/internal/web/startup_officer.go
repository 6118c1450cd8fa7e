package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	"github.com/qiao-platform/qiao/services/console/internal/words"
)

type startupDeskBody struct {
	County   string
	Counties []words.Division
	Kinds    []string
	Premises []*employmentv1.Premises
	Form     url.Values
	Refused  error
}

func (s *Site) startupDesk(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	return s.startupDeskPage(w, r, p, http.StatusOK, r.URL.Query(), nil)
}

func (s *Site) startupDeskPage(w http.ResponseWriter, r *http.Request, p *words.Printer, status int, form url.Values, refused error) error {
	ctx, cancel := fairDesk(r)
	defer cancel()
	b := startupDeskBody{Counties: p.StartupPlaces(), Kinds: []string{"startup_park", "return_street", "market_stall", "workshop"}, Form: form, Refused: refused}
	b.County, _ = startupPlace(form, p)
	reply, err := s.Clients.Employment.ListPremises(ctx, &employmentv1.ListPremisesRequest{County: b.County})
	if err != nil {
		return err
	}
	b.Premises = reply.GetPremises()
	return s.render(w, r, p, status, "startup_desk", page{Title: "desk.title", Nav: "employment", Body: b})
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

func (s *Site) openSlot(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel, err := fairSigning(r)
	if err == nil {
		defer cancel()
		f := r.PostFormValue
		minutes, _ := strconv.ParseInt(f("minutes"), 10, 32) // 0 is refused by the service
		_, err = s.Clients.Employment.OpenAdviserSlot(ctx, &employmentv1.OpenAdviserSlotRequest{County: f("county"), Day: f("day"), Minute: minuteOf(f("time")), Minutes: int32(minutes), Adviser: f("adviser")})
	}
	return s.deskDone(w, r, p, err)
}

func (s *Site) addPremises(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel, err := fairSigning(r)
	if err == nil {
		defer cancel()
		f := r.PostFormValue
		var area int32 // square metres; 0 is refused by the service
		var rent int64
		if area, err = typed(r, "area", 100_000); err == nil {
			rent, err = startupFen(f("rent"))
		}
		if err == nil {
			_, err = s.Clients.Employment.AddPremises(ctx, &employmentv1.AddPremisesRequest{County: f("county"), Kind: f("kind"), Title: f("title"), AreaDm2: area * 100, RentFen: rent})
		}
	}
	return s.deskDone(w, r, p, err)
}

func (s *Site) deskDone(w http.ResponseWriter, r *http.Request, p *words.Printer, err error) error {
	if err != nil {
		return s.startupDeskPage(w, r, p, http.StatusUnprocessableEntity, r.PostForm, err)
	}
	county, _ := startupPlace(r.PostForm, p)
	return back(w, r, "/employment/startup?county="+county)
}
