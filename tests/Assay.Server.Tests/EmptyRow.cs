using Microsoft.Data.Sqlite;

namespace Assay.Server.Tests;

/// <summary>Rows of a schema from before a migration.</summary>
internal static class EmptyRow
{
    /// <summary>Inserts a row; every column that is not given and needs a value gets an empty one.</summary>
    public static async Task InsertAsync(SqliteConnection connection, string table, params (string Column, object Value)[] given)
    {
        var values = given.ToDictionary(pair => pair.Column, pair => pair.Value);
        await using (var columns = connection.CreateCommand())
        {
            columns.CommandText = $"SELECT name, type FROM pragma_table_info('{table}') WHERE \"notnull\" = 1 AND dflt_value IS NULL";
            await using var reader = await columns.ExecuteReaderAsync(TestContext.Current.CancellationToken);
            while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            {
                values.TryAdd(reader.GetString(0), reader.GetString(1) switch { "INTEGER" => 0, "BLOB" => Array.Empty<byte>(), _ => "" });
            }
        }

        await using var insert = connection.CreateCommand();
        insert.CommandText = $"INSERT INTO {table} ({string.Join(", ", values.Keys.Select(name => $"\"{name}\""))}) VALUES ({string.Join(", ", values.Keys.Select(name => $"${name}"))})";
        foreach (var (name, value) in values)
        {
            insert.Parameters.AddWithValue("$" + name, value);
        }

        await insert.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
