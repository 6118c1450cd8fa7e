package outbox

import "time"

// Every sets how long the follower waits for a wake that was lost.
func (f *Follower) Every(d time.Duration) { f.every = d }
