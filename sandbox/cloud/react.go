package cloud

// settled remembers for each place that calls come from what the services looked
// at when they last had nothing to do. They do only what follows from what they
// see, so they have nothing to do again before something of that has changed: a
// call that only reads never wakes them.
type settled map[origin]map[place]bool

// origin is what of a call services may see beside the account itself.
type origin struct{ region, caller string }

// React has services do by themselves what follows from the call so far. It
// happens at the end of every call; a call that answers with what they do asks for
// it before.
func (tx *Tx) React() {
	if tx.quiet != nil && tx.rested == tx.edits {
		return
	}
	tx.quiet = nil
	a := tx.account
	from := origin{tx.Session.Region, tx.Session.Caller}
	looked, quiet := a.settled[from]
	if quiet && !tx.touches(looked) {
		return
	}
	before := tx.edits
	tx.looked = map[place]bool{}
	for _, react := range a.reactions {
		react(tx)
	}
	looked, tx.looked = tx.looked, nil
	if tx.edits == before {
		tx.quiet, tx.rested = looked, before
	}
}

// touches tells whether the call has changed something in one of the places.
func (tx *Tx) touches(places map[place]bool) bool {
	for k := range tx.puts {
		if places[k.place()] {
			return true
		}
	}
	for k := range tx.dels {
		if places[k.place()] {
			return true
		}
	}
	return false
}

// look notes that a place was looked at while services react.
func (tx *Tx) look(at place) {
	if tx.looked != nil {
		tx.looked[at] = true
	}
}

// settle keeps, once the call is kept, whom it wakes and that the services had
// nothing to do. What is not known to be quiet reacts to the next call, whatever
// it is.
func (tx *Tx) settle() {
	settled := tx.account.settled
	for from, looked := range settled {
		if tx.touches(looked) {
			delete(settled, from)
		}
	}
	if tx.quiet != nil {
		settled[origin{tx.Session.Region, tx.Session.Caller}] = tx.quiet
	}
}
