// Package outputs lifts plain functions over Pulumi outputs. It is the only
// place in the library that calls ApplyT, so that everywhere else values are
// either plain or typed outputs and no type assertion is needed.
//
// No resource may be made inside a function passed to this package: Pulumi
// could not show it in a preview.
package outputs

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// String applies f to a string.
func String(in pulumi.StringInput, f func(string) (string, error)) pulumi.StringOutput {
	return in.ToStringOutput().ApplyT(f).(pulumi.StringOutput)
}

// Strings applies f to several strings at once, in the order given.
func Strings(in []pulumi.StringInput, f func([]string) (string, error)) pulumi.StringOutput {
	array := make(pulumi.StringArray, len(in))
	copy(array, in)
	return array.ToStringArrayOutput().ApplyT(f).(pulumi.StringOutput)
}

// StringMap applies f to a map whose values are outputs.
func StringMap(in pulumi.StringMapInput, f func(map[string]string) (string, error)) pulumi.StringOutput {
	return in.ToStringMapOutput().ApplyT(f).(pulumi.StringOutput)
}

// Of applies f to an output of a type of some SDK, such as a list of objects.
func Of[T any](in pulumi.Output, f func(T) (string, error)) pulumi.StringOutput {
	return in.ApplyT(f).(pulumi.StringOutput)
}

// After makes a value wait for resources that it is not made of: whatever takes
// it depends on them too, on the way up and on the way down.
func After(ctx *pulumi.Context, in pulumi.StringInput, resources ...pulumi.Resource) pulumi.StringOutput {
	// pulumi.OutputWithDependencies reads what the input depends on while it may
	// still be changing; a URN brings its resource along without that.
	all := []any{in.ToStringOutputWithContext(ctx.Context())}
	for _, r := range resources {
		all = append(all, r.URN())
	}
	return pulumi.All(all...).ApplyT(func(v []any) string { return v[0].(string) }).(pulumi.StringOutput)
}
