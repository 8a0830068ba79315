package ec2

// like matches a filter's value, where * stands for any characters and ? for
// one.
func like(pattern, s string) bool {
	if pattern == "" {
		return s == ""
	}
	switch pattern[0] {
	case '*':
		return like(pattern[1:], s) || s != "" && like(pattern, s[1:])
	case '?':
		return s != "" && like(pattern[1:], s[1:])
	}
	return s != "" && s[0] == pattern[0] && like(pattern[1:], s[1:])
}
