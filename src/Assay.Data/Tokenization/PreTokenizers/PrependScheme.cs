namespace Assay.Data.Tokenization.PreTokenizers;

/// <summary>Where a Metaspace puts its mark in front.</summary>
internal enum PrependScheme
{
    /// <summary>Before every stretch between added tokens.</summary>
    Always,

    /// <summary>Only at the beginning of the whole text.</summary>
    First,

    /// <summary>Nowhere.</summary>
    Never,
}
