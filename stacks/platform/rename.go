package platform

import (
	"reflect"
	"strings"

	"github.com/slipway-iac/slipway/internal/check"
)

// renamed turns the problems of a component, which name its fields in Go
// (Size.Max is 0: …), into problems that name the keys of a section of the
// configuration (network.size.max is 0: …). The section's fields have the
// component's names.
func renamed(path string, section any, err error) error {
	if err == nil {
		return nil
	}
	var problems check.Errors
	for _, problem := range check.Problems(err) {
		problems.Add("%s.%s", path, rename(reflect.TypeOf(section), problem.Error()))
	}
	return problems.Err()
}

func rename(section reflect.Type, text string) string {
	end := strings.IndexAny(text, " :")
	if end < 0 {
		return text
	}
	var keys []string
	for _, name := range strings.Split(text[:end], ".") {
		bare, index, indexed := strings.Cut(name, "[")
		key := bare
		if section.Kind() == reflect.Slice {
			section = section.Elem()
		}
		switch section.Kind() {
		case reflect.Struct:
			field, ok := section.FieldByName(bare)
			if !ok {
				return text
			}
			key, section = field.Tag.Get("json"), field.Type
		case reflect.Map: // The user's own key.
			section = section.Elem()
		}
		if indexed {
			key += "[" + index
		}
		keys = append(keys, key)
	}
	return strings.Join(keys, ".") + text[end:]
}
