// Pushbench measures how a program should write its stream to its sockets.
package main

import (
	"context"
	"os"

	netemcommand "github.com/pushbench/pushbench/netem/command"
)

func main() {
	netemcommand.Init()
	os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
