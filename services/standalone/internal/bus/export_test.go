package bus

// SwitchOff does what the server does when a write finds no room on the disk.
func (b *Embedded) SwitchOff() error { return b.server().DisableJetStream() }
