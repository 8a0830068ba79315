// Package engine runs Pulumi programs on the real Pulumi engine against a
// simulated account: it opens the account of an environment, serves the
// providers, and drives the Pulumi CLI through the Automation API.
//
// Everything an environment leaves on disk is in one folder: the account's
// database, Pulumi's state, and a copy of the project's files, because the
// Automation API writes into them. A real account, the user's Pulumi login and
// the user's AWS credentials are never touched, and nothing is downloaded.
package engine
