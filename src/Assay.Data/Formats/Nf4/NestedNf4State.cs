namespace Assay.Data.Formats.Nf4;

/// <summary>What double quantisation adds to <see cref="Nf4State"/>.</summary>
/// <param name="BlockSize">Block scales that share a nested scale.</param>
/// <param name="Offset">Mean that was taken from the block scales.</param>
internal sealed record NestedNf4State(int BlockSize, float Offset);
