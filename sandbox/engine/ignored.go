package engine

import "context"

// Ignored are the properties that the program ignores changes of, by URN, as
// the state has them.
func (s *Session) Ignored(ctx context.Context) (map[string][]string, error) {
	_, deployment, err := s.deployment(ctx)
	if err != nil {
		return nil, err
	}
	ignored := map[string][]string{}
	for _, r := range deployment.Resources {
		if len(r.IgnoreChanges) > 0 {
			ignored[string(r.URN)] = r.IgnoreChanges
		}
	}
	return ignored, nil
}
