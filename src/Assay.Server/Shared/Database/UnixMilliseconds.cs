using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Assay.Server.Shared.Database;

/// <summary>Stores an instant as UTC milliseconds since the epoch.</summary>
internal sealed class UnixMilliseconds() : ValueConverter<DateTimeOffset, long>(
    instant => instant.ToUnixTimeMilliseconds(), stored => DateTimeOffset.FromUnixTimeMilliseconds(stored));
