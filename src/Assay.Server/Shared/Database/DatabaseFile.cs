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
        settings.CommandText = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=30000; PRAGMA journal_size_limit=67108864;";
        settings.ExecuteNonQuery();
        return connection;
    }
}
