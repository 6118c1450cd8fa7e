package store

// LastVersion returns the version of the last event about an id, 0 where there is none.
func (t *Tx) LastVersion(aggregate string) (v int64, err error) {
	return v, t.tx.QueryRow(`SELECT coalesce(max(version), 0) FROM event WHERE aggregate = $1`, aggregate).Scan(&v)
}
