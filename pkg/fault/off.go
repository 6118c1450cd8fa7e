//go:build !chaos

// Package fault names the places where tests kill a process, and the
// mechanisms that their negative controls break. Both exist only in programs
// built with the tag chaos; in all others the functions are empty and cost
// nothing.
package fault

// Point is a place where a process may be killed.
func Point(string) {}

// Broken reports whether a control has put a mechanism out of order.
func Broken(string) bool { return false }
