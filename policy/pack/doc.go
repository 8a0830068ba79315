// Package pack makes a policy pack of controls: which of them block under a
// profile, what is configured and what is exempted, and the server that Pulumi
// talks to.
//
// Pulumi's own server of Go policies, policyx.Main, takes the controls too (see
// [Pack.Policies]). The server here adds what that one does not have: controls of
// a whole stack see everything, properties are read once for a resource and not
// once for a control, an unknown value or a mistake in a control stops no
// deployment, and severities, mappings and remediation steps reach the user.
package pack
