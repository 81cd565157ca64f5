// Command pulumi-language-python runs Python programs, policy packs and providers for the Pulumi engine.
//
// It is used only where the official CLI, which brings a language host of its own, is not installed and the engine is
// built from its Go modules. It covers what a run needs; it generates no code (`package add`, `convert`).
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/cmdutil"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

// engineCheck is how often the host asks whether its engine is still there: what a killed engine leaves behind
// (programs, packs) must be gone before the user has typed the next command.
const engineCheck = 2 * time.Second

func main() {
	flag.String("tracing", "", "accepted and unused")
	flag.Parse()
	if err := serve(flag.Arg(0)); err != nil {
		cmdutil.Exit(err)
	}
}

// serve answers until the engine at the given address ends or asks for the end. The engine reads the port from the
// first line of standard output.
func serve(engine string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	stopped, stop := context.WithCancel(context.Background())
	defer stop()
	h := &host{
		engine:  engine,
		program: filepath.Join(filepath.Dir(self), "pulumi-language-python-exec"),
		stopped: stopped,
		stop:    stop,
	}
	if engine != "" {
		if err := rpcutil.Healthcheck(stopped, engine, engineCheck, stop); err != nil {
			return fmt.Errorf("watching the engine at %s: %w", engine, err)
		}
	}
	cancel := make(chan bool)
	context.AfterFunc(stopped, func() { close(cancel) })
	server, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: cancel,
		Init: func(s *grpc.Server) error {
			rpc.RegisterLanguageRuntimeServer(s, h)
			return nil
		},
	})
	if err != nil {
		return err
	}
	fmt.Println(server.Port)
	return <-server.Done
}
