package chaos

import "sync"

// memo remembers what was found out. Many may ask and answer at once: of two
// answers the first stands.
type memo[K comparable, V any] struct {
	mu    sync.Mutex
	known map[K]V
}

func (m *memo[K, V]) get(key K) (V, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, ok := m.known[key]
	return v, ok
}

// put answers with what stands.
func (m *memo[K, V]) put(key K, v V) V {
	m.mu.Lock()
	defer m.mu.Unlock()
	if first, ok := m.known[key]; ok {
		return first
	}
	if m.known == nil {
		m.known = map[K]V{}
	}
	m.known[key] = v
	return v
}
