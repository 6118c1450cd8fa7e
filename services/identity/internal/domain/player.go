package domain

// Player is an invented person whom visitors of a demonstration may play.
type Player struct {
	Account string
	Label   string // a word for the page
	Aside   bool   // listed only for who asks for the subject
	Place   int    // in the list
}
