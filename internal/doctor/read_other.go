//go:build !linux

package doctor

import (
	"fmt"
	"runtime"
)

var errOS = fmt.Errorf("not known on %s", runtime.GOOS)

func readLoad() (load, error)              { return load{}, errOS }
func readMemory() (int64, error)           { return 0, errOS }
func readPorts() (int, error)              { return 0, errOS }
func clockSource() string                  { return "" }
func setCongestion(string) (string, error) { return "", errOS }
func readTCPInfo() (tcpReading, error)     { return tcpReading{}, errOS }
