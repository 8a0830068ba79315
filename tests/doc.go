// Package tests is about the whole: the house rules over the source, and the
// environments on the real engine. Tests of one package stand beside it.
package tests
