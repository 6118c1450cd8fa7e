package ops

// What tests need of the counts.
const (
	ManyEvents = manyEvents
	Lately     = lately
)

// TellCounts tells a service's counts as if it had so many events.
var TellCounts = (*Server).tellCounts
