package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strconv"

	sdk "github.com/pulumi/pulumi/sdk/v3"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// exitedWithMessage is the exit code with which the SDK says that the user has been told what is wrong.
const exitedWithMessage = 32

// Run runs a program to its end.
func (h *host) Run(ctx context.Context, r *rpc.RunRequest) (*rpc.RunResponse, error) {
	args := []string{h.program}
	for _, a := range [][2]string{
		{"monitor", r.MonitorAddress}, {"engine", h.engine}, {"organization", r.Organization}, {"project", r.Project},
		{"stack", r.Stack}, {"root_directory", r.Info.RootDirectory}, {"pwd", r.Pwd},
		{"dry_run", strconv.FormatBool(r.DryRun)}, {"parallel", strconv.Itoa(int(r.Parallel))},
	} {
		if a[1] != "" {
			args = append(args, "--"+a[0], a[1])
		}
	}
	cmd, done, err := h.command(ctx, r.Info, append(append(args, r.Info.EntryPoint), r.Args...)...)
	if err != nil {
		return nil, err
	}
	defer done()
	cmd.Env = append(cmd.Env, "PULUMI_CONFIG="+asJSON(r.Config),
		"PULUMI_CONFIG_SECRET_KEYS="+asJSON(append([]string{}, r.ConfigSecretKeys...)))
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	err = cmd.Run()
	switch exit := (*exec.ExitError)(nil); {
	case err == nil:
		return &rpc.RunResponse{}, nil
	case errors.As(err, &exit) && exit.ExitCode() == exitedWithMessage:
		return &rpc.RunResponse{Bail: true}, nil
	default:
		return &rpc.RunResponse{Error: "the program did not finish: " + err.Error()}, nil
	}
}

// RunPlugin runs a provider or a policy pack.
func (h *host) RunPlugin(r *rpc.RunPluginRequest, server rpc.LanguageRuntime_RunPluginServer) (err error) {
	ctx := server.Context()
	closer, stdout, stderr, err := rpcutil.MakeRunPluginStreams(server, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closer.Close()) }()
	dir, args, env := r.Pwd, append([]string{r.Info.ProgramDirectory}, r.Args...), r.Env
	wait := func(c *exec.Cmd) error { return c.Wait() }
	if r.Kind == string(apitype.AnalyzerPlugin) {
		// A pack reads the stack's configuration from its environment when it starts, but the engine sends it only
		// after it has connected: until then the SDK's proxy answers in the pack's place.
		var pack *sdk.PolicyProxy
		if pack, stdout, err = sdk.NewPolicyProxy(ctx, stdout); err != nil {
			return err
		}
		stack, err := pack.AwaitConfiguration(ctx)
		if err != nil {
			return err
		}
		dir = r.Info.ProgramDirectory
		args = append(append([]string{"-u", "-m", "pulumi.policy"}, r.Args...), r.Info.ProgramDirectory)
		env = append(env, stackEnvironment(stack)...)
		wait = func(c *exec.Cmd) error { return pack.Attach(ctx, c) }
	}
	cmd, done, err := h.command(ctx, r.Info, args...)
	if err != nil {
		return err
	}
	defer done()
	cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.Env = dir, stdout, stderr, append(cmd.Env, env...)
	if err := cmd.Start(); err != nil {
		return err
	}
	err = wait(cmd)
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return server.Send(&rpc.RunPluginResponse{
			Output: &rpc.RunPluginResponse_Exitcode{Exitcode: int32(exit.ExitCode())},
		})
	}
	return err
}

// stackEnvironment is what a pack may know of the stack it judges: nothing, where the engine only asks what the pack
// holds (publishing, analysis of a state file).
func stackEnvironment(s *rpc.AnalyzerStackConfigureRequest) []string {
	if s == nil {
		return nil
	}
	return []string{
		"PULUMI_ORGANIZATION=" + s.Organization, "PULUMI_PROJECT=" + s.Project, "PULUMI_STACK=" + s.Stack,
		"PULUMI_DRY_RUN=" + strconv.FormatBool(s.DryRun), "PULUMI_CONFIG=" + asJSON(s.Config),
	}
}
