package chart

import "slices"

// Shares gives each value's length in a bar chart, in thousandths of the
// longest bar. A value above zero is never invisible.
func Shares(values []int) []int {
	all := make([]int, len(values))
	if len(values) == 0 {
		return all
	}
	top := max(slices.Max(values), 1)
	for i, v := range values {
		if v > 0 {
			all[i] = max(v*1000/top, 4)
		}
	}
	return all
}
