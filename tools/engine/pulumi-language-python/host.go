package main

import (
	"context"
	"errors"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	"github.com/pulumi/pulumi/sdk/v3/go/common/version"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
)

// host is the language runtime as the engine sees it; a method that is not here answers UNIMPLEMENTED.
type host struct {
	rpc.UnimplementedLanguageRuntimeServer
	engine  string // the engine's address
	program string // the SDK's script that runs a program
	stopped context.Context
	stop    context.CancelFunc
}

func (h *host) Handshake(_ context.Context, r *rpc.LanguageHandshakeRequest) (*rpc.LanguageHandshakeResponse, error) {
	h.engine = r.EngineAddress
	return &rpc.LanguageHandshakeResponse{}, nil
}

func (h *host) GetPluginInfo(context.Context, *emptypb.Empty) (*rpc.PluginInfo, error) {
	return &rpc.PluginInfo{Version: version.Version}, nil
}

func (h *host) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	h.stop()
	return &emptypb.Empty{}, nil
}

// GetRequiredPackages names none. Each resource names its provider's version, so the engine finds the plugin when it
// is first used; listing packages here would cost a run of pip on every preview.
func (h *host) GetRequiredPackages(
	context.Context, *rpc.GetRequiredPackagesRequest,
) (*rpc.GetRequiredPackagesResponse, error) {
	return &rpc.GetRequiredPackagesResponse{}, nil
}

func (h *host) RuntimeOptionsPrompts(
	context.Context, *rpc.RuntimeOptionsRequest,
) (*rpc.RuntimeOptionsResponse, error) {
	return &rpc.RuntimeOptionsResponse{}, nil
}

func (h *host) About(ctx context.Context, r *rpc.AboutRequest) (*rpc.AboutResponse, error) {
	python, err := interpreter(r.Info)
	if err != nil {
		return nil, err
	}
	info, err := python.About(ctx)
	if err != nil {
		return nil, err
	}
	return &rpc.AboutResponse{Executable: info.PythonExecutable, Version: info.PythonVersion.String()}, nil
}

func (h *host) GetProgramDependencies(
	ctx context.Context, r *rpc.GetProgramDependenciesRequest,
) (*rpc.GetProgramDependenciesResponse, error) {
	python, err := interpreter(r.Info)
	if err != nil {
		return nil, err
	}
	packages, err := python.ListPackages(ctx, r.TransitiveDependencies)
	if err != nil {
		return nil, err
	}
	out := &rpc.GetProgramDependenciesResponse{}
	for _, p := range packages {
		out.Dependencies = append(out.Dependencies, &rpc.DependencyInfo{Name: p.Name, Version: p.Version})
	}
	return out, nil
}

// InstallDependencies leaves a plugin's existing environment alone: the engine calls it for every local plugin, even
// to read a schema, and a full installation writes a new environment over the one that is named, which others may
// share.
func (h *host) InstallDependencies(
	r *rpc.InstallDependenciesRequest, server rpc.LanguageRuntime_InstallDependenciesServer,
) error {
	python, err := interpreter(r.Info)
	if err != nil {
		return err
	}
	closer, stdout, stderr, err := rpcutil.MakeInstallDependenciesStreams(server, r.IsTerminal)
	if err != nil {
		return err
	}
	install := python.InstallDependencies
	if r.IsPlugin {
		install = python.EnsureVenv
	}
	err = install(server.Context(), r.Directory, r.UseLanguageVersionTools, true, stdout, stderr)
	return errors.Join(err, closer.Close())
}
