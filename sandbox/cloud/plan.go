package cloud

import (
	"slices"
	"strings"
)

// Check finds what is wrong with a resource's inputs before AWS is asked;
// values may be unknown.
func (a *Account) Check(kind string, inputs Props) ([]Problem, error) {
	k, err := a.Kind(kind)
	if err != nil {
		return nil, err
	}
	return k.problems(inputs), nil
}

func (k *Kind) problems(inputs Props) []Problem {
	problems := k.Fields.Check(inputs)
	if len(problems) == 0 && k.Check != nil {
		problems = k.Check(k.Fields.withDefaults(inputs))
	}
	return problems
}

// Diff lists what an update to the new inputs would change. state is what
// exists, oldInputs are what the program said before.
func (a *Account) Diff(s Session, kind string, oldInputs, state, news Props) ([]Change, error) {
	k, err := a.Kind(kind)
	if err != nil {
		return nil, err
	}
	return k.diff(s, oldInputs, state, k.unchanged(state, news)), nil
}

// unchanged are the news without what the provider takes for no change.
func (k *Kind) unchanged(state, news Props) Props {
	if k.Unchanged == nil {
		return news
	}
	news = news.Clone()
	k.Unchanged(state, news)
	return news
}

func (k *Kind) diff(s Session, oldInputs, state, news Props) []Change {
	changes := k.Fields.diff("", oldInputs, state, news, false)
	ofTags := func(c Change) bool { return c.Path == "tags" }
	if k.Tagged && !slices.ContainsFunc(changes, ofTags) && !Equal(state["tagsAll"], allTags(s, news)) {
		changes = append(changes, Change{Path: "tagsAll"})
	}
	return changes
}

// Preview is what a resource would look like, with everything unknown that
// only its creation can tell.
func (a *Account) Preview(s Session, kind string, inputs Props) (Props, error) {
	k, err := a.Kind(kind)
	if err != nil {
		return nil, err
	}
	return k.withAllTags(s, k.Fields.unknowns(k.Fields.withDefaults(inputs)), inputs), nil
}

// PreviewUpdate is what a resource would look like after an update, with
// everything unknown that only the update can tell. The arguments are those of
// [Account.Diff].
func (a *Account) PreviewUpdate(s Session, kind string, oldInputs, state, news Props) (Props, error) {
	k, err := a.Kind(kind)
	if err != nil {
		return nil, err
	}
	news = k.Fields.withDefaults(k.unchanged(state, news))
	props := k.withAllTags(s, k.Fields.merge(state, news), news)
	if k.Stale != nil {
		for _, name := range k.Stale(changedNames(k.Fields.diff("", oldInputs, state, news, false)), news) {
			props[name] = Unknown
		}
	}
	return props, nil
}

func (k *Kind) withAllTags(s Session, props, inputs Props) Props {
	switch {
	case !k.Tagged:
	case inputs["tags"] == Unknown:
		props["tagsAll"] = Unknown
	default:
		props["tagsAll"] = allTags(s, inputs)
	}
	return props
}

// changedNames are the top-level properties that changes are in.
func changedNames(changes []Change) []string {
	var names []string
	for _, c := range changes {
		if name := c.Property(); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// Property is the top-level property that the change is in.
func (c Change) Property() string {
	if i := strings.IndexAny(c.Path, ".["); i >= 0 {
		return c.Path[:i]
	}
	return c.Path
}
