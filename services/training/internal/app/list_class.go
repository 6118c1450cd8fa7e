package app

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/training/internal/domain"
)

// ListClass lists who is in a course and who waits, to who runs it. It names no person.
func (a *App) ListClass(ctx context.Context, s Store, courseID, after string, limit int) (page []ClassLine, next string, err error) {
	c, err := s.PeekCourse(courseID)
	if err != nil {
		return nil, "", err
	}
	if err := auth.Hide(a.mayRun(ctx, c.County), domain.ErrCourseUnknown); err != nil {
		return nil, "", err
	}
	if limit <= 0 {
		limit = usualPage
	}
	limit = min(limit, largestPage)
	q := ClassQuery{CourseID: courseID, AfterRank: -1, Limit: limit + 1}
	if after != "" {
		if q, err = classMark(q, after); err != nil {
			return nil, "", err
		}
	}
	page, err = s.Class(q)
	if err != nil || len(page) <= limit {
		return page, "", err
	}
	page = page[:limit]
	last := page[limit-1]
	return page, fmt.Sprintf("%d/%d/%s", last.Rank, last.Number, last.ID), nil
}

func classMark(q ClassQuery, mark string) (ClassQuery, error) {
	parts := strings.SplitN(mark, "/", 3)
	if len(parts) != 3 {
		return q, domain.ErrCursor
	}
	rank, err1 := strconv.ParseInt(parts[0], 10, 32)
	num, err2 := strconv.ParseInt(parts[1], 10, 32)
	if err1 != nil || err2 != nil || parts[2] == "" {
		return q, domain.ErrCursor
	}
	q.AfterRank, q.AfterNum, q.AfterID = int(rank), int(num), parts[2]
	return q, nil
}

// SeeCourse reads one course, as everybody may.
func (a *App) SeeCourse(s Store, id string) (domain.Course, error) { return s.PeekCourse(id) }
