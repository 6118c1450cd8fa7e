package app

import (
	"context"

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
		if err := covers(ctx, county); err != nil {
			return nil, err
		}
	}
	all, err := s.Tasks(county)
	if err == nil {
		all, err = covered(ctx, all, func(one domain.Task) string { return one.County })
	}
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(all))
	for i, task := range all {
		ids[i] = task.ApplicationID
	}
	applications, err := s.PeekApplications(ids)
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
		application := applications[task.ApplicationID]
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
