package domain

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Kind is the kind of a home.
type Kind string

// The kinds of homes.
const (
	PublicRental     Kind = "public_rental"     // 公租房, by 公共租赁住房管理办法
	AffordableRental Kind = "affordable_rental" // 保障性租赁住房, without a limit of income
	RentSubsidy      Kind = "rent_subsidy"      // 租赁补贴: a place of the subsidy is handed out as a home is, and has neither area nor rent
	Dormitory        Kind = "dormitory"         // needs no decision and has no list
)

// Kinds lists the kinds.
func Kinds() []Kind { return []Kind{PublicRental, AffordableRental, RentSubsidy, Dormitory} }

// ParseKind reads a kind, or returns ErrKind.
func ParseKind(s string) (Kind, error) {
	if k := Kind(s); slices.Contains(Kinds(), k) {
		return k, nil
	}
	return "", ErrKind
}

// Listed reports whether homes of the kind are handed out by a waiting list,
// after a decision on who is eligible.
func (k Kind) Listed() bool { return k != Dormitory }

// HomeState is where a home stands.
type HomeState string

// The states of a home.
const (
	HomeFree    HomeState = "free"
	HomeOffered HomeState = "offered" // held for who was offered it, until the answer
	HomeLet     HomeState = "let"
)

// The longest texts of a home, in characters.
const (
	longestText      = 100
	longestReference = 200
)

// Home is one dwelling. County, estate and number make its identity; its
// number is told only to who has a lease of it.
type Home struct {
	ID        string
	Reference string // the importer's own key, "" where it has none
	County    string
	Estate    string
	Number    string
	Layout    string
	AreaDM2   int   // square decimetres
	RentFen   int64 // a month
	Kind      Kind
	State     HomeState
	Version   int64
}

// ListHome checks a home and lists it as free.
func ListHome(h Home) (Home, []Event, error) {
	h.Estate, h.Number, h.Layout = strings.TrimSpace(h.Estate), strings.TrimSpace(h.Number), strings.TrimSpace(h.Layout)
	switch {
	case h.Estate == "" || !fits(h.Estate, longestText):
		return h, nil, ErrEstate
	case h.Number == "" || !fits(h.Number, longestText):
		return h, nil, ErrNumber
	case !fits(h.Layout, longestText):
		return h, nil, ErrLayout
	case !fits(h.Reference, longestReference):
		return h, nil, ErrReference
	case h.Kind == RentSubsidy && (h.AreaDM2 != 0 || h.RentFen != 0):
		return h, nil, ErrSubsidyPlace
	case h.AreaDM2 <= 0 && h.Kind != RentSubsidy:
		return h, nil, ErrArea
	case h.RentFen < 0:
		return h, nil, ErrRent
	}
	h.State = HomeFree
	return h, []Event{HomeListed{HomeID: h.ID, Kind: h.Kind, RentFen: h.RentFen}}, nil
}

// The outcomes of what a form or a sheet says of a thing.
const (
	Created   = "created"
	Unchanged = "unchanged"
	Applied   = "applied" // it corrected the record
	Differs   = "differs" // it says otherwise, and the record stays
)

// Correct brings a home to what a corrected sheet says. A home that was offered
// or let, or that stands in a round, is what people decided on: its rent, area,
// layout and kind stay, and the fields are named.
func (h Home) Correct(said Home, inRound bool) (c Home, differs []string, events []Event) {
	c = h
	c.AreaDM2, c.RentFen, c.Kind = said.AreaDM2, said.RentFen, said.Kind
	if said.Layout != "" {
		c.Layout = said.Layout
	}
	if c == h {
		return h, nil, nil
	}
	if h.State != HomeFree || inRound {
		for field, other := range map[string]bool{"layout": c.Layout != h.Layout, "area_dm2": c.AreaDM2 != h.AreaDM2, "rent_fen": c.RentFen != h.RentFen, "kind": c.Kind != h.Kind} {
			if other {
				differs = append(differs, field)
			}
		}
		slices.Sort(differs)
		return h, differs, nil
	}
	c.Reference = said.Reference
	return c, nil, []Event{HomeListed{HomeID: c.ID, Kind: c.Kind, RentFen: c.RentFen}}
}

func fits(s string, longest int) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= longest
}

// HoldFor keeps a free home for the application that it is offered to.
func (h Home) HoldFor(a Application) (Home, error) {
	if h.State != HomeFree {
		return h, ErrHomeTaken
	}
	if h.County != a.County || h.Kind != a.Kind {
		return h, ErrHomeMismatch
	}
	h.State = HomeOffered
	return h, nil
}

// Release makes a home that was held free again.
func (h Home) Release() Home {
	h.State = HomeFree
	return h
}
