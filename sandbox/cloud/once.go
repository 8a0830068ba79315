package cloud

import "maps"

// question is what was asked in a call, and where.
type question struct {
	key  any
	from origin
}

// answer is what it came to, while nothing has changed since.
type answer struct {
	value  any
	looked places
	edits  int
}

// Once is what find comes to. Asked for the same key again in one call, it finds
// out once until the call changes something. find only reads, and nobody changes
// what it returns.
func Once[T any](tx *Tx, key any, find func() T) T {
	q := question{key, tx.origin()}
	known, ok := tx.answers[q]
	if !ok || known.edits != tx.edits {
		reacting := tx.looked
		tx.looked = places{}
		known = answer{find(), tx.looked, tx.edits}
		tx.looked = reacting
		if tx.answers == nil {
			tx.answers = map[question]answer{}
		}
		tx.answers[q] = known
	}
	if tx.looked != nil {
		maps.Copy(tx.looked, known.looked)
	}
	return known.value.(T)
}
