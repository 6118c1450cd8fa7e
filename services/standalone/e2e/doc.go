// Package e2e runs the platform as its users do: the program as a process, and
// every service together, through real transports.
package e2e
