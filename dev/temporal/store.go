package temporal

import (
	"context"
	stdsql "database/sql"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"path/filepath"
	"slices"

	"github.com/google/uuid"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/metrics"
	"go.temporal.io/server/common/persistence"
	"go.temporal.io/server/common/persistence/serialization"
	"go.temporal.io/server/common/persistence/sql"
	"go.temporal.io/server/common/persistence/sql/sqlplugin"
	"go.temporal.io/server/common/persistence/sql/sqlplugin/sqlite"
	"go.temporal.io/server/common/primitives/timestamp"
	"go.temporal.io/server/common/resolver"
	"go.temporal.io/server/common/searchattribute/sadefs"
	sqliteschema "go.temporal.io/server/schema/sqlite"
)

// sqlConfig says how to open the database in dataDir, or a new one in memory.
//
// Temporal keeps one connection per database until the process ends, whoever
// closes it. For a file that is harmless; a database in memory lives as long,
// which is why each gets a name of its own.
func sqlConfig(dataDir string) *config.SQL {
	if dataDir == "" {
		return &config.SQL{
			PluginName:        sqlite.PluginName,
			DatabaseName:      uuid.NewString(),
			ConnectAttributes: map[string]string{"mode": "memory", "cache": "shared"},
		}
	}
	file := url.URL{Path: filepath.ToSlash(filepath.Join(dataDir, DatabaseFile))}
	return &config.SQL{
		PluginName: sqlite.PluginName,
		// The name becomes part of a file: URI.
		DatabaseName: file.EscapedPath(),
		ConnectAttributes: map[string]string{
			"mode": "rwc",
			// With a write-ahead log, synchronous=normal survives the death of the
			// process whole; a power cut may take the last moments, never the file.
			"journal_mode": "wal",
			"synchronous":  "normal",
			"busy_timeout": "5000",
		},
	}
}

// prepareStore makes the database ready before the server looks at it: schema,
// namespace, search attributes. Doing that through the running server would
// mean waiting for its caches, which are several.
func prepareStore(ctx context.Context, cfg *config.SQL, namespace string, attributes map[string]enumspb.IndexedValueType) error {
	if err := createSchema(cfg); err != nil {
		return err
	}
	db, err := sql.NewSQLDB(sqlplugin.DbKindMain, cfg, resolver.NewNoopResolver(), log.NewNoopLogger(), metrics.NoopMetricsHandler)
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	defer func() { _ = db.Close() }()

	rows, err := db.SelectFromNamespace(ctx, sqlplugin.NamespaceFilter{Name: &namespace})
	if errors.Is(err, stdsql.ErrNoRows) {
		return createNamespace(cfg, namespace, attributes)
	}
	if err != nil {
		return fmt.Errorf("read namespace %s: %w", namespace, err)
	}
	return addSearchAttributes(ctx, db, rows[0], attributes)
}

// createSchema creates all tables in one transaction unless there are any, so
// that a process killed on its very first start leaves no half a schema.
func createSchema(cfg *config.SQL) (err error) {
	db, err := sql.NewSQLAdminDB(sqlplugin.DbKindUnknown, cfg, resolver.NewNoopResolver(), log.NewNoopLogger(), metrics.NoopMetricsHandler)
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	defer func() { _ = db.Close() }()

	tables, err := db.ListTables(cfg.DatabaseName)
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	if len(tables) > 0 {
		return nil
	}
	// There is one connection, so a transaction may span several calls.
	if err := db.Exec("BEGIN IMMEDIATE"); err != nil {
		return fmt.Errorf("create schema: %w", err)
	}
	if err := sqliteschema.SetupSchemaOnDB(db); err != nil {
		return errors.Join(fmt.Errorf("create schema: %w", err), db.Exec("ROLLBACK"))
	}
	if err := db.Exec("COMMIT"); err != nil {
		return fmt.Errorf("create schema: %w", err)
	}
	return nil
}

func createNamespace(cfg *config.SQL, namespace string, attributes map[string]enumspb.IndexedValueType) error {
	ns, err := sqliteschema.NewNamespaceConfig(clusterName, namespace, false, nil)
	if err != nil {
		return fmt.Errorf("create namespace %s: %w", namespace, err)
	}
	ns.Detail.Config.Retention = timestamp.DurationFromHours(int64(retention.Hours()))
	ns.Detail.Config.CustomSearchAttributeAliases, err = assignColumns(nil, attributes)
	if err != nil {
		return err
	}
	if err := sqliteschema.CreateNamespaces(cfg, ns); err != nil {
		return fmt.Errorf("create namespace %s: %w", namespace, err)
	}
	return nil
}

func addSearchAttributes(ctx context.Context, db sqlplugin.DB, row sqlplugin.NamespaceRow, attributes map[string]enumspb.IndexedValueType) error {
	serializer := serialization.NewSerializer()
	detail, err := serializer.NamespaceDetailFromBlob(persistence.NewDataBlob(row.Data, row.DataEncoding))
	if err != nil {
		return fmt.Errorf("read namespace %s: %w", row.Name, err)
	}
	before := detail.Config.CustomSearchAttributeAliases
	after, err := assignColumns(before, attributes)
	if err != nil || maps.Equal(before, after) {
		return err
	}
	detail.Config.CustomSearchAttributeAliases = after
	blob, err := serializer.NamespaceDetailToBlob(detail)
	if err != nil {
		return fmt.Errorf("register search attributes: %w", err)
	}
	row.Data, row.DataEncoding = blob.GetData(), blob.GetEncodingType().String()
	if _, err := db.UpdateNamespace(ctx, &row); err != nil {
		return fmt.Errorf("register search attributes: %w", err)
	}
	return nil
}

// assignColumns gives every attribute that has none yet the first free column
// of its type and returns all, name by column. SQLite stores custom search
// attributes in columns made in advance, such as Keyword01.
func assignColumns(existing map[string]string, attributes map[string]enumspb.IndexedValueType) (map[string]string, error) {
	columns := sadefs.GetDBIndexSearchAttributes(nil).CustomSearchAttributes
	names := make(map[string]string, len(existing)+len(attributes))
	types := make(map[string]enumspb.IndexedValueType, len(existing))
	for column, name := range existing {
		names[column] = name
		types[name] = columns[column]
	}
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		want := attributes[name]
		if has, ok := types[name]; ok {
			if has != want {
				return nil, fmt.Errorf("register search attribute %s: it exists as %s, not %s; rename it or start with an empty DataDir", name, has, want)
			}
			continue
		}
		if sadefs.IsReserved(name) {
			return nil, fmt.Errorf("register search attribute %s: the name belongs to Temporal", name)
		}
		free := ""
		for _, column := range slices.Sorted(maps.Keys(columns)) {
			if _, taken := names[column]; columns[column] == want && !taken {
				free = column
				break
			}
		}
		if free == "" {
			return nil, fmt.Errorf("register search attribute %s: no column of type %s is left", name, want)
		}
		names[free] = name
	}
	return names, nil
}
