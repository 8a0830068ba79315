package cloud

// live finds a resource that the caller still has. One that waits for its
// scheduled deletion is in the account, but the AWS provider counts it as gone.
func (tx *Tx) live(kind, id string) *Resource {
	r := tx.Get(kind, id)
	if r == nil || r.Scheduled != "" {
		return nil
	}
	return r
}
