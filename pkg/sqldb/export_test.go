package sqldb

import "time"

// Calm sets how long a storage that was full must take all before it counts as well.
func (d *DB) Calm(after time.Duration) { d.calm = after }

// Classify gives an error of the driver its kind.
func (d Dialect) Classify(err error) error { return d.classify(err) }
