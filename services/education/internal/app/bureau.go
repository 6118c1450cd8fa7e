package app

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// ShownTask is a task with the ways out of it.
type ShownTask struct {
	Task  domain.Task
	State domain.ApplicationState
	Ways  []Way
}

// Way is one way out: a school, and how the child gets there.
type Way struct {
	Way    string
	School Listed
}

// ListTasks lists the children of compulsory schooling for whom the bureau must
// find a place, by application number, with the ways out.
func (a *App) ListTasks(ctx context.Context, s Store, county string) ([]ShownTask, error) {
	if county != "" {
		if err := a.county(county); err != nil {
			return nil, err
		}
	}
	if err := covers(ctx, county); err != nil {
		return nil, err
	}
	all, err := s.Tasks(county)
	if err != nil {
		return nil, err
	}
	shown := make([]ShownTask, len(all))
	schools := map[domain.Stage][]Listed{}
	for i, task := range all {
		if schools[task.Stage] == nil {
			if schools[task.Stage], err = s.Schools("", task.Stage); err != nil {
				return nil, err
			}
		}
		application, err := s.PeekApplication(task.ApplicationID)
		if err != nil {
			return nil, err
		}
		neighbours, err := a.neighbours(task.County)
		if err != nil {
			return nil, err
		}
		shown[i] = ShownTask{task, application.State, ways(task, application, neighbours, schools[task.Stage])}
	}
	return shown, nil
}

// ways lists the ways out of a task, the nearest first: free places of the
// county and its neighbours, with a bus or a bed where it is far, and a place
// more at a school of the county.
func ways(task domain.Task, application domain.Application, neighbours []string, schools []Listed) (all []Way) {
	plain := make([]domain.School, len(schools))
	listed := map[string]Listed{}
	for i, l := range schools {
		plain[i], listed[l.ID] = l.School, l
	}
	var added []Way
	for _, v := range domain.Nearness(application.SchoolIDs, "", task.County, neighbours, plain) {
		l := listed[v.ID]
		switch {
		case l.Free == 0 && l.County == task.County:
			added = append(added, Way{domain.WayAdded, l})
		case l.Free == 0:
		case l.County == task.County:
			all = append(all, Way{domain.WaySame, l}, Way{domain.WayTransport, l})
		default:
			all = append(all, Way{domain.WayNeighbour, l}, Way{domain.WayBoarding, l})
		}
	}
	return append(all, added...)
}

func (a *App) neighbours(county string) ([]string, error) {
	r, err := a.rule("ED-NEIGHBOURS", county)
	if err != nil {
		return nil, err
	}
	return r.Strings("counties")
}

// OfferWayOut offers one of the ways out of a task. The task stays open until
// the guardian has accepted. A neighbouring county's free place is offered too:
// which counties help each other is a rule, not this officer's division.
func (a *App) OfferWayOut(ctx context.Context, s Store, taskID, way, schoolID string) (domain.Offer, error) {
	seen, err := s.PeekTask(taskID)
	if err != nil {
		return domain.Offer{}, err
	}
	if err := auth.Hide(covers(ctx, seen.County), domain.ErrTaskUnknown); err != nil {
		return domain.Offer{}, err
	}
	application, err := s.Application(seen.ApplicationID)
	if err != nil {
		return domain.Offer{}, err
	}
	task, err := s.TaskOf(seen.ApplicationID)
	if err != nil {
		return domain.Offer{}, err
	}
	if task.State != domain.TaskIsOpen {
		return domain.Offer{}, domain.ErrTaskDone
	}
	school, err := s.School(schoolID)
	if err != nil {
		return domain.Offer{}, err
	}
	if err := domain.CheckWay(way, task, school); err != nil {
		return domain.Offer{}, err
	}
	neighbours, err := a.neighbours(task.County)
	if err != nil {
		return domain.Offer{}, err
	}
	if len(domain.Nearness(nil, "", task.County, neighbours, []domain.School{school})) == 0 {
		return domain.Offer{}, domain.ErrWay
	}
	if way == domain.WayAdded {
		if err := covers(ctx, school.County); err != nil {
			return domain.Offer{}, err
		}
		var events []domain.Event
		school, events = school.AddPlace()
		if err := s.SaveSchool(ctx, school, events...); err != nil {
			return domain.Offer{}, err
		}
	}
	return a.offer(ctx, s, application, school, way)
}

// offer offers a place of a school whose row the caller holds.
func (a *App) offer(ctx context.Context, s Store, application domain.Application, school domain.School, way string) (domain.Offer, error) {
	taken, err := s.Taken(school.ID)
	if err != nil {
		return domain.Offer{}, err
	}
	days, err := a.number("ED-OFFER", "days", school.County)
	if err != nil {
		return domain.Offer{}, err
	}
	o, application, events, err := domain.MakeOffer(a.NewID(), application, school, taken, days, a.Clock.Now())
	if err != nil {
		return domain.Offer{}, err
	}
	o.Way = way
	if err := s.SaveApplication(ctx, application); err != nil {
		return domain.Offer{}, err
	}
	return o, s.SaveOffer(ctx, o, events...)
}

// wayNearest marks the offer that a child gets who came outside a round.
const wayNearest = "nearest"

// OfferNearest offers a child who is here outside a round the nearest free place
// at once; documents that are outstanding stand in no way. Where no place is
// free, a child of compulsory schooling opens a task of the bureau.
func (a *App) OfferNearest(ctx context.Context, s Store, applicationID, township string) (o domain.Offer, taskID string, err error) {
	if township != "" {
		if _, ok := a.Tables.Township(township); !ok {
			return o, "", domain.ErrTownship
		}
	}
	application, err := s.Application(applicationID)
	if err != nil {
		return o, "", err
	}
	neighbours, err := a.neighbours(application.County)
	if err != nil {
		return o, "", err
	}
	schools, err := s.Schools("", application.Stage)
	if err != nil {
		return o, "", err
	}
	var free []domain.School
	for _, l := range schools {
		if l.Free > 0 {
			free = append(free, l.School)
		}
	}
	for _, near := range domain.Nearness(application.SchoolIDs, township, application.County, neighbours, free) {
		school, err := s.School(near.ID)
		if err != nil {
			return o, "", err
		}
		o, err = a.offer(ctx, s, application, school, wayNearest)
		if !errors.Is(err, domain.ErrSchoolFull) { // somebody was quicker; the next one then
			return o, "", err
		}
	}
	if !application.Stage.Compulsory() {
		return domain.Offer{}, "", nil
	}
	taskID, err = a.openTask(ctx, s, application, "")
	return domain.Offer{}, taskID, err
}

// covers returns nil where the caller may act in a county, "" being all.
func covers(ctx context.Context, county string) error {
	p, err := auth.From(ctx)
	if err != nil {
		return err
	}
	return p.CoversDivision(county)
}
