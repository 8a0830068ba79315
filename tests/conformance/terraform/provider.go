package terraform

// Provider is the configuration of a provider that does not look after its
// credentials.
func Provider(alias, region string, defaultTags map[string]string) map[string]any {
	return map[string]any{
		"alias": alias, "region": region,
		"default_tags":                map[string]any{"tags": defaultTags},
		"skip_credentials_validation": true,
		"skip_metadata_api_check":     true,
		"max_retries":                 1,
	}
}
