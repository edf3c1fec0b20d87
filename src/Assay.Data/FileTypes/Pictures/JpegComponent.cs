namespace Assay.Data.FileTypes.Pictures;

/// <summary>One component of a JPEG frame: which of its coefficients the scans have set so far.</summary>
/// <param name="Id">Its number in the file.</param>
/// <param name="Wide">Horizontal sampling, 1 to 4.</param>
/// <param name="High">Vertical sampling, 1 to 4.</param>
internal sealed record JpegComponent(int Id, int Wide, int High)
{
    /// <summary>Blocks of 8 × 8 in a row, whole units included.</summary>
    public int Columns { get; set; }

    /// <summary>Blocks that a scan of this component alone has in a row and in a column.</summary>
    public (int Columns, int Rows) Own { get; set; }

    /// <summary>A bit for each coefficient that is not zero, of each block; empty unless the frame is progressive.</summary>
    public ulong[] Set { get; set; } = [];

    /// <summary>Bits of each coefficient that no scan has brought yet; all, until one has.</summary>
    public byte[] Missing { get; } = [.. Enumerable.Repeat((byte)255, 64)];

    /// <summary>Whether every coefficient has come in full.</summary>
    public bool Whole => !Missing.AsSpan().ContainsAnyExcept((byte)0);
}
