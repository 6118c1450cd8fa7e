// Package importtest holds the tests of pkg/importer that need a whole platform.
package importtest
