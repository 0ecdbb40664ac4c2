package temporal

import (
	"time"

	"go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/dynamicconfig"
	"go.temporal.io/server/common/membership/static"
	"go.temporal.io/server/common/persistence/sql/sqlplugin/sqlite"
	"go.temporal.io/server/common/primitives"
	"go.temporal.io/server/temporal"
)

const (
	// clusterName is written into every namespace; changing it orphans them.
	clusterName = "active"
	// shards is fixed by the first start on a file. SQLite writes one
	// transaction at a time, so more would only cost memory.
	shards = 4
	// archivalOff is how the server's configuration spells it.
	archivalOff = "disabled"
)

// serverConfig is what other deployments read from a YAML file. Metrics,
// profiling and the frontend's HTTP API stay off: they are left unset.
func serverConfig(p ports, store *config.SQL) *config.Config {
	return &config.Config{
		Persistence: config.Persistence{
			DefaultStore:     sqlite.PluginName,
			VisibilityStore:  sqlite.PluginName,
			NumHistoryShards: shards,
			DataStores:       map[string]config.DataStore{sqlite.PluginName: {SQL: store}},
		},
		ClusterMetadata: &cluster.Config{
			FailoverVersionIncrement: 10,
			MasterClusterName:        clusterName,
			CurrentClusterName:       clusterName,
			ClusterInformation: map[string]cluster.ClusterInformation{
				clusterName: {Enabled: true, InitialFailoverVersion: 1, RPCAddress: p.frontend.dial()},
			},
		},
		DCRedirectionPolicy: config.DCRedirectionPolicy{Policy: "noop"},
		Services: map[string]config.Service{
			string(primitives.FrontendService): service(p.frontend),
			string(primitives.HistoryService):  service(p.history),
			string(primitives.MatchingService): service(p.matching),
			string(primitives.WorkerService):   service(p.worker),
		},
		Archival: config.Archival{
			History:    config.HistoryArchival{State: archivalOff},
			Visibility: config.VisibilityArchival{State: archivalOff},
		},
		NamespaceDefaults: config.NamespaceDefaults{
			Archival: config.ArchivalNamespaceDefaults{
				History:    config.HistoryArchivalNamespaceDefaults{State: archivalOff},
				Visibility: config.VisibilityArchivalNamespaceDefaults{State: archivalOff},
			},
		},
		PublicClient: config.PublicClient{HostPort: p.frontend.dial()},
	}
}

func service(a address) config.Service {
	return config.Service{RPC: config.RPC{BindOnIP: a.ip, GRPCPort: a.port}}
}

// staticHosts replaces the membership protocol, and the port it would need per
// service: everybody is here.
func staticHosts(p ports) temporal.ServerOption {
	return temporal.WithStaticHosts(map[primitives.ServiceName]static.Hosts{
		primitives.FrontendService: static.SingleLocalHost(p.frontend.dial()),
		primitives.HistoryService:  static.SingleLocalHost(p.history.String()),
		primitives.MatchingService: static.SingleLocalHost(p.matching.String()),
		primitives.WorkerService:   static.SingleLocalHost(p.worker.String()),
	})
}

// dynamicConfig is what differs from the server's defaults. Eager activities
// and workflow starts, updates and update-with-start are on by default, as are
// the limits that production has too, such as 10,000 signals per run; they are
// left alone so that nothing works here that would not work there.
func dynamicConfig(overrides map[string]any) dynamicconfig.StaticClient {
	values := dynamicconfig.StaticClient{
		// It asks a server on the internet once a day.
		dynamicconfig.EnableServerVersionCheck.Key(): false,
		// Housekeeping for years of operation. Its workers are never stopped:
		// they would poll a server that is gone until the process ends.
		dynamicconfig.HistoryScannerEnabled.Key():         false,
		dynamicconfig.TaskQueueScannerEnabled.Key():       false,
		dynamicconfig.EnableParentClosePolicyWorker.Key(): false,
		// One node: partitions would only add a hop between task and poller.
		dynamicconfig.MatchingNumTaskqueueReadPartitions.Key():  1,
		dynamicconfig.MatchingNumTaskqueueWritePartitions.Key(): 1,
		// The default rounds every shorter timer up to a second, retries and the
		// back-off of continue-as-new included.
		dynamicconfig.TimerProcessorMaxTimeShift.Key(): 50 * time.Millisecond,
		// Sized for a laptop; the default is for a server of its own.
		dynamicconfig.HistoryCacheHostLevelMaxSize.Key(): 8192,
		// Ten a second is soon used up by the UI, tests and operator commands.
		dynamicconfig.FrontendMaxNamespaceVisibilityRPSPerInstance.Key(): 100,
		// An operator script may aim many updates at one Route at once.
		dynamicconfig.WorkflowExecutionMaxInFlightUpdates.Key(): 100,
		dynamicconfig.WorkflowExecutionMaxTotalUpdates.Key():    10_000,
	}
	for key, value := range overrides {
		values[dynamicconfig.MakeKey(key)] = value
	}
	return values
}
