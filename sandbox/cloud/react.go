package cloud

import "maps"

// settled remembers for each place that calls come from what the services looked
// at when they last had nothing to do. They do only what follows from what they
// see (see [Service]), so they have nothing to do again before something of that
// has changed: a call that only reads never wakes them.
type settled map[origin]places

// places are those that were looked at.
type places map[place]bool

// origin is what of a call services may see beside the account itself.
type origin struct{ region, caller string }

// quiet is what the services looked at when they had nothing to do about a call.
type quiet struct {
	from   origin
	looked places
	edits  int // How often the call had put or removed something by then.
}

func (tx *Tx) origin() origin { return origin{tx.Session.Region, tx.Session.Caller} }

// React has services do by themselves what follows from the call so far. It
// happens at the end of every call; a call that answers with what they do asks for
// it before.
func (tx *Tx) React() {
	from := tx.origin()
	if q := tx.quiet; q != nil && q.from == from && q.edits == tx.edits {
		return
	}
	tx.quiet = nil
	if looked, rests := tx.account.settled[from]; rests && !tx.touches(looked) {
		return
	}
	before := tx.edits
	tx.looked = places{}
	for _, react := range tx.account.reactions {
		react(tx)
	}
	if tx.edits == before {
		tx.quiet = &quiet{from, tx.looked, before}
	}
	tx.looked = nil
}

// touches tells whether the call has changed something in one of the places.
func (tx *Tx) touches(looked places) bool {
	for k := range tx.puts {
		if looked[k.place()] {
			return true
		}
	}
	for k := range tx.dels {
		if looked[k.place()] {
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
	maps.DeleteFunc(settled, func(_ origin, looked places) bool { return tx.touches(looked) })
	if q := tx.quiet; q != nil && q.edits == tx.edits {
		settled[q.from] = q.looked
	}
}
