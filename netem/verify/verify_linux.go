package verify

import (
	"context"
	"fmt"
	"math"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/netem"
	"github.com/pushbench/pushbench/netem/profile"
	"github.com/pushbench/pushbench/netem/sched"
)
