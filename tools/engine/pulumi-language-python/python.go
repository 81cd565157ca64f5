package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/pulumi/pulumi/sdk/v3/python/toolchain"
)

// patience is how long a child may take to end after it was asked to, before it is killed.
const patience = 5 * time.Second

// interpreter finds the Python of a project: the virtual environment that its options name, else the one on PATH.
func interpreter(info *rpc.ProgramInfo) (toolchain.Toolchain, error) {
	options := info.Options.AsMap()
	if t, set := options["toolchain"]; set && t != "pip" {
		return nil, fmt.Errorf("runtime option toolchain: %v is not served by this engine; "+
			"name the environment instead, for example virtualenv: .venv", t)
	}
	virtualenv, _ := options["virtualenv"].(string)
	return toolchain.ResolveToolchain(toolchain.PythonOptions{
		Root: info.RootDirectory, ProgramDir: info.ProgramDirectory, Virtualenv: virtualenv, Toolchain: toolchain.Pip,
	})
}

// command prepares Python with the project's interpreter; it ends with the call or with the host.
func (h *host) command(ctx context.Context, info *rpc.ProgramInfo, args ...string) (*exec.Cmd, func(), error) {
	python, err := interpreter(info)
	if err != nil {
		return nil, nil, err
	}
	if err := python.ValidateVenv(ctx); err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	unhook := context.AfterFunc(h.stopped, cancel)
	done := func() { unhook(); cancel() }
	cmd, err := python.Command(ctx, args...)
	if err != nil {
		done()
		return nil, nil, err
	}
	if cmd.Env == nil {
		cmd.Env = os.Environ()
	}
	// Not an interrupt: Python would print a KeyboardInterrupt's traceback into every refused preview.
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = patience
	return cmd, done, nil
}

// asJSON gives the text of a value as the SDK's runtime reads it from the environment; nothing is an empty object.
func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil || string(b) == "null" {
		return "{}"
	}
	return string(b)
}
