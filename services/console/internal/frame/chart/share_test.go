package chart_test

import (
	"slices"
	"testing"

	"github.com/qiao-platform/qiao/services/console/internal/frame/chart"
)

func TestShares(t *testing.T) {
	for _, c := range []struct{ values, want []int }{
		{nil, []int{}}, {[]int{0, 0}, []int{0, 0}}, {[]int{5, 10, 0}, []int{500, 1000, 0}}, {[]int{1, 100_000}, []int{4, 1000}},
	} {
		if got := chart.Shares(c.values); !slices.Equal(got, c.want) {
			t.Errorf("%v: %v, want %v", c.values, got, c.want)
		}
	}
}
