//go:build !race

package sheet

// detector is how many times the memory the race detector takes: it is off.
const detector = 1
