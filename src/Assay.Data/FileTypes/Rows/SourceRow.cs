namespace Assay.Data.FileTypes.Rows;

/// <summary>One row of a file of rows.</summary>
/// <param name="Number">From 1: the line of a .jsonl, the row below the header of a .csv, the row of a .parquet.</param>
/// <param name="Start">First byte, counted like <see cref="RowField.Start"/>.</param>
/// <param name="End">Byte after the last one, the line end left out.</param>
/// <param name="Fields">Its columns; empty when it could not be read.</param>
/// <param name="Fault">Why it could not be read, as a sentence; null when it could.</param>
public sealed record SourceRow(int Number, int Start, int End, IReadOnlyList<RowField> Fields, string? Fault = null)
{
    /// <summary>Most rows of one file.</summary>
    public const int MaximumCount = 100_000;

    /// <summary>Longest row in bytes.</summary>
    public const int MaximumLength = 65_536;

    /// <summary>The column with this name, without regard to case; null when there is none.</summary>
    public RowField? Field(string name) => Fields.FirstOrDefault(field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    internal static InvalidFileException TooMany() =>
        new($"The file holds more than {MaximumCount} rows.", $"Split it into files of at most {MaximumCount} rows.");
}
