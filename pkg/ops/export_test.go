package ops

// What tests need of the counts.
const (
	ManyEvents = manyEvents
	Lately     = lately
)

// CountsOf gives a service's counts as if it had so many events.
var CountsOf = (*Server).counts
