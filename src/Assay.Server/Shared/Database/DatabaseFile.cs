using Microsoft.Data.Sqlite;

namespace Assay.Server.Shared.Database;

/// <summary>The SQLite file: write-ahead log, every commit on the disk before it is acknowledged.</summary>
internal sealed class DatabaseFile(DataFolder folder)
{
    public string ConnectionString { get; } = new SqliteConnectionStringBuilder
    {
        DataSource = folder.Database,
        ForeignKeys = true,
        DefaultTimeout = 30,
        Pooling = true,
    }.ToString();

    /// <summary>An open connection with the durability settings of the writer.</summary>
    public SqliteConnection Open()
    {
        var connection = new SqliteConnection(ConnectionString);
        connection.Open();
        using var settings = connection.CreateCommand();
        settings.CommandText = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=30000; PRAGMA journal_size_limit=67108864; PRAGMA secure_delete=ON;";
        settings.ExecuteNonQuery();
        return connection;
    }

    /// <summary>Empties the write-ahead log: what was erased stands in it until then. Freed pages hold nothing, deleting overwrites them.</summary>
    /// <returns>False: somebody read for longer than half a minute, and the log still holds old pages.</returns>
    public bool DropFreed()
    {
        using var connection = Open();
        using var checkpoint = connection.CreateCommand();
        checkpoint.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
        return Convert.ToInt64(checkpoint.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture) == 0;
    }
}
