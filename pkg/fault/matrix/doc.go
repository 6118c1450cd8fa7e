// Package matrix proves the pipeline's invariants under the faults that a
// broker, a database, a network and a kill can do: publishers and readers run
// as processes of their own, on real engines, and each mechanism has a control
// that breaks it and must be found out.
package matrix
