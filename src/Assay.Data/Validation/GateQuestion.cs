using Assay.Data.FileTypes;

namespace Assay.Data.Validation;

/// <summary>What the gate may know of a file without parsing it.</summary>
/// <param name="FileName">As the contributor named it.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Head">Its first bytes, up to <see cref="FileTypes.FileTypes.HeadLength"/>.</param>
/// <param name="Kind">The datanet's kind; null when the file's own type decides.</param>
public sealed record GateQuestion(string FileName, long Size, ReadOnlyMemory<byte> Head, DatanetKind? Kind)
{
    /// <summary>Largest file in bytes. Default 10 MiB.</summary>
    public long MaximumSize { get; init; } = FileGate.DefaultMaximumSize;

    /// <summary>Licence the contributor gave; null when it is not asked for, as offline.</summary>
    public string? Licence { get; init; }

    /// <summary>Licences the datanet takes; empty when not restricted.</summary>
    public IReadOnlyList<string> Licences { get; init; } = [];
}
